import Type, { type Static } from 'typebox'
import { bestText, isBlank, MAX_LINE, rightText, textProblems, textRules } from '../accepted-text.ts'
import { gradeBy, type Kind } from '../kind.ts'
import { questionPart } from '../question.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('short-text'),
  ...textRules
}, { additionalProperties: false, title: 'A word or a few' })

const answer = Type.Object({ text: Type.String({ maxLength: MAX_LINE }) }, { additionalProperties: false })

export type ShortTextDefinition = Static<typeof definition>
export type ShortTextAnswer = Static<typeof answer>

/** A word or a few, compared with what the author accepts: words with wildcards (wildcard.ts says how), or regular expressions
 * (regex.ts). Earns the best fraction of all that match; of those alike, the first one's feedback is shown.
 *
 * Compared with others: Moodle's short answer takes the first that matches, with `*`, and its case and accents as they are;
 * its `regexp` and `pmatch` plugins run expressions that go back and try again. QTI 3: `stringMatch`, `patternMatch`,
 * `mapEntry` with `case-sensitive`. */
export const shortText: Kind<ShortTextDefinition, ShortTextAnswer> = {
  name: 'short-text',
  definition,
  answer,

  problems (definition) {
    return textProblems(definition)
  },

  shuffled () {
    return []
  },

  controls () {
    return { control: 'line', input: 'text', maxLength: MAX_LINE }
  },

  read (definition, answer) {
    return isBlank(definition, answer.text) ? 'not-answered' : 'answered'
  },

  grade (definition, answer) {
    return gradeBy(shortText.read(definition, answer), () => bestText(definition, answer.text)?.fraction ?? 0)
  },

  rightAnswer (definition) {
    return { text: rightText(definition) }
  },

  feedback (definition, answer) {
    const feedback = bestText(definition, answer.text)?.feedback
    return feedback === undefined ? [] : [feedback]
  },

  summary (_definition, answer) {
    return answer.text.trim()
  },

  samples: [
    {
      definition: {
        key: 'mule',
        kind: 'short-text',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'What is a person called who lends an account to move stolen money?',
        accept: [
          'money mule',
          { text: 'mule*' },
          { text: 'smurf', fraction: 0.5, feedback: 'Close: a smurf splits deposits.' }
        ]
      },
      cases: [
        { answer: { text: '  Money   MULE ' }, state: 'right', fraction: 1 },
        { answer: { text: 'mules' }, state: 'right', fraction: 1 },
        { answer: { text: 'Smurf' }, state: 'partly-right', fraction: 0.5 },
        { answer: { text: 'a mule' }, state: 'wrong', fraction: 0 },
        { answer: { text: '\u00a0' }, state: 'not-answered', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'prefix',
        kind: 'short-text',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Which code turns on call forwarding?',
        caseSensitive: true,
        ignoreAccents: true,
        accept: ['\\*21\\**#', 'Général']
      },
      cases: [
        { answer: { text: '*21*5550100#' }, state: 'right', fraction: 1 },
        { answer: { text: '421*5550100#' }, state: 'wrong', fraction: 0 },
        { answer: { text: 'General' }, state: 'right', fraction: 1 },
        { answer: { text: 'general' }, state: 'wrong', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'plate',
        kind: 'short-text',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Write the registration number of the car in the picture.',
        accept: [
          { regex: '[A-Z]{2}[- ]?\\d{3}[- ]?[A-Z]{2}', example: 'AB-123-CD' },
          { regex: '[A-Z]{2}.*', fraction: 0.25, feedback: 'The letters at the start are right.' },
          'unknown'
        ]
      },
      cases: [
        { answer: { text: 'ab 123 cd' }, state: 'right', fraction: 1 },
        { answer: { text: 'AB-١٢٣-CD' }, state: 'right', fraction: 1 },
        { answer: { text: 'AB 12 CD' }, state: 'partly-right', fraction: 0.25 },
        { answer: { text: 'Unknown' }, state: 'right', fraction: 1 },
        { answer: { text: '1AB' }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}
