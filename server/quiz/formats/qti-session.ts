import type { FormatProblem } from './format.ts'
import { attribute, nameOf, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import { baseTypeOf, CARDINALITIES, container, readScalar, single, type BaseType, type Cardinality, type PlainValue, type QtiValue, type Scalar, type Value } from './qti-values.ts'
import { textIn, type XmlElement } from './xml.ts'

/** A declared variable with what it holds. */
export interface Variable {
  readonly identifier: string
  readonly use: 'response' | 'outcome' | 'template'
  readonly cardinality: Cardinality
  readonly baseType: BaseType | undefined
  /** its declaration; undefined of the variables that QTI itself declares */
  readonly element: XmlElement | undefined
  value: Value
  initial: Value
  correct: Value
}

/** An item of a test with its results, for outcome processing. */
export interface TestItem {
  readonly identifier: string
  readonly categories: readonly string[]
  /** of the sections around it */
  readonly sections: readonly string[]
  readonly weights: ReadonlyMap<string, number>
  readonly outcomes: ReadonlyMap<string, QtiValue | null>
  readonly maxima: ReadonlyMap<string, number>
  readonly minima: ReadonlyMap<string, number>
  readonly presented: boolean
  readonly responded: boolean
  /** undefined where the item declares no right response */
  readonly correct: boolean | undefined
}

/** What processing works on: variables, chance, and how much may still be done. */
export interface Session {
  readonly variables: Map<string, Variable>
  readonly problems: FormatProblem[]
  /** of the test being processed; [] for an item */
  readonly items: readonly TestItem[]
  /** a part of the package by its address, such as a fragment of rules */
  readonly part: (href: string) => XmlElement | undefined
  /** from 0 up to, but not including, 1 */
  random (): number
  /** Counts what was done. @throws TooLong */
  spend (steps: number): void
  /** Says once what could not be taken as it stands. */
  note (element: XmlElement, message: string): void
}

/** Processing takes more steps than are taken. */
export class TooLong extends Error {}

/** Whether work ended before it took too many steps. */
export function inTime (work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    return false
  }
}

/** Steps that processing of one answer may take: some hundredths of a second. */
export const MAX_STEPS = 200_000
/** Characters that a text made by an expression may have. */
export const MAX_TEXT = 100_000

/** Steps that are left, for one processing or for several together. */
export interface Budget { left: number }

export function newSession (options: { readonly seed?: number, readonly items?: readonly TestItem[], readonly part?: Session['part'], readonly budget?: Budget }): Session {
  const { seed = 1, items = [], part = () => undefined, budget = { left: MAX_STEPS } } = options
  const problems: FormatProblem[] = []
  const said = new Set<string>()
  return {
    variables: new Map(),
    problems,
    items,
    part,
    random: mulberry32(seed),
    spend (steps) {
      budget.left -= steps
      if (budget.left < 0) throw new TooLong()
    },
    note ({ line }, message) {
      if (said.size < 100 && !said.has(message)) problems.push({ line, message, severity: 'changed' })
      said.add(message)
    }
  }
}

/** Mulberry32 (Tommy Ettinger, public domain). QTI leaves to players how they draw; several draw by this one. */
function mulberry32 (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const USES: Readonly<Record<string, Variable['use']>> = { responseDeclaration: 'response', outcomeDeclaration: 'outcome', templateDeclaration: 'template' }

/** Declares the variables of an item or a test, and those that QTI itself has. */
export function declare (session: Session, root: XmlElement): void {
  const { variables } = session
  builtIn(variables, 'numAttempts', 'response', 'integer', 1)
  builtIn(variables, 'duration', 'response', 'duration', 0)
  builtIn(variables, 'completionStatus', 'outcome', 'identifier', 'unknown')
  for (const element of partsOf(root)) {
    const use = USES[nameOf(element)]
    if (use === undefined) continue
    const identifier = wordIn(element, 'identifier')
    const cardinality = CARDINALITIES.find(one => one === attribute(element, 'cardinality')?.trim()) ?? 'single'
    const baseType = cardinality === 'record' ? undefined : baseTypeOf(attribute(element, 'baseType')) ?? 'string'
    if (identifier === '') session.note(element, 'a variable without an identifier is passed over')
    else if (variables.get(identifier)?.element !== undefined) session.note(element, `the variable ${identifier} is declared twice; the first counts`)
    else {
      const declared = { identifier, use, cardinality, baseType, element }
      const initial = valuesIn(partOf(element, 'defaultValue'), declared, session)
      variables.set(identifier, { ...declared, initial, value: initial, correct: valuesIn(partOf(element, 'correctResponse'), declared, session) })
    }
  }
}

function builtIn (variables: Map<string, Variable>, identifier: string, use: Variable['use'], baseType: BaseType, value: Scalar): void {
  variables.set(identifier, { identifier, use, cardinality: 'single', baseType, element: undefined, initial: single(baseType, value), value: single(baseType, value), correct: null })
}

type Declared = Pick<Variable, 'identifier' | 'cardinality' | 'baseType'>

/** The `value` elements inside an element, as a value of a declared variable. */
export function valuesIn (element: XmlElement | undefined, declared: Declared, session: Session): Value {
  const values = partsOf(element, 'value')
  if (element === undefined || values.length === 0) return null
  if (declared.cardinality === 'record') {
    return {
      cardinality: 'record',
      baseType: undefined,
      items: [],
      fields: new Map(values.map(value => {
        const baseType = baseTypeOf(attribute(value, 'baseType')) ?? 'string'
        const item = readScalar(baseType, written(value))
        return [wordIn(value, 'fieldIdentifier'), item === undefined ? null : single(baseType, item)]
      }))
    }
  }
  return typed(values.map(written), declared, message => { session.note(element, message) })
}

/** The text of a value. Line breaks around it are layout. */
export function written (element: XmlElement): string {
  const text = textIn(element)
  return /^\s*\n|\n\s*$/.test(text) ? text.trim() : text
}

/** Values as a declared variable holds them; NULL, and a note, for what it cannot hold. */
export function typed (values: readonly Scalar[], { identifier, cardinality, baseType = 'string' }: Declared, note: (message: string) => void): Value {
  const items = values.map(value => readScalar(baseType, value))
  const unread = items.indexOf(undefined)
  if (unread !== -1) {
    // What is blank is no value, whatever the type.
    if (String(values[unread]).trim() !== '') note(`'${String(values[unread]).slice(0, 40)}' is no ${baseType}; ${identifier} has no value`)
    return null
  }
  const read = (items as Scalar[]).filter(item => item !== '')
  if (cardinality === 'multiple' || cardinality === 'ordered') return container(cardinality, baseType, read)
  if (read.length > 1) {
    note(`${identifier} takes one value and is given ${read.length}; it has none`)
    return null
  }
  return read.length === 0 ? null : single(baseType, read[0]!)
}

/** A value given from outside as a declared variable holds it. */
export function given (value: PlainValue | undefined, declared: Declared, note: (message: string) => void): Value {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return typed(value as readonly Scalar[], declared, note)
  if (typeof value !== 'object') return typed([value], declared, note)
  return {
    cardinality: 'record',
    baseType: undefined,
    items: [],
    fields: new Map(Object.entries(value).map(([name, field]) => [name, given(field, { identifier: name, cardinality: Array.isArray(field) ? 'multiple' : 'single', baseType: typeOfPlain(field) }, note)]))
  }
}

/** The base type that a plain value has of itself. */
export function typeOfPlain (value: PlainValue | undefined): BaseType {
  const one = Array.isArray(value) ? (value as readonly Scalar[])[0] : value
  return typeof one === 'number' ? 'float' : typeof one === 'boolean' ? 'boolean' : 'string'
}

/** A value as a variable's type has it: integers and floats become each other.
 * @returns undefined when it is no value of the variable */
export function converted (value: Value, { cardinality, baseType }: Pick<Variable, 'cardinality' | 'baseType'>): Value | undefined {
  if (value === null) return null
  if (value.cardinality !== cardinality) {
    if (value.cardinality !== 'single' || (cardinality !== 'multiple' && cardinality !== 'ordered')) {
      return value.items.length === 1 && cardinality === 'single' ? converted(single(value.baseType!, value.items[0]!), { cardinality, baseType }) : undefined
    }
  }
  if (cardinality === 'record' || value.baseType === baseType) return { ...value, cardinality }
  const items = value.items.map(item => readScalar(baseType!, item))
  return items.includes(undefined) ? undefined : { cardinality, baseType, items: items as Scalar[] }
}
