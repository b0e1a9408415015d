import type { Tx } from '../db/database.ts'
import type { Attachment } from './attachment.ts'
import { indexed } from './bank/indexed.ts'
import { prepared, type Value } from '../db/prepared.ts'
import type { Picture } from './picture.ts'
import type { QuestionDefinition, QuizDefinition } from '../quiz/definition.ts'
import type { Text } from '../quiz/text.ts'
import type { CourseOutline } from './outline.ts'

/** One published version of a course. Immutable. */
export interface CourseVersion {
  readonly id: string
  readonly courseId: string
  readonly slug: string
  /** 1, 2, 3 … within the course. */
  readonly number: number
  readonly contentHash: string
  readonly title: Text
  readonly outline: CourseOutline
  readonly publishedAt: string
  /** What its authors say has changed; '' for nothing. */
  readonly notes: string
  /** By name; null when the programme itself did. */
  readonly publishedBy: string | null
}

/** One lesson of a published version, in one language. Immutable. */
export interface Lesson {
  readonly key: string
  readonly language: string
  readonly title: string
  readonly markdown: string
  /** Safe HTML. */
  readonly html: string
  readonly minutes: number
}

/** A question of one published version. Immutable. */
export interface Question {
  readonly id: string
  readonly versionId: string
  /** The name of the bank it is from. */
  readonly bank: string
  readonly definition: QuestionDefinition
}

/** Rows of at most twelve columns: far below the 32,766 values that one SQLite statement may bind. */
const BATCH = 1000

const VERSION = [
  'course_version.id', 'course_version.course_id as courseId', 'course.slug', 'course_version.number',
  'course_version.content_hash as contentHash', 'course_version.outline', 'course_version.published_at as publishedAt',
  'course_version.notes', 'person.name as publishedBy'
] as const

const LESSON = ['key', 'language', 'title', 'markdown', 'html', 'minutes'] as const

const QUESTION = ['id', 'course_version_id as versionId', 'bank', 'definition'] as const

export async function selectOptionalLatestVersion (tx: Tx, slug: string): Promise<CourseVersion | undefined> {
  const row = await versions(tx).where('course.slug', '=', slug).orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? undefined : parseVersion(row)
}

export async function selectOptionalVersion (tx: Tx, id: string): Promise<CourseVersion | undefined> {
  const row = await versions(tx).where('course_version.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : parseVersion(row)
}

/** @throws when there is no such version */
export async function selectVersion (tx: Tx, id: string): Promise<CourseVersion> {
  return parseVersion(await versions(tx).where('course_version.id', '=', id).executeTakeFirstOrThrow())
}

/** Every version of a course, the newest first; [] for an unknown slug. */
export async function selectVersions (tx: Tx, slug: string): Promise<CourseVersion[]> {
  const rows = await versions(tx).where('course.slug', '=', slug).orderBy('number', 'desc').execute()
  return rows.map(parseVersion)
}

/** Every course in its latest version, by its title in its first language. */
export async function listCourses (tx: Tx): Promise<CourseVersion[]> {
  const rows = await versions(tx)
    .where(({ eb, selectFrom }) => eb('number', '=', selectFrom('course_version as other')
      .select(({ fn }) => fn.max('other.number').as('latest'))
      .whereRef('other.course_id', '=', 'course_version.course_id')))
    .orderBy('course_version.title').orderBy('course.slug').execute()
  return rows.map(parseVersion)
}

/** A lesson in the first of the languages that it exists in; each is tried as given, then by its base (`ar` for `ar-EG`).
 * @param languages wished for first, the course's first language last
 * @returns undefined when there is no such lesson in any of them */
export async function selectOptionalLesson (tx: Tx, versionId: string, key: string, languages: readonly string[]): Promise<Lesson | undefined> {
  const wanted = languages.flatMap((language) => [language, language.replace(/-.*$/, '')])
  const written = await tx.selectFrom('lesson').select('language')
    .where('course_version_id', '=', versionId).where('key', '=', key).execute()
  const language = wanted.find((wanted) => written.some((row) => row.language === wanted))
  if (language === undefined) return undefined
  return await tx.selectFrom('lesson').select(LESSON)
    .where('course_version_id', '=', versionId).where('key', '=', key).where('language', '=', language).executeTakeFirst()
}

/** Every lesson in every language, by key and language. */
export async function selectLessons (tx: Tx, versionId: string): Promise<Lesson[]> {
  return await tx.selectFrom('lesson').select(LESSON).where('course_version_id', '=', versionId).orderBy('key').orderBy('language').execute()
}

export async function selectOptionalQuiz (tx: Tx, versionId: string, key: string): Promise<QuizDefinition | undefined> {
  const row = await tx.selectFrom('quiz').select('definition').where('course_version_id', '=', versionId).where('key', '=', key).executeTakeFirst()
  return row === undefined ? undefined : parseQuiz(row)
}

/** @throws when the version has no such quiz */
export async function selectQuiz (tx: Tx, versionId: string, key: string): Promise<QuizDefinition> {
  return parseQuiz(await tx.selectFrom('quiz').select('definition')
    .where('course_version_id', '=', versionId).where('key', '=', key).executeTakeFirstOrThrow())
}

/** Every quiz, by key. */
export async function selectQuizzes (tx: Tx, versionId: string): Promise<QuizDefinition[]> {
  const rows = await tx.selectFrom('quiz').select('definition').where('course_version_id', '=', versionId).orderBy('key').execute()
  return rows.map(parseQuiz)
}

/** Every question of a version, by key: the order that papers are drawn from. */
export async function selectQuestions (tx: Tx, versionId: string): Promise<Question[]> {
  const rows = await tx.selectFrom('question').select(QUESTION).where('course_version_id', '=', versionId).orderBy('key').execute()
  return rows.map(parseQuestion)
}

/** Those that exist, in no particular order. */
export async function selectQuestionsByIds (tx: Tx, ids: readonly string[]): Promise<Question[]> {
  const found: Question[] = []
  for (const batch of batches(ids)) {
    const rows = await tx.selectFrom('question').select(QUESTION).where('id', 'in', batch).execute()
    found.push(...rows.map(parseQuestion))
  }
  return found
}

/** A question's correction, and whose. */
export interface Correction {
  readonly id: string
  readonly questionId: string
  readonly versionId: string
  readonly definition: QuestionDefinition
  readonly reason: string
  readonly byId: string
  readonly at: string
}

const CORRECTION = ['id', 'question_id as questionId', 'course_version_id as versionId', 'definition', 'reason', 'by_id as byId', 'at'] as const

/** The last correction of each question of a version, made up to a moment. */
export async function selectCorrections (tx: Tx, versionId: string, asOf: string): Promise<Correction[]> {
  const rows = await correctionsUntil(tx, { versionId, asOf })
  return [...new Map(rows.map((row) => [row.questionId, { ...row, definition: JSON.parse(row.definition) as QuestionDefinition }])).values()]
}

const correctionsUntil = prepared((tx, value: Value<{ versionId: string, asOf: string }>) => tx.selectFrom('question_correction').select(CORRECTION)
  .where('course_version_id', '=', value('versionId')).where('at', '<=', value('asOf')).orderBy('at').orderBy('id'))

export async function insertCorrection (tx: Tx, { id, questionId, versionId, definition, reason, byId, at }: Correction): Promise<void> {
  await tx.insertInto('question_correction').values({
    id, question_id: questionId, course_version_id: versionId, definition: JSON.stringify(definition), reason, by_id: byId, at
  }).execute()
}

export async function selectOptionalCourseId (tx: Tx, slug: string): Promise<string | undefined> {
  const row = await tx.selectFrom('course').select('id').where('slug', '=', slug).executeTakeFirst()
  return row?.id
}

export async function selectOptionalLatestNumber (tx: Tx, courseId: string): Promise<{ id: string, number: number, contentHash: string } | undefined> {
  return await tx.selectFrom('course_version').select(['id', 'number', 'content_hash as contentHash'])
    .where('course_id', '=', courseId).orderBy('number', 'desc').limit(1).executeTakeFirst()
}

export async function insertCourse (tx: Tx, { id, slug, createdAt }: { id: string, slug: string, createdAt: string }): Promise<void> {
  await tx.insertInto('course').values({ id, slug, created_at: createdAt }).execute()
}

/** @param version its title in the course's first language, to list courses by; `publishedBy` by id */
export async function insertVersion (tx: Tx, version: Omit<CourseVersion, 'slug' | 'title'> & { readonly title: string }): Promise<void> {
  await tx.insertInto('course_version').values({
    id: version.id,
    course_id: version.courseId,
    number: version.number,
    content_hash: version.contentHash,
    title: version.title,
    outline: JSON.stringify(version.outline),
    published_at: version.publishedAt,
    notes: version.notes,
    published_by: version.publishedBy
  }).execute()
}

export async function insertLessons (tx: Tx, versionId: string, lessons: readonly Lesson[]): Promise<void> {
  for (const batch of batches(lessons)) {
    await tx.insertInto('lesson').values(batch.map(({ key, language, title, markdown, html, minutes }) => (
      { course_version_id: versionId, key, language, title, markdown, html, minutes }))).execute()
  }
}

/** The same bytes are kept once, whatever courses show them. */
export async function insertMedia (tx: Tx, pictures: readonly Picture[], at: string): Promise<void> {
  for (const { hash, type, width, height, bytes } of pictures) {
    await tx.insertInto('media').values({ hash, type, width, height, bytes, created_at: at }).onConflict((of) => of.column('hash').doNothing()).execute()
  }
}

export async function selectOptionalMedia (tx: Tx, hash: string): Promise<{ readonly type: string, readonly bytes: Buffer } | undefined> {
  const row = await tx.selectFrom('media').select(['type', 'bytes']).where('hash', '=', hash).executeTakeFirst()
  return row === undefined ? undefined : { type: row.type, bytes: Buffer.from(row.bytes) }
}

export async function insertAttachments (tx: Tx, attachments: readonly Attachment[], at: string): Promise<void> {
  for (const { hash, type, bytes } of attachments) {
    await tx.insertInto('attachment').values({ hash, type, bytes, created_at: at }).onConflict((of) => of.column('hash').doNothing()).execute()
  }
}

export async function selectOptionalAttachment (tx: Tx, hash: string): Promise<{ readonly type: string, readonly bytes: Buffer } | undefined> {
  const row = await tx.selectFrom('attachment').select(['type', 'bytes']).where('hash', '=', hash).executeTakeFirst()
  return row === undefined ? undefined : { type: row.type, bytes: Buffer.from(row.bytes) }
}

/** Files as they are; the same bytes are kept once. */
export async function insertBlobs (tx: Tx, files: ReadonlyArray<{ readonly hash: string, readonly bytes: Buffer }>): Promise<void> {
  for (const { hash, bytes } of files) {
    await tx.insertInto('source_blob').values({ hash, bytes }).onConflict((of) => of.column('hash').doNothing()).execute()
  }
}

/** The bytes of files, by their hashes; those of pictures too. */
export async function selectBlobs (tx: Tx, hashes: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for (const batch of batches([...new Set(hashes)])) {
    for (const table of ['source_blob', 'media'] as const) {
      const rows = await tx.selectFrom(table).select(['hash', 'bytes']).where('hash', 'in', batch).execute()
      for (const { hash, bytes } of rows) found.set(hash, Buffer.from(bytes))
    }
  }
  return found
}

export async function insertVersionFiles (tx: Tx, versionId: string, files: ReadonlyArray<{ readonly path: string, readonly hash: string, readonly bytes: Buffer }>): Promise<void> {
  for (const batch of batches(files)) {
    await tx.insertInto('course_version_file').values(batch.map(({ path, hash, bytes }) => ({ course_version_id: versionId, path, hash, size: bytes.length }))).execute()
  }
}

/** The files that a version was published from, by path; [] for one published before they were kept. */
export async function selectVersionFiles (tx: Tx, versionId: string): Promise<Array<{ readonly path: string, readonly bytes: Buffer }>> {
  const rows = await tx.selectFrom('course_version_file').select(['path', 'hash']).where('course_version_id', '=', versionId).orderBy('path').execute()
  const blobs = await selectBlobs(tx, rows.map(({ hash }) => hash))
  return rows.map(({ path, hash }) => {
    const bytes = blobs.get(hash)
    if (bytes === undefined) throw new Error(`no bytes of ${path} (${hash})`)
    return { path, bytes }
  })
}

export async function isMediaStored (tx: Tx, hash: string): Promise<boolean> {
  return await tx.selectFrom('media').select('hash').where('hash', '=', hash).executeTakeFirst() !== undefined
}

/** @throws Error when there is none: a published course has all of its pictures */
export async function selectMedia (tx: Tx, hash: string): Promise<{ readonly type: string, readonly bytes: Buffer }> {
  const media = await selectOptionalMedia(tx, hash)
  if (media === undefined) throw new Error(`no picture ${hash}`)
  return media
}

export async function insertQuizzes (tx: Tx, versionId: string, quizzes: readonly QuizDefinition[]): Promise<void> {
  for (const batch of batches(quizzes)) {
    await tx.insertInto('quiz').values(batch.map((quiz) => (
      { course_version_id: versionId, key: quiz.key, definition: JSON.stringify(quiz) }))).execute()
  }
}

export async function insertQuestions (tx: Tx, versionId: string, questions: ReadonlyArray<Omit<Question, 'versionId'>>): Promise<void> {
  for (const batch of batches(questions)) {
    await tx.insertInto('question').values(batch.map(({ id, bank, definition }) => ({
      id,
      course_version_id: versionId,
      bank,
      key: definition.key,
      kind: definition.kind,
      topic: definition.topic,
      difficulty: definition.difficulty,
      definition: JSON.stringify(definition)
    }))).execute()
  }
}

function versions (tx: Tx) {
  return tx.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id')
    .leftJoin('person', 'person.id', 'course_version.published_by').select(VERSION)
}

// Only `insertVersion`, `insertQuizzes` and `insertQuestions` write these columns, from these very types.
function parseVersion (row: Omit<CourseVersion, 'title' | 'outline'> & { readonly outline: string }): CourseVersion {
  const outline = JSON.parse(row.outline) as CourseOutline
  return { ...row, title: outline.title, outline }
}

function parseQuiz (row: { readonly definition: string }): QuizDefinition {
  return JSON.parse(row.definition) as QuizDefinition
}

function parseQuestion (row: Omit<Question, 'definition'> & { readonly definition: string }): Question {
  return { ...row, definition: JSON.parse(row.definition) as QuestionDefinition }
}

function * batches<T> (items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH)
}

/** @returns by version; one without a question is not there */
export async function countQuestionsByVersion (tx: Tx, versionIds: readonly string[]): Promise<Map<string, number>> {
  if (versionIds.length === 0) return new Map()
  const rows = await tx.selectFrom('question').select(({ fn }) => ['course_version_id as versionId', fn.countAll<number>().as('count')])
    .where('course_version_id', 'in', versionIds).groupBy('course_version_id').execute()
  return new Map(rows.map(({ versionId, count }) => [versionId, Number(count)]))
}

/** How many cohorts keep which version; one that none keeps is not there. */
export async function countCohortsByVersion (tx: Tx): Promise<Array<{ readonly courseId: string, readonly versionId: string, readonly count: number }>> {
  const rows = await tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id')
    .select(({ fn }) => ['course_version.course_id as courseId', 'course_version.id as versionId', fn.countAll<number>().as('count')])
    .groupBy(['course_version.course_id', 'course_version.id']).execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

export interface Bank {
  readonly id: string
  readonly name: string
  /** What its plain texts are written in. */
  readonly language: string
  readonly createdAt: string
}

/** The latest version of a question in a bank. */
export interface BankQuestion { readonly name: string, readonly category?: readonly string[], readonly definition: QuestionDefinition }

export async function insertBank (tx: Tx, bank: Bank & { readonly createdBy: string }): Promise<void> {
  await tx.insertInto('bank').values({ id: bank.id, name: bank.name, language: bank.language, created_by: bank.createdBy, created_at: bank.createdAt }).execute()
}

export async function selectBanks (tx: Tx): Promise<Bank[]> {
  return await tx.selectFrom('bank').select(['id', 'name', 'language', 'created_at as createdAt']).orderBy('name').orderBy('id').execute()
}

export async function selectOptionalBank (tx: Tx, id: string): Promise<Bank | undefined> {
  return await tx.selectFrom('bank').select(['id', 'name', 'language', 'created_at as createdAt']).where('id', '=', id).executeTakeFirst()
}

export async function selectBankKeys (tx: Tx, bankId: string): Promise<string[]> {
  return (await tx.selectFrom('bank_question').select('key').distinct().where('bank_id', '=', bankId).execute()).map(({ key }) => key)
}

/** The first versions of questions. */
export async function insertBankQuestions (tx: Tx, bankId: string, questions: ReadonlyArray<BankQuestion & { readonly id: string }>, made: { readonly by: string, readonly at: string, readonly after: number }): Promise<void> {
  let place = made.after
  for (const batch of batches(questions)) {
    await tx.insertInto('bank_question').values(batch.map(({ id, name, category, definition }) => ({
      id,
      bank_id: bankId,
      key: definition.key,
      version: 1,
      place: ++place,
      name,
      category: JSON.stringify(category ?? []),
      kind: definition.kind,
      definition: JSON.stringify(definition),
      by_id: made.by,
      at: made.at,
      ...indexed(name, definition),
      note: '',
      standing: 1 as const
    }))).execute()
  }
}

/** In the order in which they came. */
export async function selectBankQuestions (tx: Tx, bankId: string): Promise<BankQuestion[]> {
  const rows = await tx.selectFrom('bank_question').select(['name', 'category', 'definition']).where('bank_id', '=', bankId).where('standing', '=', 1).orderBy('place').execute()
  return rows.map(({ name, category, definition }) => ({ name, ...category !== '[]' && { category: JSON.parse(category) as string[] }, definition: JSON.parse(definition) as QuestionDefinition }))
}
