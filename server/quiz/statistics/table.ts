import { isRight, type Sitting } from './sitting.ts'

/** All items of all sittings, side by side. What thousands of people did with dozens of questions is gone through again and again:
 * numbers in a row are gone through several times as fast as objects, and can be handed to another thread. */
export interface Table {
  /** by sitting */
  readonly ids: readonly string[]
  readonly groups: readonly (string | undefined)[]
  /** what numbers in the rows stand for, in the order first met */
  readonly slots: readonly number[]
  readonly questions: readonly string[]
  /** '' where there is none */
  readonly versions: readonly string[]
  readonly variants: readonly string[]
  /** each to one question, by its number; the same object given to it again is the same answer */
  readonly answers: readonly { readonly question: number, readonly answer: unknown }[]
  readonly rows: Rows
}

/** A row for each item, by sitting and in the order of the paper. */
export interface Rows {
  /** the number of the sitting */
  readonly person: Int32Array
  readonly slot: Int32Array
  readonly question: Int32Array
  readonly version: Int32Array
  readonly variant: Int32Array
  readonly answer: Int32Array
  /** 1 for what is fully right */
  readonly right: Uint8Array
  /** 0 for what waits for a person */
  readonly fraction: Float64Array
  readonly markMax: Float64Array
  /** NaN where no time is known */
  readonly seconds: Float64Array
}

export function tableOf (sittings: readonly Sitting[]): Table {
  const { add, table } = makeTable()
  for (const sitting of sittings) add(sitting)
  return table()
}

/** A table that is filled sitting by sitting: none of them is kept. */
export function makeTable (): { readonly add: (sitting: Sitting) => void, readonly table: () => Table } {
  const [slots, questions, versions, variants] = [makeNumbers<number>(), makeNumbers<string>(), makeNumbers<string>(), makeNumbers<string>()]
  const ids: string[] = []
  const groups: (string | undefined)[] = []
  const answers: { readonly question: number, readonly answer: unknown }[] = []
  /** by question */
  const known: Map<unknown, number>[] = []
  let rows = sized(1024)
  let next = 0
  return {
    add ({ id, group, items }) {
      while (next + items.length > rows.person.length) rows = resized(rows, next, 2 * rows.person.length)
      const { person, slot, question, version, variant, answer, right, fraction, markMax, seconds } = rows
      for (const item of items) {
        const asked = questions.of(item.question)
        const given = known[asked] ??= new Map<unknown, number>()
        let number = given.get(item.answer)
        if (number === undefined) given.set(item.answer, number = answers.push({ question: asked, answer: item.answer }) - 1)
        person[next] = ids.length
        slot[next] = slots.of(item.slot)
        question[next] = asked
        version[next] = versions.of(item.version ?? '')
        variant[next] = variants.of(item.variant ?? '')
        answer[next] = number
        right[next] = isRight(item) ? 1 : 0
        fraction[next] = item.fraction ?? 0
        markMax[next] = item.markMax
        seconds[next++] = item.seconds ?? NaN
      }
      ids.push(id)
      groups.push(group)
    },
    table: () => ({ ids, groups, slots: slots.names, questions: questions.names, versions: versions.names, variants: variants.names, answers, rows: resized(rows, next, next) })
  }
}

function sized (length: number): Rows {
  return {
    person: new Int32Array(length),
    slot: new Int32Array(length),
    question: new Int32Array(length),
    version: new Int32Array(length),
    variant: new Int32Array(length),
    answer: new Int32Array(length),
    right: new Uint8Array(length),
    fraction: new Float64Array(length),
    markMax: new Float64Array(length),
    seconds: new Float64Array(length)
  }
}

/** The first `count` rows, and room for so many. */
function resized (rows: Rows, count: number, length: number): Rows {
  const all = sized(length)
  for (const name of Object.keys(rows) as (keyof Rows)[]) all[name].set(rows[name].subarray(0, count))
  return all
}

/** Numbers things from 0 as they are first met. */
function makeNumbers<K> (): { readonly names: K[], readonly of: (name: K) => number } {
  const known = new Map<K, number>()
  const names: K[] = []
  return {
    names,
    of (name) {
      let number = known.get(name)
      if (number === undefined) known.set(name, number = names.push(name) - 1)
      return number
    }
  }
}

/** Rows by a number that each of them has, the number first met first.
 * @param numbers by row, each below `count`
 * @param rows which of them, ascending */
export function rowsBy (numbers: Int32Array, count: number, rows: Int32Array): Map<number, Int32Array> {
  const counts = new Int32Array(count)
  const order: number[] = []
  for (let index = 0; index < rows.length; index++) {
    const number = numbers[rows[index] as number] as number
    if (counts[number] === 0) order.push(number)
    counts[number] = (counts[number] as number) + 1
  }
  const found = new Map(order.map(number => [number, new Int32Array(counts[number] as number)]))
  const lists = Array.from(counts, (_, number) => found.get(number))
  const next = counts.fill(0)
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number
    const number = numbers[row] as number
    const place = next[number] as number
    next[number] = place + 1;
    (lists[number] as Int32Array)[place] = row
  }
  return found
}

/** What a row earned, unrounded. */
export function markOf ({ fraction, markMax }: Rows, row: number): number {
  return (fraction[row] as number) * (markMax[row] as number)
}

/** What each sitting earned, unrounded; below 0 where answers took away more than others earned, which statistics need and a result does
 * not show. */
export function totalsOf ({ ids, rows }: Table): Float64Array {
  const totals = new Float64Array(ids.length)
  for (let row = 0; row < rows.person.length; row++) {
    const person = rows.person[row] as number
    totals[person] = (totals[person] as number) + markOf(rows, row)
  }
  return totals
}
