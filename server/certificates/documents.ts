import type { Tx } from '../db/database.ts'
import { countDocuments, selectWrongDocuments } from './queries.ts'

const MOST_PROBLEMS = 50

/** Holds what is kept of replaced documents and of renewals against the certificates: every serial that was replaced leads to the
 * one that stands, none stands twice, and what renews is later and of the same course. For `muster verify`: it changes nothing.
 * @param tx sees one moment */
export async function checkDocuments (tx: Tx): Promise<{ readonly certificates: number, readonly replaced: number, readonly problems: readonly string[] }> {
  return { ...await countDocuments(tx), problems: (await selectWrongDocuments(tx)).slice(0, MOST_PROBLEMS) }
}
