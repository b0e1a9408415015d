import type { Translate } from '../http/messages.ts'
import { formatClock, formatDate, formatDateTime, formatNumber, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countryName } from '../people/countries.ts'
import type { Cell } from '../sheets/sheet.ts'
import type { Called, LogEntry } from './log.ts'

/** What the log page knows about a kind of subject: where it can be opened. */
const PATHS: Readonly<Record<string, string>> = {
  person: '/desk/people/:id',
  cohort: '/desk/cohorts/:id',
  quota: '/desk/quotas/:id',
  certificate: '/certificates/:id',
  attempt: '/attempts/:id/review',
  enrolment: '/enrolments/:id',
  bank: '/desk/banks/:id',
  team: '/desk/readiness/teams/:id',
  draft: '/desk/drafts/:id',
  'certificate-template': '/desk/certificates/templates/:id'
}

export interface LogView {
  readonly t: Translate
  readonly url: Url
  readonly place: Place
  /** Whether the catalogue has a message. */
  readonly says: (key: string) => boolean
  /** What ids are called (`namesIn`). */
  readonly called: ReadonlyMap<string, Called>
}

export interface LogDay {
  readonly day: string
  readonly entries: readonly object[]
}

/** Entries under the day they happened on, newest first. */
export function logDays (entries: readonly LogEntry[], view: LogView): LogDay[] {
  const days: Array<{ day: string, entries: object[] }> = []
  for (const entry of entries) {
    const day = formatDate(entry.at, view.place)
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] })
    days.at(-1)?.entries.push(entryView(entry, view))
  }
  return days
}

const ACTION = 'audit.action.'

/** What may have been done, in groups by what it is done to, in the reader's language; a group can be chosen as a whole. */
export function actionChoices (keys: readonly string[], chosen: string | undefined, t: Translate, language: string): object[] {
  const actions = keys.filter((key) => key.startsWith(ACTION) && key !== `${ACTION}other`).map((key) => key.slice(ACTION.length))
  const groups = Map.groupBy(actions, (action) => action.slice(0, action.indexOf('.') + 1))
  const byLabel = <T extends { readonly label: string }>(choices: readonly T[]): T[] => choices.toSorted((a, b) => a.label.localeCompare(b.label, language))
  return byLabel([...groups].map(([group, actions]) => ({
    value: group,
    label: t(`audit.group.${group.slice(0, -1)}`),
    selected: group === chosen,
    actions: byLabel(actions.map((action) => ({ value: action, label: t(`${ACTION}${action}`), selected: action === chosen })))
  })))
}

/** Who did what to whom or what, in words. */
function said (entry: LogEntry, { t, says, called }: LogView): { readonly actor: string, readonly sentence: string, readonly kind: string, readonly subject: string } {
  const action = `${ACTION}${entry.action}`
  const kind = `audit.subject.${entry.subjectType}`
  return {
    actor: entry.actor?.name ?? (entry.actorId === null ? t('audit.programme') : t('audit.unknown-actor')),
    sentence: says(action) ? t(action) : t('audit.action.other', { action: entry.action }),
    kind: says(kind) ? t(kind) : entry.subjectType,
    subject: entry.subjectName ?? called.get(entry.subjectId)?.name ?? labelOf(entry.detail) ?? entry.subjectId
  }
}

function entryView (entry: LogEntry, view: LogView): object {
  const { place, url } = view
  const path = PATHS[entry.subjectType]
  const { kind, subject, ...words } = said(entry, view)
  const { reason } = entry.detail
  return {
    ...words,
    seq: String(entry.seq),
    at: entry.at,
    time: formatClock(entry.at, place),
    kind: subject === entry.subjectId && entry.subjectType !== 'certificate' ? kind : '',
    subject,
    href: path === undefined ? null : url(path, { id: entry.subjectId }),
    reason: typeof reason === 'string' ? reason : '',
    facts: factsOf(entry.detail, view).filter(({ key }) => key !== 'reason'),
    short: entry.hash.slice(0, 12),
    hash: entry.hash
  }
}

const COLUMNS = ['seq', 'at', 'actor', 'action', 'kind', 'subject', 'id', 'detail', 'hash'] as const

/** What the columns of the log as a table to keep are called: its first row. */
export function logHead (t: Translate): Cell[][] {
  return [COLUMNS.map((column) => t(`audit.column.${column}`))]
}

/** Entries as rows of that table. */
export function logRows (entries: readonly LogEntry[], view: LogView): Cell[][] {
  return entries.map((entry) => {
    const { actor, sentence, kind, subject } = said(entry, view)
    return [entry.seq, entry.at, actor, sentence, kind, subject, entry.subjectId, factsOf(entry.detail, view).map(({ name, value }) => `${name}: ${value}`).join('; '), entry.hash]
  })
}

/** What an entry notes, each part with its name in the reader's language. */
function factsOf (detail: LogEntry['detail'], view: LogView): Array<{ readonly key: string, readonly name: string, readonly value: string }> {
  return Object.entries(detail).filter(([, value]) => value !== null && value !== '').map(([key, value]) => {
    const name = `audit.detail.${key}`
    return { key, name: view.says(name) ? view.t(name) : key, value: inWords(value, view) }
  })
}

/** A value as a person reads it: names for ids, countries for their codes, days and times in the reader's place. */
function inWords (value: unknown, view: LogView): string {
  const { t, place, called, says } = view
  if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no')
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 10_000 ? String(value) : formatNumber(value, place.language)
  if (Array.isArray(value)) return value.map((one) => inWords(one, view)).join(t('people.and'))
  if (typeof value === 'object' && value !== null) return Object.entries(value).filter(([, part]) => part !== null).map(([key, part]) => `${inWords(key, view)}: ${inWords(part, view)}`).join('; ')
  const text = String(value)
  if (/^[A-Z]{2}$/.test(text)) return countryName(text, place.language)
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return formatDateTime(text, place)
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return formatDate(text, { language: place.language, timeZone: 'UTC' })
  const word = [`audit.detail.${text}`, `role.${text}`].find(says)
  return called.get(text)?.name ?? (word === undefined ? text : t(word))
}

/** What a change calls its subject, when it says so. */
function labelOf (detail: Readonly<Record<string, unknown>>): string | null {
  for (const name of ['name', 'title', 'serial', 'slug']) {
    if (typeof detail[name] === 'string') return detail[name]
  }
  return null
}
