import type { Wording } from './markup.ts'
import { isTruthy } from './qti-expressions.ts'
import type { Session } from './qti-session.ts'
import { picturedOr } from './picture-texts.ts'
import { attribute, nameOf, wordIn } from './qti-vocabulary.ts'
import { plainValue, sameScalar } from './qti-values.ts'
import { escapeXml, textIn, type XmlElement, type XmlNode } from './xml.ts'

/** How parts of an item are written as texts of a question. */
export interface Writer {
  /** what texts are written in, where the item says so: HTML also where they are nothing but words, or Markdown where they show pictures */
  readonly markup?: 'html' | 'markdown' | undefined
  /** what stands in place of an element that a trainee answers in; undefined for any other element */
  readonly inPlace: (element: XmlElement) => string | undefined
  readonly session: Session
  /** an element whose text cannot be taken */
  readonly leftOut: (what: string) => void
}

/** What makes an answer, whichever the version. */
export const INTERACTIONS: ReadonlySet<string> = new Set([
  'choiceInteraction', 'orderInteraction', 'associateInteraction', 'matchInteraction', 'gapMatchInteraction', 'inlineChoiceInteraction', 'textEntryInteraction',
  'extendedTextInteraction', 'hottextInteraction', 'hotspotInteraction', 'selectPointInteraction', 'graphicOrderInteraction', 'graphicAssociateInteraction',
  'graphicGapMatchInteraction', 'positionObjectInteraction', 'sliderInteraction', 'uploadInteraction', 'drawingInteraction', 'mediaInteraction',
  'endAttemptInteraction', 'customInteraction', 'portableCustomInteraction'
])

const EMPTY = new Set(['br', 'hr', 'img', 'col', 'wbr', 'area', 'source', 'track', 'input', 'param', 'embed'])
const UNWRAPPED = new Set(['prompt', 'contentBody', 'stimulusBody', 'itemBody', 'hottext', 'templateInline', 'templateBlock', 'templateBlockFeedback', 'positionObjectStage', 'rubricBlock', 'infoControl', 'companionMaterialsInfo'])
const FEEDBACK = new Set(['feedbackInline', 'feedbackBlock', 'modalFeedback'])
const PASSED_OVER = new Set(['stylesheet', 'catalogInfo', 'apipAccessibility', 'accessibilityInfo'])

/** Nodes of an item as HTML, with values in place of printed variables. Runs of space become one, as HTML has them. */
export function htmlOf (nodes: readonly XmlNode[], writer: Writer): string {
  return nodes.map(node => typeof node === 'string' ? escapeXml(node.replace(/[ \t\n]+/g, ' ')).replaceAll('&quot;', '"') : elementHtml(node, writer)).join('')
}

function elementHtml (element: XmlElement, writer: Writer): string {
  const name = nameOf(element)
  const inPlace = writer.inPlace(element)
  if (inPlace !== undefined) return inPlace
  if (FEEDBACK.has(name) || PASSED_OVER.has(name)) return ''
  if (name === 'printedVariable') return printed(element, writer)
  if ((name === 'templateInline' || name === 'templateBlock') && !isShown(element, writer.session, 'templateIdentifier')) return ''
  if (name === 'rubricBlock' && !/candidate|^\s*$/.test(wordIn(element, 'view'))) {
    writer.leftOut('what is said to others than the trainee is left out')
    return ''
  }
  if (name === 'include' || name === 'assessmentStimulusRef') {
    writer.leftOut(`what it includes from '${wordIn(element, 'href').slice(0, 100)}' is left out`)
    return ''
  }
  if (name === 'object') return objectHtml(element, writer)
  const inside = htmlOf(element.children, writer)
  if (UNWRAPPED.has(name)) return name === 'prompt' || name === 'rubricBlock' ? ` ${inside} ` : inside
  if (element.name !== name) {
    writer.leftOut(`<${element.name}> is left out, but for the text in it`)
    return inside
  }
  const attributes = [...element.attributes].filter(([key]) => !key.startsWith('xmlns') && !key.startsWith('xsi:') && key !== 'id')
  const tag = `${name}${attributes.map(([key, value]) => ` ${key}="${escapeXml(value)}"`).join('')}`
  return EMPTY.has(name) ? `<${tag} />` : `<${tag}>${inside}</${name}>`
}

/** A picture in an `object`; of other media the text that stands for them. */
function objectHtml (element: XmlElement, writer: Writer): string {
  const [type, data] = [wordIn(element, 'type'), wordIn(element, 'data')]
  const size = ['width', 'height'].map(name => attribute(element, name)).map((value, index) => value === undefined ? '' : ` ${index === 0 ? 'width' : 'height'}="${escapeXml(value)}"`).join('')
  if (type.startsWith('image/') && data !== '') return `<img src="${escapeXml(data)}" alt="${escapeXml(textIn(element).replace(/\s+/g, ' ').trim())}"${size} />`
  writer.leftOut(`an object is left out: ${data.slice(0, 100)}`)
  return htmlOf(element.children, writer)
}

function printed (element: XmlElement, { session, leftOut }: Writer): string {
  const variable = session.variables.get(wordIn(element, 'identifier'))
  if (variable?.use === 'outcome') leftOut('a result that is printed in the text is left out')
  if (variable?.use !== 'template') return ''
  const value = plainValue(variable.value)
  return escapeXml(Array.isArray(value) ? value.join(attribute(element, 'delimiter') ?? ', ') : String(value ?? ''))
}

/** Whether an element is shown: its variable holds its identifier, or does not where it says `hide`. */
export function isShown (element: XmlElement, session: Session, by: 'templateIdentifier' | 'outcomeIdentifier'): boolean {
  const value = session.variables.get(attribute(element, by)?.trim() ?? '')?.value ?? null
  const identifier = wordIn(element, 'identifier')
  const holds = value !== null && isTruthy(value) !== null && value.items.some(item => sameScalar(value.baseType, item, identifier))
  return holds === ((attribute(element, 'showHide') ?? 'show') === 'show')
}

/** Nodes as a text of a question: plain where there is nothing but words, in a paragraph or by themselves. */
export function wordingOf (nodes: readonly XmlNode[], writer: Writer): Wording {
  return wordingOfHtml(htmlOf(inOne(nodes), writer), writer.markup)
}

/** What the class of a body says of its texts. */
export function markupOf (element: XmlElement): Writer['markup'] {
  const classes = wordIn(element, 'class').split(/\s+/)
  return (['html', 'markdown'] as const).find(name => classes.includes(name))
}

/** What an importer of HTML makes of a text: plain where there is nothing but words. */
export function wordingOfHtml (html: string, markup?: Writer['markup']): Wording {
  const text = html.trim()
  if (markup === 'html') return { text, format: 'html' }
  if (markup === 'markdown') return picturedOr(plainWordsOf(text))
  return plainWordsOf(text)
}

function plainWordsOf (text: string): Wording {
  const words = /^(?:<p>)?([^<]*(?:<br \/>[^<]*)*)(?:<\/p>)?$/.exec(text)?.[1]?.replace(/ ?<br \/> ?/g, '\n')
  return words === undefined ? { text, format: 'html' } : { text: words.replace(/&(amp|lt|gt|quot|#13);/g, whole => UNESCAPED[whole]!).trim(), format: 'plain' }
}

const UNESCAPED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#13;': '\r' }

/** The nodes inside a `div` of the class that texts are written in here, where it is all there is. */
function inOne (nodes: readonly XmlNode[]): readonly XmlNode[] {
  const full = nodes.filter(node => typeof node !== 'string' || node.trim() !== '')
  const [only] = full
  return full.length === 1 && typeof only === 'object' && only.name === 'div' && attribute(only, 'class') === 'text' ? only.children : nodes
}

