import { cohortLine } from '../cohorts/views.ts'
import type { PageView } from '../http/app-type.ts'
import { formatDate } from '../http/pages.ts'
import type { Person } from '../person.ts'
import { enrolmentCard } from '../progress/views.ts'
import { rowView, type Reader } from '../quotas/views.ts'
import type { Home } from './home.ts'
import type { Todo } from './todo.ts'

/** One thing that waits, in words, with the page where it is done. */
export function todoView (todo: Todo, { t, url, place }: Reader): { text: string, href: string } {
  switch (todo.kind) {
    case 'mark': return { text: t('todo.mark', { count: todo.count, since: todo.since === null ? '' : formatDate(todo.since, place) }), href: url('/desk/marking') }
    case 'decide': return { text: t('todo.decide', { count: todo.count, cohort: todo.cohort }), href: url('/desk/cohorts/:id/nominations', { id: todo.cohortId }) }
    case 'approve': return { text: t('todo.approve', { count: todo.count }), href: url('/desk/quotas/changes') }
    case 'close': return { text: t('todo.close', { count: todo.count, target: todo.quota }), href: todo.count === 1 ? url('/desk/quotas/:id', { id: todo.quotaId }) : url('/desk/quotas') }
    case 'lapse': return { text: t('todo.lapse', { count: todo.count, list: todo.team }), href: url('/desk/readiness/teams/:id', { id: todo.teamId }) }
    case 'nominate': return { text: t('todo.nominate', { count: todo.count }), href: url('/desk/nominations') }
  }
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
    onDesk,
    quotas: home.quotas.map((quota) => rowView(quota, home.courseTitles, reader)),
    sections: ([['running', home.running], ['coming', home.coming]] as const).filter(([, cohorts]) => cohorts.length > 0).map(([state, cohorts]) => ({
      id: `cohorts-${state}`,
      title: t(`home.cohorts.${state}`),
      cohorts: cohorts.map((cohort) => cohortLine(cohort, { t, url, ...place }))
    }))
  }
}
