import type { Draft } from './format.ts'
import type { Wording } from './markup.ts'
import { identifierOf, keysFor, pictureOf, responseIn, responseOf, rightItems, wordingOr, pictureElement, type Asked, type QtiItem, type Sample } from './qti-item.ts'
import { readErrorText } from './qti-words.ts'
import { areaOf, mappedValues } from './qti-mapping.ts'
import type { Variable } from './qti-session.ts'
import { attribute, insideOf, isTrue, numberIn, partOf, partsOf, wholeIn, wordIn } from './qti-vocabulary.ts'
import { insidePoint, type Area } from '../geometry.ts'
import type { XmlElement } from './xml.ts'

const UNBOUND = { problem: 'an interaction has no declared response' } as const

interface Option { readonly identifier: string, readonly key: string, readonly wording: Wording }

/** How many answers of a question are tried at most. */
export const MOST_SAMPLES = 1000

/** Sets of options: all of them where they are few, else those near to the right one. */
export function sets<T> (all: readonly T[], right: readonly T[], most: number): T[][] {
  if (all.length <= 7) {
    return Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_, index) => (bits >> index) % 2 === 1)).filter(set => set.length <= most)
  }
  const without = right.map(one => right.filter(other => other !== one))
  const withOne = all.filter(one => !right.includes(one)).map(one => [...right, one])
  return [[], right.slice(), ...all.map(one => [one]), ...without, ...withOne, all.slice()].filter(set => set.length <= most)
}

/** Whether response rules are there. */
function ruled (item: QtiItem): boolean {
  return partOf(item.root, 'responseProcessing') !== undefined
}

function shuffleField (element: XmlElement): { shuffle?: false } {
  return isTrue(element, 'shuffle') ? {} : { shuffle: false }
}

/** Several may be chosen: 0 for no limit. */
function limitOf (element: XmlElement, variable: Variable, otherwise: number): number {
  const limit = wholeIn(element, 'maxChoices') ?? otherwise
  return variable.cardinality === 'single' ? 1 : limit < 0 ? 0 : Math.min(limit, 50)
}

export function readChoice (element: XmlElement, item: QtiItem): Asked {
  return asChoice(element, partsOf(element, 'simpleChoice'), item, shuffleField(element))
}

export function readHottext (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const errors = variable === undefined || wholeIn(element, 'maxChoices') !== 0 ? undefined : readErrorText(element, variable, item)
  if (errors !== undefined) return errors
  item.note('changed', 'parts of the text are chosen from a list, not in the text')
  return asChoice(element, insideOf(element, new Set(['hottext'])), item, { shuffle: false })
}

function asChoice (element: XmlElement, elements: readonly XmlElement[], item: QtiItem, more: object): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return UNBOUND
  const keys = keysFor(elements.map(identifierOf))
  const options = elements.map((choice, index): Option => ({ identifier: identifierOf(choice), key: keys.get(identifierOf(choice))!, wording: wordingOr(choice, item, String(index + 1)) }))
  const limit = limitOf(element, variable, 1)
  const right = rightItems(variable).map(String)
  const verdicts = verdictsOf(options)
  if (limit === 1 && verdicts !== undefined) return asTrueFalse(variable, options, verdicts, item)
  const samples = sets(options, options.filter(({ identifier }) => right.includes(identifier)), limit === 0 ? Infinity : limit).map((set): Sample => ({
    responses: responseIn(variable, set.map(({ identifier }) => identifier)), answer: { choices: set.map(({ key }) => key) }, parts: set.map(({ key }) => key)
  }))
  return {
    texts: options.map(({ wording }) => wording),
    samples,
    drafts (write, worths) {
      const listed = (field: (option: Option) => object): object[] => options.map(option => ({ key: option.key, text: write(option.wording), ...field(option), ...worths.feedback(option.key) }))
      const made = (field: (option: Option) => object, rest: object): Draft => ({ kind: 'choice', choices: listed(field), ...limit !== 1 && { maxChoices: limit }, ...rest, ...more })
      const isRight = ({ identifier, key }: Option): boolean => right.length > 0 ? right.includes(identifier) : worths.best > 0 && worths.fraction(key) > 0
      if (!options.some(isRight)) return []
      const correct = (option: Option): object => isRight(option) ? { correct: true } : {}
      const fraction = (worth: number): object => worth === 0 ? {} : { fraction: clamp(worth) }
      const mapped = ({ identifier }: Option): object => fraction(mappedWorth(mapping!, identifier) / worths.best)
      const mapping = worths.best > 0 ? partOf(variable.element, 'mapping') : undefined
      const single = ({ identifier, key }: Option): object => worths.fraction(key) >= 1 ? { correct: true } : fraction(mapping === undefined ? worths.fraction(key) : mappedWorth(mapping, identifier) / worths.best)
      return [
        made(correct, {}),
        ...limit === 1
          ? [made(single, {}), made(single, { scoring: 'partial-negative' })]
          : [...['partial', 'right-minus-wrong', 'partial-negative'].map(scoring => made(correct, { scoring })), ...mapping !== undefined ? [made(mapped, {}), made(mapped, { scoring: 'partial-negative' })] : []]
      ]
    }
  }
}

/** What a value earns by the mapping of its variable. */
function mappedWorth (mapping: XmlElement, identifier: string): number {
  return mappedValues(mapping, 'identifier').find(({ matches }) => matches(identifier))?.value ?? numberIn(mapping, 'defaultValue') ?? 0
}

function clamp (fraction: number): number {
  return Number(Math.max(-1, Math.min(1, fraction)).toFixed(7))
}

function verdictsOf (options: readonly Option[]): readonly [Option, Option] | undefined {
  const of = (verdict: string): Option | undefined => options.find(({ identifier, wording }) => identifier.toLowerCase() === verdict || (wording.format === 'plain' && wording.text.toLowerCase() === verdict))
  const [whenTrue, whenFalse] = [of('true'), of('false')]
  return options.length === 2 && whenTrue !== undefined && whenFalse !== undefined && whenTrue !== whenFalse ? [whenTrue, whenFalse] : undefined
}

function asTrueFalse (variable: Variable, options: readonly Option[], [whenTrue, whenFalse]: readonly [Option, Option], item: QtiItem): Asked {
  const labels = `${whenTrue.wording.text}/${whenFalse.wording.text}`
  const named = !/^true\/false$/i.test(labels)
  if (options[0] === whenFalse) item.note('changed', 'true stands before false')
  return {
    texts: [],
    samples: [[], [whenTrue], [whenFalse]].map((set): Sample => {
      const keys = set.map(option => option === whenTrue ? 'true' : 'false')
      return { responses: responseIn(variable, set.map(({ identifier }) => identifier)), answer: { choices: keys }, parts: keys }
    }),
    drafts (write, worths) {
      const isTrue = ruled(item) ? worths.fraction('true') > worths.fraction('false') : rightItems(variable).includes(whenTrue.identifier)
      const [yes, no] = [worths.feedback('true').feedback, worths.feedback('false').feedback]
      return [{
        kind: 'true-false',
        correct: isTrue,
        ...named && { labels: { true: write(whenTrue.wording), false: write(whenFalse.wording) } },
        ...yes !== undefined && { feedbackTrue: yes },
        ...no !== undefined && { feedbackFalse: no }
      }]
    }
  }
}

export function readOrder (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return UNBOUND
  const elements = partsOf(element, 'simpleChoice')
  const keys = keysFor(elements.map(identifierOf))
  const right = rightItems(variable).map(String)
  if (right.length !== elements.length || !right.every(identifier => keys.has(identifier)) || new Set(right).size < right.length) return { problem: 'the right order does not name each of its items once' }
  const items = right.map((identifier): Option => ({ identifier, key: keys.get(identifier)!, wording: wordingOr(elements.find(one => identifierOf(one) === identifier)!, item, identifier) }))
  if (!isTrue(element, 'shuffle')) item.note('changed', 'its items are shown in a drawn order')
  return {
    texts: items.map(({ wording }) => wording),
    samples: orders(items).map(order => ({ responses: responseIn(variable, order.map(({ identifier }) => identifier)), answer: { order: order.map(({ key }) => key) }, parts: [] })),
    drafts: write => ['exact', 'pairs', 'positions', 'longest-run', 'longest-subset'].map(scoring => ({
      kind: 'order', items: items.map(({ key, wording }) => ({ key, text: write(wording) })), ...scoring !== 'exact' && { scoring }
    }))
  }
}

/** Orders of items: all of them where they are few, else the right one with two exchanged, and turned around. */
export function orders<T> (items: readonly T[]): T[][] {
  if (items.length <= 4) return items.length <= 1 ? [items.slice()] : items.flatMap((first, index) => orders(items.toSpliced(index, 1)).map(rest => [first, ...rest]))
  const exchanged = items.slice(1).map((_, index) => items.toSpliced(index, 2, items[index + 1]!, items[index]!))
  const moved = items.slice(1).map((_, index) => [...items.slice(index + 1), ...items.slice(0, index + 1)])
  return [items.slice(), items.toReversed(), ...exchanged, ...moved]
}

/** Areas of a picture to choose from. */
export function readHotspot (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return UNBOUND
  const elements = partsOf(element, 'hotspotChoice')
  const keys = keysFor(elements.map(identifierOf))
  const image = pictureOf(pictureElement(element), item)
  if ('problem' in image) return image
  const areas = elements.map(choice => ({ identifier: identifierOf(choice), key: keys.get(identifierOf(choice))!, area: areaOf(choice), label: attribute(choice, 'hotspotLabel') }))
  if (areas.some(({ area }) => typeof area !== 'object')) return { problem: 'an area of its picture cannot be read' }
  if (areas.some(({ label }) => label === undefined)) item.note('changed', 'its areas are not shown on the picture')
  const limit = limitOf(element, variable, 1)
  const right = rightItems(variable).map(String)
  const known = areas.map(({ area, ...rest }) => ({ ...rest, area: area as Area }))
  const pointOf = (area: Area): object[] => [insidePoint(area, image)].filter(point => point !== undefined)
  return {
    texts: [],
    samples: sets(known, known.filter(({ identifier }) => right.includes(identifier)), limit === 0 ? Infinity : limit).map((set): Sample => ({
      responses: responseIn(variable, set.map(({ identifier }) => identifier)), answer: { points: set.flatMap(({ area }) => pointOf(area)) as { x: number, y: number }[] }, parts: set.map(({ key }) => key)
    })),
    drafts (write, worths) {
      const labelled = areas.every(({ label }) => label !== undefined && label.trim() !== '')
      const listed = (worth: (area: { readonly identifier: string, readonly key: string }) => object): object[] => known.map(({ identifier, key, area, label }) => ({
        key, ...area, ...worth({ identifier, key }), ...labelled && { label: write({ text: label!, format: 'plain' }) }, ...worths.feedback(key)
      }))
      const correct = ({ identifier, key }: { readonly identifier: string, readonly key: string }): object => (right.length > 0 ? right.includes(identifier) : worths.best > 0 && worths.fraction(key) > 0) ? { correct: true } : {}
      const earned = listed(({ key }) => worths.fraction(key) === 0 ? {} : { fraction: clamp(worths.fraction(key)) })
      const spots = areaDrafts('hotspot', image, listed(correct), earned, limit)
      const mapping = partOf(variable.element, 'mapping')
      if (mapping === undefined || !isMarked(element)) return spots
      const worth = ({ identifier }: { readonly identifier: string }): number => mappedWorth(mapping, identifier)
      const wanted = known.filter(area => worth(area) > 0)
      const wrong = known.find(area => worth(area) <= 0)
      const lost = wrong === undefined ? undefined : worths.together([...wanted, wrong].map(({ key }) => key))
      return [...markDrafts(image, listed(area => worth(area) > 0 ? { correct: true } : {}), listed(area => worth(area) > 0 ? { fraction: clamp(worth(area) / worths.best) } : {}), limit, lost), ...spots]
    }
  }
}

function areaDrafts (kind: 'hotspot', image: object, correct: readonly object[], earned: readonly object[], limit: number): Draft[] {
  const limits = limit === 1 ? {} : { maxPoints: limit }
  return [
    { kind, image, areas: correct, ...limits, ...limit !== 1 && { scoring: 'all-or-nothing' } },
    { kind, image, areas: correct, ...limits },
    { kind, image, areas: earned, ...limits }
  ]
}

const OUTSIDE = 'outside'

function isMarked (element: XmlElement): boolean {
  return wordIn(element, 'class').split(/\s+/).includes('mark-image')
}

/** Places that want a point each.
 * @param withOneMore what all right places and a point too many earn */
function markDrafts (image: object, correct: readonly object[], earned: readonly object[], limit: number, withOneMore: number | undefined): Draft[] {
  const limits = limit === 0 ? {} : { maxPoints: limit }
  const penalty = withOneMore === undefined ? [] : [{ wrongPenalty: Number(Math.min(1, Math.max(0, 1 - withOneMore)).toFixed(6)) }]
  return [correct, earned].flatMap(areas => [{}, { scoring: 'all-or-nothing' }, ...penalty].map((rest): Draft => ({ kind: 'mark-image', image, areas, ...limits, ...rest })))
}

/** Points on a bare picture: of `selectPointInteraction` and `positionObjectInteraction`. */
export function readPoints (element: XmlElement, item: QtiItem, stage: XmlElement): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return UNBOUND
  const image = pictureOf(pictureElement(stage), item)
  if ('problem' in image) return image
  const mapping = partOf(variable.element, 'areaMapping')
  const mapped = partsOf(mapping, 'areaMapEntry').map(areaOf)
  const values = partsOf(mapping, 'areaMapEntry').map(entry => numberIn(entry, 'mappedValue') ?? 0)
  const points = rightItems(variable).map(point => String(point).split(' ').map(Number))
  if (mapped.some(area => typeof area !== 'object')) return { problem: 'an area of its picture cannot be read' }
  const areas = (mapped.length > 0 ? mapped as Area[] : points.map(([x = 0, y = 0]): Area => ({ shape: 'circle', coords: [x, y, 10] }))).map((area, index) => ({ key: String(index + 1), area }))
  if (mapped.length === 0) item.note('changed', 'it names right points only; places within 10 pixels of them are right')
  if (areas.length === 0) return { problem: 'no place of its picture is said to be right' }
  const limit = limitOf(element, variable, 1)
  const at = (area: Area): { x: number, y: number } => insidePoint(area, image) ?? { x: 0, y: 0 }
  const outside = [{ x: 0, y: 0 }, { x: image.width, y: image.height }].map(({ x, y }): { readonly key: string, readonly area: Area } => ({ key: '', area: { shape: 'circle', coords: [x, y, 1] } }))
  const right = areas.slice(0, limit === 0 ? undefined : limit)
  const earning = areas.filter((_, index) => (values[index] ?? 1) > 0)
  // All right places and one more point, beside them or once more in one of them; a place twice.
  const tooMany = limit === 1 ? [] : [[...earning, outside[1]!], [...earning, ...earning.slice(0, 1)], [...earning.slice(0, 1), ...earning.slice(0, 1)]].filter(set => limit === 0 || set.length <= limit)
  return {
    texts: [],
    samples: [...sets(areas, right, limit === 0 ? Infinity : limit), [outside[0]!], [outside[1]!], ...tooMany].map((set): Sample => {
      const chosen = set.map(({ area }) => at(area))
      return { responses: responseIn(variable, chosen.map(({ x, y }) => `${x} ${y}`)), answer: { points: chosen }, parts: set.map(({ key }) => key === '' ? OUTSIDE : key) }
    }),
    drafts (_write, worths) {
      const listed = (worth: (value: number) => object): object[] => areas.map(({ key, area }, index) => ({ key, ...area, ...worth(values[index] ?? 1), ...worths.feedback(key) }))
      const [correct, earned] = [listed(value => value > 0 ? { correct: true } : {}), listed(value => value === 0 || worths.best === 0 ? {} : { fraction: clamp(value / worths.best) })]
      const marked = markDrafts(image, correct, earned, limit, worths.together([...earning.map(({ key }) => key), OUTSIDE]))
      const spots = areaDrafts('hotspot', image, correct, earned, limit)
      return isMarked(element) ? [...marked, ...spots] : limit === 1 ? spots : [...spots, ...marked]
    }
  }
}

