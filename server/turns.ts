/** Whose turn it is on the server's one thread. Node hands over everything that has arrived at once, and would do all of it before it
 * looks at a timer, a new connection or a commit again; pieces of work that wait here are done one a turn of the event loop, in
 * the order in which they came, so that none of them holds up anything else for longer than it takes itself. */
const queue: Array<{ readonly work: () => void, readonly since: number }> = []
let going = false

/** @param work what is to be done, with all that follows at once from it */
export function inTurn (work: () => void): void {
  queue.push({ work, since: performance.now() })
  if (going) return
  going = true
  setImmediate(next)
}

/** @returns milliseconds that the one whose turn is next has waited by now */
export function waitedMs (): number {
  const first = queue[0]
  return first === undefined ? 0 : performance.now() - first.since
}

function next (): void {
  const first = queue.shift()
  going = queue.length > 0
  // Before the work, which may fail.
  if (going) setImmediate(next)
  first?.work()
}
