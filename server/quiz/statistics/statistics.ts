import type { QuestionDefinition } from '../kinds/index.ts'
import { difficultiesIn, similaritiesIn, withComparisons } from './comparisons.ts'
import { differencesIn, type GroupDifference } from './group-difference.ts'
import { sum } from './moments.ts'
import { figuresOfRows, questionStatistics, slotStatistics, type QuestionStatistics, type Sat, type SlotStatistics } from './question-statistics.ts'
import { givenIn, type Given } from './responses.ts'
import type { Similarity } from './similarity.ts'
import type { Sitting } from './sitting.ts'
import { markOf, rowsBy, tableOf, totalsOf, type Table } from './table.ts'
import { testFigures, type TestFigures } from './test-figures.ts'
import { weightsOf, type Weight } from './weights.ts'

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

/** What is known of a quiz before people are compared with each other. */
export interface ItemStatistics extends Pick<QuizStatistics, 'test' | 'slots' | 'differences'> {
  readonly questions: readonly Omit<QuestionStatistics, 'rasch' | 'concerns'>[]
}

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
  const table = tableOf(sittings)
  const given = givenIn(table, definitionOf)
  return withComparisons(itemStatistics(table, given, definitionOf, language), {
    difficulties: difficultiesIn(table), similarities: similaritiesIn(table, wrongAnswersIn(table, given))
  })
}

/** @param given what of the table's answers can be counted (responses.ts) */
export function itemStatistics (table: Table, given: readonly (Given | undefined)[], definitionOf: (question: string) => QuestionDefinition | undefined, language: string): ItemStatistics {
  const { ids, rows } = table
  const marks = rows.fraction.map((_, row) => markOf(rows, row))
  const totals = totalsOf(table)
  const sat: Sat = { table, marks, totals, given, allMarks: sum(rows.markMax) }
  const all = rows.person.map((_, row) => row)
  const questions = rowsBy(rows.question, table.questions.length, all)
  const slots = rowsBy(rows.slot, table.slots.length, all)
  // By sitting; 0 where it was not on the paper.
  const marksOf = (list: Int32Array): Float64Array => {
    const own = new Float64Array(ids.length)
    for (let index = 0; index < list.length; index++) {
      const row = list[index] as number
      own[rows.person[row] as number] = marks[row] as number
    }
    return own
  }
  const [questionMarks, slotMarks] = [[...questions.values()].map(marksOf), [...slots.values()].map(marksOf)]
  const [questionWeights, slotWeights] = [weightsOf(questionMarks, totals), weightsOf(slotMarks, totals)]
  const questionFigures = new Map([...questions].map(([question, list]) => [question, figuresOfRows(sat, list)]))
  // A place where everybody met one question, who all met it there, has the figures of that question.
  const figuresOfSlot = (list: Int32Array): ReturnType<typeof figuresOfRows> => {
    const question = rows.question[list[0] as number] as number
    const same = questions.get(question) as Int32Array
    return same.length === list.length && same.every((row, index) => row === list[index]) ? questionFigures.get(question) as ReturnType<typeof figuresOfRows> : figuresOfRows(sat, list)
  }
  const same = [...questions.values()].every(({ length }) => length === ids.length)
  return {
    test: { items: same ? 'questions' : 'slots', ...testFigures(totals, same ? questionMarks : slotMarks) },
    slots: [...slots].map(([slot, list], index) => slotStatistics(sat, table.slots[slot] as number, list, figuresOfSlot(list), slotWeights[index] as Weight))
      .sort((a, b) => a.slot - b.slot),
    questions: [...questions].map(([number, list], index) => {
      const question = table.questions[number] as string
      return questionStatistics(sat, question, list, questionFigures.get(number) as ReturnType<typeof figuresOfRows>, questionWeights[index] as Weight, definitionOf(question), language)
    }).sort((a, b) => a.question < b.question ? -1 : 1),
    differences: differencesIn(table)
  }
}

/** What everybody answered wrong to each question, as a number from 1 for answers that count as the same one; 0 for those who had it
 * right, left it blank or never met it. */
export function wrongAnswersIn ({ ids, questions, answers, rows }: Table, given: readonly (Given | undefined)[]): Int32Array[] {
  const found = questions.map(() => new Int32Array(ids.length))
  const known = questions.map(() => new Map<string, number>())
  const numbers = new Int32Array(answers.length)
  for (let row = 0; row < rows.person.length; row++) {
    if (rows.right[row] === 1) continue
    const question = rows.question[row] as number
    const answer = rows.answer[row] as number
    const name = given[answer]?.name ?? null
    if (name === null) continue
    if (numbers[answer] === 0) {
      const ofQuestion = known[question] as Map<string, number>
      numbers[answer] = ofQuestion.get(name) ?? ofQuestion.size + 1
      ofQuestion.set(name, numbers[answer])
    }
    (found[question] as Int32Array)[rows.person[row] as number] = numbers[answer] as number
  }
  return found
}
