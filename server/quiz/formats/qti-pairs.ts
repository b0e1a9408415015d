import type { Draft } from './format.ts'
import type { Wording } from './markup.ts'
import { boxOf, type Box } from './qti-areas.ts'
import { gapMark, identifierOf, keysFor, pictureElement, pictureOf, smallPictureOf, responseOf, rightItems, wordingOr, writeGapped, type Asked, type QtiItem, type Sample } from './qti-item.ts'
import { areaOf } from './qti-mapping.ts'
import type { Variable } from './qti-session.ts'
import { htmlOf, wordingOfHtml } from './qti-texts.ts'
import { attribute, insideOf, isTrue, nameOf, partOf, partsOf, wholeIn, wordIn } from './qti-vocabulary.ts'
import { textIn as textOf, type XmlElement } from './xml.ts'

interface Side { readonly identifier: string, readonly key: string, readonly wording: Wording, readonly limit: number }
export type Pairs = ReadonlyMap<string, string>

function sidesOf (elements: readonly XmlElement[], item: QtiItem): Side[] {
  const keys = keysFor(elements.map(identifierOf))
  return elements.map((element, index) => ({
    identifier: identifierOf(element), key: keys.get(identifierOf(element))!, wording: wordingOr(element, item, String(index + 1)), limit: wholeIn(element, 'matchMax') ?? 1
  }))
}

/** The right pairs by what is on their left, that is by stems or by gaps. */
function rightPairs (variable: Variable, keyed: 'first' | 'second'): readonly (readonly [string, string])[] {
  return rightItems(variable).map(pair => {
    const [a = '', b = ''] = String(pair).split(' ')
    return keyed === 'first' ? [a, b] : [b, a]
  })
}

/** Ways to pair: the right one, each pair of it alone, without each, each exchanged for another, all of one, and none. */
export function ways (right: Pairs, lefts: readonly string[], choices: readonly string[]): Pairs[] {
  const all = [...right]
  const otherwise = lefts.flatMap(left => choices.filter(choice => right.get(left) !== choice).slice(0, 6).map(choice => new Map([...all, [left, choice]])))
  return [
    right,
    new Map(),
    ...all.map(pair => new Map([pair])),
    ...all.map((_, index) => new Map(all.toSpliced(index, 1))),
    ...otherwise,
    ...choices.slice(0, 3).map(choice => new Map(lefts.map(left => [left, choice]))),
    ...otherwise.map(way => new Map([...way].slice(-1)))
  ]
}

/** How often a choice may be used; a way that uses one more often cannot be answered. */
export function isAllowed (way: Pairs, limits: ReadonlyMap<string, number>): boolean {
  const used = new Map<string, number>()
  for (const choice of way.values()) used.set(choice, (used.get(choice) ?? 0) + 1)
  return [...used].every(([choice, count]) => limits.get(choice)! === 0 || count <= limits.get(choice)!)
}

const ALL = { scoring: 'all-or-nothing' } as const

/** Two sets, of whose first each may be paired with one of the second: stems with choices, statements with verdicts, or items
 * with categories. */
export function readMatch (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const [first, second] = partsOf(element, 'simpleMatchSet').map(set => sidesOf(partsOf(set, 'simpleAssociableChoice'), item))
  if (variable === undefined || first === undefined || second === undefined) return { problem: 'it has no two sets to be matched, or no declared response' }
  // Whichever set has each of its members in one pair at most is the one that is asked about.
  const pairs = rightPairs(variable, 'first')
  const isOnce = (keyed: readonly (readonly [string, string])[]): boolean => new Set(keyed.map(([left]) => left)).size === keyed.length
  const turned = !(isOnce(pairs) && first.every(({ limit }) => limit === 1)) && isOnce(rightPairs(variable, 'second')) && second.every(({ limit }) => limit === 1)
  const [lefts, choices] = turned ? [second, first] : [first, second]
  const known = turned ? rightPairs(variable, 'second') : pairs
  if (!isOnce(known)) return { problem: 'a member of each of its sets belongs in several pairs' }
  if (lefts.some(({ limit }) => limit !== 1)) item.note('changed', 'each of its items is paired once')
  const right: Pairs = new Map(known)
  if ([...right].some(([left, choice]) => !lefts.some(({ identifier }) => identifier === left) || !choices.some(({ identifier }) => identifier === choice))) return { problem: 'a right pair names what is not there' }
  const [leftKeys, choiceKeys] = [lefts, choices].map(side => new Map(side.map(({ identifier, key }) => [identifier, key]))) as [Map<string, string>, Map<string, string>]
  const verdicts = verdictsOf(choices)
  const sorts = choices.every(({ limit }) => limit === 0) || right.size < lefts.length
  const limits = new Map(choices.map(({ identifier, limit }) => [identifier, limit]))
  const keyed = (way: Pairs): Record<string, string> => Object.fromEntries([...way].map(([left, choice]) => [leftKeys.get(left)!, choiceKeys.get(choice)!]))
  const response = (way: Pairs): object => ({ [variable.identifier]: [...way].map(([left, choice]) => turned ? `${choice} ${left}` : `${left} ${choice}`) })
  const sampled = ways(right, [...leftKeys.keys()], [...choiceKeys.keys()]).filter(way => isAllowed(way, limits))
  const shuffle = isTrue(element, 'shuffle') ? {} : { shuffle: false }
  return {
    texts: [...lefts, ...choices].map(({ wording }) => wording),
    samples: sampled.map((way): Sample => ({
      responses: response(way) as Sample['responses'],
      answer: verdicts !== undefined
        ? { verdicts: Object.fromEntries([...way].map(([left, choice]) => [leftKeys.get(left)!, choice === verdicts[0].identifier])) }
        : sorts ? { groups: keyed(way) } : { pairs: keyed(way) },
      parts: [...way.keys()].map(left => leftKeys.get(left)!)
    })),
    drafts (write, { feedback }): Draft[] {
      const shown = lefts.map(({ identifier, key, wording }) => ({ key, text: write(wording), right: right.get(identifier), ...feedback(key) }))
      if (verdicts !== undefined) {
        const statements = shown.map(({ right, ...rest }) => ({ ...rest, correct: right === verdicts[0].identifier }))
        const labels = `${verdicts[0].wording.text}/${verdicts[1].wording.text}`
        const rest = { ...!/^true\/false$/i.test(labels) && { labels: { true: write(verdicts[0].wording), false: write(verdicts[1].wording) } }, ...shuffle }
        return [{}, { scoring: 'subpoints' }, ALL].map(scoring => ({ kind: 'kprim', statements, ...scoring, ...rest }))
      }
      const listed = choices.map(({ key, wording }) => ({ key, text: write(wording) }))
      return [{}, ALL].map(scoring => sorts
        ? { kind: 'categorise', categories: listed, items: shown.map(({ right, ...rest }) => ({ ...rest, category: right === undefined ? null : choiceKeys.get(right)! })), ...scoring, ...shuffle }
        : { kind: 'match', stems: shown.map(({ right, ...rest }) => ({ ...rest, choice: choiceKeys.get(right!)! })), choices: listed, ...scoring, ...shuffle })
    }
  }
}

function verdictsOf (choices: readonly Side[]): readonly [Side, Side] | undefined {
  const of = (verdict: string): Side | undefined => choices.find(({ identifier, wording }) => identifier.toLowerCase() === verdict || wording.text.toLowerCase() === verdict)
  const [whenTrue, whenFalse] = [of('true'), of('false')]
  return choices.length === 2 && whenTrue !== undefined && whenFalse !== undefined && whenTrue !== whenFalse ? [whenTrue, whenFalse] : undefined
}

/** The words for a picture. */
function altOf (element: XmlElement): string {
  const picture = pictureElement(element)
  return (picture === undefined ? '' : attribute(picture, 'alt') ?? textOf(picture)).replace(/\s+/g, ' ').trim() || wordIn(element, 'objectLabel')
}

const GAP_CHOICES = new Set(['gapText', 'gapImg'])

/** Words put into the gaps of a text. */
export function readGapMatch (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  if (variable === undefined) return { problem: 'an interaction has no declared response' }
  const words = partsOf(element).filter(child => GAP_CHOICES.has(nameOf(child)))
  const wordless = words.find(word => nameOf(word) === 'gapImg' && altOf(word) === '')
  if (wordless !== undefined) return { problem: `the picture '${identifierOf(wordless).slice(0, 60)}' is put into the gaps of its text, and has no words` }
  if (words.some(word => nameOf(word) === 'gapImg')) item.note('changed', 'pictures that are put into its text are their words')
  const choices = sidesOf(words, item).map((side, index) => nameOf(words[index]!) === 'gapImg' ? { ...side, wording: { text: altOf(words[index]!), format: 'plain' } as const } : side)
  const gaps = insideOf(element, new Set(['gap']))
  const keys = keysFor(gaps.map(identifierOf))
  const right: Pairs = new Map(rightPairs(variable, 'second'))
  if (gaps.some(gap => !right.has(identifierOf(gap)))) return { problem: 'a gap has no right word' }
  if (gaps.some(gap => attribute(gap, 'matchGroup') !== undefined)) item.note('changed', 'every word may be put in every gap')
  const text = htmlOf(element.children.filter(child => typeof child === 'string' || !(GAP_CHOICES.has(nameOf(child)) || nameOf(child) === 'prompt')), {
    ...item.writer, inPlace: inner => nameOf(inner) === 'gap' ? gapMark(keys.get(identifierOf(inner))!) : undefined
  })
  const whole = wordingOfHtml(text.trim().replace(/^<div class="text">(.*)<\/div>$/s, '$1'), item.writer.markup)
  const prompt = partOf(element, 'prompt')
  const choiceKeys = new Map(choices.map(({ identifier, key }) => [identifier, key]))
  const limits = new Map(choices.map(({ identifier, limit }) => [identifier, limit]))
  const unknown = [...right.values()].find(choice => !choiceKeys.has(choice))
  if (unknown !== undefined) return { problem: `there is no word '${unknown}'` }
  return {
    ...prompt !== undefined && { prompt: wordingOr(prompt, item, '') },
    texts: [whole, ...choices.map(({ wording }) => wording)],
    samples: ways(right, [...keys.keys()], [...choiceKeys.keys()]).filter(way => isAllowed(way, limits)).map((way): Sample => ({
      responses: { [variable.identifier]: [...way].map(([gap, choice]) => `${choice} ${gap}`) },
      answer: { gaps: Object.fromEntries([...way].map(([gap, choice]) => [keys.get(gap)!, choiceKeys.get(choice)!])) },
      parts: []
    })),
    drafts: write => [{}, ALL].map(scoring => ({
      kind: 'drag-words',
      text: writeGapped(write, whole),
      choices: choices.map(({ key, wording, limit }) => ({ key, text: write(wording), ...limit !== 1 && { reusable: true } })),
      gaps: [...keys].map(([identifier, key]) => ({ key, choice: choiceKeys.get(right.get(identifier)!)! })),
      ...scoring,
      ...!isTrue(element, 'shuffle') && { shuffle: false }
    }))
  }
}

const PICTURES = new Set(['object', 'img', 'picture'])

/** Pictures or texts put into the areas of a picture. */
export function readGraphicGapMatch (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const [backdrop] = partsOf(element).filter(child => PICTURES.has(nameOf(child)))
  const image = pictureOf(backdrop !== undefined && nameOf(backdrop) === 'picture' ? pictureElement(backdrop) : backdrop, item)
  if (variable === undefined) return { problem: 'an interaction has no declared response' }
  if ('problem' in image) return image
  const items = partsOf(element).filter(child => GAP_CHOICES.has(nameOf(child)))
  const itemKeys = keysFor(items.map(identifierOf))
  const spots = partsOf(element, 'associableHotspot')
  const keys = keysFor(spots.map(identifierOf))
  const pairs = rightPairs(variable, 'second').filter(([spot]) => keys.has(spot))
  const right: Pairs = new Map(pairs)
  if (right.size < pairs.length) return { problem: 'several items belong in one place of its picture' }
  const zones = spots.filter(spot => right.has(identifierOf(spot))).map(spot => ({ spot, box: boxAt(spot) }))
  if (zones.length < spots.length) item.note('changed', 'places that nothing belongs in are not there')
  if (zones.some(({ box }) => box === undefined)) return { problem: 'an area of its picture cannot be read' }
  if (zones.some(({ spot }) => attribute(spot, 'shape') !== 'rect')) item.note('changed', 'areas are the rectangles around them')
  const unknown = [...right.values()].find(choice => !itemKeys.has(choice))
  if (unknown !== undefined) return { problem: `there is no item '${unknown}'` }
  const limits = new Map(items.map(one => [identifierOf(one), wholeIn(one, 'matchMax') ?? 1]))
  const reusable = [...limits.values()].some(limit => limit !== 1)
  const pictures = items.map(one => nameOf(one) === 'gapImg' ? smallPictureOf(pictureElement(one), item) : undefined)
  const missing = pictures.find(picture => picture !== undefined && 'problem' in picture)
  if (missing !== undefined && 'problem' in missing) return missing
  const wordings = items.map((one, index) => wordingOr(one, item, String(index + 1)))
  const usable = ways(right, [...right.keys()], [...itemKeys.keys()]).filter(way => isAllowed(way, limits))
  return {
    texts: wordings.filter((_, index) => pictures[index] === undefined),
    samples: usable.map((way): Sample => ({
      responses: { [variable.identifier]: [...way].map(([spot, choice]) => `${choice} ${spot}`) },
      answer: { drops: Object.fromEntries([...way].map(([spot, choice]) => [keys.get(spot)!, itemKeys.get(choice)!])) },
      parts: []
    })),
    drafts: write => [{}, ALL].map(scoring => ({
      kind: 'drag-image',
      image,
      zones: zones.map(({ spot, box }) => ({
        key: keys.get(identifierOf(spot))!, ...fitted(box!, image), item: itemKeys.get(right.get(identifierOf(spot))!)!, ...labelOf(spot, write)
      })),
      items: items.map((one, index) => ({ key: itemKeys.get(identifierOf(one))!, ...pictures[index] === undefined ? { text: write(wordings[index]!) } : { image: pictures[index] } })),
      ...reusable && { reusable },
      ...scoring
    }))
  }
}

function labelOf (spot: XmlElement, write: (wording: Wording) => string): { label?: string } {
  const label = wordIn(spot, 'hotspotLabel')
  return label === '' ? {} : { label: write({ text: label, format: 'plain' }) }
}

function boxAt (spot: XmlElement): Box | undefined {
  const area = areaOf(spot)
  return typeof area === 'object' ? boxOf(area) : undefined
}

function fitted ({ x, y, width, height }: Box, image: { readonly width: number, readonly height: number }): Box {
  const [left, top] = [Math.max(0, x), Math.max(0, y)]
  return { x: left, y: top, width: Math.min(x + width, image.width) - left, height: Math.min(y + height, image.height) - top }
}
