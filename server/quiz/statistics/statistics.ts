import type { QuestionDefinition } from '../kinds/index.ts'
import { groupDifferences, type GroupDifference } from './group-difference.ts'
import { makeFigures, questionStatistics, slotStatistics, type Met, type QuestionStatistics, type SlotStatistics } from './question-statistics.ts'
import { raschOf, type RaschItem, type Try } from './rasch.ts'
import { makeReader } from './responses.ts'
import { similarPairs, type Similarity } from './similarity.ts'
import { isRight, markOfItem, totalOf, type Sitting } from './sitting.ts'
import { testFigures, type TestFigures } from './test-figures.ts'
import { weightsOf } from './weights.ts'

export interface QuizStatistics {
  readonly test: TestFigures & {
    /** what the internal consistency is worked out over: questions where everybody met the same ones, else places in the paper */
    readonly items: 'questions' | 'slots'
  }
  readonly slots: readonly SlotStatistics[]
  readonly questions: readonly QuestionStatistics[]
  /** between languages, or whatever `group` is */
  readonly differences: readonly GroupDifference[]
  /** Hints for a person to look at, never a verdict; `first` and `second` are ids of sittings. @see similarPairs */
  readonly similarities: readonly (Omit<Similarity, 'first' | 'second'> & { readonly first: string, readonly second: string })[]
}

/** Fewer sittings than this, and no Rasch difficulties: their errors would be as wide as their range (Linacre, Rasch Measurement
 * Transactions 7, 1994, asks for 30 to place an item within a logit). */
export const LEAST_FOR_RASCH = 30

/** Everything that can be said of a quiz from those who sat it: the test as a whole, every place in the paper and every question,
 * which questions one language finds harder, and which pairs of people answered alike. Each figure says in its own docstring what
 * it is and where it comes from. Changes nothing it is given and never throws.
 * @param sittings one for each person: which of several attempts counts is the host's to choose
 * @param definitionOf for random guesses and responses; without one, both are left out
 * @param language of the labels of responses
 * @example
 * const { test, questions } = quizStatistics(sittings, question => definitions.get(question), 'en')
 * test.internalConsistencyPercent                                   // 81.3…
 * questions.filter(question => question.concerns.length > 0)        // those to look at */
export function quizStatistics (sittings: readonly Sitting[], definitionOf: (question: string) => QuestionDefinition | undefined, language: string): QuizStatistics {
  const totals = sittings.map(totalOf)
  const { slots, questions, allMarks } = tabulate(sittings, totals, definitionOf)
  const same = [...questions.values()].every(({ met }) => met.length === sittings.length)
  const differences = groupDifferences(sittings)
  const suspects = new Set(differences.filter(({ suspect }) => suspect).map(({ question }) => question))
  const difficulties = difficultiesOf(sittings)
  const slotWeights = weightsOf([...slots.values()].map(({ marks }) => marks), totals)
  const questionWeights = weightsOf([...questions.values()].map(({ marks }) => marks), totals)
  const figures = makeFigures()
  return {
    test: {
      items: same ? 'questions' : 'slots',
      ...testFigures(totals, [...(same ? questions : slots).values()].map(({ marks }) => marks))
    },
    slots: [...slots].map(([slot, { met }], index) => slotStatistics(slot, asOfQuestion(met, questions), slotWeights[index] as typeof slotWeights[number], allMarks, figures))
      .sort((a, b) => a.slot - b.slot),
    questions: [...questions].map(([question, { met }], index) => questionStatistics(question, met, questionWeights[index] as typeof questionWeights[number], {
      allMarks,
      figures,
      definition: definitionOf(question),
      language,
      rasch: difficulties.get(question) ?? null,
      suspect: suspects.has(question)
    })).sort((a, b) => a.question < b.question ? -1 : 1),
    differences,
    similarities: similaritiesOf(sittings, questions)
  }
}

interface Column {
  readonly met: Met[]
  /** whose each is, as the number of their sitting */
  readonly people: number[]
  /** by sitting; 0 where it was not on the paper */
  readonly marks: Float64Array
}

/** By place in the paper and by question; and all marks that could be earned. */
function tabulate (sittings: readonly Sitting[], totals: readonly number[], definitionOf: (question: string) => QuestionDefinition | undefined): { readonly slots: Map<number, Column>, readonly questions: Map<string, Column>, readonly allMarks: number } {
  const slots = new Map<number, Column>()
  const questions = new Map<string, Column>()
  const readers = new Map<string, ReturnType<typeof makeReader> | null>()
  let allMarks = 0
  for (const [index, sitting] of sittings.entries()) {
    const total = totals[index] as number
    for (const item of sitting.items) {
      const mark = markOfItem(item)
      let read = readers.get(item.question)
      if (read === undefined) {
        const definition = definitionOf(item.question)
        readers.set(item.question, read = definition === undefined ? null : makeReader(definition))
      }
      const one = { item, mark, total, rest: total - mark, given: read?.(item.answer) }
      allMarks += item.markMax
      enter(slots, item.slot, one, index, sittings.length)
      enter(questions, item.question, one, index, sittings.length)
    }
  }
  return { slots, questions, allMarks }
}

function enter<K> (columns: Map<K, Column>, key: K, one: Met, index: number, count: number): void {
  let column = columns.get(key)
  if (column === undefined) columns.set(key, column = { met: [], people: [], marks: new Float64Array(count) })
  column.met.push(one)
  column.people.push(index)
  column.marks[index] = one.mark
}

/** The list of a place's question, where everybody met that question there: the same list. */
function asOfQuestion (met: readonly Met[], questions: ReadonlyMap<string, Column>): readonly Met[] {
  const ofQuestion = (questions.get((met[0] as Met).item.question) as Column).met
  return ofQuestion.length === met.length && ofQuestion.every((one, index) => one === met[index]) ? ofQuestion : met
}

function difficultiesOf (sittings: readonly Sitting[]): Map<string, RaschItem> {
  if (sittings.length < LEAST_FOR_RASCH) return new Map()
  const places = new Map<string, number>()
  const people = sittings.map(({ items }) => {
    const tries: Try[] = []
    for (const item of items) {
      if (item.markMax <= 0) continue
      let place = places.get(item.question)
      if (place === undefined) places.set(item.question, place = places.size)
      tries.push({ item: place, right: isRight(item) })
    }
    return tries
  })
  const found = raschOf(people, places.size)
  return new Map([...places].flatMap(([question, place]) => {
    const item = found[place]
    return item === undefined || item === null ? [] : [[question, item]]
  }))
}

function similaritiesOf (sittings: readonly Sitting[], questions: ReadonlyMap<string, Column>): QuizStatistics['similarities'] {
  const wrong = [...questions.values()].map(({ met, people }) => {
    const answers = new Array<string | undefined>(sittings.length).fill(undefined)
    for (let index = 0; index < met.length; index++) {
      const { item, given } = met[index] as Met
      if (given !== undefined && given.name !== null && !isRight(item)) answers[people[index] as number] = given.name
    }
    return answers
  })
  const idOf = (index: number): string => (sittings[index] as Sitting).id
  return similarPairs(sittings.length, wrong).map(({ first, second, ...similarity }) => ({ first: idOf(first), second: idOf(second), ...similarity }))
}
