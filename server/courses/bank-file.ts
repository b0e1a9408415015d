import { checkQuestion } from '../quiz/definition.ts'
import type { FormatProblem, ImportedQuestion } from '../quiz/formats/format.ts'
import { FORMATS, type FormatName } from './bank-formats.ts'
import { cleanHtml, lostInCleaning } from './markdown.ts'
import { readPicture, type Picture } from './picture.ts'

/** A file to be read into a bank. */
export interface BankOrder {
  readonly format: FormatName
  readonly bytes: Uint8Array
  /** keys that the bank has */
  readonly taken: readonly string[]
}

/** What was read: questions whose HTML is safe, the pictures that their texts show, and what is wrong with the file. */
export interface BankFile {
  readonly questions: readonly ImportedQuestion[]
  readonly pictures: readonly Picture[]
  readonly problems: readonly FormatProblem[]
  /** nothing of it is to be taken */
  readonly isBroken: boolean
}

/** Most questions that one file may hold, most problems that are told, and the largest picture, in bytes. */
const MAX_QUESTIONS = 20_000
const MAX_PROBLEMS = 1000
const MAX_PICTURE = 5 * 1024 * 1024

/** Reads a file into questions as a bank takes them. Takes seconds for a large one. Never throws for what is in the file. */
export function readBankBytes ({ format, bytes, taken }: BankOrder): BankFile {
  const read = FORMATS[format].read(bytes, { taken })
  if ('refused' in read) return { questions: [], pictures: [], problems: told(read.refused), isBroken: true }
  if (read.questions.length > MAX_QUESTIONS) {
    return { questions: [], pictures: [], problems: [{ message: `the file holds ${read.questions.length} questions; ${MAX_QUESTIONS} at a time are taken`, severity: 'refused' }], isBroken: true }
  }
  const problems: FormatProblem[] = [...read.problems]
  const pictures = new Map<string, Picture>()
  const questions = read.questions.flatMap((question) => cleaned(question, pictures, problems))
  const isBroken = questions.length === 0 || read.problems.some(({ message }) => message.startsWith('the file is read up to here'))
  if (questions.length === 0 && problems.length === 0) problems.push({ message: 'the file holds no question', severity: 'refused' })
  return isBroken ? { questions: [], pictures: [], problems: told(problems), isBroken } : { questions, pictures: [...pictures.values()], problems: told(problems), isBroken }
}

function told (problems: readonly FormatProblem[]): readonly FormatProblem[] {
  if (problems.length <= MAX_PROBLEMS) return problems
  return [...problems.slice(0, MAX_PROBLEMS), { message: `and ${problems.length - MAX_PROBLEMS} problems more`, severity: 'refused' }]
}

/** What is typed, or named, and no text to be shown. */
const NO_TEXT = new Set(['accept', 'key', 'topic', 'formula', 'unit', 'units', 'options', 'template', 'sampleAnswer', 'labels', 'image', 'src', 'markup', 'kind'])
const TEXTS = new Set(['prompt', 'text', 'feedback', 'feedbackTrue', 'feedbackFalse', 'hints', 'label'])

/** A question with its HTML made safe; [] and a problem where that leaves too little of it. Its files go with it no further. */
function cleaned ({ files = [], ...question }: ImportedQuestion, pictures: Map<string, Picture>, problems: FormatProblem[]): ImportedQuestion[] {
  const { name, definition, line } = question
  const at = line === undefined ? { path: name } : { line }
  const say = (message: string, severity: FormatProblem['severity']): void => { problems.push({ ...at, message: `'${name}': ${message}`, severity }) }
  const own = picturesOf(files)
  const shown = new Set<string>()
  const lost = new Set<string>()
  const clean = (value: unknown, isText: boolean): unknown => {
    if (typeof value === 'string') {
      if (!isText) return value
      const illustrated = withPictures(value, own, shown)
      for (const tag of lostInCleaning(illustrated)) lost.add(tag)
      return cleanHtml(illustrated)
    }
    if (Array.isArray(value)) return value.map((inner) => clean(inner, isText))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, NO_TEXT.has(key) ? inner : clean(inner, typeof inner !== 'string' || TEXTS.has(key))]))
  }
  const checked = definition.markup === 'html' ? checkQuestion(clean(definition, false)) : { question: definition }
  const unused = files.filter((file) => !shown.has(file.name))
  if (unused.length > 0 && !('image' in definition)) say(`its files are left out: ${unused.map((file) => file.name).join(', ')}`, 'left-out')
  if (lost.size > 0) say(`what is not allowed in a text is left out: ${[...lost].map((tag) => `<${tag}>`).join(', ')}`, 'left-out')
  if ('question' in checked) {
    for (const source of shown) pictures.set(own.get(source)!.hash, own.get(source)!)
    return [{ ...question, definition: checked.question }]
  }
  say(`is not taken: ${checked.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, 'refused')
  return []
}

/** The files that are pictures, by the names that texts have for them. */
function picturesOf (files: NonNullable<ImportedQuestion['files']>): ReadonlyMap<string, Picture> {
  return new Map(files.flatMap(({ name, bytes }) => {
    const buffer = Buffer.from(bytes, 'base64')
    const picture = buffer.length > MAX_PICTURE ? undefined : readPicture(name, buffer)
    return picture === undefined ? [] : [[name, picture] as const]
  }))
}

const IMG = /<img\b[^>]*>/gi
const attribute = (tag: string, name: string): string => {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag)
  return found?.[1] ?? found?.[2] ?? ''
}

/** A text whose pictures are those of the house, where the file has them. Moodle names a file by `@@PLUGINFILE@@/`, in its own escaping. */
function withPictures (html: string, own: ReadonlyMap<string, Picture>, shown: Set<string>): string {
  if (own.size === 0) return html
  return html.replace(IMG, (tag) => {
    const written = attribute(tag, 'src')
    const source = [written, written.replace(/^@@PLUGINFILE@@\//, ''), unescaped(written.replace(/^@@PLUGINFILE@@\//, ''))].find((name) => own.has(name))
    if (source === undefined) return tag
    shown.add(source)
    const { hash, width, height } = own.get(source)!
    return `<img src="/media/${hash}" alt="${attribute(tag, 'alt').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}" width="${width}" height="${height}">`
  })
}

function unescaped (name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
