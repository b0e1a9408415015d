import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeAttempt, insertAttempt, insertSteps } from '../server/attempts/queries.ts'
import { createCohort } from '../server/cohorts/cohorts.ts'
import { insertEnrolments } from '../server/cohorts/enrolments/queries.ts'
import { makeCourseCache } from '../server/courses/courses.ts'
import { importCourses } from '../server/courses/import-courses.ts'
import { selectOptionalLatestVersion } from '../server/courses/queries.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { insertAccount, insertPeople, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { apply, drawPaper, openAttempt, scoreOf, type QuestionDefinition, type Step } from '../server/quiz/quiz.ts'
import { randomFrom } from '../server/quiz/random.ts'
import { realWorld } from '../server/world.ts'
import { tableOf, type Bench, type Scenario } from './bench.ts'
import { dayFromNow, tokenOf } from './programme.ts'
import { startMuster, type Running } from './server.ts'
import { median, round } from './timing.ts'
import type { Watched } from './watch.ts'

const MOST_SECONDS = 2

export const scenario: Scenario = {
  title: 'The item analysis of 3,000 trainees × 60 questions, as a page',
  mostMinutes: 10,
  run: async (bench) => {
    const figures = await benchAnalysis(bench)
    const { firstSeconds, firstsSeconds, againSeconds, apiSeconds, serverSeconds, loopMs, kilobytes, trainees, questions, fillSeconds } = figures
    return {
      figures,
      table: tableOf(['', ''], [
        ['trainees × questions', `${trainees} × ${questions}`], ['the page, of a server just started and with nothing kept (median)', `${firstSeconds} s`], ['each of those', `${firstsSeconds.join(', ')} s`], ['the page, asked for again', `${againSeconds} s`],
        ['the same by the API', `${apiSeconds} s`], ['processor time of the server for the first', `${serverSeconds} s`], ['the loop came late by at most, meanwhile', `${loopMs} ms`],
        ['the page', `${kilobytes} KB`], ['filled in', `${fillSeconds} s`]
      ]),
      targets: bench.quick ? [] : [{ what: 'the item analysis page of 3,000 trainees × 60 questions, nothing kept', promised: `< ${MOST_SECONDS} s`, figure: `${firstSeconds} s`, met: trainees >= 3000 && questions >= 60 && firstSeconds < MOST_SECONDS }]
    }
  }
}

interface AnalysisTook {
  readonly trainees: number
  readonly questions: number
  readonly fillSeconds: number
  /** The first request after the sign-in that asks for it: the server has served nothing but a page of another kind. The median of
   * several servers, each just started. */
  readonly firstSeconds: number
  /** Each of them, ascending. */
  readonly firstsSeconds: readonly number[]
  /** The median of a few: nothing has changed since. */
  readonly againSeconds: number
  readonly apiSeconds: number
  /** User and system, of all the server's threads, for the first. */
  readonly serverSeconds: number
  readonly loopMs: number
  readonly kilobytes: number
}

const QUIZ = 'exam'
const COUNTRIES = ['ZM', 'MY', 'NI', 'MM']
const BATCH = 250
/** So many servers are started and asked, one after the other. */
const STARTS = 5

/** A cohort that sat one quiz, every second one reading Arabic, in a file; then the desk's statistics page, asked for by its instructor of
 * a server in a process of its own. */
export async function benchAnalysis (bench: Bench, people = 3000, questions = 60): Promise<AnalysisTook> {
  const trainees = bench.quick ? people / 10 : people
  const url = bench.databaseUrl('analysis')
  const began = performance.now()
  const { cohortId, token } = await makeSittings(url, courseOf(bench.folder, questions), trainees)
  const fillSeconds = round((performance.now() - began) / 1000, 1)
  bench.say(`analysis: ${trainees} sat ${questions} questions, filled in in ${fillSeconds} s`)

  const ask = async (server: Running, path: string, accept: string): Promise<{ seconds: number, text: string }> => {
    const from = performance.now()
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { authorization: `Bearer ${token}`, accept }, signal: AbortSignal.timeout(120_000) })
    const text = await answer.text()
    const seconds = (performance.now() - from) / 1000
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`)
    return { seconds, text }
  }
  const path = `/desk/cohorts/${cohortId}/quizzes/${QUIZ}/statistics`
  const firsts: Array<{ readonly seconds: number, readonly text: string, readonly watched: Watched }> = []
  for (let time = 1; time < STARTS; time++) {
    const server = await startMuster(bench, url)
    firsts.push(await first(server))
    await server.stop()
  }
  const server = await startMuster(bench, url)
  firsts.push(await first(server))
  const again: number[] = []
  for (let time = 0; time < 5; time++) again.push((await ask(server, path, 'text/html')).seconds)
  const api = await ask(server, `/api/v1/cohorts/${cohortId}/quizzes/${QUIZ}/statistics`, 'application/json')
  const { test, questions: analysed } = JSON.parse(api.text) as { test: { count: number }, questions: readonly unknown[] }
  if (test.count !== trainees || analysed.length !== questions) throw new Error(`${test.count} trainees and ${analysed.length} questions were counted`)
  await server.stop()
  return {
    trainees,
    questions,
    fillSeconds,
    firstSeconds: round(median(firsts.map(({ seconds }) => seconds))),
    firstsSeconds: firsts.map(({ seconds }) => round(seconds)).sort((a, b) => a - b),
    againSeconds: round(median(again), 3),
    apiSeconds: round(api.seconds, 3),
    serverSeconds: round(median(firsts.map(({ watched }) => watched.cpuSeconds))),
    loopMs: Math.max(...firsts.map(({ watched }) => watched.loop.max)),
    kilobytes: Math.round(Buffer.byteLength(firsts[0]?.text ?? '') / 1024)
  }

  /** Of a server that was just started. Somebody who asks for statistics has seen the cohort's page before. */
  async function first (server: Running): Promise<typeof firsts[number]> {
    await ask(server, `/desk/cohorts/${cohortId}`, 'text/html')
    await server.watched()
    const asked = await ask(server, path, 'text/html')
    return { ...asked, watched: await server.watched() }
  }
}

async function makeSittings (url: string, course: string, trainees: number): Promise<{ cohortId: string, token: string }> {
  const db = openDatabase(url)
  try {
    await migrate(db)
    const { problems } = await importCourses(db, realWorld, null, course)
    if (problems.length > 0) throw new Error(JSON.stringify(problems))
    const [adminId, instructorId, accountId, sessionId] = [realWorld.newId(), realWorld.newId(), realWorld.newId(), realWorld.newId()]
    await db.write(async (tx) => {
      for (const [id, name, role] of [[adminId, 'Ada Administrator', 'administrator'], [instructorId, 'Ines Instructor', 'instructor']] as const) {
        await insertPerson(tx, { id, name, country: null, agency: null, rank: null, locale: 'en', created_at: dayFromNow(-60) })
        await insertRole(tx, { id: realWorld.newId(), person_id: id, role, country: '' })
      }
      await insertAccount(tx, { id: accountId, person_id: instructorId, email: 'analysis@bench.example', password_hash: null, state: 'active', created_at: dayFromNow(-60) })
      await insertSession(tx, { id: sessionId, accountId, createdAt: dayFromNow(0), expiresAt: dayFromNow(1) })
    })
    const admin = { id: adminId, accountId: '', name: '', email: '', locale: 'en', roles: [{ role: 'administrator' as const }] }
    const made = await createCohort(db, realWorld, admin, { name: 'Everybody', course: 'analysed', startsAt: dayFromNow(-30), endsAt: dayFromNow(30), instructors: [instructorId] })
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    const version = await db.write(async (tx) => await selectOptionalLatestVersion(tx, 'analysed'))
    const courses = makeCourseCache()
    const quiz = version === undefined ? undefined : await courses.quiz(db.read, version.id, QUIZ)
    if (version === undefined || quiz === undefined) throw new Error('the quiz is missing')
    const questions = await courses.questions(db.read, version.id)
    const definitions = new Map(questions.map(({ id, definition }) => [id, definition]))
    const random = randomFrom('analysis')
    const [startedAt, finishedAt] = [dayFromNow(-10), dayFromNow(-9.9)]
    for (let from = 0; from < trainees; from += BATCH) {
      const some = Array.from({ length: Math.min(BATCH, trainees - from) }, (_, index) => ({ number: from + index, personId: realWorld.newId(), enrolmentId: realWorld.newId() }))
      await db.write(async (tx) => {
        await insertPeople(tx, some.map(({ personId, number }) => ({ id: personId, name: `Trainee Number ${number}`, country: COUNTRIES[number % 4] ?? 'ZM', agency: null, rank: null, locale: number % 2 === 0 ? 'en' : 'ar', created_at: startedAt })), [], [])
        await insertEnrolments(tx, some.map(({ enrolmentId, personId }) => ({ id: enrolmentId, cohort_id: made.id, person_id: personId, state: 'active' as const, enrolled_at: startedAt, active_at: startedAt, completed_at: null, done: 0, total: 1 })))
        for (const { number, enrolmentId } of some) {
          const paper = drawPaper(quiz, questions, `seed ${number}`)
          const definitionOf = (slot: number): QuestionDefinition => {
            const definition = definitions.get(paper.slots[slot - 1]?.questionId ?? '')
            if (definition === undefined) throw new Error(`nothing is asked at ${slot}`)
            return definition
          }
          let attempt = openAttempt(paper, { behaviour: 'deferred', startedAt, dueAt: null })
          const steps: Step[] = []
          // Who knows more answers more rightly, and a harder question fewer know.
          const ability = number * 37 % 100
          for (const { slot } of paper.slots) {
            const hardness = Number(definitionOf(slot).key.slice(1)) % 7 * 12
            const choice = random.below(100) < 20 + ability * 0.8 - hardness * 0.4 ? 'a' : 'bcd'.charAt(random.below(3))
            const applied = apply(attempt, { type: 'answer', slot, answer: { choices: [choice] } }, { at: new Date(Date.parse(startedAt) + slot * 30_000 + random.below(20_000)).toISOString(), definitionOf })
            if (!applied.ok) throw new Error(applied.refused)
            attempt = applied.attempt
            steps.push(...applied.steps)
          }
          const ended = apply(attempt, { type: 'finish', by: 'trainee' }, { at: finishedAt, definitionOf })
          if (!ended.ok) throw new Error(ended.refused)
          const id = realWorld.newId()
          const { mark, markMax, percent, passed } = scoreOf(ended.attempt.slots, quiz.passPercent)
          await insertAttempt(tx, { id, enrolmentId, quizKey: QUIZ, number: 1, paper, startedAt, dueAt: null, endsAt: null, correctedAt: null, markMax })
          await insertSteps(tx, id, [...steps, ...ended.steps])
          await closeAttempt(tx, id, { state: 'graded', finishedAt, endedBy: 'trainee', mark, percent, passed })
        }
      })
    }
    return { cohortId: made.id, token: tokenOf(sessionId, instructorId) }
  } finally {
    await db.close()
  }
}

/** A course of one quiz in two languages, the same questions of four choices for all. @returns its folder */
function courseOf (folder: string, questions: number): string {
  const root = join(folder, 'courses', 'analysed')
  mkdirSync(join(root, 'banks'), { recursive: true })
  const keys = Array.from({ length: questions }, (_, index) => `q${index + 1}`)
  const text = (words: string): string => JSON.stringify({ en: words, ar: words })
  writeFileSync(join(root, 'banks', 'asked.yaml'), `title: Asked\nquestions:\n${keys.map((key) =>
    `  - key: ${key}\n    kind: choice\n    topic: asked\n    difficulty: medium\n    prompt: ${text(`Which of these belongs to ${key}?`)}\n    choices:\n${['a', 'b', 'c', 'd'].map((choice) =>
      `      - { key: ${choice}, text: ${text(`${choice} of ${key}`)}${choice === 'a' ? ', correct: true' : ''} }`).join('\n')}`).join('\n')}\n`)
  writeFileSync(join(root, 'course.yaml'), `slug: analysed
language: en
title: { en: Analysed, ar: Analysed }
summary: One quiz of many questions.
modules:
  - key: final
    title: Final exam
    activities:
      - quiz: ${QUIZ}
quizzes:
  - key: ${QUIZ}
    title: Final exam
    behaviour: deferred
    passPercent: 50
    questionsPerPage: 10
    sections:
      - questions: [${keys.join(', ')}]
`)
  return root
}
