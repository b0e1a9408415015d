import Type, { type Static } from 'typebox'
import { arrange, gradeBy, hasRepeats, textOf, type Kind } from '../kind.ts'
import { repeatedKeys } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('order'),
  items: Type.Array(Type.Object({ key, text }, { additionalProperties: false }), {
    minItems: 2, maxItems: 50, description: 'In the right order; the trainee sees them shuffled'
  }),
  scoring: Type.Optional(Type.Enum(['exact', 'pairs', 'longest-run', 'longest-subset', 'positions'], { default: 'exact' }))
}, { additionalProperties: false, title: 'Put items in order' })

const answer = Type.Object({ order: Type.Array(answerKey, { maxItems: 100 }) }, { additionalProperties: false })

export type OrderDefinition = Static<typeof definition>
export type OrderAnswer = Static<typeof answer>

/** Items to be brought into the order they are written in. With n items, `scoring` earns:
 * - `exact` (default): 1 when every item is in its place, else 0
 * - `pairs`: items directly followed by the one that should follow ÷ (n − 1)
 * - `longest-run`: the longest run of items each directly followed by the one that should follow ÷ n; a run of 1 earns 0
 * - `longest-subset`: the most items that stand in the right order, whatever stands between them ÷ n; 1 earns 0
 * - `positions`: items in their place ÷ n
 *
 * The last four are Moodle's qtype_ordering "relative to the next item (excluding last)", "longest contiguous subset", "longest
 * ordered subset" and "absolute position". QTI 3 `orderInteraction` with `match_correct` is `exact`.
 *
 * An answer names every item once; anything else is unreadable. Always shuffled: unshuffled, it would show its answer. */
export const order: Kind<OrderDefinition, OrderAnswer> = {
  name: 'order',
  definition,
  answer,

  problems (definition) {
    return repeatedKeys(definition.items, 'items')
  },

  shuffled (definition) {
    return keysOf(definition)
  },

  controls (definition, order) {
    return { control: 'sequence', items: arrange(definition.items, order) }
  },

  read (definition, answer) {
    if (answer.order.length === 0) return 'not-answered'
    const keys = new Set(keysOf(definition))
    const whole = answer.order.length === keys.size && answer.order.every(key => keys.has(key)) && !hasRepeats(answer.order)
    return whole ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    return gradeBy(order.read(definition, answer), () => {
      const place = new Map(keysOf(definition).map((key, index) => [key, index]))
      return fractionOf(definition.scoring ?? 'exact', answer.order.map(key => place.get(key) as number))
    })
  },

  rightAnswer (definition) {
    return { order: keysOf(definition) }
  },

  feedback () {
    return []
  },

  summary (definition, answer, language) {
    return answer.order.map((key, index) => `${index + 1}. ${textIn(textOf(definition.items, key), language)}`).join('; ')
  },

  samples: ([
    ['exact', 0, 0, 0],
    ['pairs', 2 / 3, 2 / 3, 0],
    ['longest-run', 0.75, 0.5, 0],
    ['longest-subset', 0.75, 0.5, 0],
    ['positions', 0, 0, 0]
  ] as const).map(([scoring, lastFirst, halvesSwapped, backwards]) => ({
    definition: {
      key: 'steps',
      kind: 'order' as const,
      topic: 'telecom-fraud',
      difficulty: 'medium' as const,
      prompt: 'Put the steps in order.',
      scoring,
      items: [
        { key: 'recall', text: 'Ask for the payment to be recalled' },
        { key: 'freeze', text: 'Have the receiving account frozen' },
        { key: 'statement', text: 'Take the full statement' },
        { key: 'records', text: 'Ask for the records of the call' }
      ]
    },
    cases: [
      { answer: { order: ['recall', 'freeze', 'statement', 'records'] }, state: 'right' as const, fraction: 1 },
      { answer: { order: ['records', 'recall', 'freeze', 'statement'] }, ...worth(lastFirst) },
      { answer: { order: ['statement', 'records', 'recall', 'freeze'] }, ...worth(halvesSwapped) },
      { answer: { order: ['records', 'statement', 'freeze', 'recall'] }, ...worth(backwards) },
      { answer: { order: [] }, state: 'not-answered' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze'] }, state: 'unreadable' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze', 'freeze', 'records'] }, state: 'unreadable' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze', 'statement', 'thaw'] }, state: 'unreadable' as const, fraction: 0 }
    ]
  }))
}

function worth (fraction: number): { state: 'partly-right' | 'wrong', fraction: number } {
  return { state: fraction > 0 ? 'partly-right' : 'wrong', fraction }
}

/** @param places for each item as answered, the place it should have, from 0 */
function fractionOf (scoring: NonNullable<OrderDefinition['scoring']>, places: readonly number[]): number {
  const count = places.length
  const alone = (length: number): number => length > 1 ? length / count : 0
  switch (scoring) {
    case 'exact': return places.every((place, index) => place === index) ? 1 : 0
    case 'pairs': return places.slice(1).filter((place, index) => place === places[index] as number + 1).length / (count - 1)
    case 'longest-run': return alone(longestRun(places))
    case 'longest-subset': return alone(longestSubset(places))
    case 'positions': return places.filter((place, index) => place === index).length / count
  }
}

function longestRun (places: readonly number[]): number {
  let longest = 0
  let run = 0
  for (const [index, place] of places.entries()) {
    run = index > 0 && place === places[index - 1] as number + 1 ? run + 1 : 1
    longest = Math.max(longest, run)
  }
  return longest
}

function longestSubset (places: readonly number[]): number {
  const ending: number[] = []
  for (const [index, place] of places.entries()) {
    ending.push(1 + Math.max(0, ...ending.filter((_, before) => before < index && places[before] as number < place)))
  }
  return Math.max(...ending)
}

function keysOf (definition: OrderDefinition): string[] {
  return definition.items.map(item => item.key)
}
