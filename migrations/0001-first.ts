import { sql, type Kysely } from 'kysely'

/** The first schema. Portable: SQLite and PostgreSQL read the same statements. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // people
  `create table person (
    id text primary key, name text not null, country text, agency text, rank text,
    locale text not null, created_at text not null)`,
  'create index person_by_country on person (country, name, id)',
  `create table account (
    id text primary key, person_id text not null references person (id), email text not null unique,
    password_hash text, state text not null check (state in ('invited', 'active', 'deactivated')),
    created_at text not null)`,
  'create index account_by_person on account (person_id)',
  `create table role_grant (
    id text primary key, person_id text not null references person (id),
    role text not null check (role in ('trainee', 'instructor', 'administrator', 'liaison')),
    country text not null default '', unique (person_id, role, country))`,
  `create table session (
    id text primary key, account_id text not null references account (id), created_at text not null,
    expires_at text not null, ended_at text)`,
  'create index session_by_account on session (account_id)',
  `create table link (
    id text primary key, secret_hash text not null unique,
    purpose text not null check (purpose in ('invitation', 'reset', 'set-up')),
    account_id text references account (id), created_at text not null, expires_at text not null, used_at text)`,
  'create index link_by_account on link (account_id)',
  `create table mail (
    id text primary key, to_email text not null, subject text not null, body text not null,
    created_at text not null, next_try_at text not null, tries integer not null default 0,
    sent_at text, last_error text)`,
  'create index mail_waiting on mail (next_try_at) where sent_at is null',
  'create table failure (id text primary key, subject text not null, at text not null)',
  'create index failure_by_subject on failure (subject, at)',
  // courses
  'create table course (id text primary key, slug text not null unique, created_at text not null)',
  `create table course_version (
    id text primary key, course_id text not null references course (id), number integer not null,
    content_hash text not null, title text not null, outline text not null, published_at text not null,
    unique (course_id, number))`,
  `create table lesson (
    course_version_id text not null references course_version (id), key text not null, language text not null,
    title text not null, markdown text not null, html text not null, minutes integer not null,
    primary key (course_version_id, key, language))`,
  `create table quiz (
    course_version_id text not null references course_version (id), key text not null, definition text not null,
    primary key (course_version_id, key))`,
  `create table question (
    id text primary key, course_version_id text not null references course_version (id), bank text not null,
    key text not null, kind text not null, topic text not null, difficulty text not null, definition text not null,
    unique (course_version_id, key))`,
  // cohorts
  `create table cohort (
    id text primary key, name text not null, course_version_id text not null references course_version (id),
    starts_at text not null, ends_at text not null, seats integer, created_at text not null)`,
  'create index cohort_by_start on cohort (starts_at, id)',
  `create table cohort_instructor (
    cohort_id text not null references cohort (id), person_id text not null references person (id),
    primary key (cohort_id, person_id))`,
  'create index cohort_instructor_by_person on cohort_instructor (person_id)',
  `create table enrolment (
    id text primary key, cohort_id text not null references cohort (id), person_id text not null references person (id),
    state text not null check (state in ('active', 'completed', 'withdrawn')), enrolled_at text not null,
    active_at text, completed_at text, done integer not null default 0, total integer not null,
    unique (cohort_id, person_id))`,
  'create index enrolment_by_person on enrolment (person_id)',
  `create table activity_done (
    enrolment_id text not null references enrolment (id), activity_key text not null,
    kind text not null check (kind in ('lesson', 'quiz')), at text not null,
    primary key (enrolment_id, activity_key))`,
  // attempts
  `create table attempt (
    id text primary key, enrolment_id text not null references enrolment (id), quiz_key text not null,
    number integer not null, state text not null check (state in ('open', 'submitted', 'needs-marking', 'graded')),
    paper text not null, started_at text not null, due_at text, finished_at text,
    ended_by text check (ended_by in ('trainee', 'expiry')), mark double precision, mark_max double precision not null,
    percent double precision, passed integer, unique (enrolment_id, quiz_key, number))`,
  "create unique index attempt_open on attempt (enrolment_id, quiz_key) where state = 'open'",
  "create index attempt_due on attempt (due_at) where state = 'open' and due_at is not null",
  `create table attempt_step (
    attempt_id text not null references attempt (id), slot integer not null, seq integer not null,
    action text not null check (action in ('answer', 'check', 'finish')), answer text, state text not null,
    fraction double precision, at text not null, primary key (attempt_id, slot, seq))`,
  // certificates
  `create table certificate (
    id text primary key, serial text not null unique, enrolment_id text not null references enrolment (id),
    person_id text not null references person (id), holder text not null, country text, agency text, rank text,
    course_slug text not null, course_title text not null, course_version integer not null,
    mark double precision not null, issued_at text not null, expires_at text, revoked_at text, revoked_by text,
    reason text)`,
  // However many requests complete an enrolment at once, one certificate stands for it.
  'create unique index certificate_standing on certificate (enrolment_id) where revoked_at is null',
  'create index certificate_by_person on certificate (person_id, issued_at)',
  'create index certificate_by_issue on certificate (issued_at)',
  // quotas
  `create table quota (
    id text primary key, name text not null, from_day text not null, to_day text not null, time_zone text not null,
    country text, agency text, course_slug text, counts text not null check (counts in ('persons', 'certificates')),
    target integer not null, counted integer not null default 0, created_at text not null,
    closed_at text, closed_count integer)`,
  'create index quota_by_period on quota (to_day, from_day)',
  `create table quota_person (
    quota_id text not null references quota (id), person_id text not null references person (id),
    certificate_id text not null references certificate (id), primary key (quota_id, person_id))`,
  `create table quota_entry (
    id text primary key, quota_id text not null references quota (id),
    certificate_id text not null references certificate (id), serial text not null,
    person_id text not null references person (id), delta integer not null check (delta in (-1, 1)),
    at text not null, day text not null, country text, course_slug text not null,
    unique (quota_id, certificate_id, delta))`,
  'create index quota_entry_by_day on quota_entry (quota_id, day, id)',
  // audit
  `create table audit_entry (
    seq integer primary key, id text not null unique, at text not null, actor_id text, action text not null,
    subject_type text not null, subject_id text not null, detail text not null,
    previous_hash text not null unique, hash text not null)`,
  'create index audit_by_subject on audit_entry (subject_type, subject_id, seq)'
]
