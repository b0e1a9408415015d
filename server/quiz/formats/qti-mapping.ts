import { coordsProblem, isInside, type Area } from '../geometry.ts'
import { typed, type Session, type Variable } from './qti-session.ts'
import { isNumeric, number, readScalar, sameScalar, type BaseType, type Scalar, type Value } from './qti-values.ts'
import { attribute, isTrue, numberIn, numberOf, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** What a response earns by its declaration's `mapping`. Of a container, each value is counted once (QTI 2.1, mapResponse). */
export function mapValues (variable: Variable | undefined, session: Session, at: XmlElement): Value {
  const mapping = partOf(variable?.element, 'mapping')
  if (variable === undefined || mapping === undefined) {
    // Without a mapping, a declaration with areas maps nothing: its values are points.
    const areas = partOf(variable?.element, 'areaMapping')
    session.note(at, `${variable?.identifier ?? 'what mapResponse names'} has no mapping`)
    return areas === undefined ? null : number(numberIn(areas, 'defaultValue') ?? 0)
  }
  const entries = mappedValues(mapping, variable.baseType!)
  session.spend(entries.length)
  const items = once(variable.baseType, variable.value?.items ?? [], session)
  session.spend(items.length * Math.ceil(entries.length / 20))
  const otherwise = numberIn(mapping, 'defaultValue') ?? 0
  const worth = (item: Scalar): number => entries.find(entry => entry.matches(item))?.value ?? otherwise
  const isSingle = variable.cardinality === 'single'
  return number(within(mapping, isSingle && items.length === 0 ? otherwise : items.reduce<number>((sum, item) => sum + worth(item), 0)))
}

/** The entries of a mapping, each with what it matches. */
export function mappedValues (mapping: XmlElement, baseType: BaseType): { readonly key: string, readonly value: number, readonly caseSensitive: boolean, readonly matches: (item: Scalar) => boolean }[] {
  return partsOf(mapping, 'mapEntry').map(entry => {
    const key = wordIn(entry, 'mapKey')
    const wanted = readScalar(baseType, key)
    const caseSensitive = isTrue(entry, 'caseSensitive', isTrue(mapping, 'caseSensitive', true))
    const lower = String(wanted).toUpperCase()
    return {
      key,
      value: numberIn(entry, 'mappedValue') ?? 0,
      caseSensitive,
      matches: item => wanted !== undefined && (sameScalar(baseType, wanted, item) || (!caseSensitive && String(item).toUpperCase() === lower))
    }
  })
}

/** What points earn by their declaration's `areaMapping`: each area once, and each point by the first area that it lies in. */
export function mapPoints (variable: Variable | undefined, session: Session, at: XmlElement): Value {
  const mapping = partOf(variable?.element, 'areaMapping')
  if (variable === undefined || mapping === undefined) {
    session.note(at, `${variable?.identifier ?? 'what mapResponsePoint names'} has no mapping of areas`)
    return null
  }
  const areas = partsOf(mapping, 'areaMapEntry').map(entry => ({ area: areaOf(entry), value: numberIn(entry, 'mappedValue') ?? 0 }))
  if (areas.some(({ area }) => area === undefined)) session.note(mapping, 'an area cannot be read; no point lies in it')
  const points = variable.value?.items ?? []
  session.spend((1 + points.length) * areas.reduce((sum, { area }) => sum + (typeof area === 'object' ? area.coords.length : 1), 0))
  const met = points.map(point => areas.find(({ area }) => area !== undefined && isPointIn(String(point), area)))
  const otherwise = numberIn(mapping, 'defaultValue') ?? 0
  const missed = met.filter(area => area === undefined).length
  return number(within(mapping, [...new Set(met)].reduce((sum, area) => sum + (area?.value ?? 0), otherwise * missed)))
}

function within (mapping: XmlElement, value: number): number {
  return Math.min(numberIn(mapping, 'upperBound') ?? Infinity, Math.max(numberIn(mapping, 'lowerBound') ?? -Infinity, value))
}

function once (baseType: BaseType | undefined, items: readonly Scalar[], session: Session): Scalar[] {
  session.spend(items.length)
  const key = (item: Scalar): string => baseType === 'pair' ? String(item).split(' ').sort().join(' ') : String(item)
  return [...new Map(items.map(item => [key(item), item])).values()]
}

/** The area that an element tells by `shape` and `coords`; undefined when it tells none. */
export function areaOf (element: XmlElement): Area | 'everywhere' | undefined {
  const shape = attribute(element, 'shape')?.trim()
  if (shape === 'default') return 'everywhere'
  const name = shape === 'poly' ? 'polygon' : shape
  if (name !== 'rect' && name !== 'circle' && name !== 'ellipse' && name !== 'polygon') return undefined
  const coords = wordIn(element, 'coords').split(/[\s,]+/).map(numberOf)
  if (coords.includes(undefined)) return undefined
  const area = { shape: name, coords: coords as number[] } as const
  return coordsProblem(area) === undefined ? area : undefined
}

export function isPointIn (point: string, area: Area | 'everywhere'): boolean {
  const [x = NaN, y = NaN] = point.split(' ').map(Number)
  return area === 'everywhere' || isInside({ x, y }, area)
}

/** What a table makes of a number: the first entry that is met, else its default; NULL where it has none.
 * @param holder what holds the `matchTable` or `interpolationTable`
 * @param baseType of what is made */
export function lookUp (holder: XmlElement, source: Value, baseType: BaseType, session: Session): Value {
  const table = partOf(holder, 'matchTable') ?? partOf(holder, 'interpolationTable')
  if (table === undefined) {
    session.note(holder, 'there is no table to look a value up in')
    return null
  }
  const entries = partsOf(table).filter(entry => attribute(entry, 'sourceValue') !== undefined)
  session.spend(entries.length)
  const value = source !== null && isNumeric(source) ? source.items[0] as number : undefined
  const isMatch = partOf(holder, 'matchTable') !== undefined
  const met = value === undefined ? undefined : entries.find(entry => {
    const from = numberIn(entry, 'sourceValue') ?? NaN
    return isMatch ? value === from : isTrue(entry, 'includeBoundary', true) ? value >= from : value > from
  })
  const target = met === undefined ? attribute(table, 'defaultValue') : attribute(met, 'targetValue')
  return target === undefined ? null : typed([target], { identifier: 'what a table gives', cardinality: 'single', baseType }, message => { session.note(table, message) })
}
