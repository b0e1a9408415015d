import { gradeAnswer } from '../grading.ts'
import { isAnswer, kindOf, type QuestionDefinition } from '../kinds/index.ts'
import { textIn, type Text } from '../text.ts'
import type { Table } from './table.ts'

/** One thing that people answered: a choice, or what they gave for one part (a stem, a gap, a statement). */
export interface Response {
  /** the stem, gap or statement; '' where the question has no parts */
  readonly part: string
  /** the key chosen, or what was typed; '' for those who gave nothing */
  readonly response: string
  /** in words, of the language asked for */
  readonly label: string
  readonly count: number
  /** of those who met the question */
  readonly percent: number
  /** mean total mark of those who answered so: a wrong choice that the better trainees take is badly written, or right */
  readonly meanTotal: number
  /** whether it is right; null where that depends on what was drawn, or on a person's mark */
  readonly right: boolean | null
}

/** How many different responses to one part are told apart; typed text can have as many as there are people. */
const MOST = 20

type Part = readonly [part: string, response: string]

/** What of an answer can be counted. */
export interface Given {
  readonly parts: readonly { readonly part: Part, readonly name: string }[]
  /** one name for all answers that count as the same one, for comparing two people; null for a blank one */
  readonly name: string | null
}

/** Answers longer than this, written as JSON, are seldom given twice. */
const LONGEST_KEPT = 200

/** A reader of answers to a question, which reads those that are given again and again but once. */
export function makeReader (definition: QuestionDefinition): (answer: unknown) => Given {
  const kept = new Map<string | undefined, Given>()
  return answer => {
    const written = JSON.stringify(answer) as string | undefined
    const known = kept.get(written)
    if (known !== undefined) return known
    const parts = partsOf(definition, answer).map(part => ({ part, name: nameOfPart(part) }))
    const told = parts.filter(({ part: [part, response] }) => part !== '' || response !== '').map(({ name }) => name)
    const given = { parts, name: told.length === 0 ? null : told.sort().join('\n') }
    if (written === undefined || written.length <= LONGEST_KEPT) kept.set(written, given)
    return given
  }
}

/** What of each answer can be counted, by its number; undefined where its question has no definition. */
export function givenIn ({ questions, answers }: Table, definitionOf: (question: string) => QuestionDefinition | undefined): (Given | undefined)[] {
  const readers = questions.map(question => {
    const definition = definitionOf(question)
    return definition === undefined ? undefined : makeReader(definition)
  })
  return answers.map(({ question, answer }) => readers[question]?.(answer))
}

/** Every response to a question, the most frequent of each part first; beyond twenty for a part the rarest are left out.
 * Answers are read by their shape, not by kind, so that a kind to come is analysed as well.
 * @param rows of those who met it */
export function responsesOf (
  definition: QuestionDefinition, rows: Int32Array, { table, totals, given }: { readonly table: Table, readonly totals: Float64Array, readonly given: readonly (Given | undefined)[] }, language: string
): Response[] {
  const counts = new Map<string, Counted>()
  const counted = ({ part, name }: Given['parts'][number], answer: unknown): Counted => {
    let known = counts.get(name)
    if (known === undefined) counts.set(name, known = { part, answer, count: 0, total: 0 })
    return known
  }
  // By the answer's number.
  const countedBy: Counted[][] = []
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number
    const number = table.rows.answer[row] as number
    const total = totals[table.rows.person[row] as number] as number
    for (const one of countedBy[number] ??= (given[number] as Given).parts.map(part => counted(part, table.answers[number]?.answer))) {
      one.count++
      one.total += total
    }
  }
  const labels = labelsOf(definition, language)
  const rightAnswer = new Set(partsOf(definition, kindOf(definition).rightAnswer(definition)).map(nameOfPart))
  const parts = new Map<string, Response[]>()
  for (const { part: [part, response], answer, count, total } of [...counts.values()].sort((a, b) => b.count - a.count)) {
    const ofPart = parts.get(part) ?? []
    parts.set(part, ofPart)
    if (ofPart.length === MOST) continue
    ofPart.push({
      part,
      response,
      label: [part, response].filter(key => key !== '').map(key => labels.get(key) ?? key).join(': '),
      count,
      percent: 100 * count / rows.length,
      meanTotal: total / count,
      right: isRightResponse(definition, [part, response], answer, rightAnswer)
    })
  }
  return [...parts.values()].flat()
}

interface Counted { readonly part: Part, readonly answer: unknown, count: number, total: number }

/** A choice by the right answer, a part by how it was graded, anything else by the grade of the whole.
 * @param answer one that holds the response */
function isRightResponse (definition: QuestionDefinition, part: Part, answer: unknown, rightAnswer: ReadonlySet<string>): boolean | null {
  if (part[1] === '') return false
  if (kindOf(definition).draw !== undefined) return null
  const { state, fraction, parts } = gradeAnswer(definition, answer)
  if (state === 'needs-marking') return null
  if (part[0] !== '') return parts?.some(({ key, fraction }) => key === part[0] && fraction >= 1) === true
  return rightAnswer.has(nameOfPart(part)) || fraction >= 1
}

/** What of an answer can be counted. Blank answers are one response, ''. */
function partsOf (definition: QuestionDefinition, answer: unknown): Part[] {
  if (answer === null || !isAnswer(definition, answer)) return [['', '']]
  const shape: Readonly<Record<string, unknown>> = { ...answer }
  const chosen = shape['choices'] ?? shape['selected']
  if (Array.isArray(chosen)) return chosen.length === 0 ? [['', '']] : chosen.map((key): Part => ['', String(key)])
  const byPart = shape['pairs'] ?? shape['verdicts'] ?? shape['groups'] ?? shape['gaps'] ?? shape['drops']
  if (typeof byPart === 'object' && byPart !== null) {
    return Object.entries(byPart).flatMap(([part, given]): Part[] => given === '' ? [] : [[part, String(given)]])
  }
  const text = shape['text']
  if (typeof text === 'string') return [['', text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()]]
  return [['', kindOf(definition).summary(definition, answer, '')]]
}

// Neither a key nor text read as one line holds the character between them.
function nameOfPart ([part, response]: Part): string {
  return `${part}\t${response}`
}

/** Every key of the definition that has a text. */
function labelsOf (definition: QuestionDefinition, language: string): Map<string, string> {
  const labels = new Map<string, string>()
  const controls: Readonly<Record<string, unknown>> = kindOf(definition).controls(definition, [])
  for (const options of Object.values(controls)) {
    if (!Array.isArray(options)) continue
    for (const option of options as readonly unknown[]) {
      if (isOption(option)) labels.set(option.key, textIn(option.text, language))
    }
  }
  return labels
}

function isOption (value: unknown): value is { readonly key: string, readonly text: Text } {
  return typeof value === 'object' && value !== null && 'key' in value && 'text' in value && typeof value.key === 'string'
}
