import { readableText } from '../courses/markdown.ts'
import { formatNumber } from '../http/pages.ts'
import { textIn } from '../quiz/quiz.ts'
import type { Problem } from '../refusals.ts'
import { questionText, type RegradeDesk, type RegradeReport, type Turned } from './regrading.ts'
import type { Reader } from './views.ts'

/** What somebody has typed, and what came of it. */
export interface RegradeForm {
  /** Key; '' for none. */
  readonly question: string
  readonly definition?: string
  readonly reason?: string
  readonly mayApply?: boolean
  readonly report?: RegradeReport
  /** Something else would change by now than was looked at. */
  readonly isStale?: boolean
  readonly problems?: readonly Problem[]
}

/** The page for regrading a quiz of a cohort: choose a question, correct it, see who changes, apply. */
export function regradeView (desk: RegradeDesk, { question, definition, reason = '', mayApply = false, report, isStale = false, problems = [] }: RegradeForm, reader: Reader): object {
  const { t, url, language } = reader
  const { cohort, quiz } = desk
  const title = t('attempts.regrade.title', { quiz: textIn(quiz.title, language, desk.language) })
  const chosen = desk.questions.find((other) => other.definition.key === question)
  const path = url('/desk/cohorts/:id/quizzes/:key/regrade', { id: cohort.id, key: quiz.key })
  return {
    title,
    nav: '/desk/cohorts',
    cohortName: cohort.name,
    cohortHref: url('/desk/cohorts/:id', { id: cohort.id }),
    action: path,
    count: t('attempts.regrade.count', { attempts: desk.attempts }),
    isStale,
    seen: report?.applied === false ? report.fingerprint : '',
    versions: desk.versions.length < 2 ? [] : desk.versions.map((number) => ({ number: String(number), label: t('bank.version', { version: String(number) }), chosen: number === desk.version })),
    version: desk.isPresent ? '' : String(desk.version),
    questions: desk.questions.map(({ definition: { key }, isCorrected }) => ({
      key, chosen: key === question, label: isCorrected ? t('attempts.regrade.corrected', { key: labelOf(desk, key, language) }) : labelOf(desk, key, language)
    })),
    question,
    definition: chosen === undefined ? '' : definition ?? questionText(chosen.definition),
    lines: String(Math.min(40, Math.max(8, (definition ?? (chosen === undefined ? '' : questionText(chosen.definition))).split('\n').length + 1))),
    reason,
    problems: problems.map(({ path, line, message }) => [line === undefined ? path?.replace(/^corrections\/0\/definition\/?/, '') : String(line), message].filter(Boolean).join(': ')),
    report: report === undefined ? null : reportView(report, reader),
    mayApply: report?.applied === false && mayApply && report.changes.length > 0,
    mustAsk: report?.applied === false && !mayApply
  }
}

/** What a question asks, and its key. */
function labelOf ({ questions, language: first }: RegradeDesk, key: string, language: string): string {
  const definition = questions.find((question) => question.definition.key === key)?.definition
  const words = definition === undefined ? '' : readableText(textIn(definition.prompt, language, first).replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim()
  return words === '' ? key : `${words.length > 70 ? `${words.slice(0, 69)}…` : words} (${key})`
}

function reportView (report: RegradeReport, { t, url, language }: Reader): object {
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
