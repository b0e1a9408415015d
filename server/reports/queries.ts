import { sql, type Expression } from 'kysely'
import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedRows, type Value } from '../db/prepared.ts'
import { named, type Asked } from '../people/named/queries.ts'
import { rootIn, selectMergedPeople } from '../quotas/one-person/queries.ts'

export interface ReadyFilter {
  /** Slugs; a person must hold a valid certificate of each. None: of any course. */
  readonly courses: readonly string[]
  /** null: every country. */
  readonly countries: readonly string[] | null
  readonly rank: string | null
  readonly language: string | null
  /** ISO instant at which the certificates must still be valid. */
  readonly at: string
  readonly after: { readonly name: string, readonly id: string } | null
  readonly limit: number
}

export interface PersonLine {
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly language: string
  readonly email: string
}

const PERSON = [
  'person.id as personId', 'person.name', 'person.country', 'person.agency', 'person.rank', 'person.locale as language', 'account.email'
] as const

/** By name; of a human being with several records, the one that stands for all of them, with what any of them holds. */
export async function selectReady (tx: Tx, filter: ReadyFilter): Promise<PersonLine[]> {
  const { courses, countries, rank, language, at, after, limit } = filter
  const merged = tx.withRecursive('merged', (start) => start.selectFrom('person').select(['id', 'merged_into as into']).where('merged_into', 'is not', null)
    .unionAll(start.selectFrom('merged').innerJoin('person', 'person.id', 'merged.into').select(['merged.id', 'person.merged_into as into']).where('merged_into', 'is not', null)))
  let query = merged.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id').select(PERSON)
    .where('account.state', '!=', 'deactivated').where('person.merged_into', 'is', null)
    .orderBy('person.name').orderBy('person.id').limit(limit)
  for (const slug of courses.length === 0 ? [null] : courses) {
    // Asked of each person in turn, in the order of names, until the page is full: not of every certificate there is.
    query = query.where((holds) => {
      const heldBy = (record: Expression<string>) => {
        const valid = holds.selectFrom('certificate').select('certificate.id').where('certificate.person_id', '=', record).where('revoked_at', 'is', null)
          .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
        return holds.exists(slug === null ? valid : valid.where('course_slug', '=', slug))
      }
      return holds.or([
        heldBy(holds.ref('person.id')),
        holds('person.id', 'in', holds.selectFrom('merged').select('merged.into').where('merged.into', 'is not', null).where(({ ref }) => heldBy(ref('merged.id'))).$narrowType<{ into: string }>())
      ])
    })
  }
  if (countries !== null) query = query.where('person.country', 'in', countries.length === 0 ? [''] : [...countries])
  if (rank !== null) query = query.where(holds('person.rank', rank))
  if (language !== null) query = query.where('person.locale', '=', language)
  if (after !== null) {
    query = query.where((where) => where.or([
      where('person.name', '>', after.name), where.and([where('person.name', '=', after.name), where('person.id', '>', after.id)])
    ]))
  }
  return await query.execute()
}

export interface Held {
  readonly id: string
  readonly serial: string
  readonly personId: string
  readonly courseSlug: string
  readonly courseTitle: string
  readonly expiresAt: string | null
}

/** Standing certificates that are valid at an instant, of some people; of some courses, or of all. What another record of the same
 * human being holds is theirs too. */
export async function selectHeld (tx: Tx, personIds: readonly string[], courses: readonly string[], at: string): Promise<Held[]> {
  if (personIds.length === 0) return []
  const recordsOf = await groupsIn(tx)
  const holders = new Map<string, string[]>()
  for (const id of personIds) for (const record of recordsOf(id)) holders.set(record, [...holders.get(record) ?? [], id])
  const held = await selectHeldByRecords(tx, [...holders.keys()], courses, at)
  return held.flatMap((one) => (holders.get(one.personId) ?? []).map((personId) => ({ ...one, personId })))
}

/** Every record of a human being by any of them. */
async function groupsIn (tx: Tx): Promise<(personId: string) => readonly string[]> {
  const merged = await selectMergedPeople(tx)
  const groups = Map.groupBy(merged.keys(), (id) => rootIn(merged, id))
  return (personId) => {
    const root = rootIn(merged, personId)
    return [root, ...groups.get(root) ?? []]
  }
}

async function selectHeldByRecords (tx: Tx, personIds: readonly string[], courses: readonly string[], at: string): Promise<Held[]> {
  let query = tx.selectFrom('certificate')
    .select(['id', 'serial', 'person_id as personId', 'course_slug as courseSlug', 'course_title as courseTitle', 'expires_at as expiresAt'])
    .where('person_id', 'in', [...personIds]).where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
    .orderBy('issued_at').orderBy('id')
  if (courses.length > 0) query = query.where('course_slug', 'in', [...courses])
  return await query.execute()
}

export interface Team {
  readonly id: string
  readonly name: string
  readonly purpose: string
  /** Slugs of the courses that each member must hold a valid certificate of. */
  readonly courses: readonly string[]
  readonly ownerId: string
  readonly ownerName: string
  readonly createdAt: string
  /** Rises with every edit of name, purpose or courses, and whenever somebody is put on the list or taken off it. */
  readonly version: number
  readonly disbandedAt: string | null
}

function teams (tx: Tx) {
  return tx.selectFrom('team').innerJoin('person', 'person.id', 'team.owner_id').select([
    'team.id', 'team.name', 'purpose', 'courses', 'owner_id as ownerId', 'person.name as ownerName', 'team.created_at as createdAt', 'version',
    'disbanded_at as disbandedAt'
  ])
}

function teamOf ({ courses, ...row }: Omit<Team, 'courses'> & { readonly courses: string }): Team {
  return { ...row, courses: JSON.parse(courses) as string[] }
}

/** The newest first; those that stand only. @param ownerId null for everybody's */
export async function selectTeams (tx: Tx, ownerId: string | null): Promise<Team[]> {
  let query = teams(tx).where('disbanded_at', 'is', null).orderBy('team.id', 'desc')
  if (ownerId !== null) query = query.where('owner_id', '=', ownerId)
  return (await query.execute()).map(teamOf)
}

export async function selectOptionalTeam (tx: Tx, id: string): Promise<Team | undefined> {
  const row = await teams(tx).where('team.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : teamOf(row)
}

export async function insertTeam (tx: Tx, team: Pick<Team, 'id' | 'name' | 'purpose' | 'courses' | 'ownerId' | 'createdAt'>): Promise<void> {
  await tx.insertInto('team').values({
    id: team.id,
    name: team.name,
    purpose: team.purpose,
    courses: JSON.stringify(team.courses),
    owner_id: team.ownerId,
    created_at: team.createdAt,
    version: 1,
    disbanded_at: null
  }).execute()
}

/** @returns false when it is no longer at that version, or disbanded */
export async function updateTeam (tx: Tx, id: string, version: number, change: Pick<Team, 'name' | 'purpose' | 'courses'>): Promise<boolean> {
  const result = await tx.updateTable('team')
    .set({ name: change.name, purpose: change.purpose, courses: JSON.stringify(change.courses), version: version + 1 })
    .where('id', '=', id).where('version', '=', version).where('disbanded_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** That its people changed. */
export async function raiseTeamVersion (tx: Tx, id: string): Promise<void> {
  await tx.updateTable('team').set(({ eb }) => ({ version: eb('version', '+', 1) })).where('id', '=', id).execute()
}

/** @returns false when it is no longer at that version, or was disbanded before */
export async function updateDisbanded (tx: Tx, id: string, version: number, at: string): Promise<boolean> {
  const result = await tx.updateTable('team').set({ disbanded_at: at }).where('id', '=', id).where('version', '=', version).where('disbanded_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** What was done with a list, the latest first. @param actions of the audit log */
export async function selectTeamChanges (tx: Tx, id: string, actions: readonly string[], limit: number): Promise<Array<{ action: string, by: string | null, at: string }>> {
  return await tx.selectFrom('audit_entry').leftJoin('person', 'person.id', 'audit_entry.actor_id').select(['action', 'person.name as by', 'at'])
    .where('subject_type', '=', 'team').where('subject_id', '=', id).where('action', 'in', [...actions]).orderBy('seq', 'desc').limit(limit).execute()
}

export async function selectMembers (tx: Tx, teamIds: readonly string[]): Promise<Array<PersonLine & { teamId: string }>> {
  if (teamIds.length === 0) return []
  return await tx.selectFrom('team_member').innerJoin('person', 'person.id', 'team_member.person_id').innerJoin('account', 'account.person_id', 'person.id')
    .select([...PERSON, 'team_member.team_id as teamId']).where('team_member.team_id', 'in', [...teamIds])
    .orderBy('person.name').orderBy('person.id').execute()
}

/** Of some people, those who exist, with their countries. */
export async function selectCountriesOf (tx: Tx, personIds: readonly string[]): Promise<Array<{ id: string, country: string | null }>> {
  if (personIds.length === 0) return []
  return await tx.selectFrom('person').select(['id', 'country']).where('id', 'in', [...personIds]).execute()
}

/** Somebody who is a member already is passed over. @returns how many are new */
export async function insertMembers (tx: Tx, teamId: string, personIds: readonly string[], at: string): Promise<number> {
  if (personIds.length === 0) return 0
  const result = await tx.insertInto('team_member').values(personIds.map((id) => ({ team_id: teamId, person_id: id, added_at: at })))
    .onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0)
}

/** @returns false for somebody who is no member */
export async function deleteMember (tx: Tx, teamId: string, personId: string): Promise<boolean> {
  const result = await tx.deleteFrom('team_member').where('team_id', '=', teamId).where('person_id', '=', personId).executeTakeFirst()
  return Number(result.numDeletedRows) === 1
}

export interface Warning {
  readonly teamId: string
  readonly personId: string
  readonly courseSlug: string
  /** lapsing: the best certificate ends soon; missing: there is none that is valid. */
  readonly kind: 'lapsing' | 'missing'
  /** The certificate that lapses; for `missing`, the last one there was, or ''. */
  readonly certificateId: string
}

/** @returns false when it was given before */
export async function insertWarning (tx: Tx, warning: Warning, at: string): Promise<boolean> {
  const result = await tx.insertInto('team_warning').values({
    team_id: warning.teamId, person_id: warning.personId, course_slug: warning.courseSlug, kind: warning.kind, certificate_id: warning.certificateId, at
  }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}

/** The last certificate that somebody was given of a course, in whichever of their records, standing or not; '' for none. */
export async function selectLastCertificateId (tx: Tx, personId: string, courseSlug: string): Promise<string> {
  const row = await tx.selectFrom('certificate').select('id').where('person_id', 'in', [...(await groupsIn(tx))(personId)]).where('course_slug', '=', courseSlug)
    .orderBy('issued_at', 'desc').orderBy('id', 'desc').executeTakeFirst()
  return row?.id ?? ''
}

/** An attempt that counts for statistics, and who sat it. */
export interface CountedAttempt {
  readonly id: string
  readonly personId: string
  readonly name: string
  readonly locale: string
}

/** A version of a course that a cohort's attempts of a quiz were sat on. */
export interface SatVersion {
  readonly versionId: string
  readonly number: number
  /** Finished attempts. */
  readonly attempts: number
  /** Changes whenever the statistics of them might: another was finished, or the mark of one changed. */
  readonly state: string
}

/** The versions that finished attempts of a quiz were sat on, the newest first. */
export async function selectSatVersions (tx: Tx, cohortId: string, quizKey: string): Promise<SatVersion[]> {
  const rows = await tx.selectFrom('attempt')
    .innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .innerJoin('course_version', (join) => join.on((eb) => eb('course_version.id', '=', eb.fn.coalesce('attempt.course_version_id', 'cohort.course_version_id'))))
    .select(({ fn, eb }) => [
      'course_version.id as versionId',
      'course_version.number',
      fn.countAll().as('attempts'),
      fn.max('attempt.finished_at').as('last'),
      fn.sum('attempt.mark').as('marks'),
      fn.sum(eb.case().when('attempt.state', '=', 'needs-marking').then(1).else(0).end()).as('waiting')
    ])
    .where('enrolment.cohort_id', '=', cohortId).where('attempt.quiz_key', '=', quizKey)
    .where('attempt.finished_at', 'is not', null).where('attempt.ended_by', '!=', 'discarded')
    .groupBy(['course_version.id', 'course_version.number']).orderBy('course_version.number', 'desc').execute()
  return rows.map(({ versionId, number, attempts, last, marks, waiting }) => ({ versionId, number, attempts: Number(attempts), state: [attempts, last, marks, waiting].join(' ') }))
}

/** The first finished attempt of each trainee, the earliest finish first.
 * @param versionIds attempts of these versions of the course: others asked other questions */
export async function selectFirstAttempts (tx: Tx, cohortId: string, quizKey: string, versionIds: readonly string[]): Promise<CountedAttempt[]> {
  return await tx.selectFrom('attempt')
    .innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
    .innerJoin('person', 'person.id', 'enrolment.person_id')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .where('enrolment.cohort_id', '=', cohortId)
    .where('attempt.quiz_key', '=', quizKey)
    .where(({ eb, fn }) => eb(fn.coalesce('attempt.course_version_id', 'cohort.course_version_id'), 'in', [...versionIds]))
    .where('attempt.finished_at', 'is not', null)
    .where('attempt.ended_by', '!=', 'discarded')
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('attempt as earlier')
      .select('earlier.id')
      .whereRef('earlier.enrolment_id', '=', 'attempt.enrolment_id')
      .whereRef('earlier.quiz_key', '=', 'attempt.quiz_key')
      .where(({ eb, fn }) => eb(fn.coalesce('earlier.course_version_id', 'cohort.course_version_id'), 'in', [...versionIds]))
      .where('earlier.finished_at', 'is not', null)
      .where('earlier.ended_by', '!=', 'discarded')
      .whereRef('earlier.number', '<', 'attempt.number'))))
    .select(['attempt.id', 'person.id as personId', 'person.name', 'person.locale'])
    .orderBy('attempt.finished_at').orderBy('attempt.id')
    .execute()
}

/** Paper and steps as they are stored, still text: reading it is work for another thread. */
export interface StoredAttempt {
  readonly id: string
  readonly paper: string
  readonly startedAt: string
  /** A line for each step, in whatever order: slot, sequence, action, state, fraction ('' for none), time and answer ('' for none), with a space
   * between them. The answer is JSON, which has no end of line in it, and comes last, as it may hold spaces. */
  readonly steps: string
}

/** One row for each attempt: as many for its steps would cost several times as much to hand over. In the order of the
 * ids given. */
export async function selectStored (tx: Tx, ids: readonly string[]): Promise<StoredAttempt[]> {
  const rows = await storedByIds(tx, ids.map((id) => ({ id })))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [{ ...row, steps: row.steps ?? '' }]
  })
}

const storedByIds = preparedRows<{ readonly id: string }, Omit<StoredAttempt, 'steps'> & { readonly steps: string | null }>(['id'], (tx, rows) => tx.selectFrom('attempt')
  .select(['id', 'paper', 'started_at as startedAt'])
  .select((select) => select.selectFrom('attempt_step').whereRef('attempt_step.attempt_id', '=', 'attempt.id')
    // SQLite and PostgreSQL both write a number out with as many digits as it takes to read the same one back.
    .select(sql<string | null>`string_agg(concat(slot, ' ', seq, ' ', action, ' ', state, ' ', fraction, ' ', at, ' ', answer), ${sql.lit('\n')})`.as('lines'))
    .as('steps'))
  .where('id', 'in', rows.map(({ id }) => id)))

export interface EnrolledLine {
  readonly enrolmentId: string
  readonly name: string
  readonly cohort: string
  readonly country: string | null
}

/** Trainees whose name or address holds what was typed: of the cohorts of an instructor, and of some countries. By name. */
export async function selectEnrolledNamed (tx: Tx, of: { readonly instructorId: string | null, readonly countries: readonly string[] }, asked: Asked, limit: number): Promise<EnrolledLine[]> {
  return await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id').innerJoin('account', 'account.person_id', 'person.id')
    .select(['enrolment.id as enrolmentId', 'person.name', 'cohort.name as cohort', 'person.country'])
    .where((where) => where.or([named(asked), holds('account.email', asked.typed)]))
    .where((where) => where.or([
      where.exists(where.selectFrom('cohort_instructor').select('cohort_id').whereRef('cohort_id', '=', 'cohort.id').where('person_id', '=', of.instructorId ?? '')),
      where('person.country', 'in', of.countries.length === 0 ? [''] : [...of.countries])
    ]))
    .orderBy('person.name').orderBy('cohort.starts_at', 'desc').orderBy('enrolment.id').limit(limit).execute()
}

/** How many nominations wait to be decided, for cohorts that have not ended; the one that starts first, first. */
export async function selectUndecided (tx: Tx, now: string, limit: number): Promise<Array<{ readonly cohortId: string, readonly cohort: string, readonly count: number }>> {
  const rows = await tx.selectFrom('nomination').innerJoin('cohort', 'cohort.id', 'nomination.cohort_id')
    .select(({ fn }) => ['cohort.id as cohortId', 'cohort.name as cohort', fn.countAll<number>().as('count')])
    .where('nomination.state', '=', 'nominated').where('cohort.ends_at', '>', now)
    .groupBy(['cohort.id', 'cohort.name', 'cohort.starts_at']).orderBy('cohort.starts_at').orderBy('cohort.id').limit(limit).execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Attempts that somebody has begun and not finished, the first to be due first. `versionId` is null while it is that of the cohort. */
export async function selectOpenAttemptsOf (tx: Tx, personId: string): Promise<Array<{ readonly id: string, readonly enrolmentId: string, readonly quizKey: string, readonly versionId: string | null, readonly dueAt: string | null }>> {
  const rows = await openByPerson(tx, { personId })
  return rows.toSorted((a, b) => (a.dueAt ?? '~') < (b.dueAt ?? '~') ? -1 : 1)
}

const openByPerson = prepared((tx, value: Value<{ personId: string }>) => tx.selectFrom('attempt').innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
  .select(['attempt.id', 'enrolment.id as enrolmentId', 'attempt.quiz_key as quizKey', 'attempt.course_version_id as versionId', 'due_at as dueAt'])
  .where('enrolment.person_id', '=', value('personId')).where('enrolment.state', '=', 'active').where('attempt.state', '=', 'open').orderBy('started_at'))

/** Somebody's certificates that stand and end within a span, and that no later one of the course replaces; the first to end first. */
export async function selectEndingOf (tx: Tx, personId: string, from: string, until: string): Promise<Array<{ readonly serial: string, readonly course: string, readonly endsAt: string }>> {
  const rows = await endingByPerson(tx, { personId, from, until })
  return rows.flatMap(({ endsAt, ...row }) => endsAt === null ? [] : [{ ...row, endsAt }])
}

const endingByPerson = prepared((tx, value: Value<{ personId: string, from: string, until: string }>) => tx.selectFrom('certificate')
  .select(['serial', 'course_title as course', 'expires_at as endsAt'])
  .where('person_id', '=', value('personId')).where('revoked_at', 'is', null).where('expires_at', '>', value('from')).where('expires_at', '<=', value('until'))
  .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate as later').select('later.id').whereRef('later.person_id', '=', 'certificate.person_id')
    .whereRef('later.course_slug', '=', 'certificate.course_slug').where('later.revoked_at', 'is', null).whereRef('later.issued_at', '>', 'certificate.issued_at'))))
  .orderBy('expires_at').orderBy('id'))
