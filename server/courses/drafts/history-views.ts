import type { PageView } from '../../http/app-type.ts'
import { formatDateTime } from '../../http/pages.ts'
import { holdingOf } from '../source-files.ts'
import type { Reader } from '../views.ts'
import { diffView } from './compared-view.ts'
import type { ChangeDetail, DraftHistory, Meanwhile, SavedSince } from './drafts.ts'
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
 * @param input.base what the file said when it was seen, and `mine` what it would say; null for what is no text
 * @param input.fields what was sent, to be sent again on top of theirs; null where a text is saved whole
 * @param input.stands the fields that say what is seen now
 * @param input.hashes of a picture, as it was and as it is */
export function conflictView (frame: Frame, input: {
  readonly now: Meanwhile
  readonly base: string | null
  readonly mine: string | null
  readonly doing: { readonly said: string, readonly button: string } | null
  readonly merged: string | undefined
  readonly fields: ReadonlyArray<{ readonly name: string, readonly value: string }> | null
  readonly stands: ReadonlyArray<{ readonly name: string, readonly value: string }>
  readonly hashes: { readonly was: string | null, readonly is: string | null }
  readonly action: string
  readonly backHref: string
}, reader: Reader): PageView {
  const { t, url } = reader
  const { now, base, mine, doing, merged, fields, stands, hashes, action, backHref } = input
  const isPicture = holdingOf(now.path) === 'picture'
  const isText = !isPicture && holdingOf(now.path) !== 'attachment'
  const thumb = (label: string, hash: string | null): object[] => !isPicture || hash === null ? [] : [{ label: t(label), src: url('/media/:hash', { hash }) }]
  return {
    ...frameView(frame, 'course', reader),
    title: t('drafts.conflict.title'),
    path: now.path,
    lead: now.removed
      ? t(doing === null ? 'drafts.conflict.removed' : 'draft-edits.removed', { file: now.path, name: now.by })
      : t(doing === null ? 'drafts.conflict.lead' : 'draft-edits.saved', { file: now.path, name: now.by, time: now.at === '' ? '' : formatDateTime(now.at, reader) }),
    theirs: isText && !now.removed ? diffView(readableDiff(base ?? '', now.text ?? ''), reader) : [],
    theirsSaid: now.removed ? t('draft-edits.gone') : isText ? '' : t('draft-edits.another'),
    thumbs: [...thumb('draft-edits.was', hashes.was), ...thumb('draft-edits.is', hashes.is)],
    ours: mine === null ? [] : diffView(readableDiff(base ?? '', mine), reader),
    oursSaid: mine === null ? doing?.said ?? '' : '',
    by: now.by,
    stands,
    action,
    backHref,
    fields,
    again: doing?.button ?? t('drafts.conflict.save-again'),
    isText: fields === null,
    fits: fields === null && merged !== undefined,
    text: merged ?? mine ?? ''
  }
}

/** What was saved since a draft was looked at: what the template `drafts/meanwhile` is given. */
export function meanwhileView (id: string, saves: readonly SavedSince[], lead: string, reader: Reader): object {
  const { t, url } = reader
  return {
    lead: t(lead),
    saves: saves.map(({ path, version, what, by, at }) => ({
      by, at: formatDateTime(at, reader), said: t('drafts.did', { what, file: path }), href: url('/desk/drafts/:id/change', { id }, { path, version })
    }))
  }
}
