import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatDateTime, formatNumber } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import type { Human, SamePerson } from './one-person.ts'
import type { Reader } from '../views.ts'

export function samePersonView (same: SamePerson, form: { readonly intoId: string, readonly reason: string, readonly problems: readonly string[] }, reader: Reader): PageView {
  const { t, url, place } = reader
  const { human, root } = same
  const line = (other: Human): object => ({ ...humanLine(other, reader), chosen: other.id === form.intoId })
  return {
    title: t('same-person.title-of', { name: human.name }),
    nav: '/desk/people',
    id: human.id,
    name: human.name,
    href: url('/desk/people/:id', { id: human.id }),
    problems: form.problems,
    typed: { intoId: same.alike.some(({ id }) => id === form.intoId) ? '' : form.intoId, reason: form.reason },
    merged: human.mergedInto === null ? null : { name: root.name, href: url('/desk/people/:id/same', { id: root.id }) },
    others: same.others.map(line),
    alike: same.alike.map(line),
    history: same.history.map((merge) => ({
      words: t('same-person.history.merged', { one: merge.personName, other: merge.intoName, by: merge.mergedBy, date: formatDateTime(merge.mergedAt, place) }),
      reason: merge.reason,
      undone: merge.unmergedAt === null ? '' : t('same-person.history.unmerged', { by: merge.unmergedBy ?? '', date: formatDateTime(merge.unmergedAt, place) })
    }))
  }
}

export function humanJson ({ id, name, latinName, country, agency, rank, birthDay, email, mergedInto, certificates }: Human): Human {
  return { id, name, latinName, country, agency, rank, birthDay, email, mergedInto, certificates }
}

function humanLine (human: Human, { url, place }: Reader): object {
  return {
    id: human.id,
    name: human.name,
    latinName: human.latinName ?? '',
    href: url('/desk/people/:id', { id: human.id }),
    same: url('/desk/people/:id/same', { id: human.id }),
    country: human.country === null ? '' : countryName(human.country, place.language),
    agency: human.agency ?? '',
    birthDay: human.birthDay === null ? '' : formatDate(human.birthDay, place),
    email: human.email ?? '',
    certificates: formatNumber(human.certificates, place.language)
  }
}

export function alikeView (groups: ReadonlyArray<readonly Human[]>, next: string | null, reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('same-person.list'),
    nav: '/desk/people',
    main: 'reading',
    groups: groups.map((group) => ({ people: group.map((human) => humanLine(human, reader)), same: url('/desk/people/:id/same', { id: group[0]?.id ?? '' }) })),
    next: next === null ? null : url('/desk/people/alike', {}, { cursor: next })
  }
}
