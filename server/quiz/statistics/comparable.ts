import type { Tries } from './rasch.ts'

/** The largest set of items whose difficulties can be compared: from each of them one gets to every other by steps from an
 * item that somebody had right to one that the same person had wrong. Without that no finite estimate exists (Fischer,
 * Psychometrika 46, 1981): an item that everybody had right, or that only those had right who had all else right as well, is as
 * easy, or as hard, as one likes.
 * @returns the items of the set, ascending; [] when no two can be compared */
export function comparableItems ({ starts, item, right, count }: Tries): number[] {
  const beats = new Uint8Array(count * count)
  const wrong = new Int32Array(count)
  for (let person = 0; person + 1 < starts.length; person++) {
    const [from, to] = [starts[person] as number, starts[person + 1] as number]
    let wrongs = 0
    for (let one = from; one < to; one++) if (right[one] === 0) wrong[wrongs++] = item[one] as number
    for (let one = from; one < to; one++) {
      if (right[one] === 0) continue
      const row = (item[one] as number) * count
      for (let index = 0; index < wrongs; index++) beats[row + (wrong[index] as number)] = 1
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
