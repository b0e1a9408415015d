import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import { mapText, type Text } from '../text.ts'
import { idOf, mapping, outcomeDeclaration, rulesIn, type Pen } from './qti-pen.ts'

export type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>

/** What a kind has of its own in an item. */
export interface Parts {
  /** declarations of responses, and of outcomes besides SCORE, MAXSCORE and FEEDBACK */
  readonly declarations: readonly string[]
  /** declarations of templates, and their processing */
  readonly templates?: readonly string[]
  /** the body after the prompt */
  readonly body: string
  /** rules that set SCORE, and FEEDBACK where there is any; none where a person marks */
  readonly rules: readonly string[]
  /** plain: words, whatever the markup of the question */
  readonly feedback?: readonly { readonly identifier: string, readonly text: Text, readonly isPlain?: true }[]
}

export const MAX = 'MAXSCORE'

export function markOf ({ mark = 1 }: { readonly mark?: number }): number {
  return mark
}

/** Rules for a response that earns all, or by its mapping. */
export function scored (pen: Pen, expression: 'match' | 'mapped' | 'match or mapped'): string[] {
  const { variable, correct, set, when, base } = rulesIn(pen.el)
  const isRight = pen.el('match', {}, variable(), correct())
  const mapped = set('SCORE', pen.el('mapResponse', { identifier: 'RESPONSE' }))
  const full = [set('SCORE', variable(MAX))]
  if (expression === 'mapped') return [mapped]
  return [when(isRight, full, expression === 'match' ? [set('SCORE', base('float', 0))] : [mapped])]
}

/** FEEDBACK holds what was chosen, so that each has its own. */
export function chosenFeedback (pen: Pen, listed: readonly { readonly key: string, readonly feedback?: Text }[]): Pick<Parts, 'feedback'> & { readonly rules: readonly string[] } {
  const feedback = listed.flatMap(({ key, feedback }) => feedback === undefined ? [] : [{ identifier: idOf(key), text: feedback }])
  return feedback.length === 0 ? { rules: [] } : { feedback, rules: [rulesIn(pen.el).set('FEEDBACK', pen.el('multiple', {}, rulesIn(pen.el).variable()))] }
}

export function pair (a: string, b: string): string {
  return `${idOf(a)} ${idOf(b)}`
}

/** Rules that count in RIGHT what holds of a response that is not blank, and give SCORE by it. */
export function counted (pen: Pen, tests: readonly string[], scores: readonly string[]): Pick<Parts, 'rules'> & { readonly outcome: string } {
  const { variable, when, add } = rulesIn(pen.el)
  return {
    outcome: outcomeDeclaration(pen.el, 'RIGHT', 'single', 'float', 0),
    rules: [when(pen.el('not', {}, pen.el('isNull', {}, variable())), tests.map(test => when(test, [add('RIGHT', 1)]))), ...scores]
  }
}

export function shareRule (pen: Pen, mark: number, count: number): string {
  const { variable, base, set } = rulesIn(pen.el)
  return set('SCORE', pen.el('divide', {}, pen.el('product', {}, variable('RIGHT'), base('float', mark)), base('float', count)))
}

export function allRule (pen: Pen, count: number): string {
  const { variable, base, set, when } = rulesIn(pen.el)
  return when(pen.el('equal', { toleranceMode: 'exact' }, variable('RIGHT'), base('float', count)), [set('SCORE', variable(MAX))])
}

/** A mapping in which each right value earns an equal share. */
export function shares (pen: Pen, right: readonly string[], mark: number): string {
  return mapping(pen.el, right.map(one => [one, mark / right.length] as const), { defaultValue: 0 })
}

export interface Tested { readonly test: string, readonly fraction: number, readonly feedback: Text | undefined }

/** Rules by which what earns most counts, and of those alike the first. @param score the outcome that holds what is earned */
export function bestOf (pen: Pen, tested: readonly Tested[], score: string, mark: number, prefix: string): Pick<Parts, 'rules' | 'feedback'> {
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const told = prefix !== '' && tested.some(({ feedback }) => feedback !== undefined)
  const identifier = (index: number): string => `${prefix}${index + 1}`
  return {
    rules: tested.map(({ test, fraction, feedback }, index) => {
      const isBetter = fraction > 0
        ? el('gt', {}, base('float', fraction * mark), variable(score))
        : el('and', {}, el('equal', { toleranceMode: 'exact' }, variable(score), base('float', 0)), el('isNull', {}, variable('FEEDBACK')))
      return when(el('and', {}, test, ...fraction > 0 || told ? [isBetter] : []), [
        set(score, base('float', fraction * mark)),
        ...told ? [set('FEEDBACK', feedback === undefined ? el('null') : el('multiple', {}, base('identifier', identifier(index))))] : []
      ])
    }),
    ...told && { feedback: tested.flatMap(({ feedback }, index) => feedback === undefined ? [] : [{ identifier: identifier(index), text: feedback }]) }
  }
}

const OPEN = '\ue000'

const CLOSE = '\ue001'

/** A text with something in place of each of its gaps. */
export function gapped (text: Text, pen: Pen, inPlace: ReadonlyMap<string, string>): string {
  const marked = mapText(text, wording => wording.replace(/\{\{([^{}]*)\}\}/g, `${OPEN}$1${CLOSE}`))
  return `<div class="text">${pen.rich(marked).replaceAll('{&#123;', '{{').replace(/\ue000([^\ue001]*)\ue001/g, (_, key: string) => inPlace.get(key)!)}</div>`
}

export function noteAlike (choices: readonly { readonly text: Text }[], pen: Pen): void {
  if (new Set(choices.map(({ text }) => JSON.stringify(text))).size < choices.length) pen.notes.changed('of choices that read the same, one is right')
}
