import Type, { type Static } from 'typebox'
import { gradeBy, textOf, type Kind, type Option } from '../kind.ts'
import { answerKey, questionPart } from '../question.ts'
import { textIn } from '../text.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('true-false'),
  correct: Type.Boolean({ description: 'Whether the statement in the prompt is true' })
}, { additionalProperties: false, title: 'A statement, true or false' })

const answer = Type.Object({ choices: Type.Array(answerKey, { maxItems: 100 }) }, { additionalProperties: false })

export type TrueFalseDefinition = Static<typeof definition>
export type TrueFalseAnswer = Static<typeof answer>

// Part of the question, not of a page: a paper and a review in one language of a course read the same everywhere.
const OPTIONS: readonly Option[] = [
  {
    key: 'true',
    text: { en: 'True', ar: 'صواب', es: 'Verdadero', fr: 'Vrai', ms: 'Benar', my: 'မှန်', pt: 'Verdadeiro', ru: 'Верно', zh: '正确' }
  },
  {
    key: 'false',
    text: { en: 'False', ar: 'خطأ', es: 'Falso', fr: 'Faux', ms: 'Salah', my: 'မှား', pt: 'Falso', ru: 'Неверно', zh: '错误' }
  }
]

/** A statement that is true or false; always shown in that order. */
export const trueFalse: Kind<TrueFalseDefinition, TrueFalseAnswer> = {
  name: 'true-false',
  definition,
  answer,

  problems () {
    return []
  },

  shuffled () {
    return []
  },

  controls () {
    return { control: 'choices', maxChoices: 1, options: OPTIONS }
  },

  read (_definition, { choices }) {
    if (choices.length === 0) return 'not-answered'
    return choices.length === 1 && OPTIONS.some(option => option.key === choices[0]) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    return gradeBy(trueFalse.read(definition, answer), () => answer.choices[0] === String(definition.correct) ? 1 : 0)
  },

  rightAnswer (definition) {
    return { choices: [String(definition.correct)] }
  },

  feedback () {
    return []
  },

  summary (_definition, answer, language) {
    return answer.choices.map(key => textIn(textOf(OPTIONS, key), language)).join('; ')
  },

  samples: [{
    definition: {
      key: 'recall',
      kind: 'true-false',
      topic: 'telecom-fraud',
      difficulty: 'easy',
      prompt: 'A payment can never be recalled.',
      correct: false
    },
    cases: [
      { answer: { choices: ['false'] }, state: 'right', fraction: 1 },
      { answer: { choices: ['true'] }, state: 'wrong', fraction: 0 },
      { answer: { choices: [] }, state: 'not-answered', fraction: 0 },
      { answer: { choices: ['true', 'false'] }, state: 'unreadable', fraction: 0 },
      { answer: { choices: ['maybe'] }, state: 'unreadable', fraction: 0 }
    ]
  }]
}
