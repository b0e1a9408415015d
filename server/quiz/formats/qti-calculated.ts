import { checkQuestion } from '../definition.ts'
import { evaluate, type Formula } from '../formula.ts'
import { namesOf, type VariableRules } from '../variables.ts'
import type { Draft } from './format.ts'
import { formulaIn, formulaText } from './qti-formula.ts'
import { identifierOf, promptOf, responseIn, responseOf, type Asked, type QtiItem } from './qti-item.ts'
import { openItem } from './qti-processing.ts'
import { inTime, newSession, written, type Session, type Variable } from './qti-session.ts'
import { attribute, insideOf, nameOf, numberIn, numberOf, partOf, partsOf, wholeIn, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** What a template draws and works out, as a question draws and works out. */
interface Template {
  /** a formula for each variable: itself where it is drawn */
  readonly formulas: ReadonlyMap<string, Formula>
  readonly rules: VariableRules
  readonly result: Formula
  readonly shown: { readonly decimals?: number, readonly significantFigures?: number }
}

/** Decimals of values that a template draws from all between two bounds. */
const DECIMALS = 3
/** Draws by which the formula is held against the item's own right answer; the first is that of the texts. */
const SEEDS = [1, 2, 3, 4, 5]

/** A number that is worked out of what a template draws. Undefined where the template says more than a question can: then its values are
 * drawn once. */
export function readCalculated (element: XmlElement, item: QtiItem): Asked | undefined {
  const variable = responseOf(element, item)
  const processing = partOf(item.root, 'templateProcessing')
  if (variable === undefined || processing === undefined || insideOf(item.root, SHOWN_BY_TEMPLATE).length > 0) return undefined
  const notes: string[] = []
  const template = templateOf(processing, variable, notes)
  if (template === undefined || namesOf(template.rules).size === 0) return undefined
  const { formulas, rules, result, shown } = template
  if (!agrees(template, variable, item)) return undefined
  const drafts = [...tolerancesOf(variable, item), 0].map((tolerance): Draft => ({ kind: 'calculated', ...rules, formula: formulaText(result), tolerance, ...shown }))
  if ('problems' in checkQuestion({ key: 'x', topic: 'x', difficulty: 'easy', prompt: 'x', ...drafts[0]! })) return undefined
  for (const message of notes) item.note('changed', message)
  const values = valuesIn(item.session, namesOf(rules))
  const right = evaluate(result, values)
  const off = Math.max(...drafts.map(({ tolerance }) => typeof tolerance === 'number' ? tolerance : 'relative' in (tolerance as object) ? Math.abs(right) * (tolerance as { relative: number }).relative : 0))
  const tried = [Number(variable.correct!.items[0]), right + off * 0.9, right - off * 0.9, right + off * 1.5 + 0.01, right - off * 1.5 - 0.01, right * 2 + 1].map(value => Number(value.toPrecision(12)))
  const marks: string[] = []
  const writer = {
    ...item.writer,
    inPlace (inner: XmlElement): string | undefined {
      const formula = nameOf(inner) === 'printedVariable' ? formulas.get(wordIn(inner, 'identifier')) : undefined
      if (formula === undefined) return item.writer.inPlace(inner)
      marks.push(formula.type === 'variable' ? `{${formula.name}}` : `{=${formulaText(formula)}}`)
      return `\ue010${marks.length - 1}\ue011`
    }
  }
  return {
    prompt: promptOf(item.body, writer),
    texts: [],
    samples: [{ responses: responseIn(variable, []), answer: { text: '' }, parts: [] }, ...tried.map((value, index) => ({ responses: responseIn(variable, [value]), answer: { text: String(value) }, parts: index === 0 ? ['0'] : [] }))],
    drafts: () => drafts,
    drawn: { values, writer, marks }
  }
}

const SHOWN_BY_TEMPLATE = new Set(['templateInline', 'templateBlock', 'templateConstraint', 'templateCondition', 'templateBlockFeedback'])

function valuesIn (session: Session, names: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries([...session.variables.values()].flatMap(({ identifier, value }) => names.has(nameFor(identifier)) ? [[nameFor(identifier), Number(value?.items[0])]] : []))
}

/** A name that variables of a question may have. */
function nameFor (identifier: string): string {
  return identifier.replace(/^(?=\d)/, '_').replace(/[^A-Za-z0-9_]/g, '_')
}

function templateOf (processing: XmlElement, variable: Variable, notes: string[]): Template | undefined {
  const formulas = new Map<string, Formula>()
  const rows = new Map<string, number>()
  const columns = new Map<string, readonly number[]>()
  const variables: NonNullable<VariableRules['variables']> = []
  const set = new Set<string>()
  let right: XmlElement | undefined
  for (const rule of partsOf(processing)) {
    const [expression] = partsOf(rule)
    const identifier = identifierOf(rule)
    if (expression === undefined || set.has(identifier)) return undefined
    set.add(identifier)
    if (nameOf(rule) === 'setCorrectResponse' && identifier === variable.identifier) {
      right = expression
      continue
    }
    if (nameOf(rule) !== 'setTemplateValue' || right !== undefined) return undefined
    const formula = formulaIn(expression, name => formulas.get(name))
    const key = nameFor(identifier)
    const itself = { type: 'variable', name: key } as const
    const column = nameOf(expression) === 'index' ? constantsIn(partsOf(expression)[0]) : undefined
    if (formula !== undefined) formulas.set(identifier, formula)
    else if (column !== undefined && rows.get(wordIn(expression, 'n').replace(/^\{(.*)\}$/, '$1')) === column.length) {
      columns.set(key, column)
      formulas.set(identifier, itself)
    } else {
      const drawn = drawOf(expression, notes)
      if (drawn === undefined) return undefined
      // Whole numbers from 1 may be the rows of a table.
      if ('min' in drawn && drawn.min === 1 && drawn.decimals === undefined) rows.set(identifier, drawn.max)
      variables.push({ key, ...drawn })
      formulas.set(identifier, itself)
    }
  }
  if (right === undefined) return undefined
  const rounded = nameOf(right) === 'roundTo' ? partsOf(right)[0] : undefined
  const result = formulaIn(rounded ?? right, name => formulas.get(name))
  if (result === undefined) return undefined
  const named = new Set(variables.map(({ key }) => key))
  if (named.size < variables.length || [...columns.keys()].some(key => named.has(key))) return undefined
  const own = columns.size === 0 ? variables : variables.filter(({ key }) => ![...rows.keys()].some(row => nameFor(row) === key))
  const count = [...columns.values()][0]?.length ?? 0
  return {
    formulas,
    rules: {
      ...own.length > 0 && { variables: own },
      ...columns.size > 0 && { datasets: Array.from({ length: count }, (_, index) => Object.fromEntries([...columns].map(([key, values]) => [key, values[index]!]))) }
    },
    result,
    shown: rounded === undefined ? {} : shownBy(right)
  }
}

function shownBy (round: XmlElement): Template['shown'] {
  const figures = wholeIn(round, 'figures') ?? 0
  if (attribute(round, 'roundingMode') === 'decimalPlaces') return { decimals: figures }
  return figures >= 12 ? {} : { significantFigures: figures }
}

function constantsIn (list: XmlElement | undefined): readonly number[] | undefined {
  if (list === undefined || (nameOf(list) !== 'ordered' && nameOf(list) !== 'multiple')) return undefined
  const values = partsOf(list).map(value => nameOf(value) === 'baseValue' ? numberOf(written(value)) : undefined)
  return values.length === 0 || values.includes(undefined) ? undefined : values as number[]
}

type Drawn = { readonly min: number, readonly max: number, readonly decimals?: number } | { readonly values: number[] }

function drawOf (expression: XmlElement, notes: string[]): Drawn | undefined {
  const [first, second] = partsOf(expression)
  const [min, max] = [numberIn(expression, 'min') ?? 0, numberIn(expression, 'max')]
  switch (nameOf(expression)) {
    case 'randomInteger': {
      const step = numberIn(expression, 'step') ?? 1
      if (max === undefined || max < min || !(step >= 1)) return undefined
      if (step === 1) return { min, max }
      const count = Math.floor((max - min) / step) + 1
      return count > 1000 ? undefined : { values: Array.from({ length: count }, (_, index) => min + index * step) }
    }
    case 'randomFloat':
      if (max === undefined) return undefined
      notes.push(`values between two bounds are drawn with ${DECIMALS} decimals`)
      return { min, max, decimals: DECIMALS }
    case 'roundTo': {
      const figures = wholeIn(expression, 'figures')
      const whole = first === undefined || nameOf(first) !== 'randomFloat' || attribute(expression, 'roundingMode') !== 'decimalPlaces' || figures === undefined ? undefined : drawOf(first, [])
      return whole === undefined || !('min' in whole) ? undefined : { min: whole.min, max: whole.max, decimals: figures! }
    }
    case 'random': {
      const values = constantsIn(first)
      return values === undefined ? undefined : { values: [...values] }
    }
    case 'divide': {
      const whole = first === undefined || nameOf(first) !== 'randomInteger' ? undefined : drawOf(first, [])
      const by = second === undefined ? undefined : numberOf(written(second))
      const decimals = by === undefined ? NaN : Math.log10(by)
      if (whole === undefined || !('min' in whole) || !Number.isInteger(decimals) || decimals < 1) return undefined
      return { min: Number((whole.min / by!).toFixed(decimals)), max: Number((whole.max / by!).toFixed(decimals)), decimals }
    }
    default: return undefined
  }
}

/** Whether the formula gives what the item calls right, for other draws too. */
function agrees ({ result, rules, shown: { decimals, significantFigures } }: Template, { identifier }: Variable, { root }: QtiItem): boolean {
  return SEEDS.every(seed => {
    const session = newSession({ seed })
    const isOpen = inTime(() => { openItem(session, root) })
    const value = evaluate(result, valuesIn(session, namesOf(rules)))
    const theirs = Number(session.variables.get(identifier)?.correct?.items[0])
    const slack = decimals !== undefined ? 0.51 * 10 ** -decimals : significantFigures !== undefined ? Math.abs(value) * 10 ** (1 - significantFigures) : Math.abs(value) * 1e-9 + 1e-12
    return isOpen && Math.abs(value - theirs) <= slack
  })
}

const EQUALS = new Set(['equal', 'equalRounded'])
const VARIABLES = new Set(['variable'])

/** Tolerances by which rules hold the response against something. */
function tolerancesOf ({ identifier }: Variable, { root }: QtiItem): (number | { relative: number } | { significantFigures: number })[] {
  const processing = partOf(root, 'responseProcessing')
  const rules = processing === undefined ? [] : insideOf(processing, EQUALS).filter(rule => insideOf(rule, VARIABLES).some(inner => identifierOf(inner) === identifier))
  return rules.flatMap((rule): ReturnType<typeof tolerancesOf> => {
    const [tolerance] = wordIn(rule, 'tolerance').split(/\s+/).map(numberOf)
    if (nameOf(rule) === 'equalRounded') {
      const figures = wholeIn(rule, 'figures') ?? 1
      return attribute(rule, 'roundingMode') === 'decimalPlaces' ? [0.5 * 10 ** -figures] : [{ significantFigures: Math.max(1, figures) }]
    }
    if (tolerance === undefined || tolerance === 0) return []
    return attribute(rule, 'toleranceMode') === 'relative' ? [{ relative: Number((tolerance / 100).toPrecision(12)) }] : [tolerance]
  })
}
