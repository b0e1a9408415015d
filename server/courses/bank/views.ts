import type { PageView } from '../../http/app-type.ts'
import { inWords } from '../../http/input-problems.ts'
import { formatDate, formatDateTime, formatNumber, formatPercent } from '../../http/pages.ts'
import { textIn } from '../../quiz/text.ts'
import type { Problem } from '../../refusals.ts'
import { FORMAT_NAMES } from '../banks.ts'
import type { Bank } from '../queries.ts'
import type { Reader } from '../views.ts'
import type { Asked, BankPage, BankSummary, DuplicatePair } from './browse.ts'
import { changesBetween } from './changes.ts'
import { KIND_GROUPS } from './fields.ts'
import { labelOf, languageName } from './field-views.ts'
import type { BankFilePage } from './files.ts'
import { picturesShown } from './pictures.ts'
import type { BankPicture } from './queries.ts'
import type { ShowPreview } from './preview.ts'
import type { BankQuestionDetail, BankVersion } from './questions.ts'
import type { Use } from './uses.ts'

export const NAV = '/desk/banks'
export const STYLES = ['bank.css'] as const
/** Languages that are offered; others may be written in files. */
export const LANGUAGES = ['en', 'ar', 'es', 'fr', 'ms', 'my', 'pt', 'ru', 'zh'] as const

/** The way to a page of a bank. */
export function trailOf (bank: Bank, { url }: Reader): Array<{ readonly href: string, readonly name: string }> {
  return [{ href: url('/desk/banks/:id', { id: bank.id }), name: bank.name }]
}

export function tabsOf (bank: Bank, here: 'questions' | 'import' | 'duplicates' | 'pictures', { t, url }: Reader): object[] {
  const id = bank.id
  return [
    { name: 'questions', href: url('/desk/banks/:id', { id }) },
    { name: 'import', href: url('/desk/banks/:id/import', { id }) },
    { name: 'duplicates', href: url('/desk/banks/:id/duplicates', { id }) },
    { name: 'pictures', href: url('/desk/banks/:id/pictures', { id }) }
  ].map(({ name, href }) => ({ href, label: t(`bank.tab.${name}`), current: name === here }))
}

export interface BankForm {
  readonly name: string
  readonly language: string
  readonly course: string
  readonly problems: readonly Problem[]
}

export function banksView (banks: readonly BankSummary[], courses: ReadonlyArray<{ readonly slug: string, readonly title: string }>, form: BankForm, reader: Reader): PageView {
  const { t, url, language } = reader
  return {
    title: t('bank.banks'),
    nav: NAV,
    styles: STYLES,
    banks: banks.map(({ id, name, questions, changedAt, language: written }) => ({
      href: url('/desk/banks/:id', { id }),
      name,
      language: languageName(written, language),
      questions: formatNumber(questions, language),
      changed: changedAt === null ? '–' : formatDate(changedAt, reader)
    })),
    form: { ...form, problems: form.problems.map((problem) => inWords(problem, t)) },
    courses: courses.map((course) => ({ ...course, chosen: course.slug === form.course })),
    languages: languageChoices(form.language, reader)
  }
}

export function languageChoices (chosen: string, { language }: Reader): object[] {
  const tags: readonly string[] = (LANGUAGES as readonly string[]).includes(chosen) ? LANGUAGES : [chosen, ...LANGUAGES]
  return tags.map((tag) => ({ tag, name: languageName(tag, language), chosen: tag === chosen }))
}

/** What was asked for, as a query; '' and the page are left out. */
function queryOf ({ after: _, ...asked }: Asked): Record<string, string> {
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''))
}

export function bankView ({ bank, entries, next, count, total, facets }: BankPage, asked: Asked, done: string, reader: Reader): PageView {
  const { t, url, language } = reader
  const id = bank.id
  const query = queryOf(asked)
  const here = url('/desk/banks/:id', { id })
  const facet = (name: 'topic' | 'difficulty' | 'kind' | 'language', words: (value: string) => string): object => ({
    name,
    label: t(`bank.filter.${name}`),
    options: facets[name].map(({ value, count }) => ({ value, text: t('bank.filter.option', { name: words(value), count }), selected: asked[name] === value }))
  })
  return {
    title: bank.name,
    nav: NAV,
    styles: STYLES,
    tabs: tabsOf(bank, 'questions', reader),
    here,
    done: done === '' || done === 'meanwhile' ? '' : t(`bank.done.${done}`),
    meanwhile: done === 'meanwhile',
    total: t('bank.total', { count: total }),
    language: languageName(bank.language, language),
    newHref: url('/desk/banks/:id/new', { id }),
    exportHref: url('/desk/banks/:id/export', { id }),
    settings: { action: url('/desk/banks/:id/settings', { id }), name: bank.name, language: bank.language, languages: languageChoices(bank.language, reader) },
    search: asked.search ?? '',
    filters: [
      facet('topic', (value) => value),
      facet('difficulty', (value) => t(`bank.option.difficulty.${value}`)),
      facet('kind', (value) => t(`bank.kind.${value}`)),
      facet('language', (value) => languageName(value, language)),
      { name: 'use', label: t('bank.filter.use'), options: (['used', 'unused'] as const).map((value) => ({ value, text: t(`bank.use.${value}`), selected: asked.use === value })) }
    ],
    isFiltered: Object.keys(query).length > 0,
    found: Object.keys(query).length === 0 ? '' : count === null ? '' : t('bank.found', { count }),
    formats: FORMAT_NAMES.map((name) => ({ name, label: t(`bank.format.${name}`) })),
    entries: entries.map((entry) => ({
      key: entry.key,
      href: url('/desk/banks/:id/questions/:key', { id, key: entry.key }),
      name: entry.name,
      kind: t(`bank.kind.${entry.kind}`),
      topic: entry.topic,
      difficulty: t(`bank.option.difficulty.${entry.difficulty}`),
      languages: entry.languages.map((tag) => ({ tag, name: languageName(tag, language) })),
      version: t('bank.version', { version: String(entry.version) }),
      changed: formatDate(entry.at, reader),
      use: useLine(entry.uses, reader)
    })),
    isEmpty: total === 0,
    firstHref: asked.after === undefined ? '' : url('/desk/banks/:id', { id }, query),
    nextHref: next === null ? '' : url('/desk/banks/:id', { id }, { ...query, after: next })
  }
}

/** In how many courses a question is asked, in words; '' for none. */
function useLine (uses: readonly Use[], { t }: Reader): string {
  const current = uses.filter(({ latest }) => latest)
  return current.length > 0 ? t('bank.used-in', { count: current.length }) : uses.length > 0 ? t('bank.used-before') : ''
}

export function useViews (uses: readonly Use[], { t, url, language }: Reader): object[] {
  return uses.map(({ slug, course, language: first, version, latest, quizzes }) => ({
    href: url('/desk/courses/:slug', { slug }, latest ? {} : { version }),
    course: textIn(course, language, first),
    version: t('bank.version', { version: String(version) }),
    latest,
    quizzes: quizzes.length === 0 ? t('bank.use.no-quiz') : quizzes.map(({ title }) => textIn(title, language, first)).join(' · ')
  }))
}

export function kindsView (bank: Bank, reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('bank.new'),
    nav: NAV,
    styles: STYLES,
    trail: trailOf(bank, reader),
    groups: KIND_GROUPS.map(({ name, kinds }) => ({
      id: name,
      title: t(`bank.kinds.${name}`),
      kinds: kinds.map((kind) => ({ href: url('/desk/banks/:id/new', { id: bank.id }, { kind }), title: t(`bank.kind.${kind}`), hint: t(`bank.kind.${kind}.hint`) }))
    }))
  }
}

/** One version beside another.
 * @param of.chosen its number, the latest when left out; compared with the one before it, or with `seen` */
export function versionsView ({ bank, latest, versions }: BankQuestionDetail, of: { readonly chosen?: number | undefined, readonly seen?: number }, show: ShowPreview, reader: Reader): PageView {
  const { t, url } = reader
  const path = { id: bank.id, key: latest.key }
  const chosen = versions.find(({ version }) => version === of.chosen) ?? latest
  const before = versions.find(({ version }) => version === (of.seen ?? chosen.version - 1))
  return {
    title: t('bank.versions'),
    name: latest.name,
    nav: NAV,
    styles: STYLES,
    trail: [...trailOf(bank, reader), { href: url('/desk/banks/:id/questions/:key', path), name: latest.name }],
    removed: !latest.standing,
    latest: String(latest.version),
    restoreAction: url('/desk/banks/:id/questions/:key/restore', path),
    versions: versions.map((version) => ({
      number: String(version.version),
      label: t('bank.version', { version: String(version.version) }),
      href: url('/desk/banks/:id/questions/:key/versions', path, { version: version.version }),
      by: version.byName,
      at: formatDateTime(version.at, reader),
      note: version.note,
      stands: version.standing,
      current: version === chosen
    })),
    chosen: {
      number: String(chosen.version),
      label: t('bank.version', { version: String(chosen.version) }),
      mayRestore: chosen !== latest || !latest.standing,
      compared: before === undefined ? '' : t('bank.versions.compared', { version: String(before.version) }),
      changes: before === undefined ? [] : changeViews(before, chosen, reader)
    },
    preview: show({ definition: chosen.definition, language: bank.language, shownIn: shownIn(chosen, bank, reader), pictures: picturesShown(chosen.definition), seed: 'version', answered: null, before: null }, reader).question
  }
}

/** The reader's language where the question is written in it, else the bank's. */
function shownIn ({ definition: { prompt } }: Pick<BankVersion, 'definition'>, bank: Bank, { language }: Reader): string {
  return typeof prompt !== 'string' && Object.hasOwn(prompt, language) ? language : bank.language
}

export function changeViews (before: Pick<BankVersion, 'definition' | 'name'>, after: Pick<BankVersion, 'definition' | 'name'>, { t }: Reader): object[] {
  const { kind } = after.definition
  const named = before.name === after.name ? [] : [{ label: t('bank.name'), before: before.name, after: after.name }]
  return [...named, ...changesBetween(before.definition, after.definition).map(({ path, before, after }) => ({ label: labelOf(kind, path, t), before: said(path, before), after: said(path, after) }))]

  function said (path: readonly string[], value: string | null): string {
    return value !== null && path.length === 1 && path[0] === 'difficulty' ? t(`bank.option.difficulty.${value}`) : value ?? ''
  }
}

export function duplicatesView (bank: Bank, pairs: readonly DuplicatePair[], reader: Reader): PageView {
  const { t, url, language } = reader
  return {
    title: t('bank.duplicates.title'),
    nav: NAV,
    styles: STYLES,
    bankName: bank.name,
    trail: trailOf(bank, reader),
    tabs: tabsOf(bank, 'duplicates', reader),
    count: t('bank.duplicates.count', { count: pairs.length }),
    pairs: pairs.map(({ share, questions }) => ({
      share: share === 1 ? t('bank.duplicates.same') : t('bank.duplicates.share', { share: formatPercent(Math.floor(share * 100), language) }),
      same: share === 1,
      questions: questions.map(({ key, name, kind }) => ({ href: url('/desk/banks/:id/questions/:key', { id: bank.id, key }), name, kind: t(`bank.kind.${kind}`) }))
    }))
  }
}

export function picturesView (bank: Bank, pictures: readonly BankPicture[], problems: readonly Problem[], reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('bank.tab.pictures'),
    nav: NAV,
    styles: STYLES,
    bankName: bank.name,
    trail: trailOf(bank, reader),
    tabs: tabsOf(bank, 'pictures', reader),
    action: url('/desk/banks/:id/pictures', { id: bank.id }),
    problems: problems.map((problem) => inWords(problem, t)),
    pictures: pictures.map(({ hash, name, width, height }) => ({ src: url('/media/:hash', { hash }), name, size: t('bank.picture.size', { name: '', width: String(width), height: String(height) }).trim(), width: String(width), height: String(height) }))
  }
}

export interface ImportForm {
  readonly format: string
  readonly text: string
  readonly problems: readonly Problem[]
}

export function importView (bank: Bank, form: ImportForm, reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('bank.import.title'),
    nav: NAV,
    styles: STYLES,
    bankName: bank.name,
    trail: trailOf(bank, reader),
    tabs: tabsOf(bank, 'import', reader),
    action: url('/desk/banks/:id/import', { id: bank.id }),
    text: form.text,
    formats: FORMAT_NAMES.map((name) => ({ name, label: t(`bank.format.${name}`), chosen: name === form.format })),
    problems: form.problems.slice(0, 50).map((problem) => problemLine(problem, reader))
  }
}

function problemLine ({ line, path, message: english }: Problem, { t }: Reader): string {
  const message = t.sentence(english)
  return line !== undefined ? t('bank.import.line', { line: String(line), message }) : path === undefined || path === '' || english.startsWith(`'${path}'`) ? message : `${path}: ${message}`
}

export function fileView ({ bank, file, count, page, pages, questions, problems }: BankFilePage, refused: readonly Problem[], show: ShowPreview, reader: Reader): PageView {
  const { t, url, language } = reader
  const shown: Reader = { ...reader, url: (path, params = {}, query = {}) => path === '/media/:hash' ? url('/desk/banks/:id/import/:file/pictures/:hash', { id: bank.id, file: file.id, ...params }) : url(path, params, query) }
  const wanted = count - file.leftOut.filter((place) => place < count).length
  return {
    title: t('bank.import.preview'),
    nav: NAV,
    styles: STYLES,
    bankName: bank.name,
    trail: [...trailOf(bank, reader), { href: url('/desk/banks/:id/import', { id: bank.id }), name: t('bank.import.title') }],
    fileName: file.name,
    format: t(`bank.format.${file.format}`),
    action: url('/desk/banks/:id/import/:file', { id: bank.id, file: file.id }, { page }),
    count: t('bank.import.count', { count, wanted }),
    take: t('bank.import.take', { count: wanted }),
    page: String(page),
    pages: pages > 1 ? t('bank.import.page', { page, pages }) : '',
    hasPrevious: page > 1,
    hasNext: page < pages,
    refused: refused.map((problem) => inWords(problem, t)),
    problems: problems.map((problem) => ({ line: problemLine(problem, reader), severity: t(`bank.severity.${problem.severity}`), stop: problem.severity === 'refused' })),
    questions: questions.map(({ place, question, chosen, problems, alike }) => ({
      place: String(place),
      chosen,
      name: question.name,
      kind: t(`bank.kind.${question.definition.kind}`),
      topic: question.definition.topic,
      line: question.line === undefined ? '' : t('bank.import.at-line', { line: String(question.line) }),
      problems: problems.map((problem) => ({ line: t.sentence(problem.message.replace(`'${question.name}': `, '')), severity: t(`bank.severity.${problem.severity}`) })),
      alike: alike === null ? null : { href: url('/desk/banks/:id/questions/:key', { id: bank.id, key: alike.key }), words: t('bank.alike', { name: alike.name, share: formatPercent(Math.floor(alike.share * 100), language) }) },
      preview: previewOf(question.definition)
    }))
  }

  function previewOf (definition: BankFilePage['questions'][number]['question']['definition']): object {
    return show({ definition, language: bank.language, shownIn: bank.language, pictures: picturesShown(definition), seed: 'import', answered: null, before: null }, shown).question
  }
}

