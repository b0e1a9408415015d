import type { PageView } from '../../http/app-type.ts'
import { formatDateTime } from '../../http/pages.ts'
import type { Reader } from '../views.ts'
import { diffView } from './compared-view.ts'
import type { ChangeDetail, DraftHistory, Meanwhile } from './drafts.ts'
import { editorHref, frameView, type Frame } from './frame-view.ts'
import { readableDiff } from './line-diff.ts'

export function historyView (frame: Frame, { changes }: DraftHistory, path: string | null, reader: Reader): PageView {
  const { t, url } = reader
  const id = frame.detail.draft.id
  const days = Map.groupBy(changes, ({ at }) => dayOf(at, reader))
  return {
    ...frameView(frame, 'history', reader),
    path: path ?? '',
    allHref: url('/desk/drafts/:id/history', { id }),
    days: [...days].map(([day, rows]) => ({
      day,
      changes: rows.map(({ path, version, what, at, by }) => ({
        at,
        by,
        said: t('drafts.did', { what, file: path }),
        version: String(version),
        href: url('/desk/drafts/:id/change', { id }, { path, version })
      }))
    }))
  }
}

function dayOf (at: string, reader: Reader): string {
  return new Intl.DateTimeFormat(`${reader.language === 'en' ? 'en-GB' : reader.language}-u-nu-latn-ca-gregory`, { dateStyle: 'full', timeZone: reader.timeZone }).format(new Date(at))
}

export function changeView (frame: Frame, { change, before, after, standing }: ChangeDetail, reader: Reader): PageView {
  const { t, url } = reader
  const { detail: { draft } } = frame
  const id = draft.id
  const { path, version } = change
  return {
    ...frameView(frame, 'history', reader),
    title: path,
    path,
    said: t('drafts.did', { what: change.what, file: path }),
    when: t('drafts.saved-by', { name: change.by, time: formatDateTime(change.at, reader) }),
    lines: diffView(before === null || after === null ? [] : readableDiff(before, after), reader),
    isText: before !== null && after !== null,
    historyHref: url('/desk/drafts/:id/history', { id }),
    editHref: standing === 0 ? '' : editorHref(path, id, url),
    restoreAction: draft.state === 'open' && standing !== version ? url('/desk/drafts/:id/restore', { id }) : '',
    version: String(version),
    seen: String(standing)
  }
}

/** What a save met that overlooked another's: both, side by side, and ways on that lose neither.
 * @param input.fields what was sent, to be sent again on top of theirs; null where a text is saved whole */
export function conflictView (frame: Frame, input: {
  readonly now: Meanwhile
  readonly base: string
  readonly mine: string
  readonly merged: string | undefined
  readonly fields: ReadonlyArray<{ readonly name: string, readonly value: string }> | null
  readonly action: string
  readonly backHref: string
}, reader: Reader): PageView {
  const { t } = reader
  const { now, base, mine, merged, fields, action, backHref } = input
  return {
    ...frameView(frame, 'course', reader),
    title: t('drafts.conflict.title'),
    path: now.path,
    lead: now.removed ? t('drafts.conflict.removed', { file: now.path, name: now.by }) : t('drafts.conflict.lead', { file: now.path, name: now.by, time: now.at === '' ? '' : formatDateTime(now.at, reader) }),
    theirs: diffView(readableDiff(base, now.text ?? ''), reader),
    ours: diffView(readableDiff(base, mine), reader),
    by: now.by,
    version: String(now.version),
    action,
    backHref,
    fields,
    isText: fields === null,
    fits: fields === null && merged !== undefined,
    text: merged ?? mine
  }
}
