import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import {
  after, apply, drawPaper, highestScore, openAttempt, regrade, regradeStep, replay, reviewOf, scoreOf,
  type Action, type Applied, type Attempt, type AttemptRules, type QuestionDefinition, type Refused, type Step
} from '../../server/quiz/quiz.ts'

// Whole attempts, step by step. Marks are those of Moodle's walkthrough tests (question/behaviour/*/tests/walkthrough_test.php),
// where it has such a walk.

const part = { topic: 'fraud', difficulty: 'easy', prompt: 'Which?' } as const
const START = '2026-11-23T09:00:00.000Z'

/** The animal of Moodle's short-answer sample: a frog is right, a toad nearly. */
const animal: QuestionDefinition = {
  ...part,
  key: 'animal',
  kind: 'short-text',
  accept: ['frog', { text: 'toad', fraction: 0.8, feedback: 'Nearly.' }],
  feedback: 'It was a frog.',
  hints: ['It leaps.', { en: 'It croaks.', ar: 'إنه ينق.' }]
}
/** Moodle's single choice: A earns all, B and C cost a third. */
const letter: QuestionDefinition = {
  ...part,
  key: 'letter',
  kind: 'choice',
  scoring: 'partial-negative',
  shuffle: false,
  penalty: 0.3333333,
  choices: [{ key: 'a', text: 'A', fraction: 1 }, { key: 'b', text: 'B', fraction: -0.3333333 }, { key: 'c', text: 'C', fraction: -0.3333333 }]
}

interface Sitting {
  attempt: Attempt
  readonly steps: Step[]
  readonly do: (action: Action) => Applied | Refused
  /** the mark of slot 1 so far, its state, and whether it is locked */
  readonly now: () => readonly [number | null, string, boolean]
  readonly review: ReturnType<typeof reviewOf>[number]
}

/** An attempt at one question worth some marks, and what is done in it. */
function sit (question: QuestionDefinition, rules: AttemptRules, mark = 1): Sitting {
  const definitionOf = (): QuestionDefinition => question
  const paper = drawPaper({ ...rules, sections: [{ questions: [question.key] }] }, [{ id: 'q', definition: { ...question, mark } }], 'seed')
  const sitting: Sitting = {
    attempt: openAttempt(paper, { ...rules, startedAt: START, dueAt: null }),
    steps: [],
    do (action) {
      const result = apply(sitting.attempt, action, { at: START, definitionOf })
      if (result.ok) {
        sitting.attempt = result.attempt
        sitting.steps.push(...result.steps)
        // The steps alone say the same.
        deepStrictEqual(replay(paper.slots, sitting.steps), sitting.attempt.slots)
      }
      return result
    },
    now () {
      const [slot] = sitting.attempt.slots
      if (slot === undefined) throw new Error('the paper is empty')
      return [slot.fraction === null ? null : Math.round(slot.fraction * slot.mark * 1e6) / 1e6, slot.state, slot.locked]
    },
    get review () {
      const [review] = reviewOf(sitting.attempt, {}, definitionOf, 'en')
      if (review === undefined) throw new Error('the paper is empty')
      return review
    }
  }
  return sitting
}

const save = (text: string): Action => ({ type: 'answer', slot: 1, answer: { text } })
const check = (text: string): Action => ({ type: 'check', slot: 1, answer: { text } })
const choose = (choice: string, certainty?: number): Action => ({ type: 'answer', slot: 1, answer: { choices: [choice], ...certainty !== undefined && { certainty } } })
const checkChoice = (choice: string, certainty?: number): Action => ({ type: 'check', slot: 1, answer: { choices: [choice], ...certainty !== undefined && { certainty } } })
const finish: Action = { type: 'finish', by: 'trainee' }
const markIt = (fraction: number, comment = 'Not good enough!'): Action => ({ type: 'mark', slot: 1, fraction, marking: { by: 'p-1', comment } })

/** Does one thing after another, and says what came of each. */
function walk (t: Test, sitting: Sitting, ...script: readonly (readonly [Action, readonly [number | null, string, boolean]])[]): void {
  for (const [action, expected] of script) {
    sitting.do(action)
    t.strictSame(sitting.now(), expected, JSON.stringify(action))
  }
}

t.test('adaptive: wrong, then right; the try costs its penalty; a person marks it afterwards', async t => {
  const sitting = sit(letter, { behaviour: 'adaptive' }, 3)
  walk(t, sitting,
    [checkChoice('b'), [0, 'wrong', false]],
    [choose('a'), [0, 'answered', false]],
    [checkChoice('a'), [2, 'right', false]],
    [finish, [2, 'right', true]],
    [markIt(1 / 3), [1, 'partly-right', true]])
  t.match(sitting.review, { comment: 'Not good enough!', mark: 1 })
  t.strictSame(sitting.steps.map(({ action }) => action), ['answer', 'try', 'answer', 'try', 'finish', 'mark'])
  const corrected: QuestionDefinition = { ...letter, choices: letter.kind === 'choice' ? letter.choices.map(choice => ({ ...choice, fraction: choice.key === 'a' ? 0 : 1 })) : [] }
  t.strictSame(regrade(sitting.attempt, sitting.attempt.slots, sitting.steps, () => corrected).map(({ changed, isMarkedByPerson }) => [changed, isMarkedByPerson]), [[false, true]],
    'what a person gave stays')
  const [machine] = regrade(sitting.attempt, sitting.attempt.slots, sitting.steps.filter(({ action }) => action !== 'mark'), () => corrected)
  t.match(machine, { new: { fraction: 1, mark: 3, state: 'wrong' } }, 'without a person the first try would earn all')
})

t.test('adaptive: nearly right, wrong, right: the best of all tries stays', async t => {
  const sitting = sit(animal, { behaviour: 'adaptive' })
  walk(t, sitting, [check('toad'), [0.8, 'partly-right', false]])
  t.match(sitting.review, { state: 'partly-right', mark: 0.8, feedback: ['Nearly.'], tries: 1 })
  for (const key of ['rightAnswer', 'hint', 'triesLeft']) t.notOk(key in sitting.review, `${key} would end the trying`)
  walk(t, sitting,
    [check('bumblebee'), [0.8, 'wrong', false]],
    [check('frog'), [0.8, 'right', false]],
    [finish, [0.8, 'right', true]])
  t.match(sitting.review, { feedback: ['It was a frog.'], rightAnswer: { text: 'frog' } })
})

t.test('adaptive: wrong, right, wrong; the same answer again is no try; the state is that of the last answer', async t => {
  const sitting = sit(animal, { behaviour: 'adaptive' }, 6)
  walk(t, sitting, [check('hippopotamus'), [0, 'wrong', false]])
  const { length } = sitting.steps
  walk(t, sitting, [check('hippopotamus'), [0, 'wrong', false]])
  t.equal(sitting.steps.length, length)
  walk(t, sitting, [{ ...save('hippopotamus'), seq: 50 } as Action, [0, 'wrong', false]])
  walk(t, sitting,
    [check('frog'), [4, 'right', false]],
    [save('bumblebee'), [4, 'answered', false]],
    [check('bumblebee'), [4, 'wrong', false]],
    [finish, [4, 'wrong', true]])
})

t.test('adaptive: what was saved and not checked is a try with the finish; what cannot be graded is none', async t => {
  const sitting = sit(animal, { behaviour: 'adaptive' }, 3)
  walk(t, sitting,
    [{ type: 'check', slot: 1 }, [null, 'not-answered', false]],
    [check('snake'), [0, 'wrong', false]],
    [save('frog'), [0, 'answered', false]],
    [finish, [2, 'right', true]])
  const blank = sit(animal, { behaviour: 'adaptive' })
  walk(t, blank, [check('toad'), [0.8, 'partly-right', false]], [{ type: 'answer', slot: 1, answer: null }, [0.8, 'not-answered', false]], [finish, [0.8, 'not-answered', true]])
})

t.test('adaptive without penalty: tries cost nothing', async t => {
  walk(t, sit(letter, { behaviour: 'adaptive-no-penalty' }, 3),
    [checkChoice('b'), [0, 'wrong', false]], [checkChoice('c'), [0, 'wrong', false]], [checkChoice('a'), [3, 'right', false]], [finish, [3, 'right', true]])
})

t.test('interactive: a hint follows each wrong try, and each costs a third', async t => {
  const sitting = sit(animal, { behaviour: 'interactive' }, 3)
  walk(t, sitting, [save('newt'), [null, 'answered', false]], [check('newt'), [null, 'wrong', false]])
  t.match(sitting.review, { state: 'wrong', tries: 1, triesLeft: 2, hint: 'It leaps.', feedback: [] })
  for (const key of ['rightAnswer', 'mark']) t.notOk(key in sitting.review)
  const { length } = sitting.steps
  walk(t, sitting, [check('newt'), [null, 'wrong', false]])
  t.equal(sitting.steps.length, length, 'a button pressed twice is one try')
  walk(t, sitting, [check('toad'), [null, 'partly-right', false]])
  t.match(sitting.review, { triesLeft: 1, hint: 'It croaks.', feedback: ['Nearly.'] })
  walk(t, sitting, [save('frog'), [null, 'answered', false]])
  t.match(sitting.review, { hint: 'It croaks.', state: 'answered' }, 'the hint stays while another answer is thought of')
  walk(t, sitting, [check('frog'), [1, 'right', true]], [finish, [1, 'right', true]])
  t.match(sitting.review, { feedback: ['It was a frog.'], rightAnswer: { text: 'frog' }, mark: 1 })
  t.notOk('hint' in sitting.review)
  t.match(sitting.do(check('toad')), { ok: false, refused: 'attempt-not-open' })
})

t.test('interactive: the last try locks whatever it is; nothing falls below 0', async t => {
  const sitting = sit(animal, { behaviour: 'interactive' })
  walk(t, sitting, [check('a'), [null, 'wrong', false]], [check('b'), [null, 'wrong', false]], [check('toad'), [0.133333, 'partly-right', true]])
  t.match(sitting.do(save('frog')), { refused: 'slot-locked' })
  walk(t, sit({ ...letter, hints: [] }, { behaviour: 'interactive' }, 3), [checkChoice('b'), [0, 'wrong', true]])
  walk(t, sit({ ...letter, hints: ['H'], penalty: 1 }, { behaviour: 'interactive' }), [checkChoice('b'), [null, 'wrong', false]], [checkChoice('a'), [0, 'right', true]])
})

t.test('interactive: handing in after a wrong try, with and without another answer', async t => {
  walk(t, sit(animal, { behaviour: 'interactive' }, 3), [check('toad'), [null, 'partly-right', false]], [finish, [1.4, 'partly-right', true]])
  walk(t, sit(animal, { behaviour: 'interactive' }, 3), [check('newt'), [null, 'wrong', false]], [save('frog'), [null, 'answered', false]], [finish, [2, 'right', true]])
  walk(t, sit(animal, { behaviour: 'interactive' }), [finish, [0, 'not-answered', true]])
})

t.test('certainty: 1, 2 and 3 of 3 for a right answer, 0, −2 and −6 for a wrong one', async t => {
  for (const [choice, certainty, mark, state] of [
    ['a', 1, 1, 'right'], ['a', 2, 2, 'right'], ['a', 3, 3, 'right'], ['b', 1, 0, 'wrong'], ['b', 2, -2, 'wrong'], ['b', 3, -6, 'wrong'],
    // Without a word on it, as of the least certainty.
    ['a', undefined, 1, 'right'], ['b', undefined, 0, 'wrong']
  ] as const) {
    const sitting = sit(letter, { behaviour: 'deferred-certainty' })
    walk(t, sitting, [choose(choice, certainty), [null, 'answered', false]], [finish, [mark, state, true]])
    t.match(sitting.review, { markMax: 3, mark, ...certainty !== undefined && { certainty } })
  }
  walk(t, sit(animal, { behaviour: 'deferred-certainty' }), [{ type: 'answer', slot: 1, answer: { text: 'toad', certainty: 3 } }, [null, 'answered', false]], [finish, [2.4, 'partly-right', true]])
  walk(t, sit(letter, { behaviour: 'deferred-certainty' }), [finish, [0, 'not-answered', true]])
  const certainty = { right: [1, 1.5, 2], wrong: [0, -0.5, -2] }
  const own: AttemptRules = { behaviour: 'deferred-certainty', certainty }
  t.equal(highestScore(certainty), 2)
  walk(t, sit(letter, own, 2), [choose('b', 2), [null, 'answered', false]], [finish, [-1, 'wrong', true]])
  walk(t, sit(letter, own, 2), [choose('a', 2), [null, 'answered', false]], [finish, [3, 'right', true]])
})

t.test('certainty with immediate feedback: a check waits until the trainee says how sure', async t => {
  const sitting = sit(letter, { behaviour: 'immediate-certainty' })
  walk(t, sitting,
    [checkChoice('a'), [null, 'answered', false]],
    [checkChoice('a', 2), [2, 'right', true]],
    [finish, [2, 'right', true]],
    [markIt(1 / 6), [0.5, 'partly-right', true]])
  walk(t, sit(letter, { behaviour: 'immediate-certainty' }), [choose('b', 3), [null, 'answered', false]], [finish, [-6, 'wrong', true]])
  for (const certainty of [0, 4, 1.5, '2', null]) {
    t.match(sit(letter, { behaviour: 'immediate-certainty' }).do({ type: 'answer', slot: 1, answer: { choices: ['a'], certainty } }), { refused: 'answer-malformed' })
  }
  t.match(sit(letter, { behaviour: 'immediate-certainty' }).do({ type: 'answer', slot: 1, answer: { text: 'a', certainty: 1 } }), { refused: 'answer-malformed' })
})

t.test('manual: a person marks what was answered, again if need be; what was left out earns nothing', async t => {
  const sitting = sit(animal, { behaviour: 'manual' }, 4)
  t.match(sitting.do(check('frog')), { refused: 'check-not-offered' })
  t.match(sitting.do(markIt(1)), { refused: 'attempt-not-finished' })
  walk(t, sitting, [save('a frog, I think'), [null, 'answered', false]], [finish, [null, 'needs-marking', true]])
  t.equal(sitting.attempt.state, 'needs-marking')
  t.strictSame(scoreOf(sitting.attempt.slots, 50), { mark: 0, markMax: 4, percent: 0, passed: false })
  for (const fraction of [-0.1, 1.1, NaN]) t.match(sitting.do(markIt(fraction)), { refused: 'mark-out-of-bounds' })
  t.match(sitting.do({ ...markIt(1), slot: 7 } as Action), { refused: 'slot-unknown' })
  walk(t, sitting, [markIt(0.75), [3, 'partly-right', true]])
  t.equal(sitting.attempt.state, 'graded')
  walk(t, sitting, [markIt(1, 'On second reading'), [4, 'right', true]])
  t.strictSame(scoreOf(sitting.attempt.slots, 50), { mark: 4, markMax: 4, percent: 100, passed: true })
  t.match(sitting.review, { comment: 'On second reading' })
  t.match(sitting.steps.at(-1), { action: 'mark', marking: { by: 'p-1', comment: 'On second reading' } })
  walk(t, sitting, [{ type: 'mark', slot: 1, fraction: 0, marking: { by: 'p-2' } }, [0, 'wrong', true]])
  t.notOk('comment' in sitting.review)
  walk(t, sit(animal, { behaviour: 'manual' }), [finish, [0, 'not-answered', true]])
})

const names = ['deferred', 'immediate', 'interactive', 'adaptive', 'adaptive-no-penalty', 'deferred-certainty', 'immediate-certainty', 'manual'] as const

t.test('whatever is done: marks stay in their bounds, steps rebuild the slots, and an unchanged question is regraded to the same', async t => {
  const text = fc.constantFrom('frog', 'toad', 'newt', ' ', 'FROG')
  const certainty = fc.option(fc.constantFrom(1, 2, 3), { nil: undefined })
  const answer = fc.record({ text, certainty }).map(({ text, certainty }) => ({ text, ...certainty !== undefined && { certainty } }))
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 3, arbitrary: answer.map(answer => ({ type: 'answer' as const, slot: 1, answer })) },
    { weight: 4, arbitrary: answer.map(answer => ({ type: 'check' as const, slot: 1, answer })) },
    { weight: 1, arbitrary: fc.constant(finish) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map(fraction => markIt(fraction)) }
  )
  fc.assert(fc.property(fc.constantFrom(...names), fc.array(action, { maxLength: 12 }), (behaviour, script) => {
    const sitting = sit(animal, { behaviour })
    for (const action of script) sitting.do(action)
    const unchanged = regrade(sitting.attempt, sitting.attempt.slots, sitting.steps, () => animal)
    t.strictSame(unchanged.filter(({ changed }) => changed), [])
    sitting.do(finish)
    const [slot] = sitting.attempt.slots
    const lowest = behaviour.endsWith('-certainty') ? -2 : 0
    const { percent } = scoreOf(sitting.attempt.slots, 50)
    return slot !== undefined && slot.locked && (slot.fraction === null ? slot.state === 'needs-marking' : slot.fraction >= lowest && slot.fraction <= 1) &&
      percent >= 0 && percent <= 100 && regrade(sitting.attempt, sitting.attempt.slots, sitting.steps, () => animal).every(({ changed }) => !changed)
  }), { numRuns: 400 })
})

t.test('a corrected question: what earlier answers would have earned, played again from the start', async t => {
  const newt: QuestionDefinition = { ...animal, accept: ['newt'] }
  const cases: [AttemptRules['behaviour'], readonly Action[], string, number | null][] = [
    ['deferred', [save('newt'), finish], 'right', 1],
    ['immediate', [check('newt'), finish], 'right', 1],
    ['interactive', [check('newt'), check('toad'), check('frog'), finish], 'right', 1],
    ['interactive', [check('frog'), finish], 'wrong', 0],
    ['interactive', [check('toad'), save('newt'), finish], 'right', 1 - 1 / 3],
    ['adaptive', [check('frog'), check('newt'), finish], 'right', 1 - 1 / 3],
    ['deferred-certainty', [{ type: 'answer', slot: 1, answer: { text: 'newt', certainty: 2 } }, finish], 'right', 2 / 3]
  ]
  for (const [behaviour, script, state, fraction] of cases) {
    const sitting = sit(animal, { behaviour })
    for (const action of script) sitting.do(action)
    const [found] = regrade(sitting.attempt, sitting.attempt.slots, sitting.steps, () => newt)
    const [slot] = sitting.attempt.slots
    if (found === undefined || slot === undefined) throw new Error('nothing was regraded')
    t.strictSame(found.old, { state: slot.state, fraction: slot.fraction, mark: (slot.fraction ?? 0) * slot.mark })
    t.strictSame([found.new.state, found.new.fraction, found.changed], [state, fraction, true], `${behaviour}: ${JSON.stringify(script)}`)

    const step = regradeStep(slot, found, { marking: { by: 'p-1', comment: 'A newt was meant' }, at: START })
    t.match(step, { seq: slot.seq + 1, action: 'regrade', answer: slot.answer, state, fraction, marking: { comment: 'A newt was meant' } })
    const now = after(slot, step)
    t.ok(now.locked)
    t.notOk('marking' in now, 'a regrade is no mark by a person')
    const steps = [...sitting.steps, step]
    t.notOk(regrade(sitting.attempt, sitting.attempt.slots, steps, () => newt)[0]?.changed, 'regrading again changes nothing')
    t.strictSame(regrade(sitting.attempt, sitting.attempt.slots, steps, () => animal)[0]?.new, found.old, 'and the old question brings back the old')
  }
})

t.test('a regrade looks at what is graded for good: not at open slots, nor at what waits for a person, nor at discarded attempts', async t => {
  const open = sit(animal, { behaviour: 'adaptive' })
  open.do(check('newt'))
  t.strictSame(regrade(open.attempt, open.attempt.slots, open.steps, () => animal), [])
  const waiting = sit(animal, { behaviour: 'manual' })
  waiting.do(save('newt'))
  waiting.do(finish)
  const waits = { state: 'needs-marking', fraction: null, mark: null } as const
  t.strictSame(regrade(waiting.attempt, waiting.attempt.slots, waiting.steps, () => letter), [
    { slot: 1, old: waits, new: waits, changed: false, isMarkedByPerson: false }
  ])
  const unreadable = sit(animal, { behaviour: 'deferred' })
  unreadable.do(save('newt'))
  unreadable.do(finish)
  t.match(regrade(unreadable.attempt, unreadable.attempt.slots, unreadable.steps, () => letter), [{ new: { state: 'unreadable', fraction: 0 }, changed: true }])
  t.match(regrade({ behaviour: 'manual' }, unreadable.attempt.slots, unreadable.steps, () => animal), [{ new: { state: 'needs-marking', fraction: null }, changed: true }])
  t.strictSame(regrade({ ...unreadable.attempt, endedBy: 'discarded' }, unreadable.attempt.slots, unreadable.steps, () => letter), [])
})
