import Type, { type Static } from 'typebox'
import { gradeBy, type Kind } from '../kind.ts'
import { readNumber } from '../number.ts'
import { questionPart } from '../question.ts'
import { text, textIn, textsOf } from '../text.ts'

const MAX_LENGTH = 100

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('numeric'),
  value: Type.Number(),
  tolerance: Type.Optional(Type.Number({ minimum: 0, default: 0, description: 'Absolute, in the unit of the value; bounds count as right' })),
  unit: Type.Optional(text)
}, { additionalProperties: false, title: 'A number' })

const answer = Type.Object({
  text: Type.String({ maxLength: MAX_LENGTH }),
  unit: Type.Optional(Type.String({ maxLength: MAX_LENGTH }))
}, { additionalProperties: false })

export type NumericDefinition = Static<typeof definition>
export type NumericAnswer = Static<typeof answer>

/** A typed number. Earns 1 within `tolerance` of `value`, bounds included (QTI 3 `equal`, absolute), else 0; text that is no
 * number is unreadable. What is read as a number, and when a comma or a point may mean two, is told at `readNumber`; one
 * reading within tolerance is enough. The question's unit may be typed after the number. */
export const numeric: Kind<NumericDefinition, NumericAnswer> = {
  name: 'numeric',
  definition,
  answer,

  problems () {
    return []
  },

  shuffled () {
    return []
  },

  controls (definition) {
    const line = { control: 'line', input: 'numeric', maxLength: MAX_LENGTH } as const
    return definition.unit === undefined ? line : { ...line, unit: definition.unit }
  },

  read (definition, answer) {
    if (answer.text.trim() === '') return 'not-answered'
    return numbersOf(definition, answer).length === 0 ? 'unreadable' : 'answered'
  },

  grade (definition, answer) {
    return gradeBy(numeric.read(definition, answer), () =>
      numbersOf(definition, answer).some(number => isWithin(number, definition)) ? 1 : 0)
  },

  rightAnswer (definition) {
    return { text: String(definition.value) }
  },

  feedback () {
    return []
  },

  summary (definition, answer, language) {
    const typed = answer.text.trim()
    if (typed === '' || definition.unit === undefined || typed !== withoutUnit(definition, typed)) return typed
    return `${typed} ${textIn(definition.unit, language)}`
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
    }
  ]
}

function numbersOf (definition: NumericDefinition, answer: NumericAnswer): readonly number[] {
  return readNumber(withoutUnit(definition, answer.text.trim()))
}

function withoutUnit (definition: NumericDefinition, typed: string): string {
  const unit = definition.unit === undefined
    ? undefined
    : textsOf(definition.unit).find(unit => typed.toLowerCase().endsWith(unit.trim().toLowerCase()))
  return unit === undefined ? typed : typed.slice(0, -unit.trim().length).trim()
}

// The slack, relative to the numbers compared, makes up for binary fractions: 1.1 − 1 is a little more than 0.1.
function isWithin (number: number, { value, tolerance = 0 }: NumericDefinition): boolean {
  return Math.abs(number - value) <= tolerance + 1e-12 * Math.max(Math.abs(number), Math.abs(value))
}
