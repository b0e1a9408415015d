import { sql, type Kysely } from 'kysely'

/** Lists of people picked for a deployment, each with the courses that everybody in it must hold a certificate of. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table team (
      id text primary key, name text not null, purpose text not null, courses text not null,
      owner_id text not null references person (id), created_at text not null, version integer not null,
      disbanded_at text)`,
    'create index team_by_owner on team (owner_id)',
    `create table team_member (
      team_id text not null references team (id), person_id text not null references person (id), added_at text not null,
      primary key (team_id, person_id))`,
    'create index team_member_by_person on team_member (person_id)',
    // What its owner was told, so that nothing is told twice.
    `create table team_warning (
      team_id text not null references team (id), person_id text not null references person (id), course_slug text not null,
      kind text not null check (kind in ('lapsing', 'missing')), certificate_id text not null, at text not null,
      primary key (team_id, person_id, course_slug, kind, certificate_id))`,
    'create index person_by_name on person (name, id)'
  ]) await sql.raw(statement).execute(db)
}
