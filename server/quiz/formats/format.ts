import { checkQuestion } from '../definition.ts'
import type { QuestionDefinition } from '../kinds/index.ts'
import { problemLine } from '../problem.ts'
import type { Difficulty } from '../question.ts'
import { textIn, textsOf, type Text } from '../text.ts'

/** Something an import or an export could not take as it stands. Nothing is dropped or changed without one of these. */
export interface FormatProblem {
  /** of the file, from 1; for formats of lines and for XML that cannot be read */
  readonly line?: number
  /** where in the file, for formats that have names for it: the name of a question, or a file of a package */
  readonly path?: string
  /** a plain sentence for the author */
  readonly message: string
  /** refused: the question, or the file, is not taken. changed: it is taken, and means something else in the respect named.
   * left-out: it is taken without what is named */
  readonly severity: 'refused' | 'changed' | 'left-out'
}

/** A file that belongs to a question: a picture, a recording. */
export interface QuestionFile {
  /** as texts of the question refer to it */
  readonly name: string
  /** base64 */
  readonly bytes: string
}

export interface ImportedQuestion {
  readonly name: string
  /** from the outermost inwards */
  readonly category?: readonly string[]
  /** meets `checkQuestion` */
  readonly definition: QuestionDefinition
  readonly files?: readonly QuestionFile[]
  readonly line?: number
}

export interface ImportOptions {
  /** topic of questions in no category; `imported` when left out */
  readonly topic?: string
  /** of questions that the file says none of; medium when left out */
  readonly difficulty?: Difficulty
  /** keys that are taken already */
  readonly taken?: Iterable<string>
}

export interface Imported {
  readonly questions: readonly ImportedQuestion[]
  readonly problems: readonly FormatProblem[]
}

/** A question to be exported. */
export interface NamedQuestion {
  readonly name: string
  readonly category?: readonly string[]
  readonly definition: QuestionDefinition
  /** that its texts refer to as `@@PLUGINFILE@@/name`; of formats that carry files */
  readonly files?: readonly QuestionFile[]
}

export interface ExportOptions {
  /** of texts that are there in several; the formats have one */
  readonly language?: string
}

export interface Exported {
  readonly text: string
  readonly problems: readonly FormatProblem[]
}

/** A definition of any kind without what `collect` adds. Checked there, so that an importer builds it plainly. */
export type Draft = Readonly<Record<string, unknown>> & { readonly kind: QuestionDefinition['kind'] }

/** What is known of a drafted question besides its definition. */
export interface DraftPlace {
  readonly name: string
  readonly category?: readonly string[]
  readonly difficulty?: Difficulty
  /** the key it had; taken when it is one and free */
  readonly key?: string
  readonly line?: number
  readonly files?: readonly QuestionFile[]
}

/** Gathers the questions and problems of an import: makes keys and topics, and holds every draft against its kind. */
export interface Collected {
  readonly questions: ImportedQuestion[]
  readonly problems: FormatProblem[]
  /** @returns whether the question was taken; why not is among the problems */
  add (draft: Draft, place: DraftPlace): boolean
}

export function collect (options: ImportOptions): Collected {
  const { topic = 'imported', difficulty = 'medium' } = options
  const freshKey = keyMaker(options.taken ?? [])
  const questions: ImportedQuestion[] = []
  const problems: FormatProblem[] = []
  return {
    questions,
    problems,
    add (draft, place) {
      const { name, category, line, files } = place
      const at = line === undefined ? { path: name } : { line }
      const innermost = category?.at(-1)
      const checked = checkQuestion({
        key: place.key !== undefined && isKey(place.key) ? place.key : keyOf(name, 'question'),
        topic: innermost === undefined ? topic : keyOf(innermost, topic),
        difficulty: place.difficulty ?? difficulty,
        ...draft
      })
      if ('problems' in checked) {
        problems.push(...checked.problems.map((problem): FormatProblem => ({
          ...at, message: `'${name}' is not taken: ${problemLine(problem)}`, severity: 'refused'
        })))
        return false
      }
      questions.push({
        name,
        ...category !== undefined && category.length > 0 && { category },
        definition: { ...checked.question, key: freshKey(checked.question.key) },
        ...files !== undefined && files.length > 0 && { files },
        ...line !== undefined && { line }
      })
      return true
    }
  }
}

const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** The key that an id of another system becomes, which may be written otherwise.
 * @param changed called where it is not the id itself: with what it is now, or with none where nothing of it can be one */
export function keyOfId (id: string, changed: (message: string) => void): { key?: string } {
  if (isKey(id)) return { key: id }
  const key = keyOf(id, '')
  changed(key === '' ? `its id '${id.slice(0, 60)}' is left out` : `its id '${id.slice(0, 60)}' becomes '${key}'`)
  return key === '' ? {} : { key }
}

function isKey (value: string): boolean {
  return value.length <= 64 && KEY.test(value)
}

/** A key made from a name: its Latin letters and digits. @param fallback for a name that has none */
export function keyOf (name: string, fallback: string): string {
  const key = name.slice(0, 200).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    .replace(/[^a-z0-9]+/g, '-').slice(0, 60).replace(/^-|-$/g, '')
  return key === '' ? fallback : key
}

/** Gives each key once: `mule`, `mule-2`, `mule-3`. Linear however often a key repeats. */
export function keyMaker (taken: Iterable<string>): (wanted: string) => string {
  const used = new Set(taken)
  const next = new Map<string, number>()
  return (wanted) => {
    let key = wanted
    for (let number = next.get(wanted) ?? 2; used.has(key); number++) {
      key = `${wanted.slice(0, 56).replace(/-$/, '')}-${number}`
      next.set(wanted, number + 1)
    }
    used.add(key)
    return key
  }
}

/** Keys for what a question lists: a, b, … z, a1, b1, … */
export function letter (index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(97 + index % 26) + (round === 0 ? '' : String(round))
}

/** A name for a question that has none: the beginning of its text. */
export function nameFrom (text: string): string {
  const words = text.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' ').trim()
  const name = [...words.slice(0, 200)].slice(0, 80).join('').trim()
  return name === '' ? 'Question' : name
}

/** The path of a category in one string, as Moodle writes it: a slash in a name is doubled. */
export function categoryPath (category: readonly string[]): string {
  return category.map(name => name.replaceAll('/', '//')).join('/')
}

/** The names of a category's path, without Moodle's context (`$course$`) and its `top`. */
export function readCategory (path: string): string[] {
  const names = path.trim().replaceAll('//', '\u0000').split('/').map(name => name.replaceAll('\u0000', '/').trim()).filter(name => name !== '')
  const inner = names[0] !== undefined && /^\$.*\$$/.test(names[0]) ? names.slice(1) : names
  return inner[0] === 'top' ? inner.slice(1) : inner
}

/** Text of one language for a format that has one.
 * @param lost called when there are others */
export function oneText (text: Text, { language = 'en' }: ExportOptions, lost: () => void): string {
  if (new Set(textsOf(text)).size > 1) lost()
  return textIn(text, language)
}

/** What a part of a whole earns as the percentage that Moodle's formats write: 1/3 is 33.33333. */
export function percentOf (fraction: number): string {
  return String(Number((fraction * 100).toFixed(5)))
}

/** A percentage as a fraction, to the seven decimals that Moodle keeps. */
export function fractionOfPercent (percent: number): number {
  return Number((percent / 100).toFixed(7))
}

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?$/

/** A number as files write it; undefined for anything else. A comma makes a fraction. */
export function plainNumber (text: string): number | undefined {
  const written = text.trim()
  const value = NUMBER.test(written) ? Number(written.replace(',', '.')) : NaN
  return Number.isFinite(value) ? value : undefined
}
