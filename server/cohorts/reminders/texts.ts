import { readdirSync, readFileSync } from 'node:fs'
import { IntlMessageFormat } from 'intl-messageformat'

/** What a reminder is about. `help` is sent by hand, to those who need somebody to speak to them; `expiry` to the holder of a
 * certificate that ends (certificates/expiry). */
export const KINDS = ['start', 'exam', 'close', 'help', 'expiry'] as const
export type ReminderKind = typeof KINDS[number]

/** What a text may name. `days` is a number. */
export const PLACEHOLDERS = ['name', 'cohort', 'course', 'date', 'days', 'link', 'programme'] as const
export type Placeholder = typeof PLACEHOLDERS[number]

/** Those that a kind of reminder has something for. */
export function placeholdersOf (kind: ReminderKind): readonly Placeholder[] {
  return kind === 'expiry' ? PLACEHOLDERS.filter((name) => name !== 'cohort') : PLACEHOLDERS
}

type Texts = Readonly<Record<ReminderKind, { readonly subject: string, readonly body: string }>>

const folder = new URL('../../../templates/reminders/', import.meta.url)
const own: ReadonlyMap<string, Texts> = new Map(readdirSync(folder).filter((file) => file.endsWith('.json'))
  .map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Texts]))

/** The programme's own text, for a kind that nobody has written in this language; in English where there is none in it. */
export function ownText (kind: ReminderKind, language: string): { readonly subject: string, readonly body: string } {
  const texts = own.get(language) ?? own.get('en')
  if (texts === undefined) throw new Error('templates/reminders/en.json is missing')
  return texts[kind]
}

export type TextProblem =
  | { readonly path: 'subject' | 'body', readonly code: 'empty' | 'too-long' | 'lines' | 'unreadable' }
  | { readonly path: 'subject' | 'body', readonly code: 'unknown', readonly name: string }

const MOST = { subject: 200, body: 5000 } as const

/** Every problem of a text: what is no ICU message, and placeholders that there are not. */
export function textProblems (text: { readonly subject: string, readonly body: string }, language: string, kind: ReminderKind): TextProblem[] {
  return (['subject', 'body'] as const).flatMap((path): TextProblem[] => {
    const written = text[path]
    if (written.trim() === '') return [{ path, code: 'empty' }]
    if (written.length > MOST[path]) return [{ path, code: 'too-long' }]
    if (path === 'subject' && /[\r\n]/.test(written)) return [{ path, code: 'lines' }]
    let message: IntlMessageFormat
    try {
      message = messageOf(written, language)
    } catch {
      return [{ path, code: 'unreadable' }]
    }
    return [...new Set(argumentsOf(message.getAst()))].filter((name) => !(placeholdersOf(kind) as readonly string[]).includes(name)).map((name) => ({ path, code: 'unknown', name }))
  })
}

/** @param text an ICU message without problems */
export function fill (text: string, language: string, values: Readonly<Record<Placeholder, string | number>>): string {
  return String(messageOf(text, language).format(values))
}

function messageOf (text: string, language: string): IntlMessageFormat {
  // Western digits in every language, as on the pages.
  return new IntlMessageFormat(text, `${language}-u-nu-latn`, undefined, { ignoreTag: true })
}

type Element = ReturnType<IntlMessageFormat['getAst']>[number]

/** The names that a message asks for, those within its plurals too. */
function argumentsOf (elements: readonly Element[]): string[] {
  return elements.flatMap((element) => {
    const name = 'value' in element && Number(element.type) !== 0 ? [String(element.value)] : []
    const within = 'options' in element ? Object.values(element.options).flatMap(({ value }) => argumentsOf(value)) : []
    return [...name, ...within]
  })
}
