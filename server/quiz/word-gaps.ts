import Type, { type Static } from 'typebox'
import { arrange, gradeBy, textOf, type Grade, type Option, type Reading } from './kind.ts'
import { filledGaps, gapProblems, gapsSummary, type GapsAnswer } from './gapped-text.ts'
import { gradeParts, LEFT_OUT, rightOrWrong } from './parts.ts'
import { repeatedKeys, type Problem } from './problem.ts'
import { key } from './question.ts'
import { textIn, type Text } from './text.ts'

export const group = Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 1, description: 'A gap takes choices of its own group only' }))

/** Gaps that take choices from a list: of gap-select and drag-words. */
export const wordGaps = Type.Array(Type.Object({
  key,
  choice: Type.String({ maxLength: 64, description: 'Key of the choice that belongs in this gap' }),
  group
}, { additionalProperties: false }), { minItems: 1, maxItems: 100 })

export const wordScoring = Type.Optional(Type.Enum(['partial', 'all-or-nothing'], { default: 'partial' }))

interface Choice extends Option { readonly group?: number }

/** What gap-select and drag-words have in common. */
export interface WordGapsDefinition {
  readonly text: Text
  readonly choices: readonly Choice[]
  readonly gaps: Static<typeof wordGaps>
  readonly scoring?: 'partial' | 'all-or-nothing'
  readonly shuffle?: boolean
}

export function wordGapProblems (definition: WordGapsDefinition): Problem[] {
  const choices = new Map(definition.choices.map(choice => [choice.key, choice]))
  return [
    ...repeatedKeys(definition.choices, 'choices'),
    ...gapProblems(definition.text, definition.gaps),
    ...definition.gaps.flatMap((gap, index): Problem[] => {
      const choice = choices.get(gap.choice)
      if (choice === undefined) return [{ path: `gaps/${index}/choice`, message: `there is no choice '${gap.choice}'` }]
      return groupOf(gap) === groupOf(choice)
        ? []
        : [{ path: `gaps/${index}/group`, message: `'${gap.choice}' is of group ${groupOf(choice)}; this gap takes choices of group ${groupOf(gap)}` }]
    })
  ]
}

/** Keys that the question shuffles. */
export function shuffledChoices ({ choices, shuffle }: WordGapsDefinition): string[] {
  return shuffle === false ? [] : choices.map(choice => choice.key)
}

/** Each gap with the group it takes choices of. */
export function gapGroups ({ gaps }: WordGapsDefinition): { readonly key: string, readonly group: number }[] {
  return gaps.map(gap => ({ key: gap.key, group: groupOf(gap) }))
}

/** The choices of a group in the drawn order. */
export function choicesOf ({ choices }: WordGapsDefinition, group: number, order: readonly string[]): Option[] {
  return arrange(choices.filter(choice => groupOf(choice) === group), order)
}

/** Unreadable: a gap the question does not have, or a choice that its gap does not take. */
export function readWordGaps (definition: WordGapsDefinition, answer: GapsAnswer): Reading {
  const filled = filledGaps(answer)
  if (filled.size === 0) return 'not-answered'
  const groups = new Map(gapGroups(definition).map(gap => [gap.key, gap.group]))
  const choices = new Map(definition.choices.map(choice => [choice.key, groupOf(choice)]))
  return [...filled].every(([gap, choice]) => choices.has(choice) && choices.get(choice) === groups.get(gap)) ? 'answered' : 'unreadable'
}

/** Right gaps ÷ gaps. A choice that reads the same as the right one is as right. */
export function gradeWordGaps (definition: WordGapsDefinition, answer: GapsAnswer, reading: Reading): Grade {
  if (reading !== 'answered') return gradeBy(reading, () => 0)
  const filled = filledGaps(answer)
  return gradeParts(definition.gaps.map(({ key, choice }) => {
    const chosen = filled.get(key)
    const grade = chosen === undefined ? LEFT_OUT : rightOrWrong(chosen === choice || readsAlike(textOf(definition.choices, chosen), textOf(definition.choices, choice)))
    return { key, weight: 1, grade }
  }), definition.scoring)
}

export function rightWords ({ gaps }: WordGapsDefinition): GapsAnswer {
  return { gaps: Object.fromEntries(gaps.map(({ key, choice }) => [key, choice])) }
}

export function wordsSummary ({ gaps, choices }: WordGapsDefinition, answer: GapsAnswer, language: string): string {
  return gapsSummary(gaps, answer, (_gap, choice) => textIn(textOf(choices, choice), language))
}

/** Whether two texts are the same in every language. */
export function readsAlike (a: Text, b: Text): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function groupOf ({ group = 1 }: { readonly group?: number }): number {
  return group
}
