import { rightAreas, worthOf } from '../areas.ts'
import type { Text } from '../text.ts'
import { boxOf } from './qti-areas.ts'
import { idOf, mapping, num, outcomeDeclaration, responseDeclaration, rulesIn, type Attributes, type Pen } from './qti-pen.ts'
import { type Of, type Parts, MAX, markOf } from './qti-write-parts.ts'
import { escapeXml } from './xml.ts'

/** A picture as an `object`. */
export function object (pen: Pen, { src, width, height, alt }: { readonly src: string, readonly width?: number, readonly height?: number, readonly alt: Text }): string {
  const { href, type } = pen.picture(src)
  const size = [width === undefined ? '' : ` width="${num(width)}"`, height === undefined ? '' : ` height="${num(height)}"`].join('')
  return `<object type="${type}" data="${escapeXml(href)}"${size}>${escapeXml(pen.notes.text(alt))}</object>`
}

export function shapeOf (shape: Of<'hotspot'>['areas'][number]['shape'], coords: readonly number[]): Attributes {
  return { shape: shape === 'polygon' ? 'poly' : shape, coords: coords.map(num).join(',') }
}

export function hotspot (definition: Of<'hotspot'>, pen: Pen): Parts {
  const { image, areas, maxPoints = 1, scoring = 'partial' } = definition
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const mark = markOf(definition)
  const right = rightAreas(definition)
  const wanted = maxPoints === 0 ? right.length : Math.min(maxPoints, right.length)
  const hasFractions = areas.some(({ fraction }) => fraction !== undefined)
  const isMap = !areas.every(({ label }) => label !== undefined)
  const isAll = scoring === 'all-or-nothing' && maxPoints !== 1
  const lost = hasFractions ? 0 : maxPoints === 1 ? 0 : -mark / wanted
  const earned = (area: typeof areas[number]): number => hasFractions ? worthOf(area) * mark : area.correct === true ? mark / wanted : lost
  const bounds: Attributes = { lowerBound: 0, upperBound: mark, defaultValue: num(lost) }
  if (areas.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of areas is left out')
  const cardinality = maxPoints === 1 ? 'single' : 'multiple'
  const expression = el(isMap ? 'mapResponsePoint' : 'mapResponse', { identifier: 'RESPONSE' })
  const rule = isAll ? when(el('gte', {}, expression, base('float', mark * (1 - 1e-6))), [set('SCORE', variable(MAX))]) : set('SCORE', expression)
  const rules = [when(el('not', {}, el('isNull', {}, variable())), [rule])]
  if (isMap) {
    if (areas.some(({ key }, index) => key !== String(index + 1))) pen.notes.changed('its areas are named by their numbers')
    const areaMapping = el('areaMapping', bounds, ...areas.map(area => el('areaMapEntry', { ...shapeOf(area.shape, area.coords), mappedValue: num(earned(area)) })))
    return {
      declarations: [responseDeclaration(el, 'RESPONSE', cardinality, 'point', [], areaMapping)],
      body: el('selectPointInteraction', { responseIdentifier: 'RESPONSE', maxChoices: maxPoints }, object(pen, image)),
      rules
    }
  }
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', cardinality, 'identifier', right.slice(0, wanted).map(({ key }) => idOf(key)), mapping(el, areas.map(area => [idOf(area.key), earned(area)] as const), bounds))],
    body: el('hotspotInteraction', { responseIdentifier: 'RESPONSE', maxChoices: maxPoints }, object(pen, image),
      ...areas.map(({ key, shape, coords, label }) => el('hotspotChoice', { identifier: idOf(key), ...shapeOf(shape, coords), hotspotLabel: pen.notes.plain(label!) }))),
    rules
  }
}

/** Places that want a point each: how many of them are met is counted by rules, and so are points that are too many. */
export function markImage (definition: Of<'mark-image'>, pen: Pen): Parts {
  const { image, areas, maxPoints = 0, scoring, wrongPenalty } = definition
  const { el } = pen
  const { variable, base, set, when, add } = rulesIn(el)
  const mark = markOf(definition)
  const right = rightAreas(definition)
  const best = right.reduce((sum, area) => sum + worthOf(area), 0)
  const isMap = !areas.every(({ label }) => label !== undefined)
  if (areas.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of areas is left out')
  if (right.some((area, index) => right.slice(index + 1).some(other => overlap(area, other)))) pen.notes.changed('a point counts for each of the places that it lies in')
  if (isMap && areas.some(({ key }, index) => key !== String(index + 1))) pen.notes.changed('its areas are named by their numbers')
  const met = (area: typeof areas[number]): string => isMap ? el('inside', shapeOf(area.shape, area.coords), variable()) : el('member', {}, base('identifier', idOf(area.key)), variable())
  const count = base('float', right.length)
  const size = el('containerSize', {}, variable())
  const worth = (area: typeof areas[number]): number => Math.max(0, worthOf(area)) / best * mark
  const score = scoring === 'all-or-nothing'
    ? [when(el('and', {}, ...[variable('FOUND'), size].map(number => el('equal', { toleranceMode: 'exact' }, number, count))), [set('SCORE', variable(MAX))])]
    : wrongPenalty === undefined
      ? [set('SCORE', el('divide', {}, el('product', {}, variable('EARNED'), count), el('max', {}, count, size)))]
      : [
          set('SCORE', el('subtract', {}, variable('EARNED'), el('product', {}, el('subtract', {}, size, variable('FOUND')), base('float', wrongPenalty * mark)))),
          when(el('lt', {}, variable('SCORE'), base('float', 0)), [set('SCORE', base('float', 0))])
        ]
  return {
    declarations: [
      isMap
        ? responseDeclaration(el, 'RESPONSE', 'multiple', 'point', [], el('areaMapping', { defaultValue: 0 }, ...areas.map(area => el('areaMapEntry', { ...shapeOf(area.shape, area.coords), mappedValue: num(worth(area)) }))))
        : responseDeclaration(el, 'RESPONSE', 'multiple', 'identifier', areas.filter(area => right.includes(area)).map(({ key }) => idOf(key)), mapping(el, areas.map(area => [idOf(area.key), worth(area)] as const), { defaultValue: 0 })),
      outcomeDeclaration(el, 'FOUND', 'single', 'float', 0),
      outcomeDeclaration(el, 'EARNED', 'single', 'float', 0)
    ],
    body: el(isMap ? 'selectPointInteraction' : 'hotspotInteraction', { responseIdentifier: 'RESPONSE', maxChoices: maxPoints, class: 'mark-image' }, object(pen, image),
      ...isMap ? [] : areas.map(({ key, shape, coords, label }) => el('hotspotChoice', { identifier: idOf(key), ...shapeOf(shape, coords), hotspotLabel: pen.notes.plain(label!) }))),
    rules: [...right.map(area => when(met(area), [add('FOUND', 1), add('EARNED', worth(area))])), ...score]
  }
}

function overlap (a: Parameters<typeof boxOf>[0], b: Parameters<typeof boxOf>[0]): boolean {
  const [one, other] = [boxOf(a), boxOf(b)]
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height
}
