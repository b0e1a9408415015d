import Type, { type Static } from 'typebox'
import type { Kind } from '../kind.ts'
import { questionPart } from '../question.ts'
import { readOnly, unasked, type NoAnswer } from '../unasked.ts'

const definition = Type.Object({ ...questionPart, kind: Type.Literal('description') }, { additionalProperties: false, title: 'A text between questions' })

export type DescriptionDefinition = Static<typeof definition>

/** A text between questions, where a quiz names it (Moodle's `description`). It keeps its place in the section while the
 * questions around it are shuffled. Never asked, numbered or graded. */
export const description: Kind<DescriptionDefinition, NoAnswer> = {
  name: 'description',
  definition,
  answer: readOnly,
  ...unasked,
  samples: [{
    definition: {
      key: 'part-two',
      kind: 'description',
      topic: 'telecom-fraud',
      difficulty: 'easy',
      prompt: 'The questions that follow are about evidence.'
    },
    cases: [{ answer: {}, state: 'not-answered', fraction: 0 }]
  }]
}
