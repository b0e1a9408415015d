import { sql, type Kysely } from 'kysely'

/** Which version of a bank's question a draft's question was taken from. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql.raw(`create table draft_bank_question (
    draft_id text not null references draft (id), key text not null, bank_id text not null references bank (id), bank_key text not null,
    version integer not null, primary key (draft_id, key))`).execute(db)
}
