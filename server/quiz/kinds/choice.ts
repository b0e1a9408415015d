import Type, { type Static } from 'typebox'
import { arrange, gradeBy, hasRepeats, textOf, type Kind } from '../kind.ts'
import { repeatedKeys, type Problem } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('choice'),
  choices: Type.Array(Type.Object({
    key,
    text,
    correct: Type.Optional(Type.Boolean()),
    fraction: Type.Optional(Type.Number({ minimum: -1, maximum: 1, description: 'What choosing this earns, in place of correct' })),
    feedback: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 2, maxItems: 50 }),
  maxChoices: Type.Optional(Type.Integer({ minimum: 0, maximum: 50, default: 1, description: '1: one; more: up to this many; 0: no limit' })),
  scoring: Type.Optional(Type.Enum(['all-or-nothing', 'partial', 'partial-negative', 'right-minus-wrong'], { default: 'all-or-nothing' })),
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Choose one, or several with maxChoices' })

const answer = Type.Object({ choices: Type.Array(answerKey, { maxItems: 100 }) }, { additionalProperties: false })

export type ChoiceDefinition = Static<typeof definition>
export type ChoiceAnswer = Static<typeof answer>

/** Choices: one (`maxChoices` 1, the default), up to a number of them, or as many as wished (0).
 *
 * With C right choices and W wrong ones on offer, of which c right and w wrong were chosen, `scoring` earns:
 * - `all-or-nothing` (default): 1 when c = C and w = 0, else 0
 * - `partial`: c/C − w/W, never below 0; choosing everything, or at random, earns nothing on average
 * - `partial-negative`: c/C − w/W, down to −1
 * - `right-minus-wrong`: (c − w)/C, never below 0; each wrong choice takes back a right one
 *
 * Where choices carry their own `fraction`, it earns their sum within 0..1 (−1..1 with `partial-negative`), and exactly
 * the choices with a fraction above 0 earn 1, so that thirds may be written 0.333. */
export const choice: Kind<ChoiceDefinition, ChoiceAnswer> = {
  name: 'choice',
  definition,
  answer,

  problems (definition) {
    const problems = repeatedKeys(definition.choices, 'choices')
    for (const [index, choice] of definition.choices.entries()) {
      if (choice.correct !== undefined && choice.fraction !== undefined && choice.correct !== choice.fraction > 0) {
        problems.push({ path: `choices/${index}`, message: 'correct and fraction contradict each other; leave one out' })
      }
    }
    return [...problems, ...rightChoiceProblems(definition)]
  },

  shuffled (definition) {
    return definition.shuffle === false ? [] : definition.choices.map(choice => choice.key)
  },

  controls (definition, order) {
    return { control: 'choices', maxChoices: maxChoices(definition), options: arrange(definition.choices, order) }
  },

  read (definition, { choices }) {
    if (choices.length === 0) return 'not-answered'
    const limit = maxChoices(definition)
    if (limit > 0 && choices.length > limit) return 'unreadable'
    const known = new Set(definition.choices.map(choice => choice.key))
    return choices.every(key => known.has(key)) && !hasRepeats(choices) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    return gradeBy(choice.read(definition, answer), () => fractionOf(definition, new Set(answer.choices)))
  },

  rightAnswer (definition) {
    return { choices: rightKeys(definition).slice(0, maxChoices(definition) === 1 ? 1 : undefined) }
  },

  feedback (definition, answer) {
    return definition.choices
      .filter(choice => answer.choices.includes(choice.key))
      .flatMap(choice => choice.feedback === undefined ? [] : [choice.feedback])
  },

  summary (definition, answer, language) {
    return answer.choices.map(key => textIn(textOf(definition.choices, key), language)).join('; ')
  },

  samples: [
    {
      definition: {
        key: 'first-step',
        kind: 'choice',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'A victim reports a transfer made an hour ago. What comes first?',
        choices: [
          { key: 'file', text: 'Open a case file', feedback: 'It can wait an hour; the money cannot.' },
          { key: 'recall', text: 'Ask the bank to recall the payment', correct: true },
          { key: 'warn', text: 'Publish a warning' }
        ]
      },
      cases: [
        { answer: { choices: ['recall'] }, state: 'right', fraction: 1 },
        { answer: { choices: ['file'] }, state: 'wrong', fraction: 0 },
        { answer: { choices: [] }, state: 'not-answered', fraction: 0 },
        { answer: { choices: ['recall', 'file'] }, state: 'unreadable', fraction: 0 },
        { answer: { choices: ['nothing'] }, state: 'unreadable', fraction: 0 }
      ]
    },
    ...([
      ['all-or-nothing', 0, 0, 0],
      ['partial', 0.5, 0, 0],
      ['partial-negative', 0.5, 0, -1],
      ['right-minus-wrong', 0.5, 0, 0]
    ] as const).map(([scoring, oneRight, oneOfEach, allWrong]) => ({
      definition: {
        key: 'red-flags',
        kind: 'choice' as const,
        topic: 'telecom-fraud',
        difficulty: 'medium' as const,
        prompt: 'Which of these are signs of a mule account?',
        maxChoices: 0,
        scoring,
        choices: [
          { key: 'in-out', text: 'Money leaves within minutes', correct: true },
          { key: 'many', text: 'Many unrelated senders', correct: true },
          { key: 'salary', text: 'A monthly salary' },
          { key: 'rent', text: 'A standing order for rent' }
        ]
      },
      cases: [
        { answer: { choices: ['many', 'in-out'] }, state: 'right' as const, fraction: 1 },
        { answer: { choices: ['many'] }, ...worth(oneRight) },
        { answer: { choices: ['many', 'rent'] }, ...worth(oneOfEach) },
        { answer: { choices: ['in-out', 'many', 'salary', 'rent'] }, state: 'wrong' as const, fraction: 0 },
        { answer: { choices: ['salary', 'rent'] }, ...worth(allWrong) },
        { answer: { choices: ['many', 'many'] }, state: 'unreadable' as const, fraction: 0 },
        { answer: { choices: ['many', 'gone'] }, state: 'unreadable' as const, fraction: 0 }
      ]
    })),
    {
      definition: {
        key: 'best-evidence',
        kind: 'choice',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Which record shows best who used the telephone?',
        shuffle: false,
        choices: [
          { key: 'subscriber', text: 'The subscriber record', fraction: 0.5, feedback: 'It names the buyer.' },
          { key: 'camera', text: 'Camera pictures matched to call times', fraction: 1 },
          { key: 'rumour', text: 'What neighbours say', fraction: -0.5 }
        ]
      },
      cases: [
        { answer: { choices: ['camera'] }, state: 'right', fraction: 1 },
        { answer: { choices: ['subscriber'] }, state: 'partly-right', fraction: 0.5 },
        { answer: { choices: ['rumour'] }, state: 'wrong', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'three-layers',
        kind: 'choice',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Name the three layers of laundering.',
        maxChoices: 4,
        scoring: 'partial-negative',
        choices: [
          { key: 'placement', text: 'Placement', fraction: 0.333 },
          { key: 'layering', text: 'Layering', fraction: 0.333 },
          { key: 'integration', text: 'Integration', fraction: 0.333 },
          { key: 'taxation', text: 'Taxation', fraction: -1 },
          { key: 'donation', text: 'Donation', fraction: -1 }
        ]
      },
      cases: [
        { answer: { choices: ['integration', 'layering', 'placement'] }, state: 'right', fraction: 1 },
        { answer: { choices: ['layering'] }, state: 'partly-right', fraction: 0.333 },
        { answer: { choices: ['taxation', 'donation'] }, state: 'wrong', fraction: -1 }
      ]
    }
  ]
}

function worth (fraction: number): { state: 'partly-right' | 'wrong', fraction: number } {
  return { state: fraction > 0 ? 'partly-right' : 'wrong', fraction }
}

function maxChoices (definition: ChoiceDefinition): number {
  return definition.maxChoices ?? 1
}

function hasFractions (definition: ChoiceDefinition): boolean {
  return definition.choices.some(choice => choice.fraction !== undefined)
}

function fractionOfChoice (choice: ChoiceDefinition['choices'][number]): number {
  return choice.fraction ?? (choice.correct === true ? 1 : 0)
}

/** Keys of the choices a fully right answer holds: with fractions and one choice, those worth 1; else those worth anything. */
function rightKeys (definition: ChoiceDefinition): string[] {
  const enough = maxChoices(definition) === 1 ? 1 : Number.MIN_VALUE
  return definition.choices.filter(choice => fractionOfChoice(choice) >= enough).map(choice => choice.key)
}

function fractionOf (definition: ChoiceDefinition, chosen: ReadonlySet<string>): number {
  const right = new Set(rightKeys(definition))
  const c = chosen.intersection(right).size
  const w = chosen.size - c
  if (c === right.size && w === 0) return 1
  const scoring = definition.scoring ?? 'all-or-nothing'
  const lowest = scoring === 'partial-negative' ? -1 : 0
  if (hasFractions(definition)) {
    const sum = definition.choices.reduce((sum, choice) => sum + (chosen.has(choice.key) ? fractionOfChoice(choice) : 0), 0)
    return Math.max(lowest, Math.min(sum, 1))
  }
  switch (scoring) {
    case 'all-or-nothing': return 0
    case 'right-minus-wrong': return Math.max(0, (c - w) / right.size)
    case 'partial':
    case 'partial-negative': {
      const wrong = definition.choices.length - right.size
      return Math.max(lowest, c / right.size - (w === 0 ? 0 : w / wrong))
    }
  }
}

function rightChoiceProblems (definition: ChoiceDefinition): Problem[] {
  const right = rightKeys(definition).length
  const limit = maxChoices(definition)
  if (right === 0) return [{ path: 'choices', message: 'no choice is correct; one needs `correct: true`' }]
  // A single choice may be one of several that each earn all, where their fractions say so.
  if (limit > 0 && right > limit && !(limit === 1 && hasFractions(definition))) {
    return [{ path: 'maxChoices', message: `${right} choices are correct, but only ${limit} can be chosen` }]
  }
  return hasFractions(definition) ? fractionProblems(definition) : []
}

function fractionProblems (definition: ChoiceDefinition): Problem[] {
  if (definition.scoring === 'all-or-nothing' || definition.scoring === 'right-minus-wrong') {
    return [{ path: 'scoring', message: `\`${definition.scoring}\` takes no account of fractions; leave it or them out` }]
  }
  const sum = definition.choices.reduce((sum, choice) => sum + Math.max(0, fractionOfChoice(choice)), 0)
  return maxChoices(definition) === 1 || Math.abs(sum - 1) <= 0.01
    ? []
    : [{ path: 'choices', message: `the fractions above 0 add up to ${rounded(sum)}; they must add up to 1` }]
}

function rounded (sum: number): number {
  return Math.round(sum * 1000) / 1000
}
