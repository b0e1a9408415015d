import Type, { type Static } from 'typebox'
import {
  feedbackOf, gradeTyped, MAX_NUMBER, numberSummary, readTyped, rightUnit, tolerance, unitControls, unitProblems, unitRules, type AcceptedNumber
} from '../accepted-number.ts'
import { evaluate, parseFormula, roundTo } from '../formula.ts'
import type { Kind } from '../kind.ts'
import type { Problem } from '../problem.ts'
import { questionPart } from '../question.ts'
import { randomFrom } from '../random.ts'
import { text } from '../text.ts'
import {
  drawValues, firstValues, fixedRules, formulaProblems, textFormulaProblems, valuesOf, variableProblems, variableRules, withValues, written, type Values
} from '../variables.ts'
import { numberAnswer, type NumericAnswer } from './numeric.ts'

const formula = Type.String({ pattern: '\\S', maxLength: 500, description: 'Such as `{a} * {b} / 100`; `^` is a power' })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('calculated'),
  ...variableRules,
  formula: Type.Optional(formula),
  tolerance: Type.Optional(tolerance),
  answers: Type.Optional(Type.Array(Type.Object({
    formula,
    tolerance: Type.Optional(tolerance),
    fraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1 })),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 1, maxItems: 50, description: 'In place of `formula`: several, each with what it earns' })),
  decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 15, description: 'Of the right answer as it is shown' })),
  significantFigures: Type.Optional(Type.Integer({ minimum: 1, maximum: 15, description: 'Of the right answer as it is shown, in place of decimals' })),
  ...unitRules
}, { additionalProperties: false, title: 'A number worked out from drawn values' })

export type CalculatedDefinition = Static<typeof definition>
type Wanted = NonNullable<CalculatedDefinition['answers']>[number]

/** Within 1 % of the value, as Moodle's calculated questions begin with. */
const TOLERANCE = { relative: 0.01 }

/** How often values are drawn again that a formula has no value for. */
const DRAWS = 100

/** A number worked out from values that are drawn for each paper, as Moodle's qtype_calculated. The values stand in the prompt,
 * the hints and the feedback as `{a}`, and so do what is worked out from them, as `{=a * 2}`; `formula` gives the right answer.
 * Graded as `numeric`: within the tolerance (1 % of the value when left out) of the exact result, or equal to the result
 * as it is shown, rounded to `decimals` or `significantFigures`, for that is what a trainee is told to be right.
 *
 * A definition made by `fix` has one value for each variable, and is graded with it; one that nothing was drawn for, with the
 * first of each. */
export const calculated: Kind<CalculatedDefinition, NumericAnswer> = {
  name: 'calculated',
  definition,
  answer: numberAnswer,

  problems (definition) {
    const problems = [...answerProblems(definition), ...variableProblems(definition), ...unitProblems(definition)]
    return problems.length > 0 ? problems : valueProblems(definition)
  },

  shuffled () {
    return []
  },

  draw (definition, random) {
    const formulas = wantedBy(definition).map(({ formula }) => formula)
    for (let draw = 1; ; draw++) {
      const values = drawValues(definition, random)
      if (draw === DRAWS || formulas.every(formula => Number.isFinite(resultOf(formula, values)))) return values
    }
  },

  fix (definition, variant) {
    const { datasets: _, ...fixed } = definition
    const values = valuesOf(definition, variant)
    const put = <T extends { readonly feedback?: CalculatedDefinition['prompt'] }>(part: T): T =>
      part.feedback === undefined ? part : { ...part, feedback: withValues(part.feedback, definition, values) }
    return {
      ...put(fixed),
      prompt: withValues(definition.prompt, definition, values),
      ...definition.hints !== undefined && { hints: definition.hints.map(hint => withValues(hint, definition, values)) },
      ...definition.answers !== undefined && { answers: definition.answers.map(put) },
      ...fixedRules(definition, values)
    }
  },

  controls (definition) {
    return { control: 'line', input: 'numeric', maxLength: MAX_NUMBER, ...unitControls(definition) }
  },

  read (definition, answer) {
    return readTyped(definition, answer)
  },

  grade (definition, answer) {
    return gradeTyped(acceptedBy(definition), definition, answer)
  },

  rightAnswer (definition) {
    const right = wantedBy(definition).find(({ fraction = 1 }) => fraction === 1)
    return { text: right === undefined ? '' : shown(definition, resultOf(right.formula, firstValues(definition))), ...rightUnit(definition) }
  },

  feedback (definition, answer) {
    return feedbackOf(acceptedBy(definition), definition, answer)
  },

  summary (definition, answer, language) {
    return numberSummary(definition, answer, language)
  },

  samples: [
    {
      definition: {
        key: 'commission',
        kind: 'calculated',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'A mule keeps {p} % of {a} dollars. How many dollars are passed on?',
        variables: [{ key: 'a', values: [2000] }, { key: 'p', min: 7.5, max: 7.5, decimals: 1 }],
        answers: [
          { formula: '{a} * (1 - {p} / 100)', tolerance: 0.5 },
          { formula: 'a * p / 100', fraction: 0.25, feedback: 'That is what the mule keeps; {=a*(1-p/100)} are passed on.' }
        ],
        decimals: 2,
        unit: { en: 'dollars', ar: 'دولارًا' }
      },
      cases: [
        { answer: { text: '1850' }, state: 'right', fraction: 1 },
        { answer: { text: '1,850.50 dollars' }, state: 'right', fraction: 1 },
        { answer: { text: '١٨٥٠' }, state: 'right', fraction: 1 },
        { answer: { text: '150' }, state: 'partly-right', fraction: 0.25 },
        { answer: { text: '1851' }, state: 'wrong', fraction: 0 },
        { answer: { text: '' }, state: 'not-answered', fraction: 0 },
        { answer: { text: 'nearly all' }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'transfer-time',
        kind: 'calculated',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: { en: 'How long does it take to copy {size} GB at {rate} MB/s?', ar: 'كم يستغرق نسخ {size} غيغابايت بسرعة {rate} ميغابايت في الثانية؟' },
        feedback: '{=size * 1000} MB at {rate} MB/s.',
        hints: ['A GB is 1000 MB: {size} GB are {= {size} * 1000 } MB.'],
        datasets: [{ size: 64, rate: 80 }, { size: 500, rate: 120 }, { size: 1.5, rate: 7 }],
        formula: 'size * 1000 / rate',
        significantFigures: 3,
        units: [{ unit: { en: 's', ar: 'ث' }, factor: 1 }, { unit: { en: 'min', ar: 'د' }, factor: 60 }],
        unitRequired: true,
        unitPenalty: 0.5
      },
      cases: [
        { answer: { text: '800', unit: 's' }, state: 'right', fraction: 1 },
        { answer: { text: '13,4 min' }, state: 'right', fraction: 1 },
        { answer: { text: '800' }, state: 'partly-right', fraction: 0.5 },
        { answer: { text: '820 s' }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

function wantedBy ({ formula, tolerance, answers }: CalculatedDefinition): readonly Wanted[] {
  if (answers !== undefined) return answers
  if (formula === undefined) return []
  return tolerance === undefined ? [{ formula }] : [{ formula, tolerance }]
}

/** NaN for a formula that cannot be read, which only an unchecked definition has. */
function resultOf (formula: string, values: Values): number {
  const read = parseFormula(formula)
  return 'problem' in read ? NaN : evaluate(read, values)
}

/** What is accepted, for the values of this definition: each result within its tolerance, and as it is shown. */
function acceptedBy (definition: CalculatedDefinition): AcceptedNumber[] {
  const values = firstValues(definition)
  return wantedBy(definition).flatMap(({ formula, tolerance = TOLERANCE, ...worth }) => {
    const value = resultOf(formula, values)
    if (!Number.isFinite(value)) return []
    return [{ value, tolerance, ...worth }, { value: Number(shown(definition, value)), ...worth }]
  })
}

function shown ({ decimals, significantFigures }: CalculatedDefinition, value: number): string {
  if (!Number.isFinite(value)) return ''
  if (decimals !== undefined) return roundTo(value, decimals).toFixed(decimals)
  if (significantFigures === undefined) return written(value)
  const figures = value.toPrecision(significantFigures)
  // 1.2e+3 is 1200 to whoever reads it.
  return figures.includes('e') ? String(Number(figures)) : figures
}

function answerProblems ({ formula, tolerance, answers, decimals, significantFigures }: CalculatedDefinition): Problem[] {
  const problems: Problem[] = []
  if (formula === undefined && answers === undefined) problems.push({ path: 'formula', message: 'is missing; or give `answers`' })
  if (formula !== undefined && answers !== undefined) problems.push({ path: 'answers', message: 'stands beside `formula`; leave one of them out' })
  if (tolerance !== undefined && answers !== undefined) problems.push({ path: 'tolerance', message: 'belongs to `formula`; each of `answers` has its own' })
  if (answers?.every(({ fraction = 1 }) => fraction < 1) === true) {
    problems.push({ path: 'answers', message: 'no answer earns the full mark; one needs fraction 1' })
  }
  if (decimals !== undefined && significantFigures !== undefined) {
    problems.push({ path: 'significantFigures', message: 'stands beside `decimals`; leave one of them out' })
  }
  return problems
}

/** What is found out by trying: every row of the datasets, the ends of each range, and 200 draws. */
function valueProblems (definition: CalculatedDefinition): Problem[] {
  const random = randomFrom(`check/${definition.key}`)
  const last = { below: (bound: number) => bound - 1 }
  const rows = (definition.datasets ?? []).map(row => ({ ...firstValues(definition), ...row }))
  const samples = [firstValues(definition), drawValues(definition, last), ...rows, ...Array.from({ length: 200 }, () => drawValues(definition, random))]
  const { prompt, feedback, hints = [], answers = [] } = definition
  const texts = [
    ['prompt', prompt] as const,
    ...feedback === undefined ? [] : [['feedback', feedback] as const],
    ...hints.map((hint, index) => [`hints/${index}`, hint] as const),
    ...answers.flatMap(({ feedback }, index) => feedback === undefined ? [] : [[`answers/${index}/feedback`, feedback] as const])
  ]
  return [
    ...wantedBy(definition).flatMap(({ formula }, index) =>
      formulaProblems(formula, definition, samples, definition.answers === undefined ? 'formula' : `answers/${index}/formula`)),
    ...texts.flatMap(([path, text]) => textFormulaProblems(text, definition, samples, path))
  ]
}
