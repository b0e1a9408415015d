import type { LightMyRequestResponse } from 'fastify'
import { createCohort } from '../server/cohorts/cohorts.ts'
import { enrolPerson } from '../server/cohorts/enrol.ts'
import type { Person } from '../server/person.ts'
import type { Somebody, TestApp } from './app.ts'

/** What a trainee and those around them need for a walk through a course, over the real API. */
export interface Walk {
  readonly admin: Somebody
  readonly instructor: Somebody
  readonly trainee: Somebody
  readonly cohortId: string
  readonly enrolmentId: string
}

/** A running cohort of a published course, with an instructor and one trainee from Zambia. */
export async function startWalk (test: TestApp, course = 'first-steps'): Promise<Walk> {
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const instructor = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const trainee = await test.somebody('Tariq Trainee', [{ role: 'trainee' }], { country: 'ZM', agency: 'National Police' })
  const cohortId = await addCohort(test, admin, course, [instructor])
  return { admin, instructor, trainee, cohortId, enrolmentId: await enrol(test, admin, cohortId, trainee) }
}

export async function addCohort (test: TestApp, admin: Somebody, course: string, instructors: readonly Somebody[] = []): Promise<string> {
  const now = test.world.now().getTime()
  const made = await createCohort(test.db, test.world, personOf(admin, 'administrator'), {
    name: 'Test cohort',
    course,
    startsAt: new Date(now - 86400_000).toISOString(),
    endsAt: new Date(now + 30 * 86400_000).toISOString(),
    instructors: instructors.map(({ personId }) => personId)
  })
  if ('problems' in made) throw new Error(JSON.stringify(made.problems))
  return made.id
}

export async function enrol (test: TestApp, admin: Somebody, cohortId: string, trainee: Somebody): Promise<string> {
  return await test.db.write(async (tx) => await enrolPerson(tx, test.world, { actorId: admin.personId, cohortId, personId: trainee.personId }))
}

export function personOf (somebody: Somebody, role: 'administrator' | 'instructor' | 'trainee'): Person {
  return { id: somebody.personId, accountId: somebody.accountId, name: somebody.name, email: somebody.email, locale: 'en', roles: [{ role }] }
}

/** A request to the API with somebody's token; the answer's JSON beside it. */
export async function call (test: TestApp, who: Somebody | null, method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, body?: unknown): Promise<{ status: number, json: any, response: LightMyRequestResponse }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the server says
  const response = await test.app.inject({
    method,
    url: test.app.url(`/api/v1${path}`),
    headers: who === null ? {} : who.bearer,
    ...(body === undefined ? {} : { payload: body as object })
  })
  const json: unknown = response.body === '' ? null : JSON.parse(response.body)
  return { status: response.statusCode, json, response }
}

export interface ApiAttempt {
  readonly id: string
  readonly questions: ReadonlyArray<{ readonly slot: number, readonly kind: string, readonly answer: unknown, readonly seq: number, readonly state: string }>
}

export async function start (test: TestApp, walk: Walk, quiz: string, who = walk.trainee, enrolmentId = walk.enrolmentId): Promise<ApiAttempt> {
  const { status, json } = await call(test, who, 'POST', `/enrolments/${enrolmentId}/quizzes/${quiz}/attempts`)
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`)
  return json as ApiAttempt
}

/** Answers every slot rightly, by the key that the instructor reads. */
export async function answerRightly (test: TestApp, walk: Walk, attempt: ApiAttempt, who = walk.trainee): Promise<void> {
  const key = await call(test, walk.instructor, 'GET', `/attempts/${attempt.id}/key`)
  const saved = await call(test, who, 'PUT', `/attempts/${attempt.id}/answers`, { answers: key.json.answers as object })
  if (saved.status !== 200) throw new Error(`${saved.status} ${JSON.stringify(saved.json)}`)
}

/** Does all of `first-steps` but the finish of the final exam. @returns the open attempt of it, rightly answered */
export async function walkToTheEnd (test: TestApp, walk: Walk, who = walk.trainee, enrolmentId = walk.enrolmentId): Promise<ApiAttempt> {
  await call(test, who, 'POST', `/enrolments/${enrolmentId}/lessons/welcome/done`)
  const practice = await start(test, walk, 'practice', who, enrolmentId)
  await answerRightly(test, walk, practice, who)
  await call(test, who, 'POST', `/attempts/${practice.id}/finish`)
  const exam = await start(test, walk, 'exam', who, enrolmentId)
  await answerRightly(test, walk, exam, who)
  return exam
}

/** A form as a browser sends it when it holds files (RFC 7578). */
export function formOf (fields: ReadonlyArray<readonly [string, string]>, files: ReadonlyArray<{ readonly field: string, readonly name: string, readonly bytes: string | Buffer }>): { payload: Buffer, headers: { 'content-type': string } } {
  const boundary = 'a-boundary-that-nothing-holds'
  const parts = [
    ...fields.map(([name, value]) => [`content-disposition: form-data; name="${name}"`, value] as const),
    ...files.map(({ field, name, bytes }) => [`content-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: application/octet-stream`, bytes] as const)
  ]
  return {
    payload: Buffer.concat([...parts.flatMap(([head, body]) => [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')]), Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }
  }
}

/** Sends a file to a question over the API. */
export async function sendFile (test: TestApp, who: Somebody | null, attemptId: string, slot: number, name: string, bytes: string | Buffer): Promise<{ status: number, json: any, response: LightMyRequestResponse }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the server says
  const { payload, headers } = formOf([], [{ field: 'file', name, bytes }])
  const response = await test.app.inject({ method: 'POST', url: test.app.url(`/api/v1/attempts/${attemptId}/files/${slot}`), headers: { ...headers, ...who?.bearer }, payload })
  const json: unknown = response.body === '' ? null : JSON.parse(response.body)
  return { status: response.statusCode, json, response }
}
