import { renderTextOnce } from '../courses/markdown.ts'
import type { PageView } from '../http/app-type.ts'
import { formatNumber } from '../http/pages.ts'
import type { EnrolmentCourse, EnrolmentDetail } from '../progress/progress.ts'
import { neighbours, type Reader } from '../progress/views.ts'
import { attemptsWith, gradeOverAttempts, limitWith, textIn, type Allowance, type QuizDefinition } from '../quiz/quiz.ts'
import type { AttemptRow } from './attempts.ts'
import { rulesOf } from './quiz-rules-view.ts'
import { limitOf } from './sitting.ts'

/** What a quiz will be like, in words, the attempts so far, and the button that begins. */
export function quizView (detail: EnrolmentDetail, quiz: QuizDefinition, questions: number, attempts: readonly AttemptRow[], course: EnrolmentCourse, running: boolean, reader: Reader): PageView {
  const { t, url, language } = reader
  const { enrolment, outline, states, allowance } = detail
  const title = textIn(quiz.title, language, outline.language)
  const open = attempts.find(({ state }) => state === 'open')
  const grade = gradeOverAttempts(attempts, quiz)
  const most = attemptsWith(quiz.attempts, allowance)
  const limit = limitWith(limitOf(quiz), allowance)
  const left = most === undefined ? null : most - attempts.length
  return {
    title: `${title} · ${course.title}`,
    main: 'reading',
    quizTitle: title,
    courseTitle: course.title,
    courseHref: url('/enrolments/:id', { id: enrolment.id }),
    intro: quiz.intro === undefined ? '' : renderTextOnce(textIn(quiz.intro, language, outline.language), undefined, false),
    done: states.get(quiz.key) === 'done',
    facts: [
      { name: t('attempts.fact.questions'), value: formatNumber(questions, language) },
      { name: t('attempts.fact.time'), value: limit === null ? t('attempts.fact.no-limit') : t('attempts.fact.minutes', { minutes: Math.round(limit / 6) / 10 }) },
      { name: t('attempts.fact.pass'), value: t('attempts.fact.percent', { percent: quiz.passPercent }) },
      { name: t('attempts.fact.attempts'), value: most === undefined ? t('attempts.fact.any-number') : t('attempts.fact.attempts-left', { left: Math.max(0, left ?? 0), of: most }) },
      { name: t('attempts.fact.feedback'), value: t(`attempts.fact.${quiz.behaviour}`) }
    ],
    allowed: allowedOf(quiz, allowance, t),
    rules: rulesOf(quiz, outline.language, reader),
    grade: grade === null || attempts.length < 2 ? '' : t('attempts.grade', { percent: formatNumber(Math.round(grade.percent * 10) / 10, language) }),
    attempts: attempts.map((attempt) => ({
      number: String(attempt.number),
      startedAt: attempt.startedAt,
      open: attempt.state === 'open',
      passed: attempt.passed === true,
      waits: attempt.state === 'needs-marking',
      result: attempt.percent === null || attempt.state === 'needs-marking' ? '' : t('attempts.fact.percent', { percent: formatNumber(Math.round(attempt.percent * 10) / 10, language) }),
      href: attempt.state === 'open' ? url('/attempts/:id', { id: attempt.id }) : url('/attempts/:id/review', { id: attempt.id })
    })),
    startHref: running && (open !== undefined || left === null || left > 0) ? url('/enrolments/:id/quizzes/:key/attempts', { id: enrolment.id, key: quiz.key }) : '',
    startLabel: t(open !== undefined ? 'attempts.attempt-continue' : attempts.length > 0 ? 'attempts.attempt-again' : 'attempts.attempt-start'),
    whyNot: !running ? t('attempts.not-running') : left !== null && left <= 0 && open === undefined ? t('attempts.no-attempts-left') : '',
    ...neighbours(outline, quiz.key, enrolment.id, reader)
  }
}

/** The same for other programs. */
export function quizJson ({ outline, allowance, states }: EnrolmentDetail, quiz: QuizDefinition, questions: number, attempts: readonly AttemptRow[], language: string) {
  return {
    key: quiz.key,
    title: textIn(quiz.title, language, outline.language),
    done: states.get(quiz.key) === 'done',
    questions,
    passPercent: quiz.passPercent,
    limitSeconds: limitWith(limitOf(quiz), allowance),
    attemptsAllowed: attemptsWith(quiz.attempts, allowance) ?? null,
    behaviour: quiz.behaviour,
    attempts: attempts.map(({ id, number, state, startedAt, percent, passed }) => ({ id, number, state, startedAt, percent, passed }))
  }
}

/** What of a trainee's own allowance changes this quiz, in words; '' when nothing does. */
function allowedOf (quiz: QuizDefinition, { extraPercent, extraMinutes, extraAttempts }: Allowance, t: Reader['t']): string {
  const time = quiz.limitMinutes !== undefined && extraPercent + extraMinutes > 0
  const attempts = quiz.attempts !== undefined && extraAttempts > 0
  return time || attempts ? t('accommodations.in-quiz', { time: time ? 'yes' : 'no', attempts: attempts ? 'yes' : 'no' }) : ''
}
