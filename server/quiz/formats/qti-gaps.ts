import type { Draft } from './format.ts'
import type { Wording } from './markup.ts'
import { gapMark, identifierOf, keysFor, responseIn, responseOf, rightItems, wordingOr, writeGapped, type Asked, type QtiItem, type Sample, type Worths } from './qti-item.ts'
import type { QtiResponses } from './qti-processing.ts'
import type { Variable } from './qti-session.ts'
import { htmlOf, INTERACTIONS, wordingOfHtml } from './qti-texts.ts'
import { acceptedFor, acceptFields, isNumber, numberFields, numbersFor, triedNumbers, triedTexts, type AcceptedText, type WantedNumber } from './qti-typed.ts'
import { attribute, isTrue, nameOf, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** A gap of a text, with what may be put in it. */
interface Gap {
  readonly key: string
  readonly element: XmlElement
  readonly variable: Variable
  readonly sort: 'choice' | 'text' | 'numeric'
  readonly options: readonly { readonly identifier: string, readonly key: string, readonly wording: Wording }[]
  readonly accepted: readonly AcceptedText[]
  readonly wanted: readonly WantedNumber[]
  /** answers to try, the right one first */
  readonly tried: readonly { readonly response: string | number, readonly answer: string, readonly part: string | undefined }[]
}

/** What may stand in a text with gaps. */
export const GAPS: ReadonlySet<string> = new Set(['inlineChoiceInteraction', 'textEntryInteraction', 'choiceInteraction'])

/** The key of each gap: that which its response is named by, as in what is exported here, or else its number. */
export function gapKeys (elements: readonly XmlElement[]): string[] {
  const names = elements.map((element, index) => /^GAP_([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(wordIn(element, 'responseIdentifier'))?.[1] ?? `g${index + 1}`)
  return names.map((name, index) => names.indexOf(name) === index ? name : `${name}-${index + 1}`)
}

/** Menus, fields and lists of choices in one text. */
export function readGaps (elements: readonly XmlElement[], item: QtiItem): Asked {
  const keys = gapKeys(elements)
  const gaps: Gap[] = []
  for (const [index, element] of elements.entries()) {
    const variable = responseOf(element, item)
    if (variable === undefined) return { problem: 'an interaction has no declared response' }
    if (variable.cardinality !== 'single') return { problem: 'a gap of its text takes several answers, which gaps cannot' }
    gaps.push(gapOf(keys[index]!, element, variable, item))
  }
  const whole = textOf(gaps, item)
  const fill = (values: ReadonlyMap<Gap, Gap['tried'][number]>, parts: readonly string[]): Sample => ({
    responses: Object.assign({}, ...gaps.map(gap => responseIn(gap.variable, values.has(gap) ? [values.get(gap)!.response] : []))) as QtiResponses,
    answer: { gaps: Object.fromEntries([...values].map(([gap, { answer }]) => [gap.key, answer])) },
    parts
  })
  const right = new Map(gaps.flatMap(gap => gap.tried[0] === undefined ? [] : [[gap, gap.tried[0]] as const]))
  const without = (gap: Gap): Map<Gap, Gap['tried'][number]> => new Map([...right].filter(([other]) => other !== gap))
  const samples = [
    fill(right, ['all']),
    fill(new Map(), []),
    ...gaps.map(gap => fill(without(gap), [`without/${gap.key}`])),
    ...gaps.flatMap(gap => gap.tried.filter(({ part }) => part !== undefined).flatMap(tried => [
      fill(new Map([[gap, tried]]), [`${gap.key}/${tried.part!}`]),
      fill(new Map([...without(gap), [gap, tried]]), [`all/${gap.key}/${tried.part!}`])
    ])),
    ...gaps.flatMap(gap => gap.tried.filter(({ part }) => part === undefined).map(tried => fill(new Map([...without(gap), [gap, tried]]), [])))
  ]
  return {
    prompt: whole.prompt ?? { text: '', format: 'plain' },
    texts: [whole.text, ...gaps.flatMap(({ options }) => options.map(({ wording }) => wording))],
    samples,
    drafts: (write, worths) => {
      const text = writeGapped(write, whole.text)
      return [...gapSelect(gaps, text, write), ...cloze(gaps, text, write, worths)]
    }
  }
}

/** The text with the marks of its gaps; a block of class `prompt` before it is the prompt. */
export function textOf (gaps: readonly Pick<Gap, 'element' | 'key'>[], item: QtiItem): { readonly text: Wording, readonly prompt?: Wording } {
  const full = item.body.children.filter(child => typeof child !== 'string' || child.trim() !== '')
  const [first] = full
  const asked = typeof first === 'object' && attribute(first, 'class') === 'prompt' ? first : undefined
  const marks = new Map(gaps.map(({ element, key }) => [element, gapMark(key)]))
  const writer = { ...item.writer, inPlace: (element: XmlElement) => marks.has(element) ? `${promptOf(element, item)}${marks.get(element)!}` : INTERACTIONS.has(nameOf(element)) ? '' : undefined }
  const html = htmlOf(asked === undefined ? full : full.slice(1), writer).trim().replace(/^<div class="text">(.*)<\/div>$/s, '$1')
  return {
    text: wordingOfHtml(html, item.writer.markup),
    ...asked !== undefined && { prompt: wordingOr(asked, item, '') }
  }
}

function promptOf (element: XmlElement, item: QtiItem): string {
  const prompt = partOf(element, 'prompt')
  return prompt === undefined ? '' : `<p>${htmlOf(prompt.children, item.writer).trim()}</p>`
}

function gapOf (key: string, element: XmlElement, variable: Variable, item: QtiItem): Gap {
  const choices = partsOf(element).filter(child => ['inlineChoice', 'simpleChoice'].includes(nameOf(child)))
  if (nameOf(element) === 'textEntryInteraction') {
    const [accepted, wanted] = isNumber(variable) ? [[], numbersFor(variable, item)] : [acceptedFor(variable, item), []]
    const numbers = triedNumbers(wanted).map(({ value, part }) => ({ response: value, answer: String(value), part }))
    const texts = triedTexts(accepted).map(({ text, part }) => ({ response: text, answer: text, part }))
    return { key, element, variable, options: [], accepted, wanted, ...isNumber(variable) ? { sort: 'numeric', tried: numbers } : { sort: 'text', tried: texts } }
  }
  const keys = keysFor(choices.map(identifierOf))
  const options = choices.map((choice, index) => ({ identifier: identifierOf(choice), key: keys.get(identifierOf(choice))!, wording: wordingOr(choice, item, String(index + 1)) }))
  const right = rightItems(variable)
  const sorted = options.toSorted((a, b) => Number(right.includes(b.identifier)) - Number(right.includes(a.identifier)))
  return { key, element, variable, sort: 'choice', options, accepted: [], wanted: [], tried: sorted.map(({ identifier, key }) => ({ response: identifier, answer: key, part: key })) }
}

/** Menus alone, of each one option being right: gaps with the same options are of one group. */
function gapSelect (gaps: readonly Gap[], text: string, write: (wording: Wording) => string): Draft[] {
  if (!gaps.every(({ element, variable }) => nameOf(element) === 'inlineChoiceInteraction' && rightItems(variable).length === 1)) return []
  const groups = new Map<string, number>()
  const choices: object[] = []
  const keyed = new Map<string, string>()
  const used = new Set<string>()
  const placed = gaps.map(({ key, options, variable }) => {
    const listed = options.map(({ identifier, wording }) => `${identifier}=${wording.text}`).join('\n')
    const group = groups.get(listed) ?? groups.size + 1
    if (!groups.has(listed)) {
      groups.set(listed, group)
      for (const option of options) {
        let own = option.key
        for (let number = 2; used.has(own); number++) own = `${option.key}-${number}`
        used.add(own)
        keyed.set(`${group}/${option.identifier}`, own)
        choices.push({ key: own, text: write(option.wording), ...group !== 1 && { group } })
      }
    }
    return { key, choice: keyed.get(`${group}/${String(rightItems(variable)[0])}`), ...group !== 1 && { group } }
  })
  const shuffle = gaps.some(({ element }) => isTrue(element, 'shuffle')) ? {} : { shuffle: false }
  return [{}, { scoring: 'all-or-nothing' }].map(scoring => ({ kind: 'gap-select', text, choices, gaps: placed, ...scoring, ...shuffle }))
}

function cloze (gaps: readonly Gap[], text: string, write: (wording: Wording) => string, worths: Worths): Draft[] {
  const all = worths.fraction('all')
  // What a gap earns: by itself, or by what is lost without it.
  const weights = gaps.map(gap => Math.max(worths.fraction(`${gap.key}/${gap.tried[0]?.part ?? ''}`), all - worths.fraction(`without/${gap.key}`)))
  const least = Math.min(...weights.filter(weight => weight > 0))
  const isTogether = gaps.length > 1 && gaps.every(gap => worths.fraction(`without/${gap.key}`) <= 0)
  const made = gaps.map((gap, index) => {
    const weight = weights[index]! > 0 && Number.isFinite(least) ? Number((weights[index]! / least).toFixed(6)) : 1
    const share = weights[index]! || 1
    // Of an alternative, relative to the right answer, all else being right.
    const own: Worths = {
      ...worths,
      fraction: part => Number(Math.min(1, Math.max(0, 1 - (all - worths.fraction(`all/${part}`)) / share)).toFixed(6)),
      feedback: part => worths.feedback(part)
    }
    const fields = fieldsOf(gap, own, write)
    return fields === undefined ? undefined : { key: gap.key, input: gap.sort, ...weight !== 1 && !isTogether && { weight }, ...fields }
  })
  if (made.includes(undefined)) return []
  return (isTogether ? [{ scoring: 'all-or-nothing' }, {}] : [{}, { scoring: 'all-or-nothing' }]).map(scoring => ({ kind: 'cloze', text, gaps: made, ...scoring }))
}

function fieldsOf (gap: Gap, worths: Worths, write: (wording: Wording) => string): object | undefined {
  const part = (index: number): string => `${gap.key}/${index}`
  switch (gap.sort) {
    case 'text': return acceptFields(gap.accepted, worths, part)
    case 'numeric': return numberFields(gap.wanted, worths, part)
    case 'choice': {
      const layout = nameOf(gap.element) === 'choiceInteraction' ? { layout: attribute(gap.element, 'orientation') === 'horizontal' ? 'row' : 'column' } : {}
      const choices = gap.options.map(({ key, wording }) => {
        const fraction = worths.fraction(`${gap.key}/${key}`)
        return { key, text: write(wording), ...fraction >= 1 ? { correct: true } : fraction > 0 ? { fraction } : {}, ...worths.feedback(`${gap.key}/${key}`) }
      })
      return { choices, ...layout, ...!isTrue(gap.element, 'shuffle') && { shuffle: false } }
    }
  }
}
