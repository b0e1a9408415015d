import Type, { type Static } from 'typebox'
import type { Problem } from './problem.ts'
import { DIFFICULTIES, difficulty, key, type Asked, type Difficulty } from './question.ts'
import { text } from './text.ts'

const draw = Type.Object({
  topic: key,
  difficulty: Type.Optional(difficulty),
  count: Type.Integer({ minimum: 1, maximum: 500 })
}, { additionalProperties: false })

/** A part of a quiz: questions drawn at random from the course's banks, or questions by name. */
export const section = Type.Union([
  Type.Object({
    title: Type.Optional(text),
    draw: Type.Array(draw, { minItems: 1, maxItems: 200, description: 'How many questions of which topic, drawn at random' })
  }, { additionalProperties: false }),
  Type.Object({
    title: Type.Optional(text),
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
interface DrawRow extends RowPart { readonly topic: string, readonly from: readonly Difficulty[], readonly count: number }

/** A blueprint's rows in the order in which they must take from a bank, so that none takes what another cannot do without:
 * questions by name, draws of one difficulty, draws of any. Among equals, as written. */
export function rowsOf ({ sections }: Blueprint): Row[] {
  const rows = sections.flatMap((written, section): Row[] => 'questions' in written
    ? written.questions.map((question, row) => ({ section, row, path: `sections/${section}/questions/${row}`, question }))
    : written.draw.map(({ topic, difficulty, count }, row) => {
      const from = difficulty === undefined ? DIFFICULTIES : [difficulty]
      return { section, row, path: `sections/${section}/draw/${row}`, topic, from, count }
    }))
  const freedom = (row: Row): number => 'question' in row ? 0 : row.from.length
  return rows.sort((a, b) => freedom(a) - freedom(b))
}

/** What is asked of a bank and cannot be met: named questions that do not exist or are asked twice, and draws that ask for
 * more than is left. No question is asked twice in one paper: named questions are out of the draws, and a draw of any
 * difficulty has what the draws of one difficulty leave, so that problems arise only where no way of drawing would do.
 * @param questions all that may be drawn from, each key once
 * @returns problems with the path of the name or draw, such as `sections/0/draw/2`; [] when every paper can be drawn */
export function checkDraw (quiz: Blueprint, questions: readonly Asked[]): Problem[] {
  const problems: Problem[] = []
  const left = new Map(questions.map(question => [question.key, question]))
  const known = new Set(left.keys())
  for (const row of rowsOf(quiz)) {
    if ('question' in row) {
      if (!known.has(row.question)) problems.push({ path: row.path, message: `there is no question '${row.question}'` })
      else if (!left.delete(row.question)) problems.push({ path: row.path, message: `'${row.question}' is asked twice` })
      continue
    }
    const there = [...left.values()].filter(question => isFor(row, question))
    if (there.length < row.count) problems.push({ path: row.path, message: shortage(row, there.length) })
    for (const question of there.slice(0, row.count)) left.delete(question.key)
  }
  return problems
}

/** Whether a row may take a question. */
export function isFor (row: Row, question: Asked): boolean {
  return 'question' in row
    ? question.key === row.question
    : question.topic === row.topic && row.from.includes(question.difficulty)
}

function shortage (row: DrawRow, left: number): string {
  const difficulty = row.from.length === 1 ? `${row.from[0]} ` : ''
  const there = left === 0 ? 'none is' : left === 1 ? 'only 1 is' : `only ${left} are`
  return `asks for ${row.count} ${difficulty}of topic '${row.topic}', but ${there} left for it`
}
