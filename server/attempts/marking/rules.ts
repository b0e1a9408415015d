import { createHash } from 'node:crypto'
import type { Tx } from '../../db/database.ts'
import type { Marking } from '../../quiz/quiz.ts'
import { selectOptionalRule, type GivenMark, type MarkingRule } from './queries.ts'

export type { GivenMark, MarkingRule } from './queries.ts'
export type MarkRole = GivenMark['role']

/** How a quiz is marked where nobody said otherwise: by one person, by name, in force at once. */
export const USUAL: MarkingRule = { anonymous: false, secondPercent: 0, thresholdPercent: 20, hold: false }

export async function ruleOf (tx: Tx, cohortId: string, quizKey: string): Promise<MarkingRule> {
  return await selectOptionalRule(tx, cohortId, quizKey) ?? USUAL
}

/** Where an answer stands that waits for people. */
export interface Standing {
  /** Whose mark is wanted next; null when it is decided and waits for its release. */
  readonly wants: MarkRole | null
  /** What the marks so far come to; null while another is wanted. */
  readonly decided: { readonly fraction: number, readonly marking: Marking } | null
}

/** What the marks given so far come to.
 *
 * One marker decides by themselves, unless the answer is among those that a second marks too. Two who differ by no more than the
 * rule allows come to their average; what they said stands together. If they differ by more, a third person decides. */
export function standingOf (rule: MarkingRule, answer: { readonly attemptId: string, readonly slot: number }, given: readonly GivenMark[]): Standing {
  const of = (role: MarkRole): GivenMark | undefined => given.find((mark) => mark.role === role)
  const [first, second, third] = [of('first'), of('second'), of('third')]
  if (third !== undefined) return { wants: null, decided: third }
  if (first === undefined) return { wants: 'first', decided: null }
  if (second === undefined) return needsSecond(rule, answer) ? { wants: 'second', decided: null } : { wants: null, decided: first }
  if (Math.abs(first.fraction - second.fraction) * 100 > rule.thresholdPercent + 1e-9) return { wants: 'third', decided: null }
  return { wants: null, decided: { fraction: (first.fraction + second.fraction) / 2, marking: together(first.marking, second.marking) } }
}

/** Whether a second person marks an answer too: the same answers whenever it is asked, and nobody can choose them. */
export function needsSecond ({ secondPercent }: Pick<MarkingRule, 'secondPercent'>, { attemptId, slot }: { readonly attemptId: string, readonly slot: number }): boolean {
  return createHash('sha256').update(`${attemptId}/${slot}`).digest().readUInt32BE(0) / 2 ** 32 * 100 < secondPercent
}

function together (first: Marking, second: Marking): Marking {
  const comment = [first.comment, second.comment].filter((said) => said !== undefined).join('\n\n')
  const same = first.rubric !== undefined && JSON.stringify(first.rubric) === JSON.stringify(second.rubric)
  return { by: second.by, ...comment !== '' && { comment }, ...same && { rubric: first.rubric } }
}

/** What an answer is called where its trainee is not named: the same each time, and telling nothing. */
export function codeOf (attemptId: string): string {
  return createHash('sha256').update(`marking/${attemptId}`).digest('hex').slice(0, 6).toUpperCase()
}
