import type { Step, StepAction } from '../step.ts'

const WORK: ReadonlySet<StepAction> = new Set(['answer', 'try', 'check'])

/** How many seconds went into each slot, as far as a server can see: the time since the attempt's last step, or its start,
 * belongs to the slot that is answered next; slots saved in the same instant, as a page sent whole, share it evenly. Somebody
 * who leaves the room is counted as thinking, so look at medians. What ends an attempt, or is done to it
 * afterwards, is no work on a slot.
 * @param steps of all slots, in any order
 * @returns by slot; one that was never answered is not there
 * @example
 * secondsBySlot('2026-06-15T08:00:00Z', steps).get(3)   // 41.5 */
export function secondsBySlot (startedAt: string, steps: readonly Pick<Step, 'slot' | 'action' | 'at'>[]): Map<number, number> {
  const moments = new Map<number, Set<number>>()
  for (const { slot, action, at } of steps) {
    const time = Date.parse(at)
    if (!WORK.has(action)) continue
    const slots = moments.get(time)
    if (slots === undefined) moments.set(time, new Set([slot]))
    else slots.add(slot)
  }
  const seconds = new Map<number, number>()
  let last = Date.parse(startedAt)
  for (const [time, slots] of [...moments].sort(([a], [b]) => a - b)) {
    for (const slot of slots) seconds.set(slot, (seconds.get(slot) ?? 0) + Math.max(0, time - last) / 1000 / slots.size)
    last = Math.max(last, time)
  }
  return seconds
}
