/** What one trainee is allowed beyond what a quiz and its cohort give everybody. 0 where nothing is. */
export interface Allowance {
  /** of the time limit */
  readonly extraPercent: number
  /** of every time limit, whatever its length */
  readonly extraMinutes: number
  readonly extraAttempts: number
  /** by how much later everything closes */
  readonly laterDays: number
}

export const NO_ALLOWANCE: Allowance = { extraPercent: 0, extraMinutes: 0, extraAttempts: 0, laterDays: 0 }

const DAY_MS = 86_400_000

/** Several allowances of one person at once: of each thing the most, never the sum. */
export function mostOf (allowances: readonly Allowance[]): Allowance {
  const most = (name: keyof Allowance): number => Math.max(0, ...allowances.map(allowance => allowance[name]))
  return { extraPercent: most('extraPercent'), extraMinutes: most('extraMinutes'), extraAttempts: most('extraAttempts'), laterDays: most('laterDays') }
}

/** A time limit with the extra time: the percentage of it or the minutes, whichever is more.
 * @param limitSeconds null for none, which stays none */
export function limitWith (limitSeconds: number | null, { extraPercent, extraMinutes }: Allowance): number | null {
  return limitSeconds === null ? null : Math.round(limitSeconds + Math.max(limitSeconds * extraPercent / 100, extraMinutes * 60))
}

/** @param attempts undefined for as many as wished, which stays so */
export function attemptsWith (attempts: number | undefined, { extraAttempts }: Allowance): number | undefined {
  return attempts === undefined ? undefined : attempts + extraAttempts
}

/** When something closes for whoever is allowed more.
 * @param closesAt ISO 8601
 * @returns ISO 8601 UTC; a day is 24 hours */
export function closesWith (closesAt: string, { laterDays }: Allowance): string {
  return laterDays === 0 ? closesAt : new Date(Date.parse(closesAt) + laterDays * DAY_MS).toISOString()
}
