import { isAsked, secondsBySlot, type Paper, type QuestionDefinition, type SatItem, type Sitting, type Step, type StepAction } from '../quiz/quiz.ts'
import type { StoredAttempt } from './queries.ts'

/** Answers that are given again and again are read once, and are one object: what looks at them can tell by that alone that it has seen
 * them. Longer ones are seldom given twice. */
const LONGEST_KEPT = 200
const MOST_KEPT = 50_000

/** A reader of stored attempts, as statistics look at them. A question goes by its key: it is the same one in every version of a course.
 * @param definitions by the ids that papers name
 * @returns what makes a sitting of an attempt and the language it was read in */
export function makeSittingReader (definitions: ReadonlyMap<string, QuestionDefinition>): (stored: StoredAttempt, group: string) => Sitting {
  const kept = new Map<string, unknown>()
  // The id as it stands here is one string for all sittings: two of the same are told to be so at a glance.
  const known = new Map([...definitions].filter(([, definition]) => isAsked(definition)).map(([id, { key }]) => [id, { version: id, question: key }]))

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
    const { taken, last } = stepsIn(steps)
    const seconds = secondsBySlot(startedAt, taken)
    const items: SatItem[] = []
    for (const { slot, questionId, mark, variant } of slots) {
      const asked = known.get(questionId)
      if (asked === undefined) continue
      // Whatever happened before, a slot stands as its last step says (quiz/step.ts).
      const step = last.get(slot)
      const item: SatItem = {
        slot,
        question: asked.question,
        version: asked.version,
        markMax: mark,
        fraction: step === undefined || step.fraction === '' ? null : Number(step.fraction),
        right: step?.state === 'right',
        answer: step === undefined ? null : answerOf(step.answer),
        seconds: seconds.get(slot) ?? null
      }
      items.push(variant === undefined ? item : { ...item, variant: JSON.stringify(variant) })
    }
    return { id, group, items }
  }
}

interface Last { readonly state: string, readonly fraction: string, readonly answer: string }

/** Steps as `StoredAttempt` has them: when each was taken, and the last of each slot. */
function stepsIn (lines: string): { readonly taken: ReadonlyArray<Pick<Step, 'slot' | 'action' | 'at'>>, readonly last: ReadonlyMap<number, Last> } {
  const taken: Array<Pick<Step, 'slot' | 'action' | 'at'>> = []
  // By slot, where the last one stands.
  const found = new Map<number, { seq: number, line: Line }>()
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
    const slot = Number(lines.slice(from, afterSlot))
    const seq = Number(lines.slice(afterSlot + 1, afterSeq))
    taken.push({ slot, action: lines.slice(afterSeq + 1, afterAction) as StepAction, at: lines.slice(afterFraction + 1, afterTime) })
    const line = { afterAction, afterState, afterFraction, afterTime, end }
    const known = found.get(slot)
    if (known === undefined) found.set(slot, { seq, line })
    else if (known.seq < seq) {
      known.seq = seq
      known.line = line
    }
    from = end + 1
  }
  const last = new Map<number, Last>()
  for (const [slot, { line: { afterAction, afterState, afterFraction, afterTime, end } }] of found) {
    last.set(slot, { state: lines.slice(afterAction + 1, afterState), fraction: lines.slice(afterState + 1, afterFraction), answer: lines.slice(afterTime + 1, end) })
  }
  return { taken, last }
}

/** Where its parts end. */
interface Line { readonly afterAction: number, readonly afterState: number, readonly afterFraction: number, readonly afterTime: number, readonly end: number }
