import type { QuestionDefinition } from '../kinds/index.ts'
import type { Text } from '../text.ts'
import type { Notes } from './export-notes.ts'
import { htmlOfPlain } from './markup.ts'
import { htmlOfPictured, showsPicture } from './picture-texts.ts'
import { kebabCase } from './qti-vocabulary.ts'
import { escapeXml, readXmlOr } from './xml.ts'

export type QtiVersion = '2.1' | '2.2' | '3.0'

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** What one question is written with. Names are those of QTI 2, whatever the version written. */
export interface Pen {
  readonly version: QtiVersion
  readonly notes: Notes
  readonly definition: QuestionDefinition
  /** an element; the content as XML */
  el (name: string, attributes?: Attributes, ...content: readonly string[]): string
  /** a text as the content of an element */
  rich (text: Text): string
  /** the address of a picture, which becomes a file of the package where it is one */
  picture (src: string): { readonly href: string, readonly type: string }
}

/** An element in the names of a version. */
export function elementIn (version: QtiVersion): Pen['el'] {
  return (name, attributes = {}, ...content) => {
    const [tag, key] = version === '3.0' ? [`qti-${kebabCase(name).replace(/^-/, '')}`, kebabCase] : [name, (own: string) => own]
    const listed = Object.entries(attributes).flatMap(([own, value]) => value === undefined ? [] : [` ${key(own)}="${escapeXml(String(value))}"`]).join('')
    const inside = content.join('')
    return inside === '' ? `<${tag}${listed}/>` : `<${tag}${listed}>${inside}</${tag}>`
  }
}

/** A text as XHTML. HTML that is none is written plainly, and said to be.
 * @param placed gives the files that a text names their paths */
export function richIn (definition: QuestionDefinition, notes: Notes, placed: (html: string) => string): Pen['rich'] {
  return text => {
    const own = notes.text(text)
    const html = definition.markup === 'html' ? xhtml(own) : showsPicture(own) ? xhtml(htmlOfPictured(own, notes.plain)) : undefined
    return html === undefined ? htmlOfPlain(notes.plain(text)).replaceAll('\r', '').replaceAll('"', '&quot;') : placed(html)
  }
}

const VOID = /<(br|hr|img|col|wbr)((?:\s[^<>]*?)?)\s*\/?>/gi

function xhtml (html: string): string | undefined {
  const closed = html.replaceAll('&nbsp;', '\u00a0').replace(VOID, '<$1$2 />')
  return readXmlOr(`<div>${closed}</div>`, () => undefined) === undefined ? undefined : closed
}

/** An identifier for a key: one that begins with a digit is none in QTI. */
export function idOf (key: string): string {
  return /^\d/.test(key) ? `_${key}` : key
}

/** A number as files have it. */
export function num (value: number): string {
  return String(Number(value.toPrecision(15)))
}

// Expressions and rules.

export interface Rules {
  readonly variable: (identifier?: string) => string
  readonly correct: (identifier?: string) => string
  readonly base: (type: string, value: string | number) => string
  readonly set: (identifier: string, expression: string) => string
  /** adds to an outcome */
  readonly add: (identifier: string, value: number) => string
  readonly when: (test: string, then: readonly string[], otherwise?: readonly string[]) => string
}

export function rulesIn (el: Pen['el']): Rules {
  const variable = (identifier = 'RESPONSE'): string => el('variable', { identifier })
  const base = (baseType: string, value: string | number): string => el('baseValue', { baseType }, escapeXml(typeof value === 'number' ? num(value) : value))
  const set = (identifier: string, expression: string): string => el('setOutcomeValue', { identifier }, expression)
  return {
    variable,
    correct: (identifier = 'RESPONSE') => el('correct', { identifier }),
    base,
    set,
    add: (identifier, value) => set(identifier, el('sum', {}, variable(identifier), base('float', value))),
    when: (test, then, otherwise = []) => el('responseCondition', {}, el('responseIf', {}, test, ...then), ...otherwise.length === 0 ? [] : [el('responseElse', {}, ...otherwise)])
  }
}

/** The declaration of a response. @param mapped what values earn */
export function responseDeclaration (el: Pen['el'], identifier: string, cardinality: string, baseType: string, right: readonly string[], mapped?: string): string {
  return el('responseDeclaration', { identifier, cardinality, baseType },
    ...right.length === 0 ? [] : [el('correctResponse', {}, ...right.map(value => el('value', {}, escapeXml(value))))],
    ...mapped === undefined ? [] : [mapped])
}

export function mapping (el: Pen['el'], entries: readonly (readonly [string, number])[], bounds: Attributes): string {
  return el('mapping', { ...bounds }, ...entries.map(([mapKey, value]) => el('mapEntry', { mapKey, mappedValue: num(value) })))
}

export function outcomeDeclaration (el: Pen['el'], identifier: string, cardinality: string, baseType: string, value?: number): string {
  return el('outcomeDeclaration', { identifier, cardinality, baseType }, ...value === undefined ? [] : [el('defaultValue', {}, el('value', {}, num(value)))])
}

