import fc from 'fast-check'
import t from 'tap'
import { apply, openAttempt } from '../../server/quiz/attempt.ts'
import { checkDraw, checkStimuli, type QuestionDefinition } from '../../server/quiz/definition.ts'
import { drawPaper, numbersOf, type BankQuestion } from '../../server/quiz/drawing.ts'
import { pick, randomFrom, shuffle } from '../../server/quiz/random.ts'
import { scoreOf } from '../../server/quiz/scoring.ts'
import { openSlots } from '../../server/quiz/step.ts'

const DIFFICULTIES = ['easy', 'medium', 'hard'] as const

function question (index: number): BankQuestion {
  const definition: QuestionDefinition = {
    key: `q-${index}`,
    kind: 'choice',
    topic: index % 2 === 0 ? 'even' : 'odd',
    difficulty: DIFFICULTIES[index % 3] ?? 'hard',
    prompt: 'Which?',
    ...index === 7 && { mark: 2.5 },
    choices: [{ key: 'a', text: 'A', correct: true }, { key: 'b', text: 'B' }, { key: 'c', text: 'C' }]
  }
  return { id: `id-${index}`, definition }
}
const questions = Array.from({ length: 24 }, (_, index) => question(index))
const quiz = {
  sections: [
    { draw: [{ topic: 'even', count: 2 }, { topic: 'even', difficulty: 'easy' as const, count: 4 }] },
    { questions: ['q-7', 'q-1'] },
    { draw: [{ topic: 'odd', difficulty: 'hard' as const, count: 2 }] }
  ]
}

t.test('what a seed yields never changes', async t => {
  const numbers = (seed: string): number[] => {
    const random = randomFrom(seed)
    return Array.from({ length: 6 }, () => random.below(2 ** 32))
  }
  t.strictSame(numbers(''), [2420727049, 3315390910, 31621017, 4095259433, 4180064351, 2911900625])
  t.strictSame(numbers('muster'), [1899315053, 724808539, 2399830314, 1357703064, 928466037, 422874890])
  t.strictSame(numbers('امتحان'), [1910267197, 2596552454, 785047900, 1670727938, 2167423529, 934592530])
  t.strictSame(shuffle(['a', 'b', 'c', 'd', 'e', 'f', 'g'], randomFrom('muster')).join(''), 'gbfacde')
  const paper = drawPaper(quiz, questions, '0193e3a0-7c1e-7b7a-9d0c-2f1f6a1f9a00')
  t.strictSame(paper.slots.map(slot => [slot.section, slot.questionId, slot.order.join('')].join(' ')), [
    '0 id-10 bac',
    '0 id-12 abc',
    '0 id-6 cab',
    '0 id-22 bca',
    '0 id-0 bac',
    '0 id-18 cba',
    '1 id-7 bac',
    '1 id-1 bca',
    '2 id-5 cba',
    '2 id-23 bac'
  ])
})

t.test('numbers below a bound are whole, in range and evenly spread', async t => {
  const random = randomFrom('spread')
  const counts = Array.from({ length: 6 }, () => 0)
  for (let i = 0; i < 60_000; i++) {
    const value = random.below(6)
    counts[value] = (counts[value] ?? 0) + 1
  }
  t.equal(counts.length, 6)
  t.ok(counts.every(count => Math.abs(count - 10_000) < 400), counts.join(' '))
  t.equal(random.below(1), 0)
  const high = Array.from({ length: 2000 }, () => random.below(3 * 2 ** 30))
  t.ok(high.every(value => value < 3 * 2 ** 30))
  const third = high.filter(value => value < 2 ** 30).length
  t.ok(Math.abs(third - 667) < 120, `a bound that does not divide 2³² favours no part of its range (${third} of 2000)`)
})

t.test('a pick takes each item at most once and leaves the list alone', async t => {
  const items = Object.freeze([1, 2, 3, 4, 5])
  const picked = pick(items, 3, randomFrom('x'))
  t.equal(new Set(picked).size, 3)
  t.ok(picked.every(item => items.includes(item)))
  t.strictSame(shuffle(items, randomFrom('y')).toSorted(), [1, 2, 3, 4, 5])
})

t.test('a paper meets its quiz: sections in order, named and drawn questions, marks, pages, option orders', async t => {
  const { seed, slots } = drawPaper({ ...quiz, questionsPerPage: 3 }, questions, 'a seed')
  t.equal(seed, 'a seed')
  t.strictSame(slots.map(slot => slot.slot), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  t.strictSame(slots.map(slot => slot.page), [1, 1, 1, 2, 2, 2, 3, 3, 3, 4])
  t.strictSame(slots.map(slot => slot.section), [0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
  const definitions = slots.map(slot => questions.find(question => question.id === slot.questionId)?.definition)
  t.ok(definitions.slice(0, 6).every(definition => definition?.topic === 'even'))
  t.equal(definitions.slice(0, 6).filter(definition => definition?.difficulty === 'easy').length >= 4, true)
  t.strictSame(slots.slice(6, 8).map(slot => slot.questionId).toSorted(), ['id-1', 'id-7'])
  t.ok(definitions.slice(8).every(definition => definition?.topic === 'odd' && definition.difficulty === 'hard'))
  t.strictSame(slots.map(slot => slot.mark), slots.map(slot => slot.questionId === 'id-7' ? 2.5 : 1))
  t.ok(slots.every(slot => slot.order.toSorted().join('') === 'abc' && slot.kind === 'choice'))
  t.strictSame(JSON.parse(JSON.stringify({ seed, slots })), { seed, slots }, 'plain JSON')
})

t.test('five questions stand on a page unless the quiz says otherwise', async t => {
  t.strictSame(drawPaper(quiz, questions, 's').slots.map(slot => slot.page), [1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
})

t.test('questions come as written where they are not to be shuffled', async t => {
  const paper = drawPaper({ sections: [{ questions: ['q-9', 'q-2', 'q-5'] }, { draw: [{ topic: 'odd', difficulty: 'easy', count: 3 }] }], shuffleQuestions: false }, questions, 's')
  t.strictSame(paper.slots.map(slot => slot.questionId), ['id-9', 'id-2', 'id-5', 'id-15', 'id-21', 'id-3'], 'those of one draw by key')
})

t.test('the same seed gives the same paper, in whatever order the questions are given; no question comes twice', async t => {
  fc.assert(fc.property(fc.string(), fc.shuffledSubarray(questions, { minLength: questions.length }), (seed, inAnyOrder) => {
    const paper = drawPaper(quiz, inAnyOrder, seed)
    t.strictSame(paper, drawPaper(quiz, questions, seed))
    return new Set(paper.slots.map(slot => slot.questionId)).size === paper.slots.length
  }), { numRuns: 50 })
})

t.test('different seeds give different papers, and every question its turn', async t => {
  const papers = Array.from({ length: 300 }, (_, index) => drawPaper(quiz, questions, `seed ${index}`))
  t.ok(new Set(papers.map(paper => JSON.stringify(paper.slots))).size > 295)
  const odd = papers.flatMap(paper => paper.slots.filter(slot => slot.section === 2).map(slot => slot.questionId))
  t.strictSame([...new Set(odd)].toSorted(), ['id-11', 'id-17', 'id-23', 'id-5'])
  for (const id of new Set(odd)) t.ok(Math.abs(odd.filter(other => other === id).length - 150) < 45, `${id} is drawn about as often as the others`)
})

t.test('a draw fails exactly when the check of the quiz said so', async t => {
  const draw = fc.record({ topic: fc.constantFrom('even', 'odd'), difficulty: fc.option(fc.constantFrom(...DIFFICULTIES), { nil: undefined }), count: fc.integer({ min: 1, max: 7 }) })
    .map(({ topic, difficulty, count }) => difficulty === undefined ? { topic, count } : { topic, difficulty, count })
  const section = fc.oneof(
    { weight: 3, arbitrary: fc.array(draw, { minLength: 1, maxLength: 3 }).map(draw => ({ draw })) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 25 }).map(index => `q-${index}`), { minLength: 1, maxLength: 2 }).map(questions => ({ questions })) }
  )
  let met = 0
  fc.assert(fc.property(fc.array(section, { minLength: 1, maxLength: 3 }), fc.string(), (sections, seed) => {
    const problems = checkDraw({ sections }, questions.map(question => question.definition))
    if (problems.length > 0) {
      t.throws(() => drawPaper({ sections }, questions, seed), /the questions cannot meet sections\/\d\/(draw|questions)\/\d of the quiz/)
      return true
    }
    met++
    const asked = sections.flatMap(section => 'draw' in section ? section.draw.map(draw => draw.count) : section.questions.map(() => 1))
    return drawPaper({ sections }, questions, seed).slots.length === asked.reduce((sum, count) => sum + count, 0)
  }), { numRuns: 150, seed: 20261123 })
  t.ok(met > 20, `${met} of them could be met`)
})

t.test('draws by difficulty fail only where no way of drawing would do', async t => {
  // The most questions that draws could take together, by trying every share of the draws of any difficulty.
  fc.assert(fc.property(fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }), fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 6 }), (there, strict, any) => {
    const bank = there.flatMap((count, level) => Array.from({ length: count }, (_, index) => ({ key: `k-${level}-${index}`, topic: 'even', difficulty: DIFFICULTIES[level] ?? 'hard' })))
    const draw = [{ topic: 'even', count: any }, ...DIFFICULTIES.map((difficulty, level) => ({ topic: 'even', difficulty, count: strict[level] ?? 0 })).filter(draw => draw.count > 0)]
    const possible = there.every((count, level) => count >= (strict[level] ?? 0)) &&
      there.reduce((sum, count) => sum + count, 0) >= strict.reduce((sum, count) => sum + count, any)
    return (checkDraw({ sections: [{ draw }] }, bank).length === 0) === possible
  }), { numRuns: 300 })
})

t.test('draws by language fail only where no way of drawing would do', async t => {
  // Three topics of one letter would say nothing more: one topic, two difficulties, prompts in some of two languages.
  const written = [{ en: 'Which?' }, { ar: 'أي؟' }, { en: 'Which?', ar: 'أي؟' }] as const
  const bank = fc.array(fc.record({ prompt: fc.constantFrom(...written), difficulty: fc.constantFrom('easy' as const, 'hard' as const) }), { maxLength: 7 })
  const row = fc.record({ difficulty: fc.option(fc.constantFrom('easy' as const, 'hard' as const), { nil: undefined }), language: fc.option(fc.constantFrom('en', 'ar'), { nil: undefined }) })
  const verdicts = new Set<boolean>()
  fc.assert(fc.property(bank, fc.array(row, { minLength: 1, maxLength: 5 }), fc.boolean(), fc.string(), (bank, rows, isNamed, seed) => {
    const inBank = bank.map(({ prompt, difficulty }, index): BankQuestion => ({
      id: `id-${index}`, definition: { key: `k-${index}`, kind: 'true-false', topic: 't', difficulty, prompt, correct: true }
    }))
    const draw = rows.map(({ difficulty, language }) => ({ topic: 't', count: 1, ...difficulty !== undefined && { difficulty }, ...language !== undefined && { language } }))
    const sections = isNamed ? [{ draw }, { questions: ['k-0'] }] : [{ draw }]
    // By trying every way of giving each row a question.
    const possible = (left: readonly BankQuestion[], at = 0): boolean => {
      const wanted = draw[at]
      return wanted === undefined || left.some((question, index) =>
        (!('difficulty' in wanted) || question.definition.difficulty === wanted.difficulty) &&
        (!('language' in wanted) || Object.hasOwn(Object(question.definition.prompt), wanted.language)) &&
        possible(left.toSpliced(index, 1), at + 1))
    }
    const can = isNamed ? inBank.length > 0 && possible(inBank.slice(1)) : possible(inBank)
    verdicts.add(can)
    t.equal(checkDraw({ sections }, inBank.map(({ definition }) => definition)).length === 0, can)
    if (!can) {
      t.throws(() => drawPaper({ sections }, inBank, seed), /the questions cannot meet/)
      return true
    }
    const { slots } = drawPaper({ sections }, inBank, seed)
    t.strictSame(drawPaper({ sections }, inBank.toReversed(), seed).slots, slots)
    return new Set(slots.map(({ questionId }) => questionId)).size === draw.length + Number(isNamed)
  }), { numRuns: 300 })
  t.equal(verdicts.size, 2)
})

t.test('another attempt asks what was not seen before, as long as there is any', async t => {
  for (const more of [{}, { language: 'en' }]) {
    const plan = { sections: [{ draw: [{ topic: 'even', count: 5, ...more }] }] }
    const options = { firstLanguage: 'en' }
    const idsOf = (seed: string, seen: readonly string[]): string[] => drawPaper(plan, questions, seed, { ...options, seen }).slots.map(({ questionId }) => questionId)
    const first = idsOf('1', [])
    const second = idsOf('2', first)
    t.strictSame(first.filter(id => second.includes(id)), [])
    const third = idsOf('3', [...first, ...second])
    t.equal(third.filter(id => !first.includes(id) && !second.includes(id)).length, 2, 'the two that are left, and then any')
    t.equal(new Set(third).size, 5)
    t.strictSame(idsOf('3', [...second, ...first]), third, 'in whatever order they were seen')
  }
})

t.test('marks are drawn with the weight of their section, and with what the greatest certainty earns', async t => {
  const sections = [{ questions: ['q-1', 'q-7'], weight: 2 }, { questions: ['q-2'] }]
  const marks = (more: object): number[] => drawPaper({ sections, shuffleQuestions: false, ...more }, questions, 's').slots.map(({ mark }) => mark)
  t.strictSame(marks({}), [2, 5, 1])
  t.strictSame(marks({ behaviour: 'immediate' }), [2, 5, 1])
  t.strictSame(marks({ behaviour: 'deferred-certainty' }), [6, 15, 3])
  t.strictSame(marks({ behaviour: 'immediate-certainty', certainty: { right: [0, 1, 2] } }), [4, 10, 2])
})

const described = (key: string, kind: 'stimulus' | 'description'): BankQuestion => ({ id: `id-${key}`, definition: { key, kind, topic: 'even', difficulty: 'easy', prompt: 'Read this.' } })
const withStimulus = (index: number, stimulus: string): BankQuestion => ({ id: `id-${index}`, definition: { ...question(index).definition, stimulus } })
const bank = [
  ...questions.filter(({ id }) => !['id-2', 'id-4', 'id-14'].includes(id)),
  withStimulus(2, 's'), withStimulus(4, 's'), withStimulus(14, 's'), described('s', 'stimulus'), described('d', 'description'), described('e', 'description')
]

t.test('a stimulus comes with its questions, which stay together after it', async t => {
  for (const shuffleQuestions of [true, false]) {
    const named = { sections: [{ questions: ['q-2', 'q-9', 'q-4', 'q-5'] }, { questions: ['q-1', 'q-14', 's'] }], shuffleQuestions, questionsPerPage: 2 }
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { slots } = drawPaper(named, bank, seed)
      const ids = slots.map(slot => slot.questionId)
      const at = ids.indexOf('id-s')
      t.strictSame(ids.slice(at, at + 3), ['id-s', 'id-2', 'id-4'], 'in the order they have unshuffled')
      t.equal(ids.filter(id => id === 'id-s').length, 2, 'once in each section that needs it, though named besides')
      t.equal(ids[ids.indexOf('id-14') - 1], 'id-s')
      t.strictSame(slots.map(slot => slot.slot), [1, 2, 3, 4, 5, 6, 7, 8])
      t.strictSame(slots.filter(slot => slot.kind === 'stimulus').map(slot => [slot.mark, slot.order]), [[0, []], [0, []]])
      t.strictSame(slots.filter(slot => slot.stimulus !== undefined).map(slot => [slot.questionId, ids[slot.stimulus! - 1], slots[slot.stimulus! - 1]!.section === slot.section]), [
        ['id-2', 'id-s', true], ['id-4', 'id-s', true], ['id-14', 'id-s', true]
      ])
      const pages = slots.filter(slot => slot.kind !== 'stimulus').map(slot => slot.page)
      t.strictSame(pages, [1, 1, 2, 2, 3, 3], 'it takes no place on a page')
      t.equal(slots[at]!.page, slots[at + 1]!.page, 'and stands on that of its first question')
      t.strictSame(numbersOf(slots).filter(number => number !== null), [1, 2, 3, 4, 5, 6])
      t.equal(numbersOf(slots)[at], null)
    }
  }
  const orders = new Set(Array.from({ length: 40 }, (_, seed) => drawPaper({ sections: [{ questions: ['q-2', 'q-9', 'q-4', 'q-5'] }] }, bank, `${seed}`).slots.map(slot => slot.questionId).join()))
  t.equal(orders.size, 6, 'the three blocks come in every order')
})

t.test('a draw takes what is asked, and a description keeps its place', async t => {
  const drawn = { sections: [{ draw: [{ topic: 'even', count: 12 }] }] }
  const { slots } = drawPaper(drawn, bank, 'seed')
  t.equal(slots.filter(slot => slot.kind === 'stimulus').length, 1)
  t.notOk(slots.some(slot => slot.kind === 'description'))
  t.equal(scoreOf(openSlots(slots), 50).markMax, 12)
  t.strictSame(checkDraw(drawn, bank.map(({ definition }) => definition)), [])
  t.match(checkDraw({ sections: [{ draw: [{ topic: 'even', count: 13 }] }] }, bank.map(({ definition }) => definition)), [{ message: /only 12 are left/ }])
  for (const seed of ['a', 'b', 'c']) {
    const { slots } = drawPaper({ sections: [{ questions: ['d', 'q-1', 'q-3', 'e', 'q-5'] }, { questions: ['q-7', 's'] }], questionsPerPage: 2 }, bank, seed)
    t.strictSame(slots.map(slot => slot.kind), ['description', 'choice', 'choice', 'description', 'choice', 'choice', 'stimulus'])
    t.strictSame(slots.map(slot => slot.page), [1, 1, 1, 2, 2, 2, 2], 'on the page of the question that follows, or else of the last')
    t.strictSame(numbersOf(slots), [null, 1, 2, null, 3, 4, null])
  }
  t.strictSame(drawPaper({ sections: [{ questions: ['d'] }] }, bank, 's').slots.map(slot => slot.page), [1])
})

t.test('a stimulus that is not there is said before, and refused at the draw', async t => {
  const definitions = [withStimulus(0, 'gone'), withStimulus(1, 'q-3'), withStimulus(2, 's'), question(3), described('s', 'stimulus')].map(({ definition }) => definition)
  t.strictSame(checkStimuli(definitions), [
    { path: '0/stimulus', message: "there is no question 'gone' in this bank" }, { path: '1/stimulus', message: "'q-3' is not of kind stimulus" }
  ])
  t.strictSame(checkStimuli(bank.map(({ definition }) => definition)), [])
  for (const stimulus of ['gone', 'q-1']) {
    t.throws(() => drawPaper({ sections: [{ questions: ['q-0', 'q-1'] }] }, [withStimulus(0, stimulus), question(1)], 's'), { message: `there is no stimulus '${stimulus}' among the questions` })
  }
})

t.test('what asks nothing neither counts nor keeps an attempt from being graded', async t => {
  const { slots } = drawPaper({ sections: [{ questions: ['d', 'q-2'] }] }, bank, 's')
  const at = '2024-05-01T09:00:00.000Z'
  const definitionOf = (slot: number): QuestionDefinition => bank.find(({ id }) => id === slots[slot - 1]!.questionId)!.definition
  for (const behaviour of ['deferred', 'immediate', 'interactive', 'adaptive', 'deferred-certainty', 'immediate-certainty', 'manual'] as const) {
    const attempt = openAttempt({ seed: 's', slots }, { behaviour, startedAt: at, dueAt: null })
    t.match(apply(attempt, { type: 'answer', slot: 1, answer: { text: 'x' } }, { at, definitionOf }), { ok: false, refused: 'answer-malformed' })
    t.match(apply(attempt, { type: 'answer', slot: 1, answer: {} }, { at, definitionOf }), { ok: true, steps: [] })
    const answered = apply(attempt, { type: 'answer', slot: 3, answer: { choices: ['a'] } }, { at, definitionOf })
    const ended = apply(answered.ok ? answered.attempt : attempt, { type: 'finish', by: 'trainee' }, { at, definitionOf })
    t.match(ended, { ok: true, attempt: { state: behaviour === 'manual' ? 'needs-marking' : 'graded', slots: [{ state: 'not-answered' }, { state: 'not-answered' }, {}] } }, behaviour)
    if (ended.ok && behaviour === 'deferred') t.match(scoreOf(ended.attempt.slots, 100), { mark: 1, markMax: 1, percent: 100, passed: true })
  }
})
