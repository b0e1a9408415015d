import { sql, type Kysely } from 'kysely'
import { nameKey } from '../server/people/name-key.ts'
import { wordLine } from '../server/people/words.ts'

const ROWS = 1000

/** People are found by the words of their names in whatever order, script and accents; names in Chinese characters get keys as they
 * are romanised. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql.raw("alter table person add column words text not null default ''").execute(db)
  for (let after = ''; ;) {
    const { rows } = await sql<{ id: string, name: string, latin: string | null }>`select id, name, latin_name as latin from person where id > ${after} order by id limit ${ROWS}`.execute(db)
    for (const { id, name, latin } of rows) {
      await sql`update person set words = ${wordLine(name, latin)}, name_key = ${nameKey(name)}, latin_key = ${latin === null ? null : nameKey(latin)} where id = ${id} and erased_at is null`.execute(db)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS) break
    after = last.id
  }
  const { rows } = await sql<{ id: string, name: string }>`select id, name from nomination where name_key <> ''`.execute(db)
  for (const { id, name } of rows) await sql`update nomination set name_key = ${nameKey(name)} where id = ${id}`.execute(db)
}
