import type { Translate } from '../http/messages.ts'
import type { SlotReview } from '../quiz/quiz.ts'

/** What a control is shown with. Its own texts are in the reader's language already (`localised`). */
export interface Shown {
  readonly slot: number
  /** as saved; null for none */
  readonly answer: unknown
  /** the trainee may still answer */
  readonly open: boolean
  /** a fully right answer, where the review shows one */
  readonly right: unknown
  /** how the answer's parts fared by their keys, where the review shows it; empty else */
  readonly parts: ReadonlyMap<string, PartState>
  readonly review: Pick<SlotReview, 'state' | 'mark'>
  readonly t: Translate
  readonly language: string
  /** Where a file of an answer is found, and how large it is. */
  readonly fileAt: (id: string) => { readonly href: string, readonly size: string }
  /** Where a file is sent to. */
  readonly addAt: string
}

/** As `data-state` in the look; '' says nothing. */
export type PartState = 'right' | 'partly' | 'wrong' | 'open' | ''

/** An answer as far as pages look into it; each control reads what is its own. */
export interface Given {
  readonly choices?: readonly string[]
  readonly pairs?: Readonly<Record<string, string>>
  readonly order?: readonly string[]
  readonly text?: string
  readonly unit?: string
  readonly verdicts?: Readonly<Record<string, boolean>>
  readonly groups?: Readonly<Record<string, string>>
  readonly gaps?: Readonly<Record<string, string>>
  readonly points?: ReadonlyArray<{ readonly x: number, readonly y: number }>
  readonly drops?: Readonly<Record<string, string>>
  readonly selected?: readonly string[]
  readonly value?: number
  readonly path?: readonly string[]
  readonly files?: ReadonlyArray<{ readonly id: string, readonly name: string }>
}

/** Text of an option inside `<option>`, where no element may stand. */
export function plain (html: string): string {
  return html.replace(/<img\b[^>]*? alt="([^"]*)"[^>]*>/g, '$1').replace(/<[^>]*>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&')
}
