import { sql, type RawBuilder } from 'kysely'
import { holds } from '../../db/like.ts'
import { heardAs, typosOf, wordsOf } from '../words.ts'

/** What somebody typed to find a person. */
export interface Asked {
  readonly typed: string
  /** Whether names that sound alike, or differ in a letter, will do as well. */
  readonly nearly: boolean
}

/** Whether the row of `person` has a name with every word that was typed, in whatever order, script and accents. */
export function named ({ typed, nearly }: Asked): RawBuilder<boolean> {
  const words = wordsOf(typed)
  // An address is looked for as it stands.
  if (words.length === 0 || typed.includes('@')) return holds('person.name', typed)
  return sql<boolean>`(${sql.join(words.map((word) => nearly ? likely(word, words) : like('person.words', `%${word}%`)), sql` and `)})`
}

function likely (word: string, words: readonly string[]): RawBuilder<boolean> {
  const heard = heardAs(word, words)
  const ways = [like('person.words', `%${word}%`), ...typosOf(word).map((typo) => like('person.words', `% ${typo} %`))]
  if (heard !== null) ways.push(...['person.name_key', 'person.latin_key'].map((key) => sql<boolean>`' ' || ${sql.ref(key)} || ' ' like ${`% ${heard} %`}`))
  return sql<boolean>`(${sql.join(ways, sql` or `)})`
}

/** Words hold letters and digits alone, so that `_` in a pattern is any letter and nothing has to be escaped. */
function like (column: string, pattern: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} like ${pattern}`
}
