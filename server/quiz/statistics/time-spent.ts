import type { Step, StepAction } from '../step.ts'

/** Something done on a slot. */
export interface Work {
  readonly slot: number
  /** in milliseconds */
  readonly time: number
}

const WORK: ReadonlySet<string> = new Set(['answer', 'try', 'check'] satisfies StepAction[])

/** What ends an attempt, or is done to it afterwards, is no work on a slot. */
export function isWork (action: string): boolean {
  return WORK.has(action)
}

/** How many seconds went into each slot, as far as a server can see: the time since the attempt's last step, or its start,
 * belongs to the slot that is answered next; slots saved in the same instant, as a page sent whole, share it evenly. Somebody
 * who leaves the room is counted as thinking, so look at medians.
 * @param steps of all slots, in any order
 * @returns by slot; one that was never answered is not there
 * @example
 * secondsBySlot('2026-06-15T08:00:00Z', steps).get(3)   // 41.5 */
export function secondsBySlot (startedAt: string, steps: readonly Pick<Step, 'slot' | 'action' | 'at'>[]): Map<number, number> {
  return secondsOfWork(Date.parse(startedAt), steps.filter(({ action }) => isWork(action)).map(({ slot, at }) => ({ slot, time: Date.parse(at) })))
}

/** The same of work alone. */
export function secondsOfWork (began: number, steps: readonly Work[]): Map<number, number> {
  // As they are where questions are answered one after the other.
  const work = steps.every(({ time }, index) => index === 0 || time >= (steps[index - 1] as Work).time) ? steps : [...steps].sort((a, b) => a.time - b.time)
  const seconds = new Map<number, number>()
  let last = began
  for (let from = 0, to = 1; from < work.length; from = to++) {
    const { time, slot } = work[from] as Work
    while (work[to]?.time === time) to++
    const spent = Math.max(0, time - last) / 1000
    if (to === from + 1) seconds.set(slot, (seconds.get(slot) ?? 0) + spent)
    else {
      const slots = new Set(work.slice(from, to).map(({ slot }) => slot))
      for (const one of slots) seconds.set(one, (seconds.get(one) ?? 0) + spent / slots.size)
    }
    last = Math.max(last, time)
  }
  return seconds
}
