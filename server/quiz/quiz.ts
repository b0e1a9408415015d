/** The quiz engine: questions and quizzes as authors write them, papers drawn from a seed, attempts as append-only steps,
 * grading, scoring, reviews and statistics. Pure: no clock, no randomness, no storage; times and seeds are passed in, and everything it
 * takes and gives is plain JSON.
 * @example
 * import { apply, checkQuestion, checkQuiz, definitionFor, drawPaper, openAttempt, quizStatistics, reviewOf, scoreOf } from 'muster/quiz'
 *
 * const checked = checkQuiz(parsedYaml)
 * if ('problems' in checked) throw new Error(checked.problems.map(problemLine).join('\n'))
 * const paper = drawPaper(checked.quiz, questions, seed)               // questions: { id, definition }[]
 * const definitionOf = slot => definitionFor(definitions.get(paper.slots[slot - 1].questionId), paper.slots[slot - 1])
 *
 * let attempt = openAttempt(paper, { behaviour: 'deferred', startedAt: now, dueAt: dueAt(now, 45 * 60, null) })
 * const saved = apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['b'] } }, { at: now, definitionOf })
 * if (saved.ok) attempt = saved.attempt                                // and store saved.steps
 * const ended = apply(attempt, { type: 'finish', by: 'trainee' }, { at: later, definitionOf })
 * if (ended.ok) scoreOf(ended.attempt.slots, checked.quiz.passPercent) // { mark, markMax, percent, passed }
 *
 * // afterwards: which questions are hard, which are faulty, which one language finds harder
 * const { test, questions, differences } = quizStatistics(sittings, key => definitions.get(key), 'en')
 * @module */
export { attemptsWith, closesWith, limitWith, mostOf, NO_ALLOWANCE, type Allowance } from './allowance.ts'
export {
  apply, openAttempt,
  type Action, type ActionContext, type AnswerAction, type Applied, type Attempt, type AttemptRules, type Refused, type RefusedReason
} from './attempt.ts'
export { behaviours, type Behaviour, type Graded, type Outcome, type Tried } from './behaviours.ts'
export { CERTAINTIES, certaintyOf, certainFraction, highestScore, isCertainty, type Certainty, type CertaintyScores } from './certainty.ts'
export {
  checkDraw, checkQuestion, checkQuiz, checkStimuli, questionSchema, quizSchema,
  type BehaviourName, type QuestionDefinition, type QuizDefinition, type ReviewPolicy, type ReviewSetting
} from './definition.ts'
export { definitionFor, drawPaper, numbersOf, type BankQuestion, type DrawOptions, type Paper, type PaperPlan, type PaperSlot } from './drawing.ts'
export { insidePoint, isInside, type Area, type Point } from './geometry.ts'
export { gradeAnswer, isMarkedByPerson, readAnswer } from './grading.ts'
export type { Image, ItemImage } from './image.ts'
export type { Controls, GapControl, Grade, GradedPart, Kind, Option, Reading, Sample, Variant } from './kind.ts'
export { answerSchema, isAnswer, isAsked, isKindName, kindOf, kinds, type Answer, type KindName } from './kinds/index.ts'
export { wordLimitOf } from './kinds/essay.ts'
export { markedFraction, rubricMark, rubricOf, type MarkInput } from './marking.ts'
export { problemLine, type Problem } from './problem.ts'
export { DIFFICULTIES, type Difficulty } from './question.ts'
export { regrade, regradeStep, type Regraded, type SlotResult } from './regrade.ts'
export { momentOf, policyAt, reviewOf, RIGHT_AFTER_SECONDS, type Moment, type SlotReview } from './review.ts'
export type { Rubric } from './rubric.ts'
export {
  gradeOverAttempts, markOf, rounded, scoreOf, type AttemptResult, type GradeOf, type Score, type ScoreRules, type SectionScore
} from './scoring.ts'
export { after, isSameAnswer, openSlots, replay, type Marking, type SlotState, type SlotStateName, type Step, type StepAction } from './step.ts'
export { text as textSchema, textIn, type Text } from './text.ts'
export { dueAt, endingAt, endsAt, GRACE_SECONDS, isOver, type EndedBy, type Overdue, type Timed } from './timing.ts'
export { CONCERNS, LEAST_ANSWERS, type Concern } from './statistics/concerns.ts'
export { groupDifferences, LEAST_IN_GROUP, type GroupDifference } from './statistics/group-difference.ts'
export { mantelHaenszel, type EffectClass, type MantelHaenszel, type Stratum } from './statistics/mantel-haenszel.ts'
export type { Breakdown, QuestionStatistics, SlotStatistics } from './statistics/question-statistics.ts'
export { raschOf, type RaschItem, type Try } from './statistics/rasch.ts'
export type { Response } from './statistics/responses.ts'
export { similarPairs, type Similarity, type WrongAnswers } from './statistics/similarity.ts'
export type { SatItem, Sitting } from './statistics/sitting.ts'
export { quizStatistics, type QuizStatistics } from './statistics/statistics.ts'
export { secondsBySlot } from './statistics/time-spent.ts'
export { countWords } from './words.ts'
