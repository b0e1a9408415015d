import type { Formula } from '../formula.ts'
import { written } from './qti-session.ts'
import { attribute, nameOf, numberOf, partsOf, wholeIn } from './qti-vocabulary.ts'
import { rulesIn, type Pen } from './qti-pen.ts'
import type { XmlElement } from './xml.ts'

// Formulas as expressions of QTI, and expressions as formulas. What only one of the two can say is undefined.

type Name = Extract<Formula, { type: 'call' }>['name']

/** Functions by what `mathOperator` calls them. */
const MATH = {
  abs: 'abs', acos: 'acos', asin: 'asin', atan: 'atan', atan2: 'atan2', ceil: 'ceil', cos: 'cos', cosh: 'cosh', exp: 'exp', floor: 'floor', ln: 'ln', log: 'log10',
  sin: 'sin', sinh: 'sinh', signum: 'sign', tan: 'tan', tanh: 'tanh', toRadians: 'deg2rad', toDegrees: 'rad2deg'
} as const satisfies Readonly<Record<string, Name>>
const OPERATORS = { '+': 'sum', '-': 'subtract', '*': 'product', '/': 'divide', '^': 'power' } as const

/** A formula as an expression; undefined for one with a comparison, or a function, that QTI has not. */
export function expressionOf (formula: Formula, el: Pen['el']): string | undefined {
  const { base, variable } = rulesIn(el)
  const of = (inner: Formula): string | undefined => expressionOf(inner, el)
  const made = (name: string, attributes: Parameters<Pen['el']>[1], inner: readonly Formula[]): string | undefined => {
    const parts = inner.map(of)
    return parts.includes(undefined) ? undefined : el(name, attributes, ...parts as string[])
  }
  switch (formula.type) {
    case 'number': return base('float', formula.value)
    case 'variable': return variable(formula.name)
    case 'unary': return formula.operator === '-' ? made('subtract', {}, [{ type: 'number', value: 0 }, formula.of]) : undefined
    case 'binary': {
      const { operator, left, right } = formula
      if (operator === '%') return of(restOf(left, right))
      return operator in OPERATORS ? made(OPERATORS[operator as keyof typeof OPERATORS], {}, [left, right]) : undefined
    }
    case 'if': return undefined
    case 'call': {
      const { name, of: inner } = formula
      const [first, second] = inner
      const math = Object.entries(MATH).find(([, own]) => own === name)?.[0]
      if (math !== undefined) return made('mathOperator', { name: math }, inner)
      if (name === 'log' && second === undefined) return made('mathOperator', { name: 'ln' }, inner)
      if (name === 'pi') return el('mathConstant', { name: 'pi' })
      if (name === 'max' || name === 'min') return made(name, {}, inner)
      if (name === 'pow') return made('power', {}, inner)
      if (name === 'sqrt') return made('power', {}, [first!, { type: 'number', value: 0.5 }])
      if (name === 'fmod') return of(restOf(first!, second!))
      if (name === 'trunc') return made('truncate', {}, inner)
      if (name === 'round' && (second === undefined || (second.type === 'number' && Number.isInteger(second.value) && second.value >= 0))) return made('roundTo', { roundingMode: 'decimalPlaces', figures: second?.value ?? 0 }, [first!])
      return undefined
    }
  }
}

/** The rest of a division, with the sign of what is divided. */
function restOf (left: Formula, right: Formula): Formula {
  return binary('-', left, binary('*', right, { type: 'call', name: 'trunc', of: [binary('/', left, right)] }))
}

function binary (operator: Extract<Formula, { type: 'binary' }>['operator'], left: Formula, right: Formula): Formula {
  return { type: 'binary', operator, left, right }
}

/** An expression as a formula. @param named what a variable stands for */
export function formulaIn (element: XmlElement, named: (identifier: string) => Formula | undefined): Formula | undefined {
  const name = nameOf(element)
  if (name === 'baseValue') return numberFormula(numberOf(written(element)))
  if (name === 'variable') return named(attribute(element, 'identifier')?.trim() ?? '')
  if (name === 'mathConstant') return attribute(element, 'name') === 'pi' ? { type: 'call', name: 'pi', of: [] } : { type: 'call', name: 'exp', of: [{ type: 'number', value: 1 }] }
  const read = partsOf(element).map(inner => formulaIn(inner, named))
  if (read.length === 0 || read.includes(undefined)) return undefined
  const [first, second, ...more] = read as [Formula, ...Formula[]]
  const call = (own: Name, ...of: readonly Formula[]): Formula => ({ type: 'call', name: own, of })
  switch (name) {
    case 'sum': return second === undefined ? first : [second, ...more].reduce((sum, one) => binary('+', sum, one), first)
    case 'product': return second === undefined ? first : [second, ...more].reduce((product, one) => binary('*', product, one), first)
    case 'integerToFloat': return first
    case 'truncate': return call('trunc', first)
    case 'max': case 'min': return call(name, first, ...second === undefined ? [] : [second, ...more])
    case 'roundTo': {
      const figures = wholeIn(element, 'figures')
      return attribute(element, 'roundingMode') === 'decimalPlaces' && figures !== undefined ? call('round', first, ...figures === 0 ? [] : [{ type: 'number', value: figures } as const]) : undefined
    }
    case 'mathOperator': {
      const own = attribute(element, 'name') ?? ''
      return Object.hasOwn(MATH, own) ? call(MATH[own as keyof typeof MATH], first, ...second === undefined ? [] : [second]) : undefined
    }
  }
  if (second === undefined) return undefined
  switch (name) {
    case 'subtract': return first.type === 'number' && first.value === 0 ? { type: 'unary', operator: '-', of: second } : binary('-', first, second)
    case 'divide': return binary('/', first, second)
    case 'power': return second.type === 'number' && second.value === 0.5 ? call('sqrt', first) : binary('^', first, second)
    case 'integerDivide': return call('floor', binary('/', first, second))
    case 'integerModulus': return binary('-', first, binary('*', second, call('floor', binary('/', first, second))))
    default: return undefined
  }
}

function numberFormula (value: number | undefined): Formula | undefined {
  if (value === undefined) return undefined
  return value < 0 ? { type: 'unary', operator: '-', of: { type: 'number', value: -value } } : { type: 'number', value }
}

const BINDING: Readonly<Record<string, number>> = { '+': 5, '-': 5, '*': 6, '/': 6, '%': 6, '^': 8 }
const [SIGN, COMPARED, WHOLE] = [7, 1, 9]

/** A formula as it is written here, in one way. */
export function formulaText (formula: Formula): string {
  const within = (inner: Formula, least: number): string => bindingOf(inner) < least ? `(${formulaText(inner)})` : formulaText(inner)
  switch (formula.type) {
    case 'number': return String(formula.value)
    case 'variable': return formula.name
    case 'unary': return `${formula.operator}${within(formula.of, SIGN + 1)}`
    case 'binary': {
      const binding = bindingOf(formula)
      const [left, right] = formula.operator === '^' ? [binding + 1, binding] : [binding, binding + 1]
      return `${within(formula.left, left)} ${formula.operator} ${within(formula.right, right)}`
    }
    case 'if': return `(${within(formula.test, SIGN)} ? ${formulaText(formula.then)} : ${formulaText(formula.otherwise)})`
    case 'call': return `${formula.name}(${formula.of.map(formulaText).join(', ')})`
  }
}

function bindingOf (formula: Formula): number {
  return formula.type === 'binary' ? BINDING[formula.operator] ?? COMPARED : formula.type === 'unary' ? SIGN : WHOLE
}
