import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatDateTime, formatNumber } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import type { Foreseen } from '../ledger.ts'
import type { Compared, HeldApart, Human, Likeness, SamePerson, Suggested } from './one-person.ts'
import type { Reader } from '../views.ts'

/** What was typed to find another record, and what was found. */
export interface Sought {
  readonly typed: string
  readonly found: readonly Suggested[]
}

export function samePersonView (same: SamePerson, sought: Sought, form: { readonly reason: string, readonly problems: readonly string[], readonly done: string | null }, reader: Reader): PageView {
  const { t, url, place } = reader
  const { human, root } = same
  const line = ({ human: other, why }: Suggested): object => ({
    ...humanLine(other, reader), why: whyWords(why, reader), compare: url('/desk/people/:id/same', { id: human.id }, { into: other.id })
  })
  return {
    ...headOf(human, reader),
    done: form.done,
    list: url('/desk/people/alike'),
    problems: form.problems,
    typed: { reason: form.reason },
    merged: human.mergedInto === null ? null : { name: root.name, href: url('/desk/people/:id/same', { id: root.id }), counts: countsView(same.apart, reader) },
    others: same.others.map((other) => humanLine(other, reader)),
    alike: same.alike.map(line),
    q: sought.typed,
    found: sought.found.map(line),
    nothing: sought.typed.trim() !== '' && sought.found.length === 0,
    apart: same.heldApart.filter(({ endedAt }) => endedAt === null).map((apart) => apartLine(apart, reader)),
    history: [
      ...same.history.map((merge) => ({
        at: merge.mergedAt,
        words: t('same-person.history.merged', { one: merge.personName, other: merge.intoName, by: merge.mergedBy, date: formatDateTime(merge.mergedAt, place) }),
        reason: merge.reason,
        undone: merge.unmergedAt === null ? '' : t('same-person.history.unmerged', { by: merge.unmergedBy ?? '', date: formatDateTime(merge.unmergedAt, place) })
      })),
      ...same.heldApart.filter(({ endedAt }) => endedAt !== null).map((apart) => ({
        at: apart.judgedAt, words: apartWords(apart, reader), reason: apart.reason, undone: t('same-person.history.unmerged', { by: apart.endedBy ?? '', date: formatDateTime(apart.endedAt ?? '', place) })
      }))
    ].toSorted((one, other) => one.at < other.at ? 1 : -1),
    followed: same.followed.map(({ quota, quotaId, delta, serial, at, counted }) => ({
      quota, href: url('/desk/quotas/:id', { id: quotaId }), words: t(delta > 0 ? 'same-person.followed.added' : 'same-person.followed.taken'), serial,
      serialHref: url('/desk/certificates/:serial', { serial }), at, when: formatDateTime(at, place), counted: formatNumber(counted, place.language)
    }))
  }
}

const FACTS = ['name', 'latinName', 'birthDay', 'country', 'agency', 'rank', 'email', 'certificates'] as const

/** Two records side by side: what differs is marked; and the targets before and after. */
export function comparedView (human: Human, { other, why, counts, heldApart }: Compared, form: { readonly reason: string, readonly problems: readonly string[] }, reader: Reader): PageView {
  const { t, url, place } = reader
  const said = (one: Human, fact: typeof FACTS[number]): string => {
    const value = one[fact]
    if (value === null) return ''
    switch (fact) {
      case 'country': return countryName(String(value), place.language)
      case 'birthDay': return formatDate(String(value), { language: place.language, timeZone: 'UTC' })
      case 'certificates': return formatNumber(Number(value), place.language)
      default: return String(value)
    }
  }
  return {
    ...headOf(human, reader),
    back: url('/desk/people/:id/same', { id: human.id }),
    other: { id: other.id, name: other.name, href: url('/desk/people/:id', { id: other.id }) },
    swap: url('/desk/people/:id/same', { id: other.id }, { into: human.id }),
    why: whyWords(why, reader),
    apart: heldApart.map((apart) => apartLine(apart, reader)),
    facts: FACTS.map((fact) => ({ label: t(fact === 'certificates' ? 'same-person.fact.certificates' : `my-data.fact.${fact}`), mine: said(human, fact), theirs: said(other, fact), differs: said(human, fact) !== said(other, fact) && fact !== 'certificates' })),
    counts: countsView(counts, reader),
    problems: form.problems,
    typed: { reason: form.reason }
  }
}

function apartWords ({ one, other, judgedBy, judgedAt }: HeldApart, { t, place }: Reader): string {
  return t('not-same.words', { one: one.name, other: other.name, by: judgedBy.name, date: formatDateTime(judgedAt, place) })
}

function apartLine (apart: HeldApart, reader: Reader): object {
  const { one, other, reason } = apart
  return {
    words: apartWords(apart, reader), reason, id: one.id, otherId: other.id, pair: reader.t('not-same.pair', { one: one.name, other: other.name }),
    compare: reader.url('/desk/people/:id/same', { id: one.id }, { into: other.id })
  }
}

/** Pairs held not to be one human being. */
export function heldApartView (items: readonly HeldApart[], next: string | null, reader: Reader): PageView {
  return {
    title: reader.t('not-same.title'),
    nav: '/desk/people',
    main: 'reading',
    apart: items.map((apart) => apartLine(apart, reader)),
    next: next === null ? null : reader.url('/desk/people/alike', {}, { show: 'apart', cursor: next })
  }
}

function headOf (human: Human, { t, url }: Reader): { readonly title: string, readonly nav: string, readonly main: 'reading', readonly id: string, readonly name: string, readonly href: string } {
  return { title: t('same-person.title-of', { name: human.name }), nav: '/desk/people', main: 'reading', id: human.id, name: human.name, href: url('/desk/people/:id', { id: human.id }) }
}

function countsView (counts: readonly Foreseen[], { t, url, place }: Reader): object[] {
  return counts.map(({ quota, after }) => ({
    name: quota.name, href: url('/desk/quotas/:id', { id: quota.id }), now: formatNumber(quota.counted, place.language), after: formatNumber(after, place.language),
    words: t(after === quota.counted ? 'same-person.counts.stays' : after > quota.counted ? 'same-person.counts.more' : 'same-person.counts.less')
  }))
}

function whyWords (why: readonly Likeness[], { t }: Reader): string {
  return why.map((one) => t(`same-person.why.${one}`)).join(' · ')
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
    country: human.country === null ? '' : countryName(human.country, place.language),
    agency: human.agency ?? '',
    birthDay: human.birthDay === null ? '' : formatDate(human.birthDay, { language: place.language, timeZone: 'UTC' }),
    email: human.email ?? '',
    certificates: formatNumber(human.certificates, place.language)
  }
}

/** @param groups with what speaks for it, between the first of each and the others */
export function alikeView (groups: ReadonlyArray<{ readonly people: readonly Human[], readonly why: readonly Likeness[] }>, next: string | null, reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('same-person.list'),
    nav: '/desk/people',
    main: 'reading',
    groups: groups.map(({ people, why }) => ({
      people: people.map((human) => humanLine(human, reader)),
      why: whyWords(why, reader),
      same: people.length === 2 ? url('/desk/people/:id/same', { id: people[0]?.id ?? '' }, { into: people[1]?.id ?? '' }) : url('/desk/people/:id/same', { id: people[0]?.id ?? '' })
    })),
    next: next === null ? null : url('/desk/people/alike', {}, { cursor: next })
  }
}
