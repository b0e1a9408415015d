import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, type CompiledQuery } from 'kysely'
import t from 'tap'
import { selectWaiting } from '../../server/attempts/marking/queries.ts'
import { selectOverdue } from '../../server/attempts/queries.ts'
import { selectPeopleWhoInstruct } from '../../server/cohorts/instructors/queries.ts'
import type { Tx } from '../../server/db/database.ts'
import type { Tables } from '../../server/db/tables.ts'
import { existsAdministrator, selectDueMails } from '../../server/people/queries.ts'
import {
  countEntries, selectBreakdown, selectCountedByAgency, selectCountedByCountry, selectCountedByCourse, selectDayDeltas, selectEntries, selectLastEntryAt, sumRestatements
} from '../../server/quotas/lines/queries.ts'
import { selectCountedOnTheWay, selectOnTheWay, selectOutcomes } from '../../server/quotas/pipeline/queries.ts'
import { dialect, testDatabase } from '../database.ts'

const AT = '2026-10-01T00:00:00.000Z'

/** What runs every few seconds, or stands on a page that must not grow with the programme. */
const FLAT: Readonly<Record<string, (tx: Tx) => Promise<unknown>>> = {
  'attempts whose time is over': async (tx) => await selectOverdue(tx, AT, 500),
  'answers that wait for a person': async (tx) => await selectWaiting(tx, { reach: 'everything' }, 'somebody', {}, 100),
  'mails to be sent': async (tx) => await selectDueMails(tx, AT, 50),
  'who instructs': async (tx) => await selectPeopleWhoInstruct(tx, null),
  'whether there is an administrator': async (tx) => await existsAdministrator(tx, 'somebody'),
  'the days of quotas': async (tx) => await selectDayDeltas(tx, ['one', 'two']),
  'a quota by country': async (tx) => await selectCountedByCountry(tx, 'one'),
  'a quota by course': async (tx) => await selectCountedByCourse(tx, 'one'),
  'what a ledger comes to': async (tx) => await countEntries(tx, 'one', {}),
  'what a ledger comes to in a month': async (tx) => await countEntries(tx, 'one', { month: '2026-10' }),
  'the parts of a year': async (tx) => await selectBreakdown(tx, 'one', null),
  'a page of a ledger': async (tx) => await selectEntries(tx, 'one', {}, { at: AT, delta: 1, id: '' }, 101),
  'who is on the way': async (tx) => await selectOnTheWay(tx, AT, AT),
  'who on the way is counted': async (tx) => await selectCountedOnTheWay(tx, ['one', 'two'], AT, AT, ['somebody']),
  'a country by agency': async (tx) => await selectCountedByAgency(tx, 'one'),
  'how cohorts came out': async (tx) => await selectOutcomes(tx, AT),
  'what was written after a closing': async (tx) => await sumRestatements(tx, 'one', AT),
  'the last line of a ledger': async (tx) => await selectLastEntryAt(tx, 'one')
}

// In `attempt_marking` are those alone that wait. Whom a quota counts is everybody.
const GROWING = /^SCAN (person|account|role_grant|session|mail|enrolment|activity_done|attempt|attempt_step|certificate|quota_entry|quota_part|quota_person)\b(?! USING INDEX attempt_marking)|^SEARCH quota_person .*\(quota_id=\?\)$/

t.test('what is asked again and again looks through no table that grows with the programme', { skip: dialect === 'sqlite' ? false : 'plans of SQLite' }, async (t) => {
  const { url } = await testDatabase(t)
  const file = new Sqlite(url.slice('sqlite:'.length), { readonly: true })
  const asked: CompiledQuery[] = []
  const tx = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }), log: ({ query }) => { asked.push(query) } })
  t.teardown(async () => { await tx.destroy() })
  for (const [name, ask] of Object.entries(FLAT)) {
    asked.length = 0
    await ask(tx)
    t.ok(asked.length > 0, name)
    for (const { sql, parameters } of asked) {
      const plan = file.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...parameters).map(({ detail }) => detail)
      t.strictSame(plan.filter((step) => GROWING.test(step)), [], name)
      if (name === 'a country by agency') t.notOk(plan.some((step) => step.includes('quota_entry')), 'it adds up what is kept, not lines')
      if (name === 'a page of a ledger') t.notOk(plan.some((step) => step.includes('TEMP B-TREE')), 'it is read in the order of its index')
    }
  }
})
