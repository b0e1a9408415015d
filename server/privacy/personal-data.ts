import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import { assertAdministrator, hasRole, type Person } from '../person.ts'
import { existsAdministrator } from '../people/queries.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { countHeldOn, erase, selectFacts, selectHeldOn, selectOptionalSubject, sumLogOf, type Subject } from './queries.ts'

const REASON = { least: 3, most: 500 } as const

/** Everything that is kept about one person, by what it is; passwords and other secrets are not in it. */
export interface PersonalData {
  readonly madeAt: string
  readonly data: Record<string, Array<Record<string, unknown>>>
}

/** Whose data.
 * @throws Refusal not-allowed, not-found */
export async function subjectOf (db: Database, person: Person, personId: string): Promise<Subject> {
  return await subject(db.read, person, personId)
}

/** A copy of everything kept about one person, for an administrator or for themselves.
 * @throws Refusal not-allowed for anybody else, not-found */
export async function personalData (db: Database, world: World, person: Person, personId: string): Promise<PersonalData> {
  const whose = await subject(db.read, person, personId)
  const data = await db.atOneMoment(async (tx) => await selectHeldOn(tx, whose))
  await db.write(async (tx) => {
    await audit(tx, world, { actorId: person.id, action: 'person.data-copied', subjectType: 'person', subjectId: personId })
  })
  return { madeAt: world.now().toISOString(), data: Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, rows.map(readJson)])) }
}

/** How much is kept about whoever asks, by what it is; for a page. Looking is not noted: nothing leaves the house. */
export async function heldOnMe (db: Database, person: Person): Promise<{ readonly counts: Readonly<Record<string, number>>, readonly facts: Record<string, unknown>, readonly log: Awaited<ReturnType<typeof sumLogOf>> }> {
  return await db.atOneMoment(async (tx) => {
    const whose = await subject(tx, person, person.id)
    return { counts: await countHeldOn(tx, whose), facts: { ...await selectFacts(tx, whose) }, log: await sumLogOf(tx, person.id) }
  })
}

/** Erases whatever says who somebody was: name, address, agency, rank, birthday, mails, and the texts and files they wrote. Their
 * certificates stay, without the name: serial, country, agency and rank are what was counted, so every figure of every year can
 * still be proved. It cannot be undone. Erasing twice changes nothing.
 *
 * Backups made before keep the data until they are thrown away; the log keeps who did what by number alone, and the reasons that
 * people wrote.
 * @param input.email the person's address, typed once more
 * @throws Refusal not-allowed for anybody but an administrator, not-found, bad-input, last-administrator */
export async function erasePerson (db: Database, world: World, person: Person, input: { readonly personId: string, readonly email: string, readonly reason: string }): Promise<void> {
  assertAdministrator(person)
  const { personId } = input
  const reason = input.reason.trim()
  await db.write(async (tx) => {
    const whose = await subject(tx, person, personId)
    if (whose.erasedAt !== null) return
    const problems = []
    if (input.email.trim().toLowerCase() !== whose.email) problems.push({ path: 'email', message: 'is not the address of this person' })
    if (reason.length < REASON.least || reason.length > REASON.most) problems.push({ path: 'reason', message: `must have ${REASON.least} to ${REASON.most} characters` })
    if (problems.length > 0) throw new Refusal('bad-input', {}, problems)
    if (!await existsAdministrator(tx, personId)) throw new Refusal('last-administrator')
    await erase(tx, whose, `${personId}@erased.invalid`, world.now().toISOString())
    await audit(tx, world, { actorId: person.id, action: 'person.erased', subjectType: 'person', subjectId: personId, detail: { reason } })
  })
}

async function subject (tx: Tx, person: Person, personId: string): Promise<Subject> {
  if (person.id !== personId && !hasRole(person, 'administrator')) throw new Refusal('not-allowed')
  const found = await selectOptionalSubject(tx, personId)
  if (found === undefined) throw new Refusal('not-found')
  return found
}

/** Answers and details are kept as JSON text. */
function readJson (row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, (name === 'answer' || name === 'detail') && typeof value === 'string' ? JSON.parse(value) as unknown : value as unknown]))
}
