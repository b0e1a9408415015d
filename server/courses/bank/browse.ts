import type { Database } from '../../db/database.ts'
import { Refusal } from '../../refusals.ts'
import type { CourseCache } from '../courses.ts'
import { selectOptionalBank, type Bank } from '../queries.ts'
import { alikePairs } from './duplicates.ts'
import { normalised } from './indexed.ts'
import { countBy, countEntries, selectBankSummaries, selectEntries, selectWords, type BankEntry, type BankFilter, type BankSummary } from './queries.ts'
import { usesOf, type Use } from './uses.ts'

export type { BankSummary } from './queries.ts'

export const PAGE = 50

/** What somebody asks a bank for; '' for whatever. */
export interface Asked {
  readonly topic?: string
  readonly difficulty?: string
  readonly language?: string
  readonly kind?: string
  /** Whether published courses ask it. */
  readonly use?: '' | 'used' | 'unused'
  readonly search?: string
  /** The place that the page before ended at. */
  readonly after?: number
}

export interface BankPage {
  readonly bank: Bank
  readonly entries: ReadonlyArray<BankEntry & { readonly uses: readonly Use[] }>
  /** Where the next page begins; null on the last. */
  readonly next: number | null
  /** How many meet what was asked; null when use was asked for, which is not counted. */
  readonly count: number | null
  readonly total: number
  readonly facets: Readonly<Record<'topic' | 'difficulty' | 'kind' | 'language', ReadonlyArray<{ readonly value: string, readonly count: number }>>>
}

export async function listBankSummaries (db: Database): Promise<BankSummary[]> {
  return await selectBankSummaries(db.read)
}

/** @throws Refusal not-found */
export async function bankOf (db: Database, bankId: string): Promise<Bank> {
  const bank = await selectOptionalBank(db.read, bankId)
  if (bank === undefined) throw new Refusal('not-found')
  return bank
}

/** A page of a bank's questions, in the order in which they came.
 * @throws Refusal not-found */
export async function browseBank (db: Database, courses: CourseCache, bankId: string, { topic = '', difficulty = '', language = '', kind = '', use = '', search = '', after = 0 }: Asked): Promise<BankPage> {
  const bank = await bankOf(db, bankId)
  const filter: BankFilter = { topic, difficulty, language, kind, words: normalised(search) }
  const uses = await usesOf(db.read, courses)
  const entries = await pageOf(use, after)
  const facets = {
    topic: await countBy(db.read, bankId, 'topic'),
    difficulty: await countBy(db.read, bankId, 'difficulty'),
    kind: await countBy(db.read, bankId, 'kind'),
    language: languagesOf(bank, await countBy(db.read, bankId, 'languages'))
  }
  return {
    bank,
    entries: entries.slice(0, PAGE).map((entry) => ({ ...entry, uses: uses.get(entry.signature) ?? [] })),
    next: entries.length > PAGE ? entries[PAGE - 1]?.place ?? null : null,
    count: use === '' ? await countEntries(db.read, bank, filter) : null,
    total: facets.kind.reduce((sum, { count }) => sum + count, 0),
    facets
  }

  async function pageOf (use: NonNullable<Asked['use']>, after: number): Promise<BankEntry[]> {
    if (use === '') return await selectEntries(db.read, bank, filter, after, PAGE + 1)
    // Which are used is known here and not to the database: it is read on until the page is full.
    const found: BankEntry[] = []
    for (let from = after; found.length <= PAGE;) {
      const batch = await selectEntries(db.read, bank, filter, from, 1000)
      found.push(...batch.filter(({ signature }) => uses.has(signature) === (use === 'used')))
      const last = batch.at(-1)
      if (last === undefined || batch.length < 1000) break
      from = last.place
    }
    return found.slice(0, PAGE + 1)
  }
}

function languagesOf ({ language }: Bank, rows: ReadonlyArray<{ readonly value: string, readonly count: number }>): Array<{ value: string, count: number }> {
  const counts = new Map<string, number>()
  for (const { value, count } of rows) {
    for (const tag of value === '' ? [language] : value.trim().split(' ')) counts.set(tag, (counts.get(tag) ?? 0) + count)
  }
  return [...counts].map(([value, count]) => ({ value, count }))
}

export interface DuplicatePair {
  readonly share: number
  readonly questions: ReadonlyArray<{ readonly key: string, readonly name: string, readonly kind: string }>
}

/** Pairs of questions of a bank that say the same, or nearly, those most alike first; 200 at most.
 * @throws Refusal not-found */
export async function duplicatesIn (db: Database, bankId: string): Promise<{ readonly bank: Bank, readonly pairs: readonly DuplicatePair[] }> {
  const bank = await bankOf(db, bankId)
  const words = await selectWords(db.read, bankId)
  const byKey = new Map(words.map((row) => [row.key, row]))
  const named = (key: string): DuplicatePair['questions'][number] => ({ key, name: byKey.get(key)?.name ?? key, kind: byKey.get(key)?.kind ?? '' })
  return { bank, pairs: alikePairs(words).slice(0, 200).map(({ a, b, share }) => ({ share, questions: [named(a), named(b)] })) }
}
