import type { PageView } from '../http/app-type.ts'
import { directionOf, type Translate } from '../http/messages.ts'
import { formatDate, formatNumber, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { hasRole, type Person } from '../person.ts'
import type { BehaviourName, QuizDefinition } from '../quiz/definition.ts'
import { textIn } from '../quiz/text.ts'
import type { CourseDetail, CourseEntry, LessonPreview } from './desk.ts'
import { lessonHtml } from './lesson-html.ts'
import { activitiesOf } from './outline.ts'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

const NAV = '/desk/courses'

export function courseJson ({ version, questions, cohorts }: CourseEntry, language: string) {
  const { outline } = version
  return {
    slug: version.slug,
    title: textIn(version.title, language, outline.language),
    summary: textIn(outline.summary, language, outline.language),
    language: outline.language,
    version: version.number,
    publishedAt: version.publishedAt,
    validMonths: outline.validMonths,
    questions,
    cohorts
  }
}

export function courseDetailJson ({ version, versions, questions, quizzes }: CourseDetail, language: string) {
  const { outline } = version
  const said = (text: Parameters<typeof textIn>[0]): string => textIn(text, language, outline.language)
  return {
    ...courseJson({ version, questions, cohorts: versions.reduce((sum, { cohorts }) => sum + cohorts, 0) }, language),
    modules: outline.modules.map(({ key, title, activities }) => ({
      key,
      title: said(title),
      activities: activities.map(({ key, kind, title, minutes }) => ({ key, kind, title: said(title), minutes: minutes ?? null }))
    })),
    quizzes: quizzes.map(({ quiz, asked }) => ({
      key: quiz.key, title: said(quiz.title), asks: asked, passPercent: quiz.passPercent, attempts: quiz.attempts ?? null, limitMinutes: quiz.limitMinutes ?? null, behaviour: quiz.behaviour
    })),
    versions: [...versions]
  }
}

/** @param drafts those that the reader writes, as their own views say them */
export function coursesView (entries: readonly CourseEntry[], drafts: readonly object[], { t, url, ...place }: Reader): PageView {
  return {
    title: t('courses.title'),
    nav: NAV,
    drafts,
    newHref: url('/desk/drafts/new'),
    courses: entries.map(({ version, questions, cohorts }) => ({
      href: url('/desk/courses/:slug', { slug: version.slug }),
      title: textIn(version.title, place.language, version.outline.language),
      version: String(version.number),
      published: formatDate(version.publishedAt, place),
      modules: formatNumber(version.outline.modules.length, place.language),
      questions: formatNumber(questions, place.language),
      cohorts: formatNumber(cohorts, place.language)
    }))
  }
}

/** @param published the number of the version that was published just now */
export function courseView ({ version, versions, questions, quizzes }: CourseDetail, person: Person, published: number | undefined, { t, url, ...place }: Reader): PageView {
  const { outline, number, slug } = version
  const { language } = place
  const said = (text: Parameters<typeof textIn>[0]): string => textIn(text, language, outline.language)
  const activities = activitiesOf(outline)
  const isLatest = versions[0]?.number === number
  const older = isLatest ? {} : { version: number }
  const lessons = activities.filter(({ kind }) => kind === 'lesson')
  return {
    title: said(version.title),
    nav: NAV,
    slug,
    summary: said(outline.summary),
    version: t('courses.version', { version: String(number), date: formatDate(version.publishedAt, place) }),
    olderNotice: isLatest ? '' : t('courses.older', { version: String(versions[0]?.number ?? number) }),
    latestHref: url('/desk/courses/:slug', { slug }),
    publishedNotice: published === number ? t('courses.published', { version: number }) : '',
    notes: versions.find((one) => one.number === number)?.notes ?? '',
    editAction: url('/desk/drafts/new'),
    numberText: String(number),
    exportHref: url('/api/v1/courses/:slug/export', { slug }, older),
    moveHref: versions.some((one) => one.number !== versions[0]?.number && one.cohorts > 0) ? url('/desk/courses/:slug/cohorts', { slug }) : '',
    newCohortHref: hasRole(person, 'administrator') && isLatest ? url('/desk/cohorts/new', {}, { course: slug }) : '',
    figures: [
      { value: outline.modules.length, label: t('courses.figure.modules', { count: outline.modules.length }) },
      { value: lessons.length, label: t('courses.figure.lessons', { count: lessons.length }) },
      { value: quizzes.length, label: t('courses.figure.quizzes', { count: quizzes.length }) },
      { value: questions, label: t('courses.figure.questions', { count: questions }) }
    ].map(({ value, label }) => ({ value: formatNumber(value, language), label })),
    validity: outline.validMonths === null ? t('courses.valid-always') : t('courses.valid-months', { months: outline.validMonths }),
    modules: outline.modules.map((module, index) => ({
      id: String(index + 1),
      title: said(module.title),
      summary: module.summary === undefined ? '' : said(module.summary),
      activities: module.activities.map(({ key, kind, title, minutes }) => {
        const found = quizzes.find(({ quiz }) => quiz.key === key)
        return {
          title: said(title),
          href: kind === 'lesson' ? url('/desk/courses/:slug/lessons/:key', { slug, key }, older) : '',
          what: found === undefined ? t('courses.lesson', { minutes: minutes ?? 1 }) : quizSummary(found.quiz, found.asked, t)
        }
      })
    })),
    versions: versions.map(({ number: other, publishedAt, publishedBy, notes, cohorts }) => ({
      by: publishedBy ?? '',
      notes,
      number: String(other),
      href: other === number ? '' : url('/desk/courses/:slug', { slug }, { version: other }),
      published: formatDate(publishedAt, place),
      cohorts: formatNumber(cohorts, language)
    }))
  }
}

/** When feedback comes, as the message's choices are called. */
const FEEDBACK: Readonly<Record<BehaviourName, 'atEnd' | 'eachQuestion' | 'eachTry' | 'marked'>> = {
  deferred: 'atEnd',
  'deferred-certainty': 'atEnd',
  immediate: 'eachQuestion',
  'immediate-certainty': 'eachQuestion',
  interactive: 'eachTry',
  adaptive: 'eachTry',
  'adaptive-no-penalty': 'eachTry',
  manual: 'marked'
}

/** A quiz in one sentence: how many questions, what passes, how often, how long, when feedback comes. */
export function quizSummary ({ passPercent, attempts, limitMinutes, behaviour }: QuizDefinition, asked: number, t: Translate): string {
  return t('courses.quiz', {
    questions: asked,
    percent: passPercent,
    // ICU chooses the wording by these; 0 is "without a limit", which no quiz can have.
    attempts: attempts ?? 0,
    minutes: limitMinutes ?? 0,
    feedback: FEEDBACK[behaviour]
  })
}

export function lessonPreviewView ({ version, lesson }: LessonPreview, { t, url, language }: Reader): PageView {
  const { slug, number, outline } = version
  const said = (text: Parameters<typeof textIn>[0]): string => textIn(text, language, outline.language)
  const module = outline.modules.find(({ activities }) => activities.some(({ key }) => key === lesson.key))
  const lessons = activitiesOf(outline).filter(({ kind }) => kind === 'lesson')
  const place = lessons.findIndex(({ key }) => key === lesson.key)
  const neighbour = (step: -1 | 1) => {
    const found = lessons[place + step]
    return found === undefined ? null : { title: said(found.title), href: url('/desk/courses/:slug/lessons/:key', { slug, key: found.key }, { version: number }) }
  }
  return {
    title: lesson.title,
    nav: NAV,
    main: 'reading',
    course: { title: said(version.title), href: url('/desk/courses/:slug', { slug }, { version: number }) },
    module: module === undefined ? '' : said(module.title),
    minutes: t('courses.lesson', { minutes: lesson.minutes }),
    lessonLanguage: lesson.language,
    lessonDirection: directionOf(lesson.language),
    html: lessonHtml(lesson.html, url),
    previous: place > 0 ? neighbour(-1) : null,
    next: neighbour(1)
  }
}
