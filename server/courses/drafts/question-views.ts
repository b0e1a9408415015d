import type { PageView } from '../../http/app-type.ts'
import { inWords } from '../../http/input-problems.ts'
import { formatNumber } from '../../http/pages.ts'
import { textIn } from '../../quiz/quiz.ts'
import type { Problem } from '../../refusals.ts'
import type { Asked, BankPage } from '../bank/browse.ts'
import { languageName } from '../bank/field-views.ts'
import { changeViews } from '../bank/views.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { readableText } from '../markdown.ts'
import type { Bank } from '../queries.ts'
import type { Reader } from '../views.ts'
import type { DraftQuestion, DraftQuestions } from './draft-questions.ts'
import { editorHref, frameView, type Frame } from './frame-view.ts'

const STYLES = ['draft.css', 'bank.css'] as const

/** The questions of a draft, file by file: where each is from, what asks it, and what its bank says by now. */
export function questionsView (frame: Frame, { draft, files, paths, texts, language: first, questions }: DraftQuestions, saved: string, reader: Reader): PageView {
  const { t, url, language } = reader
  const id = draft.id
  const due = questions.filter(({ origin }) => origin?.newer != null)
  return {
    ...frameView(frame, 'questions', reader),
    styles: STYLES,
    saved,
    addHref: url('/desk/drafts/:id/questions/add', { id }),
    newHref: url('/desk/drafts/:id/questions/new', { id }),
    newFileHref: url('/desk/drafts/:id/file', { id }),
    count: t('draft-questions.count', { count: questions.length }),
    isEmpty: questions.length === 0 && paths.length === 0,
    due: due.length === 0 ? '' : t('draft-questions.due', { count: due.length }),
    action: url('/desk/drafts/:id/questions/update', { id }),
    banks: paths.map((path, index) => {
      const own = questions.filter((question) => question.path === path)
      const newer = own.filter(({ origin }) => origin?.newer != null)
      return {
        id: `bank-${index + 1}`,
        path,
        title: titleOf(texts.get(path) ?? '', language, first) || path,
        count: t('draft-questions.count', { count: own.length }),
        href: editorHref(path, id, url),
        newHref: url('/desk/drafts/:id/questions/new', { id }, { path }),
        version: String(files.find((file) => file.path === path)?.version ?? 0),
        due: newer.length < 2 ? '' : t('draft-questions.update-all', { count: newer.length }),
        open: paths.length < 3 || newer.length > 0,
        show: t('draft-questions.show', { count: own.length }),
        dueKeys: newer.map(({ key }) => key).join(','),
        questions: own.map((question) => questionView(question, id, draft.state === 'open', first, reader))
      }
    })
  }
}

function titleOf (text: string, language: string, first: string): string {
  const yaml = parseLocatedYaml(text)
  const title = 'value' in yaml && typeof yaml.value === 'object' && yaml.value !== null && 'title' in yaml.value ? yaml.value.title : ''
  return typeof title === 'string' ? title : typeof title === 'object' && title !== null ? textIn(title as Record<string, string>, language, first) : ''
}

function questionView ({ key, path, line, definition, quizzes, origin }: DraftQuestion, id: string, isOpen: boolean, first: string, reader: Reader): object {
  const { t, url, language } = reader
  const isAsked = definition.kind !== 'stimulus' && definition.kind !== 'description'
  return {
    key,
    href: isOpen ? url('/desk/drafts/:id/questions/:key/edit', { id, key }) : editorHref(path, id, url, line),
    name: excerpt(textIn(definition.prompt, language, first)) || key,
    kind: t(`bank.kind.${definition.kind}`),
    topic: definition.topic,
    difficulty: t(`bank.option.difficulty.${definition.difficulty}`),
    quizzes: quizzes.length === 0 ? '' : t('draft-questions.asked', { count: quizzes.length, names: quizzes.map(({ title }) => textIn(title, language, first)).join(' · ') }),
    unasked: isAsked && quizzes.length === 0,
    origin: origin === null
      ? null
      : {
          href: url('/desk/banks/:id/questions/:key', { id: origin.bank.id, key: origin.key }),
          words: t('draft-questions.from', { bank: origin.bank.name, version: String(origin.version) }),
          gone: origin.latest === null,
          changed: origin.isChangedHere
        },
    newer: origin?.newer == null
      ? null
      : {
          words: t('draft-questions.newer', { version: String(origin.latest) }),
          button: t('draft-questions.take', { version: String(origin.latest) }),
          warning: origin.isChangedHere,
          changes: changeViews({ definition, name: '' }, { definition: origin.newer, name: '' }, reader)
        }
  }
}

function excerpt (prompt: string): string {
  const words = readableText(prompt.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim()
  return words.length > 140 ? `${words.slice(0, 139)}…` : words
}

/** What somebody has asked for in a form for taking questions. */
export interface TakeForm {
  readonly asked: Asked
  readonly quiz: string
  readonly how: '' | 'these' | 'draw'
  readonly count: string
  readonly which: 'chosen' | 'all'
  readonly chosen: readonly string[]
  readonly problems: readonly Problem[]
}

/** Choosing questions of a bank for a draft. @param page null while there is no bank */
export function takeView (frame: Frame, questions: DraftQuestions, banks: readonly Bank[], page: BankPage | null, form: TakeForm, reader: Reader): PageView {
  const { t, url, language } = reader
  const id = questions.draft.id
  const { asked } = form
  const here = url('/desk/drafts/:id/questions/add', { id })
  const there = new Set(questions.questions.flatMap(({ origin }) => origin !== null && origin.bank.id === page?.bank.id ? [origin.key] : []))
  const quizzes = (questions.sketch?.quizzes ?? []).map(({ key, title }) => ({ key, title: (typeof title === 'string' ? title : textIn((title ?? '') as string, language, questions.language)) || key, chosen: key === form.quiz }))
  const facet = (name: 'topic' | 'difficulty' | 'kind' | 'language', words: (value: string) => string): object => ({
    name, label: t(`bank.filter.${name}`),
    options: (page?.facets[name] ?? []).map(({ value, count }) => ({ value, text: t('bank.filter.option', { name: words(value), count }), selected: asked[name] === value }))
  })
  const query = { bank: page?.bank.id ?? '', quiz: form.quiz, ...Object.fromEntries(Object.entries(asked).flatMap(([name, value]) => typeof value === 'string' && value !== '' ? [[name, value]] : [])) }
  return {
    ...frameView(frame, 'questions', reader),
    styles: STYLES,
    pageHeading: t('draft-questions.add'),
    here,
    clearHref: url('/desk/drafts/:id/questions/add', { id }, { bank: page?.bank.id ?? '', quiz: form.quiz }),
    action: here,
    backHref: form.quiz === '' ? url('/desk/drafts/:id/questions', { id }) : url('/desk/drafts/:id/quizzes/:key', { id, key: form.quiz }),
    banks: banks.map((bank) => ({ id: bank.id, name: bank.name, chosen: bank.id === page?.bank.id })),
    bank: page === null ? null : { id: page.bank.id, name: page.bank.name },
    otherLanguage: page === null || page.bank.language === questions.language ? '' : t('draft-questions.other-language', { bank: languageName(page.bank.language, language), course: languageName(questions.language, language) }),
    quiz: form.quiz,
    search: asked.search ?? '',
    filters: [
      facet('topic', (value) => value),
      facet('difficulty', (value) => t(`bank.option.difficulty.${value}`)),
      facet('kind', (value) => t(`bank.kind.${value}`)),
      facet('language', (value) => languageName(value, language))
    ],
    kept: Object.entries(query).filter(([name]) => name !== 'quiz').map(([name, value]) => ({ name, value })),
    isFiltered: Object.keys(query).length > 2,
    found: page === null ? '' : t('bank.found', { count: page.count ?? 0 }),
    all: page === null ? '' : t('draft-questions.which.all', { count: page.count ?? 0 }),
    isAll: form.which === 'all',
    problems: form.problems.map((problem) => inWords(problem, t)),
    entries: (page?.entries ?? []).map((entry) => ({
      key: entry.key,
      name: entry.name,
      kind: t(`bank.kind.${entry.kind}`),
      topic: entry.topic,
      difficulty: t(`bank.option.difficulty.${entry.difficulty}`),
      version: t('bank.version', { version: String(entry.version) }),
      languages: entry.languages.map((tag) => ({ tag, name: languageName(tag, language) })),
      href: url('/desk/banks/:id/questions/:key', { id: page?.bank.id ?? '', key: entry.key }),
      there: there.has(entry.key),
      chosen: form.chosen.includes(entry.key)
    })),
    quizzes,
    how: (['', 'these', 'draw'] as const).map((value) => ({ value, label: t(`draft-questions.how.${value === '' ? 'none' : value}`), hint: t(`draft-questions.how.${value === '' ? 'none' : value}.hint`), chosen: value === form.how, counted: value === 'draw' })),
    count: form.count,
    firstHref: asked.after === undefined ? '' : url('/desk/drafts/:id/questions/add', { id }, query),
    nextHref: page === null || page.next === null ? '' : url('/desk/drafts/:id/questions/add', { id }, { ...query, after: page.next }),
    total: page === null ? '' : formatNumber(page.total, language)
  }
}
