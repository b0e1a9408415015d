import { insertAttempt, closeAttempt, insertSteps } from '../server/attempts/queries.ts'
import { insertEnrolments } from '../server/cohorts/enrolments/queries.ts'
import { makeCourseCache } from '../server/courses/courses.ts'
import { insertPerson } from '../server/people/queries.ts'
import { apply, drawPaper, kindOf, openAttempt, scoreOf, type QuestionDefinition } from '../server/quiz/quiz.ts'
import { randomFrom } from '../server/quiz/random.ts'
import type { TestApp } from './app.ts'
import type { Walk } from './trainee.ts'

/** Whoever sits: how able, from 0 to 6, and reading what. */
interface Sitter {
  readonly ability: number
  readonly language: 'en' | 'ar'
  /** Whether somebody so able knows an ordinary question, this time. */
  readonly usual: boolean
}

/** Finished exams of many trainees, every second one reading Arabic, written as the features write them.
 * @param planted by the key of a question, who knows it; the abler know every other */
export async function manySit (test: TestApp, walk: Walk, people: number, planted: Readonly<Record<string, (sitter: Sitter) => boolean>> = {}): Promise<void> {
  const now = test.world.now().toISOString()
  const later = (seconds: number): string => new Date(Date.parse(now) + seconds * 1000).toISOString()
  const courses = makeCourseCache()
  const { versionId } = await test.db.read.selectFrom('cohort').select('course_version_id as versionId').where('id', '=', walk.cohortId).executeTakeFirstOrThrow()
  const quiz = await courses.quiz(test.db.read, versionId, 'exam')
  const questions = await courses.questions(test.db.read, versionId)
  if (quiz === undefined) throw new Error('no exam')
  const definitions = new Map(questions.map(({ id, definition }) => [id, definition]))
  const random = randomFrom('many')
  await test.db.write(async (tx) => {
    for (let index = 0; index < people; index++) {
      const ability = index % 7
      const language = index % 2 === 0 ? 'en' : 'ar'
      const personId = test.world.newId()
      await insertPerson(tx, { id: personId, name: `Trainee ${index}`, country: 'ZM', agency: null, rank: null, locale: language, created_at: now })
      const enrolmentId = test.world.newId()
      await insertEnrolments(tx, [{ id: enrolmentId, cohort_id: walk.cohortId, person_id: personId, state: 'active', enrolled_at: now, active_at: null, completed_at: null, done: 0, total: 3 }])
      const paper = drawPaper(quiz, questions, `seed ${index}`)
      const definitionOf = (slot: number): QuestionDefinition => definitions.get(paper.slots[slot - 1]?.questionId ?? '') as QuestionDefinition
      let attempt = openAttempt(paper, { behaviour: 'deferred', startedAt: now, dueAt: null })
      const steps = []
      for (const { slot } of paper.slots) {
        const definition = definitionOf(slot)
        const usual = random.below(8) <= ability
        const known = planted[definition.key]?.({ ability, language, usual }) ?? usual
        const wrong = definition.kind === 'choice' ? { choices: [definition.choices.find(({ correct }) => correct !== true)?.key ?? ''] } : null
        const applied = apply(attempt, { type: 'answer', slot, answer: known ? kindOf(definition).rightAnswer(definition) : wrong }, { at: later(slot * 30), definitionOf })
        if (!applied.ok) throw new Error(applied.refused)
        attempt = applied.attempt
        steps.push(...applied.steps)
      }
      const ended = apply(attempt, { type: 'finish', by: 'trainee' }, { at: later(1200), definitionOf })
      if (!ended.ok) throw new Error(ended.refused)
      const id = test.world.newId()
      const { mark, markMax, percent, passed } = scoreOf(ended.attempt.slots, quiz.passPercent)
      await insertAttempt(tx, { id, enrolmentId, quizKey: 'exam', number: 1, paper, startedAt: now, dueAt: null, endsAt: null, correctedAt: null, markMax })
      await insertSteps(tx, id, [...steps, ...ended.steps])
      await closeAttempt(tx, id, { state: 'graded', finishedAt: later(1200), endedBy: 'trainee', mark, percent, passed })
    }
  })
}
