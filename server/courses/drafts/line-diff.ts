/** A run of lines that differs: those from `at` on (0-based, in the old text) are replaced. */
export interface Hunk {
  readonly at: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** More differing lines than this are told as one change: what is left would help nobody, and takes the square of it to find. */
const MOST_EDITS = 3000

export function linesOf (text: string): string[] {
  return text.split('\n')
}

/** The fewest lines that turn one text into another (E. W. Myers, An O(ND) Difference Algorithm, 1986). */
export function diffLines (old: readonly string[], now: readonly string[]): Hunk[] {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++
  const a = old.slice(start, old.length - end)
  const b = now.slice(start, now.length - end)
  const pairs = commonLines(a, b)
  const hunks: Hunk[] = []
  let atA = 0
  let atB = 0
  for (const [inA, inB] of [...pairs, [a.length, b.length] as const]) {
    if (inA > atA || inB > atB) hunks.push({ at: start + atA, removed: a.slice(atA, inA), added: b.slice(atB, inB) })
    atA = inA + 1
    atB = inB + 1
  }
  return hunks
}

/** Indexes of lines that stay, in both. */
function commonLines (a: readonly string[], b: readonly string[]): Array<readonly [number, number]> {
  if (a.length === 0 || b.length === 0) return []
  const most = Math.min(a.length + b.length, MOST_EDITS)
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach)
    const next = new Map(reach)
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
      let x = down ? reach.get(k + 1) ?? 0 : (reach.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < a.length && y < b.length && a[x] === b[y]) { x++; y++ }
      next.set(k, x)
      if (x >= a.length && y >= b.length) return walkBack(trace, a.length, b.length)
    }
    reach = next
  }
  return []
}

function walkBack (trace: ReadonlyArray<Map<number, number>>, fromX: number, fromY: number): Array<readonly [number, number]> {
  const pairs: Array<readonly [number, number]> = []
  let x = fromX
  let y = fromY
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] as Map<number, number>
    const k = x - y
    const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
    const beforeX = edits === 0 ? 0 : reach.get(down ? k + 1 : k - 1) ?? 0
    const beforeY = edits === 0 ? 0 : beforeX - (down ? k + 1 : k - 1)
    while (x > beforeX && y > beforeY) pairs.push([--x, --y])
    x = beforeX
    y = beforeY
  }
  return pairs.reverse()
}

/** Puts two changes of one text together.
 * @param prefer whose lines stand where both changed the same ones; when left out, such a place is a conflict
 * @returns undefined for a conflict */
export function mergeLines (base: string, mine: string, theirs: string, prefer?: 'theirs'): string | undefined {
  const lines = linesOf(base)
  const ours = diffLines(lines, linesOf(mine))
  const others = diffLines(lines, linesOf(theirs))
  const kept: Hunk[] = [...others]
  for (const hunk of ours) {
    const near = others.filter((other) => prefer === undefined ? touches(hunk, other) : overlaps(hunk, other))
    if (near.length === 0) kept.push(hunk)
    else if (near.length === 1 && near[0] !== undefined && isSame(hunk, near[0])) continue
    else if (prefer === undefined) return undefined
  }
  const merged = [...lines]
  for (const { at, removed, added } of kept.sort((a, b) => b.at - a.at)) merged.splice(at, removed.length, ...added)
  return merged.join('\n')
}

function touches (a: Hunk, b: Hunk): boolean {
  return a.at <= b.at + b.removed.length && b.at <= a.at + a.removed.length
}

/** Whose own lines meet; two that stand side by side are both made. */
function overlaps (a: Hunk, b: Hunk): boolean {
  return a.at === b.at || (a.at < b.at + b.removed.length && b.at < a.at + a.removed.length)
}

function isSame (a: Hunk, b: Hunk): boolean {
  return a.at === b.at && a.removed.length === b.removed.length && a.added.join('\n') === b.added.join('\n')
}

/** A line of a difference as it is read. */
export interface DiffLine {
  /** `gap`: lines that are the same were left out; its text is their number. */
  readonly kind: 'same' | 'removed' | 'added' | 'gap'
  readonly text: string
}

/** A difference with some lines around each change.
 * @returns [] for texts that are the same */
export function readableDiff (old: string, now: string, around = 3): DiffLine[] {
  const lines = linesOf(old)
  const shown: DiffLine[] = []
  let at = 0
  const same = (to: number, isFirst: boolean, isLast: boolean): void => {
    const run = lines.slice(at, to)
    const head = isFirst ? 0 : around
    const tail = isLast ? 0 : around
    const hidden = run.length - head - tail
    const line = (text: string): DiffLine => ({ kind: 'same', text })
    if (hidden <= 1) shown.push(...run.map(line))
    else shown.push(...run.slice(0, head).map(line), { kind: 'gap', text: String(hidden) }, ...run.slice(run.length - tail).map(line))
  }
  const hunks = diffLines(lines, linesOf(now))
  for (const [index, { at: from, removed, added }] of hunks.entries()) {
    same(from, index === 0, false)
    shown.push(...removed.map((text) => ({ kind: 'removed' as const, text })), ...added.map((text) => ({ kind: 'added' as const, text })))
    at = from + removed.length
  }
  if (hunks.length > 0) same(lines.length, false, true)
  return shown
}
