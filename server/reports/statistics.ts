import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { managedCohort } from '../cohorts/cohorts.ts'
import type { CourseCache } from '../courses/courses.ts'
import { makeRecent } from '../recent.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { isAsked, type QuestionDefinition, type QuizDefinition, type QuizStatistics } from '../quiz/quiz.ts'
import { textIn, type Text } from '../quiz/text.ts'
import { Refusal } from '../refusals.ts'
import { selectFirstAttempts, selectSatVersions, selectStored, type CountedAttempt, type SatVersion } from './queries.ts'
import { endPreparing, endThread, takeThread } from './statistics-threads.ts'
import type { Delivery, WorkOrder } from './statistics-worker.ts'

/** The statistics of one quiz in one cohort, as those who run it see them. */
export interface QuizReport {
  readonly cohort: { readonly id: string, readonly name: string }
  readonly quiz: QuizDefinition
  /** the course's first language */
  readonly language: string
  readonly statistics: QuizStatistics
  /** by key */
  readonly questions: ReadonlyMap<string, QuestionDefinition>
  /** whose attempt it was, by the attempt's id */
  readonly people: ReadonlyMap<string, Pick<CountedAttempt, 'personId' | 'name'>>
  /** Versions of the course that there is something to count of, and the cohort's own; the newest first. */
  readonly versions: ReadonlyArray<SatVersion & { readonly isCounted: boolean, readonly isPresent: boolean }>
  /** Of the course, by the ids of questions in papers. */
  readonly versionOf: ReadonlyMap<string, number>
}

/** Which versions of the course are counted: the cohort's own, all, or those of these numbers. */
export type Counting = 'present' | 'all' | readonly number[]

/** Works statistics out, one quiz after the other, and keeps those lately asked for. One for each app. */
export interface StatisticsDesk {
  /** @throws Refusal not-found for a cohort that is not the asker's to know of, a quiz that its course lacks, or a version that it was not sat on; not-allowed for a liaison */
  readonly report: (person: Person, input: { readonly cohortId: string, readonly quizKey: string, readonly language: string, readonly counting?: Counting }) => Promise<QuizReport>
  /** Ends what is being worked out. */
  readonly close: () => Promise<void>
}

/** How many reports are kept. One of sixty questions is about 200 kB. */
const KEPT = 50
/** Attempts read in one turn of the event loop: about 2,000 steps, some milliseconds. */
const AT_ONCE = 10

type Counted = Pick<QuizReport, 'statistics' | 'people'>

export function makeStatisticsDesk (db: Database, courses: CourseCache): StatisticsDesk {
  const kept = makeRecent<Promise<Counted>>(KEPT)
  const running = new Set<Worker>()
  let queue: Promise<unknown> = Promise.resolve()

  async function count (cohortId: string, quizKey: string, versionIds: readonly string[], title: Text, order: WorkOrder, firstLanguage: string): Promise<Counted> {
    const worker = takeThread()
    running.add(worker)
    try {
      const answer = new Promise<QuizStatistics>((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
        worker.once('exit', () => { reject(new Error('the statistics were not finished')) })
      })
      // Whatever happens while attempts are read, the thread's own end is looked at below.
      answer.catch(() => {})
      const deliver = (delivery: Delivery): void => { worker.postMessage(delivery) }
      worker.postMessage(order)
      await nextTurn()
      const attempts = await selectFirstAttempts(db.read, cohortId, quizKey, versionIds)
      await nextTurn()
      for (let from = 0; from < attempts.length; from += AT_ONCE) {
        const some = attempts.slice(from, from + AT_ONCE)
        const stored = await selectStored(db.read, some.map(({ id }) => id))
        const groups = new Map(some.map(({ id, locale }) => [id, readIn(title, locale, firstLanguage)]))
        deliver(stored.map((attempt) => ({ stored: attempt, group: groups.get(attempt.id) ?? firstLanguage })))
        await nextTurn()
      }
      deliver([])
      return { statistics: await answer, people: new Map(attempts.map(({ id, personId, name }) => [id, { personId, name }])) }
    } finally {
      // Nobody waits for its memory to be given back.
      void endThread(worker).finally(() => { running.delete(worker) })
    }
  }

  async function quizAmong (versionIds: readonly string[], quizKey: string): Promise<QuizDefinition | undefined> {
    for (const versionId of versionIds) {
      const quiz = await courses.quiz(db.read, versionId, quizKey)
      if (quiz !== undefined) return quiz
    }
    return undefined
  }

  return {
    async report (person, { cohortId, quizKey, language, counting = 'present' }) {
      const cohort = await managedCohort(db.read, person, cohortId)
      const sat = await selectSatVersions(db.read, cohortId, quizKey)
      const present: SatVersion = sat.find(({ versionId }) => versionId === cohort.versionId) ?? { versionId: cohort.versionId, number: cohort.course.version, attempts: 0, state: '' }
      const known = sat.includes(present) ? sat : [...sat, present].sort((a, b) => b.number - a.number)
      const counted = counting === 'present' ? [present] : counting === 'all' ? known : known.filter(({ number }) => counting.includes(number))
      // An exam that the new version has no more is still there for those who sat it.
      const quiz = await quizAmong([cohort.versionId, ...counted.map(({ versionId }) => versionId)], quizKey)
      if (quiz === undefined || counted.length === 0) throw new Refusal('not-found')
      const outline = await courses.outline(db.read, cohort.versionId)
      // A question goes by its key; where versions say it otherwise, the newest speaks for it.
      const list = []
      for (const { versionId, number } of counted.toReversed()) list.push(...(await courses.questions(db.read, versionId)).map(({ id, definition }) => ({ id, definition, number })))
      const name = JSON.stringify([cohortId, quizKey, language, counted.map(({ number, state }) => [number, state])])
      let figures = kept.get(name)
      if (figures === undefined) {
        const order: WorkOrder = { questions: list.flatMap(({ id, definition }) => isAsked(definition) ? [{ id, definition }] : []), language }
        // One thread at a time: the machine is there for those who sit an exam.
        figures = queue.then(async () => await count(cohortId, quizKey, counted.map(({ versionId }) => versionId), outline.title, order, outline.language))
        queue = figures.catch(() => { kept.drop(name) })
        void kept.keep(name, figures)
      }
      return {
        cohort: { id: cohort.id, name: cohort.name },
        quiz,
        language: outline.language,
        questions: new Map(list.map(({ definition }) => [definition.key, definition])),
        versions: known.map((version) => ({ ...version, isCounted: counted.includes(version), isPresent: version === present })),
        versionOf: new Map(list.map(({ id, number }) => [id, number])),
        ...await figures
      }
    },

    async close () {
      await Promise.all([endPreparing(), ...[...running].map(async (worker) => await worker.terminate())])
    }
  }
}

/** The language somebody reads a course in: their own where it is written in it, or its base, else the course's first. */
function readIn (title: Text, locale: string, first: string): string {
  if (typeof title === 'string') return first
  const base = locale.replace(/-.*$/, '')
  return [locale, base].find((language) => Object.hasOwn(title, language)) ?? first
}

/** What a question asks, on one line and without the marks of its Markdown. */
export function promptOf (definition: QuestionDefinition | undefined, language: string, firstLanguage: string): string {
  if (definition === undefined) return ''
  const prompt = textIn(definition.prompt, language, firstLanguage).replace(/[*`]+|^#+ /gm, '').replace(/\s+/g, ' ').trim()
  return prompt.length > 180 ? `${prompt.slice(0, 179)}…` : prompt
}
