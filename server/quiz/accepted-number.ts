import Type, { type Static, type TObject } from 'typebox'
import { graded, type Grade, type Reading } from './kind.ts'
import { readNumber } from './number.ts'
import type { Problem } from './problem.ts'
import { text, textIn, textsOf, type Text } from './text.ts'
import { comparable } from './wildcard.ts'

/** Longest number that is typed, in UTF-16 units. */
export const MAX_NUMBER = 100

/** How far off a number may be. */
export const tolerance = Type.Union([
  Type.Number({ minimum: 0, default: 0, description: 'In the unit of the value; bounds count as right' }),
  Type.Object({ absolute: Type.Number({ minimum: 0, description: 'In the unit of the value; bounds count as right' }) }, { additionalProperties: false }),
  Type.Object({ relative: Type.Number({ minimum: 0, description: 'A share of the value: 0.05 is 5 % of it' }) }, { additionalProperties: false }),
  Type.Object({ geometric: Type.Number({ minimum: 0, description: '0.05: from the value ÷ 1.05 to the value × 1.05' }) }, { additionalProperties: false }),
  Type.Object({
    significantFigures: Type.Integer({ minimum: 1, maximum: 15, description: 'Equal when both are rounded to this many figures' })
  }, { additionalProperties: false })
])
export type Tolerance = Static<typeof tolerance>

const worth = {
  fraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1 })),
  feedback: Type.Optional(text)
}

/** What a typed number's unit is held against. */
export const unitRules = {
  unit: Type.Optional(text),
  units: Type.Optional(Type.Array(Type.Object({
    unit: text,
    factor: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'How many of the first unit one of this is; left out: a unit that is wrong here' }))
  }, { additionalProperties: false }), {
    minItems: 1, maxItems: 20, description: 'Units an answer may be given in; the values are in the first'
  })),
  unitRequired: Type.Optional(Type.Boolean({ default: false, description: 'Whether an answer without a unit loses `unitPenalty`' })),
  unitPenalty: Type.Optional(Type.Number({
    minimum: 0, maximum: 1, default: 1, description: 'Share that a right number with a wrong unit, or without one that is required, loses'
  }))
}

/** What a typed number is held against, for the kinds that have one typed. */
export const numberRules = {
  value: Type.Optional(Type.Number()),
  tolerance: Type.Optional(tolerance),
  answers: Type.Optional(Type.Array(Type.Union([
    Type.Object({ value: Type.Number(), tolerance: Type.Optional(tolerance), ...worth }, { additionalProperties: false }),
    Type.Object({ min: Type.Number(), max: Type.Number(), ...worth }, { additionalProperties: false })
  ]), { minItems: 1, maxItems: 100, description: 'In place of `value`: several values or ranges, each with what it earns' })),
  ...unitRules
}

export type UnitRules = Static<TObject<typeof unitRules>>
export type NumberRules = Static<TObject<typeof numberRules>>
export type AcceptedNumber = NonNullable<NumberRules['answers']>[number]

/** A number as typed, with the unit typed or chosen beside it. */
export interface Typed { readonly text: string, readonly unit?: string }

/** What a typed number means. */
export interface Quantity {
  /** the number as typed, without its unit */
  readonly text: string
  /** every reading of it (`readNumber`), in the first unit */
  readonly numbers: readonly number[]
  /** the unit that was named; known, wrong (also one unknown), or none */
  readonly unit: 'known' | 'wrong' | 'none'
  /** the wordings of the named unit; absent unless the question knows it */
  readonly named?: Text
}

/** What a number earns by what it meets best. */
export interface Met { readonly fraction: number, readonly feedback?: Text }

/** Reads a typed number and its unit. The unit may be typed after the number or sent apart; one typed counts. Units are
 * compared as written and, where none is so, without regard to case, for mW and MW are two.
 * @returns null for what cannot be read: text that is no number, and, where the question asks for no unit of its own choice
 * (`units`, `unitRequired`), a number followed by anything but its unit */
export function readQuantity (rules: UnitRules, { text, unit = '' }: Typed): Quantity | null {
  const typed = text.trim()
  const known = unitsOf(rules)
  const plainly = readNumber(typed)
  if (plainly.length > 0) {
    if (unit.trim() === '') return { text: typed, numbers: plainly, unit: 'none' }
    return inUnit(rules, typed, plainly, unitNamed(known, unit))
  }
  const read = endings(typed).map(length => ({ text: typed.slice(0, length), rest: typed.slice(length), numbers: readNumber(typed.slice(0, length)) }))
  const numeric = read.filter(({ numbers }) => numbers.length > 0)
  const found = numeric.find(({ rest }) => unitNamed(known, rest) !== undefined) ?? numeric[0]
  return found === undefined ? null : inUnit(rules, found.text, found.numbers, unitNamed(known, found.rest))
}

/** What can be said of a typed number before it is graded. */
export function readTyped (rules: UnitRules, typed: Typed): Reading {
  if (typed.text.trim() === '') return 'not-answered'
  return readQuantity(rules, typed) === null ? 'unreadable' : 'answered'
}

/** The grade of a typed number. Never throws. */
export function gradeTyped (answers: readonly AcceptedNumber[], rules: UnitRules, typed: Typed): Grade {
  if (typed.text.trim() === '') return { state: 'not-answered', fraction: 0 }
  const quantity = readQuantity(rules, typed)
  return quantity === null ? { state: 'unreadable', fraction: 0 } : graded(bestNumber(answers, rules, quantity)?.fraction ?? 0)
}

/** Feedback of the answer that a typed number meets best. */
export function feedbackOf (answers: readonly AcceptedNumber[], rules: UnitRules, typed: Typed): readonly Text[] {
  const quantity = readQuantity(rules, typed)
  const feedback = quantity === null ? undefined : bestNumber(answers, rules, quantity)?.feedback
  return feedback === undefined ? [] : [feedback]
}

/** What a quantity earns by the answers it meets: the best of them, of those alike the first; undefined when it meets none. A
 * right number with a wrong unit, or without a required one, loses `unitPenalty` of it (Moodle's numerical question: the unit
 * as a fraction of the response's grade). */
export function bestNumber (answers: readonly AcceptedNumber[], rules: UnitRules, { numbers, unit }: Quantity): Met | undefined {
  const kept = unit === 'wrong' || (unit === 'none' && rules.unitRequired === true) ? 1 - (rules.unitPenalty ?? 1) : 1
  return answers
    .filter(answer => numbers.some(number => isMet(answer, number)))
    .map(({ fraction = 1, feedback }) => feedback === undefined ? { fraction: fraction * kept } : { fraction: fraction * kept, feedback })
    .reduce<Met | undefined>((best, next) => best === undefined || next.fraction > best.fraction ? next : best, undefined)
}

/** The answers of the rules, in one shape. */
export function answersOf ({ value, tolerance, answers }: NumberRules): readonly AcceptedNumber[] {
  if (answers !== undefined) return answers
  if (value === undefined) return []
  return tolerance === undefined ? [{ value }] : [{ value, tolerance }]
}

/** A number that earns all, with its unit where one is asked for; null when there is none. */
export function rightNumber (rules: NumberRules): Typed | null {
  const answer = answersOf(rules).find(({ fraction = 1 }) => fraction === 1)
  return answer === undefined ? null : { text: String('value' in answer ? answer.value : middle(answer.min, answer.max)), ...rightUnit(rules) }
}

/** The unit of a right answer: the first, where units are chosen or required. */
export function rightUnit (rules: UnitRules): { unit?: string } {
  const [first] = unitsOf(rules)
  if (first === undefined || (rules.units === undefined && rules.unitRequired !== true)) return {}
  return { unit: textsOf(first.unit)[0] as string }
}

/** Whether a number is what an answer wants. Bounds count as right (QTI 3 `equal`: `absolute` and `relative` with both bounds;
 * `equalRounded`: `significantFigures`). The slack, relative to the numbers compared, makes up for binary fractions:
 * 1.1 − 1 is a little more than 0.1 (Moodle's MDL-3225 is the same). */
export function isMet (answer: AcceptedNumber, number: number): boolean {
  if ('min' in answer) return number >= answer.min - slack(number, answer.min) && number <= answer.max + slack(number, answer.max)
  const { value, tolerance = 0 } = answer
  const within = (bound: number): boolean => Math.abs(number - value) <= bound + slack(number, value)
  if (typeof tolerance === 'number') return within(tolerance)
  if ('absolute' in tolerance) return within(tolerance.absolute)
  if ('relative' in tolerance) return within(tolerance.relative * Math.abs(value))
  if ('significantFigures' in tolerance) return toFigures(number, tolerance.significantFigures) === toFigures(value, tolerance.significantFigures)
  const [one, other] = [value / (1 + tolerance.geometric), value * (1 + tolerance.geometric)]
  return number >= Math.min(one, other) - slack(number, value) && number <= Math.max(one, other) + slack(number, value)
}

/** What no schema says of the rules.
 * @param at path of what holds them, with a slash at its end; '' for the question itself */
export function numberProblems (rules: NumberRules, at = ''): Problem[] {
  const { value, tolerance, answers } = rules
  if (value === undefined && answers === undefined) return [{ path: `${at}value`, message: 'is missing; or give `answers`' }]
  if (value !== undefined && answers !== undefined) return [{ path: `${at}answers`, message: 'stands beside `value`; leave one of them out' }]
  const problems = unitProblems(rules, at)
  if (answers === undefined) return problems
  if (tolerance !== undefined) problems.push({ path: `${at}tolerance`, message: 'belongs to `value`; each of `answers` has its own' })
  for (const [index, answer] of answers.entries()) {
    if ('min' in answer && answer.min > answer.max) problems.push({ path: `${at}answers/${index}/max`, message: 'is less than `min`' })
  }
  if (rightNumber(rules) === null) problems.push({ path: `${at}answers`, message: 'no answer earns the full mark; one needs fraction 1' })
  return problems
}

/** What is shown beside the field: units to choose from, or the one unit, unless it is to be known. */
export function unitControls ({ unit, units, unitRequired }: UnitRules): { unit?: Text, units?: readonly Text[] } {
  if (units !== undefined && units.length > 1) return { units: units.map(({ unit }) => unit) }
  const only = unit ?? units?.[0]?.unit
  return only === undefined || unitRequired === true ? {} : { unit: only }
}

/** A typed number in plain words, its unit in the reader's language where it is one the question knows. */
export function numberSummary (rules: UnitRules, typed: Typed, language: string): string {
  const text = typed.text.trim()
  if (text === '') return ''
  const quantity = readQuantity(rules, typed)
  const unit = quantity?.named ?? (quantity?.unit === 'none' ? unitControls(rules).unit : undefined)
  return quantity === null || unit === undefined ? `${text} ${typed.unit ?? ''}`.trim() : `${quantity.text} ${textIn(unit, language)}`
}

/** What no schema says of the units. */
export function unitProblems (rules: UnitRules, at = ''): Problem[] {
  const { unit, units, unitRequired, unitPenalty } = rules
  const problems: Problem[] = []
  if (unit !== undefined && units !== undefined) problems.push({ path: `${at}units`, message: 'stands beside `unit`; leave one of them out' })
  if (unit === undefined && units === undefined && (unitRequired === true || unitPenalty !== undefined)) {
    problems.push({ path: `${at}${unitRequired === true ? 'unitRequired' : 'unitPenalty'}`, message: 'needs `unit` or `units`' })
  }
  if (units?.[0] !== undefined && units[0].factor !== 1) {
    problems.push({ path: `${at}units/0/factor`, message: 'must be 1: the values are in the first unit' })
  }
  const seen = new Set<string>()
  for (const [index, { unit }] of (units ?? []).entries()) {
    for (const name of new Set(textsOf(unit).map(written))) {
      if (seen.has(name)) problems.push({ path: `${at}units/${index}/unit`, message: `'${name}' is used twice` })
      seen.add(name)
    }
    if (textsOf(unit).some(unit => readNumber(`1${unit}`).length > 0)) problems.push({ path: `${at}units/${index}/unit`, message: 'would be read as a part of the number' })
  }
  return problems
}

interface Unit { readonly unit: Text, readonly factor?: number }

function unitsOf ({ unit, units }: UnitRules): readonly Unit[] {
  return units ?? (unit === undefined ? [] : [{ unit, factor: 1 }])
}

function unitNamed (units: readonly Unit[], name: string): Unit | undefined {
  const wanted = written(name)
  const folded = (text: string): string => comparable(text, { caseSensitive: false, ignoreAccents: false }).trim()
  return units.find(({ unit }) => textsOf(unit).some(text => written(text) === wanted)) ??
    units.find(({ unit }) => textsOf(unit).some(text => folded(text) === folded(name)))
}

function written (unit: string): string {
  return comparable(unit, { caseSensitive: true, ignoreAccents: false }).trim()
}

function inUnit (rules: UnitRules, text: string, numbers: readonly number[], named: Unit | undefined): Quantity | null {
  if (named === undefined) return rules.units === undefined && rules.unitRequired !== true ? null : { text, numbers, unit: 'wrong' }
  const { unit, factor } = named
  return factor === undefined
    ? { text, numbers, unit: 'wrong', named: unit }
    : { text, numbers: numbers.map(number => number * factor).filter(Number.isFinite), unit: 'known', named: unit }
}

/** Where a number may end that something is typed after, longest first. */
function endings (typed: string): number[] {
  return [...typed.matchAll(/[\p{Nd}.,٫]/gu)].map(({ 0: character, index }) => index + character.length).reverse()
}

function slack (a: number, b: number): number {
  return 1e-12 * Math.max(Math.abs(a), Math.abs(b))
}

// The slack lets a half count as one that is a little less but for its binary fraction.
function toFigures (value: number, figures: number): number {
  return Number((value + slack(value, value) * Math.sign(value)).toPrecision(figures))
}

/** A plain number between two, the whole one nearest to the middle where there is one. */
function middle (min: number, max: number): number {
  const half = min / 2 + max / 2
  return [Math.round(half), Number(half.toPrecision(12))].find(number => number >= min && number <= max) ?? half
}
