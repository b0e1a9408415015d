import Type, { type Static } from 'typebox'
import { isAsked } from './kinds/index.ts'
import type { Problem } from './problem.ts'
import { DIFFICULTIES, difficulty, key, type Asked, type Difficulty } from './question.ts'
import { isWrittenIn, LANGUAGE, text } from './text.ts'

const draw = Type.Object({
  topic: key,
  difficulty: Type.Optional(difficulty),
  language: Type.Optional(Type.String({
    pattern: LANGUAGE, maxLength: 35, title: 'a language tag (BCP 47), such as `en` or `ar`',
    description: 'Only questions whose prompt is written in this language'
  })),
  count: Type.Integer({ minimum: 1, maximum: 500 })
}, { additionalProperties: false })

const sectionPart = {
  title: Type.Optional(text),
  weight: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, default: 1, description: 'How many times its marks count; 1 when left out' })),
  minPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'What must be reached in this section alone to pass the quiz' }))
}

/** A part of a quiz: questions drawn at random from the course's banks, or questions by name. */
export const section = Type.Union([
  Type.Object({
    ...sectionPart,
    draw: Type.Array(draw, { minItems: 1, maxItems: 200, description: 'How many questions of which topic, drawn at random' })
  }, { additionalProperties: false }),
  Type.Object({
    ...sectionPart,
    questions: Type.Array(key, { minItems: 1, maxItems: 500, description: 'Keys of the questions asked' })
  }, { additionalProperties: false })
])

/** What a paper is made of, section by section. */
export interface Blueprint { readonly sections: readonly Static<typeof section>[] }

/** One row of a section: a named question, or a number of questions of a topic. */
export type Row = NamedRow | DrawRow

interface RowPart {
  /** index of the section, and of the row in it, from 0 */
  readonly section: number
  readonly row: number
  readonly path: string
}
interface NamedRow extends RowPart { readonly question: string }
interface DrawRow extends RowPart {
  readonly topic: string
  readonly from: readonly Difficulty[]
  readonly language?: string
  readonly count: number
}

/** A blueprint's rows in the order in which they must take from a bank, so that none takes what another cannot do without:
 * questions by name, draws of one difficulty, draws of any. Among equals, as written. Draws by language can still stand in
 * each other's way; `allot` sees to them. */
export function rowsOf ({ sections }: Blueprint): Row[] {
  const rows = sections.flatMap((written, section): Row[] => 'questions' in written
    ? written.questions.map((question, row) => ({ section, row, path: `sections/${section}/questions/${row}`, question }))
    : written.draw.map(({ topic, difficulty, language, count }, row) => {
      const from = difficulty === undefined ? DIFFICULTIES : [difficulty]
      return { section, row, path: `sections/${section}/draw/${row}`, topic, from, count, ...language !== undefined && { language } }
    }))
  const freedom = (row: Row): number => 'question' in row ? 0 : row.from.length * (row.language === undefined ? 2 : 1)
  return rows.sort((a, b) => freedom(a) - freedom(b))
}

/** What is asked of a bank and cannot be met: named questions that do not exist or are asked twice, and draws that ask for
 * more than is left. No question is asked twice in one paper: named questions are out of the draws, and a draw of any
 * difficulty or language has what the stricter draws leave, so that problems arise only where no way of drawing would do.
 * @param questions all that may be drawn from, each key once
 * @param firstLanguage what a plain string is written in; draws by language find no plain string when left out
 * @returns problems with the path of the name or draw, such as `sections/0/draw/2`; [] when every paper can be drawn */
export function checkDraw (quiz: Blueprint, questions: readonly Asked[], firstLanguage?: string): Problem[] {
  const problems: Problem[] = []
  const left = new Map(questions.map(question => [question.key, question]))
  const known = new Set(left.keys())
  const rows = rowsOf(quiz)
  for (const row of rows) {
    if (!('question' in row)) continue
    if (!known.has(row.question)) problems.push({ path: row.path, message: `there is no question '${row.question}'` })
    else if (!left.delete(row.question)) problems.push({ path: row.path, message: `'${row.question}' is asked twice` })
  }
  const draws = rows.filter(isDraw)
  const allotted = allot(draws, [...left.values()], firstLanguage)
  for (const [index, row] of draws.entries()) {
    const { length } = allotted[index] as readonly Asked[] // one list a row
    if (length < row.count) problems.push({ path: row.path, message: shortage(row, length) })
  }
  return problems
}

/** References to a stimulus that lead nowhere.
 * @param questions of one bank
 * @returns problems with the index of the question in the list given, such as `3/stimulus`; [] when each reference is met */
export function checkStimuli (questions: readonly Asked[]): Problem[] {
  const kinds = new Map(questions.map(({ key, kind }) => [key, kind]))
  return questions.flatMap(({ stimulus }, index) => {
    const path = `${index}/stimulus`
    if (stimulus === undefined) return []
    if (!kinds.has(stimulus)) return [{ path, message: `there is no question '${stimulus}' in this bank` }]
    return kinds.get(stimulus) === 'stimulus' ? [] : [{ path, message: `'${stimulus}' is not of kind stimulus` }]
  })
}

/** Shares questions out to draws, each question once, so that as many as can be are met; each draw takes the first in the
 * order given that it can have.
 *
 * Draws by language overlap freely (an easy one of any language, one of any difficulty in Arabic), so that no fixed order of
 * serving them is safe: when a draw finds nothing left, earlier ones are made to change for another, along a path
 * of changes that sets a question free (augmenting paths, as in Kuhn's algorithm for bipartite matching).
 * @returns the questions of each draw, in the draws' order */
export function allot<Q extends Asked> (draws: readonly DrawRow[], questions: readonly Q[], firstLanguage?: string): Q[][] {
  const wanted = draws.map(row => questions.filter(question => isFor(row, question, firstLanguage)))
  const holder = new Map<Q, number>()
  function give (row: number, asked: Set<number>): boolean {
    asked.add(row)
    const may = wanted[row] as Q[]
    const free = may.find(question => !holder.has(question))
    const given = free ?? may.find(question => {
      const other = holder.get(question) as number
      return !asked.has(other) && give(other, asked)
    })
    if (given !== undefined) holder.set(given, row)
    return given !== undefined
  }
  for (const [row, { count }] of draws.entries()) {
    for (let taken = 0; taken < count && give(row, new Set()); taken++);
  }
  return draws.map((_, row) => questions.filter(question => holder.get(question) === row))
}

export function isDraw (row: Row): row is DrawRow {
  return !('question' in row)
}

/** Whether a row may take a question. What asks nothing comes by name, or with the questions that refer to it. */
export function isFor (row: Row, question: Asked, firstLanguage?: string): boolean {
  return 'question' in row
    ? question.key === row.question
    : question.topic === row.topic && row.from.includes(question.difficulty) && isAsked(question) &&
      (row.language === undefined || isWrittenIn(question.prompt ?? {}, row.language, firstLanguage))
}

function shortage (row: DrawRow, left: number): string {
  const difficulty = row.from.length === 1 ? `${row.from[0]} ` : ''
  const language = row.language === undefined ? '' : ` in '${row.language}'`
  const there = left === 0 ? 'none is' : left === 1 ? 'only 1 is' : `only ${left} are`
  return `asks for ${row.count} ${difficulty}of topic '${row.topic}'${language}, but ${there} left for it`
}
