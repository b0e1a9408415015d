import { textOf } from './qti-gaps.ts'
import { identifierOf, responseOf, rightItems, wordingOr, writeGapped, type Asked, type QtiItem, type Sample } from './qti-item.ts'
import { mappedValues } from './qti-mapping.ts'
import type { Variable } from './qti-session.ts'
import { gapKeys } from './qti-gaps.ts'
import { nameOf, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import { plainOf } from './markup.ts'
import type { XmlElement } from './xml.ts'

/** More than a menu shows with ease. */
const LONG = 100

/** Menus that are typed in, as their class says, or that are too long for any other kind. */
export function isLongMenu (element: XmlElement): boolean {
  return nameOf(element) === 'inlineChoiceInteraction' && (wordIn(element, 'class').split(/\s+/).includes('long-menu') || partsOf(element, 'inlineChoice').length > LONG)
}

interface Menu { readonly key: string, readonly variable: Variable, readonly options: readonly { readonly identifier: string, readonly text: string, readonly isRight: boolean }[] }

/** Gaps of a text that are typed and completed from their lists. */
export function readLongMenu (elements: readonly XmlElement[], item: QtiItem): Asked {
  const keys = gapKeys(elements)
  const menus: Menu[] = []
  for (const [index, element] of elements.entries()) {
    const variable = responseOf(element, item)
    if (variable?.cardinality !== 'single') return { problem: 'a menu has no declared response of one value' }
    const mapping = partOf(variable.element, 'mapping')
    const right = new Set([...rightItems(variable).map(String), ...mapping === undefined ? [] : mappedValues(mapping, 'identifier').filter(({ value }) => value > 0).map(({ key }) => key)])
    const options = partsOf(element, 'inlineChoice').map((choice, at) => {
      const { text, format } = wordingOr(choice, item, String(at + 1))
      return { identifier: identifierOf(choice), text: format === 'html' ? plainOf(text, 'html').text : text, isRight: right.has(identifierOf(choice)) }
    })
    menus.push({ key: keys[index]!, variable, options })
  }
  const whole = textOf(elements.map((element, index) => ({ element, key: keys[index]! })), item)
  const fill = (chosen: readonly (Menu['options'][number] | undefined)[]): Sample => ({
    responses: Object.fromEntries(menus.map(({ variable }, index) => [variable.identifier, chosen[index]?.identifier ?? null])),
    answer: { gaps: Object.fromEntries(menus.flatMap(({ key }, index) => chosen[index] === undefined ? [] : [[key, chosen[index].text]])) },
    parts: []
  })
  const best = menus.map(({ variable, options }) => options.find(({ identifier }) => identifier === rightItems(variable)[0]) ?? options.find(({ isRight }) => isRight))
  const others = menus.flatMap(({ options }, index) => [undefined, ...options.filter(({ isRight }) => isRight).slice(0, 10), ...options.filter(({ isRight }) => !isRight).slice(0, 3)].map(option => best.with(index, option)))
  return {
    prompt: whole.prompt ?? { text: '', format: 'plain' },
    texts: [whole.text],
    samples: [best, best.map(() => undefined), ...others].map(fill),
    drafts: write => best.includes(undefined)
      ? []
      : [{}, { scoring: 'all-or-nothing' }].map(scoring => ({
          kind: 'long-menu',
          text: writeGapped(write, whole.text),
          gaps: menus.map(({ key, options }, index) => ({ key, options: options.map(({ text }) => text), accept: [best[index]!, ...options.filter(option => option.isRight && option !== best[index])].map(({ text }) => text) })),
          ...scoring
        }))
  }
}
