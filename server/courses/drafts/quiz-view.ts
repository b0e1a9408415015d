import type { PageView } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { formatNumber } from '../../http/pages.ts'
import { checkDraw, checkQuiz, textIn, type Problem, type QuestionDefinition, type ReviewSetting, type Text } from '../../quiz/quiz.ts'
import { DIFFICULTIES } from '../../quiz/question.ts'
import { askedCount } from '../asked.ts'
import type { Reader } from '../views.ts'
import { wordingsOf } from './course-edits.ts'
import { MOMENTS, partsOf, sectionsOf, SHOWN, shows, stockOf } from './quiz-form.ts'
import { frameView, languageName, languagesOf, type Frame } from './frame-view.ts'

const BEHAVIOURS = ['deferred', 'immediate', 'interactive', 'adaptive', 'adaptive-no-penalty', 'deferred-certainty', 'immediate-certainty', 'manual'] as const
const OVERDUE = ['submit', 'grace', 'discard'] as const
const GRADES = ['highest', 'average', 'first', 'last'] as const

type Written = Readonly<Record<string, unknown>> & { readonly key: string }

/** What a quiz will do in sentences, or what keeps it from doing anything. */
export interface QuizSays {
  readonly sentences: readonly string[]
  readonly problems: readonly string[]
}

/** @param quiz as a form or a file has it */
export function quizSays (quiz: unknown, questions: readonly QuestionDefinition[], first: string, { t }: Pick<Reader, 't'>): QuizSays {
  const checked = checkQuiz(quiz)
  if ('problems' in checked) return { sentences: [], problems: checked.problems.map((problem) => said(problem, t)) }
  return {
    sentences: partsOf(checked.quiz, askedCount(checked.quiz, questions.map((definition) => ({ definition })))).map(({ message, values }) => t(message, values)),
    problems: checkDraw(checked.quiz, questions, first).map((problem) => said(problem, t))
  }
}

/** Where a problem is, in the words of the form. */
function said ({ path, message }: Problem, t: Reader['t']): string {
  const [top = '', index] = path.split('/')
  const what = /\/draw\/\d+\/topic$/.test(path) ? t('draft-quiz.no-topic') : t.sentence(message)
  return t('drafts.quiz.problem', { part: top, section: index === undefined || top !== 'sections' ? 0 : Number(index) + 1, message: what })
}

/** The lines of a part that say what is drawn, and those that may stay empty, folded away. One to begin with is in sight where nothing is asked yet. */
function linesOf <Line extends { readonly isEmpty: boolean }> (lines: readonly Line[], begins: boolean): { readonly rows: readonly Line[], readonly spare: readonly Line[] } {
  const filled = lines.filter(({ isEmpty }) => !isEmpty).length
  const shown = filled === 0 && begins ? 1 : filled
  return { rows: lines.slice(0, shown), spare: lines.slice(shown) }
}

/** The settings of a quiz, as questions that its author asks.
 * @param quiz what the form shows: as written, or as it was sent */
export function quizEditorView (frame: Frame, quiz: Written, questions: readonly QuestionDefinition[], saved: boolean, reader: Reader): PageView {
  const { t, url, language } = reader
  const { detail: { draft, files }, sketch } = frame
  const first = sketch?.language ?? 'en'
  const id = draft.id
  const key = quiz.key
  const languages = languagesOf(sketch, files)
  const textual = (value: unknown): Text => typeof value === 'string' || (typeof value === 'object' && value !== null) ? value as Text : ''
  const fields = (name: string, label: string, value: unknown): object[] => languages.map((code) => ({
    id: name.replaceAll('.', '-') + '-' + code, name: `${name}.${code}`, label: languages.length === 1 ? label : t('drafts.in-language', { what: label, language: languageName(code, language) }),
    value: wordingsOf(textual(value), first)[code] ?? '', lang: code, dir: directionOf(code)
  }))
  const value = (name: string, otherwise = ''): string => typeof quiz[name] === 'string' || typeof quiz[name] === 'number' ? String(quiz[name]) : otherwise
  const review = typeof quiz['review'] === 'object' && quiz['review'] !== null ? quiz['review'] as ReviewSetting : undefined // the check says so where it is none
  const stock = stockOf(questions)
  const behaviour = value('behaviour', 'deferred')
  const says = quizSays(quiz, questions, first, reader)
  const topics = [...new Set([...stock.map(({ topic }) => topic)])]
  return {
    ...frameView(frame, 'course', reader),
    title: textIn(textual(quiz['title']), language, first) || key,
    scripts: ['draft-quiz.js'],
    key,
    action: url('/desk/drafts/:id/quizzes/:key', { id, key }),
    saysHref: url('/desk/drafts/:id/quizzes/:key/says', { id, key }),
    takeHref: url('/desk/drafts/:id/questions/add', { id }, { quiz: key }),
    sampleHref: url('/desk/drafts/:id/quizzes/:key/sample', { id, key }),
    version: String(files.find(({ path }) => path === 'course.yaml')?.version ?? 0),
    saved: saved ? t('drafts.saved') : '',
    says,
    titles: fields('title', t('drafts.field.title'), quiz['title']),
    intros: fields('intro', t('drafts.quiz.intro'), quiz['intro']),
    stock: stock.map(({ topic, counts, total }) => ({ topic, counts: DIFFICULTIES.map((difficulty) => formatNumber(counts[difficulty], language)), total: formatNumber(total, language) })),
    difficulties: DIFFICULTIES.map((difficulty) => t(`drafts.quiz.difficulty.${difficulty}`)),
    sections: sectionsOf(quiz, (text) => wordingsOf(textual(text), first)).map(({ title, weight, minPercent, rows, questions }, index, all) => ({
      number: formatNumber(index + 1, language),
      isNew: index === all.length - 1,
      open: index < all.length - 1 || all.length === 1,
      titles: fields(`section.${index}.title`, t('drafts.quiz.section-title'), title),
      id: `section-${index}`,
      at: `section.${index}`,
      weight,
      minPercent,
      questions,
      names: questions !== '',
      ...linesOf(rows.map((row, at) => ({
        id: `section-${index}-row-${at}`,
        at: `section.${index}.row.${at}`,
        count: row.count,
        isEmpty: row.topic === '' && row.count === '',
        topics: [...new Set([...topics, ...row.topic === '' ? [] : [row.topic]])].map((topic) => ({ topic, chosen: topic === row.topic })),
        difficulties: DIFFICULTIES.map((difficulty) => ({ value: difficulty, name: t(`drafts.quiz.difficulty.${difficulty}`), chosen: difficulty === row.difficulty })),
        languages: [...new Set([...languages, ...row.language === '' ? [] : [row.language]])].map((code) => ({ code, name: languageName(code, language), chosen: code === row.language }))
      })), questions === '')
    })),
    manyLanguages: languages.length > 1,
    perPage: value('questionsPerPage'),
    shuffle: quiz['shuffleQuestions'] !== false,
    isTimed: quiz['limitMinutes'] !== undefined,
    minutes: value('limitMinutes'),
    overdue: OVERDUE.map((name) => ({ name, label: t(`drafts.quiz.overdue.${name}`), chosen: name === value('overdue', 'submit') })),
    grace: value('graceSeconds'),
    attempts: value('attempts'),
    grades: GRADES.map((name) => ({ name, label: t(`drafts.quiz.grade.${name}`), chosen: name === value('gradeOf', 'highest') })),
    behaviours: BEHAVIOURS.map((name) => ({ name, label: t(`drafts.quiz.behaviour.${name}`), hint: t(`attempts.rule.${name}`), chosen: name === behaviour })),
    pass: value('passPercent'),
    floor: quiz['floor'] !== false,
    moments: MOMENTS.map((moment) => t(`drafts.quiz.moment.${moment}`)),
    shown: SHOWN.map((what) => ({
      label: t(`drafts.quiz.shown.${what}`),
      cells: MOMENTS.map((moment) => ({ name: `review.${moment}.${what}`, checked: shows(review, moment, what), label: t('drafts.quiz.shown-at', { what: t(`drafts.quiz.shown.${what}`), moment: t(`drafts.quiz.moment.${moment}`) }) }))
    })),
    removeAction: url('/desk/drafts/:id/structure', { id })
  }
}
