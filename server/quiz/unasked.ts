import Type, { type Static } from 'typebox'
import type { Kind } from './kind.ts'

/** The answer to what asks nothing. */
export const readOnly = Type.Object({}, { additionalProperties: false })

export type NoAnswer = Static<typeof readOnly>

/** What kinds that ask nothing have in common. */
export const unasked: Omit<Kind<object, NoAnswer>, 'name' | 'definition' | 'answer' | 'samples' | 'draw' | 'fix' | 'solution'> = {
  asked: false,
  problems: definition => ['mark', 'penalty', 'hints'].filter(name => Object.hasOwn(definition, name)).map(path => ({
    path, message: 'has no meaning here: nothing is asked'
  })),
  shuffled: () => [],
  controls: () => ({ control: 'none' }),
  read: () => 'not-answered',
  grade: () => ({ state: 'not-answered', fraction: 0 }),
  rightAnswer: () => ({}),
  feedback: () => [],
  summary: () => ''
}
