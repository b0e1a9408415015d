import Type, { type Static } from 'typebox'
import { arrange, graded, textOf, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, rightOrWrong } from '../parts.ts'
import { repeatedKeys } from '../problem.ts'
import { key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'
import { labelsOf, verdictLabels } from '../verdict.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('kprim'),
  statements: Type.Array(Type.Object({
    key,
    text,
    correct: Type.Boolean({ description: 'Whether the statement is true' }),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 2, maxItems: 20, description: 'Each is judged by itself; four are usual' }),
  scoring: Type.Optional(Type.Enum(['kprim', 'subpoints', 'all-or-nothing'], {
    default: 'kprim', description: 'kprim: all right earn 1, all but one a half; subpoints: each right verdict its share'
  })),
  labels: verdictLabels,
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Several statements, each true or false' })

const answer = Type.Object({
  verdicts: Type.Record(Type.String({ maxLength: 64 }), Type.Boolean(), { maxProperties: 100 })
}, { additionalProperties: false })

export type KprimDefinition = Static<typeof definition>
export type KprimAnswer = Static<typeof answer>

/** Several statements, each judged true or false. A statement without a verdict counts as judged wrongly. With r of n verdicts
 * right, `scoring` earns:
 * - `kprim` (default): 1 when r = n, ½ when r = n − 1, else 0: the K' type with half points (Krebs, "Swiss way to score multiple
 *   true-false items", 1997), as qtype_kprime and, for four statements, ILIAS's assKprimChoice
 * - `subpoints`: r/n, as qtype_kprime's and qtype_mtf's of that name
 * - `all-or-nothing`: 1 when r = n, else 0 ("kprim 1/0") */
export const kprim: Kind<KprimDefinition, KprimAnswer> = {
  name: 'kprim',
  definition,
  answer,

  problems (definition) {
    return repeatedKeys(definition.statements, 'statements')
  },

  shuffled (definition) {
    return definition.shuffle === false ? [] : definition.statements.map(statement => statement.key)
  },

  controls (definition, order) {
    return { control: 'verdicts', statements: arrange(definition.statements, order), labels: labelsOf(definition.labels) }
  },

  read (definition, { verdicts }) {
    const given = Object.keys(verdicts)
    if (given.length === 0) return 'not-answered'
    const known = new Set(definition.statements.map(statement => statement.key))
    return given.every(key => known.has(key)) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = kprim.read(definition, answer)
    if (reading !== 'answered') return { state: reading, fraction: 0 }
    const verdicts = new Map(Object.entries(answer.verdicts))
    const { parts = [], fraction } = gradeParts(definition.statements.map(({ key, correct }) => {
      const verdict = verdicts.get(key)
      return { key, weight: 1, grade: verdict === undefined ? LEFT_OUT : rightOrWrong(verdict === correct) }
    }))
    const wrong = parts.filter(part => part.state !== 'right').length
    return { ...graded(worth(definition, wrong, fraction)), parts }
  },

  rightAnswer (definition) {
    return { verdicts: Object.fromEntries(definition.statements.map(({ key, correct }) => [key, correct])) }
  },

  feedback (definition, answer) {
    return definition.statements
      .filter(({ key }) => Object.hasOwn(answer.verdicts, key))
      .flatMap(({ feedback }) => feedback === undefined ? [] : [feedback])
  },

  summary (definition, { verdicts }, language) {
    const [whenTrue, whenFalse] = labelsOf(definition.labels).map(label => textIn(label, language))
    return Object.entries(verdicts)
      .map(([key, verdict]) => `${textIn(textOf(definition.statements, key), language).replace(/[.。]$/, '')}: ${verdict ? whenTrue : whenFalse}`)
      .join('; ')
  },

  samples: ([
    ['kprim', 0.5, 0],
    ['subpoints', 0.75, 0.5],
    ['all-or-nothing', 0, 0]
  ] as const).map(([scoring, oneWrong, twoWrong]) => ({
    definition: {
      key: 'mule-signs',
      kind: 'kprim' as const,
      topic: 'telecom-fraud',
      difficulty: 'medium' as const,
      prompt: 'Which of these statements about money mules are true?',
      scoring,
      statements: [
        { key: 'unaware', text: 'Some do not know whose money they move', correct: true },
        { key: 'share', text: 'They often keep a share of it', correct: true, feedback: 'A few per cent are usual.' },
        { key: 'immune', text: 'Who did not know cannot be prosecuted anywhere', correct: false },
        { key: 'cash', text: 'They only ever move cash', correct: false }
      ]
    },
    cases: [
      { answer: { verdicts: { unaware: true, share: true, immune: false, cash: false } }, state: 'right' as const, fraction: 1 },
      { answer: { verdicts: { unaware: true, share: true, immune: false, cash: true } }, ...stateOf(oneWrong) },
      { answer: { verdicts: { unaware: true, share: true, immune: false } }, ...stateOf(oneWrong) },
      { answer: { verdicts: { unaware: true, share: false, immune: true, cash: false } }, ...stateOf(twoWrong) },
      { answer: { verdicts: { unaware: false, share: false, immune: true, cash: true } }, state: 'wrong' as const, fraction: 0 },
      { answer: { verdicts: {} }, state: 'not-answered' as const, fraction: 0 },
      { answer: { verdicts: { unaware: true, constructor: true } }, state: 'unreadable' as const, fraction: 0 }
    ]
  }))
}

function worth ({ scoring = 'kprim' }: KprimDefinition, wrong: number, share: number): number {
  switch (scoring) {
    case 'kprim': return wrong === 0 ? 1 : wrong === 1 ? 0.5 : 0
    case 'subpoints': return share
    case 'all-or-nothing': return wrong === 0 ? 1 : 0
  }
}

function stateOf (fraction: number): { state: 'partly-right' | 'wrong', fraction: number } {
  return { state: fraction > 0 ? 'partly-right' : 'wrong', fraction }
}
