import type { PageView } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { formatDateTime, formatNumber } from '../../http/pages.ts'
import type { Person } from '../../person.ts'
import { textIn, type Text } from '../../quiz/text.ts'
import type { FileProblem } from '../file-problem.ts'
import { lessonHtml } from '../lesson-html.ts'
import { holdingOf } from '../source-files.ts'
import type { CourseVersion } from '../queries.ts'
import type { Reader } from '../views.ts'
import type { Checked } from './check.ts'
import { isSameCourse, type Comparison, type Difference } from './compare.ts'
import { wordingsOf, type Sketch } from './course-edits.ts'
import type { Author, ChangeDetail, Draft, DraftDetail, DraftEntry, DraftFile, DraftHistory, Meanwhile, OpenedFile } from './drafts.ts'
import { readableDiff, type DiffLine } from './line-diff.ts'
import { lessonParts } from './lesson-text.ts'
import type { LessonSight } from './preview.ts'
import type { Outlook } from './publish-draft.ts'

const NAV = '/desk/courses'
/** Problems that one page tells. */
const MOST_PROBLEMS = 50

export type Tab = 'course' | 'files' | 'history' | 'publish'

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
    ['course', url('/desk/drafts/:id', { id })], ['files', url('/desk/drafts/:id/files', { id })],
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
    changed: t('drafts.changed', { name: draft.changedBy, time: formatDateTime(draft.changedAt, reader) }),
    isOpen: draft.state === 'open',
    closed: draft.state === 'open' ? '' : t(`drafts.closed.${draft.state}`),
    courseHref: draft.state === 'published' ? url('/desk/courses/:slug', { slug: draft.slug }) : '',
    problemCount: checked.problems.length === 0 ? '' : t('drafts.problem-count', { count: checked.problems.length }),
    problemsHref: `${url('/desk/drafts/:id', { id })}#problems`,
    tabs: tabs.map(([name, href]) => ({ href, label: t(`drafts.tab.${name}`), current: name === tab }))
  }
}

export function draftsView (entries: readonly DraftEntry[], { t, url, ...place }: Reader): object[] {
  return entries.map(({ id, title, base, changedAt, changedBy, saves }) => ({
    href: url('/desk/drafts/:id', { id }),
    title,
    origin: base === null ? t('drafts.new-course') : t('drafts.from-version', { version: base.number }),
    changed: formatDateTime(changedAt, place),
    by: changedBy,
    saves: formatNumber(saves, place.language)
  }))
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
function textFields (name: string, label: string, text: Text, languages: readonly string[], first: string, { t, language }: Reader): object[] {
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
      message: path === '' ? message : `${path}: ${message}`
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

/** The page of a draft: its modules, what is wrong, who writes it. */
export function draftView (frame: Frame, writers: readonly Author[], person: Person, saved: string, reader: Reader): PageView {
  const { t, url, language } = reader
  const { detail: { draft, files, authors }, checked, sketch } = frame
  const id = draft.id
  const first = sketch?.language ?? 'en'
  const languages = languagesOf(sketch, files)
  const said = (text: Text, otherwise: string): string => textIn(text, language, first) || otherwise
  const modules = sketch?.modules ?? []
  return {
    ...frameView(frame, 'course', reader),
    saved,
    scripts: ['draft.js'],
    action: url('/desk/drafts/:id/structure', { id }),
    version: String(files.find(({ path }) => path === 'course.yaml')?.version ?? 0),
    readable: sketch !== undefined,
    sourceHref: url('/desk/drafts/:id/file', { id }, { path: 'course.yaml' }),
    factsHref: url('/desk/drafts/:id/facts', { id }),
    summary: sketch === undefined ? '' : said(sketch.summary, ''),
    facts: sketch === undefined
      ? []
      : [
          { name: t('drafts.fact.slug'), value: sketch.slug },
          { name: t('drafts.fact.languages'), value: languages.map((code) => languageName(code, language)).join(' · ') },
          { name: t('drafts.fact.certificate'), value: sketch.validMonths === null ? t('drafts.fact.forever') : t('drafts.fact.months', { months: sketch.validMonths }) }
        ],
    modules: modules.map((module, index) => ({
      id: `module-${index + 1}`,
      key: module.key,
      title: said(module.title, module.key),
      summary: said(module.summary, ''),
      titles: textFields(`title-${index}`, t('drafts.field.title'), module.title, languages, first, reader).map((field, at) => ({ ...field, name: `title.${languages[at] ?? ''}` })),
      summaries: textFields(`summary-${index}`, t('drafts.field.summary'), module.summary, languages, first, reader).map((field, at) => ({ ...field, name: `summary.${languages[at] ?? ''}` })),
      isFirst: index === 0,
      isLast: index === modules.length - 1,
      activities: module.activities.map(({ key, kind }, at) => {
        const quiz = sketch?.quizzes.find((quiz) => quiz.key === key)
        const own = languages.filter((code) => files.some(({ path }) => path === `lessons/${key}.${code}.md`))
        const title = kind === 'quiz' ? textual(quiz?.['title']) : checked.titles.get(`${key}.${language}`) ?? checked.titles.get(`${key}.${first}`) ?? ''
        return {
          key,
          kind,
          title: said(title, key),
          href: kind === 'lesson' ? url('/desk/drafts/:id/lessons/:key', { id, key }, { language: own[0] ?? first }) : url('/desk/drafts/:id/quizzes/:key', { id, key }),
          what: kind === 'quiz' ? t('drafts.a-quiz') : t('drafts.a-lesson', { languages: own.length === 0 ? t('drafts.not-written') : own.map((code) => languageName(code, language)).join(', ') }),
          isFirst: at === 0 && index === 0,
          isLast: at === module.activities.length - 1 && index === modules.length - 1
        }
      })
    })),
    newTitles: textFields('new', t('drafts.field.title'), '', [first], first, reader).map((field) => ({ ...field, name: `title.${first}` })),
    problems: checked.problems.length === 0 ? null : problemList(checked.problems, id, reader),
    authors: authors.map((author) => ({ ...author, isRemovable: authors.length > 1, isMe: author.id === person.id })),
    writers: writers.filter((writer) => !authors.some((author) => author.id === writer.id)),
    authorsAction: url('/desk/drafts/:id/authors', { id }),
    discardAction: url('/desk/drafts/:id/discard', { id }),
    exportHref: url('/desk/drafts/:id/export', { id })
  }
}

function textual (value: unknown): Text {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && Object.values(value).every((words) => typeof words === 'string') ? value as Text : '' // just seen
}

export function factsView (frame: Frame, extra: readonly string[], reader: Reader): PageView {
  const { t, url } = reader
  const { detail: { draft, files }, sketch } = frame
  const first = sketch?.language ?? 'en'
  const languages = languagesOf(sketch, files, extra)
  return {
    ...frameView(frame, 'course', reader),
    pageTitle: t('drafts.facts'),
    action: url('/desk/drafts/:id/facts', { id: draft.id }),
    version: String(files.find(({ path }) => path === 'course.yaml')?.version ?? 0),
    slug: sketch?.slug ?? '',
    slugFixed: draft.base !== null,
    first,
    titles: textFields('title', t('drafts.field.title'), sketch?.title ?? '', languages, first, reader),
    summaries: textFields('summary', t('drafts.field.course-summary'), sketch?.summary ?? '', languages, first, reader),
    months: sketch?.validMonths === null || sketch === undefined ? '' : String(sketch.validMonths)
  }
}

/** A lesson being written.
 * @param shown what the fields hold where that is not what is saved */
export function lessonView (frame: Frame, input: {
  readonly key: string
  readonly lessonLanguage: string
  readonly file: OpenedFile | undefined
  readonly shown: { readonly title: string, readonly body: string } | undefined
  readonly sight: LessonSight
  readonly line: number | undefined
  readonly saved: boolean
}, reader: Reader): PageView {
  const { t, url, language } = reader
  const { key, lessonLanguage, file, shown, sight, saved } = input
  const { detail: { draft, files }, sketch } = frame
  const id = draft.id
  const first = sketch?.language ?? 'en'
  const parts = shown ?? (file?.text === undefined || file.text === null ? { title: '', body: '' } : lessonParts(file.text) ?? { title: '', body: file.text })
  const at = (code: string): string => url('/desk/drafts/:id/lessons/:key', { id, key }, { language: code })
  const order = (sketch?.modules ?? []).flatMap(({ activities }) => activities)
  return {
    ...frameView(frame, 'course', reader),
    title: parts.title === '' ? key : parts.title,
    scripts: ['draft-lesson.js'],
    key,
    path: `lessons/${key}.${lessonLanguage}.md`,
    lessonLanguage,
    lessonDirection: directionOf(lessonLanguage),
    action: at(lessonLanguage),
    version: String(file?.version ?? 0),
    lessonTitle: parts.title,
    body: parts.body,
    state: file === undefined ? t('drafts.lesson.new', { language: languageName(lessonLanguage, language) }) : t('drafts.saved-by', { name: file.by, time: formatDateTime(file.at, reader) }),
    saved: saved ? t('drafts.saved') : '',
    historyHref: file === undefined ? '' : url('/desk/drafts/:id/history', { id }, { path: `lessons/${key}.${lessonLanguage}.md` }),
    sourceHref: file === undefined ? '' : url('/desk/drafts/:id/file', { id }, { path: `lessons/${key}.${lessonLanguage}.md` }),
    languages: languagesOf(sketch, files, [lessonLanguage]).map((code) => ({
      href: at(code), label: languageName(code, language), current: code === lessonLanguage, missing: !files.some(({ path }) => path === `lessons/${key}.${code}.md`)
    })),
    addLanguages: ['ar', 'en', 'es', 'fr', 'pt', 'ru', 'zh'].filter((code) => !languagesOf(sketch, files, [lessonLanguage]).includes(code)).map((code) => ({ code, name: languageName(code, language) })),
    lessonHref: url('/desk/drafts/:id/lessons/:key', { id, key }),
    html: lessonHtml(sight.html, url),
    minutes: t('courses.lesson', { minutes: sight.minutes }),
    problems: sight.problems.map(({ line, bodyLine, message }) => ({ line: String(line), bodyLine: String(bodyLine), text: bodyLine > 0 ? t('drafts.line', { line: bodyLine, message }) : message })),
    previewHref: url('/desk/drafts/:id/preview', { id }),
    pictures: files.filter(({ path }) => holdingOf(path) === 'picture').map(({ path, hash }) => ({ path, src: url('/media/:hash', { hash }), code: `![](${path})` })),
    downloads: files.filter(({ path }) => holdingOf(path) === 'attachment').map(({ path }) => ({ path, code: `[${path.slice('files/'.length)}](${path})` })),
    uploadAction: url('/desk/drafts/:id/uploads', { id }),
    isOnly: lessonLanguage !== first,
    removeAction: url('/desk/drafts/:id/structure', { id }),
    courseVersion: String(files.find(({ path }) => path === 'course.yaml')?.version ?? 0),
    neighbours: [-1, 1].map((step) => order[order.findIndex((activity) => activity.key === key) + step]).map((found) => found === undefined || order.every((activity) => activity.key !== key)
      ? null
      : { title: found.key, href: found.kind === 'lesson' ? url('/desk/drafts/:id/lessons/:key', { id, key: found.key }) : url('/desk/drafts/:id/quizzes/:key', { id, key: found.key }) })
  }
}

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
    problems: checked.problems.filter((problem) => problem.file === path).slice(0, MOST_PROBLEMS).map(({ line, path, message }) => ({ line: String(line), text: t('drafts.line', { line, message: path === '' ? message : `${path}: ${message}` }) })),
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

/** Lines of a difference for the page, each with what it says to those who do not see its colour. */
export function diffView (lines: readonly DiffLine[], { t }: Reader): object[] {
  return lines.map(({ kind, text }) => kind === 'gap'
    ? { gap: t('drafts.diff.gap', { count: Number(text) }) }
    : { kind, text: text === '' ? ' ' : text, sign: kind === 'added' ? '+' : kind === 'removed' ? '−' : ' ', said: kind === 'same' ? '' : t(`drafts.diff.${kind}`) })
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

const PARTS = ['facts', 'modules', 'lessons', 'quizzes', 'questions', 'files'] as const

export function comparisonView (comparison: Comparison, first: string, reader: Reader): { readonly same: boolean, readonly groups: object[], readonly reordered: boolean, readonly total: string } {
  const { t, language } = reader
  const nameOf = (part: typeof PARTS[number], { key, title, of }: Difference): string => {
    if (part === 'facts') return t(`drafts.compare.fact.${key}`)
    const name = textIn(title, language, first).replace(/\s+/g, ' ')
    const short = name.length > 120 ? `${name.slice(0, 119)}…` : name
    return part === 'lessons' && of !== undefined ? t('drafts.compare.lesson', { title: short, language: languageName(of, language) }) : short
  }
  return {
    same: isSameCourse(comparison),
    reordered: comparison.isReordered,
    total: t('drafts.compare.total', { count: PARTS.reduce((sum, part) => sum + comparison[part].length, 0) }),
    groups: PARTS.filter((part) => comparison[part].length > 0).map((part) => ({
      id: `compare-${part}`,
      title: t(`drafts.compare.${part}`),
      count: formatNumber(comparison[part].length, language),
      items: comparison[part].map((found) => ({
        name: nameOf(part, found),
        note: part === 'questions' || part === 'quizzes' || part === 'lessons' ? found.key : '',
        kind: t(`drafts.compare.${found.kind}`),
        pill: { added: 'done', changed: 'info', removed: 'stop' }[found.kind],
        lines: diffView(found.lines, reader)
      }))
    }))
  }
}

export function publishView (frame: Frame, outlook: Outlook, notes: string, reader: Reader): PageView {
  const { t, url } = reader
  const { latest, comparison, isOvertaken, isTaken, draft } = outlook
  const id = draft.id
  const compared = comparisonView(comparison, frame.sketch?.language ?? 'en', reader)
  return {
    ...frameView(frame, 'publish', reader),
    heading: latest === undefined ? t('drafts.publish.first') : t('drafts.publish.next', { version: latest.number, next: latest.number + 1 }),
    lead: t('drafts.publish.lead'),
    compared,
    problems: frame.checked.problems.length === 0 ? null : problemList(frame.checked.problems, id, reader),
    overtaken: isOvertaken && latest !== undefined && draft.base !== null ? t('drafts.publish.overtaken', { base: draft.base.number, version: latest.number, name: latest.publishedBy ?? '–' }) : '',
    over: isOvertaken ? String(latest?.number ?? '') : '',
    taken: isTaken ? t('drafts.publish.taken', { slug: draft.slug }) : '',
    action: url('/desk/drafts/:id/publish', { id }),
    notYet: frame.checked.problems.length > 0 ? t('drafts.publish.problems-first') : t('drafts.publish.not-yet'),
    canPublish: draft.state === 'open' && frame.checked.problems.length === 0 && !isTaken && !compared.same,
    button: latest === undefined ? t('drafts.publish.button-first') : t('drafts.publish.button', { version: latest.number + 1 }),
    notes
  }
}

export function newDraftView (versions: readonly CourseVersion[], form: { readonly title: string, readonly slug: string, readonly language: string, readonly from: string, readonly problems: readonly string[] }, reader: Reader): PageView {
  const { t, language } = reader
  return {
    title: t('drafts.new.title'),
    nav: NAV,
    styles: ['draft.css'],
    form,
    courses: versions.map(({ slug, title, number, outline }) => ({ slug, chosen: slug === form.from, name: t('drafts.new.version-of', { title: textIn(title, language, outline.language), version: number }) })),
    languages: [...new Set([form.language, 'en', 'ar', 'zh', 'es', 'fr', 'pt', 'ru'])].map((code) => ({ code, name: languageName(code, language), chosen: code === form.language }))
  }
}

export type { Draft }
