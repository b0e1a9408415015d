import { existsSync, globSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { exportAiken, importAiken } from '../../../server/quiz/formats/aiken.ts'
import type { Exported, Imported, NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { ANY_NUMBER, importGift } from '../../../server/quiz/formats/gift-read.ts'
import { exportGift } from '../../../server/quiz/formats/gift-write.ts'
import { plainOf } from '../../../server/quiz/formats/markup.ts'
import { importMoodleXml } from '../../../server/quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../../../server/quiz/formats/moodle-write.ts'
import { importQti12 } from '../../../server/quiz/formats/qti12-read.ts'
import { exportQti12 } from '../../../server/quiz/formats/qti12-write.ts'
import { decodeXml } from '../../../server/quiz/formats/xml.ts'
import { textIn, type QuestionDefinition, type Text } from '../../../server/quiz/quiz.ts'

// Banks that other projects wrote. They are not part of this repository: where they are missing, so is this test.

const ROOT = '../shared/corpora'
const there = existsSync(`${ROOT}/gift`)
const skip = there ? false : `${ROOT} is not there`
const files = (pattern: string): string[] => globSync(`${ROOT}/${pattern}`).map(file => file.replaceAll('\\', '/')).sort()
const shortOf = (file: string): string => file.slice(ROOT.length + 1)

interface Format { read (text: string): Imported, readonly bytes?: (file: Uint8Array) => string, write (questions: readonly NamedQuestion[]): Exported }

/** Reads every file of a folder, prints what came of it, and holds what is exported and imported again against it. */
function readAll (t: Tap, folder: string, pattern: string, format: Format, isOne: (file: string) => boolean = () => true): void {
  const found = files(`${folder}/${pattern}`).filter(isOne)
  let questions = 0
  const problems: string[] = []
  for (const file of found) {
    const read = format.read(format.bytes?.(readFileSync(file)) ?? readFileSync(file, 'utf8'))
    questions += read.questions.length
    problems.push(...read.problems.map(({ line, path, message, severity }) => `${shortOf(file)}:${line ?? path ?? ''} ${severity}: ${message}`))
    const again = format.read(format.write(read.questions).text)
    const strip = ({ definition }: NamedQuestion): QuestionDefinition => definition
    t.ok(again.questions.length <= read.questions.length && again.questions.every(question => read.questions.some(one => isDeepStrictEqual(strip(one), strip(question)))), `${shortOf(file)} comes back equal`)
  }
  t.comment(`${folder}: ${found.length} files, ${questions} questions imported, ${problems.length} problems`)
  for (const problem of problems) t.comment(`    ${problem}`)
  t.ok(found.length > 0 && questions > 0, folder)
}
type Tap = { comment (text: string): void, ok (value: unknown, name: string): boolean }

const gift: Format = { read: text => importGift(text), write: exportGift }
const aiken: Format = { read: text => importAiken(text), write: exportAiken }

t.test('every GIFT file is read', { skip }, async t => {
  for (const folder of ['gift/gift-grammar/tests', 'gift/moodle', 'gift/pygiftparser', 'gift/gift-parser', 'gift/giftplay', 'gift/ruby-gift', 'gift/gift-questionbank', 'gift/qas-editor']) {
    readAll(t, folder, '**/*.{gift,txt}', gift)
  }
  t.match(importGift(readFileSync(`${ROOT}/gift/moodle/question/format/gift/examples.txt`, 'utf8')), { questions: { length: 43 }, problems: [] }, "every one of Moodle's own examples")
})

t.test('every Aiken file is read', { skip }, async t => {
  for (const folder of ['aiken/moodle', 'aiken/qas-editor']) readAll(t, folder, '**/*.txt', aiken)
})

t.test('every Moodle XML file is read', { skip }, async t => {
  const moodle: Format = { read: text => importMoodleXml(text), write: exportMoodleXml }
  for (const folder of ['moodle-xml/moodle', 'moodle-xml/moodle-tools', 'moodle-xml/moodlexml-to-json', 'moodle-xml/markdown-to-moodle-xml', 'moodle-xml/qas-editor']) {
    readAll(t, folder, '**/*.xml', moodle)
  }
})

t.test('every file of QTI 1.2 is read', { skip }, async t => {
  const bytes = (file: Uint8Array): string => {
    const decoded = decodeXml(file)
    return 'text' in decoded ? decoded.text : ''
  }
  readAll(t, 'qti12-canvas/instructure-qti', '**/*.xml', { bytes, read: text => importQti12(text), write: exportQti12 }, file => !/imsmanifest|assessment_meta/.test(file))
})

interface Wording { readonly format: string, readonly text: string }
type Range = { readonly type: 'simple' | 'range' | 'high-low', readonly number?: number, readonly range?: number, readonly numberHigh?: number, readonly numberLow?: number }
interface Choice { readonly isCorrect: boolean, readonly weight: number | null, readonly text: Wording | Range, readonly feedback: Wording | null }
interface Parsed {
  readonly type: 'TF' | 'MC' | 'Short' | 'Numerical' | 'Matching' | 'Essay' | 'Description' | 'Category'
  readonly id?: string | null
  readonly title: string | null
  readonly stem: Wording
  readonly globalFeedback?: Wording | null
  readonly isTrue?: boolean
  readonly trueFeedback?: Wording | null
  readonly falseFeedback?: Wording | null
  readonly choices?: readonly Choice[] | Range
  readonly matchPairs?: readonly { readonly subquestion: Wording, readonly subanswer: string }[]
}

/** Where the JSON beside a file says otherwise, and why ours is kept. */
const DISAGREEMENTS: Readonly<Record<string, string>> = {
  'TFTwoFeedback.gift': 'of {TRUE#a#b} the first is feedback for a wrong answer, as Moodle imports it and its documentation says'
}

t.test("the parsed question beside each of the grammar's files says the same", { skip }, async t => {
  let agreed = 0
  for (const file of files('gift/gift-grammar/tests/questions/*.gift')) {
    const parsed = (JSON.parse(readFileSync(file.replace(/gift$/, 'json'), 'utf8')) as Parsed[]).filter(({ type }) => type !== 'Category')
    const { questions } = importGift(readFileSync(file, 'utf8'))
    const ours = questions.map(({ definition }) => seen(definition))
    const theirs = parsed.map(expected)
    const why = DISAGREEMENTS[shortOf(file).split('/').at(-1)!]
    if (why === undefined) {
      t.same(ours, theirs, shortOf(file))
      agreed++
    } else {
      t.notSame(ours, theirs, shortOf(file))
      t.comment(`    ${shortOf(file)} is read otherwise: ${why}`)
    }
  }
  t.comment(`gift/gift-grammar: ${agreed} of ${agreed + Object.keys(DISAGREEMENTS).length} files agree with the JSON beside them`)
})

const flat = (text: string): string => text.replace(/<br \/>/g, ' ').replace(/\s+/g, ' ').replace(/\s(?=[.,])/g, '').trim()

/** A definition as the grammar tells it. Markup is undone where the file was plain. */
function seen (definition: QuestionDefinition): object {
  const say = (text: Text | undefined): string | null => {
    if (text === undefined) return null
    const written = textIn(text, 'en')
    return flat(definition.markup === 'html' ? written : plainOf(written).text)
  }
  const common = { prompt: say(definition.prompt), feedback: say(definition.feedback) }
  switch (definition.kind) {
    case 'true-false': return { ...common, kind: definition.kind, correct: definition.correct, whenTrue: say(definition.feedbackTrue), whenFalse: say(definition.feedbackFalse) }
    case 'choice': return { ...common, kind: definition.kind, choices: definition.choices.map(({ text, correct, fraction, feedback }) => [say(text), fraction ?? (correct === true ? 1 : 0), say(feedback)]) }
    case 'short-text': return { ...common, kind: definition.kind, accept: definition.accept.map(accepted => typeof accepted === 'string' ? [flat(accepted), 1, null] : [flat('text' in accepted ? accepted.text : accepted.regex), accepted.fraction ?? 1, say(accepted.feedback)]) }
    case 'match': return { ...common, kind: definition.kind, pairs: [...definition.stems.map(({ text, choice }) => [say(text), say(definition.choices.find(({ key }) => key === choice)?.text)]), ...definition.choices.filter(({ key }) => !definition.stems.some(({ choice }) => choice === key)).map(({ text }) => ['', say(text)])] }
    case 'numeric': return {
      ...common,
      kind: definition.kind,
      answers: (definition.answers ?? [{ value: definition.value!, ...definition.tolerance !== undefined && { tolerance: definition.tolerance } }]).map(answer => [
        'min' in answer ? (answer.min === ANY_NUMBER.min ? '*' : `${answer.min}..${answer.max}`) : `${answer.value}:${String(answer.tolerance ?? 0)}`, answer.fraction ?? 1, say(answer.feedback)
      ])
    }
    default: return { ...common, kind: definition.kind }
  }
}

function expected (parsed: Parsed): object {
  const say = (wording: Wording | null | undefined): string | null => wording === null || wording === undefined || wording.text === '' ? null : flat(wording.text)
  const common = { prompt: say(parsed.stem), feedback: say(parsed.globalFeedback) }
  const list = (parsed.choices ?? []) as readonly Choice[]
  const worth = ({ weight, isCorrect }: Choice): number => weight === null ? (isCorrect ? 1 : 0) : Number((weight / 100).toPrecision(12))
  switch (parsed.type) {
    case 'TF': return { ...common, kind: 'true-false', correct: parsed.isTrue, whenTrue: say(parsed.trueFeedback), whenFalse: say(parsed.falseFeedback) }
    case 'MC': return { ...common, kind: 'choice', choices: list.map(choice => [say(choice.text as Wording), worth(choice), say(choice.feedback)]) }
    case 'Short': return { ...common, kind: 'short-text', accept: list.map(choice => [flat((choice.text as Wording).text), worth(choice), say(choice.feedback)]) }
    case 'Matching': return { ...common, kind: 'match', pairs: parsed.matchPairs!.map(({ subquestion, subanswer }) => [say(subquestion) ?? '', flat(subanswer)]) }
    case 'Numerical': return {
      ...common,
      kind: 'numeric',
      answers: Array.isArray(parsed.choices)
        ? list.map(choice => [rangeOf(choice.text), worth(choice), say(choice.feedback)])
        : [[rangeOf(parsed.choices as Range), 1, null]]
    }
    case 'Essay': return { ...common, kind: 'essay' }
    case 'Description': return { ...common, kind: 'description' }
    case 'Category': return {}
  }
}

function rangeOf (range: Wording | Range): string {
  if (!('type' in range)) return range.text
  return range.type === 'high-low' ? `${range.numberLow}..${range.numberHigh}` : `${range.number}:${range.range ?? 0}`
}
