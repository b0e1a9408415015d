import {
  apply, drawPaper, dueAt, openAttempt, scoreOf, type Action, type Attempt, type Difficulty, type Paper, type QuestionDefinition, type QuizDefinition, type Score, type SlotState, type Step
} from '../quiz/quiz.ts'
import { wrongAnswer } from './answers.ts'
import type { Chance } from './chance.ts'
import type { Content, Known } from './content.ts'

/** One sitting of a quiz, gone through with the engine that serves real ones. */
export interface Sitting {
  readonly paper: Paper
  readonly attempt: Attempt
  readonly steps: readonly Step[]
  /** What is earned so far, where the attempt is still open. */
  readonly score: Score
}

export interface Sitter {
  readonly seed: string
  /** How often a question of middle difficulty is answered right, 0..1. */
  readonly skill: number
  readonly startedAt: string
  readonly minutes: number
  /** When the cohort ends. */
  readonly closesAt: string
  /** Left open after so many questions; left out: finished. */
  readonly leavesAfter?: number
}

const EASE: Readonly<Record<Difficulty, number>> = { easy: 0.1, medium: 0, hard: -0.14 }
/** One question in so many is passed over. */
const BLANK_IN = 60

export function sit (quiz: QuizDefinition, content: Content, sitter: Sitter, chance: Chance): Sitting {
  const { seed, skill, startedAt, minutes, closesAt } = sitter
  const paper = drawPaper(quiz, content.questions, seed)
  const knownOf = (slot: number): Known => {
    const known = content.known.get(paper.slots[slot - 1]?.questionId ?? '')
    if (known === undefined) throw new Error(`slot ${slot} asks nothing`)
    return known
  }
  const definitionOf = (slot: number): QuestionDefinition => knownOf(slot).definition
  const due = dueAt(startedAt, quiz.limitMinutes === undefined ? null : quiz.limitMinutes * 60, closesAt)
  let attempt = openAttempt(paper, { behaviour: quiz.behaviour, startedAt, dueAt: due })
  const steps: Step[] = []
  const started = Date.parse(startedAt)
  const act = (on: Attempt, action: Action, milliseconds: number): readonly SlotState[] => {
    const applied = apply(on, action, { at: new Date(started + milliseconds).toISOString(), definitionOf })
    if (!applied.ok) throw new Error(`a sample attempt of ${quiz.key} was refused: ${applied.refused}`)
    if (action.type === 'finish') attempt = applied.attempt
    steps.push(...applied.steps)
    return applied.attempt.slots
  }

  const pace = minutes * 60_000 / (paper.slots.length + 1)
  const most = sitter.leavesAfter ?? paper.slots.length
  const slots = attempt.slots.flatMap((state) => {
    const { slot } = state
    if (slot > most || chance.below(BLANK_IN) === 0) return [state]
    const known = knownOf(slot)
    const knows = chance.part() < skill + EASE[known.definition.difficulty]
    const answer = knows ? known.rightAnswer : wrongAnswer(known, content.words, chance)
    // An answer concerns its own slot alone; carrying the others along would be four times the work.
    return act({ ...attempt, slots: [state] }, { type: quiz.behaviour === 'immediate' ? 'check' : 'answer', slot, answer }, Math.round(pace * (slot - 0.5 * chance.part())))
  })
  attempt = { ...attempt, slots }
  if (sitter.leavesAfter === undefined) act(attempt, { type: 'finish', by: 'trainee' }, minutes * 60_000)
  return { paper, attempt, steps, score: scoreOf(attempt.slots, quiz) }
}

/** A sitting that ends as wished: the same person sits down again with other questions, each time a little better
 * prepared, or worse.
 * @throws Error when a hundred do not end so */
export function sitUntil (passed: boolean, quiz: QuizDefinition, content: Content, sitter: Sitter, newSeed: () => string, chance: Chance): Sitting {
  for (let tries = 0; tries < 100; tries++) {
    const skill = sitter.skill + (passed ? 0.03 : -0.05) * tries
    const sitting = sit(quiz, content, { ...sitter, seed: newSeed(), skill }, chance)
    if (sitting.score.passed === passed) return sitting
  }
  throw new Error(`no sample attempt of ${quiz.key} is ${passed ? 'passed' : 'failed'}`)
}
