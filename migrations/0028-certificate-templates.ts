import { sql, type Kysely } from 'kysely'

/** How certificates look, in versions that never change; which one each was issued with; documents that were replaced by another of
 * the same certificate; and which certificate renews which. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table certificate_template (
      id text primary key, name text not null, number integer not null, edits integer not null,
      created_by text not null references person (id), created_at text not null)`,
    `create table certificate_template_version (
      id text primary key, template_id text not null references certificate_template (id), number integer not null, content text not null,
      by_id text not null references person (id), at text not null, unique (template_id, number))`,
    // '' stands for every course that has no line of its own.
    `create table certificate_template_course (
      course_slug text primary key, template_id text not null references certificate_template (id))`,
    'alter table certificate add column template_version_id text references certificate_template_version (id)',
    'alter table certificate add column renews_id text references certificate (id)',
    'alter table certificate add column reissued_at text',
    `create table certificate_document (
      serial text primary key, certificate_id text not null references certificate (id), holder text not null,
      template_version_id text references certificate_template_version (id), made_at text not null,
      replaced_by text not null, replaced_at text not null, replaced_by_id text not null references person (id), reason text not null,
      unique (certificate_id, replaced_by))`,
    'create index certificate_renewing on certificate (renews_id) where renews_id is not null',
    'create index certificate_expiring on certificate (expires_at) where expires_at is not null and revoked_at is null'
  ]) await sql.raw(statement).execute(db)
}
