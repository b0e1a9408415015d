import { checked, finished, type Attempt, type AttemptRules } from './attempt.ts'
import type { QuestionDefinition } from './definition.ts'
import { readAnswer } from './grading.ts'
import { markOf } from './scoring.ts'
import { after, openSlots, replay, type SlotState, type Step } from './step.ts'

/** What a slot earned, and what it earns by other definitions. */
export interface Regraded {
  readonly slot: number
  readonly old: SlotResult
  readonly new: SlotResult
  /** whether state or fraction differ */
  readonly changed: boolean
  /** a person marked it, so that it keeps that mark whatever the question says now */
  readonly isMarkedByPerson: boolean
}

export type SlotResult = Pick<SlotState, 'state' | 'fraction'> & {
  /** unrounded; null until it is graded */
  readonly mark: number | null
}

/** Works out what an attempt would have earned by other definitions of its questions: every answer, try and check that was
 * stored is played again from the start. What a person marked keeps that mark (as in Moodle, where regrading replays the
 * manual comment as well). Earlier regrades are passed over, so that the last definition alone counts. Only what is graded
 * for good is looked at: of an open attempt the slots that are locked.
 *
 * Playing again may end otherwise: a first try that turns out right locks, and the tries after it cost nothing any more; a
 * check that turns out wrong leaves its slot open to the tries that follow, and then to the finish. Answers given to
 * the question as it was shown are not asked for again.
 * @param slots the paper's
 * @param steps all of the attempt's
 * @param definitionOf each slot's question as it should have been
 * @returns one for each slot that is graded, in the paper's order; a discarded attempt has none
 * @example
 * regrade(attempt, paper.slots, steps, correctedOf).filter(({ changed }) => changed)
 * // [{ slot: 3, old: { state: 'wrong', fraction: 0, mark: 0 }, new: { state: 'right', fraction: 1, mark: 2 }, changed: true, … }] */
export function regrade (
  attempt: AttemptRules & Pick<Attempt, 'endedBy'>,
  slots: Parameters<typeof openSlots>[0],
  steps: readonly Step[],
  definitionOf: (slot: number) => QuestionDefinition
): Regraded[] {
  if (attempt.endedBy === 'discarded') return []
  const before = replay(slots, steps)
  return openSlots(slots).flatMap((open, index) => {
    const stood = before[index] as SlotState // replayed from the same slots
    if (!stood.locked) return []
    const own = steps.filter(step => step.slot === open.slot).toSorted((a, b) => a.seq - b.seq)
    const old = resultOf(stood)
    const now = resultOf(stood.marking === undefined ? played(attempt, open, own, definitionOf(open.slot)) : stood)
    return [{ slot: open.slot, old, new: now, changed: old.state !== now.state || differs(old.fraction, now.fraction), isMarkedByPerson: stood.marking !== undefined }]
  })
}

/** The step that makes a slot worth what a regrade found.
 * @param slot as it stands
 * @param more who regrades and why, and when (ISO 8601 UTC) */
export function regradeStep (slot: SlotState, { new: { state, fraction } }: Regraded, more: Required<Pick<Step, 'marking' | 'at'>>): Step {
  return { slot: slot.slot, seq: slot.seq + 1, action: 'regrade', answer: slot.answer, state, fraction, ...more }
}

function played (rules: AttemptRules, open: SlotState, steps: readonly Step[], definition: QuestionDefinition): SlotState {
  let slot = open
  for (const step of steps) {
    if (slot.locked) break
    const again = { ...step, fraction: slot.fraction }
    switch (step.action) {
      case 'answer':
        slot = after(slot, { ...again, state: readAnswer(definition, step.answer) })
        break
      case 'try': case 'check': {
        const outcome = checked(rules, slot, definition)
        if (outcome !== null) slot = after(slot, { ...step, ...outcome })
        break
      }
      case 'finish': case 'mark': case 'regrade':
    }
  }
  return slot.locked ? slot : after(slot, { ...steps.at(-1) as Step, action: 'finish', ...finished(rules, slot, definition) })
}

function resultOf (slot: SlotState): SlotResult {
  return { state: slot.state, fraction: slot.fraction, mark: markOf(slot) }
}

// Stored as a double and read back the same; the slack is for fractions added up in another order by another version.
function differs (a: number | null, b: number | null): boolean {
  return a === null || b === null ? a !== b : Math.abs(a - b) > 1e-9
}
