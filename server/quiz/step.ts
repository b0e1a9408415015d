import type { Grade, Reading } from './kind.ts'
import type { PaperSlot } from './drawing.ts'

/** `answered`: saved and not graded yet; the others as in `Grade`. */
export type SlotStateName = Reading | Grade['state']

/** Where one question of an attempt stands. Follows wholly from the steps taken. Plain JSON. */
export interface SlotState {
  readonly slot: number
  /** what a right answer earns */
  readonly mark: number
  /** as received, in the shape of the kind; null when never answered, or cleared */
  readonly answer: unknown
  /** that of the last step; 0 before the first */
  readonly seq: number
  readonly state: SlotStateName
  /** null until graded, and while it waits for a person; of several tries, what has been earned so far */
  readonly fraction: number | null
  /** graded for good: takes no further answer */
  readonly locked: boolean
  /** how often an answer was graded at the trainee's wish */
  readonly tries: number
  /** the answer last tried; null when there was none */
  readonly tried: unknown
  /** index of the quiz's section, from 0 */
  readonly section: number
  /** set once a person has marked it */
  readonly marking?: Marking
}

/** What a person said of an answer. */
export interface Marking {
  /** id of the person */
  readonly by: string
  readonly comment?: string
  /** the level chosen for each criterion of the question's rubric */
  readonly rubric?: Readonly<Record<string, string>>
}

/** What a step was.
 * - `answer`: saved by the trainee
 * - `try`: graded at the trainee's wish, and open for another answer
 * - `check`: graded at the trainee's wish, for good
 * - `finish`: graded with the end of the attempt
 * - `mark`: marked by a person
 * - `regrade`: what the answers given are worth by a corrected question */
export type StepAction = 'answer' | 'try' | 'check' | 'finish' | 'mark' | 'regrade'

/** One thing that happened to a slot. Appended, never changed; (attempt, slot, seq) is unique. Plain JSON. */
export interface Step {
  readonly slot: number
  /** rises with every step of a slot, by one unless a client says more */
  readonly seq: number
  readonly action: StepAction
  readonly answer: unknown
  /** the slot's state after the step */
  readonly state: SlotStateName
  readonly fraction: number | null
  /** ISO 8601 UTC */
  readonly at: string
  /** of a `mark`: who gave it and why; of a `regrade`, by whom and the reason */
  readonly marking?: Marking
}

type SlotOfPaper = Pick<PaperSlot, 'slot' | 'mark'> & Partial<Pick<PaperSlot, 'section'>>

/** The slots of a paper before the first step. */
export function openSlots (slots: readonly SlotOfPaper[]): SlotState[] {
  return slots.map(({ slot, mark, section = 0 }) => ({
    slot, mark, answer: null, seq: 0, state: 'not-answered', fraction: null, locked: false, tries: 0, tried: null, section
  }))
}

/** A slot after a step. */
export function after (slot: SlotState, step: Step): SlotState {
  const { seq, action, answer, state, fraction } = step
  const next = { ...slot, seq, answer, state, fraction }
  switch (action) {
    case 'answer': case 'regrade': return next
    case 'try': return { ...next, tries: slot.tries + 1, tried: answer }
    case 'check': return { ...next, tries: slot.tries + 1, tried: answer, locked: true }
    case 'finish': return { ...next, locked: true }
    case 'mark': return { ...next, locked: true, ...step.marking !== undefined && { marking: step.marking } }
  }
}

/** The slots of a paper as its steps left them, in whatever order the steps are given; those of a slot count by `seq`. */
export function replay (slots: readonly SlotOfPaper[], steps: readonly Step[]): SlotState[] {
  const inOrder = [...steps].sort((a, b) => a.seq - b.seq)
  return openSlots(slots).map(slot => inOrder.filter(step => step.slot === slot.slot).reduce(after, slot))
}

/** Whether two answers are the same JSON, in whatever order their keys stand. */
export function isSameAnswer (a: unknown, b: unknown): boolean {
  // Most answers are compared with none yet: that needs no writing out.
  if (a === null || b === null) return a === b
  const [written, other] = [JSON.stringify(a), JSON.stringify(b)]
  // In another order the same is as long.
  return written === other || (written.length === other.length && canonical(a) === canonical(b))
}

function canonical (value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
      : inner)
}
