import type { Static } from 'typebox'
import type { PageView } from '../http/app-type.ts'
import { formatNumber, type Place } from '../http/pages.ts'
import type { Translate } from '../http/messages.ts'
import type { Url } from '../http/urls.ts'
import { lessonHtml } from '../courses/lesson-html.ts'
import { activitiesOf, type CourseOutline, type OutlineActivity } from '../courses/outline.ts'
import { allowedLines } from '../cohorts/accommodations/views.ts'
import { spanOf } from '../cohorts/span-view.ts'
import { textIn } from '../quiz/quiz.ts'
import type { Enrolment, EnrolmentCourse, EnrolmentDetail } from './progress.ts'
import type { EnrolmentAnswer, EnrolmentDetailAnswer } from './schemas.ts'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

export function enrolmentJson (enrolment: Enrolment, course: EnrolmentCourse): Static<typeof EnrolmentAnswer> {
  return {
    id: enrolment.id,
    cohort: enrolment.cohort,
    course,
    state: enrolment.state,
    progress: { done: enrolment.done, total: enrolment.total },
    certificateSerial: enrolment.certificateSerial
  }
}

export function enrolmentDetailJson (detail: EnrolmentDetail, course: EnrolmentCourse, language: string): Static<typeof EnrolmentDetailAnswer> {
  const { outline, states } = detail
  return {
    ...enrolmentJson(detail.enrolment, course),
    allowance: detail.reach === 'liaison' ? null : detail.allowance,
    modules: outline.modules.map((module) => ({
      key: module.key,
      title: textIn(module.title, language, outline.language),
      activities: module.activities.map(({ key, kind, title }) => ({
        key, kind, title: textIn(title, language, outline.language), state: states.get(key) ?? 'open'
      }))
    }))
  }
}

/** A card of the trainee's start page. */
export function enrolmentCard (enrolment: Enrolment, course: EnrolmentCourse, now: string, { t, url, ...place }: Reader) {
  const { cohort, done, total } = enrolment
  const span = spanOf(cohort, place)
  const phase = now < cohort.startsAt ? 'before' : now >= cohort.endsAt ? 'after' : 'running'
  return {
    title: course.title,
    cohort: cohort.name,
    href: url('/enrolments/:id', { id: enrolment.id }),
    done: String(done),
    total: String(total),
    progress: t('progress.done-of', { done: formatNumber(done, place.language), total: formatNumber(total, place.language) }),
    dates: t('progress.dates', { ...span }),
    state: enrolment.state === 'completed' ? 'done' : phase === 'running' ? 'info' : 'due',
    notRunning: enrolment.state === 'completed' || phase === 'running' ? '' : t(`progress.not-running.${phase}`, { date: phase === 'before' ? span.from : span.to }),
    stateLine: t(enrolment.state === 'completed' ? 'progress.state.completed' : `progress.phase.${phase}`),
    running: phase === 'running',
    action: t(enrolment.state === 'completed' ? 'progress.look-again' : phase !== 'running' ? 'progress.look-inside' : done > 0 ? 'progress.continue' : 'progress.begin'),
    certificateHref: enrolment.certificateSerial === null ? '' : url('/certificates/:serial', { serial: enrolment.certificateSerial })
  }
}

/** The course page of an enrolment: what to do, what is done, where one is. */
export function enrolmentView (detail: EnrolmentDetail, course: EnrolmentCourse, now: string, own: boolean, reader: Reader): PageView {
  const { t, url, language } = reader
  const { enrolment, outline, states } = detail
  const card = enrolmentCard(enrolment, course, now, reader)
  const next = activitiesOf(outline).find(({ key }) => states.get(key) !== 'done')
  const nextHref = own && card.running && next !== undefined ? hrefOf(enrolment.id, next, url) : ''
  return {
    title: course.title,
    main: 'reading',
    courseTitle: course.title,
    version: t('progress.version', { version: course.version }),
    holder: own ? '' : enrolment.person.name,
    cohortHref: own ? '' : url('/desk/cohorts/:id', { id: enrolment.cohort.id }),
    ...own ? {} : { nav: '/desk/cohorts' },
    progressLabel: t(own ? 'progress.your-progress' : 'progress.progress'),
    // It speaks to the trainee: for others the state above says it.
    notRunning: own ? card.notRunning : '',
    summary: textIn(outline.summary, language, outline.language),
    card,
    nextHref,
    // What somebody is allowed is for themselves and those who run their cohort.
    allowed: own ? allowedLines(detail.allowance, t) : [],
    hasButtons: nextHref !== '' || card.certificateHref !== '',
    nextTitle: next === undefined ? '' : textIn(next.title, language, outline.language),
    modules: outline.modules.map((module) => {
      const done = module.activities.filter(({ key }) => states.get(key) === 'done').length
      return {
        id: module.key,
        title: textIn(module.title, language, outline.language),
        summary: module.summary === undefined ? '' : textIn(module.summary, language, outline.language),
        progress: t('progress.done-of', { done: formatNumber(done, language), total: formatNumber(module.activities.length, language) }),
        activities: module.activities.map((activity) => {
          const state = states.get(activity.key) ?? 'open'
          return {
            href: own ? hrefOf(enrolment.id, activity, url) : '',
            title: textIn(activity.title, language, outline.language),
            what: activity.kind === 'lesson' ? t('progress.lesson-minutes', { minutes: activity.minutes ?? 1 }) : t('progress.quiz'),
            state: activity.key === next?.key ? 'here' : state === 'done' ? 'done' : 'open',
            stateLine: t(`progress.activity.${state}`)
          }
        })
      }
    })
  }
}

export function hrefOf (enrolmentId: string, activity: OutlineActivity, url: Url): string {
  return url(activity.kind === 'lesson' ? '/enrolments/:id/lessons/:key' : '/enrolments/:id/quizzes/:key', { id: enrolmentId, key: activity.key })
}

/** The neighbours of an activity: where "previous" and "next" lead. */
export function neighbours (outline: CourseOutline, key: string, enrolmentId: string, { url, language }: Reader): { previous: object | null, next: { href: string, title: string } | null } {
  const all = activitiesOf(outline)
  const index = all.findIndex((activity) => activity.key === key)
  const link = (activity: OutlineActivity | undefined): { href: string, title: string } | null =>
    activity === undefined ? null : { href: hrefOf(enrolmentId, activity, url), title: textIn(activity.title, language, outline.language) }
  return { previous: index > 0 ? link(all[index - 1]) : null, next: link(all[index + 1]) }
}

export interface LessonContent {
  readonly key: string
  readonly language: string
  readonly title: string
  readonly html: string
  readonly minutes: number
}

export function lessonView (detail: EnrolmentDetail, lesson: LessonContent, course: EnrolmentCourse, mayFinish: boolean, direction: string, reader: Reader): PageView {
  const { t, url } = reader
  const { enrolment, outline, states } = detail
  const module = outline.modules.find(({ activities }) => activities.some(({ key }) => key === lesson.key))
  return {
    title: `${lesson.title} · ${course.title}`,
    main: 'reading',
    lessonTitle: lesson.title,
    lessonLanguage: lesson.language,
    lessonDirection: direction,
    html: lessonHtml(lesson.html, url),
    minutes: t('progress.lesson-minutes', { minutes: lesson.minutes }),
    courseTitle: course.title,
    courseHref: url('/enrolments/:id', { id: enrolment.id }),
    moduleTitle: module === undefined ? '' : textIn(module.title, reader.language, outline.language),
    done: states.get(lesson.key) === 'done',
    finishHref: mayFinish && states.get(lesson.key) !== 'done' ? url('/enrolments/:id/lessons/:key/done', { id: enrolment.id, key: lesson.key }) : '',
    ...neighbours(outline, lesson.key, enrolment.id, reader)
  }
}
