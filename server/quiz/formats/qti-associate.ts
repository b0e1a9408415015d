import type { Draft } from './format.ts'
import type { Wording } from './markup.ts'
import { identifierOf, keysFor, promptOf, responseIn, responseOf, rightItems, wordingOr, type Asked, type QtiItem, type Sample } from './qti-item.ts'
import { mappedValues } from './qti-mapping.ts'
import { isAllowed, ways, type Pairs } from './qti-pairs.ts'
import { orders } from './qti-choices.ts'
import type { Variable } from './qti-session.ts'
import { htmlOf } from './qti-texts.ts'
import { isTrue, nameOf, partOf, partsOf, wholeIn, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

interface Place { readonly identifier: string, readonly key: string, readonly wording: Wording, readonly limit: number }

const PICTURES = new Set(['object', 'img', 'picture'])

/** The choices of a list, or the places of a picture by their labels; a problem where a place has none. */
function placesOf (element: XmlElement, name: string, item: QtiItem): { readonly places: readonly Place[] } | { readonly problem: string } {
  const elements = partsOf(element, name)
  const keys = keysFor(elements.map(identifierOf))
  const isPlace = name !== 'simpleAssociableChoice'
  if (isPlace && elements.some(place => wordIn(place, 'hotspotLabel') === '')) return { problem: 'places of its picture have no labels, by which they could be named' }
  return {
    places: elements.map((place, index) => ({
      identifier: identifierOf(place),
      key: keys.get(identifierOf(place))!,
      wording: isPlace ? { text: wordIn(place, 'hotspotLabel'), format: 'plain' } : wordingOr(place, item, String(index + 1)),
      limit: wholeIn(place, 'matchMax') ?? 1
    }))
  }
}

/** What is asked with the picture that it is asked of. */
function shown (element: XmlElement, item: QtiItem): Wording {
  const own = partOf(element, 'prompt')
  const picture = partsOf(element).filter(child => PICTURES.has(nameOf(child)))
  const asked = own === undefined ? '' : `<p>${htmlOf(own.children, item.writer).trim()}</p>`
  return promptOf(item.body, { ...item.writer, inPlace: inner => inner === element ? `${asked}<p>${htmlOf(picture, item.writer)}</p>` : item.writer.inPlace(inner) })
}

/** Any two of a set are paired: where each right pair has a member that is in no other, those are the stems, and all else is
 * what they may be paired with. */
export function readAssociate (element: XmlElement, item: QtiItem): Asked {
  const isPicture = nameOf(element) === 'graphicAssociateInteraction'
  const variable = responseOf(element, item)
  const found = placesOf(element, isPicture ? 'associableHotspot' : 'simpleAssociableChoice', item)
  if (variable === undefined) return { problem: 'an interaction has no declared response' }
  if ('problem' in found) return found
  const pairs = pairsOf(variable)
  const counts = new Map<string, number>()
  for (const one of pairs.flat()) counts.set(one, (counts.get(one) ?? 0) + 1)
  const known = new Set(found.places.map(({ identifier }) => identifier))
  if (pairs.some(([a, b]) => !known.has(a) || !known.has(b) || a === b)) return { problem: 'a right pair names what is not there' }
  if (pairs.some(pair => pair.every(one => counts.get(one)! > 1))) return { problem: 'both of a right pair are in others too' }
  const right: Pairs = new Map(pairs.map(([a, b]) => counts.get(a) === 1 ? [a, b] : [b, a]))
  const [stems, choices] = [found.places.filter(({ identifier }) => right.has(identifier)), found.places.filter(({ identifier }) => !right.has(identifier))]
  item.note('changed', 'one of each pair stands in a list of its own, and is paired once')
  const keys = new Map(found.places.map(({ identifier, key }) => [identifier, key]))
  const limits = new Map(found.places.map(({ identifier, limit }) => [identifier, limit]))
  const shuffle = isPicture || isTrue(element, 'shuffle') ? {} : { shuffle: false }
  return {
    ...isPicture && { prompt: shown(element, item) },
    texts: found.places.map(({ wording }) => wording),
    samples: ways(right, stems.map(({ identifier }) => identifier), choices.map(({ identifier }) => identifier)).filter(way => isAllowed(way, limits)).map((way): Sample => ({
      responses: { [variable.identifier]: [...way].map(([stem, choice]) => `${stem} ${choice}`) },
      answer: { pairs: Object.fromEntries([...way].map(([stem, choice]) => [keys.get(stem)!, keys.get(choice)!])) },
      parts: [...way.keys()].map(stem => keys.get(stem)!)
    })),
    drafts: (write, { feedback }): Draft[] => pairs.length === 0
      ? []
      : [{}, { scoring: 'all-or-nothing' }].map(scoring => ({
          kind: 'match',
          stems: stems.map(({ identifier, key, wording }) => ({ key, text: write(wording), choice: keys.get(right.get(identifier)!)!, ...feedback(key) })),
          choices: choices.map(({ key, wording }) => ({ key, text: write(wording) })),
          ...scoring,
          ...shuffle
        }))
  }
}

/** The right pairs, or where none are named, those that earn something. */
function pairsOf (variable: Variable): (readonly [string, string])[] {
  const mapping = partOf(variable.element, 'mapping')
  const named = rightItems(variable).map(String)
  const all = named.length > 0 || mapping === undefined ? named : mappedValues(mapping, 'pair').filter(({ value }) => value > 0).map(({ key }) => key)
  return all.map(pair => {
    const [a = '', b = ''] = pair.trim().split(/\s+/)
    return [a, b]
  })
}

/** Places of a picture that are brought into order, by their labels. */
export function readGraphicOrder (element: XmlElement, item: QtiItem): Asked {
  const variable = responseOf(element, item)
  const found = placesOf(element, 'hotspotChoice', item)
  if (variable === undefined) return { problem: 'an interaction has no declared response' }
  if ('problem' in found) return found
  const right = rightItems(variable).map(String)
  const items = right.flatMap(identifier => found.places.filter(place => place.identifier === identifier))
  if (items.length !== found.places.length || new Set(right).size < right.length || right.length !== items.length) return { problem: 'the right order does not name each of its places once' }
  item.note('changed', 'its places are put in order by their labels, below the picture')
  return {
    prompt: shown(element, item),
    texts: items.map(({ wording }) => wording),
    samples: orders(items).map(order => ({ responses: responseIn(variable, order.map(({ identifier }) => identifier)), answer: { order: order.map(({ key }) => key) }, parts: [] })),
    drafts: write => ['exact', 'pairs', 'positions', 'longest-run', 'longest-subset'].map(scoring => ({
      kind: 'order', items: items.map(({ key, wording }) => ({ key, text: write(wording) })), ...scoring !== 'exact' && { scoring }
    }))
  }
}
