import type { QuizDefinition } from '../quiz/quiz.ts'
import { officeHours } from './calendar.ts'
import type { Chance } from './chance.ts'
import type { CohortPlan } from './cohort-plan.ts'
import type { Content } from './content.ts'
import type { Moments } from './moments.ts'
import type { Member } from './roll.ts'
import { sit, sitUntil, type Sitting } from './sitting.ts'

/** What somebody has done in a cohort, in the order in which it happened. */
export interface Progress {
  readonly done: ReadonlyArray<{ readonly key: string, readonly kind: 'lesson' | 'quiz', readonly at: string }>
  readonly sittings: ReadonlyArray<Sitting & { readonly quizKey: string, readonly number: number, readonly startedAt: string }>
  /** Null before the first. */
  readonly activeAt: string | null
  /** Percent of the passed final exam; null until then. */
  readonly mark: number | null
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Works through the course as the member's fate has it. The course ends with its final exam.
 *
 * Practice attempts are made for those who are still at it. Of others it is only noted that they passed: their attempts
 * would be most of the sample programme.
 * @param until milliseconds: nothing happens after it
 * @param running whether the cohort is */
export function progressOf (member: Member, cohort: CohortPlan, content: Content, moments: Moments, until: number, running: boolean, chance: Chance): Progress {
  const { fate, beginsAt, finishesAt } = member
  const exam = content.activities.at(-1)
  const finalExam = exam === undefined ? undefined : content.quizzes.get(exam.key)
  if (exam === undefined || finalExam === undefined) throw new Error(`${content.version.slug} does not end with a quiz`)
  const skill = 0.78 + 0.2 * chance.part()
  const done: Array<Progress['done'][number]> = []
  const sittings: Array<Progress['sittings'][number]> = []
  const minutesOf = (quiz: QuizDefinition): number => quiz.limitMinutes === undefined ? chance.between(5, 13) : chance.between(Math.ceil(quiz.limitMinutes * 0.35), Math.floor(quiz.limitMinutes * 0.9))
  const sitting = (quiz: QuizDefinition, endsAt: number, wanted: boolean | 'open', number: number): Sitting => {
    const minutes = minutesOf(quiz)
    const startedAt = new Date(endsAt - minutes * MINUTE_MS).toISOString()
    const { newSeed } = moments(startedAt)
    const sitter = { seed: '', skill: wanted === true ? skill : 0.56, startedAt, minutes, closesAt: cohort.endsAt }
    const sat = wanted === 'open'
      ? sit(quiz, content, { ...sitter, seed: newSeed(), leavesAfter: chance.between(1, 4) }, chance)
      : sitUntil(wanted, quiz, content, sitter, newSeed, chance)
    sittings.push({ ...sat, quizKey: quiz.key, number, startedAt })
    return sat
  }

  const stop = stopOf(member, until, chance)
  const most = finalExam.attempts ?? 3
  const tries = fate === 'fails' ? most : Math.min(most, chance.weighted([{ tries: 1, weight: 85 }, { tries: 2, weight: 13 }, { tries: 3, weight: 2 }]).tries)
  // Backwards from the last: a day or two of reading again before each further try.
  const examTimes = [finishesAt]
  while (examTimes.length < tries) examTimes.unshift((examTimes[0] as number) - DAY_MS * chance.between(1, 2))
  const readUntil = (examTimes[0] as number) - DAY_MS / 2
  const earlier = content.activities.slice(0, -1)
  const pace = (readUntil - beginsAt) / earlier.length
  for (const [index, { key, kind }] of earlier.entries()) {
    const at = index === 0 ? beginsAt : officeHours(beginsAt + pace * (index + 0.2 + 0.6 * chance.part()))
    const quiz = running && fate !== 'finishes' ? content.quizzes.get(key) : undefined
    if (at > stop) {
      // Stopped before a quiz: some have looked into it, some did not pass it.
      const before = Date.parse(done.at(-1)?.at ?? '')
      if (quiz !== undefined && !Number.isNaN(before) && before + 60 * MINUTE_MS < stop && chance.happens(60)) sitting(quiz, before + 45 * MINUTE_MS, chance.happens(50) ? 'open' : false, 1)
      break
    }
    if (quiz !== undefined) {
      const failsFirst = chance.happens(18)
      if (failsFirst) sitting(quiz, at - 20 * MINUTE_MS, false, 1)
      sitting(quiz, at, true, failsFirst ? 2 : 1)
    }
    done.push({ key, kind, at: new Date(at).toISOString() })
  }
  let mark: number | null = null
  for (const [index, at] of examTimes.entries()) {
    if (done.length < earlier.length || at > stop) break
    const last = index === examTimes.length - 1
    const { score } = sitting(finalExam, at, last && fate !== 'fails', index + 1)
    if (!score.passed) continue
    mark = score.percent
    done.push({ key: exam.key, kind: 'quiz', at: new Date(at).toISOString() })
  }
  const latest = [done.at(-1)?.at, lastSign(sittings.at(-1))].filter((at) => at !== undefined).sort().at(-1)
  return { done, sittings, activeAt: latest ?? null, mark }
}

/** When a member does nothing any more. */
function stopOf ({ fate, beginsAt, finishesAt }: Member, until: number, chance: Chance): number {
  switch (fate) {
    case 'finishes':
    case 'fails': return finishesAt
    case 'under-way': return until
    case 'absent': return 0
    case 'silent': return beginsAt + (Math.min(finishesAt, until) - beginsAt) * (0.1 + 0.6 * chance.part())
    case 'withdrawn': return beginsAt + (Math.min(finishesAt, until) - beginsAt) * 0.4 * chance.part()
  }
}

function lastSign (sitting: Progress['sittings'][number] | undefined): string | undefined {
  return sitting === undefined ? undefined : sitting.attempt.finishedAt ?? sitting.startedAt
}
