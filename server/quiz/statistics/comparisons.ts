import { concernsOf } from './concerns.ts'
import { raschIn, type RaschItem } from './rasch.ts'
import { pairsIn } from './similarity.ts'
import type { ItemStatistics, QuizStatistics } from './statistics.ts'
import type { Table } from './table.ts'

/** Fewer sittings than this, and no Rasch difficulties: their errors would be as wide as their range (Linacre, Rasch Measurement
 * Transactions 7, 1994, asks for 30 to place an item within a logit). */
export const LEAST_FOR_RASCH = 30

/** What follows from comparing people with each other. It asks for no definitions: whoever has no engine at hand can work it out. */
interface Comparisons extends Pick<QuizStatistics, 'similarities'> {
  /** by question */
  readonly difficulties: ReadonlyMap<string, RaschItem>
}

export function withComparisons ({ test, slots, questions, differences }: ItemStatistics, { difficulties, similarities }: Comparisons): QuizStatistics {
  const suspects = new Set(differences.filter(({ suspect }) => suspect).map(({ question }) => question))
  return {
    test,
    slots,
    questions: questions.map(figures => {
      const question = { ...figures, rasch: difficulties.get(figures.question) ?? null }
      return { ...question, concerns: concernsOf(question, suspects.has(question.question)) }
    }),
    differences,
    similarities
  }
}

export function difficultiesIn ({ ids, questions, rows }: Table): Map<string, RaschItem> {
  if (ids.length < LEAST_FOR_RASCH) return new Map()
  // Questions that earn nothing are left out, the others numbered as they are met.
  const places = new Map<number, number>()
  const starts = new Int32Array(ids.length + 1)
  const item = new Int32Array(rows.person.length)
  const right = new Uint8Array(rows.person.length)
  let count = 0
  for (let row = 0; row < rows.person.length; row++) {
    if ((rows.markMax[row] as number) <= 0) continue
    const question = rows.question[row] as number
    let place = places.get(question)
    if (place === undefined) places.set(question, place = places.size)
    item[count] = place
    right[count++] = rows.right[row] as number
    starts[(rows.person[row] as number) + 1] = count
  }
  // Who met none begins and ends where the one before ended.
  for (let person = 0; person < ids.length; person++) starts[person + 1] = Math.max(starts[person] as number, starts[person + 1] as number)
  const found = raschIn({ starts, item, right, count: places.size })
  return new Map([...places].flatMap(([question, place]) => {
    const one = found[place]
    return one === undefined || one === null ? [] : [[questions[question] as string, one]]
  }))
}

/** @param wrong what everybody answered wrong (statistics.ts) */
export function similaritiesIn ({ ids }: Table, wrong: readonly Int32Array[]): QuizStatistics['similarities'] {
  const idOf = (person: number): string => ids[person] as string
  return pairsIn(ids.length, wrong).map(({ first, second, ...similarity }) => ({ first: idOf(first), second: idOf(second), ...similarity }))
}
