import type { Answer } from '../kinds/index.ts'
import { bytesToBase64 } from './base64.ts'
import type { Draft, FormatProblem, QuestionFile } from './format.ts'
import type { Wording } from './markup.ts'
import { sizeOf, type Write } from './moodle-parts.ts'
import type { PackageFiles } from './package-files.ts'
import { readiedItem, type QtiResponses } from './qti-processing.ts'
import type { Session, Variable } from './qti-session.ts'
import { htmlOf, wordingOf, type Writer } from './qti-texts.ts'
import type { Scalar } from './qti-values.ts'
import { attribute, insideOf, numberIn, wordIn } from './qti-vocabulary.ts'
import { textIn, type XmlElement } from './xml.ts'

/** An item being read. */
export interface QtiItem {
  readonly root: XmlElement
  readonly body: XmlElement
  /** after template processing */
  readonly session: Session
  readonly writer: Writer
  note (severity: FormatProblem['severity'], message: string): void
  /** a file of the package that the item stands in, by its address in the item */
  file (href: string): Uint8Array | undefined
}

/** An answer as the item takes it, and as the question made of it does. */
export interface Sample {
  readonly responses: QtiResponses
  readonly answer: Answer
  /** what of the question is in it: keys of choices, accepted texts; for what each earns and which feedback is of it */
  readonly parts: readonly string[]
}

/** What a sample came to by the item's own rules. */
export interface Scored extends Sample {
  readonly score: number
  /** indices of the feedback that was shown */
  readonly shown: ReadonlySet<number>
}

/** What is known of parts by the samples. */
export interface Worths {
  /** what the sample of this part alone earns of the whole; 0 where there is no such sample */
  fraction (part: string): number
  feedback (part: string): { readonly feedback?: string }
  /** what is said of a part, in plain words; '' for nothing */
  words (part: string): string
  /** what the sample of exactly these parts earns of the whole; undefined where there is no such sample */
  together (parts: readonly string[]): number | undefined
  /** the highest score of all */
  readonly best: number
}

/** What an interaction is read into: samples of answers, and definitions to be held against them, the likeliest first. */
export type Asked = {
  readonly texts: readonly Wording[]
  readonly samples: readonly Sample[]
  readonly drafts: (write: Write, worths: Worths) => readonly Draft[]
  /** in place of the whole body */
  readonly prompt?: Wording
  /** of values that are drawn: those of the samples, and what writes them in texts: as marks, for each of which stands a variable or formula */
  readonly drawn?: { readonly values: Readonly<Record<string, number>>, readonly writer: Writer, readonly marks: readonly string[] }
} | { readonly problem: string }

/** What stands in a text for a gap until the text is written in its markup. */
export function gapMark (key: string): string {
  return `\ue000${key}\ue001`
}

/** A text with its gaps, in its markup. What would be read as a gap is hidden. */
export function writeGapped (write: Write, wording: Wording): string {
  const { text, format } = wording
  return write({ format, text: format === 'html' ? text.replaceAll('{{', '{&#123;') : text }).replace(/\ue000([a-z0-9-]+)\ue001/g, '{{$1}}')
}

const KEY = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Keys for identifiers: as they are where they are keys, else made from them; each once. */
export function keysFor (identifiers: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set<string>()
  return new Map(identifiers.map((identifier) => {
    const plain = identifier.replace(/^_(?=\d)/, '')
    const wanted = plain.length <= 64 && KEY.test(plain) ? plain : plain.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 50).replace(/-$/, '')
    let key = wanted === '' ? 'x' : wanted
    for (let number = 2; used.has(key); number++) key = `${wanted === '' ? 'x' : wanted}-${number}`
    used.add(key)
    return [identifier, key]
  }))
}

export function identifierOf (element: XmlElement): string {
  return wordIn(element, 'identifier')
}

/** The variable that an interaction is bound to. */
export function responseOf (element: XmlElement, item: QtiItem): Variable | undefined {
  return item.session.variables.get(wordIn(element, 'responseIdentifier'))
}

/** Values of the right response. */
export function rightItems (variable: Variable): readonly Scalar[] {
  return variable.correct?.items ?? []
}

/** Values as a variable takes them. */
export function responseIn ({ identifier, cardinality }: Variable, values: readonly Scalar[]): QtiResponses {
  return { [identifier]: cardinality === 'multiple' || cardinality === 'ordered' ? values : values[0] ?? null }
}

export function wording (element: XmlElement, item: QtiItem): Wording {
  return wordingOf(element.children, item.writer)
}

/** The text of an element, or something in its place where it has none. */
export function wordingOr (element: XmlElement, item: QtiItem, otherwise: string): Wording {
  const found = wording(element, item)
  return found.text === '' ? { text: otherwise, format: 'plain' } : found
}

/** The prompt: a block of that class where there is no other text, else all of the body. */
export function promptOf (body: XmlElement, writer: Writer): Wording {
  const full = body.children.filter(child => typeof child !== 'string' || child.trim() !== '')
  const [first] = full
  const rest = htmlOf(full.slice(1), { ...writer, leftOut: () => {} }).replace(/<[^<>]*>/g, '')
  const own = typeof first === 'object' && attribute(first, 'class') === 'prompt' && rest.trim() === '' ? first.children : body.children
  return wordingOf(own, writer)
}

const FEEDBACK = new Set(['modalFeedback', 'feedbackInline', 'feedbackBlock'])

/** Every feedback of an item. */
export function feedbackIn (root: XmlElement): XmlElement[] {
  return insideOf(root, FEEDBACK)
}

const NOTHING_SHOWN: ReadonlySet<number> = new Set()

/** Steps that trying all samples of an item may take. */
const MOST_STEPS = 2_000_000

/** Scores samples by the item's own rules. */
export function scoreSamples (item: QtiItem, samples: readonly Sample[], feedback: readonly XmlElement[], limit: number): Scored[] {
  const budget = { left: MOST_STEPS }
  const score = readiedItem(item.root, budget)
  const known = new Map<string, Pick<Scored, 'score' | 'shown'>>()
  return samples.slice(0, limit).flatMap(sample => {
    const given = JSON.stringify(sample.responses)
    const same = known.get(given)
    if (same !== undefined) return [{ ...sample, ...same }]
    if (budget.left < 0) return []
    const { outcomes, problems } = score(sample.responses)
    for (const { message } of problems) item.note('changed', `of its own rules: ${message}`)
    if (budget.left < 0) return []
    const shown = feedback.length === 0 ? NOTHING_SHOWN : new Set(feedback.flatMap((element, index) => isShownBy(element, outcomes) ? [index] : []))
    const came = { score: scoreOf(outcomes), shown }
    known.set(given, came)
    return [{ ...sample, ...came }]
  })
}

function isShownBy (element: XmlElement, outcomes: Readonly<Record<string, unknown>>): boolean {
  const held = outcomes[wordIn(element, 'outcomeIdentifier')]
  const values = Array.isArray(held) ? held : [held]
  return values.some(value => value !== null && value !== undefined && String(value) === identifierOf(element)) === ((attribute(element, 'showHide') ?? 'show') === 'show')
}

function scoreOf (outcomes: Readonly<Record<string, unknown>>): number {
  const score = outcomes.SCORE
  return Number(score ?? 0) || 0
}

/** A picture that is asked about: its bytes where the package has it, else its address. */
export function pictureOf (element: XmlElement | undefined, item: QtiItem): Picture & { readonly width: number, readonly height: number } | { readonly problem: string } {
  const picture = smallPictureOf(element, item)
  if ('problem' in picture) return picture
  const { width, height } = picture
  return width === undefined || height === undefined ? { problem: 'the size of its picture is not known' } : { ...picture, width, height }
}

interface Picture { readonly src: string, readonly width?: number, readonly height?: number, readonly alt: string }

/** A picture whose size may be unknown. */
export function smallPictureOf (element: XmlElement | undefined, item: QtiItem): Picture | { readonly problem: string } {
  const href = element === undefined ? '' : attribute(element, 'data') ?? wordIn(element, 'src')
  if (element === undefined || href === '') return { problem: 'its picture is missing' }
  const file = item.file(href)
  const base64 = file === undefined ? '' : bytesToBase64(file)
  const size = sizeOf(base64)
  const [width = 0, height = 0] = [numberIn(element, 'width') ?? size?.width, numberIn(element, 'height') ?? size?.height]
  const alt = attribute(element, 'alt') ?? textIn(element).replace(/\s+/g, ' ').trim()
  if (alt.trim() === '') item.note('changed', 'what the pictures show is to be described in words')
  return { src: size === undefined ? href : `data:image/${size.type};base64,${base64}`, ...width > 0 && { width }, ...height > 0 && { height }, alt: alt.trim() === '' ? 'Picture' : alt }
}

/** A picture inside an element, whichever way it is written. */
export function pictureElement (element: XmlElement): XmlElement | undefined {
  return insideOf(element, PICTURE)[0]
}

const PICTURE = new Set(['object', 'img'])
const MEDIA = new Set(['img', 'object', 'audio', 'video', 'source', 'track'])

/** Files of the package that texts of the item refer to. */
export function filesOf (item: QtiItem): QuestionFile[] {
  return mediaIn(item.root, item.file)
}

/** Files of a package that an element shows or plays, each once. */
export function mediaIn (element: XmlElement, file: QtiItem['file']): QuestionFile[] {
  const files = new Map<string, QuestionFile>()
  for (const shown of insideOf(element, MEDIA)) {
    const href = attribute(shown, 'src') ?? wordIn(shown, 'data')
    const bytes = href === '' ? undefined : file(href)
    if (bytes !== undefined) files.set(href, { name: href, bytes: bytesToBase64(bytes) })
  }
  return [...files.values()]
}

/** A file of a package by its address in another: relative to it, with escapes undone, never outside of the package. */
export function fileIn (files: PackageFiles, from: string, href: string): Uint8Array | undefined {
  const path = pathIn(from, href)
  return path === undefined ? undefined : files.get(path)
}

/** The path that an address in a file of a package means; undefined for what is outside of it. */
export function pathIn (from: string, href: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href)) return undefined
  const path: string[] = href.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of unescaped(href.replace(/[?#].*$/, '')).split('/')) {
    if (part === '..' && path.pop() === undefined) return undefined
    if (part !== '' && part !== '.' && part !== '..') path.push(part)
  }
  return path.join('/')
}

function unescaped (href: string): string {
  return href.replace(/(?:%[0-9a-f]{2})+/gi, escapes => new TextDecoder().decode(Uint8Array.from(escapes.slice(1).split('%'), hex => Number.parseInt(hex, 16))))
}
