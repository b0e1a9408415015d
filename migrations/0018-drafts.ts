import { sql, type Kysely } from 'kysely'

/** Courses are written here: drafts as the files they consist of, every save of each kept; and versions keep the files that they
 * were published from. A file's bytes are kept once, under their hash; pictures among `media`, where pages find them. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'create table source_blob (hash text primary key, bytes bytea not null)',
    `create table course_version_file (
      course_version_id text not null references course_version (id), path text not null, hash text not null, size integer not null, primary key (course_version_id, path))`,
    'create table attachment (hash text primary key, type text not null, bytes bytea not null, created_at text not null)',
    "alter table course_version add column notes text not null default ''",
    'alter table course_version add column published_by text',
    `create table draft (
      id text primary key, slug text not null, title text not null, base_version_id text references course_version (id),
      state text not null, created_by text not null references person (id), created_at text not null,
      changed_by text not null references person (id), changed_at text not null, published_version_id text references course_version (id))`,
    'create table draft_author (draft_id text not null references draft (id), person_id text not null references person (id), primary key (draft_id, person_id))',
    `create table draft_file (
      draft_id text not null references draft (id), path text not null, version integer not null, hash text, size integer not null,
      latest integer not null, what text not null, by_id text not null references person (id), at text not null,
      primary key (draft_id, path, version))`,
    'create index draft_file_latest on draft_file (draft_id, latest)',
    // What an attempt was sat on, where its cohort has been moved to another version since.
    'alter table attempt add column course_version_id text references course_version (id)'
  ]) await sql.raw(statement).execute(db)
}
