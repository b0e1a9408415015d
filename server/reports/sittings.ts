import { isAsked, replay, secondsBySlot, type Paper, type QuestionDefinition, type SatItem, type Sitting, type Step } from '../quiz/quiz.ts'
import type { StoredAttempt } from './queries.ts'

/** A stored attempt as statistics look at it. A question goes by its key: it is the same one in every version of a course.
 * @param group the language it was read in
 * @param definitions by the ids that papers name */
export function sittingOf ({ id, paper, startedAt, steps }: StoredAttempt, group: string, definitions: ReadonlyMap<string, QuestionDefinition>): Sitting {
  const { slots } = JSON.parse(paper) as Paper
  const taken = steps.map((step): Step => ({
    ...step,
    state: step.state as Step['state'],
    answer: step.answer === null ? null : JSON.parse(step.answer) as unknown
  }))
  const seconds = secondsBySlot(startedAt, taken)
  const states = replay(slots, taken)
  return {
    id,
    group,
    items: slots.flatMap(({ slot, questionId, mark, variant }, index): SatItem[] => {
      const state = states[index]
      const definition = definitions.get(questionId)
      if (state === undefined || definition === undefined || !isAsked(definition)) return []
      return [{
        slot,
        question: definition.key,
        version: questionId,
        ...(variant === undefined ? {} : { variant: JSON.stringify(variant) }),
        markMax: mark,
        fraction: state.fraction,
        right: state.state === 'right',
        answer: state.answer,
        seconds: seconds.get(slot) ?? null
      }]
    })
  }
}
