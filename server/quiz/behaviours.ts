import { certainFraction, certaintyOf, type CertaintyScores } from './certainty.ts'
import type { BehaviourName } from './definition.ts'
import type { Grade } from './kind.ts'
import type { SlotState } from './step.ts'

/** What grading a slot leads to. */
export type Outcome = Pick<SlotState, 'state' | 'fraction'>

/** What an answer that the trainee wishes graded leads to. `try`: the slot takes another answer; `check`: it is locked. */
export interface Tried extends Outcome { readonly action: 'try' | 'check' }

/** What a behaviour is given to decide by. */
export interface Graded {
  readonly slot: SlotState
  /** of the slot's answer, by itself */
  readonly grade: Grade
  /** of the question: the fraction that each earlier try costs */
  readonly penalty: number
  /** how many hints the question has */
  readonly hints: number
  /** of the quiz */
  readonly scores: CertaintyScores
}

/** What an action leads to. A behaviour knows no kind: it is given a slot and the grade of its answer, and says what becomes
 * of the slot. */
export interface Behaviour {
  /** a trainee has one answer graded before the finish; null when that is not offered.
   * @returns null when this answer cannot be graded yet; it stays as saved. Never asked of an answer already tried. */
  readonly check: ((graded: Graded) => Tried | null) | null
  /** the attempt is finished, and the slot not locked before */
  readonly finish: (graded: Graded) => Outcome
}

/** Every behaviour by its name, each as its counterpart in Moodle (question/behaviour/…/behaviour.php and the walkthrough
 * tests beside it). Whatever a person has to mark waits until the finish in each of them, as in Moodle's `manualgraded`.
 * - `deferred` (`deferredfeedback`): all is graded at the finish
 * - `immediate` (`immediatefeedback`): each answer is graded, locked and explained when the trainee asks; the rest at the finish
 * - `interactive`: a wrong answer may be tried again, as often as there are hints, one of which follows each wrong try; a
 *   right one, or the last, locks. What it earns loses the question's penalty for each try before, not below 0. Moodle's
 *   refinement for questions of several parts (`interactivecountback`), which charges each part for its own tries, is not made.
 * - `adaptive`: graded as often as wished, and never locked before the finish; the best of all tries counts, each less the
 *   penalty for every try before it
 * - `adaptive-no-penalty` (`adaptivenopenalty`): the same without the penalty
 * - `deferred-certainty`, `immediate-certainty` (`deferredcbm`, `immediatecbm`): an answer is scored by how sure the trainee
 *   is of it (`certainFraction`); without a word on it, as of the least certainty, and a check waits for that word
 * - `manual` (`manualgraded`): a person marks every answer */
export const behaviours: Readonly<Record<BehaviourName, Behaviour>> = {
  deferred: { check: null, finish: asGraded },
  immediate: { check: graded => locked(asGraded(graded)), finish: asGraded },
  interactive: {
    check (graded) {
      const { slot, grade, hints } = graded
      const isLast = slot.tries >= hints
      return grade.state === 'right' || isLast
        ? locked(afterTries(graded, slot.tries))
        : { action: 'try', state: grade.state, fraction: null }
    },
    finish: graded => afterTries(graded, graded.slot.tries)
  },
  adaptive: adaptive(({ penalty }) => penalty),
  'adaptive-no-penalty': adaptive(() => 0),
  'deferred-certainty': { check: null, finish: byCertainty },
  'immediate-certainty': {
    check: graded => certaintyOf(graded.slot.answer) === null ? null : locked(byCertainty(graded)),
    finish: byCertainty
  },
  manual: {
    check: null,
    finish: ({ grade }) => grade.state === 'not-answered' ? grade : { state: 'needs-marking', fraction: null }
  }
}

function asGraded ({ grade: { state, fraction } }: Graded): Outcome {
  return { state, fraction: state === 'needs-marking' ? null : fraction }
}

function locked (outcome: Outcome): Tried {
  return { action: 'check', ...outcome }
}

// Moodle, qbehaviour_interactive::adjust_fraction. A last try that was not tried again is graded anew with the finish, and so
// counted among the tries before it: handing in after a wrong try costs that try.
function afterTries (graded: Graded, before: number): Outcome {
  const { state, fraction } = asGraded(graded)
  return { state, fraction: fraction === null ? null : Math.max(0, fraction - before * graded.penalty) }
}

// Moodle, qbehaviour_adaptive::process_submit and process_finish: the state is that of the last answer, the fraction that of the
// best. An answer that stands as it was tried is no further try; what it earned then is among the best already.
function adaptive (penaltyOf: (graded: Graded) => number): Behaviour {
  function best (graded: Graded): Outcome {
    const { state, fraction } = asGraded(graded)
    return { state, fraction: fraction === null ? null : Math.max(graded.slot.fraction ?? 0, fraction - graded.slot.tries * penaltyOf(graded)) }
  }
  return { check: graded => ({ action: 'try', ...best(graded) }), finish: best }
}

function byCertainty (graded: Graded): Outcome {
  const { state, fraction } = asGraded(graded)
  const isGraded = state === 'right' || state === 'partly-right' || state === 'wrong'
  return isGraded && fraction !== null
    ? { state, fraction: certainFraction(fraction, certaintyOf(graded.slot.answer) ?? 1, graded.scores) }
    : { state, fraction }
}
