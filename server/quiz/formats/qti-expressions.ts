import { compileRegex, matchesWhole } from '../regex.ts'
import { comparable } from '../wildcard.ts'
import { customOperator } from './qti-custom-operators.ts'
import { areaOf, isPointIn, lookUp, mapPoints, mapValues } from './qti-mapping.ts'
import { gcd, MATH, roundTo, statistic } from './qti-math.ts'
import { MAX_TEXT, written, type Session } from './qti-session.ts'
import { TEST_EXPRESSIONS, testVariable } from './qti-test-expressions.ts'
import { baseTypeOf, container, holdsAll, isNumeric, number, readScalar, sameScalar, sameValue, single, truth, type QtiValue, type Value } from './qti-values.ts'
import { attribute, isTrue, nameOf, numberOf, partsOf, wordIn } from './qti-vocabulary.ts'
import { textIn, type XmlElement } from './xml.ts'

type Expression = (element: XmlElement, session: Session) => Value

/** The value of an expression (QTI 2.1 Assessment Test, Section, and Item Information Model, chapter 15; QTI 3.0 ASI, 4.x). What it
 * has no value for is NULL, and a problem says so where the file is at fault. Never throws but TooLong. */
export function evaluate (element: XmlElement, session: Session): Value {
  session.spend(1)
  const name = nameOf(element)
  const expression = Object.hasOwn(EXPRESSIONS, name) ? EXPRESSIONS[name] : TEST_EXPRESSIONS[name]
  if (expression === undefined || !(Object.hasOwn(EXPRESSIONS, name) || Object.hasOwn(TEST_EXPRESSIONS, name))) {
    session.note(element, `the expression ${name.slice(0, 60)} is not known; it has no value`)
    return null
  }
  const value = expression(element, session)
  if (value !== null) session.spend(value.items.length)
  return value
}

function operands (element: XmlElement, session: Session): Value[] {
  return partsOf(element).map(child => evaluate(child, session))
}

/** All numbers of the operands, those of containers one by one; null when there is none, one is NULL, or is no number. */
function numbers (element: XmlElement, session: Session, atLeast = 1): { readonly all: readonly number[], readonly isInteger: boolean } | null {
  const values = operands(element, session)
  if (values.length < atLeast) session.note(element, `${nameOf(element)} needs ${atLeast === 1 ? 'an expression' : 'two expressions'} inside`)
  if (values.length < atLeast || values.includes(null)) return null
  const known = values as QtiValue[]
  if (!known.every(isNumeric)) {
    session.note(element, `${nameOf(element)} is worked out of numbers, and is given something else`)
    return null
  }
  return { all: known.flatMap(({ items }) => items as readonly number[]), isInteger: known.every(({ baseType }) => baseType === 'integer') }
}

/** An expression of two numbers. */
function ofTwo (work: (a: number, b: number) => number, isInteger: boolean | 'as operands' = false): Expression {
  return (element, session) => {
    const found = numbers(element, session, 2)
    if (found === null) return null
    const [a = NaN, b = NaN] = found.all
    return number(work(a, b), isInteger === 'as operands' ? found.isInteger : isInteger)
  }
}

function ofAll (work: (all: readonly number[]) => number, isInteger?: boolean): Expression {
  return (element, session) => {
    const found = numbers(element, session)
    return found === null ? null : number(work(found.all), isInteger ?? found.isInteger)
  }
}

function compared (work: (a: number, b: number) => boolean, types: readonly string[] = ['integer', 'float']): Expression {
  return (element, session) => {
    const [a = null, b = null] = operands(element, session)
    if (a === null || b === null) return null
    if (![a, b].every(({ baseType, cardinality }) => cardinality === 'single' && types.includes(baseType!))) {
      session.note(element, `${nameOf(element)} does not compare what it is given`)
      return null
    }
    return truth(work(a.items[0] as number, b.items[0] as number))
  }
}

/** A truth value in three-valued logic: what is no truth value is taken as players take it, 0 and '' for false. */
export function isTruthy (value: Value): boolean | null {
  if (value === null) return null
  if (value.cardinality !== 'single') return true
  const [item] = value.items
  return item !== false && item !== 0 && item !== ''
}

function logic (element: XmlElement, session: Session): { readonly yes: number, readonly unknown: number, readonly no: number } {
  const all = operands(element, session).map(isTruthy)
  return { yes: all.filter(one => one === true).length, unknown: all.filter(one => one === null).length, no: all.filter(one => one === false).length }
}

function strings (element: XmlElement, session: Session): readonly [string, string] | null {
  const [a = null, b = null] = operands(element, session)
  return a === null || b === null ? null : [String(a.items[0]), String(b.items[0])]
}

/** A number written in an attribute, or the name of a variable that holds it, also in braces. */
function settingOf (element: XmlElement, name: string, session: Session): number | undefined {
  const text = attribute(element, name)
  return text === undefined ? undefined : numberNamed(text, session)
}

function numberNamed (text: string, session: Session): number | undefined {
  const value = session.variables.get(text.trim().replace(/^\{(.*)\}$/, '$1'))?.value
  return numberOf(text) ?? (value !== null && value !== undefined && isNumeric(value) ? value.items[0] as number : undefined)
}

function variableOf (element: XmlElement, session: Session): ReturnType<Session['variables']['get']> {
  const identifier = wordIn(element, 'identifier')
  const found = session.variables.get(identifier)
  if (found === undefined) session.note(element, `there is no variable '${identifier.slice(0, 60)}'`)
  return found
}

function gathered (cardinality: 'multiple' | 'ordered'): Expression {
  return (element, session) => {
    const values = operands(element, session).filter(value => value !== null)
    const types = new Set(values.map(({ baseType }) => baseType))
    const [type] = types
    if (types.size > 1 && !values.every(isNumeric)) {
      session.note(element, `${nameOf(element)} holds values of one type, and is given several`)
      return null
    }
    return container(cardinality, types.size > 1 ? 'float' : type, values.flatMap(({ items }) => items))
  }
}

const equal: Expression = (element, session) => {
  const [a = null, b = null] = operands(element, session)
  if (a === null || b === null) return null
  // Meant for numbers; of other types the same is equal, as players have it.
  if (!isNumeric(a) || !isNumeric(b)) return truth(sameValue(a, b))
  const [x, y] = [a.items[0] as number, b.items[0] as number]
  const mode = attribute(element, 'toleranceMode') ?? 'exact'
  if (mode === 'exact') return truth(x === y)
  const bounds = wordIn(element, 'tolerance').split(/\s+/).map(text => numberNamed(text, session))
  const [below, above = below] = bounds
  if (below === undefined || above === undefined) {
    session.note(element, 'equal has no tolerance that could be read')
    return null
  }
  const [low, high] = mode === 'relative' ? [x - Math.abs(x) * below / 100, x + Math.abs(x) * above / 100] : [x - below, x + above]
  // The slack makes up for binary fractions.
  const slack = 1e-12 * Math.max(Math.abs(x), Math.abs(y))
  const meetsLow = isTrue(element, 'includeLowerBound', true) ? y >= low - slack : y > low + slack
  const meetsHigh = isTrue(element, 'includeUpperBound', true) ? y <= high + slack : y < high - slack
  return truth(meetsLow && meetsHigh)
}

function figuresOf (element: XmlElement, session: Session): { readonly mode: 'significantFigures' | 'decimalPlaces', readonly figures: number } | undefined {
  const figures = settingOf(element, 'figures', session)
  const mode = /^significant/i.test(attribute(element, 'roundingMode') ?? 'significantFigures') ? 'significantFigures' : 'decimalPlaces'
  const known = figures !== undefined && Number.isInteger(figures) && figures <= 100 && figures >= (mode === 'significantFigures' ? 1 : 0)
  if (!known) session.note(element, `${nameOf(element)} does not say to how many figures`)
  return known ? { mode, figures } : undefined
}

const patternMatch: Expression = (element, session) => {
  const [value = null, second = null] = operands(element, session)
  const pattern = attribute(element, 'pattern') ?? String(second?.items[0] ?? '')
  const named = session.variables.get(pattern.replace(/^\{(.*)\}$/, '$1'))?.value?.items[0]
  const comparison = { caseSensitive: isTrue(element, 'caseSensitive', true), ignoreAccents: false }
  const regex = compileRegex(pattern.startsWith('{') && typeof named === 'string' ? named : pattern, comparison)
  if (value === null) return null
  if ('problem' in regex) {
    session.note(element, `the pattern '${pattern.slice(0, 60)}' ${regex.problem}`)
    return null
  }
  const text = comparable(String(value.items[0]), comparison)
  session.spend(Math.ceil(text.length * regex.program.length / 100))
  return truth(matchesWhole(regex, text))
}

const inside: Expression = (element, session) => {
  const [value = null] = operands(element, session)
  if (value === null) return null
  const area = areaOf(element)
  if (area === undefined) {
    session.note(element, 'inside has no area that could be read')
    return null
  }
  session.spend(value.items.length * (area === 'everywhere' ? 1 : area.coords.length))
  return truth(value.items.some(item => isPointIn(String(item), area)))
}

const EXPRESSIONS: Readonly<Record<string, Expression>> = {
  baseValue (element, session) {
    const baseType = baseTypeOf(attribute(element, 'baseType')) ?? 'string'
    const item = readScalar(baseType, written(element))
    if (item === undefined) session.note(element, `'${textIn(element).slice(0, 40)}' is no ${baseType}`)
    return item === undefined || item === '' ? null : single(baseType, item)
  },
  variable (element, session) {
    const identifier = wordIn(element, 'identifier')
    const value = identifier.includes('.') ? testVariable(element, session) : undefined
    return value === undefined ? variableOf(element, session)?.value ?? null : value
  },
  default: (element, session) => variableOf(element, session)?.initial ?? null,
  correct: (element, session) => variableOf(element, session)?.correct ?? null,
  null: () => null,
  mapResponse: (element, session) => mapValues(variableOf(element, session), session, element),
  mapResponsePoint: (element, session) => mapPoints(variableOf(element, session), session, element),
  lookupTable (element, session) {
    const [source] = partsOf(element)
    return source === undefined ? null : lookUp(element, evaluate(source, session), 'float', session)
  },

  // logic
  and (element, session) {
    const { no, unknown } = logic(element, session)
    return no > 0 ? truth(false) : unknown > 0 ? null : truth(true)
  },
  or (element, session) {
    const { yes, unknown } = logic(element, session)
    return yes > 0 ? truth(true) : unknown > 0 ? null : truth(false)
  },
  not (element, session) {
    const [value = null] = operands(element, session).map(isTruthy)
    return value === null ? null : truth(!value)
  },
  anyN (element, session) {
    const { yes, unknown } = logic(element, session)
    const [min, max] = [settingOf(element, 'min', session) ?? 0, settingOf(element, 'max', session) ?? Infinity]
    if (yes > max || yes + unknown < min) return truth(false)
    return yes >= min && yes + unknown <= max ? truth(true) : null
  },
  isNull (element, session) {
    const [value = null] = operands(element, session)
    return truth(value === null || (value.cardinality === 'single' && value.items[0] === ''))
  },
  isTypeOf (element, session) {
    const [a = null, b = null] = operands(element, session)
    return a === null || b === null ? null : truth(a.baseType === baseTypeOf(String(b.items[0])))
  },

  // containers
  match (element, session) {
    const [a = null, b = null] = operands(element, session)
    return a === null || b === null ? null : truth(sameValue(a, b))
  },
  member (element, session) {
    const [a = null, b = null] = operands(element, session)
    return a === null || b === null ? null : truth(b.items.some(item => sameScalar(b.baseType, item, a.items[0]!)))
  },
  contains (element, session) {
    const [a = null, b = null] = operands(element, session)
    if (a === null || b === null) return null
    if (a.cardinality !== 'ordered') return truth(holdsAll(a, b))
    session.spend(a.items.length * b.items.length)
    return truth(a.items.some((_, from) => b.items.every((item, index) => from + index < a.items.length && sameScalar(a.baseType, a.items[from + index]!, item))))
  },
  containerSize (element, session) {
    const [value = null] = operands(element, session)
    return number(value === null ? 0 : value.items.length, true)
  },
  multiple: gathered('multiple'),
  ordered: gathered('ordered'),
  index (element, session) {
    const [value = null, second = null] = operands(element, session)
    const item = value?.items[(settingOf(element, 'n', session) ?? Number(second?.items[0] ?? 0)) - 1]
    return value === null || item === undefined ? null : single(value.baseType!, item)
  },
  delete (element, session) {
    const [a = null, b = null] = operands(element, session)
    if (a === null || b === null || b.cardinality === 'record') return null
    return container(b.cardinality === 'ordered' ? 'ordered' : 'multiple', b.baseType, b.items.filter(item => !sameScalar(b.baseType, item, a.items[0]!)))
  },
  repeat (element, session) {
    const times = settingOf(element, 'numberRepeats', session) ?? 0
    const values: QtiValue[] = []
    for (let round = 0; round < times; round++) {
      session.spend(1)
      values.push(...operands(element, session).filter(value => value !== null))
    }
    return container('ordered', values[0]?.baseType, values.flatMap(({ items }) => items))
  },
  random (element, session) {
    const [value = null] = operands(element, session)
    const item = value?.items[Math.floor(session.random() * value.items.length)]
    return value === null || item === undefined ? null : single(value.baseType!, item)
  },
  fieldValue (element, session) {
    const [value = null] = operands(element, session)
    return value?.fields?.get(wordIn(element, 'fieldIdentifier')) ?? null
  },
  record (element, session) {
    const fields = partsOf(element).map(field => [wordIn(field, 'fieldIdentifier'), operands(field, session)[0] ?? null] as const)
    return fields.length === 0 ? null : { cardinality: 'record', baseType: undefined, items: [], fields: new Map(fields) }
  },

  // numbers
  sum: ofAll(all => all.reduce((sum, one) => sum + one, 0)),
  product: ofAll(all => all.reduce((product, one) => product * one, 1)),
  subtract: ofTwo((a, b) => a - b, 'as operands'),
  divide: ofTwo((a, b) => b === 0 ? NaN : a / b),
  power: ofTwo((a, b) => a ** b),
  integerDivide: ofTwo((a, b) => Math.floor(a / b), true),
  integerModulus: ofTwo((a, b) => a - b * Math.floor(a / b), true),
  mod: ofTwo((a, b) => a - b * Math.floor(a / b)),
  round: ofAll(([one = NaN]) => Math.floor(one + 0.5), true),
  truncate: ofAll(([one = NaN]) => Math.trunc(one), true),
  integerToFloat: ofAll(([one = NaN]) => one, false),
  max: ofAll(all => all.reduce((max, one) => Math.max(max, one), -Infinity)),
  min: ofAll(all => all.reduce((min, one) => Math.min(min, one), Infinity)),
  gcd: ofAll(all => all.reduce(gcd, 0), true),
  lcm: ofAll(all => all.reduce((lcm, one) => lcm === 0 || one === 0 ? 0 : Math.abs(lcm / gcd(lcm, one) * one), 1), true),
  roundTo (element, session) {
    const [found, to] = [numbers(element, session), figuresOf(element, session)]
    return found === null || to === undefined ? null : number(roundTo(found.all[0]!, to.mode, to.figures))
  },
  mathOperator (element, session) {
    const name = wordIn(element, 'name')
    const found = numbers(element, session)
    const work = Object.hasOwn(MATH, name) ? MATH[name] : undefined
    if (work === undefined) session.note(element, `the function ${name.slice(0, 40)} is not known`)
    if (found === null || work === undefined) return null
    return number(work(found.all[0]!, found.all[1] ?? NaN), name === 'floor' || name === 'ceil')
  },
  mathConstant (element, session) {
    const name = attribute(element, 'name')?.trim()
    if (name !== 'pi' && name !== 'e') session.note(element, `the constant ${(name ?? '').slice(0, 40)} is not known`)
    return name === 'pi' ? number(Math.PI) : name === 'e' ? number(Math.E) : null
  },
  statsOperator (element, session) {
    const name = wordIn(element, 'name')
    const found = numbers(element, session)
    const value = found === null ? null : statistic(name, found.all)
    if (value === undefined) session.note(element, `the statistic ${name.slice(0, 40)} is not known`)
    return value === undefined || value === null ? null : number(value)
  },
  ...Object.fromEntries(['mean', 'sampleVariance', 'sampleSD', 'popVariance', 'popSD'].map(name => [name, ofAll(all => statistic(name, all) ?? NaN, false)])),
  randomInteger (element, session) {
    const [min, max, step] = [settingOf(element, 'min', session) ?? 0, settingOf(element, 'max', session), settingOf(element, 'step', session) ?? 1]
    if (max === undefined || max < min || step <= 0) {
      session.note(element, 'randomInteger has no proper bounds')
      return null
    }
    return number(min + step * Math.floor(session.random() * (Math.floor((max - min) / step) + 1)), true)
  },
  randomFloat (element, session) {
    const [min, max] = [settingOf(element, 'min', session) ?? 0, settingOf(element, 'max', session)]
    if (max === undefined || max < min) {
      session.note(element, 'randomFloat has no proper bounds')
      return null
    }
    return number(min + session.random() * (max - min))
  },

  // comparison
  equal,
  equalRounded (element, session) {
    const [found, to] = [numbers(element, session, 2), figuresOf(element, session)]
    if (found === null || to === undefined) return null
    // A half counts as one that is a little less but for its binary fraction, as with our own numbers.
    const [a, b] = found.all.map(one => roundTo(one * (1 + 1e-12), to.mode, to.figures))
    return truth(a === b)
  },
  gt: compared((a, b) => a > b),
  gte: compared((a, b) => a >= b),
  lt: compared((a, b) => a < b),
  lte: compared((a, b) => a <= b),
  durationLT: compared((a, b) => a < b, ['duration', 'integer', 'float']),
  durationGTE: compared((a, b) => a >= b, ['duration', 'integer', 'float']),
  stringMatch (element, session) {
    const both = strings(element, session)
    if (both === null) return null
    const [a, b] = isTrue(element, 'caseSensitive', true) ? both : both.map(folded) as [string, string]
    return truth(isTrue(element, 'substring') ? a.includes(b) : a === b)
  },
  substring (element, session) {
    if (partsOf(element).length === 3) {
      const [text = null, start = null, length = null] = operands(element, session)
      if (text === null || start === null || length === null) return null
      const from = Number(start.items[0]) - 1
      return single('string', String(text.items[0]).slice(from, from + Number(length.items[0])))
    }
    const both = strings(element, session)
    if (both === null) return null
    const [a, b] = isTrue(element, 'caseSensitive', true) ? both : both.map(folded) as [string, string]
    return truth(b.includes(a))
  },
  patternMatch,
  inside,
  customOperator (element, session) {
    const values = operands(element, session)
    const made = customOperator(element, values, session)
    if (made !== null && made.items.some(item => typeof item === 'string' && item.length > MAX_TEXT)) {
      session.note(element, 'a text made by an operator is longer than is taken')
      return null
    }
    return made
  }
}

function folded (text: string): string {
  return text.toUpperCase().toLowerCase()
}

/** The expression inside an element, or the first of several. */
export function inner (element: XmlElement, session: Session): Value {
  const [first] = partsOf(element)
  return first === undefined ? null : evaluate(first, session)
}
