import fc from 'fast-check'
import t from 'tap'
import type { TSchema } from 'typebox'
import { definitionFor, drawPaper } from '../../server/quiz/drawing.ts'
import { explain } from '../../server/quiz/explain.ts'
import { gradeAnswer, readAnswer } from '../../server/quiz/grading.ts'
import type { Controls } from '../../server/quiz/kind.ts'
import { isAnswer, kindOf, kinds, type Answer, type QuestionDefinition } from '../../server/quiz/kinds/index.ts'
import { workedMs } from '../worked.ts'

// What holds for every kind in the registry, tried on definitions and answers made from its schemas and samples: a new kind
// is tested here without a line of its own.

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** The part of JSON Schema that answers and definitions use. */
interface Part {
  readonly type?: string
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly anyOf?: readonly Part[]
  readonly properties?: Readonly<Record<string, Part>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Part>>
  readonly items?: Part
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

const partOf = (schema: TSchema): Part => schema
const jsonOf = (definition: QuestionDefinition): Json => structuredClone<Json>(definition as unknown as Json)
const isMap = (value: Json): value is Readonly<Record<string, Json>> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const NASTY = ['', ' ', 'a', 'true', 'constructor', '__proto__', 'toString', '1,234', '٣٫٥', '-1e3', '1e308', 'NaN', '\u00a0', '\ud800', 'null', '{a}', '((((', '\u202e']

/** Every text and number in a definition: answers made of them come near to what is asked. */
function wordsOf (value: Json): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (isList(value)) return value.flatMap(wordsOf)
  return isMap(value) ? Object.values(value).flatMap(wordsOf) : []
}

/** Keys of everything inside a definition that has one. */
function keysOf (value: Json): string[] {
  if (isList(value)) return value.flatMap(keysOf)
  if (!isMap(value)) return []
  const own = typeof value['key'] === 'string' ? [value['key']] : []
  return [...own, ...Object.values(value).flatMap(keysOf)]
}

/** Values of the shape a schema describes, their texts mostly out of `words`. */
function shaped (part: Part, words: readonly string[]): fc.Arbitrary<Json> {
  if (part.const !== undefined) return fc.constant(part.const)
  if (part.enum !== undefined) return fc.constantFrom(...part.enum)
  if (part.anyOf !== undefined) return fc.oneof(...part.anyOf.map(branch => shaped(branch, words)))
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words, ...NASTY) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    { weight: 1, arbitrary: fc.double().map(String) }
  )
  const { minimum = -1e9, maximum = 1e9 } = part
  switch (part.type) {
    case 'string': return text.map(text => text.slice(0, Math.min(part.maxLength ?? 200, 200)))
    case 'boolean': return fc.boolean()
    case 'number': return fc.oneof(fc.double({ min: minimum, max: maximum, noNaN: true }), fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }))
    case 'integer': return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
    case 'array': return fc.array(shaped(part.items ?? {}, words), { maxLength: 8 })
    case 'object': {
      const { properties, required = [], patternProperties = {} } = part
      const [named] = Object.values(patternProperties)
      if (named !== undefined) return fc.dictionary(text.map(text => text.slice(0, 64)), shaped(named, words), { maxKeys: 8 })
      const own = Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, shaped(inner, words)]))
      return fc.record(own, { requiredKeys: [...required] })
    }
    default: return fc.json().map(text => JSON.parse(text) as Json)
  }
}

/** Answers of the right shape, random ones and worn ones: parts of right answers of this question. */
function answersTo (definition: QuestionDefinition): fc.Arbitrary<Answer> {
  const kind = kindOf(definition)
  const written = jsonOf(definition)
  const right = jsonOf(kind.rightAnswer(definition) as unknown as QuestionDefinition)
  const words = [...keysOf(written), ...keysOf(written), ...wordsOf(written), ...wordsOf(right)]
  return fc.oneof(shaped(partOf(kind.answer), words), worn(right)).filter((answer): answer is Answer & Json => isAnswer(definition, answer))
}

/** A value with some of what it holds left out or in another order. */
function worn (value: Json): fc.Arbitrary<Json> {
  if (isList(value)) return fc.shuffledSubarray([...value])
  if (!isMap(value)) return fc.constant(value)
  const parts = Object.entries(value).map(([name, inner]) => fc.tuple(fc.constant(name), isMap(inner) || isList(inner) ? worn(inner) : fc.constant(inner)))
  return fc.tuple(...parts).chain(parts => fc.subarray(parts, { minLength: Math.min(1, parts.length) })).map(parts => Object.fromEntries(parts))
}

/** A sample of a kind, changed: options and rules set otherwise, lists in another order or shorter. Valid by the kind's own check. */
function definitionsOf (kind: typeof kinds[keyof typeof kinds]): fc.Arbitrary<QuestionDefinition> {
  const { properties = {}, required = [] } = partOf(kind.definition)
  const simple = Object.entries(properties).filter(([name, part]) =>
    !required.includes(name) && (part.enum !== undefined || part.type === 'boolean' || (part.type === 'integer' && part.maximum !== undefined)))
  const rules = fc.record(Object.fromEntries(simple.map(([name, part]) => [name, shaped(part, [])])), { requiredKeys: [] })
  return fc.constantFrom(...kind.samples.map(sample => sample.definition)).chain(sample => {
    const written = jsonOf(sample) as Readonly<Record<string, Json>>
    const lists = Object.entries(written).filter(([, value]) => isList(value))
    const changed = lists.map(([name, value]) => fc.oneof(fc.constant(value), fc.shuffledSubarray([...value as Json[]])).map(value => [name, value] as const))
    return fc.tuple(rules, ...changed).map(([rules, ...lists]): QuestionDefinition => {
      const varied: unknown = { ...written, ...rules, ...Object.fromEntries(lists) }
      const valid = explain(kind.definition, varied).length === 0 && kind.problems(varied as QuestionDefinition).length === 0
      return valid ? varied as QuestionDefinition : sample
    })
  })
}

const onPaper = (definition: QuestionDefinition, seed: string): QuestionDefinition => {
  const [slot] = drawPaper({ sections: [{ questions: [definition.key] }] }, [{ id: 'id', definition }], seed).slots
  return definitionFor(definition, slot!)
}
const seeds = fc.integer({ min: 0, max: 1e6 }).map(String)

/** Whatever somebody may send, and what no JSON can hold. */
function hostile (): unknown[] {
  const nested = (wrap: (inner: unknown) => unknown): unknown => Array.from({ length: 20_000 }).reduce<unknown>(inner => wrap(inner), 'x')
  const keys: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"a","hasOwnProperty":1}')
  return [
    undefined, null, true, -0, NaN, Infinity, 1e308, 1n, Symbol('x'), () => 1, '', 'x'.repeat(1e6), '*'.repeat(5000), '9'.repeat(500_000), '1e999999', '('.repeat(1000), '\ud800', '\udc00\ud800', '\u0000', '\u202e',
    nested(inner => [inner]), nested(inner => ({ choices: inner })), [], [null], new Array<unknown>(1e5), new Array<unknown>(1e5).fill('a'), {}, Object.create(null), keys,
    new Date(NaN), new Map([[1, 2]]), new Uint8Array(8), new Error('x'), [{ x: NaN, y: Infinity }], [{ x: 1e308, y: -1e308 }], [{ x: 'a' }]
  ]
}

for (const kind of Object.values(kinds)) {
  t.test(`${kind.name}: hostile answers, whole and in each part of a right one, earn within bounds and at once`, async t => {
    const values = hostile()
    const began = workedMs()
    for (const { definition } of kind.samples.slice(0, 2)) {
      const right = { ...kind.rightAnswer(definition) } as Readonly<Record<string, unknown>>
      const inside = Object.entries(right).flatMap(([name, part]) => values.flatMap(value => [
        { ...right, [name]: value },
        ...Array.isArray(part) ? [{ ...right, [name]: [value] }] : typeof part === 'object' && part !== null ? Object.keys(part).slice(0, 1).map(key => ({ ...right, [name]: { ...part, [key]: value } })) : []
      ]))
      for (const answer of [...values, ...inside, ...values.map(certainty => ({ ...right, certainty }))]) {
        const { state, fraction } = gradeAnswer(definition, answer)
        if (!(fraction >= -1 && fraction <= 1) || typeof state !== 'string' || readAnswer(definition, answer) === undefined) t.fail(`${definition.key}: ${state} ${fraction}`)
      }
    }
    t.notOk('polluted' in {})
    t.ok(workedMs() - began < 20_000)
  })

  const papers = fc.tuple(definitionsOf(kind), seeds).map(([definition, seed]) => onPaper(definition, seed))

  t.test(`${kind.name}: grading is total and bounded, and agrees with reading`, async t => {
    fc.assert(fc.property(papers.chain(definition => fc.tuple(fc.constant(definition), answersTo(definition))), ([definition, answer]) => {
      const { state, fraction, parts = [] } = kind.grade(definition, answer)
      const reading = kind.read(definition, answer)
      const worth = state === 'right' ? fraction === 1 : state === 'partly-right' ? fraction > 0 && fraction < 1 : fraction <= 0
      const agree = reading === 'answered' ? state !== 'not-answered' && state !== 'unreadable' : state === reading && fraction === 0
      return fraction >= -1 && fraction <= 1 && worth && agree &&
        parts.every(part => part.fraction >= -1 && part.fraction <= 1) &&
        typeof kind.summary(definition, answer, 'ar') === 'string' && Array.isArray(kind.feedback(definition, answer)) &&
        kind.controls(definition, [], answer).control === kind.controls(definition, []).control
    }), { numRuns: 300 })
    fc.assert(fc.property(papers, fc.oneof(fc.json().map(text => JSON.parse(text) as unknown), fc.anything()), (definition, anything) => {
      const { state, fraction } = gradeAnswer(definition, anything)
      const reading = readAnswer(definition, anything)
      return fraction >= -1 && fraction <= 1 && (isAnswer(definition, anything) || state === (anything === null ? 'not-answered' : 'unreadable')) && typeof reading === 'string'
    }), { numRuns: 100 })
  })

  t.test(`${kind.name}: a right answer earns all, whatever is set and drawn`, async t => {
    if (kind.asked === false) return t.pass('it is not answered')
    fc.assert(fc.property(papers, definition => {
      const right = kind.rightAnswer(definition)
      const { state, fraction } = gradeAnswer(definition, right)
      // What a person marks has a right answer only where its author wrote a sample.
      if (kind.byPerson === true) return state === 'needs-marking' || state === 'not-answered'
      return (state === 'right' && fraction === 1 && kind.summary(definition, right, 'en') !== '')
    }), { numRuns: 200 })
  })

  t.test(`${kind.name}: the same seed gives the same paper, and each question stays one of its kind`, async t => {
    fc.assert(fc.property(definitionsOf(kind), seeds, (definition, seed) => {
      const paper = (): unknown => {
        const { slots } = drawPaper({ sections: [{ questions: [definition.key] }] }, [{ id: 'id', definition }], seed)
        const fixed = definitionFor(definition, slots[0]!)
        return JSON.parse(JSON.stringify([slots, fixed, kind.controls(fixed, slots[0]!.order)]))
      }
      const fixed = onPaper(definition, seed)
      return JSON.stringify(paper()) === JSON.stringify(paper()) && explain(kind.definition, fixed).length === 0 && kind.problems(fixed).length === 0
    }), { numRuns: 100 })
  })

  t.test(`${kind.name}: nothing shuffled is unknown to its controls`, async t => {
    for (const { definition } of kind.samples) {
      const controls = kind.controls(definition, [])
      // A scenario shows its choices on the way.
      const shown = new Set(keysOf(controls.control === 'scenario' ? jsonOf(definition) : controls as unknown as Json))
      t.ok(kind.shuffled(definition).every(key => shown.has(key)))
    }
  })

  t.test(`${kind.name}: its controls are the same whatever is right`, async t => {
    fc.assert(fc.property(papers.chain(definition => fc.tuple(fc.constant(definition), otherwiseRight(jsonOf(definition)))), ([definition, other]) => {
      const order = kind.shuffled(definition)
      return same(kind.controls(definition, order), kind.controls(other as unknown as QuestionDefinition, order))
    }), { numRuns: 100 })
  })
}

t.test("where all is shuffled, the author's own order shows nowhere", async t => {
  for (const { definition } of Object.values(kinds).flatMap(kind => kind.samples)) {
    const kind = kindOf(definition)
    const shuffled = new Set(kind.shuffled(definition))
    const fields = jsonOf(definition) as Readonly<Record<string, Json>>
    for (const [name, list] of Object.entries(fields)) {
      if (!isList(list) || list.length === 0 || !list.every(item => isMap(item) && shuffled.has(String(item['key'])))) continue
      const otherwise = { ...fields, [name]: [...list].reverse() } as unknown as QuestionDefinition
      t.ok(same(kind.controls(definition, [...shuffled]), kind.controls(otherwise, [...shuffled])), `${definition.key} ${name}`)
    }
  }
})

function same (a: Controls, b: Controls): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Names under which definitions say what is right, what it earns and what is said of it. */
const SECRET = new Set([
  'correct', 'fraction', 'feedback', 'choice', 'category', 'value', 'tolerance', 'min', 'max', 'accept', 'formula', 'item', 'points', 'scoring',
  'penalty', 'hints', 'source', 'wrongPenalty', 'unitPenalty', 'factor', 'regex', 'example', 'answers', 'sampleAnswer', 'next'
])

/** A definition in which other things are right. Numbers, words and keys under secret names are exchanged for others; the
 * definition need not be valid, only alike in all that a trainee may see. */
function otherwiseRight (definition: Json): fc.Arbitrary<Json> {
  const keys = keysOf(definition)
  const other = (value: Json): fc.Arbitrary<Json> => {
    if (typeof value === 'boolean') return fc.boolean()
    if (typeof value === 'number') return fc.integer({ min: -5, max: 5 })
    if (typeof value === 'string') return fc.constantFrom(...keys, 'something else')
    if (isList(value)) return fc.tuple(...value.map(other))
    return value === null ? fc.constant(null) : fc.constant(value)
  }
  const walk = (value: Json, path: readonly string[]): fc.Arbitrary<Json> => {
    if (isList(value)) return fc.tuple(...value.map(inner => walk(inner, path)))
    if (!isMap(value)) return fc.constant(value)
    const parts = Object.entries(value).map(([name, inner]) =>
      fc.tuple(fc.constant(name), isSecret(name, path) ? other(inner) : walk(inner, [...path, name])))
    return fc.tuple(...parts).map(parts => Object.fromEntries(parts))
  }
  return walk(definition, [])
}

// The ends of a slider are shown.
function isSecret (name: string, path: readonly string[]): boolean {
  return SECRET.has(name) && !((name === 'min' || name === 'max') && path.length === 0)
}
