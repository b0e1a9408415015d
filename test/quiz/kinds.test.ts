import fc from 'fast-check'
import t from 'tap'
import { explain } from '../../server/quiz/explain.ts'
import { gradeAnswer, readAnswer } from '../../server/quiz/grading.ts'
import { arrange } from '../../server/quiz/kind.ts'
import { choice, type ChoiceDefinition } from '../../server/quiz/kinds/choice.ts'
import { isAnswer, isKindName, kindOf, kinds, type Answer, type QuestionDefinition } from '../../server/quiz/kinds/index.ts'
import { match } from '../../server/quiz/kinds/match.ts'
import { numeric, type NumericDefinition } from '../../server/quiz/kinds/numeric.ts'
import { order } from '../../server/quiz/kinds/order.ts'
import { shortText, type ShortTextDefinition } from '../../server/quiz/kinds/short-text.ts'
import { trueFalse } from '../../server/quiz/kinds/true-false.ts'
import { readNumber } from '../../server/quiz/number.ts'
import { matches } from '../../server/quiz/wildcard.ts'

const part = { key: 'q', topic: 'fraud', difficulty: 'easy', prompt: 'Which?' } as const

t.test('every kind grades its samples as they say', async t => {
  for (const kind of Object.values(kinds)) {
    t.ok(isKindName(kind.name) && kinds[kind.name] === kind, `${kind.name} is registered under its name`)
    t.ok(kind.samples.length > 0)
    for (const { definition, cases } of kind.samples) {
      const name = `${kind.name} ${definition.key}`
      t.strictSame(explain(kind.definition, definition), [], `${name} meets its schema`)
      t.strictSame(kind.problems(definition), [], `${name} has no problem`)
      for (const { answer, state, fraction } of cases) {
        const grade = gradeAnswer(definition, answer)
        t.equal(grade.state, state, `${name} ${JSON.stringify(answer)}`)
        t.ok(Math.abs(grade.fraction - fraction) < 1e-12, `${name} ${JSON.stringify(answer)} earns ${fraction}`)
      }
    }
  }
})

t.test('controls and drawn orders give nothing away', async t => {
  const secret = /correct|fraction|feedback|accept|tolerance|value|"choice"/
  for (const kind of Object.values(kinds)) {
    for (const { definition } of kind.samples) {
      t.notMatch(JSON.stringify(kind.controls(definition, kind.shuffled(definition))), secret, `${kind.name} ${definition.key}`)
    }
  }
})

t.test('controls come in the drawn order', async t => {
  const [one] = choice.samples
  t.match(choice.controls(one!.definition, ['warn', 'file', 'recall']), {
    control: 'choices', maxChoices: 1, options: [{ key: 'warn' }, { key: 'file' }, { key: 'recall' }]
  })
  const [roles] = match.samples
  t.match(match.controls(roles!.definition, ['hosts', 'finds', 'moves']), {
    control: 'pairs', stems: [{ key: 'recruiter' }, { key: 'mule' }], choices: [{ key: 'hosts' }, { key: 'finds' }, { key: 'moves' }]
  })
  const [steps] = order.samples
  t.match(order.controls(steps!.definition, ['statement', 'recall', 'freeze']), {
    control: 'sequence', items: [{ key: 'statement' }, { key: 'recall' }, { key: 'freeze' }]
  })
  t.strictSame(arrange([{ key: 'a', text: 'A' }, { key: 'b', text: 'B' }, { key: 'c', text: 'C' }], ['gone', 'c']).map(item => item.key), ['c', 'a', 'b'],
    'keys that were not drawn follow as written')
  t.match(trueFalse.controls(trueFalse.samples[0]!.definition, []), { options: [{ key: 'true' }, { key: 'false' }] })
  t.strictSame(numeric.controls(numeric.samples[1]!.definition, []), { control: 'line', input: 'numeric', maxLength: 100, unit: { en: 'hours', ar: 'ساعات' } })
  t.strictSame(shortText.controls(shortText.samples[0]!.definition, []), { control: 'line', input: 'text', maxLength: 500 })
})

t.test('what may be shuffled is shuffled unless the author says otherwise', async t => {
  const [one] = choice.samples
  t.strictSame(choice.shuffled(one!.definition), ['file', 'recall', 'warn'])
  t.strictSame(choice.shuffled({ ...one!.definition, shuffle: false }), [])
  const [roles] = match.samples
  t.strictSame(match.shuffled(roles!.definition), ['finds', 'moves', 'hosts'])
  t.strictSame(match.shuffled({ ...roles!.definition, shuffle: false }), [])
})

t.test('answers are summed up in plain words, in the language asked for', async t => {
  const cases: [QuestionDefinition, Answer, string, string][] = [
    [choice.samples[1]!.definition, { choices: ['many', 'rent'] }, 'en', 'Many unrelated senders; A standing order for rent'],
    [choice.samples[1]!.definition, { choices: ['gone'] }, 'en', 'gone'],
    [trueFalse.samples[0]!.definition, { choices: ['true'] }, 'ar-EG', 'صواب'],
    [trueFalse.samples[0]!.definition, { choices: [] }, 'en', ''],
    [match.samples[0]!.definition, { pairs: { mule: 'hosts', recruiter: '' } }, 'en', 'Money mule: Rents out servers'],
    [order.samples[0]!.definition, { order: ['freeze', 'recall'] }, 'en', '1. Have the receiving account frozen; 2. Ask for the payment to be recalled'],
    [numeric.samples[0]!.definition, { text: ' 72 ' }, 'en', '72'],
    [numeric.samples[1]!.definition, { text: '72' }, 'ar', '72 ساعات'],
    [numeric.samples[1]!.definition, { text: '72 hours' }, 'ar', '72 ساعات'],
    [numeric.samples[1]!.definition, { text: '72 days' }, 'ar', '72 days'],
    [numeric.samples[2]!.definition, { text: '1,5', unit: 'كم' }, 'en', '1,5 km'],
    [numeric.samples[2]!.definition, { text: '15 KM' }, 'ar-EG', '15 كم'],
    [numeric.samples[2]!.definition, { text: '15', unit: 'yards' }, 'ar', '15 yards'],
    [numeric.samples[2]!.definition, { text: '15' }, 'ar', '15'],
    [numeric.samples[1]!.definition, { text: ' ' }, 'ar', ''],
    [shortText.samples[0]!.definition, { text: ' mule ' }, 'en', 'mule']
  ]
  for (const [definition, answer, language, summary] of cases) t.equal(kindOf(definition).summary(definition, answer, language), summary)
})

t.test('feedback is that of what was chosen or matched', async t => {
  t.strictSame(choice.feedback(choice.samples[0]!.definition, { choices: ['file', 'recall'] }), ['It can wait an hour; the money cannot.'])
  t.strictSame(shortText.feedback(shortText.samples[0]!.definition, { text: 'smurf' }), ['Close: a smurf splits deposits.'])
  t.strictSame(shortText.feedback(shortText.samples[0]!.definition, { text: 'mule' }), [])
  t.strictSame(shortText.feedback(shortText.samples[0]!.definition, { text: 'boss' }), [])
})

t.test('an answer of another shape is no answer, and null is a blank one', async t => {
  const { definition } = choice.samples[0]!
  t.notOk(isAnswer(definition, { text: 'recall' }))
  t.notOk(isAnswer(definition, { choices: 'recall' }))
  t.notOk(isAnswer(definition, { choices: ['recall'], extra: 1 }))
  t.notOk(isAnswer(definition, undefined))
  t.strictSame(gradeAnswer(definition, { text: 'recall' }), { state: 'unreadable', fraction: 0 })
  t.strictSame(gradeAnswer(definition, null), { state: 'not-answered', fraction: 0 })
  t.equal(readAnswer(definition, 7), 'unreadable')
  t.equal(readAnswer(definition, null), 'not-answered')
  t.equal(readAnswer(definition, { choices: ['file'] }), 'answered')
  t.notOk(isKindName('constructor'))
  t.notOk(isKindName(7))
})

t.test('choice: what no schema says is said to the author', async t => {
  const base = { ...part, kind: 'choice' } as const
  const [a, b, c] = [{ key: 'a', text: 'A' }, { key: 'b', text: 'B' }, { key: 'c', text: 'C' }] as const
  const cases: [Partial<ChoiceDefinition>, string, string][] = [
    [{ choices: [a, { ...b, correct: true }, { ...b, text: 'B again' }] }, 'choices/2/key', "'b' is used twice"],
    [{ choices: [a, b] }, 'choices', 'no choice is correct; one needs `correct: true`'],
    [{ choices: [{ ...a, correct: true }, { ...b, correct: true }] }, 'maxChoices', '2 choices are correct, but only 1 can be chosen'],
    [{ choices: [{ ...a, correct: true }, { ...b, correct: true }, { ...c, correct: true }], maxChoices: 2 }, 'maxChoices', '3 choices are correct, but only 2 can be chosen'],
    [{ choices: [{ ...a, correct: true, fraction: -0.5 }, { ...b, fraction: 1 }] }, 'choices/0', 'correct and fraction contradict each other; leave one out'],
    [{ choices: [{ ...a, fraction: 0.5 }, { ...b, fraction: 0.4 }], maxChoices: 0 }, 'choices', 'the fractions above 0 add up to 0.9; they must add up to 1'],
    [{ choices: [{ ...a, fraction: 0.5 }, b] }, 'choices', 'no choice is correct; one needs `correct: true`'],
    [{ choices: [{ ...a, fraction: 1 }, b], scoring: 'right-minus-wrong' }, 'scoring', '`right-minus-wrong` takes no account of fractions; leave it or them out'],
    [{ choices: [{ ...a, fraction: 1 }, b], scoring: 'all-or-nothing' }, 'scoring', '`all-or-nothing` takes no account of fractions; leave it or them out']
  ]
  for (const [own, path, message] of cases) t.strictSame(choice.problems({ ...base, choices: [], ...own }), [{ path, message }])
  t.strictSame(choice.problems({ ...base, choices: [{ ...a, fraction: 1, correct: true }, { ...b, fraction: 0, correct: false }] }), [])
})

t.test('choice: choosing everything where nothing is wrong earns all, and part of it a part', async t => {
  const definition: ChoiceDefinition = {
    ...part, kind: 'choice', maxChoices: 0, scoring: 'partial', choices: [{ key: 'a', text: 'A', correct: true }, { key: 'b', text: 'B', correct: true }]
  }
  t.strictSame(choice.grade(definition, { choices: ['a', 'b'] }), { state: 'right', fraction: 1 })
  t.strictSame(choice.grade(definition, { choices: ['a'] }), { state: 'partly-right', fraction: 0.5 })
})

t.test('match, order and short-text: what no schema says is said to the author', async t => {
  const { definition: roles } = match.samples[0]!
  t.strictSame(match.problems({ ...roles, stems: [...roles.stems, { key: 'mule', text: 'Mule', choice: 'nothing' }], choices: [...roles.choices, roles.choices[0]!] }), [
    { path: 'stems/2/key', message: "'mule' is used twice" },
    { path: 'choices/3/key', message: "'finds' is used twice" },
    { path: 'stems/2/choice', message: "there is no choice 'nothing'" }
  ])
  const { definition: steps } = order.samples[0]!
  t.strictSame(order.problems({ ...steps, items: [...steps.items, steps.items[1]!] }), [{ path: 'items/4/key', message: "'freeze' is used twice" }])
  const short = (accept: ShortTextDefinition['accept']): ShortTextDefinition => ({ ...part, kind: 'short-text', accept })
  const none = { path: 'accept', message: 'no answer that earns the full mark can be shown; one needs fraction 1 and more than `*`, or an `example`' }
  t.strictSame(shortText.problems(short([{ text: 'smurf', fraction: 0.5 }])), [none])
  t.equal(shortText.rightAnswer(short([{ text: 'smurf', fraction: 0.5 }])).text, '', 'and there is no right answer to show')
  t.strictSame(shortText.problems(short(['\u200b', 'mule'])), [{ path: 'accept/0', message: 'nothing in it can be seen' }])
  t.strictSame(shortText.problems(short(['money * mule'])), [])
})

t.test('short-text: a right answer is shown without a wildcard where it can be', async t => {
  const right = (...accept: ShortTextDefinition['accept']): string => shortText.rightAnswer({ ...part, kind: 'short-text', accept }).text
  t.equal(right('*mule*', 'money mule'), 'mule')
  t.equal(right('money * mule'), 'money … mule')
  t.equal(right('*'), '…')
  t.equal(right({ text: 'smurf', fraction: 0.5 }, 'mule'), 'mule')
})

t.test('short-text: the best of what matches counts, whatever its place', async t => {
  const definition: ShortTextDefinition = {
    ...part, kind: 'short-text', accept: [{ text: '*', fraction: 0, feedback: 'Not quite.' }, { text: 'm*', fraction: 0.2 }, 'mule', { text: 'mule', feedback: 'Second.' }]
  }
  t.strictSame(shortText.grade(definition, { text: 'mule' }), { state: 'right', fraction: 1 })
  t.strictSame(shortText.feedback(definition, { text: 'mule' }), [], 'the first of those alike gives its feedback')
  t.strictSame(shortText.grade(definition, { text: 'mole' }), { state: 'partly-right', fraction: 0.2 })
  t.strictSame(shortText.grade(definition, { text: 'x' }), { state: 'wrong', fraction: 0 })
  t.strictSame(shortText.feedback(definition, { text: 'x' }), ['Not quite.'])
})

t.test('typed text is compared as people read it', async t => {
  const plain = { caseSensitive: false, ignoreAccents: false }
  const bare = { caseSensitive: false, ignoreAccents: true }
  const exact = { caseSensitive: true, ignoreAccents: false }
  const cases: [string, string, typeof plain, boolean][] = [
    ['STRASSE', 'straße', plain, true],
    ['ΟΔΟΣ', 'οδος', plain, true],
    ['ｍｕｌｅ', 'mule', plain, true],
    ['cafe\u0301', 'café', plain, true],
    ['cafe', 'café', plain, false],
    ['cafe', 'café', bare, true],
    ['Mule', 'mule', exact, false],
    ['احتيال', 'إحتيال', bare, true],
    ['احتيال', 'إحتيال', plain, false],
    ['حِسَابـ', 'حساب', bare, true],
    ['कि', 'का', bare, false],
    ['\u200fحساب\u200f', 'حساب', plain, true],
    ['money\u00a0\n mule', 'money mule', plain, true],
    ['a.c', 'a*c', plain, true],
    ['abc', 'a.c', plain, false],
    ['aab', 'a*ab', plain, true],
    ['ab', 'ab*b', plain, false],
    ['abcbd', '*b*c*d', plain, true],
    ['abcd', '*c*b*', plain, false],
    ['xy', 'x**y', plain, true],
    ['2*3', '2\\*3', plain, true],
    ['2+3', '2\\*3', plain, false],
    ['mule  ', ' mule *', plain, false],
    ['mule track', ' mule *', plain, true]
  ]
  for (const [text, pattern, comparison, expected] of cases) t.equal(matches(text, pattern, comparison), expected, `'${text}' and '${pattern}'`)
})

t.test('wildcards take no longer for text made to be slow', async t => {
  const started = performance.now()
  t.equal(matches('a'.repeat(500), `${'*a'.repeat(249)}b`, { caseSensitive: false, ignoreAccents: true }), false)
  t.equal(readNumber('1'.repeat(99) + 'e').length, 0)
  t.ok(performance.now() - started < 200)
})

t.test('wildcards match as the regular expression does that they stand for', async t => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 8 })
  fc.assert(fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (pattern, text) =>
    matches(text, pattern, { caseSensitive: true, ignoreAccents: false }) === new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`).test(text)
  ), { numRuns: 1000 })
})

t.test('numbers are read as officers of any country write them', async t => {
  const cases: [string, number[]][] = [
    ['72', [72]], ['+72', [72]], ['-72', [-72]], ['\u221272', [-72]], ['- 72', [-72]], ['007', [7]],
    ['1.5', [1.5]], ['1,5', [1.5]], ['.5', [0.5]], [',5', [0.5]], ['5.', [5]], ['0,125', [0.125]], ['1234.567', [1234.567]],
    ['1,234', [1234, 1.234]], ['1.234', [1.234, 1234]], ['123,456', [123456, 123.456]], ['0.123', [0.123]],
    ['1,234,567', [1234567]], ['1.234.567', [1234567]], ['12,34,567', [1234567]], ['1,23,4', []], ['1.234.567,8', [1234567.8]], ['1,234.5', [1234.5]],
    ['1.234,5', [1234.5]], ['1,2.3', []], ['1.2.3,4', []], ['1,2.3,4', []], ['1,234,567.8.9', []], ["1,234'567", []], ["1,234,567'8", []],
    ['1 234 567', [1234567]], ['1\u00a0234', [1234]], ['1\u202f234,567', [1234.567]], ["1'234", [1234]], ['1’234.5', [1234.5]], ['12 34', []], ['0 123', []],
    ['١٢٣', [123]], ['١٠', [10]], ['१०९', [109]], ['١٢٫٥', [12.5]], ['١٬٢٣٤', [1234]], ['١٬٢٣٤٫٥', [1234.5]], ['١،٢٣٤٫٥', [1234.5]], ['١٫٢٫٣', []], ['٫', []], ['٫٥', [0.5]],
    ['۱۲۳', [123]], ['१२३', [123]], ['၁၂၃', [123]], ['๑๒๓', [123]], ['１２．５', [12.5]], ['𝟏𝟐', []],
    ['\u200f١٢\u200f', [12]], ['1e3', [1000]], ['1.5E+6', [1500000]], ['1,5 e-2', [0.015]], ['1e999', []], ['1e9999', []], ['1,234e3', [1234000, 1234]],
    ['', []], ['.', []], ['-', []], ['abc', []], ['12a', []], ['1-2', []], ['0x10', []], ['Infinity', []], ['NaN', []], ['1..2', []], ['5,,', []], ['1,x', []]
  ]
  for (const [text, numbers] of cases) t.strictSame(readNumber(text), numbers, `'${text}'`)
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => readNumber(String(number)).includes(number === 0 ? 0 : number)))
})

t.test('numeric: bounds count as right, on both sides, whatever the binary fraction', async t => {
  const within = (value: number, tolerance: number, text: string): boolean => {
    const definition: NumericDefinition = { ...part, kind: 'numeric', value, tolerance }
    return numeric.grade(definition, { text }).fraction === 1
  }
  for (const [value, tolerance, text, expected] of [
    [1, 0.1, '1.1', true], [1, 0.1, '0.9', true], [0.3, 0, '0,3', true], [0.1, 0.2, '0.3', true], [1e9, 0.1, '1000000000.1', true],
    [1, 0.1, '1.10001', false], [0, 0, '0', true], [0, 0, '0.0001', false], [-5, 0, '-5', true], [-5, 0, '5', false], [1.234, 0, '1,234', true], [1234, 0, '1.234', true]
  ] as const) t.equal(within(value, tolerance, text), expected, `${text} within ${value} ± ${tolerance}`)
})
