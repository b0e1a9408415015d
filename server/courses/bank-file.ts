import { checkQuestion } from '../quiz/definition.ts'
import type { FormatProblem, ImportedQuestion } from '../quiz/formats/format.ts'
import { FORMATS, type FormatName } from './bank-formats.ts'
import { cleanHtml, lostInCleaning } from './markdown.ts'
import type { Picture } from './picture.ts'
import { textPictures } from './text-pictures.ts'

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

/** Most questions that one file may hold, and most problems that are told. */
const MAX_QUESTIONS = 20_000
const MAX_PROBLEMS = 1000

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

/** Texts of one thing in several languages, by their tags. */
const LANGUAGES = /^(?!key$)[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/

/** A question with its HTML made safe and the pictures of its texts taken; [] and a problem where that leaves too little of it. Its
 * files go with it no further.
 * @param pictures by their hash, to which those of its texts are added */
function cleaned ({ files = [], ...question }: ImportedQuestion, pictures: Map<string, Picture>, problems: FormatProblem[]): ImportedQuestion[] {
  const { name, definition, line } = question
  const at = line === undefined ? { path: name } : { line }
  const say = (message: string, severity: FormatProblem['severity']): void => { problems.push({ ...at, message: `'${name}': ${message}`, severity }) }
  const shown = textPictures({ files }, say)
  const isHtml = definition.markup === 'html'
  const lost = new Set<string>()
  const clean = (value: unknown, isText: boolean): unknown => {
    if (typeof value === 'string') {
      if (!isText) return value
      if (!isHtml) return shown.markdown(value)
      for (const tag of lostInCleaning(value)) lost.add(tag)
      return cleanHtml(value, shown.take)
    }
    if (Array.isArray(value)) return value.map((inner) => clean(inner, isText))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const isTranslated = isText && entries.every(([key, inner]) => LANGUAGES.test(key) && typeof inner === 'string')
    return Object.fromEntries(entries.map(([key, inner]) => [key, NO_TEXT.has(key) ? inner : clean(inner, isTranslated || typeof inner !== 'string' || TEXTS.has(key))]))
  }
  const hasTexts = isHtml || JSON.stringify(definition).includes('![')
  const checked = hasTexts ? checkQuestion(clean(definition, false)) : { question: definition }
  const unused = 'image' in definition ? [] : shown.unused()
  if (unused.length > 0) say(`its files are left out: ${unused.join(', ')}`, 'left-out')
  const wordless = shown.wordless()
  if (wordless.length > 0) say(`pictures have no words for those who cannot see them: ${wordless.join(', ')}`, 'changed')
  if (lost.size > 0) say(`what is not allowed in a text is left out: ${[...lost].map((tag) => `<${tag}>`).join(', ')}`, 'left-out')
  if ('question' in checked) {
    for (const picture of shown.pictures()) pictures.set(picture.hash, picture)
    return [{ ...question, definition: checked.question }]
  }
  say(`is not taken: ${checked.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, 'refused')
  return []
}
