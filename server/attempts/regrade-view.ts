import { formView } from '../courses/bank/editor-view.ts'
import { STYLES } from '../courses/bank/views.ts'
import { readableText } from '../courses/markdown.ts'
import type { PageView } from '../http/app-type.ts'
import { inWords } from '../http/input-problems.ts'
import { formatNumber } from '../http/pages.ts'
import { textIn, type QuestionDefinition } from '../quiz/quiz.ts'
import type { Problem } from '../refusals.ts'
import type { Around, CorrectionForm } from './correction.ts'
import { previewView } from './preview-view.ts'
import type { RegradeDesk, RegradeReport, Turned } from './regrading.ts'
import type { Reader } from './views.ts'

/** What somebody has typed, and what came of it. */
export interface RegradeForm {
  /** The question that is corrected; null for none. */
  readonly correction: CorrectionForm | null
  readonly reason?: string
  readonly mayApply?: boolean
  readonly report?: RegradeReport
  /** Something else would change by now than was looked at. */
  readonly isStale?: boolean
  readonly problems?: readonly Problem[]
}

const DEFINITION = 'corrections/0/definition'

/** The page for regrading a quiz of a cohort: choose a question, correct it, see who changes, carry it out. */
export function regradeView (desk: RegradeDesk, { correction, reason = '', mayApply = false, report, isStale = false, problems = [] }: RegradeForm, reader: Reader): PageView {
  const { t, url, language } = reader
  const { cohort, quiz } = desk
  const title = t('attempts.regrade.title', { quiz: textIn(quiz.title, language, desk.language) })
  const question = correction?.key ?? ''
  const ofQuestion = problems.filter(({ path = '' }) => path.startsWith(DEFINITION))
  const isDone = report?.applied === true
  return {
    title,
    nav: '/desk/cohorts',
    styles: STYLES,
    scripts: correction === null || isDone ? [] : ['bank.js'],
    cohortName: cohort.name,
    cohortHref: url('/desk/cohorts/:id', { id: cohort.id }),
    figuresHref: url('/desk/cohorts/:id/quizzes/:key/statistics', { id: cohort.id, key: quiz.key }),
    action: url('/desk/cohorts/:id/quizzes/:key/regrade', { id: cohort.id, key: quiz.key }),
    count: t('attempts.regrade.count', { attempts: desk.attempts }),
    isStale,
    isDone,
    versions: desk.versions.length < 2 ? [] : desk.versions.map((number) => ({ number: String(number), label: t('bank.version', { version: String(number) }), chosen: number === desk.version })),
    version: desk.isPresent ? '' : String(desk.version),
    questions: desk.questions.map(({ definition: { key }, isCorrected }) => ({
      key, chosen: key === question, label: isCorrected ? t('attempts.regrade.corrected', { key: labelOf(desk, key, language) }) : labelOf(desk, key, language)
    })),
    question,
    editor: correction === null || isDone ? null : formView({ ...correction.form, problems: ofQuestion.map((problem) => ({ ...problem, path: (problem.path ?? '').slice(DEFINITION.length + 1) })) }, previewView, reader, ''),
    reason,
    problems: problems.filter((problem) => !ofQuestion.includes(problem)).map((problem) => inWords(problem, t)),
    report: report === undefined ? null : reportView(report, reader),
    seen: report?.applied === false ? report.fingerprint : '',
    mayApply: report?.applied === false && mayApply && (report.changes.length > 0 || correction?.isChanged === true),
    mustAsk: report?.applied === false && !mayApply,
    mayPropose: report?.applied === false && !mayApply && correction?.isChanged === true,
    proposalsHref: url('/desk/corrections'),
    unchanged: report?.applied === false && correction?.isChanged === false ? t('correct.unchanged') : ''
  }
}

/** What stands around a question that is corrected. @param language the reader's */
export function aroundOf ({ language: first, pictures, stimuli }: RegradeDesk, language: string): Around {
  return {
    language: first,
    pictures: Object.entries(pictures).map(([src, { hash, width, height }]) => ({ src, hash, width, height, name: src.replace(/^.*\//, '') })),
    stimuli: stimuli.map(({ key, definition }) => ({ key, name: wordsOf(definition, language, first) || key }))
  }
}

/** What a question asks, and its key. */
function labelOf ({ questions, language: first }: RegradeDesk, key: string, language: string): string {
  const definition = questions.find((question) => question.definition.key === key)?.definition
  const words = definition === undefined ? '' : wordsOf(definition, language, first)
  return words === '' ? key : `${words} (${key})`
}

/** What a question asks, in short. @param first the course's first language */
export function wordsOf ({ prompt }: QuestionDefinition, language: string, first: string): string {
  const words = readableText(textIn(prompt, language, first).replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim()
  return words.length > 70 ? `${words.slice(0, 69)}…` : words
}

/** A report in words. */
export function reportView (report: RegradeReport, { t, url, language }: Reader): object {
  const number = (value: number): string => formatNumber(Math.round(value * 100) / 100, language)
  const result = ({ percent, passed }: { readonly percent: number, readonly passed: boolean }): object => ({ percent: t('attempts.fact.percent', { percent: number(percent) }), passed })
  const turned = (people: readonly Turned[]): object[] => people.map(({ enrolmentId, trainee, certificateSerial }) => ({
    trainee,
    href: url('/enrolments/:id', { id: enrolmentId }),
    serial: certificateSerial ?? '',
    certificateHref: certificateSerial === null ? '' : url('/certificates/:serial', { serial: certificateSerial })
  }))
  return {
    applied: report.applied,
    open: report.open > 0 ? t('attempts.regrade.open', { open: report.open }) : '',
    count: t('attempts.regrade.changes', { count: report.changes.length }),
    sum: report.changes.length === 0 ? '' : t('correct.sum', {
      gain: report.changes.filter((change) => change.new.percent > change.old.percent).length, lose: report.changes.filter((change) => change.new.percent < change.old.percent).length
    }),
    changes: report.changes.map((change) => ({
      trainee: change.trainee,
      attempt: t('attempts.attempt-number', { number: String(change.number) }),
      href: url('/attempts/:id/review', { id: change.attemptId }),
      slots: change.slots.map((slot) => t('attempts.regrade.slot', {
        question: slot.question, old: slot.old.mark === null ? '–' : number(slot.old.mark), new: slot.new.mark === null ? '–' : number(slot.new.mark)
      })),
      before: result(change.old),
      after: result(change.new)
    })),
    newlyPassed: turned(report.newlyPassed),
    newlyFailed: turned(report.newlyFailed)
  }
}
