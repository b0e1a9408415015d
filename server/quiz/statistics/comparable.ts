import type { Try } from './rasch.ts'

/** The largest set of items whose difficulties can be compared: from each of them one gets to every other by steps from an
 * item that somebody had right to one that the same person had wrong. Without that no finite estimate exists (Fischer,
 * Psychometrika 46, 1981): an item that everybody had right, or that only those had right who had all else right as well, is as
 * easy, or as hard, as one likes.
 * @param people what each did with the items they met
 * @param count how many items there are
 * @returns the items of the set, ascending; [] when no two can be compared */
export function comparableItems (people: readonly (readonly Try[])[], count: number): number[] {
  const beats = new Uint8Array(count * count)
  const wrong = new Int32Array(count)
  for (const tries of people) {
    let wrongs = 0
    for (const { item, right } of tries) if (!right) wrong[wrongs++] = item
    for (const { item, right } of tries) {
      if (right) for (let index = 0; index < wrongs; index++) beats[item * count + (wrong[index] as number)] = 1
    }
  }
  const placed = new Uint8Array(count)
  let largest: number[] = []
  for (let item = 0; item < count; item++) {
    if (placed[item] === 1) continue
    const forward = reached(item, count, (from, to) => beats[from * count + to] === 1)
    const backward = reached(item, count, (from, to) => beats[to * count + from] === 1)
    const set = [...forward].filter(other => backward.has(other)).sort((a, b) => a - b)
    for (const other of set) placed[other] = 1
    if (set.length > largest.length) largest = set
  }
  return largest.length < 2 ? [] : largest
}

function reached (start: number, count: number, leads: (from: number, to: number) => boolean): Set<number> {
  const found = new Set([start])
  for (const from of found) {
    for (let to = 0; to < count; to++) if (leads(from, to)) found.add(to)
  }
  return found
}
