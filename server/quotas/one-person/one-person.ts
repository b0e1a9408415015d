import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { cursorOf, readCursor } from '../../cursor.ts'
import { countMerge, countUnmerge, foreseeMerge, foreseeUnmerge, recordsOf, type Foreseen } from '../ledger.ts'
import { groupsOf, likenessOf, mayBeBornTogether, type Likeness } from './likeness.ts'
import {
  clearMerged, endApart, endMerge, insertApart, insertMerge, selectAlike, selectAlikeKeys, selectApart, selectApartAmong, selectApartOf, selectBornTogether, selectFollowed, selectHumansFound, selectHumansOfKey, selectGroup, selectMergeHistory,
  selectOptionalHuman, selectRecordsOf, selectRoot, setMerged, type Followed, type HeldApart, type Human, type MergeRecord
} from './queries.ts'

export type { Followed, HeldApart, Human, MergeRecord } from './queries.ts'
export type { Likeness } from './likeness.ts'

const REASON = { least: 3, most: 500 } as const

/** What is known of one human being across their records. */
export interface SamePerson {
  readonly human: Human
  /** The record that stands for all of them; the same when it is not merged. */
  readonly root: Human
  /** Every other record of the same human being. */
  readonly others: readonly Human[]
  /** Records of other people that may be the same, and what speaks for it; without those held not to be. */
  readonly alike: readonly Suggested[]
  /** Of this human being's records: what they are held apart from, or were, the newest first. */
  readonly heldApart: readonly HeldApart[]
  readonly history: readonly MergeRecord[]
  /** What merging and taking apart changed in targets, the newest first. */
  readonly followed: readonly Followed[]
  /** What taking this record out again would do; nothing for one that is not merged. */
  readonly apart: readonly Foreseen[]
}

export interface Suggested {
  readonly human: Human
  readonly why: readonly Likeness[]
}

/** Says that two records are one human being: the first is from now on counted as the second. It is a pointer: both records,
 * their accounts, enrolments and certificates stay as they are. In every target that counts persons they are one from now on.
 * Where they were held apart, that ends with it.
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
    const [from, whole] = [await selectGroup(tx, one.id), await selectGroup(tx, root)]
    const at = world.now().toISOString()
    // Before the pointer is set: the ledger needs to know who was who.
    await countMerge(tx, world, { from, into: whole })
    if (!await setMerged(tx, one.id, root)) throw new Refusal('already-merged')
    await insertMerge(tx, { id: world.newId(), personId: one.id, intoId: root, reason, by: person.id, at })
    if (await endApart(tx, from, whole, person.id, at) > 0) await audit(tx, world, { actorId: person.id, action: 'person.apart-ended', subjectType: 'person', subjectId: one.id, detail: { from: root } })
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

/** Says that two records are not one human being: they are suggested no more, nor are others of either. It says so of people, not of
 * records: whatever is merged into one of them is held apart too. Merging the two ends it; so does erasing one. Saying it again changes nothing.
 * @param input.reason how that is known; kept beside it
 * @throws Refusal not-allowed, not-found; bad-input for a reason that is none, or records that are one person already */
export async function holdApart (db: Database, world: World, person: Person, input: { readonly personId: string, readonly otherId: string, readonly reason: string }): Promise<void> {
  assertAdministrator(person)
  const reason = reasonOf(input.reason)
  await db.write(async (tx) => {
    const [one, other] = [await human(tx, input.personId), await human(tx, input.otherId)]
    await assertTwo(tx, one, other)
    if (await insertApart(tx, { id: world.newId(), personId: one.id, otherId: other.id, reason, by: person.id, at: world.now().toISOString() })) {
      await audit(tx, world, { actorId: person.id, action: 'person.held-apart', subjectType: 'person', subjectId: one.id, detail: { from: other.id, reason } })
    }
  })
}

/** Takes back that two records are not one human being: of any two of their records. Where nobody said so, nothing changes.
 * @throws Refusal not-allowed, not-found */
export async function endHeldApart (db: Database, world: World, person: Person, input: { readonly personId: string, readonly otherId: string }): Promise<void> {
  assertAdministrator(person)
  await db.write(async (tx) => {
    const [one, other] = [await human(tx, input.personId), await human(tx, input.otherId)]
    const [mine, theirs] = [await recordsOf(tx, one.id), await recordsOf(tx, other.id)]
    if (await endApart(tx, mine, theirs, person.id, world.now().toISOString()) > 0) {
      await audit(tx, world, { actorId: person.id, action: 'person.apart-ended', subjectType: 'person', subjectId: one.id, detail: { from: other.id } })
    }
  })
}

const HELD_APART = 50

/** Pairs that are held not to be one human being, the newest judgement first.
 * @param cursor `next` of the page before
 * @throws Refusal not-allowed; bad-input for a cursor that is none */
export async function listHeldApart (db: Database, person: Person, cursor?: string): Promise<{ items: readonly HeldApart[], next: string | null }> {
  assertAdministrator(person)
  const [before = null] = (readCursor(cursor ?? null, ['string']) ?? []) as readonly string[]
  const rows = await selectApart(db.read, before, HELD_APART + 1)
  const items = rows.slice(0, HELD_APART)
  return { items, next: rows.length > HELD_APART ? cursorOf([items.at(-1)?.id ?? '']) : null }
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
  const from = await selectGroup(tx, one.id)
  const heldApart = await selectApartOf(tx, group)
  const strangers: string[] = []
  for (const { one: first, other: second, endedAt } of heldApart) if (endedAt === null) strangers.push(...await recordsOf(tx, group.includes(first.id) ? second.id : first.id))
  return {
    human: one,
    root: rootId === one.id ? one : await human(tx, rootId),
    others,
    alike: (await selectAlike(tx, one, [...group, ...strangers])).map((other) => ({ human: other, why: likenessOf(one, other) })),
    heldApart,
    history: await selectMergeHistory(tx, group),
    followed: await selectFollowed(tx, group),
    apart: one.mergedInto === null ? [] : await foreseeUnmerge(tx, { from, stayed: group.filter((id) => !from.includes(id)) })
  }
}

/** Two records side by side, before they are held to be one. */
export interface Compared {
  readonly other: Human
  readonly why: readonly Likeness[]
  /** Every target that counts one of them or both, as it is and as it would be. */
  readonly counts: readonly Foreseen[]
  /** That somebody held them not to be one human being: merging them ends it. */
  readonly heldApart: readonly HeldApart[]
}

/** @throws Refusal not-allowed, not-found; bad-input for records that are one person already */
export async function compareRecords (db: Database, person: Person, personId: string, otherId: string): Promise<Compared> {
  assertAdministrator(person)
  const [one, other] = [await human(db.read, personId), await human(db.read, otherId)]
  await assertTwo(db.read, one, other)
  const [from, into] = [await recordsOf(db.read, one.id), await recordsOf(db.read, other.id)]
  const heldApart = (await selectApartOf(db.read, from)).filter(({ one, other, endedAt }) => endedAt === null && (into.includes(one.id) || into.includes(other.id)))
  return { other, why: likenessOf(one, other), counts: await foreseeMerge(db.read, { from, into }), heldApart }
}

const MOST_FOUND = 20

/** Any record but those of the same person already, by parts of a name, an address, or the serial of a certificate or a part of one:
 * for whoever knows of one that is not suggested. Where nobody has the name, those whose name is like it.
 * @throws Refusal not-allowed, not-found */
export async function findOthers (db: Database, person: Person, personId: string, typed: string): Promise<Suggested[]> {
  assertAdministrator(person)
  const one = await human(db.read, personId)
  const text = typed.trim()
  if (text === '') return []
  const group = await selectGroup(db.read, await selectRoot(db.read, one.id))
  const exactly = await selectHumansFound(db.read, { typed: text, nearly: false }, serialIn(text), MOST_FOUND + group.length)
  const found = exactly.length > 0 ? exactly : await selectHumansFound(db.read, { typed: text, nearly: true }, null, MOST_FOUND + group.length)
  return found.filter(({ id }) => !group.includes(id)).slice(0, MOST_FOUND).map((other) => ({ human: other, why: likenessOf(one, other) }))
}

/** What may be a serial or a part of one, as it is kept but without hyphens; null for what cannot be. */
function serialIn (typed: string): string | null {
  const symbols = typed.normalize('NFKC').toUpperCase().replace(/[\s\p{Dash}]/gu, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return /^(?=.*\d)[0-9A-HJKMNP-TV-Z]{4,14}$/.test(symbols) ? symbols : null
}

const GROUPS = 50
/** Of days of birth, on a page. */
const BORN = { days: 200, people: 1000 } as const

/** How many pages without a group are read on through, where all that is alike is held apart. */
const PAGES_THROUGH = 20

/** Records that may be one human being, in groups, without those held not to be. First those with the same name in whatever order, script or spelling, in one
 * country, not born on different days; then those born on one day who have a part of the name in common in one country, or the whole
 * name in two: a new passport may have another name, or be another country's. Somebody has to judge each.
 * @param cursor `next` of the page before
 * @throws Refusal not-allowed; bad-input for a cursor that is none */
export async function alikePeople (db: Database, person: Person, cursor?: string): Promise<AlikePage> {
  assertAdministrator(person)
  let page = await alikePage(db, cursor ?? null)
  for (let read = 1; page.items.length === 0 && page.next !== null && read < PAGES_THROUGH; read++) page = await alikePage(db, page.next)
  return page
}

interface AlikePage { readonly items: ReadonlyArray<readonly Human[]>, readonly next: string | null }

async function alikePage (db: Database, cursor: string | null): Promise<AlikePage> {
  const [list = 'name', key = '', country = ''] = (readCursor(cursor, ['string', 'string', 'string']) ?? []) as readonly string[]
  if (list === 'born') return await bornTogether(db, key)
  const keys = await selectAlikeKeys(db.read, cursor === null ? null : { key, country }, GROUPS + 1)
  const named: Human[][] = []
  for (const { key, country } of keys.slice(0, GROUPS)) named.push(await selectHumansOfKey(db.read, key, country))
  const items = await groupsToJudge(db, named, (one, other) => mayBeBornTogether(one.birthDay, other.birthDay))
  const last = keys[GROUPS - 1]
  if (keys.length > GROUPS && last !== undefined) return { items, next: cursorOf(['name', last.key, last.country]) }
  const born = await bornTogether(db, '')
  return { items: [...items, ...born.items], next: born.next }
}

async function bornTogether (db: Database, afterDay: string): Promise<AlikePage> {
  const { people, last } = await selectBornTogether(db.read, afterDay, BORN)
  const items = await groupsToJudge(db, [...Map.groupBy(people, ({ birthDay }) => birthDay ?? '').values()], (one, other) => {
    const name = likenessOf(one, other)[0]
    if (name === undefined || name === 'birthday') return false
    // Those of one name and one country stand in the first list.
    return one.country !== null && one.country === other.country ? name === 'part' : name !== 'part'
  })
  return { items, next: last === null ? null : cursorOf(['born', last, '']) }
}

/** Groups of those who are linked among people who have something in common. Which of them are held apart is looked up for them alone. */
async function groupsToJudge (db: Database, common: ReadonlyArray<readonly Human[]>, linked: (one: Human, other: Human) => boolean): Promise<Human[][]> {
  const groups = common.flatMap((people) => groupsOf(people, linked))
  const rootOf = await selectRecordsOf(db.read, [...new Set(groups.flat().map(({ id }) => id))])
  const apart = new Set((await selectApartAmong(db.read, [...rootOf.keys()])).flatMap(([one, other]) => {
    const [first, second] = [rootOf.get(one), rootOf.get(other)]
    return first === undefined || second === undefined ? [] : [`${first} ${second}`, `${second} ${first}`]
  }))
  return apart.size === 0 ? groups : groups.flatMap((people) => groupsOf(people, (one, other) => !apart.has(`${one.id} ${other.id}`) && linked(one, other)))
}

/** @throws Refusal bad-input for records that are one person already */
async function assertTwo (tx: Tx, one: Human, other: Human): Promise<void> {
  if (await selectRoot(tx, one.id) === await selectRoot(tx, other.id)) throw new Refusal('bad-input', {}, [{ path: 'intoId', message: 'is the same person already' }])
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
