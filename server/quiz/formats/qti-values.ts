import { numberOf } from './qti-vocabulary.ts'

/** The base types of QTI. */
export const BASE_TYPES = ['identifier', 'boolean', 'integer', 'float', 'string', 'point', 'pair', 'directedPair', 'duration', 'file', 'uri'] as const
export type BaseType = typeof BASE_TYPES[number]
export const CARDINALITIES = ['single', 'multiple', 'ordered', 'record'] as const
export type Cardinality = typeof CARDINALITIES[number]

/** One value. integer, float: a number; duration: seconds; point, pair, directedPair: `x y` with one space. */
export type Scalar = boolean | number | string

/** A value of a variable or an expression that is not NULL. `items` of a single value is that one; of a record they are empty. */
export interface QtiValue {
  readonly cardinality: Cardinality
  /** undefined only of records */
  readonly baseType: BaseType | undefined
  readonly items: readonly Scalar[]
  /** of a record */
  readonly fields?: ReadonlyMap<string, QtiValue | null>
}
export type Value = QtiValue | null

export function single (baseType: BaseType, item: Scalar): QtiValue {
  return { cardinality: 'single', baseType, items: [item] }
}

/** NULL where there are no items: QTI knows no empty container. */
export function container (cardinality: 'multiple' | 'ordered', baseType: BaseType | undefined, items: readonly Scalar[]): Value {
  return items.length === 0 ? null : { cardinality, baseType, items }
}

export function truth (value: boolean): QtiValue {
  return single('boolean', value)
}

/** NULL for what is no finite number. */
export function number (value: number, isInteger = false): Value {
  return Number.isFinite(value) ? single(isInteger ? 'integer' : 'float', value === 0 ? 0 : value) : null
}

/** A value as files and players write it; undefined when the text is none of the type. */
export function readScalar (baseType: BaseType, written: Scalar): Scalar | undefined {
  const text = String(written)
  const words = text.trim().split(/\s+/)
  switch (baseType) {
    case 'boolean': return text.trim() === 'true' || text.trim() === '1' ? true : text.trim() === 'false' || text.trim() === '0' ? false : undefined
    case 'integer': {
      const value = numberOf(text)
      return value !== undefined && Number.isInteger(value) ? value : undefined
    }
    case 'float': return numberOf(text)
    case 'string': return text
    case 'identifier':
    case 'uri':
    case 'file': return text.trim()
    case 'point': {
      const numbers = words.map(numberOf)
      return numbers.length === 2 && !numbers.includes(undefined) ? numbers.join(' ') : undefined
    }
    case 'pair':
    case 'directedPair': return words.length === 2 ? words.join(' ') : undefined
    case 'duration': return secondsOf(text.trim())
  }
}

/** Seconds of a duration: a number of them, or as ISO 8601 writes it, without years and months, which have no length. */
function secondsOf (text: string): number | undefined {
  const parts = /^P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/.exec(text)
  if (parts === null || text.endsWith('P') || text.endsWith('T')) return numberOf(text)
  return [604_800, 86_400, 3600, 60, 1].reduce((sum, seconds, index) => sum + seconds * Number(parts[index + 1] ?? 0), 0)
}

/** A base type by its name, whatever its case. */
export function baseTypeOf (name: string | undefined): BaseType | undefined {
  const wanted = name?.trim().replaceAll('-', '').toLowerCase()
  return BASE_TYPES.find(type => type.toLowerCase() === wanted)
}

export function isNumeric (value: QtiValue): boolean {
  return value.baseType === 'integer' || value.baseType === 'float'
}

/** Whether two values of a type are the same. Integers and floats of one value are. */
export function sameScalar (baseType: BaseType | undefined, a: Scalar, b: Scalar): boolean {
  if (a === b) return true
  if (baseType !== 'pair') return String(a) === String(b)
  const [one, other] = String(b).split(' ')
  return a === `${other} ${one}`
}

/** Whether two values are the same; the order counts unless both are `multiple`. */
export function sameValue (a: QtiValue, b: QtiValue): boolean {
  if (a.fields !== undefined || b.fields !== undefined) return sameFields(a.fields ?? new Map(), b.fields ?? new Map())
  if (a.items.length !== b.items.length) return false
  if (a.cardinality !== 'multiple' || b.cardinality !== 'multiple') return a.items.every((item, index) => sameScalar(a.baseType, item, b.items[index]!))
  return holdsAll(a, b)
}

function sameFields (a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => {
    const other = b.get(name)
    return value === null || other === null || other === undefined ? value === other : sameValue(value, other)
  })
}

/** Whether a container holds every item of another as often as that does. Linear. */
export function holdsAll (whole: QtiValue, part: QtiValue): boolean {
  const key = (item: Scalar): string => whole.baseType === 'pair' ? String(item).split(' ').sort().join(' ') : String(item)
  const counts = new Map<string, number>()
  for (const item of whole.items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return part.items.every(item => {
    const left = counts.get(key(item)) ?? 0
    counts.set(key(item), left - 1)
    return left > 0
  })
}

/** A value as plain JSON: null, one of a type, a list, or a map of fields. */
export type PlainValue = null | Scalar | readonly Scalar[] | { readonly [field: string]: PlainValue }

export function plainValue (value: Value): PlainValue {
  if (value === null) return null
  if (value.fields !== undefined) return Object.fromEntries([...value.fields].map(([name, field]) => [name, plainValue(field)]))
  return value.cardinality === 'single' ? value.items[0]! : value.items
}
