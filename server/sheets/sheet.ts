/** What a cell holds. A date is ISO 8601: a day (`2026-11-23`), or an instant in UTC (`2026-11-23T14:05:00.000Z`). */
export type Cell = string | number | null | { readonly date: string }

/** A table for a spreadsheet. */
export interface Sheet {
  /** on its tab; what Excel does not take in a name is taken out of it */
  readonly name: string
  /** the first is the head: bold, and it stays while the others are scrolled */
  readonly rows: readonly (readonly Cell[])[]
  /** of columns, in characters; as wide as what they hold when left out */
  readonly widths?: readonly number[]
  /** begins at the right, for Arabic */
  readonly rightToLeft?: boolean
}
