import Type, { type Static } from 'typebox'
import { filledGaps, gappedText, gapProblems, gapsAnswer, gapsSummary, type GapsAnswer } from '../gapped-text.ts'
import { gradeBy, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, rightOrWrong, type PartGrade } from '../parts.ts'
import type { Problem } from '../problem.ts'
import { key, questionPart } from '../question.ts'
import { comparable } from '../wildcard.ts'
import { wordScoring } from '../word-gaps.ts'

const MAX_LENGTH = 200

const option = Type.String({ pattern: '\\S', maxLength: MAX_LENGTH })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('long-menu'),
  text: gappedText,
  gaps: Type.Array(Type.Object({
    key,
    options: Type.Array(option, { minItems: 2, maxItems: 5000, description: 'The whole list, in every language that is typed in; in an order that tells nothing' }),
    accept: Type.Array(option, { minItems: 1, maxItems: 100, description: 'Those of the list that are right' })
  }, { additionalProperties: false }), { minItems: 1, maxItems: 20 }),
  scoring: wordScoring
}, { additionalProperties: false, title: 'Type words of a text, completed from a long list' })

export type LongMenuDefinition = Static<typeof definition>
export type LongMenuAnswer = GapsAnswer

const COMPARISON = { caseSensitive: false, ignoreAccents: false }

/** A text whose gaps are typed and completed from a list that is too long for a menu, as ILIAS' long menu. Case and spacing do
 * not matter. Text that is not on its list earns nothing; an answer of which no gap is on its list is unreadable, so that a
 * slip in typing is told before it counts. Earns right gaps ÷ gaps. */
export const longMenu: Kind<LongMenuDefinition, LongMenuAnswer> = {
  name: 'long-menu',
  definition,
  answer: gapsAnswer,

  problems (definition) {
    return [...gapProblems(definition.text, definition.gaps), ...definition.gaps.flatMap(({ options, accept }, index): Problem[] => {
      const listed = listOf(options)
      return accept.flatMap((right, at) => listed.has(compared(right))
        ? []
        : [{ path: `gaps/${index}/accept/${at}`, message: `'${right}' is not among the options` }])
    })]
  },

  shuffled () {
    return []
  },

  controls (definition) {
    return {
      control: 'gaps',
      text: definition.text,
      gaps: definition.gaps.map(({ key, options }) => ({ key, input: 'completed', suggestions: options, maxLength: MAX_LENGTH }))
    }
  },

  read (definition, answer) {
    const filled = filledGaps(answer)
    if (filled.size === 0) return 'not-answered'
    const gaps = new Map(definition.gaps.map(gap => [gap.key, gap]))
    if (![...filled.keys()].every(key => gaps.has(key))) return 'unreadable'
    return [...filled].some(([key, typed]) => listOf(gaps.get(key)!.options).has(compared(typed))) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = longMenu.read(definition, answer)
    if (reading !== 'answered') return gradeBy(reading, () => 0)
    const filled = filledGaps(answer)
    return gradeParts(definition.gaps.map(gap => ({ key: gap.key, weight: 1, grade: gradeOf(gap, filled.get(gap.key)) })), definition.scoring)
  },

  rightAnswer (definition) {
    return { gaps: Object.fromEntries(definition.gaps.map(({ key, accept }) => [key, accept[0]!])) }
  },

  feedback () {
    return []
  },

  summary (definition, answer) {
    return gapsSummary(definition.gaps, answer, (_key, typed) => typed.trim())
  },

  samples: [
    {
      definition: {
        key: 'code',
        kind: 'long-menu',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Whose numbers are these?',
        text: '+95 is the code of {{first}} and +855 that of {{second}}.',
        gaps: [
          { key: 'first', options: ['Cambodia', 'Laos', 'Myanmar', 'Burma', 'Thailand', 'Viet Nam'], accept: ['Myanmar', 'Burma'] },
          { key: 'second', options: ['Cambodia', 'Laos', 'Myanmar', 'Burma', 'Thailand', 'Viet Nam'], accept: ['Cambodia'] }
        ]
      },
      cases: [
        { answer: { gaps: { first: ' myanmar ', second: 'CAMBODIA' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { first: 'Burma', second: 'viet  nam' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { first: 'Burma', second: 'Camboda' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { first: 'Burma', second: '' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { first: 'Laos' } }, state: 'wrong', fraction: 0 },
        { answer: { gaps: {} }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { first: 'Burmah' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { third: 'Burma' } }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'drug',
        kind: 'long-menu',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Which?',
        scoring: 'all-or-nothing',
        text: { en: '{{a}} and {{b}}', ar: '{{a}} و{{b}}' },
        gaps: [{ key: 'a', options: ['one', 'two'], accept: ['one'] }, { key: 'b', options: ['one', 'two'], accept: ['two'] }]
      },
      cases: [
        { answer: { gaps: { a: 'one', b: 'two' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { a: 'one', b: 'one' } }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

function gradeOf ({ options, accept }: LongMenuDefinition['gaps'][number], typed: string | undefined): PartGrade {
  if (typed === undefined) return LEFT_OUT
  if (!listOf(options).has(compared(typed))) return { state: 'unreadable', fraction: 0 }
  return rightOrWrong(listOf(accept).has(compared(typed)))
}

function compared (text: string): string {
  return comparable(text, COMPARISON).trim()
}

// A list of thousands is the same array at every call: it is folded once.
const lists = new WeakMap<readonly string[], ReadonlySet<string>>()

function listOf (options: readonly string[]): ReadonlySet<string> {
  const known = lists.get(options) ?? new Set(options.map(compared))
  lists.set(options, known)
  return known
}
