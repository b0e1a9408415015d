/** How long each kind of request took, in milliseconds. */
export type Samples = Map<string, number[]>

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export function note (samples: Samples, name: string, milliseconds: number): void {
  const known = samples.get(name)
  if (known === undefined) samples.set(name, [milliseconds])
  else known.push(milliseconds)
}

export function spreadOf (values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (part: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN)
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: round(sorted.at(-1) ?? NaN) }
}

export function spreadsOf (samples: Samples): Record<string, Spread> {
  return Object.fromEntries([...samples].map(([name, values]) => [name, spreadOf(values)]))
}

export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

export function round (value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

/** Runs `count` pieces of work, `atOnce` at a time; after `mostSeconds` no more is begun.
 * @returns seconds taken, and how many were done */
export async function inParallel (atOnce: number, count: number, work: (index: number) => Promise<void>, mostSeconds = Infinity): Promise<{ readonly seconds: number, readonly done: number }> {
  let next = 0
  const started = performance.now()
  const until = started + mostSeconds * 1000
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, async () => {
    while (next < count && performance.now() < until) await work(next++)
  }))
  return { seconds: (performance.now() - started) / 1000, done: next }
}

/** The client's own CPU, user and system. @returns asks for the seconds used since */
export function ownCpu (): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
}

export async function sleep (milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)))
}
