import Type, { type Static } from 'typebox'
import { gradeBy, type Kind } from '../kind.ts'
import type { Problem } from '../problem.ts'
import { questionPart } from '../question.ts'
import { text } from '../text.ts'
import { comparable, fill, matches, type Comparison } from '../wildcard.ts'

const MAX_LENGTH = 500

const pattern = Type.String({ pattern: '\\S', maxLength: MAX_LENGTH })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('short-text'),
  accept: Type.Array(Type.Union([
    pattern,
    Type.Object({
      text: pattern,
      fraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1 })),
      feedback: Type.Optional(text)
    }, { additionalProperties: false })
  ]), { minItems: 1, maxItems: 200, description: 'Accepted answers; `*` stands for any run of characters, `\\*` for an asterisk' }),
  caseSensitive: Type.Optional(Type.Boolean({ default: false })),
  ignoreAccents: Type.Optional(Type.Boolean({ default: false }))
}, { additionalProperties: false, title: 'A word or a few' })

const answer = Type.Object({ text: Type.String({ maxLength: MAX_LENGTH }) }, { additionalProperties: false })

export type ShortTextDefinition = Static<typeof definition>
export type ShortTextAnswer = Static<typeof answer>

interface Accepted { readonly text: string, readonly fraction?: number, readonly feedback?: ShortTextDefinition['feedback'] }

/** A word or a few, compared with what the author accepts (wildcard.ts says how). Earns the best fraction of all that
 * match; of those alike, the first one's feedback is shown. */
export const shortText: Kind<ShortTextDefinition, ShortTextAnswer> = {
  name: 'short-text',
  definition,
  answer,

  problems (definition) {
    const comparison = comparisonOf(definition)
    const problems = acceptedBy(definition).flatMap(({ text }, index): Problem[] => {
      return comparable(text, comparison).trim() === '' ? [{ path: `accept/${index}`, message: 'nothing in it can be seen' }] : []
    })
    if (example(definition) === undefined) {
      problems.push({ path: 'accept', message: 'no answer earns the full mark; one needs fraction 1 and more than `*`' })
    }
    return problems
  },

  shuffled () {
    return []
  },

  controls () {
    return { control: 'line', input: 'text', maxLength: MAX_LENGTH }
  },

  read (definition, answer) {
    return comparable(answer.text, comparisonOf(definition)).trim() === '' ? 'not-answered' : 'answered'
  },

  grade (definition, answer) {
    return gradeBy(shortText.read(definition, answer), () => fractionOf(best(definition, answer.text)))
  },

  rightAnswer (definition) {
    return { text: example(definition) ?? '' }
  },

  feedback (definition, answer) {
    const feedback = best(definition, answer.text)?.feedback
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
    }
  ]
}

function comparisonOf ({ caseSensitive = false, ignoreAccents = false }: ShortTextDefinition): Comparison {
  return { caseSensitive, ignoreAccents }
}

function acceptedBy (definition: ShortTextDefinition): Accepted[] {
  return definition.accept.map(accepted => typeof accepted === 'string' ? { text: accepted } : accepted)
}

function fractionOf (accepted: Accepted | undefined): number {
  return accepted === undefined ? 0 : accepted.fraction ?? 1
}

/** What matches the text and earns most; undefined when nothing does. */
function best (definition: ShortTextDefinition, text: string): Accepted | undefined {
  const comparison = comparisonOf(definition)
  return acceptedBy(definition)
    .filter(accepted => matches(text, accepted.text, comparison))
    .reduce<Accepted | undefined>((best, next) => best === undefined || fractionOf(next) > fractionOf(best) ? next : best, undefined)
}

/** A text that earns the full mark, without a wildcard's stand-in where there is one; undefined when none can be made. */
function example (definition: ShortTextDefinition): string | undefined {
  const full = acceptedBy(definition).filter(accepted => fractionOf(accepted) === 1)
  return ['', '…']
    .flatMap(inPlace => full.map(accepted => fill(accepted.text, inPlace)))
    .find(text => shortText.grade(definition, { text }).fraction === 1)
}
