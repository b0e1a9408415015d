import Type, { type Static } from 'typebox'
import { arrange, textOf, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, rightOrWrong } from '../parts.ts'
import { repeatedKeys } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('match'),
  stems: Type.Array(Type.Object({
    key,
    text,
    choice: Type.String({ maxLength: 64, description: 'Key of the choice that belongs to this stem' }),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 2, maxItems: 50 }),
  choices: Type.Array(Type.Object({ key, text }, { additionalProperties: false }), {
    minItems: 2, maxItems: 50, description: 'May hold more than are used'
  }),
  scoring: Type.Optional(Type.Enum(['partial', 'all-or-nothing'], { default: 'partial' })),
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Match each stem to a choice' })

const answer = Type.Object({
  pairs: Type.Record(Type.String({ maxLength: 64 }), answerKey, { maxProperties: 100 })
}, { additionalProperties: false })

export type MatchDefinition = Static<typeof definition>
export type MatchAnswer = Static<typeof answer>

/** A choice for each stem. A stem given '' is left open. Several stems may share a choice. `scoring` earns:
 * - `partial` (default): right pairs ÷ stems, as Moodle's qtype_match and QTI's `map_response` with one point a pair
 * - `all-or-nothing`: 1 when every pair is right, else 0, as QTI's `match_correct`
 *
 * A stem's feedback is shown to whoever gave it a choice. */
export const match: Kind<MatchDefinition, MatchAnswer> = {
  name: 'match',
  definition,
  answer,

  problems (definition) {
    const known = new Set(definition.choices.map(choice => choice.key))
    return [
      ...repeatedKeys(definition.stems, 'stems'),
      ...repeatedKeys(definition.choices, 'choices'),
      ...definition.stems.flatMap((stem, index) => known.has(stem.choice)
        ? []
        : { path: `stems/${index}/choice`, message: `there is no choice '${stem.choice}'` })
    ]
  },

  shuffled (definition) {
    return definition.shuffle === false ? [] : definition.choices.map(choice => choice.key)
  },

  controls (definition, order) {
    return { control: 'pairs', stems: arrange(definition.stems, []), choices: arrange(definition.choices, order) }
  },

  read (definition, answer) {
    const pairs = pairsOf(answer)
    if (pairs.length === 0) return 'not-answered'
    const stems = new Set(definition.stems.map(stem => stem.key))
    const choices = new Set(definition.choices.map(choice => choice.key))
    return pairs.every(([stem, choice]) => stems.has(stem) && choices.has(choice)) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = match.read(definition, answer)
    if (reading !== 'answered') return { state: reading, fraction: 0 }
    const pairs = new Map(pairsOf(answer))
    return gradeParts(definition.stems.map(({ key, choice }) => {
      const given = pairs.get(key)
      return { key, weight: 1, grade: given === undefined ? LEFT_OUT : rightOrWrong(given === choice) }
    }), definition.scoring)
  },

  rightAnswer (definition) {
    return { pairs: Object.fromEntries(definition.stems.map(stem => [stem.key, stem.choice])) }
  },

  feedback (definition, answer) {
    const paired = new Set(pairsOf(answer).map(([stem]) => stem))
    return definition.stems.flatMap(({ key, feedback }) => paired.has(key) && feedback !== undefined ? [feedback] : [])
  },

  summary (definition, answer, language) {
    return pairsOf(answer)
      .map(([stem, choice]) => [textOf(definition.stems, stem), textOf(definition.choices, choice)])
      .map(pair => pair.map(text => textIn(text, language)).join(': '))
      .join('; ')
  },

  samples: (['partial', 'all-or-nothing'] as const).map(scoring => ({
    definition: {
      key: 'roles',
      kind: 'match' as const,
      topic: 'telecom-fraud',
      difficulty: 'medium' as const,
      prompt: 'Match each role to what it does.',
      scoring,
      stems: [
        { key: 'recruiter', text: 'Recruiter', choice: 'finds' },
        { key: 'mule', text: 'Money mule', choice: 'moves', feedback: 'A mule need not know whose money it is.' }
      ],
      choices: [
        { key: 'finds', text: 'Finds people to work the phones' },
        { key: 'moves', text: 'Moves the proceeds through an own account' },
        { key: 'hosts', text: 'Rents out servers' }
      ]
    },
    cases: [
      { answer: { pairs: { recruiter: 'finds', mule: 'moves' } }, state: 'right' as const, fraction: 1 },
      { answer: { pairs: { recruiter: 'finds', mule: 'hosts' } }, ...(scoring === 'partial' ? { state: 'partly-right' as const, fraction: 0.5 } : { state: 'wrong' as const, fraction: 0 }) },
      { answer: { pairs: { mule: 'moves', recruiter: '' } }, ...(scoring === 'partial' ? { state: 'partly-right' as const, fraction: 0.5 } : { state: 'wrong' as const, fraction: 0 }) },
      { answer: { pairs: { recruiter: 'moves', mule: 'finds' } }, state: 'wrong' as const, fraction: 0 },
      { answer: { pairs: {} }, state: 'not-answered' as const, fraction: 0 },
      { answer: { pairs: { recruiter: '', mule: '' } }, state: 'not-answered' as const, fraction: 0 },
      { answer: { pairs: { recruiter: 'finds', boss: 'moves' } }, state: 'unreadable' as const, fraction: 0 },
      { answer: { pairs: { recruiter: 'constructor' } }, state: 'unreadable' as const, fraction: 0 }
    ]
  }))
}

// A form sends '' for a stem whose menu was left alone.
function pairsOf (answer: MatchAnswer): [string, string][] {
  return Object.entries(answer.pairs).filter(([, choice]) => choice !== '')
}
