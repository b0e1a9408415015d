import type { PageView } from '../../http/app-type.ts'
import { formatDateTime, formatNumber } from '../../http/pages.ts'
import type { Person } from '../../person.ts'
import { textIn, type Text } from '../../quiz/text.ts'
import type { CourseVersion } from '../queries.ts'
import type { Reader } from '../views.ts'
import type { Author, DraftEntry } from './drafts.ts'
import { frameView, languageName, languagesOf, NAV, problemList, textFields, type Frame } from './frame-view.ts'

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
