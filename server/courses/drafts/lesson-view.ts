import type { PageView } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { formatDateTime } from '../../http/pages.ts'
import { lessonHtml } from '../lesson-html.ts'
import { holdingOf } from '../source-files.ts'
import type { Reader } from '../views.ts'
import type { OpenedFile } from './drafts.ts'
import { frameView, languageName, languagesOf, type Frame } from './frame-view.ts'
import { lessonParts } from './lesson-text.ts'
import type { LessonSight } from './preview.ts'

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
    problems: sight.problems.map(({ line, bodyLine, message }) => ({ line: String(line), bodyLine: String(bodyLine), text: bodyLine > 0 ? t('drafts.line', { line: bodyLine, message: t.sentence(message) }) : t.sentence(message) })),
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
