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
  scoring: Type.Optional(Type.Enum(['exact', 'pairs'], { default: 'exact' }))
}, { additionalProperties: false, title: 'Put items in order' })

const answer = Type.Object({ order: Type.Array(answerKey, { maxItems: 100 }) }, { additionalProperties: false })

export type OrderDefinition = Static<typeof definition>
export type OrderAnswer = Static<typeof answer>

/** Items to be brought into the order they are written in. With n items, `scoring` earns:
 * - `exact` (default): 1 when every item is in its place, else 0
 * - `pairs`: items directly followed by the one that should follow ÷ (n − 1)
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
      const right = keysOf(definition)
      const follows = new Map(right.map((key, index) => [key, right[index + 1]]))
      const pairs = answer.order.slice(0, -1).filter((key, index) => follows.get(key) === answer.order[index + 1]).length
      const fraction = pairs / (right.length - 1)
      // All n − 1 pairs in sequence leave only the right order.
      return definition.scoring === 'pairs' ? fraction : Math.floor(fraction)
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

  samples: (['exact', 'pairs'] as const).map(scoring => ({
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
        { key: 'statement', text: 'Take the full statement' }
      ]
    },
    cases: [
      { answer: { order: ['recall', 'freeze', 'statement'] }, state: 'right' as const, fraction: 1 },
      {
        answer: { order: ['statement', 'recall', 'freeze'] },
        ...(scoring === 'exact' ? { state: 'wrong' as const, fraction: 0 } : { state: 'partly-right' as const, fraction: 0.5 })
      },
      { answer: { order: ['statement', 'freeze', 'recall'] }, state: 'wrong' as const, fraction: 0 },
      { answer: { order: [] }, state: 'not-answered' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze'] }, state: 'unreadable' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze', 'freeze'] }, state: 'unreadable' as const, fraction: 0 },
      { answer: { order: ['recall', 'freeze', 'thaw'] }, state: 'unreadable' as const, fraction: 0 }
    ]
  }))
}

function keysOf (definition: OrderDefinition): string[] {
  return definition.items.map(item => item.key)
}
