import type { PageView } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { formatDateTime } from '../../http/pages.ts'
import type { Text } from '../../quiz/text.ts'
import type { FileProblem } from '../file-problem.ts'
import { holdingOf } from '../source-files.ts'
import type { Reader } from '../views.ts'
import type { Checked } from './check.ts'
import { wordingsOf, type Sketch } from './course-edits.ts'
import type { DraftDetail, DraftFile } from './drafts.ts'

export const NAV = '/desk/courses'
/** Problems that one page tells. */
export const MOST_PROBLEMS = 50

export type Tab = 'course' | 'questions' | 'files' | 'history' | 'publish'

/** What every page of a draft begins with. */
export interface Frame {
  readonly detail: DraftDetail
  readonly checked: Checked
  readonly sketch: Sketch | undefined
}

export function frameView ({ detail: { draft }, checked }: Frame, tab: Tab, reader: Reader): PageView {
  const { t, url } = reader
  const id = draft.id
  const tabs: ReadonlyArray<readonly [Tab, string]> = [
    ['course', url('/desk/drafts/:id', { id })], ['questions', url('/desk/drafts/:id/questions', { id })], ['files', url('/desk/drafts/:id/files', { id })],
    ['history', url('/desk/drafts/:id/history', { id })], ['publish', url('/desk/drafts/:id/publish', { id })]
  ]
  return {
    title: draft.title,
    nav: NAV,
    styles: ['draft.css'],
    draftId: id,
    draftTitle: draft.title,
    draftHref: url('/desk/drafts/:id', { id }),
    origin: draft.base === null ? t('drafts.new-course') : t('drafts.from-version', { version: draft.base.number }),
    seen: draft.changedAt,
    changed: t('drafts.changed', { name: draft.changedBy, time: formatDateTime(draft.changedAt, reader) }),
    isOpen: draft.state === 'open',
    closed: draft.state === 'open' ? '' : t(`drafts.closed.${draft.state}`),
    courseHref: draft.state === 'published' ? url('/desk/courses/:slug', { slug: draft.slug }) : '',
    problemCount: checked.problems.length === 0 ? '' : t('drafts.problem-count', { count: checked.problems.length }),
    problemsHref: `${url('/desk/drafts/:id', { id })}#problems`,
    tabs: tabs.map(([name, href]) => ({ href, label: t(`drafts.tab.${name}`), current: name === tab }))
  }
}

/** The languages that a course's texts are asked for in: its own, those it is written in already, and one that is asked for. */
export function languagesOf (sketch: Sketch | undefined, files: readonly DraftFile[], extra: readonly string[] = []): string[] {
  const first = sketch?.language ?? 'en'
  const written = files.flatMap(({ path }) => /^lessons\/[^.]+\.(.+)\.md$/.exec(path)?.[1] ?? [])
  const titled = [sketch?.title ?? '', ...(sketch?.modules ?? []).map(({ title }) => title)].flatMap((text) => typeof text === 'string' ? [] : Object.keys(text))
  return [...new Set([first, ...titled.sort(), ...written.sort(), ...extra])]
}

export function languageName (code: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code
  } catch {
    // No language tag at all.
    return code
  }
}

/** Fields for a text, one a language. */
export function textFields (name: string, label: string, text: Text, languages: readonly string[], first: string, { t, language }: Reader): object[] {
  const wordings = wordingsOf(text, first)
  return languages.map((code) => ({
    id: `${name}-${code}`,
    name: `${name}.${code}`,
    label: languages.length === 1 ? label : t('drafts.in-language', { what: label, language: languageName(code, language) }),
    value: wordings[code] ?? '',
    lang: code,
    dir: directionOf(code)
  }))
}

export function problemList (problems: readonly FileProblem[], id: string, { t, url }: Reader): object {
  return {
    items: problems.slice(0, MOST_PROBLEMS).map(({ file, line, path, message }) => ({
      href: editorHref(file, id, url, line),
      place: t('drafts.problem-place', { file, line }),
      message: t.sentence(path === '' ? message : `${path}: ${message}`)
    })),
    more: problems.length > MOST_PROBLEMS ? t('drafts.problems-more', { count: problems.length - MOST_PROBLEMS }) : ''
  }
}

/** Where a file is written. */
export function editorHref (file: string, id: string, url: Reader['url'], line?: number): string {
  const lesson = /^lessons\/([^.]+)\.(.+)\.md$/.exec(file)
  const query = { line: line === undefined || line === 1 ? null : line }
  if (lesson !== null) return url('/desk/drafts/:id/lessons/:key', { id, key: lesson[1] ?? '' }, { language: lesson[2], ...query })
  const holds = holdingOf(file)
  return holds === 'text' || holds === 'note' ? url('/desk/drafts/:id/file', { id }, { path: file, ...query }) : url('/desk/drafts/:id/files', { id })
}
