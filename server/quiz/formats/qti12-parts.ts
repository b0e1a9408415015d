import type { FormatProblem } from './format.ts'
import { htmlOfPlain, markdownOfPlain, type Wording } from './markup.ts'
import { withoutMarks } from './moodle-cloze.ts'
import { allIn, elementIn, elementsIn, escapeXml, textIn, type XmlElement } from './xml.ts'

/** An item with what it says of itself, as its readers are given it. */
export interface Item {
  readonly element: XmlElement
  readonly ident: string
  /** the fields of its metadata, by their labels in lower case; the first of each */
  readonly about: ReadonlyMap<string, string>
  /** one of Canvas' question types, or '' */
  readonly type: string
  readonly responses: readonly Response[]
  note (severity: FormatProblem['severity'], message: string): void
}

/** Something an item asks for (`response_lid`, `response_str`, `response_num`). */
export interface Response {
  readonly element: XmlElement
  readonly ident: string
  readonly sort: 'labels' | 'text' | 'other'
  readonly cardinality: 'single' | 'multiple' | 'ordered'
  readonly labels: readonly Label[]
}

/** Something that can be chosen, or, of a blank, what Canvas accepts. */
export interface Label { readonly ident: string, readonly text: Wording, readonly element: XmlElement }

const EMPTY: XmlElement = { name: '', namespace: '', attributes: new Map(), children: [], line: 0 }

/** An attribute; '' where there is none. */
export function attributeOf ({ attributes }: XmlElement, name: string): string {
  return attributes.get(name) ?? ''
}

/** Fields of metadata: `qtimetadatafield`, and the elements `qmd_…` of version 1.1. */
export function fieldsOf (element: XmlElement): Map<string, string> {
  const fields = new Map<string, string>()
  const put = (label: string, entry: string): void => {
    const name = label.trim().toLowerCase()
    if (!fields.has(name)) fields.set(name, entry.trim())
  }
  for (const child of allIn(element)) {
    if (child.name === 'qtimetadatafield') put(textIn(elementIn(child, 'fieldlabel')), textIn(elementIn(child, 'fieldentry')))
    else if (child.name.startsWith('qmd_')) put(child.name, textIn(child))
  }
  return fields
}

/** The same of an item, which may have several such parts, anywhere in it. */
export function itemFields (item: XmlElement): Map<string, string> {
  const all = elementsIn(item, 'itemmetadata').map(fieldsOf)
  return new Map(all.toReversed().flatMap(fields => [...fields]))
}

const RESPONSES: Readonly<Record<string, Response['sort']>> = {
  response_lid: 'labels', response_str: 'text', response_num: 'text', response_xy: 'other', response_grp: 'other', response_extension: 'other'
}

/** What an item asks for, in the order of its presentation. */
export function responsesIn (presentation: XmlElement | undefined, note: Item['note']): Response[] {
  return [...allIn(presentation ?? EMPTY)].filter(({ name }) => Object.hasOwn(RESPONSES, name)).map(element => {
    const cardinality = (element.attributes.get('rcardinality') ?? 'Single').toLowerCase()
    return {
      element,
      ident: attributeOf(element, 'ident'),
      sort: RESPONSES[element.name]!,
      cardinality: cardinality === 'multiple' || cardinality === 'ordered' ? cardinality : 'single',
      labels: [...allIn(element, 'response_label')].map(label => ({ element: label, ident: attributeOf(label, 'ident'), text: wordingIn(label, note) }))
    }
  })
}

const BLOCKS = new Set(['material', 'flow_mat', 'flow', 'flow_label'])

/** The words of an element: texts, pictures, breaks. A text in several parts becomes HTML unless all of them are plain.
 * @param within whether those of the responses in it count too: what is asked may stand there */
export function wordingIn (element: XmlElement | undefined, note: Item['note'], within = false): Wording {
  const parts = piecesIn(element, note, () => undefined, within).filter(({ text }) => text !== '')
  if (parts.length === 1) return parts[0]!
  if (parts.every(({ format }) => format === 'plain')) return { text: parts.map(({ text }) => text).join('\n'), format: 'plain' }
  return { text: parts.map(htmlOfPiece).join('\n'), format: 'html' }
}

/** The same where blanks stand in the text: Markdown or HTML, with `{{key}}` for each.
 * @param keyOf the key of the blank that an element is; undefined for what is none */
export function gappedIn (element: XmlElement | undefined, note: Item['note'], keyOf: (element: XmlElement) => string | undefined): Wording {
  const parts = piecesIn(element, note, keyOf).filter(({ text }) => text !== '')
  if (parts.every(({ format }) => format === 'plain')) return { text: parts.map(part => part.isMark === true ? part.text : markdownOfPlain(part.text)).join(' '), format: 'markdown' }
  return { text: parts.map(part => part.isMark === true ? part.text : withoutMarks({ text: htmlOfPiece(part), format: 'html' }).text).join(' '), format: 'html' }
}

interface Piece extends Wording { readonly isMark?: true }

function htmlOfPiece ({ text, format }: Wording): string {
  return format === 'plain' ? htmlOfPlain(text) : text
}

function piecesIn (element: XmlElement | undefined, note: Item['note'], keyOf: (element: XmlElement) => string | undefined, within = false): Piece[] {
  const pieces: Piece[] = []
  const walk = (inside: XmlElement): void => {
    for (const child of elementsIn(inside)) {
      const key = keyOf(child)
      if (key !== undefined) {
        pieces.push({ text: `{{${key}}}`, format: 'plain', isMark: true })
        continue
      }
      switch (child.name) {
        case 'mattext': case 'matemtext': pieces.push(textOf(child)); break
        case 'matimage': pieces.push({ text: `<img src="${escapeXml(attributeOf(child, 'uri'))}" alt="${escapeXml(attributeOf(child, 'label'))}">`, format: 'html' }); break
        case 'mataudio': case 'matvideo': case 'matapplet': case 'matapplication': case 'matref': case 'mat_extension':
          note('left-out', `a part of its text is left out: <${child.name}>`)
          break
        default: if (BLOCKS.has(child.name) || (within && Object.hasOwn(RESPONSES, child.name))) walk(child)
      }
    }
  }
  if (element !== undefined) walk(element)
  return pieces
}

/** A text, by its type: plain unless it says otherwise, or holds elements, as HTML that was not escaped does. */
function textOf (element: XmlElement): Wording {
  if (elementsIn(element).length > 0) return { text: element.children.map(htmlOf).join('').trim(), format: 'html' }
  const isHtml = /html/i.test(attributeOf(element, 'texttype'))
  const text = textIn(element).trim()
  return { text: isHtml ? text : text.replace(/[ \t]*\n[ \t]*/g, '\n'), format: isHtml ? 'html' : 'plain' }
}

const VOID = new Set(['br', 'hr', 'img'])

function htmlOf (node: XmlElement | string): string {
  if (typeof node === 'string') return escapeXml(node)
  const attributes = [...node.attributes].map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join('')
  return VOID.has(node.name) ? `<${node.name}${attributes}>` : `<${node.name}${attributes}>${node.children.map(htmlOf).join('')}</${node.name}>`
}
