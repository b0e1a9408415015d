import Type, { type Static } from 'typebox'
import { gradeBy, textOf, type Kind, type Option } from '../kind.ts'
import { answerKey, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'
import { labelsOf, verdictLabels } from '../verdict.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('true-false'),
  correct: Type.Boolean({ description: 'Whether the statement in the prompt is true' }),
  labels: verdictLabels,
  feedbackTrue: Type.Optional(text),
  feedbackFalse: Type.Optional(text)
}, { additionalProperties: false, title: 'A statement, true or false' })

const answer = Type.Object({ choices: Type.Array(answerKey, { maxItems: 100 }) }, { additionalProperties: false })

export type TrueFalseDefinition = Static<typeof definition>
export type TrueFalseAnswer = Static<typeof answer>

/** A statement that is true or false; always shown in that order. `feedbackTrue` is for whoever says true, `feedbackFalse` for
 * whoever says false, as in Moodle's qtype_truefalse and in GIFT. */
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

  controls (definition) {
    return { control: 'choices', maxChoices: 1, options: optionsOf(definition) }
  },

  read (_definition, { choices }) {
    if (choices.length === 0) return 'not-answered'
    return choices.length === 1 && (choices[0] === 'true' || choices[0] === 'false') ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    return gradeBy(trueFalse.read(definition, answer), () => answer.choices[0] === String(definition.correct) ? 1 : 0)
  },

  rightAnswer (definition) {
    return { choices: [String(definition.correct)] }
  },

  feedback (definition, { choices }) {
    const feedback = choices.includes('true') ? definition.feedbackTrue : choices.includes('false') ? definition.feedbackFalse : undefined
    return feedback === undefined ? [] : [feedback]
  },

  summary (definition, answer, language) {
    return answer.choices.map(key => textIn(textOf(optionsOf(definition), key), language)).join('; ')
  },

  samples: [
    {
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
    },
    {
      definition: {
        key: 'freeze',
        kind: 'true-false',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'May a bank hold a payment that it suspects?',
        correct: true,
        labels: { true: { en: 'Yes', ar: 'نعم' }, false: { en: 'No', ar: 'لا' } },
        feedbackFalse: 'It may, for as long as the law of its country says.'
      },
      cases: [
        { answer: { choices: ['true'] }, state: 'right', fraction: 1 },
        { answer: { choices: ['false'] }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

function optionsOf ({ labels }: TrueFalseDefinition): readonly [Option, Option] {
  const [whenTrue, whenFalse] = labelsOf(labels)
  return [{ key: 'true', text: whenTrue }, { key: 'false', text: whenFalse }]
}
