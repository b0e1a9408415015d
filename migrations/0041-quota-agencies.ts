import { sql, type Kysely } from 'kysely'

/** What a quota counts by agency is kept as well: the page of a country's target adds up its agencies, not its lines. The table is made
 * anew, for what may stand in `part` is a check of its own, which SQLite cannot change. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    // `key` is '' for people without a country, agency or rank.
    `create table quota_part_kept (
      quota_id text not null references quota (id), part text not null check (part in ('day', 'country', 'agency', 'course', 'rank')), key text not null,
      added integer not null, taken integer not null, primary key (quota_id, part, key))`,
    'insert into quota_part_kept (quota_id, part, key, added, taken) select quota_id, part, key, added, taken from quota_part',
    `insert into quota_part_kept (quota_id, part, key, added, taken)
      select line.quota_id, 'agency', coalesce(certificate.agency, ''), sum(case when delta = 1 then 1 else 0 end), sum(case when delta = 1 then 0 else 1 end)
      from quota_entry as line join certificate on certificate.id = line.certificate_id group by line.quota_id, coalesce(certificate.agency, '')`,
    'drop table quota_part',
    'alter table quota_part_kept rename to quota_part'
  ]) await sql.raw(statement).execute(db)
}
