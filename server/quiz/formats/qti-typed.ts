import { isMet, type AcceptedNumber } from '../accepted-number.ts'
import { compileRegex } from '../regex.ts'
import type { Draft } from './format.ts'
import { readCalculated } from './qti-calculated.ts'
import { mappedValues } from './qti-mapping.ts'
import { responseIn, responseOf, rightItems, type Asked, type QtiItem, type Sample, type Worths } from './qti-item.ts'
import { written, type Variable } from './qti-session.ts'
import { attribute, insideOf, isTrue, nameOf, numberIn, numberOf, partOf, partsOf, wholeIn, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** Something that rules hold a typed text against, and whether its case counts. */
export interface AcceptedText { readonly text?: string, readonly regex?: string, readonly example: string, readonly caseSensitive: boolean }

/** A number or range that rules hold a typed number against, and one that meets it. */
export type WantedNumber = { readonly number: Omit<Extract<AcceptedNumber, { value: number }>, 'fraction' | 'feedback'> | { readonly min: number, readonly max: number }, readonly example: number }

const MATCHERS = new Set(['stringMatch', 'match', 'equal', 'member', 'patternMatch', 'equalRounded', 'and'])

const [VARIABLE, BASE_VALUE, CORRECT] = ['variable', 'baseValue', 'correct'].map(name => new Set([name])) as [Set<string>, Set<string>, Set<string>]

/** The rules that hold a response against something. */
function * rulesOn (variable: Variable, item: QtiItem): Generator<XmlElement> {
  const processing = partOf(item.root, 'responseProcessing')
  if (processing === undefined) return
  for (const element of insideOf(processing, MATCHERS)) {
    const named = insideOf(element, VARIABLE).some(inner => attribute(inner, 'identifier') === variable.identifier)
    if (named) yield element
  }
}

/** The values in an expression that are written out, or the right response where it names that. */
function valuesOf (element: XmlElement, variable: Variable): string[] {
  const own = insideOf(element, BASE_VALUE).map(written)
  const named = insideOf(element, CORRECT).some(inner => attribute(inner, 'identifier') === variable.identifier)
  return named ? [...own, ...rightItems(variable).map(String)] : own
}

/** Texts that rules, a mapping or the right response accept, in the order of the file. */
export function acceptedFor (variable: Variable, item: QtiItem): AcceptedText[] {
  const found: AcceptedText[] = []
  const add = (text: string, caseSensitive: boolean): void => { if (text.trim() !== '') found.push({ text: text.replaceAll('*', '\\*'), example: text, caseSensitive }) }
  for (const rule of rulesOn(variable, item)) {
    const caseSensitive = isTrue(rule, 'caseSensitive', true)
    const name = nameOf(rule)
    if (name === 'patternMatch') {
      const pattern = attribute(rule, 'pattern') ?? valuesOf(rule, variable)[0] ?? ''
      const wildcard = wildcardOf(pattern)
      found.push({ ...wildcard === undefined ? { regex: pattern } : { text: wildcard }, example: wildcard === undefined ? exampleOf(pattern) : wildcard.replace(/(?<!\\)\*/g, 'x').replaceAll('\\*', '*'), caseSensitive })
    } else if (name !== 'and' && name !== 'equalRounded') {
      for (const value of valuesOf(rule, variable)) {
        if (isTrue(rule, 'substring')) found.push({ text: `*${value.replaceAll('*', '\\*')}*`, example: value, caseSensitive })
        else add(value, caseSensitive)
      }
    }
  }
  const mapping = partOf(variable.element, 'mapping')
  if (mapping !== undefined) for (const { key, caseSensitive } of mappedValues(mapping, 'string')) add(key, caseSensitive)
  for (const value of rightItems(variable)) add(String(value), !found.some(({ caseSensitive }) => !caseSensitive))
  const seen = new Set<string>()
  return found.filter(({ text, regex }) => {
    const key = JSON.stringify([text, regex])
    return seen.has(key) ? false : seen.add(key)
  }).slice(0, 100)
}

function exampleOf (pattern: string): string {
  const regex = compileRegex(pattern, { caseSensitive: true, ignoreAccents: false })
  return 'problem' in regex ? '' : regex.example()
}

const SPECIAL = /[\\^$.*+?()[\]{}|-]/g

/** A pattern for a text with `*` for any run of characters, `\*` for an asterisk. */
export function patternOf (text: string): string {
  return text.split(/(?<!\\)\*/).map(part => part.replaceAll('\\*', '*').replace(SPECIAL, '\\$&')).join('.*')
}

/** The text with wildcards that a pattern stands for, when it is no more than that. */
function wildcardOf (pattern: string): string | undefined {
  const text = pattern.split('.*').map(part => part.replace(/\\([\\^$.*+?()[\]{}|-])/g, '$1').replaceAll('*', '\\*')).join('*')
  return pattern.includes('.*') && patternOf(text) === pattern ? text : undefined
}

/** Numbers and ranges that rules, a mapping or the right response accept, in the order of the file. */
export function numbersFor (variable: Variable, item: QtiItem): WantedNumber[] {
  const found: WantedNumber[] = []
  for (const rule of rulesOn(variable, item)) {
    const values = valuesOf(rule, variable).map(numberOf).filter(value => value !== undefined)
    const [below = 0, above = below] = wordIn(rule, 'tolerance').split(/\s+/).map(numberOf).filter(value => value !== undefined)
    const mode = attribute(rule, 'toleranceMode') ?? 'exact'
    const name = nameOf(rule)
    if (name === 'and') {
      const bounds = partsOf(rule).map(bound => ({ name: nameOf(bound), value: numberOf(partsOf(bound, 'baseValue').map(written)[0] ?? '') }))
      const [low, high] = ['gt', 'lt'].map(start => bounds.find(({ name, value }) => name.startsWith(start) && value !== undefined)?.value)
      if (bounds.length === 2 && low !== undefined && high !== undefined && low <= high) found.push({ number: { min: low, max: high }, example: (low + high) / 2 })
    } else if (name === 'equalRounded') {
      const figures = wholeIn(rule, 'figures') ?? 0
      const significant = /^significant/i.test(attribute(rule, 'roundingMode') ?? 'significantFigures')
      for (const value of values) found.push({ number: { value, tolerance: significant ? { significantFigures: Math.max(1, figures) } : { absolute: 0.5 * 10 ** -figures } }, example: value })
    } else {
      for (const value of values) {
        const within = mode === 'exact' || (below === 0 && above === 0) ? {} : below === above ? { tolerance: mode === 'relative' ? { relative: Number((below / 100).toPrecision(12)) } : below } : undefined
        const [low, high] = mode === 'relative' ? [value - Math.abs(value) * below / 100, value + Math.abs(value) * above / 100] : [value - below, value + above]
        found.push(within === undefined ? { number: { min: low, max: high }, example: value } : { number: { value, ...within }, example: value })
      }
    }
  }
  const mapping = partOf(variable.element, 'mapping')
  const plain = [...mapping === undefined ? [] : mappedValues(mapping, 'float').map(({ key }) => key), ...rightItems(variable)].map(value => numberOf(String(value))).filter(value => value !== undefined)
  for (const value of plain) if (!found.some(({ example }) => example === value)) found.push({ number: { value }, example: value })
  const seen = new Set<string>()
  const all = found.filter(({ number }) => !seen.has(JSON.stringify(number)) && seen.add(JSON.stringify(number))).slice(0, 100)
  return all.map(({ number }, index) => ({ number, example: ownExample(number, all.filter((_, other) => other !== index).map(({ number }) => number)) }))
}

/** A number that meets what is wanted, and nothing else that is, where there is one. */
function ownExample (wanted: WantedNumber['number'], others: readonly WantedNumber['number'][]): number {
  const all = 'min' in wanted
    ? [0.5, 0, 1, 0.1, 0.9].map(part => wanted.min + (wanted.max - wanted.min) * part)
    : [wanted.value, ...[0.95, -0.95].map(part => wanted.value + part * offOf(wanted))]
  const numbers = all.map(number => Number(number.toPrecision(12)))
  return numbers.find(number => !others.some(other => isMet(other, number))) ?? numbers[0]!
}

function offOf ({ value, tolerance = 0 }: Extract<WantedNumber['number'], { value: number }>): number {
  return typeof tolerance === 'number' ? tolerance : 'absolute' in tolerance ? tolerance.absolute : 'relative' in tolerance ? Math.abs(value) * tolerance.relative : 0
}

/** Typed texts to try: what is accepted, in its own and other cases, and what nobody accepts. */
export function triedTexts (accepted: readonly AcceptedText[]): { readonly text: string, readonly part: string | undefined }[] {
  return [
    ...accepted.map(({ example }, index) => ({ text: example, part: String(index) })).filter(({ text }) => text !== ''),
    ...accepted.flatMap(({ example }) => [example.toUpperCase(), example.toLowerCase()]).map(text => ({ text, part: undefined })).filter(({ text }) => text !== ''),
    ...['qzx', 'qzx 17'].map(text => ({ text, part: undefined }))
  ]
}

/** Numbers to try: what is accepted, what lies at the bounds of it, and outside of them. */
export function triedNumbers (wanted: readonly WantedNumber[]): { readonly value: number, readonly part: string | undefined }[] {
  const near = wanted.flatMap(({ number }) => {
    if ('min' in number) return [number.min, number.max, number.min - 1, number.max + 1]
    const { value } = number
    const off = offOf(number)
    return [value - off * 0.9, value + off * 0.9, value - off * 1.5 - 0.001, value + off * 1.5 + 0.001]
  })
  return [
    ...wanted.map(({ example }, index) => ({ value: example, part: String(index) })),
    ...[...near, 987_654.25].map(value => ({ value: Number(value.toPrecision(12)), part: undefined }))
  ]
}

/** Texts as a question accepts them, with what each earns. */
export function acceptFields (accepted: readonly AcceptedText[], worths: Worths, part: (index: number) => string): { readonly accept: object[], readonly caseSensitive?: true } | undefined {
  const accept = accepted.flatMap(({ text, regex, example }, index) => {
    const fraction = worths.fraction(part(index))
    const said = worths.feedback(part(index))
    if (fraction <= 0 && example !== '' && said.feedback === undefined) return []
    // Of an expression that nothing is known to meet, what it earns is not known either.
    const earns = fraction < 1 && example !== '' ? { fraction: Math.max(0, fraction) } : {}
    return [text !== undefined && fraction >= 1 && said.feedback === undefined ? text : { ...text === undefined ? { regex } : { text }, ...earns, ...said }]
  })
  return accept.length === 0 ? undefined : { accept: accept as object[], ...accepted.every(({ caseSensitive }) => caseSensitive) && { caseSensitive: true } }
}

/** Numbers as a question accepts them. */
export function numberFields (wanted: readonly WantedNumber[], worths: Worths, part: (index: number) => string): object | undefined {
  const answers = wanted.flatMap(({ number }, index) => {
    const fraction = worths.fraction(part(index))
    const said = worths.feedback(part(index))
    return fraction <= 0 && said.feedback === undefined ? [] : [{ ...number, ...fraction < 1 && { fraction: Math.max(0, fraction) }, ...said }]
  })
  const [only, another] = answers
  if (only === undefined) return undefined
  return another === undefined && 'value' in only && !('fraction' in only) && !('feedback' in only) ? only : { answers }
}

export function isNumber (variable: Variable): boolean {
  return variable.baseType === 'integer' || variable.baseType === 'float'
}

/** A text or a number that is typed. */
export function readTyped (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return { problem: 'an interaction has no declared response' }
  if (variable.cardinality === 'record') return { problem: 'what is typed is taken apart into a record' }
  if (isNumber(variable)) {
    const calculated = readCalculated(element, item)
    if (calculated !== undefined) return calculated
    const wanted = numbersFor(variable, item)
    return {
      texts: [],
      samples: numberSamples(variable, wanted, value => ({ text: String(value) })),
      drafts: (_write, worths): Draft[] => kindOf('numeric', numberFields(wanted, worths, String))
    }
  }
  const accepted = acceptedFor(variable, item)
  return {
    texts: [],
    samples: [{ responses: responseIn(variable, []), answer: { text: '' }, parts: [] }, ...triedTexts(accepted).map(({ text, part }): Sample => ({ responses: responseIn(variable, [text]), answer: { text }, parts: part === undefined ? [] : [part] }))],
    drafts (_write, worths) {
      const fields = acceptFields(accepted, worths, String)
      const { caseSensitive, ...folded } = fields ?? { accept: [] }
      return fields === undefined ? [] : [{ kind: 'short-text', ...fields }, caseSensitive === true ? { kind: 'short-text', ...folded } : { kind: 'short-text', ...folded, caseSensitive: true }]
    }
  }
}

function kindOf (kind: 'numeric' | 'slider', fields: object | undefined): Draft[] {
  return fields === undefined ? [] : [{ kind, ...fields }]
}

function numberSamples (variable: Variable, wanted: readonly WantedNumber[], answer: (value: number) => Sample['answer']): Sample[] {
  return triedNumbers(wanted)
    .map(({ value, part }) => ({ value: variable.baseType === 'integer' ? Math.round(value) : value, part }))
    .map(({ value, part }) => ({ responses: responseIn(variable, [value]), answer: answer(value), parts: part === undefined ? [] : [part] }))
}

export function readSlider (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const [min, max] = [numberIn(element, 'lowerBound'), numberIn(element, 'upperBound')]
  if (variable === undefined || min === undefined || max === undefined) return { problem: 'its scale has no bounds, or no declared response' }
  const step = numberIn(element, 'step') ?? 1
  const onScale = (value: number): number => Number(Math.min(max, Math.max(min, min + Math.round((value - min) / step) * step)).toPrecision(12))
  const wanted = numbersFor(variable, item).map(({ number, example }) => {
    const steps = [example, ...'min' in number ? [number.min, number.max, number.min + step, number.max - step] : []].map(onScale)
    return { number, example: steps.find(value => isMet(number, value)) ?? example }
  })
  return {
    texts: [],
    samples: triedNumbers(wanted).filter(({ value, part }) => part === undefined || value === onScale(value))
      .map(({ value, part }) => ({ responses: responseIn(variable, [onScale(value)]), answer: { value: onScale(value) }, parts: part === undefined ? [] : [part] })),
    drafts: (_write, worths) => kindOf('slider', numberFields(wanted, worths, String)).map(draft => ({ ...draft, min, max, ...step !== 1 && { step } }))
  }
}

/** A longer text. Held against right texts where the item does so; else a person marks it. */
export function readExtended (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const isMarked = variable !== undefined && isNumber(variable)
  if (isMarked) return readTyped(element, item)
  const lines = wholeIn(element, 'expectedLines')
  const sample = variable === undefined ? [] : rightItems(variable)
  if (partOf(item.root, 'responseProcessing') !== undefined) item.note('changed', 'a person marks it, whatever its own rules say')
  if (attribute(element, 'patternMask') !== undefined) item.note('left-out', 'the pattern that an answer is to have is left out')
  if (variable?.cardinality === 'multiple' || variable?.cardinality === 'ordered') item.note('changed', 'one text is written in place of several')
  return {
    texts: [],
    samples: [],
    drafts: () => [{
      kind: 'essay',
      ...lines !== undefined && lines > 1 && lines !== 12 && { lines: Math.min(60, lines) },
      ...wordLimits(element),
      ...sample.length > 0 && { sampleAnswer: sample.join('\n') }
    }]
  }
}

function wordLimits (element: XmlElement): object {
  const limit = (name: string): number | undefined => {
    const value = Number(attribute(element, name))
    return Number.isInteger(value) && value > 0 ? value : undefined
  }
  const [min, max] = [limit('data-min-words'), limit('data-max-words')]
  return { ...min !== undefined && { minWords: min }, ...max !== undefined && { maxWords: max } }
}

const TYPE = /^(?:\.[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*|[a-z]+\/(?:\*|[A-Za-z0-9.+-]+))$/

/** Files that are handed in; a drawing is one. */
export function readUpload (element: XmlElement, item: QtiItem): Asked {
  const isDrawing = nameOf(element) === 'drawingInteraction'
  const types = isDrawing ? ['image/*'] : wordIn(element, 'type').split(/\s+/).filter(type => TYPE.test(type))
  if (isDrawing) item.note('changed', 'the drawing is handed in as a file')
  return { texts: [], samples: [], drafts: () => [{ kind: 'upload', ...types.length > 0 && { types } }] }
}
