import Type, { type Static } from 'typebox'
import { answersOf, bestNumber, numberProblems, numberRules, type AcceptedNumber } from '../accepted-number.ts'
import { gradeBy, type Kind } from '../kind.ts'
import type { Problem } from '../problem.ts'
import { questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const bound = Type.Number({ minimum: -1e9, maximum: 1e9 })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('slider'),
  min: Type.Unsafe<number>({ ...bound, description: 'Where the scale begins' }),
  max: Type.Unsafe<number>({ ...bound, description: 'Where it ends' }),
  step: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e9, default: 1 })),
  value: numberRules.value,
  tolerance: numberRules.tolerance,
  answers: numberRules.answers,
  unit: Type.Optional(text)
}, { additionalProperties: false, title: 'A number on a scale' })

const answer = Type.Object({ value: Type.Number() }, { additionalProperties: false })

export type SliderDefinition = Static<typeof definition>
export type SliderAnswer = Static<typeof answer>

const MAX_STEPS = 100_000

/** A number on a scale from `min` to `max` in steps counted from `min` (QTI 3.0 `sliderInteraction`). Earns what the number
 * meets, as a typed one does: `value` within `tolerance`, or the best of `answers`. A number beside the scale or between two
 * steps is unreadable. */
export const slider: Kind<SliderDefinition, SliderAnswer> = {
  name: 'slider',
  definition,
  answer,

  problems (definition) {
    const { min, max, value, tolerance, answers } = definition
    if (min >= max) return [{ path: 'max', message: 'must be more than `min`' }]
    if ((max - min) / stepOf(definition) > MAX_STEPS) return [{ path: 'step', message: `makes more than ${MAX_STEPS} steps of the scale` }]
    const problems: Problem[] = numberProblems({
      ...value !== undefined && { value }, ...tolerance !== undefined && { tolerance }, ...answers !== undefined && { answers }
    })
    if (problems.length > 0 || rightValue(definition) !== undefined) return problems
    return [{ path: value === undefined ? 'answers' : 'value', message: 'no step of the scale earns the full mark' }]
  },

  shuffled () {
    return []
  },

  controls (definition) {
    const { min, max, unit } = definition
    return { control: 'range', min, max, step: stepOf(definition), ...unit !== undefined && { unit } }
  },

  read (definition, { value }) {
    const { min, max } = definition
    const steps = (value - min) / stepOf(definition)
    return value >= min && value <= max && Math.abs(steps - Math.round(steps)) < 1e-6 ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    return gradeBy(slider.read(definition, answer), () => worthOf(definition, answer.value)?.fraction ?? 0)
  },

  rightAnswer (definition) {
    return { value: rightValue(definition) ?? definition.min }
  },

  feedback (definition, { value }) {
    const feedback = worthOf(definition, value)?.feedback
    return feedback === undefined ? [] : [feedback]
  },

  summary ({ unit }, { value }, language) {
    return unit === undefined ? String(value) : `${value} ${textIn(unit, language)}`
  },

  samples: [
    {
      definition: {
        key: 'share',
        kind: 'slider',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'How much of the money was recovered?',
        min: 0,
        max: 100,
        step: 5,
        value: 40,
        tolerance: 5,
        unit: { en: 'per cent', ar: 'في المئة' }
      },
      cases: [
        { answer: { value: 40 }, state: 'right', fraction: 1 },
        { answer: { value: 45 }, state: 'right', fraction: 1 },
        { answer: { value: 50 }, state: 'wrong', fraction: 0 },
        { answer: { value: 0 }, state: 'wrong', fraction: 0 },
        { answer: { value: 41 }, state: 'unreadable', fraction: 0 },
        { answer: { value: 105 }, state: 'unreadable', fraction: 0 },
        { answer: { value: -5 }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'tenths',
        kind: 'slider',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'How likely is it?',
        min: 0.1,
        max: 1,
        step: 0.1,
        answers: [{ min: 0.25, max: 0.35 }, { min: 0.2, max: 0.5, fraction: 0.5, feedback: 'Near.' }]
      },
      cases: [
        { answer: { value: 0.3 }, state: 'right', fraction: 1 },
        { answer: { value: 0.30000000000000004 }, state: 'right', fraction: 1 },
        { answer: { value: 0.5 }, state: 'partly-right', fraction: 0.5 },
        { answer: { value: 0.6 }, state: 'wrong', fraction: 0 },
        { answer: { value: 0.33 }, state: 'unreadable', fraction: 0 }
      ]
    }
  ]
}

function stepOf ({ step = 1 }: SliderDefinition): number {
  return step
}

// Not by way of text, which readers of other countries might take for another number.
function worthOf (definition: SliderDefinition, value: number): ReturnType<typeof bestNumber> {
  return bestNumber(acceptedBy(definition), {}, { text: '', numbers: [value], unit: 'none' })
}

function acceptedBy ({ value, tolerance, answers }: SliderDefinition): readonly AcceptedNumber[] {
  return answersOf({ ...value !== undefined && { value }, ...tolerance !== undefined && { tolerance }, ...answers !== undefined && { answers } })
}

/** The step that earns all nearest to what the author wrote; undefined when there is none. */
function rightValue (definition: SliderDefinition): number | undefined {
  const { min, max } = definition
  const step = stepOf(definition)
  return acceptedBy(definition)
    .flatMap(answer => 'min' in answer ? [answer.min / 2 + answer.max / 2, answer.min, answer.max] : [answer.value])
    .flatMap(wanted => [Math.round, Math.floor, Math.ceil].map(toWhole => min + toWhole((wanted - min) / step) * step))
    .map(value => Number(value.toPrecision(12)))
    .find(value => value >= min && value <= max && worthOf(definition, value)?.fraction === 1)
}
