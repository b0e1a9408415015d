import { plainNumber } from './format.ts'
import { attributeOf, type Response } from './qti12-parts.ts'
import { allIn, elementIn, elementsIn, textIn, type XmlElement } from './xml.ts'

/** When a rule applies (QTI 1.2 ASI, conditionvar). */
export type Condition =
  | { readonly type: 'equal', readonly response: string, readonly value: string, readonly caseSensitive: boolean, readonly element: XmlElement }
  | { readonly type: 'compare', readonly response: string, readonly by: 'lt' | 'lte' | 'gt' | 'gte', readonly value: string }
  | { readonly type: 'substring', readonly response: string, readonly value: string, readonly caseSensitive: boolean }
  | { readonly type: 'sequence', readonly response: string, readonly values: readonly string[] }
  | { readonly type: 'all' | 'any', readonly parts: readonly Condition[] }
  | { readonly type: 'not', readonly part: Condition }
  | { readonly type: 'unanswered', readonly response: string }
  | { readonly type: 'other' }
  | { readonly type: 'unknown', readonly name: string }

/** A `respcondition`. */
export interface Rule {
  readonly condition: Condition
  readonly sets: readonly { readonly action: string, readonly value: number }[]
  /** idents of the feedback it shows */
  readonly shows: readonly string[]
  /** whether nothing after it counts, where it applies */
  readonly stops: boolean
}

/** How an item is scored. */
export interface Processing {
  readonly rules: readonly Rule[]
  readonly start: number
  /** what it says is the most that can be earned */
  readonly declared: number | undefined
}

/** Answers by the idents of responses: what was chosen, or typed. */
export type Answers = ReadonlyMap<string, readonly string[]>

/** Reads how an item is scored: the rules about the one outcome that they set, which is SCORE where that is among several.
 *
 * Taken as those who write such files mean it, where that is not what the specification says: a rule without `continue` does not
 * stop the others (it would by its default, and no blank but the first could earn anything); values that one response cannot
 * have at once are alternatives. */
export function readProcessing (item: XmlElement, responses: readonly Response[]): Processing {
  const parts = elementsIn(item, 'resprocessing')
  const conditions = parts.flatMap(part => [...allIn(part, 'respcondition')])
  const declared = parts.flatMap(part => [...allIn(part, 'decvar')])
  const nameOf = (set: XmlElement): string => (set.attributes.get('varname') ?? 'SCORE').toUpperCase()
  const names = conditions.flatMap(condition => elementsIn(condition, 'setvar').map(nameOf))
  const name = names.includes('SCORE') ? 'SCORE' : names[0]
  const variable = declared.find(element => nameOf(element) === name)
  const most = (variable ?? (declared.length === 1 ? declared[0] : undefined))?.attributes.get('maxvalue')
  return {
    rules: conditions.map(element => ({
      condition: grouped('all', elementsIn(element, 'conditionvar').flatMap(inside => elementsIn(inside)), responses),
      sets: elementsIn(element, 'setvar').filter(set => nameOf(set) === name).map(set => ({ action: (set.attributes.get('action') ?? 'Set').toLowerCase(), value: plainNumber(textIn(set)) ?? 0 })),
      shows: elementsIn(element, 'displayfeedback').map(shown => attributeOf(shown, 'linkrefid')),
      stops: element.attributes.get('continue')?.toLowerCase() === 'no'
    })),
    start: variable === undefined ? 0 : plainNumber(attributeOf(variable, 'defaultval')) ?? 0,
    declared: plainNumber(most ?? '')
  }
}

function grouped (type: 'all' | 'any', elements: readonly XmlElement[], responses: readonly Response[]): Condition {
  const parts = elements.map(element => conditionOf(element, responses))
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  if (type === 'all' && first?.type === 'equal' && parts.every(part => part.type === 'equal' && part.response === first.response)) {
    const response = responses.find(({ ident }) => ident === first.response)
    const values = parts as Extract<Condition, { type: 'equal' }>[]
    if (response?.cardinality === 'ordered') return { type: 'sequence', response: first.response, values: inOrder(values) }
    if (response === undefined || response.cardinality === 'single') return { type: 'any', parts }
  }
  return { type, parts }
}

function inOrder (values: readonly Extract<Condition, { type: 'equal' }>[]): string[] {
  return values.map(({ value, element }, index) => ({ value, place: Number(element.attributes.get('index') ?? index) }))
    .sort((a, b) => a.place - b.place).map(({ value }) => value)
}

function conditionOf (element: XmlElement, responses: readonly Response[]): Condition {
  const response = attributeOf(element, 'respident')
  const value = textIn(element).trim()
  const caseSensitive = element.attributes.get('case')?.toLowerCase() === 'yes'
  switch (element.name) {
    case 'varequal': return { type: 'equal', response, value, caseSensitive, element }
    case 'varlt': case 'varlte': case 'vargt': case 'vargte': return { type: 'compare', response, by: element.name.slice(3) as 'lt', value }
    case 'varsubstring': return { type: 'substring', response, value, caseSensitive }
    case 'varsubset': return { type: 'all', parts: value.split(',').map(part => ({ type: 'equal', response, value: part.trim(), caseSensitive, element })) }
    case 'unanswered': return { type: 'unanswered', response }
    case 'other': return { type: 'other' }
    case 'and': return grouped('all', elementsIn(element), responses)
    case 'or': return grouped('any', elementsIn(element), responses)
    case 'not': return { type: 'not', part: grouped('all', elementsIn(element), responses) }
    default: return { type: 'unknown', name: element.name }
  }
}

/** What answers earn, in the unit of the file. */
export function scoreOf ({ rules, start }: Processing, answers: Answers): number {
  let score = start
  let applied = false
  for (const { condition, sets, stops } of rules) {
    if (!holds(condition, answers, applied)) continue
    for (const { action, value } of sets) {
      if (action === 'add') score += value
      else if (action === 'subtract') score -= value
      else if (action === 'multiply') score *= value
      else if (action === 'divide') score /= value === 0 ? 1 : value
      else score = value
    }
    if (sets.length === 0) continue
    applied = true
    if (stops) break
  }
  return score
}

function holds (condition: Condition, answers: Answers, applied: boolean): boolean {
  const given = 'response' in condition ? answers.get(condition.response) ?? [] : []
  const is = (held: Condition): boolean => holds(held, answers, applied)
  switch (condition.type) {
    case 'equal': return given.some(value => same(value, condition.value, condition.caseSensitive))
    case 'substring': return given.some(value => condition.caseSensitive ? value.includes(condition.value) : value.toLowerCase().includes(condition.value.toLowerCase()))
    case 'compare': return given.some(value => compared(plainNumber(value), condition.by, plainNumber(condition.value)))
    case 'sequence': return given.length === condition.values.length && given.every((value, index) => value === condition.values[index])
    case 'all': return condition.parts.length > 0 && condition.parts.every(is)
    case 'any': return condition.parts.some(is)
    case 'not': return !is(condition.part)
    case 'unanswered': return given.length === 0
    case 'other': return !applied
    case 'unknown': return false
  }
}

function same (given: string, value: string, caseSensitive: boolean): boolean {
  return given === value || (!caseSensitive && given.toLowerCase() === value.toLowerCase())
}

function compared (given: number | undefined, by: 'lt' | 'lte' | 'gt' | 'gte', value: number | undefined): boolean {
  if (given === undefined || value === undefined) return false
  return by === 'lt' ? given < value : by === 'lte' ? given <= value : by === 'gt' ? given > value : given >= value
}

/** Every condition in one, itself first. */
export function * conditionsIn (condition: Condition): Generator<Condition> {
  yield condition
  if (condition.type === 'not') yield * conditionsIn(condition.part)
  if (condition.type === 'all' || condition.type === 'any') for (const part of condition.parts) yield * conditionsIn(part)
}

/** What rules want chosen together: for each rule that sets something, what it asks for outside of a `not`. */
export function wantedTogether ({ rules }: Processing): Answers[] {
  return rules.filter(({ sets }) => sets.length > 0).map(({ condition }) => {
    const wanted = new Map<string, string[]>()
    const collect = (held: Condition): void => {
      if (held.type === 'equal') wanted.set(held.response, [...wanted.get(held.response) ?? [], held.value])
      if (held.type === 'sequence') wanted.set(held.response, [...held.values])
      if (held.type === 'all') held.parts.forEach(collect)
      if (held.type === 'any' && held.parts[0] !== undefined) collect(held.parts[0])
    }
    collect(condition)
    return wanted
  })
}

/** The feedback that an item holds, by its ident. */
export function feedbackElements (item: XmlElement): Map<string, XmlElement> {
  return new Map(elementsIn(item, 'itemfeedback').map(element => [attributeOf(element, 'ident'), element]))
}

/** The text of the element `name` in the feedback of that sort: `solution`, `hint`. */
export function materialOfSort (feedback: XmlElement, sort: 'solution' | 'hint'): XmlElement | undefined {
  const inside = elementIn(feedback, sort)
  return inside === undefined ? undefined : elementIn(inside, `${sort}material`)
}
