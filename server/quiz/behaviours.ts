import type { BehaviourName } from './definition.ts'
import type { Grade } from './kind.ts'
import type { SlotState } from './step.ts'

/** What grading a slot leads to. */
export type Outcome = Pick<SlotState, 'state' | 'fraction'>

/** What an action leads to. A behaviour knows no kind: it is given a slot and the grade of its answer, and says what becomes
 * of the slot. Each outcome of a check or a finish locks it. */
export interface Behaviour {
  /** a trainee has one answer graded before the finish; null when that is not offered */
  readonly check: ((slot: SlotState, grade: Grade) => Outcome) | null
  /** the attempt is finished, and the slot not locked before */
  readonly finish: (slot: SlotState, grade: Grade) => Outcome
}

/** Every behaviour by its name.
 * - `deferred`: all is graded at the finish
 * - `immediate`: each answer is graded, locked and explained when the trainee asks; the rest at the finish */
export const behaviours: Readonly<Record<BehaviourName, Behaviour>> = {
  deferred: { check: null, finish: asGraded },
  immediate: { check: asGraded, finish: asGraded }
}

function asGraded (_slot: SlotState, { state, fraction }: Grade): Outcome {
  return { state, fraction: state === 'needs-marking' ? null : fraction }
}
