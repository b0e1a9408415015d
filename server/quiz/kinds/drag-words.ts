import Type, { type Static } from 'typebox'
import { filledGaps, gappedText, gapsAnswer, type GapsAnswer } from '../gapped-text.ts'
import { hasRepeats, type Kind } from '../kind.ts'
import { key, questionPart } from '../question.ts'
import { text } from '../text.ts'
import {
  choicesOf, gapGroups, gradeWordGaps, group, readWordGaps, rightWords, shuffledChoices, wordGapProblems, wordGaps, wordScoring, wordsSummary
} from '../word-gaps.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('drag-words'),
  text: gappedText,
  choices: Type.Array(Type.Object({
    key,
    text,
    group,
    reusable: Type.Optional(Type.Boolean({ default: false, description: 'Whether it may be put in several gaps' }))
  }, { additionalProperties: false }), { minItems: 1, maxItems: 100, description: 'May hold more than are used' }),
  gaps: wordGaps,
  scoring: wordScoring,
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Put words into the gaps of a text' })

export type DragWordsDefinition = Static<typeof definition>
export type DragWordsAnswer = GapsAnswer

/** Words to be put into the gaps of a text; a gap takes words of its group, and a word goes into one gap unless it is
 * reusable: an answer that uses it twice is unreadable. Earns right gaps ÷ gaps, as Moodle's `qtype_ddwtos` and QTI 3.0
 * `gapMatchInteraction` with one point each; `all-or-nothing` as QTI's `match_correct`. */
export const dragWords: Kind<DragWordsDefinition, DragWordsAnswer> = {
  name: 'drag-words',
  definition,
  answer: gapsAnswer,

  problems (definition) {
    const once = onceOnly(definition)
    const wanted = definition.gaps.map(gap => gap.choice)
    return [...wordGapProblems(definition), ...definition.gaps.flatMap(({ choice }, index) => once.has(choice) && wanted.indexOf(choice) < index
      ? [{ path: `gaps/${index}/choice`, message: `'${choice}' belongs in another gap too; it needs \`reusable: true\`` }]
      : [])]
  },

  shuffled (definition) {
    return shuffledChoices(definition)
  },

  controls (definition, order) {
    const gaps = gapGroups(definition)
    const whole = new Map(definition.choices.map(choice => [choice.key, choice]))
    const groups = [...new Set(definition.choices.map(({ group = 1 }) => group))].sort((a, b) => a - b)
    const choices = groups.flatMap(group => choicesOf(definition, group, order).map(choice => ({
      ...choice, group, reusable: whole.get(choice.key)?.reusable === true
    })))
    return { control: 'words', text: definition.text, gaps, choices }
  },

  read (definition, answer) {
    const reading = readWordGaps(definition, answer)
    const once = onceOnly(definition)
    return hasRepeats([...filledGaps(answer).values()].filter(choice => once.has(choice))) ? 'unreadable' : reading
  },

  grade (definition, answer) {
    return gradeWordGaps(definition, answer, dragWords.read(definition, answer))
  },

  rightAnswer (definition) {
    return rightWords(definition)
  },

  feedback () {
    return []
  },

  summary (definition, answer, language) {
    return wordsSummary(definition, answer, language)
  },

  samples: [
    {
      definition: {
        key: 'recall-steps',
        kind: 'drag-words',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Put the words where they belong.',
        text: 'The {{who}} sends the {{what}} to the {{where}}, and {{who-else}} waits.',
        choices: [
          { key: 'bank', text: 'bank', reusable: true },
          { key: 'recall', text: 'recall' },
          { key: 'court', text: 'court' },
          { key: 'nobody', text: 'nobody', group: 2 },
          { key: 'everybody', text: 'everybody', group: 2 }
        ],
        gaps: [
          { key: 'who', choice: 'bank' }, { key: 'what', choice: 'recall' }, { key: 'where', choice: 'bank' }, { key: 'who-else', choice: 'nobody', group: 2 }
        ]
      },
      cases: [
        { answer: { gaps: { who: 'bank', what: 'recall', where: 'bank', 'who-else': 'nobody' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { who: 'bank', what: 'recall', where: 'court', 'who-else': '' } }, state: 'partly-right', fraction: 0.5 },
        { answer: { gaps: { who: 'court' } }, state: 'wrong', fraction: 0 },
        { answer: { gaps: { who: '' } }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { who: 'court', where: 'court' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { who: 'nobody' } }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'all-of-it',
        kind: 'drag-words',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Put the words where they belong.',
        text: '{{a}} before {{b}}.',
        scoring: 'all-or-nothing',
        shuffle: false,
        choices: [{ key: 'recall', text: 'Recall' }, { key: 'report', text: 'report' }],
        gaps: [{ key: 'a', choice: 'recall' }, { key: 'b', choice: 'report' }]
      },
      cases: [
        { answer: { gaps: { a: 'recall', b: 'report' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { a: 'recall' } }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

function onceOnly ({ choices }: DragWordsDefinition): ReadonlySet<string> {
  return new Set(choices.filter(choice => choice.reusable !== true).map(choice => choice.key))
}
