import Type, { type Static } from 'typebox'
import type { Kind } from '../kind.ts'
import { questionPart } from '../question.ts'
import { rubric, rubricProblems } from '../rubric.ts'
import { text, textIn, textsOf } from '../text.ts'
import { countWords } from '../words.ts'

const MAX_LENGTH = 50_000

const words = Type.Integer({ minimum: 1, maximum: 10_000 })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('essay'),
  minWords: Type.Optional(words),
  maxWords: Type.Optional(words),
  lines: Type.Optional(Type.Integer({ minimum: 2, maximum: 60, default: 12, description: 'Height of the field' })),
  template: Type.Optional(text),
  sampleAnswer: Type.Optional(text),
  rubric: Type.Optional(rubric)
}, { additionalProperties: false, title: 'A text in own words, marked by a person' })

const answer = Type.Object({ text: Type.String({ maxLength: MAX_LENGTH }) }, { additionalProperties: false })

export type EssayDefinition = Static<typeof definition>
export type EssayAnswer = Static<typeof answer>

/** A text in own words (QTI 3.0 `extendedTextInteraction`, Moodle's `essay`). A person marks it; a blank one, or the template
 * as it was given, is not answered and needs nobody. Limits of words are shown and never refuse or fail an answer: what
 * too short or too long a text is worth is for the person to say. */
export const essay: Kind<EssayDefinition, EssayAnswer> = {
  name: 'essay',
  byPerson: true,
  definition,
  answer,

  problems (definition) {
    const { minWords = 1, maxWords = Infinity } = definition
    return [
      ...minWords > maxWords ? [{ path: 'minWords', message: `asks for ${minWords} words or more, but maxWords allows ${maxWords}` }] : [],
      ...rubricProblems(definition.rubric)
    ]
  },

  shuffled () {
    return []
  },

  controls ({ minWords, maxWords, lines = 12, template }) {
    return {
      control: 'essay',
      ...minWords !== undefined && { minWords },
      ...maxWords !== undefined && { maxWords },
      maxLength: MAX_LENGTH,
      lines,
      ...template !== undefined && { template }
    }
  },

  read ({ template }, answer) {
    const written = folded(answer.text)
    return written === '' || (template !== undefined && textsOf(template).map(folded).includes(written)) ? 'not-answered' : 'answered'
  },

  grade (definition, answer) {
    return { state: essay.read(definition, answer) === 'answered' ? 'needs-marking' : 'not-answered', fraction: 0 }
  },

  rightAnswer ({ sampleAnswer }) {
    return { text: sampleAnswer === undefined ? '' : textsOf(sampleAnswer)[0]! }
  },

  feedback () {
    return []
  },

  summary (_definition, answer) {
    return answer.text.trim()
  },

  solution ({ sampleAnswer }, language) {
    return sampleAnswer === undefined ? '' : textIn(sampleAnswer, language)
  },

  samples: [{
    definition: {
      key: 'report',
      kind: 'essay',
      topic: 'telecom-fraud',
      difficulty: 'hard',
      prompt: 'Write the first report of the case.',
      minWords: 50,
      maxWords: 300,
      template: { en: 'On … at …', ar: 'في يوم … الساعة …' },
      sampleAnswer: { en: 'On 3 May at 09:12 a caller said that he was from the bank.', ar: 'في يوم 3 مايو الساعة 09:12 قال متصل إنه من المصرف.' },
      rubric: [
        { key: 'facts', text: 'Facts', levels: [{ key: 'complete', text: 'All are there', points: 3 }, { key: 'some', text: 'Some are missing', points: 1 }, { key: 'none', text: 'None', points: 0 }] },
        { key: 'style', text: 'Style', levels: [{ key: 'clear', text: 'Clear', points: 1 }, { key: 'poor', text: 'Hard to follow', points: 0 }] }
      ]
    },
    cases: [
      { answer: { text: 'A caller took the savings of a widow.' }, state: 'needs-marking', fraction: 0 },
      { answer: { text: ' \n' }, state: 'not-answered', fraction: 0 },
      { answer: { text: 'On …  at …\n' }, state: 'not-answered', fraction: 0 }
    ]
  }, {
    definition: { key: 'opinion', kind: 'essay', topic: 'telecom-fraud', difficulty: 'easy', prompt: 'What would you do first?' },
    cases: [
      { answer: { text: 'Call the bank.' }, state: 'needs-marking', fraction: 0 },
      { answer: { text: '' }, state: 'not-answered', fraction: 0 }
    ]
  }]
}

/** How a text stands to the limits of words of its essay.
 * @returns the number of words, and the limit that is not met; null within the limits */
export function wordLimitOf ({ minWords = 0, maxWords = Infinity }: EssayDefinition, text: string): { readonly words: number, readonly limit: 'too-short' | 'too-long' | null } {
  const words = countWords(text)
  return { words, limit: words < minWords ? 'too-short' : words > maxWords ? 'too-long' : null }
}

function folded (text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
