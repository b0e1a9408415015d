import fc from 'fast-check'
import t from 'tap'
import {
  after, apply, attemptsWith, behaviours, checkQuiz, closesWith, drawPaper, dueAt, endingAt, GRACE_SECONDS, isOver, isSameAnswer, limitWith, markOf, mostOf, NO_ALLOWANCE, openAttempt, openSlots, replay, reviewOf, rounded, scoreOf,
  type Action, type ActionContext, type Applied, type Attempt, type QuestionDefinition, type Refused, type SlotState, type Step
} from '../../server/quiz/quiz.ts'

const part = { topic: 'fraud', difficulty: 'easy', prompt: 'Which?' } as const
const definitions: readonly QuestionDefinition[] = [
  {
    ...part,
    key: 'q-1',
    kind: 'choice',
    mark: 2,
    feedback: { en: 'Money first.', ar: 'المال أولا.' },
    choices: [{ key: 'a', text: { en: 'Wait', ar: 'انتظر' }, feedback: 'Too late.' }, { key: 'b', text: { en: 'Recall', ar: 'استرجع' }, correct: true }]
  },
  { ...part, key: 'q-2', kind: 'numeric', value: 72, unit: 'hours' },
  { ...part, key: 'q-3', kind: 'order', scoring: 'pairs', items: [{ key: 'x', text: 'X' }, { key: 'y', text: 'Y' }, { key: 'z', text: 'Z' }] },
  { ...part, key: 'q-4', kind: 'choice', maxChoices: 0, scoring: 'partial-negative', choices: [{ key: 'a', text: 'A', correct: true }, { key: 'b', text: 'B' }] }
]
const quiz = {
  sections: [{ questions: ['q-1', 'q-2', 'q-3', 'q-4'] }], shuffleQuestions: false
}
const paper = drawPaper(quiz, definitions.map(definition => ({ id: definition.key, definition })), 'seed')
const START = '2026-11-23T09:00:00.000Z'

function definitionOf (slot: number): QuestionDefinition {
  const definition = definitions[slot - 1]
  if (definition === undefined) throw new Error(`no slot ${slot}`)
  return definition
}

/** A context some seconds after the start. */
function later (seconds: number): ActionContext {
  return { at: new Date(Date.parse(START) + seconds * 1000).toISOString(), definitionOf }
}

function open (behaviour: Attempt['behaviour'], limitSeconds: number | null = null): Attempt {
  return openAttempt(paper, { behaviour, startedAt: START, dueAt: dueAt(START, limitSeconds, null) })
}

function applied (result: Applied | Refused): Applied {
  if (!result.ok) throw new Error(`refused: ${result.refused}`)
  return result
}

/** Plays actions one after another, a second apart, and keeps the steps. */
function play (attempt: Attempt, ...actions: readonly Action[]): { attempt: Attempt, steps: Step[] } {
  const steps: Step[] = []
  for (const [index, action] of actions.entries()) {
    const result = applied(apply(attempt, action, later(index + 1)))
    attempt = result.attempt
    steps.push(...result.steps)
  }
  return { attempt, steps }
}

function refusedOf (result: Applied | Refused): string | undefined {
  return result.ok ? undefined : result.refused
}

function slotOf (attempt: Attempt, number: number): SlotState {
  const slot = attempt.slots.find(slot => slot.slot === number)
  if (slot === undefined) throw new Error(`no slot ${number}`)
  return slot
}

t.test('an answer that takes a decision back is refused, an old one is out of date, and no seq gets around it', async t => {
  const scenario: QuestionDefinition = {
    ...part, key: 'q-5', kind: 'scenario', start: 'call',
    nodes: [
      { key: 'call', text: 'Call', choices: [{ key: 'recall', text: 'Recall', next: 'bank', points: 1 }, { key: 'wait', text: 'Wait' }] },
      { key: 'bank', text: 'Bank', choices: [{ key: 'name', text: 'Name it', points: 1 }, { key: 'court', text: 'Go to court' }] }
    ]
  }
  const context = (seconds: number): ActionContext => ({ ...later(seconds), definitionOf: () => scenario })
  const start = openAttempt(drawPaper({ sections: [{ questions: ['q-5'] }] }, [{ id: 'q-5', definition: scenario }], 'seed'), { behaviour: 'interactive', startedAt: START, dueAt: null })
  const say = (attempt: Attempt, path: readonly string[] | null, seq?: number): Applied | Refused =>
    apply(attempt, { type: 'answer', slot: 1, answer: path === null ? null : { path }, ...seq !== undefined && { seq } }, context(9))
  const one = applied(say(start, ['recall'])).attempt
  for (const path of [null, [], ['wait'], ['recalled'], ['name']]) {
    t.equal(refusedOf(say(one, path)), 'decision-taken')
    t.equal(refusedOf(say(one, path, 40)), 'decision-taken')
    t.equal(refusedOf(apply(one, { type: 'check', slot: 1, answer: path === null ? null : { path } }, context(9))), 'decision-taken')
  }
  const strange = applied(say(one, ['recall', 'nonsense'])).attempt
  t.equal(refusedOf(say(strange, ['wait'])), 'decision-taken', 'an answer that cannot be read is no way back')
  const two = applied(say(strange, ['recall', 'court'])).attempt
  t.equal(refusedOf(say(two, ['recall', 'name'])), 'decision-taken')
  t.equal(refusedOf(say(two, ['recall'], 1)), 'answer-out-of-date')
  t.strictSame(applied(say(two, ['recall', 'court'])).steps, [], 'the same again changes nothing')
})

t.test('a whole attempt with deferred feedback, from opening to score and review', async t => {
  const opened = open('deferred', 600)
  t.strictSame(opened, {
    state: 'open', behaviour: 'deferred', startedAt: START, dueAt: '2026-11-23T09:10:00.000Z', slots: openSlots(paper.slots)
  })
  t.strictSame(opened.slots[0], {
    slot: 1, mark: 2, answer: null, seq: 0, state: 'not-answered', fraction: null, locked: false, tries: 0, tried: null, section: 0
  })
  const { attempt, steps } = play(opened,
    { type: 'answer', slot: 1, answer: { choices: ['a'] } },
    { type: 'answer', slot: 2, answer: { text: 'three days' } },
    { type: 'answer', slot: 1, answer: { choices: ['b'] } },
    { type: 'answer', slot: 3, answer: { order: ['z', 'x', 'y'] } },
    { type: 'answer', slot: 4, answer: { choices: ['b'] } }
  )
  t.strictSame(attempt.slots.map(slot => slot.state), ['answered', 'unreadable', 'answered', 'answered'])
  t.strictSame(steps[2], { slot: 1, seq: 2, action: 'answer', answer: { choices: ['b'] }, state: 'answered', fraction: null, at: later(3).at })
  t.strictSame(reviewOf(attempt, {}, definitionOf, 'en')[0], {
    slot: 1, state: 'answered', markMax: 2, answer: { choices: ['b'] }, summary: 'Recall'
  }, 'nothing is shown before the finish but what the trainee gave')

  const ended = applied(apply(attempt, { type: 'finish', by: 'trainee' }, later(60)))
  t.equal(ended.attempt.state, 'graded')
  t.equal(ended.attempt.endedBy, 'trainee')
  t.equal(ended.attempt.finishedAt, later(60).at)
  t.strictSame(ended.attempt.slots.map(slot => [slot.state, slot.fraction, slot.locked]), [
    ['right', 1, true], ['unreadable', 0, true], ['partly-right', 0.5, true], ['wrong', -1, true]
  ])
  t.strictSame(ended.steps[0], { slot: 1, seq: 3, action: 'finish', answer: { choices: ['b'] }, state: 'right', fraction: 1, at: later(60).at })
  t.strictSame(replay(paper.slots, [...ended.steps, ...steps]), ended.attempt.slots)
  t.strictSame(scoreOf(ended.attempt.slots, 30), { mark: 1.5, markMax: 5, percent: 30, passed: true })
  t.strictSame(apply(ended.attempt, { type: 'finish', by: 'expiry' }, later(9999)), { ok: true, attempt: ended.attempt, steps: [] },
    'finishing again changes nothing')
  t.equal(refusedOf(apply(ended.attempt, { type: 'answer', slot: 1, answer: null }, later(61))), 'attempt-not-open')
})

t.test('a whole attempt with immediate feedback', async t => {
  const { attempt, steps } = play(open('immediate'),
    { type: 'answer', slot: 1, answer: { choices: ['b'] } },
    { type: 'check', slot: 1 },
    { type: 'check', slot: 2, answer: { text: '71 hours' } },
    { type: 'check', slot: 3, answer: { order: ['x', 'y'] } },
    { type: 'check', slot: 4 },
    { type: 'answer', slot: 4, answer: { choices: ['a'] } }
  )
  t.strictSame(steps.map(({ slot, seq, action, state, fraction }) => [slot, seq, action, state, fraction]), [
    [1, 1, 'answer', 'answered', null],
    [1, 2, 'check', 'right', 1],
    [2, 1, 'answer', 'answered', null],
    [2, 2, 'check', 'wrong', 0],
    [3, 1, 'answer', 'unreadable', null],
    [4, 1, 'answer', 'answered', null]
  ], 'what is blank or unreadable is not graded by a check')
  t.strictSame(attempt.slots.map(slot => slot.locked), [true, true, false, false])
  t.strictSame(reviewOf(attempt, {}, definitionOf, 'ar')[0], {
    slot: 1,
    state: 'right',
    markMax: 2,
    answer: { choices: ['b'] },
    summary: 'استرجع',
    fraction: 1,
    mark: 2,
    feedback: ['المال أولا.'],
    rightAnswer: { choices: ['b'] },
    rightAnswerSummary: 'استرجع'
  }, 'a checked slot shows its feedback at once')
  t.notOk('rightAnswer' in (reviewOf(attempt, {}, definitionOf, 'ar')[3] ?? {}))

  t.equal(refusedOf(apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['a'] } }, later(9))), 'slot-locked')
  t.equal(refusedOf(apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['b'] }, seq: 9 }, later(9))), 'slot-locked')
  t.equal(refusedOf(apply(attempt, { type: 'check', slot: 1, answer: { choices: ['a'] } }, later(9))), 'slot-locked')
  for (const repeat of [
    { type: 'answer', slot: 1, answer: { choices: ['b'] }, seq: 1 }, { type: 'check', slot: 1 }, { type: 'check', slot: 1, answer: { choices: ['b'] } }
  ] as const) t.strictSame(apply(attempt, repeat, later(9)), { ok: true, attempt, steps: [] }, 'a repeated request is answered as the first')

  const ended = applied(apply(attempt, { type: 'finish', by: 'trainee' }, later(60)))
  t.strictSame(ended.steps.map(step => [step.slot, step.seq, step.state]), [[3, 2, 'unreadable'], [4, 2, 'right']], 'only what was not checked is graded')
  t.strictSame(replay(paper.slots, [...steps, ...ended.steps]), ended.attempt.slots)
  t.strictSame(scoreOf(ended.attempt.slots, 60), { mark: 3, markMax: 5, percent: 60, passed: true })
})

t.test('a trainee may clear an answer', async t => {
  const { attempt, steps } = play(open('deferred'),
    { type: 'answer', slot: 1, answer: { choices: [] } },
    { type: 'answer', slot: 2, answer: null },
    { type: 'answer', slot: 2, answer: { text: '72' } },
    { type: 'answer', slot: 2, answer: { text: ' \u00a0' } }
  )
  t.strictSame(steps.map(({ slot, seq, answer, state }) => [slot, seq, answer, state]), [
    [2, 1, { text: '72' }, 'answered'], [2, 2, null, 'not-answered']
  ], 'a blank answer where none was is no step')
  const ended = applied(apply(attempt, { type: 'finish', by: 'trainee' }, later(9)))
  t.strictSame([slotOf(ended.attempt, 2).state, slotOf(ended.attempt, 2).fraction], ['not-answered', 0])
})

t.test('a client that numbers its answers cannot lose one, nor overwrite a newer by an older', async t => {
  const answer = (text: string, seq?: number): Action => ({ type: 'answer', slot: 2, answer: { text }, ...seq !== undefined && { seq } })
  const { attempt } = play(open('deferred'), answer('1'), answer('2', 7))
  t.equal(slotOf(attempt, 2).seq, 7, 'a greater number is taken as it is')
  const cases: [Action, string | number[]][] = [
    [answer('3'), [8]],
    [answer('2'), []],
    [answer('2', 7), []],
    [answer('2', 5), []],
    [answer('2', 8), [8]],
    [answer('3', 8), [8]],
    [answer('3', 1e12), [1e12]],
    [answer('3', 7), 'answer-out-of-date'],
    [answer('1', 1), 'answer-out-of-date'],
    [answer('1', 0), 'answer-out-of-date'],
    [answer('3', -1), 'answer-malformed'],
    [answer('3', 1.5), 'answer-malformed'],
    [answer('3', 1e15), 'answer-malformed']
  ]
  for (const [action, expected] of cases) {
    const result = apply(attempt, action, later(9))
    t.strictSame(result.ok ? result.steps.map(step => step.seq) : result.refused, expected, JSON.stringify(action))
  }
  t.strictSame(apply(attempt, answer('3', 7), later(9)), { ok: false, refused: 'answer-out-of-date', seq: 7, answer: { text: '2' } },
    'it is told what is stored, to start from it')
})

t.test('an answer with its keys in another order is the same answer', async t => {
  const matching: QuestionDefinition = {
    ...part,
    key: 'm',
    kind: 'match',
    stems: [{ key: 's', text: 'S', choice: 'a' }, { key: 'r', text: 'R', choice: 'b' }],
    choices: [{ key: 'a', text: 'A' }, { key: 'b', text: 'B' }]
  }
  const context = { at: START, definitionOf: () => matching }
  const first = applied(apply(open('deferred'), { type: 'answer', slot: 1, answer: { pairs: { s: 'a', r: 'b' } } }, context))
  t.strictSame(applied(apply(first.attempt, { type: 'answer', slot: 1, answer: { pairs: { r: 'b', s: 'a' } } }, context)).steps, [])
})

t.test('what cannot be taken is refused with its reason', async t => {
  const attempt = open('deferred', 60)
  t.equal(refusedOf(apply(attempt, { type: 'answer', slot: 9, answer: null }, later(1))), 'slot-unknown')
  t.equal(refusedOf(apply(attempt, { type: 'answer', slot: 1, answer: { text: 'b' } }, later(1))), 'answer-malformed')
  t.equal(refusedOf(apply(attempt, { type: 'answer', slot: 1, answer: undefined }, later(1))), 'answer-malformed')
  t.equal(refusedOf(apply(attempt, { type: 'check', slot: 1 }, later(1))), 'check-not-offered')
  t.equal(refusedOf(apply(attempt, { type: 'finish', by: 'expiry' }, later(1))), 'time-not-up')
  t.equal(refusedOf(apply(open('deferred'), { type: 'finish', by: 'expiry' }, later(1e6))), 'time-not-up', 'without a limit there is no expiry')
  t.equal(refusedOf(apply(open('immediate'), { type: 'check', slot: 1, answer: 7 }, later(1))), 'answer-malformed')
  t.equal(refusedOf(apply({ ...attempt, state: 'submitted' }, { type: 'check', slot: 1 }, later(1))), 'attempt-not-open')
})

t.test('answers on their way at the due time are taken, later ones are not', async t => {
  const attempt = open('deferred', 60)
  const answer = { type: 'answer', slot: 1, answer: { choices: ['b'] } } as const
  t.ok(apply(attempt, answer, later(60 + GRACE_SECONDS)).ok)
  t.equal(refusedOf(apply(attempt, answer, later(60 + GRACE_SECONDS + 0.001))), 'time-is-up')
  t.equal(refusedOf(apply(attempt, { type: 'finish', by: 'expiry' }, later(60 + GRACE_SECONDS))), 'time-not-up')
})

t.test('a timed attempt has one ending, whoever brings it about and however late', async t => {
  const { attempt } = play(open('deferred', 60), { type: 'answer', slot: 1, answer: { choices: ['b'] } })
  const byTrainee = apply(attempt, { type: 'finish', by: 'trainee' }, later(60))
  t.match(byTrainee, { ok: true, attempt: { state: 'graded', endedBy: 'expiry', finishedAt: later(60).at } })
  for (const [by, seconds] of [['trainee', 62], ['trainee', 70], ['expiry', 66], ['expiry', 86400]] as const) {
    t.strictSame(apply(attempt, { type: 'finish', by }, later(seconds)), byTrainee, `by ${by} after ${seconds} s`)
  }
})

t.test('a clock set back neither ends nor lengthens an attempt', async t => {
  const attempt = open('deferred', 60)
  t.ok(apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['b'] } }, later(-3600)).ok)
  t.match(apply(attempt, { type: 'finish', by: 'trainee' }, later(-3600)), { attempt: { finishedAt: START, endedBy: 'trainee', dueAt: later(60).at } })
  t.equal(refusedOf(apply(attempt, { type: 'finish', by: 'expiry' }, later(-3600))), 'time-not-up')
})

t.test('due times', async t => {
  const cases: [number | null, string | null, string | null][] = [
    [null, null, null],
    [90, null, '2026-11-23T09:01:30.000Z'],
    [null, '2026-11-23T10:00:00+01:00', '2026-11-23T09:00:00.000Z'],
    [3600, '2026-11-23T09:30:00Z', '2026-11-23T09:30:00.000Z'],
    [600, '2026-11-23T09:30:00Z', '2026-11-23T09:10:00.000Z'],
    [null, '2026-11-22T00:00:00Z', START]
  ]
  for (const [limit, closes, due] of cases) t.equal(dueAt(START, limit, closes), due, `${limit} s, closing ${closes}`)
  t.notOk(isOver({ dueAt: null }, '2999-01-01T00:00:00Z'))
  t.strictSame(endingAt({ startedAt: START, dueAt: null }, '2999-01-01T00:00:00Z'), { finishedAt: '2999-01-01T00:00:00Z', endedBy: 'trainee' })
})

t.test('an answer works with only its slot loaded, and nothing given is changed', async t => {
  const attempt = open('immediate')
  const one = Object.freeze({ ...attempt, slots: Object.freeze(attempt.slots.filter(slot => slot.slot === 2).map(slot => Object.freeze(slot))) })
  const result = applied(apply(one, { type: 'check', slot: 2, answer: { text: '72' } }, later(1)))
  t.strictSame(result.attempt.slots.map(slot => [slot.slot, slot.state]), [[2, 'right']])
  t.equal(refusedOf(apply(one, { type: 'answer', slot: 1, answer: null }, later(1))), 'slot-unknown')
})

t.test('what waits for a person keeps the attempt from being graded or passed', async t => {
  const waiting = { state: 'needs-marking', fraction: 0 } as const
  const [slot] = openSlots(paper.slots)
  if (slot === undefined) throw new Error('the paper is empty')
  for (const { finish } of Object.values(behaviours)) {
    t.strictSame(finish({ slot, grade: waiting, penalty: 1, hints: 0, scores: {} }), { state: 'needs-marking', fraction: null })
  }
  const { attempt } = play(open('immediate'), { type: 'check', slot: 1, answer: { choices: ['b'] } })
  const marked = { ...attempt, slots: attempt.slots.map(slot => slot.slot === 4 ? { ...slot, state: 'needs-marking' as const, locked: true } : slot) }
  const ended = applied(apply(marked, { type: 'finish', by: 'trainee' }, later(5)))
  t.equal(ended.attempt.state, 'needs-marking')
  t.strictSame(scoreOf(ended.attempt.slots, 0), { mark: 2, markMax: 5, percent: 40, passed: false })
  t.match(reviewOf(ended.attempt, { correctness: false }, definitionOf, 'en')[3], { state: 'needs-marking', mark: null, fraction: null })
})

t.test('marks are added up, never fall below 0 in all, and are rounded once', async t => {
  const graded = (...pairs: [number, number | null][]) => pairs.map(([mark, fraction]) => ({ mark, fraction, state: 'answered' as const }))
  const third = 1 / 3
  for (const [slots, pass, score] of [
    [graded([1, third], [1, third], [1, third]), 33, { mark: 1, markMax: 3, percent: 33.33, passed: true }],
    [graded([1, third], [1, third], [1, third]), 33.34, { mark: 1, markMax: 3, percent: 33.33, passed: false }],
    [graded([1, third]), 33.333, { mark: 0.33, markMax: 1, percent: 33.33, passed: true }],
    [graded([1, -1], [1, 0.5]), 1, { mark: 0, markMax: 2, percent: 0, passed: false }],
    [graded([2, null], [2, 1]), 50, { mark: 2, markMax: 4, percent: 50, passed: true }],
    [graded(...Array.from({ length: 7 }, (): [number, number] => [0.1, 1]), [0.3, 0]), 70, { mark: 0.7, markMax: 1, percent: 70, passed: true }],
    [graded(), 50, { mark: 0, markMax: 0, percent: 0, passed: false }]
  ] as const) t.strictSame(scoreOf(slots, pass), score)
  t.equal(rounded(1.005), 1.01)
  t.equal(rounded(2.994999), 2.99)
  t.equal(markOf({ mark: 3, fraction: -0.5 }), -1.5)
  t.equal(markOf({ mark: 3, fraction: null }), null)
})

t.test('a review shows what its policy allows and no more', async t => {
  const { attempt } = play(open('deferred'),
    { type: 'answer', slot: 1, answer: { choices: ['a'] } },
    { type: 'answer', slot: 2, answer: { text: '72' } },
    { type: 'finish', by: 'trainee' })
  const all = {
    slot: 1,
    state: 'wrong',
    markMax: 2,
    answer: { choices: ['a'] },
    summary: 'Wait',
    fraction: 0,
    mark: 0,
    feedback: ['Too late.', 'Money first.'],
    rightAnswer: { choices: ['b'] },
    rightAnswerSummary: 'Recall'
  }
  t.strictSame(reviewOf(attempt, undefined, definitionOf, 'en')[0], all)
  const hidden = { answer: ['answer', 'summary'], correctness: [], mark: ['fraction', 'mark'], feedback: ['feedback'], rightAnswer: ['rightAnswer', 'rightAnswerSummary'] }
  for (const [flag, keys] of Object.entries(hidden)) {
    const [shown] = reviewOf(attempt, { [flag]: false }, definitionOf, 'en')
    const expected = Object.fromEntries(Object.entries(all).filter(([key]) => !keys.some(hidden => hidden === key)))
    t.strictSame(shown, flag === 'correctness' ? { ...expected, state: 'answered' } : expected, `without ${flag}`)
  }
  const none = reviewOf(attempt, { answer: false, correctness: false, mark: false, feedback: false, rightAnswer: false }, definitionOf, 'en')
  t.strictSame(none, [
    { slot: 1, state: 'answered', markMax: 2 }, { slot: 2, state: 'answered', markMax: 1 }, { slot: 3, state: 'not-answered', markMax: 1 }, { slot: 4, state: 'not-answered', markMax: 1 }
  ])
  t.match(reviewOf(attempt, {}, definitionOf, 'en')[1], { summary: '72 hours', rightAnswerSummary: '72 hours', feedback: [] })
  t.match(reviewOf(attempt, {}, definitionOf, 'en')[2], { answer: null, summary: '', fraction: 0, feedback: [] })
})

t.test('steps alone rebuild the slots, whatever was done', async t => {
  const slot = fc.integer({ min: 1, max: 5 })
  const answer = fc.constantFrom<unknown>(null, { choices: ['a'] }, { choices: ['b'] }, { choices: ['a', 'b'] }, { text: '72' }, { text: 'x' }, { order: ['x', 'y', 'z'] }, 7)
  const seq = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined })
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ slot, answer, seq }).map(({ slot, answer, seq }) => ({ type: 'answer' as const, slot, answer, ...seq !== undefined && { seq } })) },
    { weight: 2, arbitrary: fc.record({ slot, answer, bare: fc.boolean() }).map(({ slot, answer, bare }) => ({ type: 'check' as const, slot, ...!bare && { answer } })) },
    { weight: 1, arbitrary: fc.constantFrom('trainee' as const, 'expiry' as const).map(by => ({ type: 'finish' as const, by })) }
  )
  const timed = fc.tuple(fc.integer({ min: -10, max: 80 }), action)
  fc.assert(fc.property(fc.constantFrom('deferred' as const, 'immediate' as const), fc.array(timed, { maxLength: 25 }), (behaviour, script) => {
    let attempt = open(behaviour, 60)
    const steps: Step[] = []
    for (const [seconds, action] of script) {
      const before = JSON.stringify(attempt)
      const result = apply(attempt, action, later(seconds))
      if (JSON.stringify(attempt) !== before) return false
      if (!result.ok) continue
      attempt = result.attempt
      steps.push(...result.steps)
    }
    const numbers = steps.map(step => `${step.slot}/${step.seq}`)
    t.strictSame(replay(paper.slots, steps.toReversed()), attempt.slots)
    return new Set(numbers).size === numbers.length &&
      (attempt.state === 'open' || attempt.slots.every(slot => slot.locked && slot.fraction !== null))
  }), { numRuns: 300 })
})

t.test('a step after a lock keeps the lock, so that a correction by a person can follow', async t => {
  const [slot] = openSlots(paper.slots)
  if (slot === undefined) throw new Error('the paper is empty')
  const step: Step = { slot: 1, seq: 1, action: 'check', answer: { choices: ['b'] }, state: 'right', fraction: 1, at: START }
  t.ok(after(after(slot, step), { ...step, seq: 2, action: 'answer' }).locked)
})

t.test('the whole way, from what an author writes to a score', async t => {
  const checked = checkQuiz({ key: 'practice', title: 'Practice', behaviour: 'immediate', passPercent: 60, limitMinutes: 1, sections: quiz.sections })
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems))
  const drawn = drawPaper(checked.quiz, definitions.map(definition => ({ id: definition.key, definition })), 'another seed')
  const of = (slot: number): QuestionDefinition => definitions.find(definition => definition.key === drawn.slots[slot - 1]?.questionId) ?? definitionOf(0)
  let attempt = openAttempt(drawn, { behaviour: checked.quiz.behaviour, startedAt: START, dueAt: dueAt(START, 60, null) })
  for (const { slot } of drawn.slots) {
    const key = reviewOf({ slots: openSlots(drawn.slots).map(slot => ({ ...slot, locked: true })) }, {}, of, 'en')
    attempt = applied(apply(attempt, { type: 'check', slot, answer: key[slot - 1]?.rightAnswer }, { at: START, definitionOf: of })).attempt
  }
  const ended = applied(apply(attempt, { type: 'finish', by: 'expiry' }, { ...later(1000), definitionOf: of }))
  t.strictSame(ended.steps, [])
  t.strictSame(scoreOf(ended.attempt.slots, checked.quiz.passPercent), { mark: 5, markMax: 5, percent: 100, passed: true })
})

t.test('somebody may be allowed more time, more attempts and later deadlines', async (t) => {
  const both = mostOf([{ ...NO_ALLOWANCE, extraPercent: 25, extraAttempts: 1 }, { ...NO_ALLOWANCE, extraPercent: 10, extraMinutes: 10, laterDays: 2 }])
  t.strictSame(both, { extraPercent: 25, extraMinutes: 10, extraAttempts: 1, laterDays: 2 }, 'of each the most, not the sum')
  t.strictSame(mostOf([]), NO_ALLOWANCE)
  t.equal(limitWith(3600, both), 3600 + 900, '25 % of an hour is more than ten minutes')
  t.equal(limitWith(1200, both), 1200 + 600, 'of twenty minutes it is less')
  t.equal(limitWith(1001, { ...NO_ALLOWANCE, extraPercent: 33 }), 1331, 'whole seconds')
  t.equal(limitWith(null, both), null, 'no limit stays none')
  t.equal(attemptsWith(2, both), 3)
  t.equal(attemptsWith(undefined, both), undefined)
  t.equal(closesWith(START, both), '2026-11-25T09:00:00.000Z')
  t.equal(closesWith(START, NO_ALLOWANCE), START)
})

t.test('answers are the same in whatever order their keys stand', async t => {
  t.ok(isSameAnswer({ pairs: { a: '1', b: '2' } }, { pairs: { b: '2', a: '1' } }))
  t.notOk(isSameAnswer({ pairs: { a: '1', b: '2' } }, { pairs: { b: '1', a: '2' } }), 'as long, and another')
  t.notOk(isSameAnswer({ choices: ['a', 'b'] }, { choices: ['b', 'a'] }), 'a list has an order')
  t.notOk(isSameAnswer({ text: 'a' }, { text: 'ab' }))
  t.ok(isSameAnswer(null, null))
  t.notOk(isSameAnswer(null, { text: '' }))
})
