import type { Paper } from '../quiz/drawing.ts'
import type { SatItem, Sitting } from '../quiz/statistics/sitting.ts'
import { isWork, secondsOfWork, type Work } from '../quiz/statistics/time-spent.ts'
import type { StoredAttempt } from './queries.ts'

/** Answers that are given again and again are read once, and are one object: what looks at them can tell by that alone that it has seen
 * them. Longer ones are seldom given twice. */
const LONGEST_KEPT = 200
const MOST_KEPT = 50_000

/** A reader of stored attempts, as statistics look at them. A question goes by its key: it is the same one in every version of a course.
 * @param asked the keys of questions by the ids that papers name; what is not there asks nothing
 * @returns what makes a sitting of an attempt and the language it was read in */
export function makeSittingReader (asked: ReadonlyMap<string, string>): (stored: StoredAttempt, group: string) => Sitting {
  const kept = new Map<string, unknown>()
  // The id as it stands here is one string for all sittings: two of the same are told to be so at a glance.
  const known = new Map([...asked].map(([id, question]) => [id, { version: id, question }]))

  function answerOf (text: string): unknown {
    if (text === '') return null
    const before = kept.get(text)
    if (before !== undefined) return before
    const answer = JSON.parse(text) as unknown
    if (text.length <= LONGEST_KEPT && kept.size < MOST_KEPT) kept.set(text, answer)
    return answer
  }

  return ({ id, paper, startedAt, steps }, group) => {
    const { slots } = JSON.parse(paper) as Paper
    const { work, last } = stepsIn(steps)
    const seconds = secondsOfWork(Date.parse(startedAt), work)
    const items: SatItem[] = []
    for (const { slot, questionId, mark, variant } of slots) {
      const question = known.get(questionId)
      if (question === undefined) continue
      // Whatever happened before, a slot stands as its last step says (quiz/step.ts).
      const step = last.get(slot)
      const { state, fraction, answer } = step === undefined ? NONE : standingAt(steps, step)
      const item: SatItem = {
        slot,
        question: question.question,
        version: question.version,
        markMax: mark,
        fraction: fraction === '' ? null : Number(fraction),
        right: state === 'right',
        answer: answerOf(answer),
        seconds: seconds.get(slot) ?? null
      }
      items.push(variant === undefined ? item : { ...item, variant: JSON.stringify(variant) })
    }
    return { id, group, items }
  }
}

const NONE = { state: '', fraction: '', answer: '' }

/** The last step of a slot, and where in the text what follows its number stands. */
interface Last { seq: number, from: number, end: number }

/** Steps as `StoredAttempt` has them: the work on all slots, and the last step of each. */
function stepsIn (lines: string): { readonly work: readonly Work[], readonly last: ReadonlyMap<number, Last> } {
  const work: Work[] = []
  const last = new Map<number, Last>()
  // Gone through by hand: of hundreds of thousands of lines most parts are never looked at.
  for (let start = 0; start < lines.length;) {
    const cut = lines.indexOf('\n', start)
    const end = cut === -1 ? lines.length : cut
    const afterSlot = lines.indexOf(' ', start)
    const afterSeq = lines.indexOf(' ', afterSlot + 1)
    const slot = wholeAt(lines, start, afterSlot)
    const seq = wholeAt(lines, afterSlot + 1, afterSeq)
    const from = afterSeq + 1
    const afterAction = lines.indexOf(' ', from)
    if (isWork(lines.slice(from, afterAction))) {
      const afterFraction = lines.indexOf(' ', lines.indexOf(' ', afterAction + 1) + 1)
      work.push({ slot, time: Date.parse(lines.slice(afterFraction + 1, lines.indexOf(' ', afterFraction + 1))) })
    }
    const known = last.get(slot)
    if (known === undefined) {
      last.set(slot, { seq, from, end })
    } else if (known.seq < seq) {
      known.seq = seq
      known.from = from
      known.end = end
    }
    start = end + 1
  }
  return { work, last }
}

function standingAt (lines: string, { from, end }: Last): typeof NONE {
  const afterAction = lines.indexOf(' ', from)
  const afterState = lines.indexOf(' ', afterAction + 1)
  const afterFraction = lines.indexOf(' ', afterState + 1)
  const afterTime = lines.indexOf(' ', afterFraction + 1)
  return { state: lines.slice(afterAction + 1, afterState), fraction: lines.slice(afterState + 1, afterFraction), answer: lines.slice(afterTime + 1, end) }
}

/** Of digits alone. */
function wholeAt (text: string, from: number, to: number): number {
  let whole = 0
  for (let index = from; index < to; index++) whole = whole * 10 + text.charCodeAt(index) - 48
  return whole
}
