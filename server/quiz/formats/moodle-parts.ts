import { fractionOfPercent, letter, plainNumber, type Draft, type FormatProblem, type QuestionFile } from './format.ts'
import type { Wording, WordingFormat } from './markup.ts'
import { allIn, elementIn, elementsIn, textIn, type XmlElement } from './xml.ts'

/** A question element, with the format of its text, which its other texts have unless they say otherwise. */
export interface MoodleQuestion {
  readonly element: XmlElement
  readonly prompt: Wording
  note (severity: FormatProblem['severity'], message: string): void
}

const FORMATS: Readonly<Record<string, WordingFormat>> = {
  html: 'html', moodle_auto_format: 'moodle', plain_text: 'plain', markdown: 'markdown'
}

/** The `text` inside an element, as it is written. */
export function valueOf (element: XmlElement | undefined): string {
  return textIn(elementIn(element, 'text') ?? element).trim()
}

/** A setting of a question: the text of one of its elements. */
export function setting ({ element }: MoodleQuestion, name: string): string {
  return valueOf(elementIn(element, name))
}

export function isOn ({ element }: MoodleQuestion, name: string, otherwise: boolean): boolean {
  const found = elementIn(element, name)
  return found === undefined ? otherwise : !['0', 'false'].includes(valueOf(found))
}

/** A number of a question; undefined where there is none. */
export function numberIn (question: MoodleQuestion, name: string): number | undefined {
  return plainNumber(setting(question, name))
}

/** A text with its own format. Files stand beside the text. */
export function wordingOf (element: XmlElement | undefined, otherwise: WordingFormat = 'html'): Wording {
  const format = element?.attributes.get('format')
  return { text: valueOf(element), format: format === undefined ? otherwise : FORMATS[format] ?? otherwise }
}

/** One answer: what it is, what it earns, what is said of it. */
export interface MoodleAnswer { readonly element: XmlElement, readonly answer: Wording, readonly fraction: number, readonly feedback: Wording }

export function answersIn ({ element, prompt }: MoodleQuestion): MoodleAnswer[] {
  return elementsIn(element, 'answer').map(element => ({
    element,
    answer: wordingOf(element, prompt.format),
    fraction: fractionOfPercent(plainNumber(element.attributes.get('fraction') ?? '0') ?? 0),
    feedback: wordingOf(elementIn(element, 'feedback'), prompt.format)
  }))
}

/** What a type makes of a question: its texts, so that they are brought into one markup, then its definition in that. */
export type Read = {
  readonly texts: readonly Wording[]
  readonly draft: (write: Write) => Draft
  /** true: the question's text is in the draft, and the prompt is its name */
  readonly ownText?: boolean
} | { readonly problem: string }

export type Write = (wording: Wording) => string

/** A field for a text that may be empty. */
export function said<K extends string> (name: K, wording: Wording, write: Write): { readonly [key in K]?: string } {
  return (wording.text === '' ? {} : { [name]: write(wording) }) as { readonly [key in K]?: string }
}

/** A choice or several, with what each earns. A single wrong choice may take marks away. */
export function choiceFields (answers: readonly { readonly answer: Wording, readonly fraction: number, readonly feedback: Wording }[], single: boolean, write: Write): object {
  const severalRight = single && answers.filter(({ fraction }) => fraction === 1).length > 1
  return {
    choices: answers.map(({ answer, fraction, feedback }, index) => ({
      key: letter(index),
      text: write(answer),
      ...fraction === 1 && !severalRight ? { correct: true } : fraction === 0 ? {} : { fraction },
      ...said('feedback', feedback, write)
    })),
    ...!single && { maxChoices: 0 },
    ...single && answers.some(({ fraction }) => fraction < 0) && { scoring: 'partial-negative' }
  }
}

/** Texts that are accepted, each with what it earns. */
export function acceptedTexts (answers: readonly { readonly answer: Wording, readonly fraction: number, readonly feedback: Wording }[], write: Write): object[] {
  return answers.map(({ answer: { text }, fraction, feedback }) => (fraction === 1 && feedback.text === '' ? text : {
    text, ...fraction !== 1 && { fraction: Math.max(0, fraction) }, ...said('feedback', feedback, write)
  }) as object)
}

/** Numbers that are accepted: one alone, or several with what each earns. */
export function acceptedNumbers (answers: readonly { readonly number: object, readonly fraction: number, readonly feedback: Wording }[], write: Write): object {
  const [only, another] = answers
  if (only !== undefined && another === undefined && only.fraction === 1 && only.feedback.text === '' && 'value' in only.number) return only.number
  return {
    answers: answers.map(({ number, fraction, feedback }) => ({ ...number, ...fraction !== 1 && { fraction: Math.max(0, fraction) }, ...said('feedback', feedback, write) }))
  }
}

/** Files anywhere inside the question, each once. */
export function filesIn (element: XmlElement): QuestionFile[] {
  const files = new Map<string, QuestionFile>()
  for (const file of allIn(element, 'file')) {
    const name = `${(file.attributes.get('path') ?? '/').replace(/^\//, '')}${file.attributes.get('name') ?? 'file'}`
    files.set(name, { name, bytes: textIn(file).replace(/\s+/g, '') })
  }
  return [...files.values()]
}

const TYPES = { png: 'image/png', gif: 'image/gif', jpeg: 'image/jpeg' } as const

/** A picture given as a file in base64, with the size that its own first bytes tell. */
export function pictureIn (element: XmlElement): { readonly src: string, readonly width: number, readonly height: number } | undefined {
  const file = elementIn(element, 'file')
  if (file === undefined) return undefined
  const base64 = textIn(file).replace(/\s+/g, '')
  const size = sizeOf(base64)
  return size === undefined ? undefined : { src: `data:${TYPES[size.type]};base64,${base64}`, width: size.width, height: size.height }
}

/** The sort and size of a picture by its first bytes: PNG (IHDR), GIF (logical screen) or JPEG (the frame header). */
export function sizeOf (base64: string): { readonly type: keyof typeof TYPES, readonly width: number, readonly height: number } | undefined {
  const bytes = bytesOf(base64.slice(0, 400_000))
  const word = (at: number): number => (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0)
  if (word(0) === 0x8950) return positive('png', word(16) * 65536 + word(18), word(20) * 65536 + word(22))
  if (word(0) === 0x4749) return positive('gif', (bytes[6] ?? 0) | (bytes[7] ?? 0) << 8, (bytes[8] ?? 0) | (bytes[9] ?? 0) << 8)
  if (word(0) !== 0xffd8) return undefined
  for (let at = 2; bytes[at] === 0xff && at < bytes.length; at += 2 + word(at + 2)) {
    const marker = bytes[at + 1]!
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return positive('jpeg', word(at + 7), word(at + 5))
  }
  return undefined
}

function positive (type: keyof typeof TYPES, width: number, height: number): ReturnType<typeof sizeOf> {
  return width > 0 && height > 0 ? { type, width, height } : undefined
}

function bytesOf (base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64.slice(0, base64.length - base64.length % 4)), character => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
