import Type, { type Static } from 'typebox'
import { repeatedKeys, type Problem } from './problem.ts'
import { key } from './question.ts'
import { text } from './text.ts'

/** What a person marks by: what is looked at, and for each how well it may be met. */
export const rubric = Type.Array(Type.Object({
  key,
  text,
  levels: Type.Array(Type.Object({
    key,
    text,
    points: Type.Number({ minimum: 0, maximum: 1000 })
  }, { additionalProperties: false }), { minItems: 2, maxItems: 20 })
}, { additionalProperties: false }), { minItems: 1, maxItems: 50, description: 'What a person marks by: one level of each row is chosen' })

export type Rubric = Static<typeof rubric>

/** What no schema says of a rubric. */
export function rubricProblems (rubric: Rubric | undefined): Problem[] {
  return rubric === undefined ? [] : [...repeatedKeys(rubric, 'rubric'), ...rubric.flatMap(({ levels }, index) => [
    ...repeatedKeys(levels, `rubric/${index}/levels`),
    ...levels.some(({ points }) => points > 0) ? [] : [{ path: `rubric/${index}/levels`, message: 'no level earns a point' }]
  ])]
}
