import type { PageView } from '../http/app-type.ts'
import type { Translate } from '../http/messages.ts'
import { formatNumber, formatPercent, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { LEAST_ANSWERS, LEAST_IN_GROUP, type Breakdown, type Concern, type GroupDifference, type QuestionStatistics, type Response } from '../quiz/quiz.ts'
import { CONCERNS } from '../quiz/quiz.ts'
import { textIn } from '../quiz/text.ts'
import { promptOf, type QuizReport } from './statistics.ts'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

const STOP: ReadonlySet<Concern> = new Set(['negative', 'better-wrong', 'translation'])

export function statisticsJson ({ cohort, quiz, statistics, people, language, versions, versionOf }: QuizReport, wanted: string) {
  const { test, slots, differences, similarities } = statistics
  return {
    cohort,
    quiz: { key: quiz.key, title: textIn(quiz.title, wanted, language) },
    versions: versions.map(({ number, attempts, isCounted, isPresent }) => ({ version: number, attempts, counted: isCounted, present: isPresent })),
    attempts: 'first-finished' as const,
    test,
    slots: slots.map((slot) => ({ ...slot, questions: [...slot.questions] })),
    questions: poorFirst(statistics.questions).map((question) => ({
      ...question,
      slots: [...question.slots],
      responses: [...question.responses],
      // By the course's version, as it is told everywhere.
      versions: question.versions.map((version) => ({ ...version, name: String(versionOf.get(version.name) ?? version.name) })),
      variants: [...question.variants],
      concerns: [...question.concerns]
    })),
    differences: [...differences],
    similarities: similarities.map(({ first, second, ...similarity }) => ({
      attempts: [first, second].map((id) => ({ id, personId: people.get(id)?.personId ?? '', name: people.get(id)?.name ?? '' })),
      ...similarity
    }))
  }
}

export function statisticsView (report: QuizReport, reader: Reader): PageView {
  const { t, url, language } = reader
  const { cohort, quiz, statistics, questions, versions } = report
  const { test } = statistics
  const figures = (value: number | null, unit: 'percent' | 'number'): string =>
    value === null ? t('statistics.unknown') : unit === 'percent' ? formatPercent(value, language) : formatNumber(value, language)
  const figure = (name: string, value: number | null, unit: 'percent' | 'number') => ({ label: t(`statistics.test.${name}`), value: figures(value, unit), says: t(`statistics.test.${name}.says`) })
  const numbers = new Map([...statistics.questions].sort((a, b) => (a.slots[0] ?? 0) - (b.slots[0] ?? 0)).map(({ question }, index) => [question, formatNumber(index + 1, language)]))
  const named = (question: string) => ({ number: numbers.get(question) ?? '', prompt: promptOf(questions.get(question), language, report.language), key: question })
  const ordered = poorFirst(statistics.questions)
  const view = (question: QuestionStatistics) => ({
    ...named(question.question),
    ...questionView(question, { differences: statistics.differences, versionOf: report.versionOf }, reader, figures),
    // Opens with the question chosen: what a correction would change is shown before anything is done.
    regradeHref: url('/desk/cohorts/:id/quizzes/:key/regrade', { id: cohort.id, key: quiz.key }, { question: question.question, version: versions.find(({ isPresent, isCounted }) => isPresent && isCounted) === undefined ? versions.find(({ isCounted }) => isCounted)?.number ?? null : null })
  })
  return {
    title: t('statistics.title', { quiz: textIn(quiz.title, language, report.language) }),
    nav: '/desk/cohorts',
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id', { id: cohort.id }) },
    versions: versionsView(report, reader),
    present: versions.find(({ isPresent }) => isPresent)?.isCounted === true,
    quizTitle: textIn(quiz.title, language, report.language),
    empty: test.count === 0,
    basis: t('statistics.basis', { count: test.count }),
    few: test.count > 0 && test.count < LEAST_ANSWERS ? t('statistics.few', { least: String(LEAST_ANSWERS) }) : '',
    figures: [
      figure('mean', test.mean, 'number'),
      figure('median', test.median, 'number'),
      figure('deviation', test.standardDeviation, 'number'),
      figure('consistency', test.internalConsistencyPercent, 'percent'),
      figure('error', test.standardError, 'number'),
      figure('error-ratio', test.errorRatioPercent, 'percent'),
      figure('skewness', test.skewness, 'number'),
      figure('kurtosis', test.kurtosis, 'number')
    ],
    glossary: ['facility', 'discrimination', 'efficiency', 'guess', 'weight', 'rasch', 'fit', 'time', 'mean-total'].map((name) => ({ id: `about-${name}`, term: t(`statistics.figure.${name}`), says: t(`statistics.figure.${name}.says`) })),
    poor: ordered.filter(({ concerns }) => concerns.length > 0).map(view),
    sound: ordered.filter(({ concerns }) => concerns.length === 0).map(view),
    differences: statistics.differences.filter(({ suspect }) => suspect).map((row) => ({ ...named(row.question), ...differenceView(row, reader) })),
    compared: statistics.differences.length > 0,
    // A place that asks everybody the same says what its question says.
    places: statistics.slots.every((slot) => slot.questions.length === 1) ? [] : statistics.slots.map((slot) => ({
      place: formatNumber(slot.slot, language),
      asked: formatNumber(slot.questions.length, language),
      count: formatNumber(slot.count, language),
      facility: figures(slot.facilityPercent, 'percent'),
      discrimination: figures(slot.discriminationIndexPercent, 'number'),
      time: slot.medianSeconds === null ? t('statistics.unknown') : t('statistics.seconds', { seconds: Math.round(slot.medianSeconds) })
    })),
    differencesNone: t(statistics.differences.length > 0 ? 'statistics.languages.none' : 'statistics.languages.few', { least: String(LEAST_IN_GROUP) }),
    similarities: statistics.similarities.map(({ first, second, bothWrong, same, expected, adjustedProbability }) => ({
      pair: [first, second].map((id) => ({ name: report.people.get(id)?.name ?? '', href: url('/attempts/:id/review', { id }) })),
      says: t('statistics.similar.says', { same: formatNumber(same, language), both: formatNumber(bothWrong, language), expected: formatNumber(expected, language) }),
      chance: t('statistics.similar.chance', { percent: formatPercent(Math.max(0.1, Math.ceil(adjustedProbability * 1000) / 10), language) })
    }))
  }
}

/** What may be counted, where a cohort sat more than one version. */
function versionsView ({ cohort, quiz, versions }: QuizReport, { t, url }: Reader): object[] {
  if (versions.length < 2) return []
  const path = (counted: string | null): string => url('/desk/cohorts/:id/quizzes/:key/statistics', { id: cohort.id, key: quiz.key }, { versions: counted })
  const counted = versions.filter(({ isCounted }) => isCounted)
  return [
    ...versions.map(({ number, attempts, isPresent }) => ({
      href: path(isPresent ? null : String(number)), label: t(isPresent ? 'see.version.present' : 'see.version', { version: String(number), attempts }), current: counted.length === 1 && counted[0]?.number === number
    })),
    { href: path('all'), label: t('see.version.all'), current: counted.length === versions.length }
  ]
}

/** The gravest concern first, then the question that goes least together with the rest. */
function poorFirst (questions: readonly QuestionStatistics[]): QuestionStatistics[] {
  const gravity = ({ concerns }: QuestionStatistics): number => concerns[0] === undefined ? CONCERNS.length : CONCERNS.indexOf(concerns[0])
  const worth = ({ discriminationIndexPercent }: QuestionStatistics): number => discriminationIndexPercent ?? 1000
  return [...questions].sort((a, b) => gravity(a) - gravity(b) || worth(a) - worth(b))
}

function questionView (question: QuestionStatistics, { differences, versionOf }: { readonly differences: readonly GroupDifference[], readonly versionOf: QuizReport['versionOf'] }, { t, language }: Reader, figures: (value: number | null, unit: 'percent' | 'number') => string) {
  const { rasch } = question
  const values: ReadonlyArray<readonly [string, string]> = [
    ['facility', figures(question.facilityPercent, 'percent')],
    ['discrimination', figures(question.discriminationIndexPercent, 'number')],
    ['efficiency', figures(question.discriminativeEfficiencyPercent, 'number')],
    ['guess', figures(question.randomGuessPercent, 'percent')],
    ['weight', t('statistics.weight', { effective: figures(question.effectiveWeightPercent, 'percent'), intended: figures(question.intendedWeightPercent, 'percent') })],
    ['rasch', rasch === null ? t('statistics.unknown') : t('statistics.rasch', { difficulty: formatNumber(rasch.difficulty, language), error: formatNumber(rasch.standardError, language) })],
    ['fit', rasch === null ? t('statistics.unknown') : t('statistics.fit', { infit: formatNumber(rasch.infit, language), outfit: formatNumber(rasch.outfit, language) })],
    ['time', question.medianSeconds === null ? t('statistics.unknown') : t('statistics.seconds', { seconds: Math.round(question.medianSeconds) })]
  ]
  return {
    sentence: t('see.sentence', {
      facility: figures(question.facilityPercent, 'percent'), count: question.count, tells: tellingOf(question.discriminationIndexPercent)
    }),
    summary: t('statistics.summary', { facility: figures(question.facilityPercent, 'percent'), discrimination: figures(question.discriminationIndexPercent, 'number'), count: question.count }),
    concerns: question.concerns.map((concern) => ({ name: t(`statistics.concern.${concern}`), says: t(`statistics.concern.${concern}.says`), meaning: STOP.has(concern) ? 'stop' : 'due' })),
    languages: differences.filter((row) => row.suspect && row.question === question.question).map((row) => differenceView(row, { t, language }).says),
    values: values.map(([name, value]) => ({ label: t(`statistics.figure.${name}`), value, href: `#about-${name}` })),
    responses: question.responses.map((response) => responseView(response, question, { t, language })),
    parts: [
      ...partView('version', question.versions.map((part) => ({ ...part, name: t('statistics.version', { number: versionOf.get(part.name) ?? 0 }) })), { t, language }, figures),
      ...partView('variant', question.variants.map((part) => ({ ...part, name: valuesOf(part.name) })), { t, language }, figures)
    ]
  }
}

function partView (by: 'version' | 'variant', parts: readonly Breakdown[], { t, language }: Pick<Reader, 't' | 'language'>, figures: (value: number | null, unit: 'percent' | 'number') => string) {
  if (parts.length === 0) return []
  return [{
    by,
    title: t(`statistics.by.${by}`),
    column: t(`statistics.column.${by}`),
    rows: parts.map(({ name, count, facilityPercent, discriminationIndexPercent }) => ({
      name, count: formatNumber(count, language), facility: figures(facilityPercent, 'percent'), discrimination: figures(discriminationIndexPercent, 'number')
    }))
  }]
}

/** Drawn values as they are kept, in words: `a = 3, b = 2.5`. */
function valuesOf (variant: string): string {
  return variant === '' ? '–' : Object.entries(JSON.parse(variant) as Record<string, number | string>).map(([key, value]) => `${key} = ${value}`).join(', ')
}

/** How well a question tells those who did well from those who did not, in the words of the message. Ebel, "Essentials of
 * Educational Measurement", 1972: 20 and 40. */
function tellingOf (discrimination: number | null): 'unknown' | 'against' | 'little' | 'some' | 'well' {
  if (discrimination === null) return 'unknown'
  return discrimination < 0 ? 'against' : discrimination < 20 ? 'little' : discrimination < 40 ? 'some' : 'well'
}

function responseView ({ part, response, label, count, percent, meanTotal, right }: Response, question: QuestionStatistics, { t, language }: Pick<Reader, 't' | 'language'>) {
  return {
    label: response === '' ? t('statistics.blank') : label,
    count: formatNumber(count, language),
    percent: formatPercent(percent, language),
    value: String(count),
    max: String(question.count),
    meanTotal: formatNumber(meanTotal, language),
    right: right === true,
    // A wrong choice of those who did better than those who were right.
    better: right === false && response !== '' && question.concerns.includes('better-wrong') &&
      question.responses.filter((other) => other.right === true && other.part === part).every((other) => other.meanTotal < meanTotal)
  }
}

function differenceView ({ reference, focal, referenceCount, focalCount, delta, standardisedPercent, effect }: GroupDifference, { t, language }: Pick<Reader, 't' | 'language'>) {
  const name = new Intl.DisplayNames([language], { type: 'language' })
  const [ofFocal, ofReference] = [name.of(focal) ?? focal, name.of(reference) ?? reference]
  return {
    focal: t('statistics.group', { language: ofFocal, count: focalCount }),
    reference: t('statistics.group', { language: ofReference, count: referenceCount }),
    effect: t(`statistics.effect.${effect}`),
    delta: formatNumber(delta, language),
    says: t(delta < 0 ? 'statistics.languages.harder' : 'statistics.languages.easier', {
      focal: ofFocal, reference: ofReference, points: formatNumber(Math.round(Math.abs(standardisedPercent)), language)
    })
  }
}
