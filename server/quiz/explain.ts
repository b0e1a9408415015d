import type { TSchema } from 'typebox'
import type { Problem } from './problem.ts'

/** The part of JSON Schema that definitions are written in. */
interface Part {
  readonly type?: keyof typeof TYPES
  readonly title?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Part[]
  readonly properties?: Readonly<Record<string, Part>>
  readonly patternProperties?: Readonly<Record<string, Part>>
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly items?: Part
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

const TYPES = {
  string: { name: 'text', has: (value: unknown) => typeof value === 'string' },
  number: { name: 'a number', has: Number.isFinite },
  integer: { name: 'a whole number', has: Number.isInteger },
  boolean: { name: 'true or false', has: (value: unknown) => typeof value === 'boolean' },
  array: { name: 'a list', has: (value: unknown) => Array.isArray(value) },
  object: { name: 'a map', has: isMap },
  null: { name: 'null', has: (value: unknown) => value === null },
  any: { name: 'anything', has: () => true }
} as const

/** What a schema refuses in a value, each in a sentence for its author; [] exactly when the value meets the schema.
 *
 * The schema library's own errors are written for programmers, and every branch of a union adds its own. Reads the
 * keywords that the definitions use, no others: every object is closed, and the branches of a union differ in type or, if
 * maps, in a constant (`input: text`) or in the keys they require. */
export function explain (schema: TSchema, value: unknown): Problem[] {
  return [...problemsOf(schema, value, '')]
}

function * problemsOf (part: Part, value: unknown, path: string): Generator<Problem> {
  if (part.anyOf !== undefined) return yield * unionProblems(part.anyOf, value, path)
  if (part.const !== undefined) {
    if (value !== part.const) yield { path, message: `must be ${say(part.const)}` }
    return
  }
  if (part.enum !== undefined) {
    if (!part.enum.includes(value)) yield { path, message: `must be ${list(part.enum.map(say))}` }
    return
  }
  const { name, has } = typeOf(part)
  if (!has(value)) return yield { path, message: `must be ${name}` }
  if (typeof value === 'string') yield * stringProblems(part, value, path)
  else if (typeof value === 'number') yield * numberProblems(part, value, path)
  else if (Array.isArray(value)) yield * arrayProblems(part, value, path)
  else if (isMap(value) && part.type === 'object') yield * objectProblems(part, value, path)
}

// Branches are told apart by type, and maps by a constant or by the keys they must have: the author meant the one that looks
// like it.
function * unionProblems (branches: readonly Part[], value: unknown, path: string): Generator<Problem> {
  const alike = branches.filter(branch => typeOf(branch).has(value))
  const telling = isMap(value) ? tellingKey(alike) : undefined
  if (isMap(value) && telling !== undefined) {
    const told = alike.find(({ properties }) => properties?.[telling]?.const === value[telling])
    if (told !== undefined) return yield * problemsOf(told, value, path)
    const known = list(alike.map(({ properties }) => say(properties?.[telling]?.const)))
    return yield { path: under(path, telling), message: Object.hasOwn(value, telling) ? `must be ${known}` : `is missing; it is ${known}` }
  }
  const meant = isMap(value) && alike.length > 1 ? alike.filter(({ required = [] }) => required.every(key => Object.hasOwn(value, key))) : alike
  const [branch, another] = meant
  if (branch !== undefined && another === undefined) return yield * problemsOf(branch, value, path)
  if (alike.length === 0) return yield { path, message: `must be ${list(branches.map(branch => typeOf(branch).name))}` }
  const keys = alike.flatMap(({ required = [] }) => required).map(say)
  yield { path, message: `must have ${list(keys)}${another === undefined ? '' : ', not both'}` }
}

/** The key that tells maps apart: one that has a constant in each branch. */
function tellingKey (branches: readonly Part[]): string | undefined {
  const [first = {}, ...others] = branches
  return Object.entries(first.properties ?? {}).find(([key, part]) =>
    part.const !== undefined && others.every(({ properties }) => properties?.[key]?.const !== undefined))?.[0]
}

function * stringProblems (part: Part, value: string, path: string): Generator<Problem> {
  if (part.pattern !== undefined && !expression(part.pattern).test(value)) {
    yield { path, message: part.title !== undefined ? `must be ${part.title}` : 'must not be empty' }
  }
  if (part.maxLength !== undefined && length(value) > part.maxLength) {
    yield { path, message: `must not be longer than ${part.maxLength} characters` }
  }
}

function * numberProblems (part: Part, value: number, path: string): Generator<Problem> {
  if (part.minimum !== undefined && value < part.minimum) yield { path, message: `must be ${part.minimum} or more` }
  if (part.maximum !== undefined && value > part.maximum) yield { path, message: `must be ${part.maximum} or less` }
  if (part.exclusiveMinimum !== undefined && value <= part.exclusiveMinimum) {
    yield { path, message: `must be more than ${part.exclusiveMinimum}` }
  }
}

function * arrayProblems (part: Part, value: readonly unknown[], path: string): Generator<Problem> {
  const { items = {}, minItems = 0, maxItems = Infinity } = part
  if (value.length < minItems) yield { path, message: `must hold at least ${minItems}; it holds ${value.length}` }
  if (value.length > maxItems) yield { path, message: `must hold at most ${maxItems}; it holds ${value.length}` }
  for (const [index, item] of value.entries()) yield * problemsOf(items, item, under(path, index))
}

function * objectProblems (part: Part, value: Readonly<Record<string, unknown>>, path: string): Generator<Problem> {
  const { properties = {}, patternProperties = {}, required = [], minProperties = 0 } = part
  const keys = Object.keys(value)
  for (const key of required) if (!Object.hasOwn(value, key)) yield { path: under(path, key), message: 'is missing' }
  if (keys.length < minProperties) yield { path, message: 'must not be empty' }
  for (const key of keys) {
    const named = Object.hasOwn(properties, key) ? properties[key] : undefined
    const found = named ?? Object.entries(patternProperties).find(([pattern]) => expression(pattern).test(key))?.[1]
    if (found !== undefined) yield * problemsOf(found, value[key], under(path, key))
    else yield { path: under(path, key), message: notKnown(part) }
  }
}

// A map with free names is one of languages, unless its title says what the names are.
function notKnown ({ properties, title }: Part): string {
  if (properties === undefined) return `is not ${title ?? 'a language, such as `en` or `ar`'}`
  return `is not known here; known are ${Object.keys(properties).sort().join(', ')}`
}

function typeOf ({ type = 'any' }: Part): typeof TYPES[keyof typeof TYPES] {
  return TYPES[type]
}

function isMap (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const expressions = new Map<string, RegExp>()

// Schemas are few and definitions many: each of their patterns is compiled once.
function expression (pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, 'u')
  expressions.set(pattern, known)
  return known
}

// JSON Schema counts code points, not UTF-16 units.
function length (text: string): number {
  return [...text].length
}

function say (value: unknown): string {
  return `'${String(value)}'`
}

function list (words: readonly string[]): string {
  return [...new Set(words)].join(' or ')
}

function under (path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}/${key}`
}
