import Type, { type Static } from 'typebox'
import { bestNumber, answersOf, MAX_NUMBER, numberProblems, numberRules, numberSummary, readQuantity, rightNumber } from '../accepted-number.ts'
import { bestText, isBlank, MAX_LINE, rightText, textProblems, textRules } from '../accepted-text.ts'
import { filledGaps, gappedText, gapProblems, gapsAnswer, gapsSummary, type GapsAnswer } from '../gapped-text.ts'
import { arrange, gradeBy, textOf, type GapControl, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, partGrade, type PartGrade } from '../parts.ts'
import { repeatedKeys, type Problem } from '../problem.ts'
import { key, questionPart } from '../question.ts'
import { text, textIn, type Text } from '../text.ts'

const weight = Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000, default: 1, description: 'Its share, relative to the other gaps' }))

const textGap = Type.Object({ key, input: Type.Literal('text'), weight, ...textRules }, { additionalProperties: false })

const numericGap = Type.Object({ key, input: Type.Literal('numeric'), weight, ...numberRules }, { additionalProperties: false })

const choiceGap = Type.Object({
  key,
  input: Type.Literal('choice'),
  weight,
  choices: Type.Array(Type.Object({
    key,
    text,
    correct: Type.Optional(Type.Boolean()),
    fraction: Type.Optional(Type.Number({ minimum: -1, maximum: 1, description: 'What choosing this earns, in place of correct' })),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 2, maxItems: 50 }),
  layout: Type.Optional(Type.Enum(['menu', 'row', 'column'], { default: 'menu' })),
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('cloze'),
  text: gappedText,
  gaps: Type.Array(Type.Union([textGap, numericGap, choiceGap]), { minItems: 1, maxItems: 100 }),
  scoring: Type.Optional(Type.Enum(['partial', 'partial-negative', 'all-or-nothing'], { default: 'partial' }))
}, { additionalProperties: false, title: 'A text with gaps of several sorts' })

export type ClozeDefinition = Static<typeof definition>
export type ClozeAnswer = GapsAnswer

type Gap = ClozeDefinition['gaps'][number]
type ChoiceGap = Static<typeof choiceGap>

/** A text with gaps that are typed (text, numbers) or chosen. Each is held against its answers as a `short-text`, `numeric` or
 * `choice` question is, and the whole earns their fractions by weight, as Moodle's embedded answers (`qtype_multianswer`: the
 * number before a gap's type is its weight). A gap left blank, or one that cannot be read, earns nothing and leaves the others
 * as they are; an answer is unreadable when it has a gap the question lacks, or nothing in it can be read.
 *
 * `scoring`: `partial` (default) takes fractions below 0 for 0; `partial-negative` takes them as they are, down to −1 of the
 * whole, as Moodle does; `all-or-nothing` earns 1 when every gap is right, else 0. */
export const cloze: Kind<ClozeDefinition, ClozeAnswer> = {
  name: 'cloze',
  definition,
  answer: gapsAnswer,

  problems (definition) {
    return [...gapProblems(definition.text, definition.gaps), ...definition.gaps.flatMap((gap, index) => problemsOf(gap, `gaps/${index}/`))]
  },

  shuffled (definition) {
    return [...new Set(definition.gaps.flatMap(gap => gap.input === 'choice' && gap.shuffle !== false ? gap.choices.map(choice => choice.key) : []))]
  },

  controls (definition, order) {
    return { control: 'gaps', text: definition.text, gaps: definition.gaps.map(gap => controlOf(gap, order)) }
  },

  read (definition, answer) {
    const known = new Set(definition.gaps.map(gap => gap.key))
    const filled = filledGaps(answer)
    if (![...filled.keys()].every(key => known.has(key))) return 'unreadable'
    const states = definition.gaps.map(gap => gradeGap(gap, filled.get(gap.key)).state).filter(state => state !== 'not-answered')
    if (states.length === 0) return 'not-answered'
    return states.every(state => state === 'unreadable') ? 'unreadable' : 'answered'
  },

  grade (definition, answer) {
    const reading = cloze.read(definition, answer)
    if (reading !== 'answered') return gradeBy(reading, () => 0)
    const filled = filledGaps(answer)
    const least = definition.scoring === 'partial-negative' ? -1 : 0
    return gradeParts(definition.gaps.map(gap => {
      const { state, fraction } = gradeGap(gap, filled.get(gap.key))
      return { key: gap.key, weight: gap.weight ?? 1, grade: { state, fraction: Math.max(least, fraction) } }
    }), definition.scoring)
  },

  rightAnswer (definition) {
    return { gaps: Object.fromEntries(definition.gaps.map(gap => [gap.key, rightOf(gap)])) }
  },

  feedback (definition, answer) {
    const filled = filledGaps(answer)
    return definition.gaps.flatMap(gap => {
      const feedback = feedbackOf(gap, filled.get(gap.key) ?? '')
      return feedback === undefined ? [] : [feedback]
    })
  },

  summary (definition, answer, language) {
    const gaps = new Map(definition.gaps.map(gap => [gap.key, gap]))
    return gapsSummary(definition.gaps, answer, (key, filled) => {
      const gap = gaps.get(key)!
      switch (gap.input) {
        case 'text': return filled.trim()
        case 'numeric': return numberSummary(gap, { text: filled }, language)
        case 'choice': return textIn(textOf(gap.choices, filled), language)
      }
    })
  },

  samples: [
    {
      definition: {
        key: 'first-light',
        kind: 'cloze',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Complete the report.',
        text: { en: 'A {{who}} moved the money within {{hours}} hours. It was sent {{how}}.', ar: 'نقل {{who}} المال خلال {{hours}} ساعة. أُرسل {{how}}.' },
        gaps: [
          {
            key: 'who', input: 'text', weight: 2,
            accept: ['money mule', 'وسيط مالي', { text: 'smurf', fraction: 0.5, feedback: 'Close: a smurf splits deposits.' }]
          },
          { key: 'hours', input: 'numeric', value: 72, tolerance: 2 },
          {
            key: 'how', input: 'choice',
            choices: [
              { key: 'wire', text: { en: 'by wire', ar: 'بحوالة' }, correct: true },
              { key: 'cash', text: { en: 'in cash', ar: 'نقدا' }, feedback: 'Cash leaves no such trace.' }
            ]
          }
        ]
      },
      cases: [
        { answer: { gaps: { who: 'Money  mule', hours: '72', how: 'wire' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { who: 'smurf', hours: '74', how: 'cash' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { who: 'boss', hours: 'three days', how: 'wire' } }, state: 'partly-right', fraction: 0.25 },
        { answer: { gaps: { who: 'money mule', hours: '', how: '' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { who: 'boss', hours: '75', how: 'cash' } }, state: 'wrong', fraction: 0 },
        { answer: { gaps: {} }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { who: '\u200b', hours: ' ' } }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { hours: 'three days' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { how: 'constructor' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { who: 'money mule', whom: 'nobody' } }, state: 'unreadable', fraction: 0 }
      ]
    },
    ...(['partial', 'partial-negative', 'all-or-nothing'] as const).map(scoring => ({
      definition: {
        key: 'guessing-costs',
        kind: 'cloze' as const,
        topic: 'telecom-fraud',
        difficulty: 'hard' as const,
        prompt: 'Complete the sentence.',
        scoring,
        text: '{{a}} or {{b}}, {{c}} long',
        gaps: [
          {
            key: 'a', input: 'choice' as const, layout: 'row' as const, shuffle: false,
            choices: [{ key: 'yes', text: 'Yes', fraction: 1 }, { key: 'no', text: 'No', fraction: -0.5 }]
          },
          {
            key: 'b', input: 'choice' as const, layout: 'column' as const,
            choices: [{ key: 'yes', text: 'Yes', fraction: 1 }, { key: 'no', text: 'No', fraction: -0.5 }]
          },
          { key: 'c', input: 'numeric' as const, units: [{ unit: 'km', factor: 1 }, { unit: 'm', factor: 0.001 }], unitRequired: true, answers: [{ min: 1, max: 2, feedback: 'Yes.' }] }
        ]
      },
      cases: [
        { answer: { gaps: { a: 'yes', b: 'yes', c: '1500 m' } }, state: 'right' as const, fraction: 1 },
        {
          answer: { gaps: { a: 'yes', b: 'no' } },
          ...({
            partial: { state: 'partly-right', fraction: 1 / 3 },
            'partial-negative': { state: 'partly-right', fraction: 1 / 6 },
            'all-or-nothing': { state: 'wrong', fraction: 0 }
          } as const)[scoring]
        },
        { answer: { gaps: { a: 'no', b: 'no' } }, state: 'wrong' as const, fraction: scoring === 'partial-negative' ? -1 / 3 : 0 }
      ]
    }))
  ]
}

/** What a gap earns by itself; below 0 where a choice says so. */
function gradeGap (gap: Gap, filled: string | undefined): PartGrade {
  if (filled === undefined) return LEFT_OUT
  switch (gap.input) {
    case 'text': return isBlank(gap, filled) ? LEFT_OUT : partGrade(bestText(gap, filled)?.fraction ?? 0)
    case 'numeric': {
      const quantity = readQuantity(gap, { text: filled })
      return quantity === null ? UNREADABLE : partGrade(bestNumber(answersOf(gap), gap, quantity)?.fraction ?? 0)
    }
    case 'choice': {
      const chosen = gap.choices.find(choice => choice.key === filled)
      return chosen === undefined ? UNREADABLE : partGrade(worthOf(chosen))
    }
  }
}

const UNREADABLE: PartGrade = { state: 'unreadable', fraction: 0 }

function worthOf ({ fraction, correct }: ChoiceGap['choices'][number]): number {
  return fraction ?? (correct === true ? 1 : 0)
}

function controlOf (gap: Gap, order: readonly string[]): GapControl {
  const { key } = gap
  switch (gap.input) {
    case 'text': return { key, input: 'text', maxLength: MAX_LINE }
    case 'numeric': return { key, input: 'numeric', maxLength: MAX_NUMBER }
    case 'choice': return { key, input: 'select', layout: gap.layout ?? 'menu', options: arrange(gap.choices, gap.shuffle === false ? [] : order) }
  }
}

function rightOf (gap: Gap): string {
  switch (gap.input) {
    case 'text': return rightText(gap)
    case 'numeric': {
      const right = rightNumber(gap)
      return right === null ? '' : `${right.text} ${right.unit ?? ''}`.trim()
    }
    case 'choice': return gap.choices.find(choice => worthOf(choice) >= 1)?.key ?? ''
  }
}

function feedbackOf (gap: Gap, filled: string): Text | undefined {
  switch (gap.input) {
    case 'text': return bestText(gap, filled)?.feedback
    case 'numeric': {
      const quantity = readQuantity(gap, { text: filled })
      return quantity === null ? undefined : bestNumber(answersOf(gap), gap, quantity)?.feedback
    }
    case 'choice': return gap.choices.find(choice => choice.key === filled)?.feedback
  }
}

function problemsOf (gap: Gap, at: string): Problem[] {
  switch (gap.input) {
    case 'text': return textProblems(gap, at)
    case 'numeric': return numberProblems(gap, at)
    case 'choice': return [
      ...repeatedKeys(gap.choices, `${at}choices`),
      ...gap.choices.flatMap(({ correct, fraction }, index): Problem[] => correct !== undefined && fraction !== undefined && correct !== fraction > 0
        ? [{ path: `${at}choices/${index}`, message: 'correct and fraction contradict each other; leave one out' }]
        : []),
      ...gap.choices.some(choice => worthOf(choice) >= 1) ? [] : [{ path: `${at}choices`, message: 'no choice is correct; one needs `correct: true`' }]
    ]
  }
}
