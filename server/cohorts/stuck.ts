/** Why a trainee needs somebody to speak to them, the most urgent first. */
export const STUCK_REASONS = ['attempts-used-up', 'silent', 'not-started'] as const
export type StuckReason = typeof STUCK_REASONS[number]

/** A trainee of a running cohort is stuck after so many days without a first, or a further, sign of work. */
export const NOT_STARTED_DAYS = 3
export const SILENT_DAYS = 7

const DAY_MS = 86_400_000

export interface StuckFacts {
  readonly state: 'active' | 'completed' | 'withdrawn'
  readonly enrolledAt: string
  /** The last time the trainee did anything; null before the first. */
  readonly activeAt: string | null
  /** A quiz that limits its attempts has had the last of them and was not passed. */
  readonly attemptsUsedUp: boolean
}

/** The instants a cohort's trainees are held against; null when it is not running, for then nobody is stuck. */
export interface StuckSince {
  /** Not started, and able to since before this. */
  readonly notStarted: string
  /** Last active before this. */
  readonly silent: string
  readonly startsAt: string
}

export function stuckSince (cohort: { readonly startsAt: string, readonly endsAt: string }, now: Date): StuckSince | null {
  const at = now.toISOString()
  if (at < cohort.startsAt || at >= cohort.endsAt) return null
  return {
    notStarted: daysBefore(now, NOT_STARTED_DAYS),
    silent: daysBefore(now, SILENT_DAYS),
    startsAt: cohort.startsAt
  }
}

/** The rule, as the cohort's page words it: the cohort is running, the trainee has not completed, and
 * an attempt limit is used up without a pass, or nothing was begun 3 days after the start (or after enrolling, if that was
 * later), or nothing was done for 7 days. The reason that only somebody else can mend comes first.
 * @returns null when the trainee is not stuck */
export function stuckReason (facts: StuckFacts, since: StuckSince | null): StuckReason | null {
  if (since === null || facts.state !== 'active') return null
  if (facts.attemptsUsedUp) return 'attempts-used-up'
  if (facts.activeAt !== null) return facts.activeAt <= since.silent ? 'silent' : null
  const couldStart = facts.enrolledAt > since.startsAt ? facts.enrolledAt : since.startsAt
  return couldStart <= since.notStarted ? 'not-started' : null
}

function daysBefore (now: Date, days: number): string {
  return new Date(now.getTime() - days * DAY_MS).toISOString()
}
