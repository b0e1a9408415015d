/** How long after its end an attempt still takes answers: they were given in time and are on their way. */
export const GRACE_SECONDS = 5

/** When an attempt is due, settled once at its start: the earlier of its time limit and the closing of its quiz.
 * @param startedAt ISO 8601
 * @param limitSeconds with whatever extra time its trainee is allowed; null for none
 * @param closesAt ISO 8601; null for never
 * @returns ISO 8601 UTC, never before the start; null when it is never due */
export function dueAt (startedAt: string, limitSeconds: number | null, closesAt: string | null): string | null {
  const start = Date.parse(startedAt)
  const limit = limitSeconds === null ? Infinity : start + limitSeconds * 1000
  const close = closesAt === null ? Infinity : Math.max(start, Date.parse(closesAt))
  const due = Math.min(limit, close)
  return due === Infinity ? null : new Date(due).toISOString()
}

/** What becomes of an attempt that is not finished when it is due.
 * - `submit`: it is handed in as it stands
 * - `grace`: it goes on for the quiz's grace seconds; what is answered in them counts
 * - `discard`: it counts as an attempt and earns nothing */
export type Overdue = 'submit' | 'grace' | 'discard'

/** How one ends. */
export type EndedBy = 'trainee' | 'expiry' | 'discarded'

/** The times of an attempt, as far as its ending depends on them. */
export interface Timed {
  /** ISO 8601 */
  readonly startedAt: string
  /** ISO 8601; null for never */
  readonly dueAt: string | null
  /** `submit` when left out */
  readonly overdue?: Overdue
  /** how long after it is due an attempt goes on, with `grace`; 0 when left out */
  readonly graceSeconds?: number
}

/** When an attempt ends at the latest: when it is due, or at the end of its grace.
 * @returns ISO 8601 UTC; null when it is never due */
export function endsAt ({ dueAt, overdue, graceSeconds = 0 }: Omit<Timed, 'startedAt'>): string | null {
  if (dueAt === null || overdue !== 'grace') return dueAt
  return new Date(Date.parse(dueAt) + graceSeconds * 1000).toISOString()
}

/** When a finish that comes now takes place, and what ends the attempt by it: from its end on, its expiry does, at that very
 * time; before, the trainee does. An attempt that is discarded when overdue is still the trainee's to finish while a finish
 * sent in time may be on its way. A clock set back during the attempt does not end it before it began.
 * @returns finishedAt in ISO 8601 UTC */
export function endingAt (attempt: Timed, at: string): { readonly finishedAt: string, readonly endedBy: EndedBy } {
  const end = endsAt(attempt)
  if (end === null || Date.parse(at) < Date.parse(end)) {
    return { finishedAt: Date.parse(at) < Date.parse(attempt.startedAt) ? attempt.startedAt : at, endedBy: 'trainee' }
  }
  if (attempt.overdue !== 'discard') return { finishedAt: end, endedBy: 'expiry' }
  return { finishedAt: end, endedBy: isOver(attempt, at) ? 'discarded' : 'trainee' }
}

/** Whether an attempt's time and its grace are over: it takes no more answers, and whoever sees it first ends it. */
export function isOver (attempt: Omit<Timed, 'startedAt'>, at: string): boolean {
  const end = endsAt(attempt)
  return end !== null && Date.parse(at) > Date.parse(end) + GRACE_SECONDS * 1000
}
