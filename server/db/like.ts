import { sql, type RawBuilder } from 'kysely'

/** Whether a column's text holds what somebody typed, whatever its case; `%` and `_` are letters like any other.
 *
 * A database folds the case of ASCII alone (`lower` on SQLite, and on PostgreSQL with bytes compared), so what was typed in small
 * Cyrillic or Greek letters is looked for capitalised too. */
export function holds (column: string, typed: string): RawBuilder<boolean> {
  const cases = spellings(typed).map((text) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern(text)} escape '\\'`)
  return sql<boolean>`(${sql.join(cases, sql` or `)})`
}

function pattern (text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&').replace(/[A-Z]/g, (letter) => letter.toLowerCase())}%`
}

function spellings (text: string): string[] {
  const small = text.toLowerCase()
  return [...new Set([text, small, small.replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase()), text.toUpperCase()])]
}
