import type { QuestionDefinition } from '../kinds/index.ts'
import type { Concern } from './concerns.ts'
import { randomGuessPercent } from './guessing.ts'
import { figuresOf, type ItemFigures } from './item-figures.ts'
import { median } from './moments.ts'
import type { RaschItem } from './rasch.ts'
import { responsesOf, type Given, type Response } from './responses.ts'
import { rowsBy, type Table } from './table.ts'
import type { Weight } from './weights.ts'

/** What is said of a place in the paper and of a question alike. */
export interface PlaceStatistics extends ItemFigures, Weight {
  /** what a right answer earns; the mean of it where it differed */
  readonly markMax: number
  /** its part of all the marks that could be earned */
  readonly intendedWeightPercent: number
  /** null where no time is known */
  readonly medianSeconds: number | null
}

export interface SlotStatistics extends PlaceStatistics {
  readonly slot: number
  /** what was asked there: more than one where questions are drawn or shuffled */
  readonly questions: readonly string[]
}

export interface QuestionStatistics extends PlaceStatistics {
  readonly question: string
  /** where it stood, ascending */
  readonly slots: readonly number[]
  readonly randomGuessPercent: number | null
  readonly blankCount: number
  readonly responses: readonly Response[]
  /** null where it cannot be estimated, or too few have met the questions */
  readonly rasch: RaschItem | null
  /** by version and by variant; [] where there was only one */
  readonly versions: readonly Breakdown[]
  readonly variants: readonly Breakdown[]
  readonly concerns: readonly Concern[]
}

export interface Breakdown extends ItemFigures { readonly name: string }

/** Drawn variables can make as many variants as there are people: the most frequent are told. */
const MOST_GROUPS = 50

/** What places in the paper and questions are looked at with. */
export interface Sat {
  readonly table: Table
  /** by row */
  readonly marks: Float64Array
  /** by sitting */
  readonly totals: Float64Array
  /** what of each answer can be counted; undefined where its question has no definition */
  readonly given: readonly (Given | undefined)[]
  /** that could be earned by all */
  readonly allMarks: number
}

/** What is said of some rows, whatever they have in common. */
interface Figures extends Pick<PlaceStatistics, 'markMax' | 'medianSeconds'> {
  readonly item: ItemFigures
  readonly allMarks: number
}

export function slotStatistics ({ table, allMarks }: Sat, slot: number, rows: Int32Array, figures: Figures, weight: Weight): SlotStatistics {
  return { slot, questions: distinct(rows, table.rows.question, table.questions).sort(), ...placeStatistics(figures, weight, allMarks) }
}

/** All of it but what follows from comparing it with other questions. */
export function questionStatistics (sat: Sat, question: string, rows: Int32Array, figures: Figures, weight: Weight, definition: QuestionDefinition | undefined, language: string): Omit<QuestionStatistics, 'rasch' | 'concerns'> {
  const { table } = sat
  return {
    question,
    slots: distinct(rows, table.rows.slot, table.slots).sort((a, b) => a - b),
    ...placeStatistics(figures, weight, sat.allMarks),
    randomGuessPercent: definition === undefined ? null : randomGuessPercent(definition),
    blankCount: rows.reduce((blanks, row) => blanks + (table.answers[table.rows.answer[row] as number]?.answer === null ? 1 : 0), 0),
    responses: definition === undefined ? [] : responsesOf(definition, rows, sat, language),
    versions: breakdown(sat, rows, table.rows.version, table.versions),
    variants: breakdown(sat, rows, table.rows.variant, table.variants)
  }
}

function placeStatistics ({ markMax, medianSeconds, allMarks: own, item }: Figures, weight: Weight, allMarks: number): PlaceStatistics {
  return { markMax, ...item, intendedWeightPercent: allMarks === 0 ? 0 : 100 * own / allMarks, ...weight, medianSeconds }
}

export function figuresOfRows ({ table: { rows: { person, markMax, seconds } }, marks, totals }: Sat, rows: Int32Array): Figures {
  const own = new Float64Array(rows.length)
  const rests = new Float64Array(rows.length)
  const known = new Float64Array(rows.length)
  let [allMarks, count] = [0, 0]
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number
    const mark = marks[row] as number
    own[index] = mark
    rests[index] = (totals[person[row] as number] as number) - mark
    allMarks += markMax[row] as number
    const spent = seconds[row] as number
    if (!Number.isNaN(spent)) known[count++] = spent
  }
  const most = allMarks / rows.length
  return { markMax: most, item: figuresOf(own, rests, most), allMarks, medianSeconds: median(known.subarray(0, count)) }
}

function breakdown (sat: Sat, rows: Int32Array, numbers: Int32Array, names: readonly string[]): Breakdown[] {
  if (distinct(rows, numbers, names).length === 1) return []
  const frequent = [...rowsBy(numbers, names.length, rows)].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_GROUPS)
  return frequent.map(([number, group]) => ({ name: names[number] as string, ...figuresOfRows(sat, group).item })).sort(({ name: a }, { name: b }) => a < b ? -1 : 1)
}

/** What the numbers of some rows stand for, each once. */
function distinct<T> (rows: Int32Array, numbers: Int32Array, names: readonly T[]): T[] {
  if (names.length === 1) return [...names]
  const found = new Uint8Array(names.length)
  for (let index = 0; index < rows.length; index++) found[numbers[rows[index] as number] as number] = 1
  return names.filter((_, number) => found[number] === 1)
}
