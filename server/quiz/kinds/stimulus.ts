import Type, { type Static } from 'typebox'
import { questionPart } from '../question.ts'
import { readOnly, unasked, type NoAnswer } from '../unasked.ts'
import type { Kind } from '../kind.ts'

const definition = Type.Object({ ...questionPart, kind: Type.Literal('stimulus') }, { additionalProperties: false, title: 'A text that several questions refer to' })

export type StimulusDefinition = Static<typeof definition>

/** What several questions are about: a case, a document, a table. A question names it by its `stimulus`, and brings it into
 * the paper: it stands before the first of its questions, which stay together (QTI 3.0 `qti-assessment-stimulus-ref`). Never
 * asked, numbered or graded. */
export const stimulus: Kind<StimulusDefinition, NoAnswer> = {
  name: 'stimulus',
  definition,
  answer: readOnly,
  ...unasked,

  problems (definition) {
    return [
      ...unasked.problems(definition),
      ...definition.stimulus === undefined ? [] : [{ path: 'stimulus', message: 'a stimulus cannot refer to another' }]
    ]
  },

  samples: [{
    definition: {
      key: 'call-log',
      kind: 'stimulus',
      topic: 'telecom-fraud',
      difficulty: 'medium',
      prompt: { en: 'At 09:12 a caller says that he is from the bank.', ar: 'في الساعة 09:12 يقول متصل إنه من المصرف.' }
    },
    cases: [{ answer: {}, state: 'not-answered', fraction: 0 }]
  }]
}
