import { knownLocale } from '../../cohorts/enrolment-csv.ts'
import { scriptsWithoutFont } from '../fonts.ts'

/** What a template says in one language. Left out or empty: as the programme's own catalogue has it. */
export const TEXT_KEYS = ['title', 'presented', 'completed', 'note', 'issuer', 'office1', 'office2', 'office3', 'version', 'mark', 'issued', 'validUntil', 'serial', 'verify'] as const
export type TextKey = typeof TEXT_KEYS[number]
export type TemplateTexts = Readonly<Partial<Record<TextKey, string>>>

/** Of a language without a catalogue all that stands on every certificate must be written. */
export const NEEDED: readonly TextKey[] = ['title', 'presented', 'completed', 'version', 'mark', 'issued', 'validUntil', 'serial', 'verify']
/** Where the number of the course's version stands in its text. */
export const VERSION_PLACE = '{version}'

const LENGTHS: Readonly<Record<TextKey, number>> = {
  title: 80, presented: 120, completed: 120, note: 300, issuer: 120, office1: 100, office2: 100, office3: 100, version: 40, mark: 40, issued: 40, validUntil: 40, serial: 40, verify: 160
}
const NAME_LENGTH = 80
const MOST_LANGUAGES = 20
export const SIGNATORIES = 3

export interface Signatory {
  readonly name: string
  /** Of the signature: SHA-256 of a stored picture. */
  readonly picture: string | null
}

/** How a certificate looks. */
export interface TemplateContent {
  /** Of frame, title and lines: `#rrggbb`. */
  readonly colour: string
  /** SHA-256 of stored pictures. */
  readonly logo: string | null
  readonly seal: string | null
  /** At most three; their offices stand with the texts, in each language. */
  readonly signatories: readonly Signatory[]
  /** By language (BCP 47). */
  readonly texts: Readonly<Record<string, TemplateTexts>>
}

export const OWN_COLOUR = '#1d3557'

export interface TemplateProblem {
  /** As the form calls the field: `name`, `colour`, `text.en.title`, `signatory.1`. */
  readonly path: string
  readonly code: 'name' | 'colour' | 'colour-light' | 'language' | 'languages' | 'needed' | 'too-long' | 'characters' | 'version-place' | 'script' | 'signatory' | 'courses'
  readonly values: Readonly<Record<string, string | number>>
}

/** Every problem of a template. @param catalogues languages whose texts need not be written */
export function templateProblems (name: string, content: TemplateContent, catalogues: readonly string[]): TemplateProblem[] {
  const problems: TemplateProblem[] = []
  const note = (path: string, code: TemplateProblem['code'], values: TemplateProblem['values'] = {}): void => { problems.push({ path, code, values }) }
  if (name.trim() === '' || name.length > NAME_LENGTH) note('name', 'name', { most: NAME_LENGTH })
  if (!/^#[0-9a-f]{6}$/.test(content.colour)) note('colour', 'colour')
  else if (contrastOnWhite(content.colour) < LEAST_CONTRAST) note('colour', 'colour-light')
  const languages = Object.keys(content.texts)
  if (languages.length > MOST_LANGUAGES) note('language', 'languages', { most: MOST_LANGUAGES })
  for (const language of languages) {
    if (knownLocale(language) !== language) note('language', 'language', { language })
    const texts = content.texts[language] ?? {}
    for (const key of TEXT_KEYS) {
      const path = `text.${language}.${key}`
      const text = texts[key] ?? ''
      if (text === '' && NEEDED.includes(key) && !catalogues.includes(language)) note(path, 'needed')
      if (text.length > LENGTHS[key]) note(path, 'too-long', { most: LENGTHS[key] })
      if (/\p{Cc}/u.test(text)) note(path, 'characters')
      if (key === 'version' && text !== '' && !text.includes(VERSION_PLACE)) note(path, 'version-place')
      const [script] = scriptsWithoutFont(text)
      if (script !== undefined) note(path, 'script', { script })
    }
  }
  if (content.signatories.length > SIGNATORIES) note('signatory.1', 'signatory', { most: NAME_LENGTH })
  for (const [index, { name }] of content.signatories.entries()) {
    const [script] = scriptsWithoutFont(name)
    if (name === '' || name.length > NAME_LENGTH || /\p{Cc}/u.test(name)) note(`signatory.${index + 1}`, 'signatory', { most: NAME_LENGTH })
    else if (script !== undefined) note(`signatory.${index + 1}`, 'script', { script })
  }
  return problems
}

/** WCAG 2.2, 1.4.3: text on white. */
const LEAST_CONTRAST = 4.5

function contrastOnWhite (colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/** One form for one content, so that what did not change makes no new version. */
export function canonical (content: TemplateContent): TemplateContent {
  const texts = Object.entries(content.texts)
    .map(([language, texts]): [string, TemplateTexts] => [language, Object.fromEntries(TEXT_KEYS.flatMap((key) => {
      const text = (texts[key] ?? '').normalize('NFC').replace(/\s+/g, ' ').trim()
      return text === '' ? [] : [[key, text]]
    }))])
    // A language is taken away by emptying its texts.
    .filter(([, texts]) => Object.keys(texts).length > 0)
    .sort(([a], [b]) => a < b ? -1 : 1)
  return {
    colour: content.colour.toLowerCase(),
    logo: content.logo,
    seal: content.seal,
    signatories: content.signatories.map(({ name, picture }) => ({ name: name.normalize('NFC').replace(/\s+/g, ' ').trim(), picture })),
    texts: Object.fromEntries(texts)
  }
}

/** Pictures that a template shows, each once. */
export function picturesOf ({ logo, seal, signatories }: TemplateContent): string[] {
  return [...new Set([logo, seal, ...signatories.map(({ picture }) => picture)].filter((hash) => hash !== null))]
}
