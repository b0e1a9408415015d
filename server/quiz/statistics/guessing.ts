import { kindOf, type QuestionDefinition } from '../kinds/index.ts'
import { gradeAnswer } from '../grading.ts'
import { sum } from './moments.ts'

/** How many answers are tried out at most. */
const MOST = 4096

/** The mark that somebody earns on average who knows nothing and takes, with equal chance, any of the answers a question
 * allows, in percent of a right answer. A facility near it says that nobody knew.
 *
 * Each possible answer is graded by the question's own rules: every choice, or every selection of choices that is not empty and
 * within the limit; every way of giving each stem, statement, item or gap one of its choices; every order. Source: Moodle's
 * random guess score, there the mean fraction of single choices, a half for true or false, one ÷ choices for matching; it leaves
 * several choices and orders out.
 * @returns 0 where an answer is typed, worked out or made; null where there are too many answers to try, or they are not of a
 *   kind that can be listed */
export function randomGuessPercent (definition: QuestionDefinition): number | null {
  const controls = kindOf(definition).controls(definition, [])
  switch (controls.control) {
    case 'choices': {
      const keys = keysOf(controls.options)
      if (controls.maxChoices === 1) return worth(definition, keys.map(key => ({ choices: [key] })))
      if (2 ** keys.length > MOST) return null
      const limit = controls.maxChoices === 0 ? keys.length : controls.maxChoices
      const selections = Array.from({ length: 2 ** keys.length }, (_, bits) => keys.filter((_, index) => (bits >> index) % 2 === 1))
      return worth(definition, selections.filter(({ length }) => length > 0 && length <= limit).map(choices => ({ choices })))
    }
    case 'pairs':
      return byPart(definition, 'pairs', controls.stems.map(({ key }) => [key, keysOf(controls.choices)]))
    case 'verdicts':
      return byPart(definition, 'verdicts', controls.statements.map(({ key }) => [key, [true, false]]))
    case 'groups':
      return byPart(definition, 'groups', controls.items.map(({ key }) => [key, keysOf(controls.categories)]))
    case 'gaps': {
      // A gap that is typed into is not guessed; the others are.
      const chosen = controls.gaps.flatMap(({ key, options }) => options === undefined ? [] : [[key, keysOf(options)] as const])
      return chosen.length === 0 ? 0 : byPart(definition, 'gaps', chosen)
    }
    case 'sequence': {
      const orders = ordersOf(keysOf(controls.items))
      return orders === null ? null : worth(definition, orders.map(order => ({ order })))
    }
    case 'line': case 'essay': case 'files': case 'range': case 'none':
      return 0
    case 'words': case 'tokens': case 'points': case 'drops': case 'scenario':
      return null
  }
}

/** Every way of giving each part one of its values. */
function byPart (definition: QuestionDefinition, shape: string, parts: readonly (readonly [string, readonly unknown[]])[]): number | null {
  const ways = parts.reduce((product, [, values]) => product * values.length, 1)
  if (ways > MOST) return null
  return worth(definition, Array.from({ length: ways }, (_, way) => {
    let left = way
    return {
      [shape]: Object.fromEntries(parts.map(([key, values]) => {
        const value = values[left % values.length]
        left = Math.floor(left / values.length)
        return [key, value]
      }))
    }
  }))
}

function ordersOf (keys: readonly string[]): string[][] | null {
  const count = keys.reduce((product, _, index) => product * (index + 1), 1)
  if (count > MOST) return null
  return keys.reduce<string[][]>((orders, key) => orders.flatMap(order =>
    Array.from({ length: order.length + 1 }, (_, place) => order.toSpliced(place, 0, key))), [[]])
}

function keysOf (options: readonly { readonly key: string }[]): string[] {
  return options.map(({ key }) => key)
}

function worth (definition: QuestionDefinition, answers: readonly unknown[]): number {
  return 100 * sum(answers.map(answer => gradeAnswer(definition, answer).fraction)) / answers.length
}
