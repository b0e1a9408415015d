import Type, { type Static } from 'typebox'
import { arrange, textOf, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, rightOrWrong } from '../parts.ts'
import { repeatedKeys, type Problem } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('categorise'),
  categories: Type.Array(Type.Object({ key, text }, { additionalProperties: false }), { minItems: 2, maxItems: 20, description: 'Shown in this order' }),
  items: Type.Array(Type.Object({
    key,
    text,
    category: Type.Union([
      Type.String({ maxLength: 64 }),
      Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 20 }),
      Type.Null()
    ], { description: 'Key of the category it belongs to, a list of keys when any of them is right, or null when it belongs in none' }),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 2, maxItems: 50 }),
  scoring: Type.Optional(Type.Enum(['partial', 'all-or-nothing'], { default: 'partial' })),
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Put each item into its category' })

const answer = Type.Object({
  groups: Type.Record(Type.String({ maxLength: 64 }), answerKey, { maxProperties: 100 })
}, { additionalProperties: false })

export type CategoriseDefinition = Static<typeof definition>
export type CategoriseAnswer = Static<typeof answer>
type Item = CategoriseDefinition['items'][number]

/** Items to be sorted into categories; an item given '' is left out. An item is right in its category, in any of its categories,
 * or, where it belongs in none, when it is left out.
 * - `partial` (default): right items ÷ items
 * - `all-or-nothing`: 1 when every item is right, else 0
 *
 * As Canvas New Quizzes' categorization (with its distractors), and QTI 3 `matchInteraction` with several items to a target. */
export const categorise: Kind<CategoriseDefinition, CategoriseAnswer> = {
  name: 'categorise',
  definition,
  answer,

  problems (definition) {
    const known = new Set(definition.categories.map(category => category.key))
    const problems: Problem[] = [...repeatedKeys(definition.categories, 'categories'), ...repeatedKeys(definition.items, 'items')]
    for (const [index, item] of definition.items.entries()) {
      for (const key of homesOf(item)) {
        if (!known.has(key)) problems.push({ path: `items/${index}/category`, message: `there is no category '${key}'` })
      }
    }
    // Leaving all of them out would be the right answer, and no answer.
    if (definition.items.every(item => item.category === null)) problems.push({ path: 'items', message: 'at least one must belong in a category' })
    return problems
  },

  shuffled (definition) {
    return definition.shuffle === false ? [] : definition.items.map(item => item.key)
  },

  controls (definition, order) {
    return { control: 'groups', items: arrange(definition.items, order), categories: arrange(definition.categories, []) }
  },

  read (definition, answer) {
    const placed = placedBy(answer)
    if (placed.length === 0) return 'not-answered'
    const items = new Set(definition.items.map(item => item.key))
    const categories = new Set(definition.categories.map(category => category.key))
    return placed.every(([item, category]) => items.has(item) && categories.has(category)) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = categorise.read(definition, answer)
    if (reading !== 'answered') return { state: reading, fraction: 0 }
    const placed = new Map(placedBy(answer))
    return gradeParts(definition.items.map(item => {
      const category = placed.get(item.key)
      const isRight = category === undefined ? item.category === null : homesOf(item).includes(category)
      return { key: item.key, weight: 1, grade: category === undefined && !isRight ? LEFT_OUT : rightOrWrong(isRight) }
    }), definition.scoring)
  },

  rightAnswer (definition) {
    return { groups: Object.fromEntries(definition.items.flatMap(item => homesOf(item).slice(0, 1).map(category => [item.key, category]))) }
  },

  feedback (definition, answer) {
    const placed = new Set(placedBy(answer).map(([item]) => item))
    return definition.items.flatMap(({ key, feedback }) => placed.has(key) && feedback !== undefined ? [feedback] : [])
  },

  summary (definition, answer, language) {
    const placed = placedBy(answer)
    return [...new Set(placed.map(([, category]) => category))].map(category => {
      const items = placed.filter(([, into]) => into === category).map(([item]) => textIn(textOf(definition.items, item), language))
      return `${textIn(textOf(definition.categories, category), language)}: ${items.join(', ')}`
    }).join('; ')
  },

  samples: (['partial', 'all-or-nothing'] as const).map(scoring => {
    const part = (fraction: number): { state: 'partly-right' | 'wrong', fraction: number } =>
      scoring === 'partial' ? { state: 'partly-right', fraction } : { state: 'wrong', fraction: 0 }
    return {
      definition: {
        key: 'evidence',
        kind: 'categorise' as const,
        topic: 'telecom-fraud',
        difficulty: 'medium' as const,
        prompt: 'Whom do you ask for each record? Leave out what nobody keeps.',
        scoring,
        categories: [{ key: 'bank', text: { en: 'The bank', ar: 'المصرف' } }, { key: 'operator', text: { en: 'The operator', ar: 'المشغّل' } }],
        items: [
          { key: 'statement', text: 'Account statement', category: 'bank', feedback: 'Ask for the full period.' },
          { key: 'cells', text: 'Cells a telephone used', category: 'operator' },
          { key: 'number', text: 'Telephone number of the customer', category: ['bank', 'operator'] },
          { key: 'thoughts', text: 'What the caller thought', category: null }
        ]
      },
      cases: [
        { answer: { groups: { statement: 'bank', cells: 'operator', number: 'bank' } }, state: 'right' as const, fraction: 1 },
        { answer: { groups: { statement: 'bank', cells: 'operator', number: 'operator', thoughts: '' } }, state: 'right' as const, fraction: 1 },
        { answer: { groups: { statement: 'bank', cells: 'operator', number: 'operator', thoughts: 'bank' } }, ...part(0.75) },
        { answer: { groups: { statement: 'bank', cells: 'bank' } }, ...part(0.5) },
        { answer: { groups: { statement: 'operator', cells: 'bank', thoughts: 'bank' } }, state: 'wrong' as const, fraction: 0 },
        { answer: { groups: {} }, state: 'not-answered' as const, fraction: 0 },
        { answer: { groups: { statement: '' } }, state: 'not-answered' as const, fraction: 0 },
        { answer: { groups: { statement: 'toString' } }, state: 'unreadable' as const, fraction: 0 },
        { answer: { groups: { letter: 'bank' } }, state: 'unreadable' as const, fraction: 0 }
      ]
    }
  })
}

function homesOf ({ category }: Item): readonly string[] {
  return category === null ? [] : typeof category === 'string' ? [category] : category
}

// A form sends '' for an item that is left out.
function placedBy (answer: CategoriseAnswer): [string, string][] {
  return Object.entries(answer.groups).filter(([, category]) => category !== '')
}
