import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'

interface Row { readonly id: string, readonly name: string, readonly definition: string }

/** What the desk's lists of questions look for, kept beside each version; which version stands; pictures of a bank; files that
 * are looked at before they are taken. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  let after = ''
  for (;;) {
    const { rows } = await sql<Row>`select id, name, definition from bank_question where id > ${after} order by id limit 500`.execute(db)
    for (const row of rows) {
      const { topic, difficulty, languages, words, signature } = indexOf(row)
      await sql`update bank_question set topic = ${topic}, difficulty = ${difficulty}, languages = ${languages}, words = ${words}, signature = ${signature} where id = ${row.id}`.execute(db)
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
  }
}

const STATEMENTS = [
  "alter table bank add column language text not null default 'en'",
  "alter table bank_question add column topic text not null default ''",
  "alter table bank_question add column difficulty text not null default ''",
  "alter table bank_question add column languages text not null default ''",
  "alter table bank_question add column words text not null default ''",
  "alter table bank_question add column signature text not null default ''",
  "alter table bank_question add column note text not null default ''",
  'alter table bank_question add column standing integer not null default 0',
  `update bank_question set standing = 1 where version =
    (select max(other.version) from bank_question other where other.bank_id = bank_question.bank_id and other.key = bank_question.key)`,
  'create index bank_question_standing on bank_question (bank_id, standing, place)',
  'create index bank_question_signature on bank_question (signature)',
  `create table bank_picture (
    bank_id text not null references bank (id), hash text not null references media (hash), name text not null,
    by_id text not null references person (id), at text not null, primary key (bank_id, hash))`,
  `create table bank_file (
    id text primary key, bank_id text not null references bank (id), by_id text not null references person (id), format text not null,
    name text not null, bytes bytea not null, left_out text not null, at text not null)`
]

// As it was worked out on the day of this migration (courses/bank/indexed.ts).
function indexOf ({ name, definition }: Row): { topic: string, difficulty: string, languages: string, words: string, signature: string } {
  const question = JSON.parse(definition) as { kind: string, topic: string, difficulty: string, prompt: string | Record<string, string> }
  const wordings: string[] = []
  collect(question, wordings)
  const words = normalised(wordings.join(' '))
  return {
    topic: question.topic,
    difficulty: question.difficulty,
    languages: typeof question.prompt === 'string' ? '' : ` ${Object.keys(question.prompt).join(' ')} `,
    words: `${words}\n${normalised(name)}`,
    signature: createHash('sha256').update(`${question.kind}\n${words}`).digest('hex').slice(0, 32)
  }
}

const TEXTS = new Set(['prompt', 'text', 'label', 'alt', 'feedback', 'feedbackTrue', 'feedbackFalse', 'hints', 'end', 'accept', 'regex', 'options'])

function collect (value: unknown, into: string[], isText = false): void {
  if (typeof value === 'string') { if (isText) into.push(value) } else if (Array.isArray(value)) for (const inner of value) collect(inner, into, isText)
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) collect(inner, into, TEXTS.has(key) || (isText && typeof inner === 'string' && !PLAIN.has(key)))
}

const PLAIN = new Set(['key', 'src', 'shape', 'input', 'layout', 'choice', 'category', 'item', 'next', 'formula'])

function normalised (text: string): string {
  return text.normalize('NFKC').replace(/<[^>]*>/g, ' ').toLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ').trim()
}
