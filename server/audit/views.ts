import type { Translate } from '../http/messages.ts'
import { formatClock, formatDate, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import type { LogEntry } from './log.ts'

/** What the log page knows about a kind of subject: where it can be opened. */
const PATHS: Readonly<Record<string, string>> = {
  person: '/desk/people/:id',
  cohort: '/desk/cohorts/:id',
  quota: '/desk/quotas/:id',
  certificate: '/certificates/:id',
  attempt: '/attempts/:id/review'
}

export interface LogView {
  readonly t: Translate
  readonly url: Url
  readonly place: Place
  /** Whether the catalogue has a message. */
  readonly says: (key: string) => boolean
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

/** What may have been done, by its name in the reader's language. */
export function actionChoices (keys: readonly string[], chosen: string | undefined, t: Translate, language: string): Array<{ value: string, label: string, selected: boolean }> {
  return keys.filter((key) => key.startsWith(ACTION) && key !== `${ACTION}other`)
    .map((key) => ({ value: key.slice(ACTION.length), label: t(key), selected: key === `${ACTION}${chosen}` }))
    .sort((a, b) => a.label.localeCompare(b.label, language))
}

function entryView (entry: LogEntry, { t, url, place, says }: LogView): object {
  const action = `audit.action.${entry.action}`
  const subjectKind = `audit.subject.${entry.subjectType}`
  const path = PATHS[entry.subjectType]
  const label = entry.subjectName ?? labelOf(entry.detail)
  return {
    seq: String(entry.seq),
    at: entry.at,
    time: formatClock(entry.at, place),
    actor: entry.actor?.name ?? (entry.actorId === null ? t('audit.programme') : t('audit.unknown-actor')),
    sentence: says(action) ? t(action) : t('audit.action.other', { action: entry.action }),
    kind: label !== null || entry.subjectType === 'certificate' ? '' : says(subjectKind) ? t(subjectKind) : entry.subjectType,
    subject: label ?? entry.subjectId,
    href: path === undefined ? null : url(path, { id: entry.subjectId }),
    facts: Object.entries(entry.detail).filter(([, value]) => value !== null && value !== '').map(([name, value]) => ({ name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) })),
    short: entry.hash.slice(0, 12),
    hash: entry.hash
  }
}

/** What a change calls its subject, when it says so. */
function labelOf (detail: Readonly<Record<string, unknown>>): string | null {
  for (const name of ['name', 'title', 'serial', 'slug']) {
    if (typeof detail[name] === 'string') return detail[name]
  }
  return null
}
