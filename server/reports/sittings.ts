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

  function answerOf (text: string): unknown {
    if (text === '') return null
    const known = kept.get(text)
    if (known !== undefined) return known
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
      const question = asked.get(questionId)
      if (question === undefined) continue
      // Whatever happened before, a slot stands as its last step says (quiz/step.ts).
      const step = last.get(slot)
      const fraction = step === undefined ? '' : steps.slice(step.afterState + 1, step.afterFraction)
      const item: SatItem = {
        slot,
        question,
        version: questionId,
        markMax: mark,
        fraction: fraction === '' ? null : Number(fraction),
        right: step !== undefined && steps.slice(step.afterAction + 1, step.afterState) === 'right',
        answer: step === undefined ? null : answerOf(steps.slice(step.afterTime + 1, step.end)),
        seconds: seconds.get(slot) ?? null
      }
      items.push(variant === undefined ? item : { ...item, variant: JSON.stringify(variant) })
    }
    return { id, group, items }
  }
}

/** The last step of a slot: where its parts end. */
interface Last { seq: number, afterAction: number, afterState: number, afterFraction: number, afterTime: number, end: number }

/** Steps as `StoredAttempt` has them: the work on all slots, and the last step of each. */
function stepsIn (lines: string): { readonly work: readonly Work[], readonly last: ReadonlyMap<number, Last> } {
  const work: Work[] = []
  const last = new Map<number, Last>()
  // Gone through by hand: of hundreds of thousands of lines most parts are never looked at.
  for (let from = 0; from < lines.length;) {
    const cut = lines.indexOf('\n', from)
    const end = cut === -1 ? lines.length : cut
    const afterSlot = lines.indexOf(' ', from)
    const afterSeq = lines.indexOf(' ', afterSlot + 1)
    const afterAction = lines.indexOf(' ', afterSeq + 1)
    const afterState = lines.indexOf(' ', afterAction + 1)
    const afterFraction = lines.indexOf(' ', afterState + 1)
    const afterTime = lines.indexOf(' ', afterFraction + 1)
    const slot = wholeAt(lines, from, afterSlot)
    const seq = wholeAt(lines, afterSlot + 1, afterSeq)
    if (isWork(lines.slice(afterSeq + 1, afterAction))) work.push({ slot, time: Date.parse(lines.slice(afterFraction + 1, afterTime)) })
    const known = last.get(slot)
    if (known === undefined) last.set(slot, { seq, afterAction, afterState, afterFraction, afterTime, end })
    else if (known.seq < seq) Object.assign(known, { seq, afterAction, afterState, afterFraction, afterTime, end })
    from = end + 1
  }
  return { work, last }
}

/** Of digits alone. */
function wholeAt (text: string, from: number, to: number): number {
  let whole = 0
  for (let index = from; index < to; index++) whole = whole * 10 + text.charCodeAt(index) - 48
  return whole
}
