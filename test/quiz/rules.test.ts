import t from 'tap'
import {
  apply, drawPaper, dueAt, endingAt, endsAt, gradeOverAttempts, isMarkedByPerson, isOver, markedFraction, momentOf, openAttempt, policyAt, rubricOf, scoreOf,
  type Attempt, type AttemptResult, type QuestionDefinition, type Rubric
} from '../../server/quiz/quiz.ts'

const START = '2026-11-23T09:00:00.000Z'
const question: QuestionDefinition = { key: 'q', kind: 'true-false', topic: 't', difficulty: 'easy', prompt: 'Is it?', correct: true }
const paper = drawPaper({ sections: [{ questions: ['q', 'r'] }], shuffleQuestions: false }, [{ id: 'q', definition: question }, { id: 'r', definition: { ...question, key: 'r' } }], 's')

function at (seconds: number): string {
  return new Date(Date.parse(START) + seconds * 1000).toISOString()
}

function open (rules: Partial<Attempt>): Attempt {
  return openAttempt(paper, { behaviour: 'immediate', startedAt: START, dueAt: dueAt(START, 60, null), ...rules })
}

function did (attempt: Attempt, action: Parameters<typeof apply>[1], seconds: number): Attempt {
  const result = apply(attempt, action, { at: at(seconds), definitionOf: () => question })
  if (!result.ok) throw new Error(result.refused)
  return result.attempt
}

const right = { choices: ['true'] }

t.test('grace: what is answered in it counts, and whoever finishes in it ends the attempt', async t => {
  const attempt = did(open({ overdue: 'grace', graceSeconds: 30 }), { type: 'answer', slot: 1, answer: right }, 10)
  t.equal(endsAt(attempt), at(90))
  const late = did(attempt, { type: 'answer', slot: 2, answer: right }, 89)
  t.match(did(late, { type: 'finish', by: 'trainee' }, 89.5), { finishedAt: at(89.5), endedBy: 'trainee', slots: [{ fraction: 1 }, { fraction: 1 }] })
  t.match(apply(late, { type: 'finish', by: 'expiry' }, { at: at(95), definitionOf: () => question }), { refused: 'time-not-up' })
  t.match(did(late, { type: 'finish', by: 'expiry' }, 95.001), { finishedAt: at(90), endedBy: 'expiry', slots: [{ fraction: 1 }, { fraction: 1 }] })
  t.match(apply(late, { type: 'answer', slot: 2, answer: null }, { at: at(96), definitionOf: () => question }), { refused: 'time-is-up' })
  t.notOk(isOver({ dueAt: at(60), overdue: 'grace' }, at(65)), 'a grace of no length is none')
  t.ok(isOver({ dueAt: at(60), overdue: 'grace' }, at(65.001)))
  t.equal(endsAt({ dueAt: null, overdue: 'grace', graceSeconds: 30 }), null)
  t.equal(endsAt({ dueAt: at(60), graceSeconds: 30 }), at(60), 'without the rule there is no grace')
})

t.test('discard: an attempt that is not handed in earns nothing, keeps its answers and cannot be marked', async t => {
  const attempt = did(did(open({ overdue: 'discard' }), { type: 'check', slot: 1, answer: right }, 10), { type: 'answer', slot: 2, answer: right }, 20)
  const gone = did(attempt, { type: 'finish', by: 'expiry' }, 70)
  t.match(gone, { state: 'graded', endedBy: 'discarded', finishedAt: at(60) })
  t.strictSame(gone.slots.map(({ answer, state, fraction, locked }) => [answer, state, fraction, locked]), [[right, 'right', 0, true], [right, 'answered', 0, true]])
  t.match(scoreOf(gone.slots, 0), { mark: 0, percent: 0 })
  t.match(apply(gone, { type: 'mark', slot: 1, fraction: 1, marking: { by: 'p' } }, { at: at(99), definitionOf: () => question }), { refused: 'attempt-not-finished' })
  t.match(did(attempt, { type: 'finish', by: 'trainee' }, 70), { endedBy: 'discarded' }, 'nor by a finish that comes too late')
  t.match(did(attempt, { type: 'finish', by: 'trainee' }, 64), { endedBy: 'trainee', finishedAt: at(60), slots: [{ fraction: 1 }, { fraction: 1 }] },
    'one sent in time may be on its way')
  t.strictSame(endingAt(attempt, at(59)), { finishedAt: at(59), endedBy: 'trainee' })
})

t.test('a total below 0 counts as 0 unless the quiz says otherwise', async t => {
  const slots = [{ mark: 3, fraction: -2, state: 'wrong' }, { mark: 3, fraction: 1, state: 'right' }] as const
  t.strictSame(scoreOf(slots, { passPercent: 10 }), { mark: 0, markMax: 6, percent: 0, passed: false })
  t.strictSame(scoreOf(slots, { passPercent: 10, floor: false }), { mark: -3, markMax: 6, percent: -50, passed: false })
})

t.test('a section with a minimum must be reached by itself', async t => {
  const slots = [1, 1, 0.5, 0.5].map((fraction, index) => ({ mark: 1, fraction, state: 'right' as const, section: index < 2 ? 0 : 1 }))
  const score = scoreOf(slots, { passPercent: 70, sections: [{}, { minPercent: 51 }] })
  t.match(score, { percent: 75, passed: false, sections: [{ section: 1, percent: 50, minPercent: 51, reached: false }] })
  t.match(scoreOf(slots, { passPercent: 70, sections: [{ minPercent: 100 }, { minPercent: 50 }] }), { passed: true, sections: [{ reached: true }, { reached: true }] })
  t.match(scoreOf(slots, { passPercent: 70, sections: [{}, {}, { minPercent: 1 }] }), { passed: false }, 'of a section without marks nothing is reached')
  t.notOk('sections' in scoreOf(slots, { passPercent: 70, sections: [{}, {}] }))
})

t.test('the grade of several attempts', async t => {
  const result = (number: number, percent: number | null, passed: boolean | null, state: AttemptResult['state'] = 'graded'): AttemptResult => ({ number, state, percent, passed })
  const attempts = [result(3, 70, true), result(1, 40, false), result(2, 90, false), result(4, 60, true)]
  const grade = (gradeOf?: 'highest' | 'average' | 'first' | 'last', of: readonly AttemptResult[] = attempts) => gradeOverAttempts(of, { passPercent: 65, ...gradeOf !== undefined && { gradeOf } })
  t.strictSame(grade(), { percent: 90, passed: true })
  t.strictSame(grade('highest'), grade())
  t.strictSame(grade('average'), { percent: 65, passed: true })
  t.strictSame(grade('first'), { percent: 40, passed: false })
  t.strictSame(grade('last'), { percent: 60, passed: true })
  const waiting = [result(1, 30, false, 'needs-marking'), result(2, 80, true), result(3, null, null, 'open')]
  t.strictSame(grade('highest', waiting), { percent: 80, passed: true })
  t.strictSame(grade('average', waiting), { percent: 80, passed: true })
  for (const gradeOf of ['first', 'last'] as const) t.equal(grade(gradeOf, waiting), null)
  t.equal(grade('last', [result(1, null, null)]), null)
  for (const gradeOf of ['highest', 'average', 'first', 'last'] as const) t.equal(grade(gradeOf, []), null)
  t.strictSame(grade('average', [result(1, 33.333, false), result(2, 33.334, false), result(3, 33.34, false)]), { percent: 33.34, passed: false })
})

t.test('the moment of a review, and what it shows', async t => {
  const finished = { state: 'graded', finishedAt: at(100) } as const
  t.equal(momentOf({ state: 'open' }, at(0), null), 'during')
  t.equal(momentOf(finished, at(219.999), at(150)), 'rightAfter')
  t.equal(momentOf(finished, at(220), null), 'later')
  t.equal(momentOf(finished, at(499), at(500)), 'later')
  t.equal(momentOf(finished, at(500), at(500)), 'afterClose')
  t.strictSame(policyAt(undefined, 'later'), {})
  const setting = { rightAnswer: false, feedback: true, during: { feedback: false }, afterClose: { rightAnswer: true, mark: false } }
  t.strictSame(policyAt(setting, 'during'), { rightAnswer: false, feedback: false })
  t.strictSame(policyAt(setting, 'rightAfter'), { rightAnswer: false, feedback: true })
  t.strictSame(policyAt(setting, 'later'), { rightAnswer: false, feedback: true })
  t.strictSame(policyAt(setting, 'afterClose'), { rightAnswer: true, feedback: true, mark: false })
})

t.test('a mark by a person: a fraction, a mark, or a rubric', async t => {
  const rubric: Rubric = [
    { key: 'facts', text: 'Facts', levels: [{ key: 'none', text: 'None', points: 0 }, { key: 'all', text: 'All', points: 3 }] },
    { key: 'law', text: 'Law', levels: [{ key: 'wrong', text: 'Wrong', points: -1 }, { key: 'right', text: 'Right', points: 1 }] }
  ]
  const withRubric = (rubric: Rubric): QuestionDefinition => Object.assign({}, question, { rubric })
  const essay = withRubric(rubric)
  t.strictSame(markedFraction(question, 4, { mark: 3 }), { fraction: 0.75 })
  t.strictSame(markedFraction(question, 0, { mark: 0 }), { fraction: 0 })
  t.strictSame(markedFraction(question, 4, { fraction: 0.75 }), { fraction: 0.75 })
  t.strictSame(markedFraction(essay, 4, { rubric: { facts: 'all', law: 'right' } }), { fraction: 1 })
  t.strictSame(markedFraction(essay, 4, { rubric: { facts: 'all', law: 'wrong' } }), { fraction: 0.5 })
  t.strictSame(markedFraction(essay, 4, { rubric: { facts: 'none', law: 'wrong' } }), { fraction: 0 })
  t.strictSame(markedFraction(withRubric([{ key: 'a', text: 'A', levels: [{ key: 'b', text: 'B', points: 0 }] }]), 4, { rubric: { a: 'b' } }), { fraction: 0 })
  const cases: [QuestionDefinition, Parameters<typeof markedFraction>[2], string[]][] = [
    [question, { mark: 4.1 }, ['mark: must be a number from 0 to 4']],
    [question, { mark: NaN }, ['mark: must be a number from 0 to 4']],
    [question, { fraction: -0.1 }, ['fraction: must be a number from 0 to 1']],
    [question, { rubric: { facts: 'all' } }, ['rubric: this question has no rubric; give a mark']],
    [essay, { rubric: { facts: 'some', style: 'good' } }, ['rubric/style: is not a criterion of this question', 'rubric/facts: must be one of none, all', 'rubric/law: must be one of wrong, right']]
  ]
  for (const [definition, input, lines] of cases) {
    const found = markedFraction(definition, 4, input)
    t.strictSame('problems' in found ? found.problems.map(({ path, message }) => `${path}: ${message}`) : [], lines)
  }
  t.strictSame(rubricOf(essay), rubric)
  t.strictSame(rubricOf(question), [])
  t.notOk(isMarkedByPerson(question))
})
