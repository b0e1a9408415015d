import type { Answer } from '../quiz/quiz.ts'
import type { Chance } from './chance.ts'
import type { Known } from './content.ts'

/** An answer as somebody gives it who does not know: of the right shape, and near enough to be believed.
 * @param words right answers to the course's questions that are answered in words: another one's is taken
 * @returns null for a question that leaves nothing to be wrong */
export function wrongAnswer ({ definition, rightAnswer }: Known, words: readonly Answer[], chance: Chance): Answer | null {
  switch (definition.kind) {
    case 'choice': {
      const right = new Set('choices' in rightAnswer ? rightAnswer.choices : [])
      const wrong = definition.choices.filter(({ key }) => !right.has(key)).map(({ key }) => key)
      if (wrong.length === 0) return null
      if ((definition.maxChoices ?? 1) === 1) return { choices: [chance.one(wrong)] }
      // One of the right ones is taken for wrong, and a wrong one for right.
      return { choices: [...[...right].slice(1), chance.one(wrong)] }
    }
    case 'true-false': return { choices: [String(!definition.correct)] }
    case 'match': {
      const [first, second] = definition.stems
      const pairs = Object.fromEntries(definition.stems.map(({ key, choice }) => [key, choice]))
      return first === undefined || second === undefined ? null : { pairs: { ...pairs, [first.key]: second.choice, [second.key]: first.choice } }
    }
    case 'order': {
      const order = definition.items.map(({ key }) => key)
      const place = chance.below(order.length - 1)
      return { order: [...order.slice(0, place), ...order.slice(place, place + 2).reverse(), ...order.slice(place + 2)] }
    }
    case 'numeric': {
      const slip = chance.one([10, 0.1, 2, 0.5])
      const { value = 1, tolerance = 0 } = definition
      return { text: String(value === 0 ? 1 + (typeof tolerance === 'number' ? tolerance : 0) * 2 : Number((value * slip).toPrecision(6))) }
    }
    case 'short-text': {
      const others = words.filter((answer) => answer !== rightAnswer)
      return others.length === 0 ? null : chance.one(others)
    }
    case 'kprim': {
      const judged = chance.one(definition.statements)
      return { verdicts: Object.fromEntries(definition.statements.map(({ key, correct }) => [key, key === judged.key ? !correct : correct])) }
    }
    case 'categorise': {
      const moved = chance.one(definition.items)
      const elsewhere = definition.categories.filter(({ key }) => !keysOf(moved.category).includes(key))
      const groups = 'groups' in rightAnswer ? rightAnswer.groups : {}
      return elsewhere.length === 0 ? null : { groups: { ...groups, [moved.key]: chance.one(elsewhere).key } }
    }
    case 'gap-select': case 'drag-words': {
      const [first, second] = definition.gaps
      const gaps = Object.fromEntries(definition.gaps.map(({ key, choice }) => [key, choice]))
      return first === undefined || second === undefined || first.group !== second.group ? null : { gaps: { ...gaps, [first.key]: second.choice, [second.key]: first.choice } }
    }
    case 'error-text': {
      const selected = 'selected' in rightAnswer ? rightAnswer.selected : []
      return selected.length < 2 ? null : { selected: selected.slice(1) }
    }
    case 'scenario': {
      // The first decision that is not the best, and no further.
      const others = (definition.nodes.find(({ key }) => key === definition.start)?.choices ?? []).filter(({ key }) => 'path' in rightAnswer && rightAnswer.path[0] !== key)
      return others.length === 0 ? null : { path: [chance.one(others).key] }
    }
    // The sample courses ask questions of the kinds above.
    default: return null
  }
}

/** Categories that an item belongs to. */
function keysOf (category: string | readonly string[] | null): readonly string[] {
  return category === null ? [] : typeof category === 'string' ? [category] : category
}
