import { sql, type Kysely } from 'kysely'

/** What a quota counts by day, country, course and rank, kept with each line of the ledger: its page adds up a few hundred rows where
 * it would add up a million lines. Indexes for the ledger in the order in which it was written, and for those who hold a role. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    // `key` is '' for people without a country or rank.
    `create table quota_part (
      quota_id text not null references quota (id), part text not null check (part in ('day', 'country', 'course', 'rank')), key text not null,
      added integer not null, taken integer not null, primary key (quota_id, part, key))`,
    ...[['day', 'line.day'], ['country', "coalesce(line.country, '')"], ['course', 'line.course_slug'], ['rank', "coalesce(certificate.rank, '')"]].map(([part, key]) =>
      `insert into quota_part (quota_id, part, key, added, taken)
        select line.quota_id, '${part}', ${key}, sum(case when delta = 1 then 1 else 0 end), sum(case when delta = 1 then 0 else 1 end)
        from quota_entry as line join certificate on certificate.id = line.certificate_id group by line.quota_id, ${key}`),
    'create index quota_entry_by_time on quota_entry (quota_id, at, delta, id)',
    'create index role_grant_by_role on role_grant (role, person_id)'
  ]) await sql.raw(statement).execute(db)
}
