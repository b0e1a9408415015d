/** Whose turn it is on the server's one thread. Node hands over everything that has arrived at once, and would do all of it before it
 * looks at a timer, a new connection or a commit again; pieces of work that wait here are begun in the order in which they came, for a few
 * milliseconds in each turn of the event loop. */
const queue: Array<{ readonly work: () => void, readonly since: number }> = []

/** Work begins for so long in one turn: together it costs less than one a turn, and nothing else is held up for long. */
const TURN_MS = 3

/** When nothing more begins in this turn; 0 before the first. */
let until = 0
let leaving: Array<() => void> = []
let flushing = false

/** @param work what is to be done, with all that follows at once from it */
export function inTurn (work: () => void): void {
  queue.push({ work, since: performance.now() })
  setImmediate(next)
}

/** Sends answers together, when the work of this turn is done: whoever they go to is woken up once.
 * @param send called soon, in any case */
export function atTurnsEnd (send: () => void): void {
  leaving.push(send)
  if (flushing) return
  flushing = true
  setImmediate(flush)
}

/** @returns milliseconds that the one whose turn is next has waited by now */
export function waitedMs (): number {
  const first = queue[0]
  return first === undefined ? 0 : performance.now() - first.since
}

// Node does all that follows at once from one immediate before the next one.
function next (): void {
  if (until === 0) {
    until = performance.now() + TURN_MS
    // Comes first in the next turn.
    setImmediate(beginTurn)
  } else if (performance.now() >= until) {
    setImmediate(next)
    return
  }
  queue.shift()?.work()
}

function beginTurn (): void {
  until = 0
}

function flush (): void {
  flushing = false
  const now = leaving
  leaving = []
  for (const send of now) send()
}
