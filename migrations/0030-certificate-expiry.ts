import { sql, type Kysely } from 'kysely'

/** Who was reminded that a certificate ends, how long before that is done, and its text beside those of the other reminders. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    // SQLite changes no check of a table, so it is made anew.
    `create table reminder_text_new (
      kind text not null check (kind in ('start', 'exam', 'close', 'help', 'expiry')), language text not null, subject text not null, body text not null,
      version integer not null, edited_by text not null references person (id), edited_at text not null, primary key (kind, language))`,
    'insert into reminder_text_new select kind, language, subject, body, version, edited_by, edited_at from reminder_text',
    'drop table reminder_text',
    'alter table reminder_text_new rename to reminder_text',
    // However many servers look at once, one of them sends it.
    `create table certificate_reminder (
      certificate_id text not null references certificate (id), days integer not null, at text not null, primary key (certificate_id, days))`,
    `create table certificate_setting (
      name text primary key check (name in ('reminder-days')), value text not null, version integer not null,
      edited_by text not null references person (id), edited_at text not null)`
  ]) await sql.raw(statement).execute(db)
}
