import type { Wording } from './markup.ts'
import { wordingIn, type Item, type Label } from './qti12-parts.ts'
import { conditionsIn, feedbackElements, materialOfSort, readProcessing, scoreOf, type Answers, type Processing } from './qti12-processing.ts'
import { elementIn, elementsIn } from './xml.ts'

/** An item with how it is scored, and what is said to whom. */
export interface Scored {
  readonly item: Item
  readonly processing: Processing
  /** said to everybody */
  readonly general: Wording
  readonly hints: readonly Wording[]
  readonly solution: Wording
  /** what is said to who gave this answer; '' where nothing is */
  said (response: string, value: string): Wording
  /** the first text of these feedbacks that says anything of an answer by itself */
  shown (idents: readonly string[]): Wording
  /** notes what is said to nobody any more; asked for when the rest has been taken */
  noteUnsaid (): void
}

const NOTHING: Wording = { text: '', format: 'plain' }

/** Names that Canvas gives to what it says of an answer as a whole. */
const BY_RIGHTNESS = new Set(['correct_fb', 'general_incorrect_fb', 'correct', 'incorrect'])

export function scored (item: Item): Scored {
  const { element, responses, note } = item
  const processing = readProcessing(element, responses)
  const elements = feedbackElements(element)
  const texts = new Map([...elements].map(([ident, feedback]) => [ident, wordingIn(elementIn(feedback, 'solution') === undefined && elementIn(feedback, 'hint') === undefined ? feedback : undefined, note)]))
  const taken = new Set<string>()
  const textOf = (idents: readonly string[]): Wording => {
    const said = idents.flatMap(ident => {
      const text = texts.get(ident)
      if (text === undefined || text.text === '') return []
      taken.add(ident)
      return [text]
    })
    return said[0] ?? NOTHING
  }
  const shownBy = (is: (rule: Processing['rules'][number]) => boolean): string[] =>
    processing.rules.filter(is).flatMap(({ shows }) => shows).filter(ident => !BY_RIGHTNESS.has(ident.toLowerCase()))
  const sorts = (sort: 'solution' | 'hint'): Wording[] => [...elements.values()].flatMap(feedback => {
    const material = materialOfSort(feedback, sort)
    return material === undefined ? [] : [wordingIn(material, note)]
  })
  return {
    item,
    processing,
    general: textOf(shownBy(({ condition, sets }) => condition.type === 'other' && sets.length === 0)),
    hints: sorts('hint').filter(({ text }) => text !== ''),
    solution: sorts('solution')[0] ?? NOTHING,
    said: (response, value) => textOf(shownBy(({ condition }) => {
      // Of a rule with several conditions, only alternatives speak of one answer.
      const told = condition.type === 'any' ? condition.parts : [condition]
      return told.some(part => part.type === 'equal' && part.response === response && part.value === value)
    })),
    shown: idents => textOf(idents.filter(ident => !BY_RIGHTNESS.has(ident.toLowerCase()))),
    noteUnsaid () {
      if ([...texts].some(([ident, { text }]) => text !== '' && !taken.has(ident))) note('left-out', 'feedback that goes by how right an answer is, is left out')
      if (processing.rules.some(({ condition }) => [...conditionsIn(condition)].some(({ type }) => type === 'unknown'))) note('changed', 'a condition that is not known never holds')
    }
  }
}

/** The most that any of these answers earns. Whatever that is earns the whole mark. */
export function bestOf ({ item, processing }: Scored, all: readonly Answers[]): number {
  const best = all.reduce((best, answers) => Math.max(best, scoreOf(processing, answers)), 0)
  const points = pointsOf(item)
  const { declared } = processing
  if (best > 0 && declared !== undefined && best < declared * 0.99 && best !== points) item.note('changed', `its best answer earned ${Number(best.toPrecision(6))} of ${declared}, and earns the whole mark`)
  return best
}

/** A part of the whole, to seven decimals. */
export function partOf (score: number, full: number): number {
  return Number((score / full).toFixed(7))
}

/** What an item says that it is worth. */
export function pointsOf ({ about }: Item): number | undefined {
  const points = Number(about.get('points_possible') ?? about.get('qmd_weighting') ?? about.get('cc_weighting') ?? NaN)
  return Number.isFinite(points) ? points : undefined
}

/** What choices are to be shuffled: `shuffle` of `render_choice`. */
export function isShuffled ({ element }: Item['responses'][number]): boolean | undefined {
  const shuffle = elementsIn(element, 'render_choice')[0]?.attributes.get('shuffle')?.toLowerCase()
  return shuffle === undefined ? undefined : shuffle === 'yes'
}

/** Choices that have a text. */
export function filled (item: Item, labels: readonly Label[]): Label[] {
  const kept = labels.filter(({ text }) => text.text !== '')
  if (kept.length < labels.length) item.note('left-out', 'choices without a text are left out')
  return kept
}
