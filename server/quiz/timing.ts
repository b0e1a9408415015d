/** How long after its due time an attempt still takes answers: they were given in time and are on their way. */
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

/** When a finish that comes now takes place, and who ends the attempt by it: from the due time on, its expiry does, at the
 * due time; before, the trainee does. A clock set back during the attempt does not end it before it began.
 * @returns finishedAt in ISO 8601 UTC */
export function endingAt (attempt: { readonly startedAt: string, readonly dueAt: string | null }, at: string): {
  readonly finishedAt: string
  readonly endedBy: 'trainee' | 'expiry'
} {
  if (attempt.dueAt !== null && Date.parse(at) >= Date.parse(attempt.dueAt)) return { finishedAt: attempt.dueAt, endedBy: 'expiry' }
  return { finishedAt: Date.parse(at) < Date.parse(attempt.startedAt) ? attempt.startedAt : at, endedBy: 'trainee' }
}

/** Whether an attempt's time and its grace are over: it takes no more answers, and whoever sees it first ends it. */
export function isOver (attempt: { readonly dueAt: string | null }, at: string): boolean {
  return attempt.dueAt !== null && Date.parse(at) > Date.parse(attempt.dueAt) + GRACE_SECONDS * 1000
}
