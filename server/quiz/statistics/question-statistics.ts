import type { QuestionDefinition } from '../kinds/index.ts'
import { concernsOf, type Concern } from './concerns.ts'
import { randomGuessPercent } from './guessing.ts'
import { itemFigures, type ItemFigures } from './item-figures.ts'
import { median } from './moments.ts'
import type { RaschItem } from './rasch.ts'
import { responsesOf, type Given, type Response } from './responses.ts'
import type { SatItem } from './sitting.ts'
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

/** An item, what it earned, the total of the sitting it belongs to, and the rest of that without the item. */
export interface Met {
  readonly item: SatItem
  readonly mark: number
  readonly total: number
  readonly rest: number
  /** what of its answer can be counted; undefined without a definition */
  readonly given: Given | undefined
}

/** What is said of some who met something, whatever it is; the same list is looked at once. */
type Figures = Omit<PlaceStatistics, keyof Weight | 'intendedWeightPercent'> & { readonly allMarks: number }

/** @returns what reckons the figures of lists, and remembers them by the list: a place that asks everybody the same has those of its question */
export function makeFigures (): (met: readonly Met[]) => Figures {
  const known = new Map<readonly Met[], Figures>()
  return met => {
    let figures = known.get(met)
    if (figures === undefined) known.set(met, figures = figuresOfPlace(met))
    return figures
  }
}

export function slotStatistics (slot: number, met: readonly Met[], weight: Weight, allMarks: number, figures: ReturnType<typeof makeFigures>): SlotStatistics {
  return { slot, questions: distinct(met, ({ item }) => item.question).sort(), ...placeStatistics(figures(met), weight, allMarks) }
}

export function questionStatistics (
  question: string,
  met: readonly Met[],
  weight: Weight,
  { allMarks, figures, definition, language, rasch, suspect }: {
    readonly allMarks: number
    readonly figures: ReturnType<typeof makeFigures>
    readonly definition: QuestionDefinition | undefined
    readonly language: string
    readonly rasch: RaschItem | null
    readonly suspect: boolean
  }
): QuestionStatistics {
  const statistics = {
    question,
    slots: distinct(met, ({ item }) => item.slot).sort((a, b) => a - b),
    ...placeStatistics(figures(met), weight, allMarks),
    randomGuessPercent: definition === undefined ? null : randomGuessPercent(definition),
    blankCount: blanksOf(met),
    responses: definition === undefined ? [] : responsesOf(definition, met, language),
    rasch,
    versions: breakdown(met, ({ item }) => item.version),
    variants: breakdown(met, ({ item }) => item.variant)
  }
  return { ...statistics, concerns: concernsOf(statistics, suspect) }
}

function placeStatistics ({ markMax, medianSeconds, allMarks: own, ...figures }: Figures, weight: Weight, allMarks: number): PlaceStatistics {
  return { markMax, ...figures, intendedWeightPercent: allMarks === 0 ? 0 : 100 * own / allMarks, ...weight, medianSeconds }
}

function figuresOfPlace (met: readonly Met[]): Figures {
  const allMarks = allMarksOf(met)
  const markMax = allMarks / met.length
  const known = new Float64Array(met.length)
  let count = 0
  for (const { item: { seconds } } of met) if (seconds !== undefined && seconds !== null) known[count++] = seconds
  return { markMax, ...itemFigures(met, markMax), allMarks, medianSeconds: median(known.subarray(0, count)) }
}

function allMarksOf (met: readonly Met[]): number {
  let all = 0
  for (const { item } of met) all += item.markMax
  return all
}

function breakdown (met: readonly Met[], nameOf: (one: Met) => string | undefined): Breakdown[] {
  const first = nameOf(met[0] as Met)
  if (met.every(one => nameOf(one) === first)) return []
  const groups = new Map<string, Met[]>()
  for (const one of met) {
    const name = nameOf(one) ?? ''
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [one])
    else group.push(one)
  }
  const frequent = [...groups].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_GROUPS)
  return frequent.sort(([a], [b]) => a < b ? -1 : 1).map(([name, group]) => ({ name, ...itemFigures(group, allMarksOf(group) / group.length) }))
}

function distinct<T> (met: readonly Met[], of: (one: Met) => T): T[] {
  const found = new Set<T>()
  for (const one of met) found.add(of(one))
  return [...found]
}

function blanksOf (met: readonly Met[]): number {
  let blanks = 0
  for (const { item } of met) if (item.answer === null) blanks++
  return blanks
}
