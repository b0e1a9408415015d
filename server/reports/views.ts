import { cohortLine } from '../cohorts/views.ts'
import type { PageView } from '../http/app-type.ts'
import { formatDate, formatDateTime } from '../http/pages.ts'
import type { Person } from '../person.ts'
import { enrolmentCard } from '../progress/views.ts'
import { rowView, type Reader } from '../quotas/views.ts'
import type { Home } from './home.ts'
import type { Todo } from './todo.ts'

/** Longest time that is said in minutes. */
const MOST_MINUTES = 240

/** One thing that waits, in words, with the page where it is done. */
export function todoView (todo: Todo, { t, url, place }: Reader): { text: string, href: string } {
  const day = (instant: string, timeZone: string | null = null): string => formatDate(instant, { language: place.language, timeZone: timeZone ?? place.timeZone })
  switch (todo.kind) {
    case 'attempt': return { text: attemptText(todo, { t, place }), href: url('/attempts/:id', { id: todo.attemptId }) }
    // The last day is the one before the first instant at which it is over.
    case 'learn': return { text: t('todo.learn', { count: todo.count, course: todo.course, date: day(new Date(Date.parse(todo.endsAt) - 1).toISOString(), todo.timeZone) }), href: url('/enrolments/:id', { id: todo.enrolmentId }) }
    case 'starts': return { text: t('todo.starts', { course: todo.course, date: day(todo.startsAt, todo.timeZone) }), href: url('/enrolments/:id', { id: todo.enrolmentId }) }
    case 'ends': return { text: t('todo.ends', { course: todo.course, date: day(todo.endsAt) }), href: url('/certificates/:serial', { serial: todo.serial }) }
    case 'mark': return { text: t('todo.mark', { count: todo.count, since: todo.since === null ? '' : formatDate(todo.since, place) }), href: url('/desk/marking') }
    case 'help': return { text: t('todo.help', { count: todo.count, cohort: todo.cohort }), href: url('/desk/cohorts/:id', { id: todo.cohortId }, { show: 'stuck' }) }
    case 'begins': return { text: t(todo.seats === null ? 'todo.begins' : 'todo.begins-seats', { count: todo.count, cohort: todo.cohort, date: day(todo.startsAt, todo.timeZone), seats: todo.seats }), href: url('/desk/cohorts/:id', { id: todo.cohortId }) }
    case 'draft': return { text: t('todo.draft', { count: todo.count, title: todo.title }), href: todo.count === 1 ? url('/desk/drafts/:id', { id: todo.draftId }) : url('/desk/courses') }
    case 'decide': return { text: t('todo.decide', { count: todo.count, cohort: todo.cohort }), href: url('/desk/cohorts/:id/nominations', { id: todo.cohortId }) }
    case 'approve': return { text: t('todo.approve', { count: todo.count }), href: url('/desk/quotas/changes') }
    case 'close': return { text: t('todo.close', { count: todo.count, target: todo.quota }), href: todo.count === 1 ? url('/desk/quotas/:id', { id: todo.quotaId }) : url('/desk/quotas') }
    case 'behind': return { text: t('todo.behind', { count: todo.count, target: todo.quota, by: todo.by }), href: todo.count === 1 ? url('/desk/quotas/:id', { id: todo.quotaId }) : url('/desk/quotas') }
    case 'expiring': return { text: t('todo.expiring', { count: todo.count }), href: url('/desk/certificates/expiring', {}, { period: '30' }) }
    case 'lapse': return { text: t('todo.lapse', { count: todo.count, list: todo.team }), href: url('/desk/readiness/teams/:id', { id: todo.teamId }) }
    case 'correct': return { text: t('todo.correct', { count: todo.count }), href: url('/desk/corrections') }
    case 'answered': return { text: t('todo.answered', { count: todo.count }), href: todo.count === 1 ? url('/desk/corrections/:id', { id: todo.proposalId }) : url('/desk/corrections', {}, { show: 'all' }) }
    case 'nominate': return { text: todo.until === null ? t('todo.nominate', { count: todo.count }) : t('todo.nominate-until', { count: todo.count, date: formatDate(todo.until, { language: place.language, timeZone: 'UTC' }) }), href: url('/desk/nominations') }
  }
}

/** An attempt that ends within hours says how long is left; one that is open for days, until when. */
function attemptText ({ quiz, course, dueAt, minutesLeft }: Extract<Todo, { kind: 'attempt' }>, { t, place }: Pick<Reader, 't' | 'place'>): string {
  if (dueAt === null || minutesLeft === null) return t('todo.attempt', { quiz, course })
  return minutesLeft <= MOST_MINUTES ? t('todo.attempt-left', { quiz, course, minutes: minutesLeft }) : t('todo.attempt-due', { quiz, course, due: formatDateTime(dueAt, place) })
}

export function homeView (home: Home, todo: readonly Todo[], person: Person, now: Date, reader: Reader): PageView {
  const { t, url, place } = reader
  const onDesk = person.roles.some(({ role }) => role !== 'trainee')
  const wide = onDesk ? {} : { main: 'reading' as const }
  return {
    title: t('home.title'),
    nav: '/',
    ...wide,
    greeting: t('home.greeting', { name: person.name }),
    today: formatDate(now.toISOString(), place),
    enrolments: home.enrolments.map(({ enrolment, course }) => enrolmentCard(enrolment, course, now.toISOString(), { t, url, ...place })),
    todo: todo.map((one) => todoView(one, reader)),
    nothing: !onDesk && home.enrolments.length === 0,
    calm: todo.length === 0 && (onDesk || home.enrolments.length > 0),
    onDesk,
    quotas: home.quotas.map((quota) => rowView(quota, home.courseTitles, reader)),
    sections: ([['running', home.running], ['coming', home.coming]] as const).filter(([, cohorts]) => cohorts.length > 0).map(([state, cohorts]) => ({
      id: `cohorts-${state}`,
      title: t(`home.cohorts.${state}`),
      cohorts: cohorts.map((cohort) => cohortLine(cohort, { t, url, ...place }))
    }))
  }
}
