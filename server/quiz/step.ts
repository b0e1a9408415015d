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
  /** null until graded, and while it waits for a person */
  readonly fraction: number | null
  /** graded: takes no further answer */
  readonly locked: boolean
}

/** One thing that happened to a slot. Appended, never changed; (attempt, slot, seq) is unique. Plain JSON. */
export interface Step {
  readonly slot: number
  /** rises with every step of a slot, by one unless a client says more */
  readonly seq: number
  readonly action: 'answer' | 'check' | 'finish'
  readonly answer: unknown
  /** the slot's state after the step */
  readonly state: SlotStateName
  readonly fraction: number | null
  /** ISO 8601 UTC */
  readonly at: string
}

/** The slots of a paper before the first step. */
export function openSlots (slots: readonly Pick<PaperSlot, 'slot' | 'mark'>[]): SlotState[] {
  return slots.map(({ slot, mark }) => ({ slot, mark, answer: null, seq: 0, state: 'not-answered', fraction: null, locked: false }))
}

/** A slot after a step. */
export function after (slot: SlotState, { seq, action, answer, state, fraction }: Step): SlotState {
  return { ...slot, seq, answer, state, fraction, locked: slot.locked || action !== 'answer' }
}

/** The slots of a paper as its steps left them, in whatever order the steps are given; those of a slot count by `seq`. */
export function replay (slots: readonly Pick<PaperSlot, 'slot' | 'mark'>[], steps: readonly Step[]): SlotState[] {
  const inOrder = [...steps].sort((a, b) => a.seq - b.seq)
  return openSlots(slots).map(slot => inOrder.filter(step => step.slot === slot.slot).reduce(after, slot))
}

/** Whether two answers are the same JSON, in whatever order their keys stand. */
export function isSameAnswer (a: unknown, b: unknown): boolean {
  // Most answers are compared with none yet: that needs no writing out.
  return a === null || b === null ? a === b : canonical(a) === canonical(b)
}

function canonical (value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
      : inner)
}
