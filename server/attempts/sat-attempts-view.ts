import type { PageView } from '../http/app-type.ts'
import { formatDateTime, formatPercent } from '../http/pages.ts'
import { textIn } from '../quiz/quiz.ts'
import type { SatAttempts } from './sat-attempts.ts'
import type { Reader } from './views.ts'

/** Who has sat a quiz, and the way to what each answered. */
export function satAttemptsView ({ cohort, quiz, language: first, items, count, page, pages }: SatAttempts, search: string, reader: Reader): PageView {
  const { t, url, language } = reader
  const path = { id: cohort.id, key: quiz.key }
  const here = (page: number): string => url('/desk/cohorts/:id/quizzes/:key/attempts', path, { page, ...search !== '' && { search } })
  return {
    title: t('see.attempts', { quiz: textIn(quiz.title, language, first) }),
    nav: '/desk/cohorts',
    cohortName: cohort.name,
    cohortHref: url('/desk/cohorts/:id', { id: cohort.id }),
    action: url('/desk/cohorts/:id/quizzes/:key/attempts', path),
    search,
    count: t('see.attempts.count', { count }),
    isSearched: search !== '',
    mayBeSearched: items.length > 0 || search !== '',
    attempts: items.map((row) => ({
      href: row.state === 'open' ? '' : url('/attempts/:id/review', { id: row.id }),
      name: row.personName,
      number: t('see.attempt', { number: row.number }),
      state: row.state === 'graded' ? t(row.passed === true ? 'attempts.passed' : 'attempts.not-passed') : t(`see.state.${row.state}`),
      pill: row.state === 'needs-marking' ? 'due' : row.state === 'open' ? 'info' : row.passed === true ? 'done' : '',
      percent: row.percent === null || row.state === 'needs-marking' ? '–' : formatPercent(row.percent, language),
      at: row.finishedAt === null ? '–' : formatDateTime(row.finishedAt, reader)
    })),
    previousHref: page > 1 ? here(page - 1) : '',
    nextHref: page < pages ? here(page + 1) : ''
  }
}
