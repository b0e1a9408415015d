import { type Session, type TestItem } from './qti-session.ts'
import { baseTypeOf, container, isNumeric, number, single, type QtiValue, type Value } from './qti-values.ts'
import { attribute, nameOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** A variable of an item as its test names it, `Q1.SCORE`, by its weight; undefined when there is no such item. */
export function testVariable (element: XmlElement, session: Session): Value | undefined {
  const [identifier = '', name = ''] = wordIn(element, 'identifier').split('.')
  const item = session.items.find(item => item.identifier === identifier)
  return item === undefined ? undefined : weighted(item, item.outcomes.get(name) ?? null, element)
}

function weighted (item: TestItem, value: Value, element: XmlElement): Value {
  const weight = item.weights.get(wordIn(element, 'weightIdentifier'))
  if (value === null || weight === undefined || !isNumeric(value)) return value
  return { ...value, baseType: 'float', items: value.items.map(one => one as number * weight) }
}

/** The items that an expression is about: those of a section and of categories, but for those of others. */
function subset (element: XmlElement, session: Session): TestItem[] {
  const section = attribute(element, 'sectionIdentifier')
  const [wanted, unwanted] = ['includeCategory', 'excludeCategory'].map(name => wordIn(element, name).trim().split(/\s+/).filter(one => one !== '')) as [string[], string[]]
  session.spend(session.items.length)
  return session.items.filter(({ sections, categories }) =>
    (section === undefined || section === '' || sections.includes(section)) &&
    (wanted.length === 0 || categories.some(category => wanted.includes(category))) &&
    !categories.some(category => unwanted.includes(category)))
}

function count (is: (item: TestItem) => boolean): (element: XmlElement, session: Session) => Value {
  return (element, session) => needsTest(element, session) ? number(subset(element, session).filter(is).length, true) : null
}

function needsTest (element: XmlElement, session: Session): boolean {
  if (session.items.length === 0) session.note(element, `${nameOf(element)} is worked out of the items of a test, and there are none`)
  return session.items.length > 0
}

/** The sum of what items can earn at most, or at least. NULL where one does not say. */
function bounds (of: (item: TestItem) => ReadonlyMap<string, number>): (element: XmlElement, session: Session) => Value {
  return (element, session) => {
    if (!needsTest(element, session)) return null
    const name = wordIn(element, 'outcomeIdentifier')
    const values = subset(element, session).map(item => {
      const bound = of(item).get(name)
      return bound === undefined ? undefined : bound * (item.weights.get(wordIn(element, 'weightIdentifier')) ?? 1)
    })
    return values.includes(undefined) || values.length === 0 ? null : container('multiple', 'float', values as number[])
  }
}

const NUMERIC: ReadonlySet<string> = new Set(['integer', 'float'])

/** Expressions that are about the items of a test (QTI 2.1, 15.3). */
export const TEST_EXPRESSIONS: Readonly<Record<string, (element: XmlElement, session: Session) => Value>> = {
  testVariables (element, session) {
    if (!needsTest(element, session)) return null
    const name = wordIn(element, 'variableIdentifier')
    const values = subset(element, session).map(item => weighted(item, item.outcomes.get(name) ?? null, element)).filter((value): value is QtiValue => value !== null)
    const wanted = baseTypeOf(attribute(element, 'baseType'))
    const of = values.filter(value => wanted === undefined || value.baseType === wanted || (isNumeric(value) && NUMERIC.has(wanted)))
    const [first] = of
    return first === undefined ? null : container('multiple', of.every(isNumeric) ? 'float' : first.baseType, of.flatMap(({ items }) => items))
  },
  outcomeMaximum: bounds(({ maxima }) => maxima),
  outcomeMinimum: bounds(({ minima }) => minima),
  numberCorrect: count(({ correct }) => correct === true),
  numberIncorrect: count(({ correct, responded }) => correct === false && responded),
  numberPresented: count(({ presented }) => presented),
  numberResponded: count(({ responded }) => responded),
  numberSelected: count(() => true)
}

/** A plain value with the type that it has of itself. */
export function guessed (value: string | number | boolean): QtiValue {
  return typeof value === 'number' ? single(Number.isInteger(value) ? 'integer' : 'float', value) : single(typeof value === 'boolean' ? 'boolean' : 'identifier', value)
}
