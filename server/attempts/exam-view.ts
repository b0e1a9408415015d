import { escapeHtml, formatNumber } from '../http/pages.ts'
import { fill, fixed, hole, type Fixed, type Frame, type Piece } from '../http/splice.ts'
import { makeRecent } from '../recent.ts'
import { kindOf, policyAt, type Controls, type PaperSlot, type SlotReview, type SlotState } from '../quiz/quiz.ts'
import type { SeenAttempt } from './attempts.ts'
import type { Press, QuestionParts } from './parts-view.ts'
import { attemptView, clockView, leftIn, leftOf, numberOf, numbersOn, optionsOf, ownReviews, questionView, squareOf, type QuestionView, type Reader } from './views.ts'

export interface SplicedPage {
  readonly frame: Frame
  readonly values: Readonly<Record<string, string | readonly Piece[]>>
}

/** A page of an open exam, or the summary at its end (`page` null), put together from parts that were rendered once: the page around
 * the questions once for each quiz, page and language; each question and each of its options once for each language and place on the paper. What is made anew is
 * what differs between trainees: ids, the clock, and what they answered. The parts come from the same templates and views as
 * `attemptView` renders whole.
 * @returns null for an attempt whose questions show more than that: those of a quiz that gives feedback at once */
export type ExamView = (seen: SeenAttempt, page: number | null, now: Date, reader: Reader, press: Press) => SplicedPage | null

/** One for each app: its parts have the app's addresses in them. */
export function makeExamView (partsOfQuestion: QuestionParts): ExamView {
  // By object: quizzes and questions of a published version are shared and never change; when they are let go, so are these.
  const pages = new WeakMap<object, Map<string, Frame>>()
  const questions = new WeakMap<object, Map<string, Parts | null>>()
  // By which questions are answered: most trainees go through a paper in its order, so that there are few of them.
  const squares = makeRecent<Fixed>(2000)
  const lefts = makeRecent<Fixed>(2000)

  function question (seen: SeenAttempt, slot: PaperSlot, reader: Reader, press: Press): readonly Piece[] {
    const state = seen.slots[slot.slot - 1] as SlotState
    const definition = seen.definitionOf(slot.slot)
    const place = `${reader.language} ${seen.language} ${slot.slot} ${numberOf(seen, slot.slot)} ${slot.mark}`
    const plain = !state.locked && (state.state === 'not-answered' || state.state === 'answered')
    const parts = plain ? once(questions, definition, place, () => partsOf(viewOf(seen, slot, state, reader), press)) : null
    switch (parts?.control) {
      case undefined:
        return partsOfQuestion(seen, slot, policyAt(seen.quiz.review, seen.moment), reader, true, press)
      case 'line':
        return fill(parts.frame, { seq: String(state.seq), value: escapeHtml((state.answer as { text?: string } | null)?.text ?? '') })
      case 'choices': {
        const chosen = (state.answer as { choices?: readonly string[] } | null)?.choices ?? []
        const options: Piece[] = []
        for (const key of slot.order.length === parts.options.size ? slot.order : keysOf(kindOf(definition).controls(definition, slot.order, null))) {
          const option = parts.options.get(key)
          if (option === undefined) throw new Error(`question '${definition.key}' has no option '${key}'`)
          options.push(chosen.includes(key) ? option.chosen : option.open)
        }
        return fill(parts.frame, { seq: String(state.seq), options })
      }
    }
  }

  function squaresOf ({ row, slots }: SeenAttempt, page: number | null, reader: Reader, press: Press): Fixed {
    const numbers = numbersOn(row.paper.slots)
    // A mark for each question: its page, and whether it is answered; texts that ask nothing have no square.
    const marks = row.paper.slots.map((slot, index) => numbers[index] === null ? '' : `${slot.page}${slots[index]?.answer === null ? '-' : '+'}`)
    const name = `${reader.language} ${page} ${marks.join(' ')}`
    return squares.get(name) ?? squares.keep(name, fixed(row.paper.slots.map((slot, index) => {
      const number = numbers[index] ?? null
      return number === null ? '' : press.part('attempts/square', squareOf(slot, number, slots[index]?.answer !== null, slot.page === page, reader))
    }).join('')))
  }

  function leftsOf (seen: SeenAttempt, left: readonly SlotState[], { language }: Reader, press: Press): Fixed {
    const named = left.map((state) => leftOf(seen, state))
    const name = `${language} ${named.map(({ number, href, unreadable }) => `${number}${href}${unreadable}`).join(' ')}`
    return lefts.get(name) ?? lefts.keep(name, fixed(named.map((view) => press.part('attempts/left', view)).join('')))
  }

  return (seen, page, now, reader, press) => {
    if (seen.quiz.behaviour !== 'deferred') return null
    const { row, quiz } = seen
    const { asked, left } = page === null ? leftIn(seen) : NOTHING_LEFT
    const clock = clockView(row, now, quiz.limitMinutes !== undefined)
    const shown = row.paper.slots.filter((slot) => slot.page === page)
    const grace = row.endsAt === row.dueAt ? '' : row.dueAt !== null && now.toISOString() >= row.dueAt ? 'runs' : 'follows'
    // What the first question refers to may stand on the page before, and may have been corrected since others began.
    const carried = shown[0]?.stimulus === undefined ? null : seen.definitionOf(shown[0].stimulus)
    const saved = seen.slots.some(({ seq }) => seq > 0)
    const last = row.paper.slots.at(-1)
    const key = [reader.language, quiz.key, page ?? `end ${asked} ${left.length > 0}`, last?.page, last?.slot, saved, clock?.low, grace, carried === null ? '' : shown[0]?.stimulus, seen.language, seen.courseTitle, shown.some(({ kind }) => kind === 'upload')].join(' ')
    const frame = once(pages, carried ?? quiz, key, () => press.pageFrame('attempts/attempt', {
      ...attemptView(seen, page, now, reader),
      attemptId: hole('id'),
      slots: hole('slots'),
      questions: [],
      renderedQuestions: hole('questions'),
      squares: [],
      renderedSquares: hole('squares'),
      answered: hole('answered'),
      unanswered: [],
      renderedLeft: hole('unanswered'),
      clock: clock === null ? null : { ...clock, dueAt: hole('due'), endsAt: hole('ends'), serverNow: hole('now'), left: hole('left') }
    }))
    const id = escapeHtml(row.id)
    return {
      frame,
      values: {
        id,
        slots: shown.map(({ slot }) => slot).join(','),
        due: clock?.dueAt ?? '',
        ends: clock?.endsAt ?? '',
        now: clock?.serverNow ?? '',
        left: clock?.left ?? '',
        questions: shown.flatMap((slot) => question(seen, slot, reader, press)),
        squares: [squaresOf(seen, page, reader, press)],
        answered: page === null ? formatNumber(asked - left.length, reader.language) : '',
        unanswered: left.length === 0 ? '' : [leftsOf(seen, left, reader, press)]
      }
    }
  }
}

/** A question at one place on a paper and in one language: with holes for `seq` and its `value` or `options`. */
type Parts =
  | { readonly control: 'line', readonly frame: Frame }
  | { readonly control: 'choices', readonly frame: Frame, readonly options: ReadonlyMap<string, { readonly open: Fixed, readonly chosen: Fixed }> }

/** @returns null for a control that is rendered whole each time */
function partsOf (view: QuestionView, press: Press): Parts | null {
  const frame = (control: object): Frame => press.partFrame('attempts/question', { ...view, seq: hole('seq'), control: { ...view.control, ...control } })
  const option = (found: object, checked: boolean): Fixed => fixed(press.part('attempts/controls/choice', { ...view.control, ...found, checked, state: '' }))
  switch (view.partial) {
    case 'attempts/controls/line':
      // A unit that is chosen beside it is rendered with the answer.
      return unitsOf(view.control).length > 0 ? null : { control: 'line', frame: frame({ value: hole('value') }) }
    case 'attempts/controls/choices':
      return {
        control: 'choices',
        frame: frame({ options: [], rendered: hole('options') }),
        options: new Map(optionsOf(view.control).map((found) => [found.key, { open: option(found, false), chosen: option(found, true) }]))
      }
    default:
      return null
  }
}

/** Only the summary tells. */
const NOTHING_LEFT = { asked: 0, left: [] }

function unitsOf (control: object): readonly unknown[] {
  return 'units' in control ? control.units as readonly unknown[] : []
}

function keysOf (controls: Controls): string[] {
  return 'options' in controls ? controls.options.map(({ key }) => key) : []
}

function viewOf (seen: SeenAttempt, slot: PaperSlot, state: SlotState, reader: Reader): QuestionView {
  const [review] = ownReviews({ ...seen, slots: [state] }, reader.language)
  return questionView(seen, slot, review as SlotReview, reader, true)
}

function once<V> (known: WeakMap<object, Map<string, V>>, of: object, key: string, make: () => V): V {
  let made = known.get(of)
  if (made === undefined) known.set(of, made = new Map<string, V>())
  let value = made.get(key)
  if (value === undefined) made.set(key, value = make())
  return value
}
