import type { PageView } from '../../http/app-type.ts'
import { formatDateTime, formatNumber } from '../../http/pages.ts'
import { holdingOf } from '../source-files.ts'
import type { Reader } from '../views.ts'
import type { DraftFile, OpenedFile } from './drafts.ts'
import { editorHref, frameView, MOST_PROBLEMS, type Frame } from './frame-view.ts'

/** A file as text: a bank of questions, or course.yaml itself. */
export function fileView (frame: Frame, input: { readonly path: string, readonly file: OpenedFile | undefined, readonly shown: string | undefined, readonly line: number | undefined, readonly saved: boolean }, reader: Reader): PageView {
  const { t, url } = reader
  const { path, file, shown, line, saved } = input
  const { detail: { draft }, checked } = frame
  const id = draft.id
  const text = shown ?? file?.text ?? ''
  return {
    ...frameView(frame, 'files', reader),
    title: path,
    scripts: ['draft-file.js'],
    path,
    action: url('/desk/drafts/:id/file', { id }, { path }),
    version: String(file?.version ?? 0),
    text,
    rows: String(Math.min(40, Math.max(12, text.split('\n').length + 1))),
    line: line === undefined ? '' : String(line),
    state: file === undefined ? t('drafts.file.new') : t('drafts.saved-by', { name: file.by, time: formatDateTime(file.at, reader) }),
    saved: saved ? t('drafts.saved') : '',
    problems: checked.problems.filter((problem) => problem.file === path).slice(0, MOST_PROBLEMS).map(({ line, path, message }) => ({ line: String(line), text: t('drafts.line', { line, message: t.sentence(path === '' ? message : `${path}: ${message}`) }) })),
    historyHref: file === undefined ? '' : url('/desk/drafts/:id/history', { id }, { path }),
    isBank: path.startsWith('banks/'),
    previewHref: path.startsWith('banks/') ? url('/desk/drafts/:id/questions', { id }, { path }) : '',
    isRemovable: path !== 'course.yaml' && file !== undefined,
    removeAction: url('/desk/drafts/:id/files/remove', { id })
  }
}

export function filesView (frame: Frame, saved: string, refused: readonly string[], reader: Reader): PageView {
  const { t, url, language } = reader
  const { detail: { draft, files } } = frame
  const id = draft.id
  const row = ({ path, version, size, at, by, hash }: DraftFile) => ({
    path,
    version: String(version),
    size: sizeOf(size, reader),
    changed: formatDateTime(at, reader),
    by,
    href: editorHref(path, id, url),
    src: holdingOf(path) === 'picture' ? url('/media/:hash', { hash }) : '',
    code: holdingOf(path) === 'picture' ? `![](${path})` : `[](${path})`,
    historyHref: url('/desk/drafts/:id/history', { id }, { path }),
    problems: frame.checked.problems.filter(({ file }) => file === path).length === 0 ? '' : t('drafts.problem-count', { count: frame.checked.problems.filter(({ file }) => file === path).length })
  })
  return {
    ...frameView(frame, 'files', reader),
    saved,
    refused,
    texts: files.filter(({ path }) => holdingOf(path) === 'text' || holdingOf(path) === 'note').map(row),
    pictures: files.filter(({ path }) => holdingOf(path) === 'picture').map(row),
    downloads: files.filter(({ path }) => holdingOf(path) === 'attachment').map(row),
    uploadAction: url('/desk/drafts/:id/uploads', { id }),
    removeAction: url('/desk/drafts/:id/files/remove', { id }),
    bankHref: url('/desk/drafts/:id/file', { id }),
    exportHref: url('/desk/drafts/:id/export', { id }),
    total: sizeOf(files.reduce((sum, { size }) => sum + size, 0), reader),
    count: formatNumber(files.length, language)
  }
}

function sizeOf (bytes: number, { t, language }: Reader): string {
  const kib = bytes / 1024
  return kib < 1000 ? t('drafts.size.kb', { size: formatNumber(Math.max(1, Math.round(kib)), language) }) : t('drafts.size.mb', { size: formatNumber(Math.round(kib / 102.4) / 10, language) })
}
