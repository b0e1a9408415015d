import type { Static } from 'typebox'
import type { PageView } from '../http/app-type.ts'
import { formatNumber, formatPercent, type Place } from '../http/pages.ts'
import { directionOf, type Translate } from '../http/messages.ts'
import type { Url } from '../http/urls.ts'
import { lessonHtml } from '../courses/lesson-html.ts'
import { renderText, renderTextOnce } from '../courses/markdown.ts'
import {
  behaviours, CERTAINTIES, certaintyOf, isAnswer, isMarkedByPerson, kindOf, numbersOf, policyAt, reviewOf, rounded, rubricOf, scoreOf, textIn, type Controls, type PaperSlot, type QuestionDefinition, type SlotReview, type SlotState, type Text
} from '../quiz/quiz.ts'
import type { SeenAttempt } from './attempts.ts'
import { controlView, isOneField } from './controls.ts'
import { sizeWords } from './file-view.ts'
import { localised } from './localised.ts'
import type { AttemptAnswer } from './schemas.ts'
import type { PartState } from './shown.ts'

/** What a view needs of the reader. */
export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

/** What showing one question needs to know of its attempt. */
export type AskedAttempt = Pick<SeenAttempt, 'reach' | 'language' | 'pictures' | 'uploads' | 'slots' | 'definitionOf'> & {
  readonly row: Pick<SeenAttempt['row'], 'id' | 'state' | 'paper' | 'endedBy'>
  readonly quiz: Pick<SeenAttempt['quiz'], 'behaviour'>
}

/** The states of a slot as one word for the page: answered questions are told apart from open ones, marked ones by result. */
type Mark = 'right' | 'partly' | 'wrong' | 'open' | 'answered' | 'waits'

/** The attempt of `/api/v1`: prompt and option texts are HTML, sanitised when the course was published. */
export function attemptJson (seen: SeenAttempt, serverNow: Date, language: string, url: Url): Static<typeof AttemptAnswer> {
  const { row } = seen
  const reviews = ownReviews(seen, language)
  return {
    id: row.id,
    number: row.number,
    enrolmentId: row.enrolmentId,
    quizKey: row.quizKey,
    title: textIn(seen.quiz.title, language, seen.language),
    state: row.state,
    behaviour: seen.quiz.behaviour,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    endsAt: row.endsAt,
    asksCertainty: asksCertainty(seen),
    finishedAt: row.finishedAt,
    serverNow: serverNow.toISOString(),
    pages: pagesOf(seen),
    questions: row.paper.slots.map((slot, index) => {
      const state = seen.slots[index] as SlotState
      const asked = askedOf(seen, slot, state.answer, { language, url })
      return {
        slot: slot.slot,
        number: numberOf(seen, slot.slot),
        ...slot.stimulus !== undefined && { stimulus: slot.stimulus },
        page: slot.page,
        kind: slot.kind,
        markMax: slot.mark,
        prompt: asked.prompt,
        controls: asked.controls,
        answer: state.answer,
        seq: state.seq,
        state: (reviews[index] as SlotReview).state,
        locked: state.locked,
        ...triesOf(reviews[index] as SlotReview)
      }
    })
  }
}

/** The number that a trainee reads; null of a text that asks nothing. */
export function numberOf ({ row }: Pick<AskedAttempt, 'row'>, slot: number): number | null {
  return numbersOn(row.paper.slots)[slot - 1] ?? null
}

const numbered = new WeakMap<readonly PaperSlot[], ReadonlyArray<number | null>>()

/** `numbersOf` a paper, reckoned once. */
export function numbersOn (slots: readonly PaperSlot[]): ReadonlyArray<number | null> {
  let numbers = numbered.get(slots)
  if (numbers === undefined) numbered.set(slots, numbers = numbersOf(slots))
  return numbers
}

/** What followed on tries of a question that may be tried again. */
function triesOf ({ tries, triesLeft, hint }: SlotReview): object {
  return { ...tries !== undefined && { tries }, ...triesLeft !== undefined && { triesLeft }, ...hint !== undefined && { hint } }
}

/** Whether trainees say how sure they are: `certainty` 1, 2 or 3 with each answer. */
export function asksCertainty ({ quiz }: Pick<AskedAttempt, 'quiz'>): boolean {
  return quiz.behaviour === 'deferred-certainty' || quiz.behaviour === 'immediate-certainty'
}

/** The review of `/api/v1`: per slot what the policy allows. Those who teach the cohort see all. */
export function reviewJson (seen: SeenAttempt, language: string): object {
  const { row } = seen
  return {
    id: row.id,
    state: row.state,
    ...resultOf(seen),
    items: seenReviews(seen, language)
  }
}

export function seenReviews (seen: SeenAttempt, language: string): SlotReview[] {
  return seen.reach === 'staff' ? reviewOf({ slots: seen.slots, behaviour: seen.quiz.behaviour }, {}, seen.definitionOf, language) : ownReviews(seen, language)
}

/** What the trainee is shown at this moment. */
export function ownReviews ({ slots, quiz, moment, definitionOf }: SeenAttempt, language: string): SlotReview[] {
  return reviewOf({ slots, behaviour: quiz.behaviour }, policyAt(quiz.review, moment), definitionOf, language)
}

function resultOf ({ row }: SeenAttempt): object {
  return row.state === 'open' ? {} : { mark: row.mark, markMax: row.markMax, percent: row.percent, passed: row.passed, finishedAt: row.finishedAt, endedBy: row.endedBy }
}

export function pagesOf ({ row }: SeenAttempt): number {
  return row.paper.slots.at(-1)?.page ?? 1
}

/** One page of an open attempt, or the summary before the finish (`page` null).
 * @param refused by slot, what was not taken, in the reader's words */
export function attemptView (seen: SeenAttempt, page: number | null, now: Date, reader: Reader, refused: ReadonlyMap<number, readonly string[]> = new Map()): PageView {
  const { t, language } = reader
  const { row, quiz } = seen
  const pages = pagesOf(seen)
  const title = textIn(quiz.title, language, seen.language)
  const reviews = ownReviews(seen, language)
  const questions = row.paper.slots.filter((slot) => slot.page === page).map((slot) => questionView(seen, slot, reviews[slot.slot - 1] as SlotReview, reader, true, refused.get(slot.slot)))
  const stimulus = row.paper.slots.find((slot) => slot.page === page)?.stimulus
  const { asked, left } = leftIn(seen)
  return {
    title: `${title} · ${seen.courseTitle}`,
    quizTitle: title,
    courseTitle: seen.courseTitle,
    main: 'reading exam-page',
    header: 'attempts/exam-header',
    attemptId: row.id,
    page,
    pageLine: page === null ? t('attempts.summary') : t('attempts.page-of', { page, pages }),
    clock: clockView(row, now, quiz.limitMinutes !== undefined),
    inGrace: row.dueAt !== null && row.endsAt !== row.dueAt && now.toISOString() >= row.dueAt,
    hasGrace: row.endsAt !== row.dueAt,
    savedAt: seen.slots.some(({ seq }) => seq > 0) ? t('attempts.saved') : '',
    squares: squaresOf(seen, page, reader),
    // What the first question refers to may stand on the page before.
    carried: stimulus === undefined ? null : stimulusView(seen, row.paper.slots[stimulus - 1] as PaperSlot, reader),
    slots: questions.map(({ slot }) => slot).join(','),
    questions,
    takesFiles: questions.some(({ kind }) => kind === 'upload'),
    filesRefused: refused.size > 0,
    hasPrevious: page === null ? pages > 0 : page > 1,
    lastPage: String(pages),
    isLast: page === pages,
    answered: formatNumber(asked - left.length, language),
    count: formatNumber(asked, language),
    isLeft: left.length > 0,
    unanswered: left.map((state) => leftOf(seen, state)),
    scripts: ['attempt.js']
  }
}

/** How many questions ask something, and those of them that are not answered, or not so that it can be read. */
export function leftIn (seen: Pick<SeenAttempt, 'row' | 'slots'>): { readonly asked: number, readonly left: readonly SlotState[] } {
  const asked = seen.slots.filter(({ slot }) => numberOf(seen, slot) !== null)
  return { asked: asked.length, left: asked.filter(({ state }) => state === 'not-answered' || state === 'unreadable') }
}

/** One question among those that the summary names. */
export function leftOf ({ row }: Pick<SeenAttempt, 'row'>, { slot, state }: SlotState): { readonly number: string, readonly href: string, readonly unreadable: boolean } {
  return {
    number: String(numberOf({ row }, slot)),
    href: hrefWithin({ slot, page: row.paper.slots[slot - 1]?.page ?? 1 }),
    unreadable: state === 'unreadable'
  }
}

/** Milliseconds are for the script; the words for everybody. No clock is shown where only the cohort's end would end it. */
export function clockView ({ dueAt: due, endsAt }: SeenAttempt['row'], now: Date, limited: boolean): { dueAt: string, endsAt: string, serverNow: string, left: string, low: boolean } | null {
  if (due === null || endsAt === null || !limited) return null
  // Once the time is up, what runs is the grace.
  const dueAt = now.toISOString() < due ? due : endsAt
  const seconds = Math.max(0, Math.floor((Date.parse(dueAt) - now.getTime()) / 1000))
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  return { dueAt, endsAt, serverNow: now.toISOString(), left: (parts[0] === '00' ? parts.slice(1) : parts).join(':'), low: seconds < 300 }
}

/** Within the address of the attempt, and so the same for everybody's. */
function hrefWithin ({ slot, page }: Pick<PaperSlot, 'slot' | 'page'>): string {
  return `?page=${page}#q${slot}`
}

function squaresOf (seen: SeenAttempt, page: number | null, reader: Reader): object[] {
  const numbers = numbersOn(seen.row.paper.slots)
  return seen.row.paper.slots.flatMap((slot, index) => {
    const number = numbers[index] ?? null
    return number === null ? [] : [squareOf(slot, number, (seen.slots[index] as SlotState).answer !== null, slot.page === page, reader)]
  })
}

/** One question among the squares of the head. */
export function squareOf ({ slot, page }: Pick<PaperSlot, 'slot' | 'page'>, number: number, answered: boolean, here: boolean, { t }: Reader): object {
  return {
    slot: String(slot),
    number: String(number),
    href: hrefWithin({ slot, page }),
    state: answered ? 'answered' : 'open',
    label: t(answered ? 'attempts.state.answered' : 'attempts.state.not-answered'),
    here
  }
}

function stimulusView (seen: SeenAttempt, slot: PaperSlot, { language, url }: Reader): object {
  const { prompt, markup } = seen.definitionOf(slot.slot)
  const written = languageOf(prompt, language, seen.language)
  return { text: lessonHtml(renderText(textIn(prompt, language, seen.language), markup, false, `carried${slot.slot}-`), url), language: written, direction: directionOf(written) }
}

export interface QuestionView {
  readonly slot: string
  readonly seq: string
  readonly partial: string
  readonly control: object
  readonly kind: string
  /** of a person who marked it; '' for none */
  readonly comment: string
  readonly [more: string]: unknown
}

/** The options of a control that has some. */
export function optionsOf (control: object): ReadonlyArray<{ readonly key: string }> {
  return 'options' in control ? control.options as ReadonlyArray<{ readonly key: string }> : []
}

/** One question with its control, as asked and answered.
 * @param open the trainee may still answer
 * @param refused what was not taken of it, in the reader's words */
export function questionView (seen: AskedAttempt, slot: PaperSlot, review: SlotReview, reader: Reader, open: boolean, refused: readonly string[] = []): QuestionView {
  const { t, language } = reader
  const state = seen.slots[slot.slot - 1] as SlotState
  const { prompt, controls } = askedOf(seen, slot, state.answer, reader)
  const mayAnswer = open && !state.locked
  const definition = seen.definitionOf(slot.slot)
  const mark = markOf(review)
  const written = languageOf(definition.prompt, language, seen.language)
  const isTriable = behaviours[seen.quiz.behaviour].check !== null && kindOf(definition).asked !== false && !isMarkedByPerson(definition)
  const isTried = !state.locked && (review.state === 'right' || review.state === 'partly-right' || review.state === 'wrong')
  const number = numberOf(seen, slot.slot)
  return {
    slot: String(slot.slot),
    seq: String(state.seq),
    kind: slot.kind,
    language: written,
    direction: directionOf(written),
    meta: number === null ? '' : t('attempts.question-meta', { slot: number, marks: slot.mark }),
    prompt,
    partial: `attempts/controls/${controls.control}`,
    asked: controls.control !== 'none',
    control: controlView(controls, {
      slot: slot.slot, answer: state.answer, open: mayAnswer, right: review.rightAnswer ?? null, parts: partsOf(definition, state, review), review, t, language,
      fileAt: (id) => ({
        href: reader.url('/attempts/:id/files/:fileId', { id: seen.row.id, fileId: id }),
        size: sizeWords(seen.uploads.find((upload) => upload.id === id)?.size ?? 0, t, language)
      }),
      addAt: controls.control === 'files' ? reader.url('/api/v1/attempts/:id/files/:slot', { id: seen.row.id, slot: slot.slot }) : ''
    }),
    group: !isOneField(controls),
    state: mark,
    unreadable: state.state === 'unreadable' && open ? t(`attempts.unreadable.${controls.control}`) : '',
    refused,
    checkable: mayAnswer && isTriable,
    checkLabel: t(isTried ? 'attempts.check-again' : 'attempts.check'),
    certainty: asksCertainty(seen) && kindOf(definition).asked !== false && !isMarkedByPerson(definition) ? certaintyView(slot.slot, state.answer, mayAnswer, reader) : null,
    needsCertainty: mayAnswer && seen.quiz.behaviour === 'immediate-certainty' && state.state === 'answered' && certaintyOf(state.answer) === null,
    hint: review.hint === undefined ? '' : lessonHtml(renderTextOnce(review.hint, definition.markup, true), reader.url),
    triesLine: triesLine(review, mayAnswer, reader),
    tried: isTried,
    marked: number !== null && (state.locked || isTried),
    verdict: state.locked || isTried ? verdictOf(review, reader) : '',
    comment: review.comment ?? '',
    marking: markingView(seen, slot, state, reader),
    summary: review.summary ?? '',
    feedback: (review.feedback ?? []).map((text) => lessonHtml(renderTextOnce(text, definition.markup, true), reader.url)),
    rightAnswer: state.locked && review.rightAnswerSummary !== undefined && mark !== 'right' ? review.rightAnswerSummary : '',
    source: definition.source === undefined ? '' : textIn(definition.source, language, seen.language)
  }
}

/** How the parts of an answer fared, where the review says whether it was right and no try is left. */
function partsOf (definition: QuestionDefinition, { answer, locked }: SlotState, { state }: SlotReview): ReadonlyMap<string, PartState> {
  const isShown = locked && (state === 'right' || state === 'partly-right' || state === 'wrong')
  if (!isShown || !isAnswer(definition, answer)) return new Map()
  return new Map(kindOf(definition).grade(definition, answer).parts?.map((part) => [part.key, PART_STATES[part.state]]))
}

const PART_STATES: Readonly<Record<'right' | 'partly-right' | 'wrong' | 'not-answered' | 'unreadable', PartState>> = {
  right: 'right', 'partly-right': 'partly', wrong: 'wrong', unreadable: 'wrong', 'not-answered': 'wrong'
}

/** "How sure are you?": three radio buttons beside the answer. */
function certaintyView (slot: number, answer: unknown, open: boolean, { t }: Reader): object {
  const given = certaintyOf(answer)
  return {
    name: `certainty${slot}`,
    disabled: !open,
    levels: CERTAINTIES.map((level) => ({ value: String(level), label: t(`attempts.certainty.${level}`), checked: level === given }))
  }
}

function triesLine ({ tries, triesLeft }: SlotReview, open: boolean, { t }: Reader): string {
  if (!open || tries === undefined) return ''
  return triesLeft === undefined ? t('attempts.tries', { tries }) : t('attempts.tries-left', { left: triesLeft })
}

/** What those who run the cohort mark a finished answer with; null for everybody else, and where nothing can be marked. */
function markingView (seen: AskedAttempt, slot: PaperSlot, state: SlotState, { t, language, url }: Reader): object | null {
  const definition = seen.definitionOf(slot.slot)
  if (seen.reach !== 'staff' || seen.row.state === 'open' || seen.row.endedBy === 'discarded' || kindOf(definition).asked === false) return null
  const plainly = (text: Text): string => textIn(text, language, seen.language)
  return {
    action: url('/attempts/:id/marks', { id: seen.row.id }),
    slot: String(slot.slot),
    open: state.state === 'needs-marking',
    title: t(state.state === 'needs-marking' ? 'attempts.mark-it' : 'attempts.mark-again'),
    markLabel: t('attempts.mark-of', { max: formatNumber(slot.mark, language) }),
    max: String(slot.mark),
    mark: state.marking === undefined || state.fraction === null ? '' : String(rounded(state.fraction * slot.mark)),
    comment: state.marking?.comment ?? '',
    rubric: rubricOf(definition).map(({ key, text, levels }) => ({
      name: `rubric.${key}`,
      id: `rubric-${slot.slot}-${key}`,
      text: plainly(text),
      levels: levels.map((level) => ({
        key: level.key,
        text: t('attempts.rubric-level', { level: plainly(level.text), points: level.points }),
        chosen: state.marking?.rubric?.[key] === level.key
      }))
    }))
  }
}

function verdictOf (review: SlotReview, { t, language }: Reader): string {
  const words = t(`attempts.state.${review.state}`)
  if (review.mark === undefined || review.mark === null) return words
  return t('attempts.verdict', { state: words, mark: formatNumber(rounded(review.mark), language), max: formatNumber(review.markMax, language) })
}

function markOf ({ state }: SlotReview): Mark {
  switch (state) {
    case 'right': return 'right'
    case 'partly-right': return 'partly'
    case 'wrong': case 'unreadable': return 'wrong'
    case 'not-answered': return 'open'
    case 'needs-marking': return 'waits'
    case 'answered': return 'answered'
  }
}

/** The language that `textIn` finds a text in. */
function languageOf (text: Text, language: string, firstLanguage: string): string {
  return typeof text !== 'string' && Object.hasOwn(text, language) ? language : firstLanguage
}

interface Asked {
  readonly prompt: string
  readonly controls: Controls
}

/** The question in the reader's language with texts as safe HTML; the control in the drawn order. */
function askedOf (seen: AskedAttempt, slot: PaperSlot, answer: unknown, { language, url }: Pick<Reader, 'language' | 'url'>): Asked {
  const definition: QuestionDefinition = seen.definitionOf(slot.slot)
  const html = (text: Text): string => lessonHtml(renderTextOnce(textIn(text, language, seen.language), definition.markup, true), url)
  const controls = kindOf(definition).controls(definition, slot.order, isAnswer(definition, answer) ? answer : null)
  const block = (text: Text): string => lessonHtml(renderTextOnce(textIn(text, language, seen.language), definition.markup, false), url)
  const plainly = (text: Text): string => textIn(text, language, seen.language)
  const picture = (src: string): { src: string, width?: number, height?: number } => {
    const known = seen.pictures[src]
    // A correction may name a picture that the course does not have: it is told by its words then.
    return known === undefined ? { src: '' } : { src: url('/media/:hash', { hash: known.hash }), width: known.width, height: known.height }
  }
  return { prompt: block(definition.prompt), controls: localised(controls, { html, block, plainly, picture }) }
}

/** How far each section with a minimum of its own has come. */
function sectionLines ({ slots, quiz, language: first }: SeenAttempt, { t, language }: Reader): object[] {
  return (scoreOf(slots, quiz).sections ?? []).map(({ section, percent, minPercent, reached }) => {
    const title = quiz.sections[section]?.title
    return {
      reached,
      line: t('attempts.section-line', {
        section: title === undefined ? t('attempts.section', { number: formatNumber(section + 1, language) }) : textIn(title, language, first),
        percent: formatNumber(Math.round(percent * 10) / 10, language), min: minPercent
      })
    }
  })
}

/** The finished attempt as far as its policy shows it. */
export function reviewView (seen: SeenAttempt, reader: Reader): PageView & { readonly questions: readonly QuestionView[] } {
  const reviews = seenReviews(seen, reader.language)
  return { ...resultView(seen, reader), questions: seen.row.paper.slots.map((slot) => questionView(seen, slot, reviews[slot.slot - 1] as SlotReview, reader, false)) }
}

/** The same without its questions. */
export function resultView (seen: SeenAttempt, reader: Reader): PageView & { readonly questions: readonly QuestionView[] } {
  const { t, language, url } = reader
  const { row, quiz, enrolment } = seen
  const title = textIn(quiz.title, language, seen.language)
  return {
    title: t('attempts.review-title', { quiz: title }),
    quizTitle: title,
    courseTitle: seen.courseTitle,
    main: 'reading',
    holder: seen.reach === 'staff' ? enrolment.person.name : '',
    // While a person has yet to mark, a percentage would be taken for the result.
    percent: row.state === 'needs-marking' ? '' : formatPercent(row.percent ?? 0, language),
    marks: t(row.state === 'needs-marking' ? 'attempts.marks-so-far' : 'attempts.marks', { mark: formatNumber(row.mark ?? 0, language), max: formatNumber(row.markMax, language) }),
    passLine: t('attempts.pass-line', { percent: quiz.passPercent }),
    passed: row.passed === true,
    inProgress: row.state === 'open',
    needsMarking: row.state === 'needs-marking',
    expired: row.endedBy === 'expiry',
    discarded: row.endedBy === 'discarded',
    sections: row.state === 'open' ? [] : sectionLines(seen, reader),
    number: String(row.number),
    finishedAt: row.finishedAt,
    certificateSerial: enrolment.certificateSerial ?? '',
    enrolmentHref: seen.reach === 'own' ? url('/enrolments/:id', { id: enrolment.id }) : '',
    quizHref: seen.reach === 'own' ? url('/enrolments/:id/quizzes/:key', { id: enrolment.id, key: row.quizKey }) : '',
    questions: []
  }
}
