import type { QuestionDefinition } from './definition.ts'
import type { Problem } from './problem.ts'
import type { Rubric } from './rubric.ts'

/** What a person gives an answer: a part of its mark, a mark, or a level for each criterion of the question's rubric. */
export type MarkInput =
  | { readonly fraction: number }
  | { readonly mark: number }
  | { readonly rubric: Readonly<Record<string, string>> }

/** A question's rubric; [] when it has none. */
export function rubricOf (definition: QuestionDefinition): Rubric {
  return 'rubric' in definition ? definition.rubric : []
}

/** The fraction that a person's mark comes to.
 * With a rubric it is the points of the chosen levels as a part of the most that the criteria allow.
 * @param markMax what a right answer to the slot earns
 * @returns 0 to 1, or the problems with what was given
 * @example
 * markedFraction(question, 4, { mark: 3 })   // { fraction: 0.75 } */
export function markedFraction (definition: QuestionDefinition, markMax: number, input: MarkInput): { readonly fraction: number } | { readonly problems: readonly Problem[] } {
  if ('rubric' in input) return byRubric(rubricOf(definition), input.rubric)
  const [path, value, most] = 'mark' in input ? ['mark', input.mark, markMax] as const : ['fraction', input.fraction, 1] as const
  return value >= 0 && value <= most
    ? { fraction: most === 0 ? 0 : value / most }
    : { problems: [{ path, message: `must be a number from 0 to ${most}` }] }
}

/** What the levels that a person chose come to.
 * @param levels level key by criterion key
 * @returns 0 to 1; null unless each criterion of the question's rubric has one of its levels
 * @example
 * rubricMark(question, { facts: 'complete', style: 'poor' })   // 0.75 */
export function rubricMark (definition: QuestionDefinition, levels: Readonly<Record<string, string>>): number | null {
  const marked = byRubric(rubricOf(definition), levels)
  return 'fraction' in marked ? marked.fraction : null
}

function byRubric (rubric: Rubric, chosen: Readonly<Record<string, string>>): ReturnType<typeof markedFraction> {
  if (rubric.length === 0) return { problems: [{ path: 'rubric', message: 'this question has no rubric; give a mark' }] }
  const known = new Set(rubric.map(({ key }) => key))
  const problems = Object.keys(chosen).filter(key => !known.has(key)).map((key): Problem => ({ path: `rubric/${key}`, message: 'is not a criterion of this question' }))
  const levels = rubric.flatMap(({ key, levels }) => {
    const level = levels.find(level => Object.hasOwn(chosen, key) && level.key === chosen[key])
    if (level === undefined) problems.push({ path: `rubric/${key}`, message: `must be one of ${levels.map(({ key }) => key).join(', ')}` })
    return level === undefined ? [] : [level]
  })
  if (problems.length > 0) return { problems }
  const most = rubric.reduce((sum, { levels }) => sum + Math.max(...levels.map(({ points }) => points)), 0)
  const sum = levels.reduce((sum, { points }) => sum + points, 0)
  return { fraction: most <= 0 ? 0 : Math.min(1, Math.max(0, sum / most)) }
}
