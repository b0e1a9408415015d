import type { Database, Tx } from '../db/database.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import { replay, type Paper, type QuestionDefinition, type SlotState, type Step } from '../quiz/quiz.ts'
import { makeRecent, type Recent } from '../recent.ts'
import { selectPaper, selectSteps, type AttemptHead } from './queries.ts'
import { definitionsOf } from './sitting.ts'

/** Where an attempt stood when its trainee last did something to it or looked at it: what its paper and its steps come to. */
export interface Standing {
  readonly paper: Paper
  /** How many steps there were. Steps are only ever added, by one unit of work after another: as long as there are as many, they are
   * the same, whichever server added them. */
  readonly steps: number
  readonly slots: readonly SlotState[]
  /** By slot, when its last step was taken. */
  readonly savedAt: ReadonlyMap<number, string>
  /** Its questions are those that stood at this moment. */
  readonly correctedAt: string | null
  readonly definitionOf: (slot: number) => QuestionDefinition
}

/** How many attempts are remembered: all that are sat at once in a large programme. */
const KEPT = 4000

const known = new WeakMap<Database, Recent<Standing>>()

/** What is remembered of the attempts of a database, by their ids: read once instead of with each request. The number of steps is asked
 * of the database each time and says whether it still holds; where the number is another, they are read anew. For their own trainees alone:
 * what is erased of somebody is not shown to others out of memory. */
export function standingsOf (db: Database): Recent<Standing> {
  let standings = known.get(db)
  if (standings === undefined) known.set(db, standings = makeRecent(KEPT))
  return standings
}

/** Where an attempt stands: as it is remembered, or read anew. */
export async function standingAt (tx: Tx, deps: ProgressDeps, head: AttemptHead, steps: number, remembered: Standing | undefined): Promise<Standing> {
  if (remembered?.steps === steps && remembered.correctedAt === head.correctedAt) return remembered
  const paper = remembered?.paper ?? await selectPaper(tx, head.id)
  const taken = await selectSteps(tx, head.id)
  return {
    paper,
    steps: taken.length,
    slots: replay(paper.slots, taken),
    savedAt: lastOf(taken),
    correctedAt: head.correctedAt,
    definitionOf: await definitionsOf(tx, deps, { ...head, paper })
  }
}

/** Where an attempt stands after further steps.
 * @param slots those that they concern, as the steps left them */
export function standingAfter (standing: Standing, steps: readonly Step[], slots: readonly SlotState[]): Standing {
  if (steps.length === 0) return standing
  return {
    ...standing,
    steps: standing.steps + steps.length,
    slots: standing.slots.map((before) => slots.find(({ slot }) => slot === before.slot) ?? before),
    savedAt: new Map([...standing.savedAt, ...lastOf(steps)])
  }
}

/** Each slot's steps stand in their order. */
function lastOf (steps: readonly Step[]): Map<number, string> {
  return new Map(steps.map(({ slot, at }) => [slot, at]))
}
