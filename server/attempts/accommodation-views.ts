import { versionOf, type Accommodation } from '../cohorts/accommodations/accommodations.ts'
import { allowedLines, periodOf } from '../cohorts/accommodations/views.ts'
import type { PageView } from '../http/app-type.ts'
import { formatDate, formatNumber } from '../http/pages.ts'
import type { Problem } from '../refusals.ts'
import type { Reader } from './views.ts'

export interface AccommodationForm {
  readonly extraPercent: string
  readonly extraMinutes: string
  readonly extraAttempts: string
  readonly laterDays: string
  readonly reason: string
  readonly from: string
  readonly until: string
}

/** What happened just now: done as asked, or due to be looked at. */
export interface Notice { readonly text: string, readonly kind: 'done' | 'due' }

export function accommodationJson ({ id, extraPercent, extraMinutes, extraAttempts, laterDays, startsAt, endsAt, state, reason, givenBy, givenAt, endedBy, endedAt }: Accommodation) {
  return { id, extraPercent, extraMinutes, extraAttempts, laterDays, startsAt, endsAt, state, reason, givenBy, givenAt, endedBy, endedAt }
}

const PILL = { 'in-force': 'done', coming: 'info', ended: '' } as const

export function accommodationsView ({ whose, items, form, problems, notice }: {
  readonly whose: { readonly id: string, readonly name: string }
  readonly items: readonly Accommodation[]
  readonly form: AccommodationForm
  readonly problems: readonly Problem[]
  readonly notice: Notice | null
}, reader: Reader): PageView {
  const { t, url, language } = reader
  return {
    title: t('accommodations.title'),
    nav: '/desk/people',
    main: 'reading',
    whose: { name: whose.name, href: url('/desk/people/:id', { id: whose.id }) },
    action: url('/desk/people/:id/accommodations', { id: whose.id }),
    notice,
    version: String(versionOf(items)),
    items: items.map((one) => ({
      lines: allowedLines(one, t),
      reason: one.reason,
      period: periodOf(one, reader),
      state: t(`accommodations.state.${one.state}`),
      pill: PILL[one.state],
      given: t('accommodations.given-by', { name: one.givenBy.name, date: formatDate(one.givenAt, reader) }),
      ended: one.endedAt === null ? '' : t('accommodations.ended-by', { name: one.endedBy?.name ?? '', date: formatDate(one.endedAt, reader) }),
      endAction: one.state === 'ended' ? '' : url('/desk/accommodations/:id/end', { id: one.id })
    })),
    form,
    problems: problems.map(({ path = '', message }) => ({ field: path, message })),
    problemsTitle: t('accommodations.problems', { count: formatNumber(problems.length, language), n: problems.length }),
    error: Object.fromEntries(problems.map(({ path = '', message }) => [path, message])),
    open: problems.length > 0 || items.length === 0
  }
}
