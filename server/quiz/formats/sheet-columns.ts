/** A row of a sheet with the line or row it stands on, from 1. */
export interface SheetRow { readonly line: number, readonly cells: readonly string[] }

/** Columns of which there is one. Their heads are written so, in any case and any order. */
export const COLUMNS = [
  'kind', 'topic', 'difficulty', 'language', 'prompt', 'right', 'tolerance', 'unit', 'points', 'feedback', 'scoring', 'shuffle', 'min words', 'max words', 'name', 'key', 'markup'
] as const
export type Column = typeof COLUMNS[number]

/** Columns of which there are several, each with its number: `option 1`. */
export const NUMBERED = ['option', 'feedback', 'hint'] as const
export type Numbered = typeof NUMBERED[number]

/** Most columns of one sort. */
export const MOST_NUMBERED = 50

/** Verdicts as people write them, in the languages that spreadsheets write truth values in. */
export const VERDICTS: Readonly<Record<string, boolean>> = {
  true: true, t: true, yes: true, y: true, 1: true, vrai: true, oui: true, verdadero: true, sí: true, صحيح: true, صح: true, نعم: true,
  false: false, f: false, no: false, n: false, 0: false, faux: false, non: false, falso: false, خطأ: false, لا: false
}

/** Two texts in a cell, with `|` between them; `\|` is a stroke of a text. */
export function pairOf (cell: string): readonly [string, string] | undefined {
  const at = /(?<!\\)(?:\\\\)*\|/.exec(cell)
  if (at === null) return undefined
  const middle = at.index + at[0].length - 1
  return [plainPart(cell.slice(0, middle)), plainPart(cell.slice(middle + 1))]
}

export function pairCell (left: string, right: string): string {
  return `${strokeless(left)} | ${strokeless(right)}`.trim()
}

function plainPart (part: string): string {
  return part.trim().replace(/\\([\\|])/g, '$1')
}

function strokeless (text: string): string {
  return text.replace(/[\\|]/g, '\\$&')
}
