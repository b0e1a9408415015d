import { kindOf, type Answer, type QuestionDefinition } from '../quiz/quiz.ts'
import type { Chance } from './chance.ts'

/** An answer as somebody gives it who does not know: of the right shape, and near enough to be believed.
 * @param typed questions of the same course that are answered in words: the answer is taken from another of them */
export function wrongAnswer (definition: QuestionDefinition, typed: readonly QuestionDefinition[], chance: Chance): Answer | null {
  switch (definition.kind) {
    case 'choice': {
      const right = new Set(rightChoices(definition))
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
      return { text: String(definition.value === 0 ? 1 + (definition.tolerance ?? 0) * 2 : Number((definition.value * slip).toPrecision(6))) }
    }
    case 'short-text': {
      const others = typed.filter(({ key }) => key !== definition.key)
      return others.length === 0 ? null : rightAnswer(chance.one(others))
    }
  }
}

export function rightAnswer (definition: QuestionDefinition): Answer {
  return kindOf(definition).rightAnswer(definition)
}

function rightChoices (definition: QuestionDefinition): readonly string[] {
  const answer = rightAnswer(definition)
  return 'choices' in answer ? answer.choices : []
}
