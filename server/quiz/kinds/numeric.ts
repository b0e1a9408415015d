import Type, { type Static } from 'typebox'
import {
  answersOf, feedbackOf, gradeTyped, MAX_NUMBER, numberProblems, numberRules, numberSummary, readTyped, rightNumber, unitControls
} from '../accepted-number.ts'
import type { Kind } from '../kind.ts'
import { questionPart } from '../question.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('numeric'),
  ...numberRules
}, { additionalProperties: false, title: 'A number' })

/** A typed number, shared with `calculated`. */
export const numberAnswer = Type.Object({
  text: Type.String({ maxLength: MAX_NUMBER }),
  unit: Type.Optional(Type.String({ maxLength: MAX_NUMBER }))
}, { additionalProperties: false })

export type NumericDefinition = Static<typeof definition>
export type NumericAnswer = Static<typeof numberAnswer>

/** A typed number. Earns 1 within `tolerance` of `value`, or what the best of `answers` that it meets is worth (`isMet` says
 * when), bounds included; text that is no number is unreadable. What is read as a number, and when a comma or a point may mean
 * two, is told at `readNumber`; one reading that is right is enough. Units, and what a wrong one costs: `readQuantity`,
 * `bestNumber`.
 *
 * Compared with others: Moodle's numerical question has values with an absolute tolerance, units with multipliers and a unit
 * penalty (qtype_numerical); QTI 3 `equal` and `equalRounded`; ILIAS numeric questions have one range. */
export const numeric: Kind<NumericDefinition, NumericAnswer> = {
  name: 'numeric',
  definition,
  answer: numberAnswer,

  problems (definition) {
    return numberProblems(definition)
  },

  shuffled () {
    return []
  },

  controls (definition) {
    return { control: 'line', input: 'numeric', maxLength: MAX_NUMBER, ...unitControls(definition) }
  },

  read (definition, answer) {
    return readTyped(definition, answer)
  },

  grade (definition, answer) {
    return gradeTyped(answersOf(definition), definition, answer)
  },

  rightAnswer (definition) {
    return rightNumber(definition) ?? { text: '' }
  },

  feedback (definition, answer) {
    return feedbackOf(answersOf(definition), definition, answer)
  },

  summary (definition, answer, language) {
    return numberSummary(definition, answer, language)
  },

  samples: [
    {
      definition: {
        key: 'accounts-frozen',
        kind: 'numeric',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'How many bank accounts were frozen?',
        value: 6745,
        tolerance: 50,
        source: 'INTERPOL, Operation First Light, 27 June 2024'
      },
      cases: [
        { answer: { text: '6745' }, state: 'right', fraction: 1 },
        { answer: { text: '6,745' }, state: 'right', fraction: 1 },
        { answer: { text: '6.745' }, state: 'right', fraction: 1 },
        { answer: { text: '6\u202f745' }, state: 'right', fraction: 1 },
        { answer: { text: '٦٧٤٥' }, state: 'right', fraction: 1 },
        { answer: { text: '६,७४५' }, state: 'right', fraction: 1 },
        { answer: { text: '6795' }, state: 'right', fraction: 1 },
        { answer: { text: '6796' }, state: 'wrong', fraction: 0 },
        { answer: { text: ' ' }, state: 'not-answered', fraction: 0 },
        { answer: { text: 'thousands' }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'one-and-a-tenth',
        kind: 'numeric',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'How many hours pass?',
        value: 1,
        tolerance: 0.1,
        unit: { en: 'hours', ar: 'ساعات' }
      },
      cases: [
        { answer: { text: '1.1' }, state: 'right', fraction: 1 },
        { answer: { text: '0,9' }, state: 'right', fraction: 1 },
        { answer: { text: '1 Hours' }, state: 'right', fraction: 1 },
        { answer: { text: '١ ساعات' }, state: 'right', fraction: 1 },
        { answer: { text: '1.1000001' }, state: 'wrong', fraction: 0 },
        { answer: { text: '1 minute' }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'distance',
        kind: 'numeric',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'How far is the mast from the telephone?',
        answers: [
          { value: 1500, tolerance: { relative: 0.02 } },
          { min: 1400, max: 1600, fraction: 0.5, feedback: 'Near: read the scale again.' },
          { value: 15000, fraction: 0, feedback: 'Ten times too far.' }
        ],
        units: [
          { unit: { en: 'm', ar: 'متر' }, factor: 1 },
          { unit: { en: 'km', ar: 'كم' }, factor: 1000 },
          { unit: 'mi', factor: 1609.344 },
          { unit: { en: 'minutes', ar: 'دقائق' } }
        ],
        unitRequired: true,
        unitPenalty: 0.25
      },
      cases: [
        { answer: { text: '1500', unit: 'm' }, state: 'right', fraction: 1 },
        { answer: { text: '1,5 km' }, state: 'right', fraction: 1 },
        { answer: { text: '١٫٥', unit: 'كم' }, state: 'right', fraction: 1 },
        { answer: { text: '0.932', unit: 'mi' }, state: 'right', fraction: 1 },
        { answer: { text: '1500' }, state: 'partly-right', fraction: 0.75 },
        { answer: { text: '1500 yards' }, state: 'partly-right', fraction: 0.75 },
        { answer: { text: '1500', unit: 'minutes' }, state: 'partly-right', fraction: 0.75 },
        { answer: { text: '1 600 m' }, state: 'partly-right', fraction: 0.5 },
        { answer: { text: '1600' }, state: 'partly-right', fraction: 0.375 },
        { answer: { text: '15 km' }, state: 'wrong', fraction: 0 },
        { answer: { text: '1500', unit: 'km' }, state: 'wrong', fraction: 0 },
        { answer: { text: 'far', unit: 'km' }, state: 'unreadable', fraction: 0 },
        { answer: { text: '', unit: 'km' }, state: 'not-answered', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'rate',
        kind: 'numeric',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'What is the exchange rate, to three significant figures?',
        value: 1.2345,
        tolerance: { significantFigures: 3 }
      },
      cases: [
        { answer: { text: '1.23' }, state: 'right', fraction: 1 },
        { answer: { text: '1.2349' }, state: 'right', fraction: 1 },
        { answer: { text: '1.235' }, state: 'wrong', fraction: 0 },
        { answer: { text: '1.2' }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}
