import { parse } from 'csv-parse/sync'
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import {
  apply, checkQuestion, definitionFor, openAttempt, quizStatistics, rounded, type Paper, type PaperSlot, type QuestionDefinition, type SatItem, type Variant
} from '../../../server/quiz/quiz.ts'

const CORPUS = '../shared/corpora/grading-stats/moodle'
const skip = existsSync(CORPUS) ? false : `${CORPUS} is not here`

type Row = Readonly<Record<string, string>>

function rowsOf (path: string): Row[] {
  return parse<Row>(readFileSync(`${CORPUS}/${path}`, 'utf8'), { columns: true, relax_quotes: true })
}

/** Marks alone, as statistics take them: what was answered does not matter to these figures. */
function item (slot: number, question: string, markMax: number, mark: number): SatItem {
  return { slot, question, markMax, fraction: markMax === 0 ? 0 : mark / markMax, answer: null }
}

t.test("Moodle's own expectations of item statistics, to a millionth", { skip }, (t) => {
  const folder = 'mod/quiz/report/statistics/tests/fixtures'
  const expected = JSON.parse(readFileSync(`${CORPUS}/expected-item-statistics.json`, 'utf8')) as Readonly<Record<string, readonly (number | null)[]>>
  const sittings: { id: string, items: SatItem[], sum: number }[] = []
  for (const row of rowsOf(`${folder}/mdl_question_states.csv`)) {
    // The step of slot 1 comes first in every attempt.
    if (row['slot'] === '1') sittings.push({ id: String(sittings.length), items: [], sum: Number(row['sumgrades']) })
    sittings.at(-1)?.items.push(item(Number(row['slot']), row['questionid'] ?? '', Number(row['maxmark']), Number(row['mark'])))
  }
  t.equal(sittings.length, 22)
  for (const { items, sum } of sittings) t.ok(Math.abs(items.reduce((total, { fraction, markMax }) => total + (fraction ?? 0) * markMax, 0) - sum) < 1e-9, 'the total is that of the file')

  const { slots, test } = quizStatistics(sittings, () => undefined, 'en')
  t.equal(slots.length, 20)
  const figures: Readonly<Record<string, (slot: typeof slots[number]) => number | null>> = {
    facilityPercent: slot => slot.facilityPercent,
    standardDeviationTimes1000: slot => slot.standardDeviation === null ? null : slot.standardDeviation * 1000,
    effectiveWeightPercent: slot => slot.effectiveWeightPercent,
    discriminationIndexPercent: slot => slot.discriminationIndexPercent,
    discriminativeEfficiencyPercent: slot => slot.discriminativeEfficiencyPercent
  }
  t.same(Object.keys(expected).filter(name => name !== 'about').sort(), Object.keys(figures).sort(), 'every figure of the file is compared')
  for (const [name, figure] of Object.entries(figures)) {
    for (const [index, slot] of slots.entries()) {
      const wanted = expected[name]?.[index]
      const ours = figure(slot)
      t.ok(wanted === null || wanted === undefined ? ours === null : ours !== null && Math.abs(ours - wanted) < 1e-6, `${name} of slot ${slot.slot}: ${String(ours)} for ${String(wanted)}`)
    }
  }
  t.equal(test.items, 'questions')
  t.equal(slots.filter(({ negativeCovariance }) => negativeCovariance).length, 0)
  t.end()
})

const common = { topic: 'walkthrough', difficulty: 'easy', prompt: 'Which?' }

/** The walkthrough's questions, which Moodle's test helpers define, written as ours. */
const QUESTIONS: Readonly<Record<string, unknown>> = {
  shortanswer: { ...common, key: 'shortanswer', kind: 'short-text', accept: ['frog', { text: 'toad', fraction: 0.8 }] },
  numerical: { ...common, key: 'numerical', kind: 'numeric', value: 3.14 },
  match: {
    ...common, key: 'match', kind: 'match',
    stems: [['frog', 'amphibian'], ['cat', 'mammal'], ['newt', 'amphibian']].map(([key, choice]) => ({ key, text: key, choice })),
    choices: ['mammal', 'amphibian', 'insect'].map(key => ({ key, text: key }))
  },
  truefalse: { ...common, key: 'truefalse', kind: 'true-false', correct: true },
  'two-of-four': {
    ...common, key: 'two-of-four', kind: 'choice', maxChoices: 0,
    choices: [['one', 0.5], ['two', 0], ['three', 0.5], ['four', 0]].map(([key, fraction]) => ({ key, text: key, fraction }))
  },
  'one-of-four': { ...common, key: 'one-of-four', kind: 'choice', choices: ['one', 'two', 'three', 'four'].map(key => ({ key, text: key, correct: key === 'one' })) },
  sumwithvariants: {
    ...common, key: 'sum', kind: 'calculated', formula: '{a} + {b}', tolerance: { relative: 0.01 }, decimals: 2,
    datasets: [[7.6, 2.3], [6.4, 2.1], [1.9, 1.4], [9.5, 9.9], [5.2, 9], [7.3, 2.1], [1.2, 7.9], [3.4, 2.3], [5.2, 1.9], [3.4, 3.4]].map(([a = 0, b = 0]) => ({ a, b }))
  },
  multianswer: {
    ...common, key: 'owl-and-pussy-cat', kind: 'cloze', text: 'The {{first}} and the {{second}} went to sea.',
    gaps: [
      { key: 'first', input: 'text', accept: ['Owl'] },
      { key: 'second', input: 'choice', choices: ['bow-wow', 'wiggly-worm', 'pussy-cat'].map(key => ({ key, text: key, correct: key === 'pussy-cat' })) }
    ]
  }
}

function definition (value: unknown): QuestionDefinition {
  const checked = checkQuestion(value)
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems))
  return checked.question
}

/** What each slot asks of somebody, and what they answer. */
function asked (step: Row): readonly (readonly [QuestionDefinition, unknown, (Variant | undefined)?])[] {
  const given = (name: string): string => step[`responses.${name}`] ?? ''
  const sum = definition(QUESTIONS['sumwithvariants'])
  const numerals = ['One', 'Two', 'Three', 'Four']
  return [
    [definition(QUESTIONS[step['randqs.1'] ?? '']), { text: given('1.answer') }],
    // Moodle counts variants from 1.
    [sum, { text: given('2.answer') }, 'datasets' in sum ? sum.datasets?.[Number(step['variants.2']) - 1] : undefined],
    [definition(QUESTIONS['match']), { pairs: Object.fromEntries(['frog', 'cat', 'newt'].map(stem => [stem, given(`3.${stem}`)])) }],
    [definition(QUESTIONS['truefalse']), { choices: [given('4.answer') === '1' ? 'true' : 'false'] }],
    [definition(QUESTIONS['two-of-four']), { choices: numerals.filter(name => given(`5.${name}`) === '1').map(name => name.toLowerCase()) }],
    [definition(QUESTIONS['one-of-four']), { choices: [given('6.answer').toLowerCase()] }],
    [definition(QUESTIONS['multianswer']), { gaps: { first: given('7.1.answer'), second: given('7.2.answer').toLowerCase().replace(' ', '-') } }]
  ]
}

t.test("Moodle's walkthrough: ten attempts with feedback at the end earn its marks, slot by slot", { skip }, (t) => {
  const folder = 'mod/quiz/tests/fixtures'
  const results = new Map(rowsOf(`${folder}/results00.csv`).map(row => [row['quizattempt'], row]))
  const steps = rowsOf(`${folder}/steps00.csv`)
  t.equal(steps.length, 10)
  for (const step of steps) {
    const questions = asked(step)
    const paper: Paper = {
      seed: 'walkthrough',
      slots: questions.map(([{ key, kind }, , variant], index) => ({
        slot: index + 1, page: 1, section: 0, questionId: key, kind, mark: 1, order: [], ...variant !== undefined && { variant }
      }))
    }
    const definitionOf = (slot: number): QuestionDefinition => definitionFor((questions[slot - 1] as typeof questions[number])[0], paper.slots[slot - 1] as PaperSlot)
    let attempt = openAttempt(paper, { behaviour: 'deferred', startedAt: '2026-06-15T08:00:00.000Z', dueAt: null })
    for (const [index, [, answer]] of questions.entries()) {
      const saved = apply(attempt, { type: 'answer', slot: index + 1, answer }, { at: '2026-06-15T08:10:00.000Z', definitionOf })
      t.ok(saved.ok)
      if (saved.ok) attempt = saved.attempt
    }
    const ended = apply(attempt, { type: 'finish', by: 'trainee' }, { at: '2026-06-15T08:20:00.000Z', definitionOf })
    const marks = ended.ok ? ended.attempt.slots.map(({ fraction, mark }) => (fraction ?? NaN) * mark) : []
    t.equal(marks.length, 7)
    const expected = results.get(step['quizattempt'])
    for (const [index, mark] of marks.entries()) {
      // As exactly as the file says it: a third is written 0.3333333 there.
      t.equal(Number(mark.toFixed(7)), Number(expected?.[`slots.${index + 1}.mark`]), `attempt ${step['quizattempt'] ?? ''}, slot ${index + 1}`)
    }
    t.equal(rounded(marks.reduce((sum, mark) => sum + mark, 0)), rounded(Number(expected?.['summarks'])))
  }
  t.end()
})
