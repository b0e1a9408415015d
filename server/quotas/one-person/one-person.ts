import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { hasRole, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { cursorOf, readCursor } from '../../cursor.ts'
import { countMerge, countUnmerge } from '../ledger.ts'
import {
  clearMerged, endMerge, insertMerge, selectAlike, selectAlikeKeys, selectHumansOfKey, selectGroup, selectMergeHistory, selectOptionalHuman, selectRoot, setMerged, type Human, type MergeRecord
} from './queries.ts'

export type { Human, MergeRecord } from './queries.ts'

const REASON = { least: 3, most: 500 } as const

/** What is known of one human being across their records. */
export interface SamePerson {
  readonly human: Human
  /** The record that stands for all of them; the same when it is not merged. */
  readonly root: Human
  /** Every other record of the same human being. */
  readonly others: readonly Human[]
  /** Records of other people of the same country, and of none, whose names may be the same. */
  readonly alike: readonly Human[]
  readonly history: readonly MergeRecord[]
}

/** Says that two records are one human being: the first is from now on counted as the second. It is a pointer: both records,
 * their accounts, enrolments and certificates stay as they are. In every target that counts persons they are one from now on.
 * @param input.reason how that is known; kept in the log
 * @throws Refusal not-allowed for anybody but an administrator, not-found, bad-input, already-merged */
export async function mergePeople (db: Database, world: World, person: Person, input: { readonly personId: string, readonly intoId: string, readonly reason: string }): Promise<void> {
  assertAdministrator(person)
  const { personId, intoId } = input
  const reason = reasonOf(input.reason)
  await db.write(async (tx) => {
    const one = await human(tx, personId)
    const into = await human(tx, intoId)
    const root = await selectRoot(tx, into.id)
    if (one.mergedInto !== null) throw new Refusal('already-merged')
    if (root === one.id) throw new Refusal('bad-input', {}, [{ path: 'intoId', message: 'is the same person already' }])
    // Before the pointer is set: the ledger needs to know who was who.
    await countMerge(tx, world, { from: await selectGroup(tx, one.id), into: await selectGroup(tx, root) })
    if (!await setMerged(tx, one.id, root)) throw new Refusal('already-merged')
    await insertMerge(tx, { id: world.newId(), personId: one.id, intoId: root, reason, by: person.id, at: world.now().toISOString() })
    await audit(tx, world, { actorId: person.id, action: 'person.merged', subjectType: 'person', subjectId: one.id, detail: { into: root, reason } })
  })
}

/** Takes a merge back: the counts follow.
 * @throws Refusal not-allowed, not-found, bad-input, not-merged */
export async function unmergePerson (db: Database, world: World, person: Person, input: { readonly personId: string, readonly reason: string }): Promise<void> {
  assertAdministrator(person)
  const reason = reasonOf(input.reason)
  await db.write(async (tx) => {
    const one = await human(tx, input.personId)
    if (one.mergedInto === null) throw new Refusal('not-merged')
    const root = await selectRoot(tx, one.id)
    if (!await clearMerged(tx, one.id)) throw new Refusal('not-merged')
    await countUnmerge(tx, world, { from: await selectGroup(tx, one.id), stayed: await selectGroup(tx, root) })
    await endMerge(tx, one.id, person.id, world.now().toISOString())
    await audit(tx, world, { actorId: person.id, action: 'person.unmerged', subjectType: 'person', subjectId: one.id, detail: { from: root, reason } })
  })
}

/** @throws Refusal not-allowed, not-found */
export async function samePerson (db: Database, person: Person, personId: string): Promise<SamePerson> {
  assertAdministrator(person)
  const tx = db.read
  const one = await human(tx, personId)
  const rootId = await selectRoot(tx, one.id)
  const group = await selectGroup(tx, rootId)
  const others: Human[] = []
  for (const id of group) if (id !== one.id) others.push(await human(tx, id))
  const alike = (await selectAlike(tx, one)).filter(({ id }) => !group.includes(id))
  return { human: one, root: rootId === one.id ? one : await human(tx, rootId), others, alike, history: await selectMergeHistory(tx, group) }
}

const GROUPS = 50

/** Records that may be one human being, in groups: the same name in whatever order, script or spelling, in one country, not born
 * on different days, and not merged. Somebody has to judge each.
 * @param cursor `next` of the page before
 * @throws Refusal not-allowed; bad-input for a cursor that is none */
export async function alikePeople (db: Database, person: Person, cursor?: string): Promise<{ items: ReadonlyArray<readonly Human[]>, next: string | null }> {
  assertAdministrator(person)
  const after = readCursor(cursor ?? null, ['string', 'string']) as readonly [string, string] | null
  const keys = await selectAlikeKeys(db.read, after === null ? null : { key: after[0], country: after[1] }, GROUPS + 1)
  const items: Human[][] = []
  for (const { key, country } of keys.slice(0, GROUPS)) {
    const group = await selectHumansOfKey(db.read, key, country)
    const days = new Set(group.flatMap(({ birthDay }) => birthDay === null ? [] : [birthDay]))
    // Where every birthday is known, those of one day belong together.
    const parts = group.some(({ birthDay }) => birthDay === null) ? [group] : [...days].map((day) => group.filter(({ birthDay }) => birthDay === day))
    items.push(...parts.filter((part) => part.length > 1))
  }
  const last = keys[GROUPS - 1]
  return { items, next: keys.length > GROUPS && last !== undefined ? cursorOf([last.key, last.country]) : null }
}

async function human (tx: Tx, id: string): Promise<Human> {
  const found = await selectOptionalHuman(tx, id)
  if (found === undefined) throw new Refusal('not-found')
  return found
}

function reasonOf (typed: string): string {
  const reason = typed.trim()
  if (reason.length < REASON.least || reason.length > REASON.most) {
    throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON.least} to ${REASON.most} characters` }])
  }
  return reason
}

function assertAdministrator (person: Person): void {
  if (!hasRole(person, 'administrator')) throw new Refusal('not-allowed')
}
