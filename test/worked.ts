/** Milliseconds that this thread has worked so far: what others do on the machine meanwhile does not count.
 * @example
 * const before = workedMs()
 * readElements(text)
 * t.ok(workedMs() - before < 200) */
export function workedMs (): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
