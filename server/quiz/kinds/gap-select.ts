import Type, { type Static } from 'typebox'
import { gappedText, gapsAnswer, type GapsAnswer } from '../gapped-text.ts'
import type { Kind } from '../kind.ts'
import { key, questionPart } from '../question.ts'
import { text } from '../text.ts'
import {
  choicesOf, gapGroups, gradeWordGaps, group, readWordGaps, rightWords, shuffledChoices, wordGapProblems, wordGaps, wordScoring, wordsSummary
} from '../word-gaps.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('gap-select'),
  text: gappedText,
  choices: Type.Array(Type.Object({ key, text, group }, { additionalProperties: false }), {
    minItems: 2, maxItems: 100, description: 'May hold more than are used; one may belong in several gaps'
  }),
  gaps: wordGaps,
  scoring: wordScoring,
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Choose the words of a text from menus' })

export type GapSelectDefinition = Static<typeof definition>
export type GapSelectAnswer = GapsAnswer

/** A text with a menu in each gap; a gap's menu holds the choices of its group. Earns right gaps ÷ gaps, as Moodle's
 * `qtype_gapselect` and QTI 3.0 `inlineChoiceInteraction` with one point each; `all-or-nothing` as QTI's `match_correct`. */
export const gapSelect: Kind<GapSelectDefinition, GapSelectAnswer> = {
  name: 'gap-select',
  definition,
  answer: gapsAnswer,

  problems (definition) {
    return wordGapProblems(definition)
  },

  shuffled (definition) {
    return shuffledChoices(definition)
  },

  controls (definition, order) {
    return {
      control: 'gaps',
      text: definition.text,
      gaps: gapGroups(definition).map(({ key, group }) => ({ key, input: 'select', layout: 'menu', options: choicesOf(definition, group, order) }))
    }
  },

  read (definition, answer) {
    return readWordGaps(definition, answer)
  },

  grade (definition, answer) {
    return gradeWordGaps(definition, answer, gapSelect.read(definition, answer))
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
        key: 'layers',
        kind: 'gap-select',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Complete the sentence.',
        text: { en: '{{first}} puts cash into banks; {{second}} moves it {{how}}.', ar: '{{how}} تنقله {{second}} بعد أن تدخله {{first}}.' },
        choices: [
          { key: 'placement', text: { en: 'Placement', ar: 'مرحلة الإيداع' } },
          { key: 'layering', text: { en: 'Layering', ar: 'مرحلة التمويه' } },
          { key: 'integration', text: { en: 'Integration', ar: 'مرحلة الدمج' } },
          { key: 'often', text: { en: 'often', ar: 'كثيرا' }, group: 2 },
          { key: 'once', text: { en: 'once', ar: 'مرة' }, group: 2 }
        ],
        gaps: [{ key: 'first', choice: 'placement' }, { key: 'second', choice: 'layering', group: 1 }, { key: 'how', choice: 'often', group: 2 }]
      },
      cases: [
        { answer: { gaps: { first: 'placement', second: 'layering', how: 'often' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { first: 'placement', second: 'placement', how: '' } }, state: 'partly-right', fraction: 1 / 3 },
        { answer: { gaps: { first: 'layering', second: 'placement', how: 'once' } }, state: 'wrong', fraction: 0 },
        { answer: { gaps: {} }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { first: '', how: ' ' } }, state: 'not-answered', fraction: 0 },
        { answer: { gaps: { first: 'often' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { first: 'constructor' } }, state: 'unreadable', fraction: 0 },
        { answer: { gaps: { third: 'placement' } }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'twice-the',
        kind: 'gap-select',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Complete the sentence.',
        scoring: 'all-or-nothing',
        text: 'Freeze {{a}} account before {{b}} call.',
        choices: [{ key: 'the', text: 'the' }, { key: 'the-again', text: 'the' }, { key: 'an', text: 'an' }],
        gaps: [{ key: 'a', choice: 'the' }, { key: 'b', choice: 'the-again' }]
      },
      cases: [
        { answer: { gaps: { a: 'the-again', b: 'the' } }, state: 'right', fraction: 1 },
        { answer: { gaps: { a: 'the', b: 'an' } }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}
