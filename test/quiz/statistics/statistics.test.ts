import t from 'tap'
import { kinds, quizStatistics, secondsBySlot, type QuestionDefinition, type SatItem, type Sitting } from '../../../server/quiz/quiz.ts'
import { randomGuessPercent } from '../../../server/quiz/statistics/guessing.ts'
import { givenIn, makeReader, responsesOf, type Response } from '../../../server/quiz/statistics/responses.ts'
import { tableOf, totalsOf } from '../../../server/quiz/statistics/table.ts'
import { randomFrom } from '../../../server/quiz/random.ts'

const common = { topic: 'fraud', difficulty: 'easy' as const, prompt: 'Which?' }
const KEYS = ['a', 'b', 'c', 'd']
const choice = (key: string, more: object = {}): QuestionDefinition => ({ ...common, key, kind: 'choice', choices: KEYS.map(choice => ({ key: choice, text: { en: `Choice ${choice}`, ar: `خيار ${choice}` }, correct: choice === 'a' })), ...more })
const match: QuestionDefinition = {
  ...common, key: 'm', kind: 'match',
  stems: [{ key: 's', text: 'Stem', choice: 'x' }, { key: 't', text: 'Other stem', choice: 'y' }],
  choices: [{ key: 'x', text: 'Ex' }, { key: 'y', text: 'Why' }, { key: 'z', text: 'Zed' }]
}
const text: QuestionDefinition = { ...common, key: 'w', kind: 'short-text', accept: ['mule'] }
const order: QuestionDefinition = { ...common, key: 'o', kind: 'order', items: [{ key: 'one', text: 'One' }, { key: 'two', text: 'Two' }] }
const cloze: QuestionDefinition = {
  ...common, key: 'c', kind: 'cloze', text: 'The {{w}} is {{c}}.',
  gaps: [{ key: 'w', input: 'text', accept: ['account'] }, { key: 'c', input: 'choice', choices: [{ key: 'frozen', text: 'frozen', correct: true }, { key: 'open', text: 'open' }] }]
}

t.test('a random guess is worth the mean of every possible answer', (t) => {
  t.equal(randomGuessPercent(choice('q')), 25)
  t.equal(randomGuessPercent({ ...common, key: 't', kind: 'true-false', correct: true }), 50)
  const graded = choice('q', { choices: [{ key: 'a', text: 'A', fraction: 1 }, { key: 'b', text: 'B', fraction: 0.5 }, { key: 'c', text: 'C', fraction: -0.5 }], scoring: 'partial-negative' })
  t.ok(Math.abs((randomGuessPercent(graded) ?? NaN) - 100 / 3) < 1e-9)
  // Moodle: one ÷ choices for matching.
  t.ok(Math.abs((randomGuessPercent(match) ?? NaN) - 100 / 3) < 1e-9)
  // Two of three are right, all or nothing: one of the seven selections; up to two, one of the six.
  const several = { choices: [{ key: 'a', text: 'A', correct: true }, { key: 'b', text: 'B', correct: true }, { key: 'c', text: 'C' }] }
  t.ok(Math.abs((randomGuessPercent(choice('q', { ...several, maxChoices: 0 })) ?? NaN) - 100 / 7) < 1e-9)
  t.ok(Math.abs((randomGuessPercent(choice('q', { ...several, maxChoices: 2 })) ?? NaN) - 100 / 6) < 1e-9)
  t.equal(randomGuessPercent(choice('q', { maxChoices: 0, choices: Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, text: 'T', correct: index === 0 })) })), null, 'a million selections')
  t.equal(randomGuessPercent({ ...match, stems: Array.from({ length: 8 }, (_, index) => ({ key: `s${index}`, text: 'S', choice: 'x' })) }), null)
  t.equal(randomGuessPercent(text), 0)
  t.equal(randomGuessPercent(order), 50)
  const steps = (count: number): QuestionDefinition => ({ ...common, key: 'o', kind: 'order', scoring: 'exact', items: Array.from({ length: count }, (_, index) => ({ key: `k${index}`, text: `T${index}` })) })
  t.ok(Math.abs((randomGuessPercent(steps(4)) ?? NaN) - 100 / 24) < 1e-9)
  t.equal(randomGuessPercent(steps(8)), null, 'forty thousand orders')
  // Krebs: of sixteen ways to judge four statements one is right, and four are right but for one, for half the mark.
  const statements = KEYS.map(key => ({ key, text: key, correct: key < 'c' }))
  t.ok(Math.abs((randomGuessPercent({ ...common, key: 'k', kind: 'kprim', statements }) ?? NaN) - 100 * (1 + 4 / 2) / 16) < 1e-9)
  const categories = [{ key: 'x', text: 'X' }, { key: 'y', text: 'Y' }]
  t.equal(randomGuessPercent({ ...common, key: 'g', kind: 'categorise', categories, items: KEYS.map(key => ({ key, text: key, category: 'x' })) }), 50)
  t.ok(Math.abs((randomGuessPercent(cloze) ?? NaN) - 25) < 1e-9, 'a menu of two, half of the mark; the typed half is not guessed')
  t.equal(randomGuessPercent({ ...common, key: 'z', kind: 'cloze', text: 'A {{w}}.', gaps: [{ key: 'w', input: 'text', accept: ['word'] }] }), 0)
  t.equal(randomGuessPercent({ ...common, key: 'e', kind: 'error-text', text: 'One [[wrong|right]] word' }), null)
  for (const { name, samples } of Object.values(kinds)) {
    for (const { definition } of samples) {
      const guess = randomGuessPercent(definition)
      t.ok(guess === null || (guess >= -100 && guess <= 100), `${name}: ${definition.key}`)
    }
  }
  t.end()
})

t.test('responses are counted part by part, with the mean total of those who gave them', (t) => {
  const responses = (definition: QuestionDefinition, answers: readonly unknown[], language = 'en'): Response[] => {
    const table = tableOf(answers.map((answer, index) => ({ id: String(index), items: [{ slot: 1, question: 'q', markMax: 1, fraction: index, answer }] })))
    return responsesOf(definition, Int32Array.from(answers, (_, index) => index), { table, totals: totalsOf(table), given: givenIn(table, () => definition) }, language)
  }
  t.same(responses(choice('q'), [{ choices: ['a'] }, { choices: ['b'] }, { choices: ['b'] }, null], 'ar'), [
    { part: '', response: 'b', label: 'خيار b', count: 2, percent: 50, meanTotal: 1.5, right: false },
    { part: '', response: 'a', label: 'خيار a', count: 1, percent: 25, meanTotal: 0, right: true },
    { part: '', response: '', label: '', count: 1, percent: 25, meanTotal: 3, right: false }
  ])
  t.match(responses(choice('q'), [{ choices: [] }, 'of another shape']), [{ response: '', count: 2 }])
  t.match(responses(match, [{ pairs: { s: 'x', t: 'z' } }, { pairs: { s: 'x', t: '' } }]), [
    { part: 's', response: 'x', label: 'Stem: Ex', count: 2, right: true }, { part: 't', response: 'z', label: 'Other stem: Zed', count: 1, right: false }
  ])
  t.match(responses(text, [{ text: ' A  Mule' }, { text: 'a mule' }, { text: 'Mule' }]), [{ response: 'a mule', count: 2, right: false }, { response: 'mule', right: true }])
  t.match(responses(cloze, [{ gaps: { w: 'Account', c: 'open' } }, { gaps: { w: 'money', c: 'frozen' } }]).map(({ part, response, right }) => [part, response, right]).sort(), [
    ['c', 'frozen', true], ['c', 'open', false], ['w', 'Account', true], ['w', 'money', false]
  ])
  t.match(responses({ ...common, key: 'e', kind: 'essay' }, [{ text: 'Long' }]), [{ right: null }], 'a person marks it')
  t.match(responses({ ...common, key: 'd', kind: 'calculated', formula: '{a} * 2', variables: [{ key: 'a', values: [1, 2] }] }, [{ text: '4' }]), [{ right: null }], 'it depends on what was drawn')
  t.equal(responses(text, Array.from({ length: 30 }, (_, index) => ({ text: `typed ${index}` }))).length, 20, 'no more than twenty')
  t.match(responses(order, [{ order: ['one', 'two'] }, { order: ['two', 'one'] }]).map(({ right }) => right).sort(), [false, true])
  const several = makeReader(choice('q', { maxChoices: 0 }))
  t.equal(several({ choices: ['c', 'b'] }).name, several({ choices: ['b', 'c'] }).name, 'in whatever order')
  t.equal(makeReader(match)({ pairs: { s: '' } }).name, null)
  t.equal(makeReader(choice('q'))(null).name, null)
  const long = { text: 'word '.repeat(100) }
  t.same(makeReader(text)(long), makeReader(text)({ ...long }), 'a long answer is read as a short one is')
  t.match(makeReader(text)(undefined), { name: null })
  t.end()
})

t.test('time goes to the slot that is answered next, and is shared by those saved together', (t) => {
  const at = (seconds: number): string => new Date(Date.UTC(2026, 5, 15, 8) + seconds * 1000).toISOString()
  const seconds = secondsBySlot(at(0), [
    { slot: 2, action: 'answer', at: at(50) }, { slot: 1, action: 'answer', at: at(20) }, { slot: 1, action: 'check', at: at(80) },
    { slot: 3, action: 'answer', at: at(100) }, { slot: 4, action: 'answer', at: at(100) }, { slot: 5, action: 'finish', at: at(500) }, { slot: 5, action: 'mark', at: at(900) }, { slot: 4, action: 'try', at: at(130) },
    { slot: 6, action: 'answer', at: at(-5) }
  ])
  t.same(Object.fromEntries(seconds), { 1: 50, 2: 30, 3: 10, 4: 40, 6: 0 })
  t.same([...secondsBySlot(at(0), [{ slot: 1, action: 'answer', at: at(7) }, { slot: 2, action: 'answer', at: at(9) }])], [[1, 7], [2, 2]], 'in order')
  t.end()
})

/** 120 people: question q0 is keyed wrong, q1 guessed, q2 sound, q3 drawn for some and in two versions, q4 nearly always right. */
function cohort (): Sitting[] {
  const random = randomFrom('cohort')
  return Array.from({ length: 120 }, (_, person) => {
    const ability = person % 6
    const knows = (hardness: number): boolean => random.below(6) + hardness <= ability + 2
    const chosen = (right: boolean): unknown => ({ choices: [right ? 'a' : 'bcd'.charAt(random.below(3))] })
    const item = (slot: number, question: string, right: boolean, more: Partial<SatItem> = {}): SatItem => ({ slot, question, markMax: 1, fraction: right ? 1 : 0, answer: chosen(right), seconds: slot * 10, ...more })
    const keyed = ability < 2
    return {
      id: `p${person}`,
      group: 'en',
      items: [
        item(1, 'q0', keyed, { answer: { choices: [keyed ? 'a' : 'b'] } }),
        item(2, 'q1', random.below(4) === 0),
        ...Array.from({ length: 6 }, (_, index) => item(3 + index, `q2-${index}`, knows(index))),
        item(9, person % 2 === 0 ? 'q3' : 'q5', knows(2), { version: person % 4 === 0 ? '1' : '2', variant: String(person % 3), seconds: null }),
        item(10, 'q4', person !== 0),
        item(11, 'q6', false, { fraction: null, answer: null }),
        item(12, 'q7', person % 40 === 7)
      ]
    }
  })
}

t.test('a quiz in whole: its questions, places, versions, variants, and what to look at', (t) => {
  const sittings = cohort()
  const { test, slots, questions, differences, similarities } = quizStatistics(sittings, question => question === 'q6' ? undefined : choice(question), 'en')
  const find = (key: string): typeof questions[number] => questions.find(({ question }) => question === key) as typeof questions[number]
  t.equal(test.items, 'slots', 'not everybody met the same')
  t.equal(test.count, 120)
  t.same(differences, [])
  t.same(similarities, [])
  t.same(find('q0').concerns.slice(0, 2), ['negative', 'better-wrong'])
  t.equal(find('q0').effectiveWeightPercent, null)
  const blank = quizStatistics(sittings.map(sitting => ({ ...sitting, items: sitting.items.map(item => item.question === 'q0' && item.fraction === 0 ? { ...item, answer: null } : item) })), choice, 'en')
  t.notOk(blank.questions.find(({ question }) => question === 'q0')?.concerns.includes('better-wrong'), 'to leave it open is no answer that attracts')
  t.ok(find('q1').concerns.includes('guessed'))
  t.same(find('q2-2').concerns, [])
  t.ok(find('q4').concerns.includes('too-easy'))
  t.ok(find('q7').concerns.includes('too-hard'))
  t.match(find('q6'), { facilityPercent: 0, blankCount: 120, randomGuessPercent: null, responses: [], rasch: null, concerns: ['too-hard'] })
  t.match(slots[8], { slot: 9, questions: ['q3', 'q5'], count: 120, medianSeconds: null })
  t.match(find('q3'), { count: 60, slots: [9], versions: [{ name: '1', count: 30 }, { name: '2', count: 30 }], medianSeconds: null })
  t.same(find('q3').variants.map(({ name, count }) => [name, count]), [['0', 20], ['1', 20], ['2', 20]])
  t.same(find('q2-0').versions, [])
  t.equal(find('q2-1').medianSeconds, 40)
  t.ok(Math.abs(questions.reduce((sum, { intendedWeightPercent }) => sum + intendedWeightPercent, 0) - 100) < 1e-9)
  t.ok(Math.abs(slots.reduce((sum, { effectiveWeightPercent }) => sum + (effectiveWeightPercent ?? 0), 0) - 100) < 1e-9)
  const difficulties = [0, 1, 2, 3, 4, 5].map(index => find(`q2-${index}`).rasch?.difficulty ?? NaN)
  t.same([...difficulties].sort((a, b) => a - b), difficulties, 'harder and harder')
  t.ok((find('q0').rasch?.outfit ?? 0) > 1.3 && find('q0').concerns.includes('misfit'))
  t.end()
})

t.test('a suspect translation is a concern, and pairs of people are named by their sittings', (t) => {
  const random = randomFrom('pairs')
  const sittings = Array.from({ length: 400 }, (_, person): Sitting => {
    const group = person % 2 === 0 ? 'en' : 'ar'
    const ability = random.below(10)
    return {
      id: `p${person}`,
      group: person < 202 ? 'en' : group,
      items: Array.from({ length: 20 }, (_, index) => {
        const right = random.below(10) <= ability - (index === 4 && group === 'ar' && person >= 202 ? 6 : 0)
        return { slot: index + 1, question: `q${index}`, markMax: 1, fraction: right ? 1 : 0, answer: { choices: [right ? 'a' : 'bcd'.charAt(random.below(3))] } }
      })
    }
  })
  const [lowest] = [...sittings.entries()].sort(([, a], [, b]) => a.items.reduce((sum, { fraction }) => sum + (fraction ?? 0), 0) - b.items.reduce((sum, { fraction }) => sum + (fraction ?? 0), 0))
  const [index, original] = lowest as [number, Sitting]
  sittings.push({ ...original, id: 'copy' })
  const { questions, similarities, test } = quizStatistics(sittings, choice, 'en')
  t.equal(test.items, 'questions')
  t.same(questions.filter(({ concerns }) => concerns.includes('translation')).map(({ question }) => question), ['q4'])
  t.match(similarities, [{ first: `p${index}`, second: 'copy' }])
  t.equal(similarities.length, 1)
  t.end()
})

t.test('those of no version are one of the versions', (t) => {
  const sat = (id: string, more: object): Sitting => ({ id, items: [{ slot: 1, question: 'q', markMax: 1, fraction: 1, answer: null, ...more }] })
  const { questions } = quizStatistics([sat('a', {}), sat('b', { version: 'v' }), sat('c', { version: 'v' })], () => undefined, 'en')
  t.match(questions, [{ versions: [{ name: '', count: 1 }, { name: 'v', count: 2 }], variants: [] }])
  t.end()
})

t.test('nobody, and a few, are answered with what can be said', (t) => {
  const nothing = quizStatistics([], () => undefined, 'en')
  t.match(nothing, { test: { count: 0, mean: null }, slots: [], questions: [], differences: [], similarities: [] })
  const one = quizStatistics(cohort().slice(0, 1), choice, 'en')
  t.match(one.questions[0], { count: 1, concerns: [], rasch: null, standardDeviation: null, discriminationIndexPercent: null })
  const weightless: Sitting = { id: '1', items: [{ slot: 1, question: 'd', markMax: 0, fraction: 0, answer: null }] }
  t.match(quizStatistics([weightless, weightless], () => undefined, 'en').questions[0], { facilityPercent: null, intendedWeightPercent: 0 })
  const many = Array.from({ length: 40 }, () => weightless)
  t.match(quizStatistics(many, () => undefined, 'en').questions[0], { rasch: null, concerns: [] })
  t.end()
})
