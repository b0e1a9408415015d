import Type, { type Static } from 'typebox'
import { gradeBy, graded, hasRepeats, type Kind } from '../kind.ts'
import { hasStrayMarks, readMarked, type MarkedText } from '../marked-text.ts'
import { rightOrWrong } from '../parts.ts'
import type { Problem } from '../problem.ts'
import { answerKey, questionPart } from '../question.ts'
import { text, textIn, type Text } from '../text.ts'
import { wordScoring } from '../word-gaps.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('error-text'),
  text: Type.Unsafe<Text>({ ...text, description: 'Plain text; each error as [[wrong part|correction]]. A map of languages has as many errors in each' }),
  scoring: wordScoring,
  wrongPenalty: Type.Optional(Type.Number({
    minimum: 0, maximum: 1, description: 'Fraction of the whole that each right word selected takes away; when left out, as much as one error earns'
  }))
}, { additionalProperties: false, title: 'Find the errors in a text' })

const answer = Type.Object({ selected: Type.Array(answerKey, { maxItems: 5000 }) }, { additionalProperties: false })

export type ErrorTextDefinition = Static<typeof definition>
export type ErrorTextAnswer = Static<typeof answer>

interface Wording extends MarkedText { readonly language: string | null }

/** Errors to be found by selecting words (ILIAS' error text, QTI 3.0 `hottextInteraction`). With N errors, n of them selected
 * and w words selected that belong to none, it earns (n − w)/N, never below 0; with `wrongPenalty`, n/N − w × that.
 * `all-or-nothing`: 1 when all errors and nothing else are selected. An error of several words counts when all of them
 * are selected; some of them neither earn nor cost.
 *
 * Words are tokens t1, t2, …, numbered on through all languages in the order written, so that a token tells its language: an
 * answer is graded in the language it was given in, and one with words of two languages is unreadable. */
export const errorText: Kind<ErrorTextDefinition, ErrorTextAnswer> = {
  name: 'error-text',
  definition,
  answer,

  problems (definition) {
    const wordings = wordingsOf(definition)
    const written = typeof definition.text === 'string' ? [definition.text] : Object.values(definition.text)
    const count = wordings[0]!.errors.length
    return wordings.flatMap(({ language, tokens, errors }, index): Problem[] => {
      const path = language === null ? 'text' : `text/${language}`
      const taken = errors.flatMap(error => error.tokens)
      const shared = new Set(taken.filter((key, index) => key === taken[index - 1]))
      const twice = tokens.find(({ key }) => shared.has(key))
      if (hasStrayMarks(written[index]!)) return [{ path, message: 'has `[[` or `]]` that is no error written as `[[wrong part|correction]]`' }]
      if (errors.some(error => error.tokens.length === 0)) return [{ path, message: 'has an error without a word that could be selected' }]
      if (twice !== undefined) return [{ path, message: `has two errors in the one word '${twice.text}'` }]
      if (errors.length === 0) return [{ path, message: 'has no error; one is written `[[wrong part|correction]]`' }]
      return errors.length === count ? [] : [{ path, message: `has ${errors.length} errors, and the first language has ${count}` }]
    })
  },

  shuffled () {
    return []
  },

  controls (definition) {
    return {
      control: 'tokens',
      tokens: wordingsOf(definition).flatMap(({ language, tokens }) => tokens.map(token => language === null ? token : { ...token, language }))
    }
  },

  read (definition, { selected }) {
    if (selected.length === 0) return 'not-answered'
    return wordingOf(definition, selected) === undefined || hasRepeats(selected) ? 'unreadable' : 'answered'
  },

  grade (definition, answer) {
    const reading = errorText.read(definition, answer)
    const wording = wordingOf(definition, answer.selected)
    if (reading !== 'answered' || wording === undefined) return gradeBy(reading, () => 0)
    const selected = new Set(answer.selected)
    const { errors } = wording
    const found = errors.map(({ tokens }) => tokens.every(token => selected.has(token)))
    const n = found.filter(Boolean).length
    const w = selected.difference(new Set(errors.flatMap(({ tokens }) => tokens))).size
    const lost = definition.wrongPenalty === undefined ? w / errors.length : w * definition.wrongPenalty
    const nothing = definition.scoring === 'all-or-nothing' && (n < errors.length || w > 0)
    return {
      ...graded(nothing ? 0 : Math.max(0, n / errors.length - lost)),
      parts: errors.map(({ tokens }, index) => ({ key: tokens.join(' '), ...rightOrWrong(found[index] === true) }))
    }
  },

  rightAnswer (definition) {
    return { selected: wordingsOf(definition)[0]!.errors.flatMap(({ tokens }) => tokens) }
  },

  feedback (definition, { selected }) {
    const chosen = new Set(selected)
    return (wordingOf(definition, selected)?.errors ?? [])
      .filter(({ tokens }) => tokens.every(token => chosen.has(token)))
      .map(({ wrong, correction }) => corrected(wrong, correction))
  },

  summary (definition, { selected }) {
    const chosen = new Set(selected)
    const wording = wordingOf(definition, selected)
    return wording === undefined ? selected.join('; ') : runsOf(wording, chosen).join('; ')
  },

  solution (definition, language) {
    const { text } = definition
    const wanted = typeof text === 'string' ? null : textIn(Object.fromEntries(Object.keys(text).map(name => [name, name])), language)
    const wording = wordingsOf(definition).find(wording => wording.language === wanted)!
    return wording.errors.map(({ wrong, correction }) => corrected(wrong, correction)).join('; ')
  },

  samples: [
    {
      definition: {
        key: 'statement',
        kind: 'error-text',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Select the words that are wrong.',
        text: 'The officer [[have|has]] asked the bank to [[re call|recall]] the payment, and [[he|she]].'
      },
      cases: [
        { answer: { selected: ['t3', 't9', 't8', 't13'] }, state: 'right', fraction: 1 },
        { answer: { selected: ['t3', 't8', 't13'] }, state: 'partly-right', fraction: 2 / 3 },
        { answer: { selected: ['t3', 't13', 't1'] }, state: 'partly-right', fraction: 1 / 3 },
        { answer: { selected: ['t9'] }, state: 'wrong', fraction: 0 },
        { answer: { selected: ['t3', 't1', 't2'] }, state: 'wrong', fraction: 0 },
        { answer: { selected: [] }, state: 'not-answered', fraction: 0 },
        { answer: { selected: ['t3', 't3'] }, state: 'unreadable', fraction: 0 },
        { answer: { selected: ['t14'] }, state: 'unreadable', fraction: 0 },
        { answer: { selected: ['officer'] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'two-languages',
        kind: 'error-text',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: { en: 'Select the words that are wrong.', ar: 'حدد الكلمات الخاطئة.' },
        text: { en: 'He [[go|goes]] home [[now|]].', ar: 'ذهب [[إلا|إلى]] البيت [[الآن|]].' },
        wrongPenalty: 0.25
      },
      cases: [
        { answer: { selected: ['t2', 't4'] }, state: 'right', fraction: 1 },
        { answer: { selected: ['t6', 't8'] }, state: 'right', fraction: 1 },
        { answer: { selected: ['t6', 't5'] }, state: 'partly-right', fraction: 0.25 },
        { answer: { selected: ['t2', 't8'] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'all-of-them',
        kind: 'error-text',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Select the characters that are wrong.',
        text: '他[[在|再]]次报警。',
        scoring: 'all-or-nothing'
      },
      cases: [
        { answer: { selected: ['t2'] }, state: 'right', fraction: 1 },
        { answer: { selected: ['t2', 't5'] }, state: 'wrong', fraction: 0 },
        { answer: { selected: ['t1'] }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

// A definition is the same object at every call: its text is read once.
const readings = new WeakMap<ErrorTextDefinition, readonly Wording[]>()

/** The text in each of its languages; language null when it is written in one. */
function wordingsOf (definition: ErrorTextDefinition): readonly Wording[] {
  const known = readings.get(definition) ?? wordingsIn(definition)
  readings.set(definition, known)
  return known
}

function wordingsIn ({ text }: ErrorTextDefinition): Wording[] {
  const written = typeof text === 'string' ? [[null, text] as const] : Object.entries(text)
  let from = 1
  return written.map(([language, wording]) => {
    const read = readMarked(wording, from)
    from += read.tokens.length
    return { ...read, language }
  })
}

/** The wording that all selected tokens belong to. */
function wordingOf (definition: ErrorTextDefinition, selected: readonly string[]): Wording | undefined {
  return wordingsOf(definition).find(({ tokens }) => {
    const known = new Set(tokens.map(token => token.key))
    return selected.every(key => known.has(key))
  })
}

/** Selected words, those that follow each other as one. */
function runsOf ({ tokens }: Wording, selected: ReadonlySet<string>): string[] {
  const runs: string[] = []
  for (const [index, { key, text }] of tokens.entries()) {
    if (!selected.has(key)) continue
    const before = tokens[index - 1]
    if (before !== undefined && selected.has(before.key)) runs.push(`${runs.pop()}${before.after}${text}`)
    else runs.push(text)
  }
  return runs
}

function corrected (wrong: string, correction: string): string {
  return `${wrong.trim()} → ${correction.trim() === '' ? '∅' : correction.trim()}`
}
