import type { PageView } from '../../http/app-type.ts'
import { fieldOf, inWords } from '../../http/input-problems.ts'
import { formatDate, formatDateTime, formatNumber, formatPercent } from '../../http/pages.ts'
import { reviewOf, rounded, rubricOf, textIn, type PaperSlot, type SlotReview, type Text } from '../../quiz/quiz.ts'
import type { Problem } from '../../refusals.ts'
import { firstOf, type Fields } from '../form.ts'
import { questionView, type Reader } from '../views.ts'
import { wordOf, type MarkingDesk, type MarkingItem, type QueueEntry } from './queue.ts'
import { codeOf, type GivenMark, type MarkingRule } from './rules.ts'

const NAV = '/desk/marking'
const STYLES = ['marking.css'] as const
/** Cohorts that an entry of the queue names. */
const MOST_COHORTS = 3

export function queueView (entries: readonly QueueEntry[], done: boolean, reader: Reader): PageView {
  const { t, url, language } = reader
  return {
    title: t('marking.title'),
    nav: NAV,
    styles: STYLES,
    done,
    entries: entries.map(({ definition, course, language: first, quiz, waiting, oldest, cohorts, next }) => ({
      href: next === null ? '' : url('/desk/marking/:id/:slot', { id: next.attemptId, slot: String(next.slot) }),
      question: excerpt(definition.prompt, first, language),
      quiz: textIn(quiz.title, language, first),
      course: textIn(course, language, first),
      // Rules and release are each cohort's own.
      cohorts: cohorts.length > MOST_COHORTS ? [] : cohorts.map(({ id, name }) => ({ name, href: url('/desk/cohorts/:id/quizzes/:key/marking', { id, key: quiz.key }) })),
      cohortCount: cohorts.length > MOST_COHORTS ? t('marking.cohorts', { count: cohorts.length }) : '',
      oldest: oldest === null ? '' : t('marking.oldest', { date: formatDate(oldest, reader) }),
      counts: (['first', 'second', 'third', 'held'] as const).filter((name) => waiting[name] > 0)
        .map((name) => ({ words: t(`marking.count.${name}`, { count: waiting[name] }), state: name === 'held' ? 'done' : name === 'third' ? 'stop' : 'due' })),
      notMine: next === null && oldest !== null
    }))
  }
}

function excerpt (prompt: Text, first: string, language: string): string {
  const words = textIn(prompt, language, first).replace(/<[^>]*>|[*_`#>]/g, '').replace(/\s+/g, ' ').trim()
  return words.length > 140 ? `${words.slice(0, 139).replace(/\s+\S*$/, '')}…` : words
}

/** What was typed, and why it was not taken. */
export interface MarkForm {
  readonly fields: Fields
  readonly problems: readonly Problem[]
  /** Somebody marked the answer while it was looked at; '' for nobody that is known. */
  readonly meanwhile: string | null
}

export function itemView (item: MarkingItem, form: MarkForm | null, reader: Reader): PageView {
  const { t, url, language } = reader
  const { seen, slot, waiting, rule, standing } = item
  const paper = seen.row.paper.slots[slot - 1] as PaperSlot
  const definition = seen.definitionOf(slot)
  const [review] = reviewOf({ slots: seen.slots.filter((state) => state.slot === slot), behaviour: seen.quiz.behaviour }, {}, seen.definitionOf, language) as [SlotReview]
  const plainly = (text: Text): string => textIn(text, language, seen.language)
  const max = paper.mark
  const neighbour = (other: MarkingItem['next']): string => other === null ? '' : url('/desk/marking/:id/:slot', { id: other.attemptId, slot: String(other.slot) })
  const typed = form?.fields ?? {}
  const shown = questionView({ ...seen, reach: 'own' }, paper, review, reader, false)
  return {
    title: t('marking.item', { quiz: plainly(seen.quiz.title) }),
    nav: NAV,
    styles: STYLES,
    scripts: ['marking.js'],
    who: rule.anonymous ? t('marking.answer-of', { name: codeOf(seen.row.id) }) : t('marking.answer-of', { name: waiting.personName }),
    cohort: waiting.cohortName,
    handedIn: t('marking.handed-in', { date: formatDateTime(waiting.finishedAt, reader) }),
    place: item.place === 0 ? '' : t('marking.place', { place: item.place, count: item.count }),
    question: { ...shown, marking: null, verdict: t('marking.model'), isModel: true, marked: shown['rightAnswer'] !== '' },
    previousHref: neighbour(item.previous),
    nextHref: neighbour(item.next),
    action: url('/desk/marking/:id/:slot', { id: seen.row.id, slot: String(slot) }),
    role: standing.wants ?? '',
    roleWords: standing.wants === null ? '' : t(`marking.role.${standing.wants}`),
    mayMark: item.mayMark,
    notMine: standing.wants === null ? t('marking.held') : t('marking.not-second'),
    meanwhile: form?.meanwhile === null || form === null ? '' : form.meanwhile === '' ? t('marking.meanwhile') : t('marking.meanwhile-by', { name: form.meanwhile }),
    problems: (form?.problems ?? []).map(({ message }) => message),
    // A second marker is not told what the first gave; who decides between them sees both.
    given: standing.wants === 'third' ? waiting.given.map((mark) => givenView(mark)) : [],
    max: String(max),
    markLabel: t('attempts.mark-of', { max: formatNumber(max, language) }),
    mark: firstOf(typed['mark']),
    comment: firstOf(typed['comment']),
    rubric: rubricOf(definition).map(({ key, text, levels }) => ({
      id: `criterion-${key}`,
      name: `rubric.${key}`,
      text: plainly(text),
      levels: levels.map((level, index) => ({
        id: `criterion-${key}-${level.key}`, key: level.key, digit: index < 9 ? String(index + 1) : '', text: plainly(level.text),
        worth: String(level.points), points: t('marking.points', { points: level.points }), chosen: firstOf(typed[`rubric.${key}`]) === level.key
      }))
    })),
    // The script puts the sum in place of the sign.
    total: t('marking.total', { points: '#', max: formatNumber(rubricOf(definition).reduce((sum, { levels }) => sum + Math.max(...levels.map(({ points }) => points)), 0), language) }),
    hold: rule.hold,
    rulesHref: url('/desk/cohorts/:id/quizzes/:key/marking', { id: waiting.cohortId, key: waiting.quizKey })
  }

  function givenView ({ byName, role, fraction, marking }: GivenMark): object {
    return {
      role: t(`marking.given.${role}`),
      by: byName,
      mark: t('marking.mark', { mark: formatNumber(rounded(fraction * max), language), max: formatNumber(max, language) }),
      percent: formatPercent(fraction * 100, language),
      comment: marking.comment ?? '',
      levels: rubricOf(definition).flatMap(({ key, text, levels }) => {
        const level = levels.find((level) => level.key === marking.rubric?.[key])
        return level === undefined ? [] : [{ criterion: plainly(text), level: plainly(level.text) }]
      })
    }
  }
}

/** An answer that somebody else marked for good meanwhile, and what was typed. */
export function goneView ({ id, slot, next }: { readonly id: string, readonly slot: number, readonly next: MarkingItem['next'] }, fields: Fields, { t, url }: Reader): PageView {
  return {
    title: t('marking.meanwhile'),
    nav: NAV,
    styles: STYLES,
    reviewHref: `${url('/attempts/:id/review', { id })}#q${slot}`,
    nextHref: next === null ? '' : url('/desk/marking/:id/:slot', { id: next.attemptId, slot: String(next.slot) }),
    typed: Object.entries(fields).filter(([name]) => name === 'mark' || name === 'comment' || name.startsWith('rubric.')).map(([, value]) => firstOf(value)).filter((value) => value !== '')
  }
}

/** A rule as it was typed, not saved. */
export interface RuleForm {
  readonly rule: MarkingRule
  readonly typed: { readonly secondPercent: string, readonly thresholdPercent: string }
  readonly problems: readonly Problem[]
  readonly stale: boolean
}

/** How a quiz of a cohort is marked.
 * @param form what was typed where that is not saved, and whether another edit came before it */
export function deskView ({ cohort, quiz, language: first, rule, waiting, ready }: MarkingDesk, done: string, form: RuleForm | null, reader: Reader): PageView {
  const { t, url, language } = reader
  const path = { id: cohort.id, key: quiz.key }
  const sentence = ({ anonymous, secondPercent, thresholdPercent, hold }: MarkingRule): string => t('marking.sentence', { anonymous: anonymous ? 'yes' : 'no', second: secondPercent, threshold: thresholdPercent, hold: hold ? 'yes' : 'no' })
  return {
    title: t('marking.rules', { quiz: textIn(quiz.title, language, first) }),
    nav: NAV,
    styles: STYLES,
    cohortName: cohort.name,
    cohortHref: url('/desk/cohorts/:id', { id: cohort.id }),
    queueHref: url('/desk/marking'),
    action: url('/desk/cohorts/:id/quizzes/:key/marking', path),
    releaseAction: url('/desk/cohorts/:id/quizzes/:key/marking/release', path),
    done: done === '' ? '' : t(`marking.done.${done}`),
    seen: wordOf(rule),
    problems: form?.problems.map((problem) => `${fieldOf(problem.path ?? '', t)}: ${inWords(problem, t)}`) ?? [],
    stale: form?.stale === true,
    now: form?.stale !== true ? [] : [{ label: t('marking.rules.how'), value: sentence(rule), typed: sentence(form.rule) }],
    rule: form === null ? { ...rule, secondPercent: String(rule.secondPercent), thresholdPercent: String(rule.thresholdPercent) } : { ...form.rule, ...form.typed },
    sentence: sentence(rule),
    figures: (['first', 'second', 'third', 'held'] as const).map((name) => ({ value: formatNumber(waiting[name], language), label: t(`marking.figure.${name}`, { count: waiting[name] }) })),
    ready: ready === 0 ? '' : t('marking.ready', { count: ready })
  }
}

