import { sql, type Kysely } from 'kysely'

/** How far the people of a cohort that ended came, and how many of them were certified: what a forecast of the next ones goes by. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table cohort_outcome (
      cohort_id text not null references cohort (id),
      stage text not null,
      people integer not null,
      certified integer not null,
      at text not null,
      primary key (cohort_id, stage)
    )`,
    'create index if not exists cohort_by_end on cohort (ends_at)'
  ]) await sql.raw(statement).execute(db)
}
