import fc from 'fast-check'
import t from 'tap'
import { explain } from '../../server/quiz/explain.ts'
import { gradeAnswer, readAnswer } from '../../server/quiz/grading.ts'
import { arrange } from '../../server/quiz/kind.ts'
import { categorise } from '../../server/quiz/kinds/categorise.ts'
import { choice, type ChoiceDefinition } from '../../server/quiz/kinds/choice.ts'
import { isAnswer, isKindName, kindOf, kinds, type Answer, type QuestionDefinition } from '../../server/quiz/kinds/index.ts'
import { kprim } from '../../server/quiz/kinds/kprim.ts'
import { match } from '../../server/quiz/kinds/match.ts'
import { numeric, type NumericDefinition } from '../../server/quiz/kinds/numeric.ts'
import { order } from '../../server/quiz/kinds/order.ts'
import { shortText, type ShortTextDefinition } from '../../server/quiz/kinds/short-text.ts'
import { trueFalse } from '../../server/quiz/kinds/true-false.ts'
import { readNumber } from '../../server/quiz/number.ts'
import { matches } from '../../server/quiz/wildcard.ts'
import { workedMs } from '../worked.ts'

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
  const started = workedMs()
  t.equal(matches('a'.repeat(500), `${'*a'.repeat(249)}b`, { caseSensitive: false, ignoreAccents: true }), false)
  t.equal(readNumber('1'.repeat(99) + 'e').length, 0)
  t.ok(workedMs() - started < 200)
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

t.test('numeric: tolerances, ranges, and the best of several answers', async t => {
  const earns = (own: Partial<NumericDefinition>, text: string): number => numeric.grade({ ...part, kind: 'numeric', ...own }, { text }).fraction
  for (const [own, text, expected] of [
    [{ value: 200, tolerance: { absolute: 5 } }, '205', 1], [{ value: 200, tolerance: { absolute: 5 } }, '205.1', 0],
    [{ value: 200, tolerance: { relative: 0.05 } }, '210', 1], [{ value: 200, tolerance: { relative: 0.05 } }, '210.1', 0], [{ value: -200, tolerance: { relative: 0.05 } }, '-190', 1], [{ value: 0, tolerance: { relative: 0.5 } }, '0.1', 0],
    [{ value: 100, tolerance: { geometric: 0.25 } }, '125', 1], [{ value: 100, tolerance: { geometric: 0.25 } }, '80', 1], [{ value: 100, tolerance: { geometric: 0.25 } }, '79', 0], [{ value: -100, tolerance: { geometric: 0.25 } }, '-80', 1], [{ value: -100, tolerance: { geometric: 0.25 } }, '-126', 0],
    [{ value: 1234, tolerance: { significantFigures: 2 } }, '1249', 1], [{ value: 1234, tolerance: { significantFigures: 2 } }, '1250', 0], [{ value: 0.00125, tolerance: { significantFigures: 2 } }, '0.0013', 1], [{ value: -1.005, tolerance: { significantFigures: 3 } }, '-1.01', 1], [{ value: 0, tolerance: { significantFigures: 2 } }, '0', 1],
    [{ answers: [{ min: 1, max: 2 }] }, '1', 1], [{ answers: [{ min: 1, max: 2 }] }, '2.0001', 0], [{ answers: [{ min: 1, max: 2 }] }, '0.9999', 0], [{ answers: [{ min: 0.1, max: 0.3 }] }, '0,3', 1],
    [{ answers: [{ min: 0, max: 9, fraction: 0.2 }, { value: 5 }, { value: 5, fraction: 0.5 }] }, '5', 1], [{ answers: [{ min: 0, max: 9, fraction: 0.2 }, { value: 5 }] }, '6', 0.2], [{}, '5', 0],
    [{ value: 1e308, tolerance: { relative: 1 }, units: [{ unit: 'g', factor: 1 }, { unit: 'kg', factor: 1000 }] }, '1e308 kg', 0]
  ] as const) t.equal(earns(own as Partial<NumericDefinition>, text), expected, `${text} for ${JSON.stringify(own)}`)
  const definition: NumericDefinition = { ...part, kind: 'numeric', answers: [{ min: 0, max: 9, fraction: 0.2, feedback: 'Near.' }, { value: 5 }] }
  t.strictSame(numeric.feedback(definition, { text: '6' }), ['Near.'])
  t.strictSame(numeric.feedback(definition, { text: '5' }), [])
  t.strictSame(numeric.feedback(definition, { text: 'x' }), [])
})

t.test('numeric: units as people write them', async t => {
  const units = [{ unit: 'W', factor: 1 }, { unit: 'mW', factor: 0.001 }, { unit: { en: 'MW', fr: 'mégawatt' }, factor: 1e6 }, { unit: 'm²' }]
  const definition: NumericDefinition = { ...part, kind: 'numeric', value: 5, units }
  const earns = (text: string, unit?: string): number => numeric.grade(definition, unit === undefined ? { text } : { text, unit }).fraction
  for (const [text, expected] of [
    ['5', 1], ['5W', 1], ['5 w', 1], ['5000 mW', 1], ['5000 MW', 0], ['0.000005 MW', 1], ['5e-6 Mégawatt', 1], ['٥ W', 1], ['5 m2', 0], ['5 m²', 0], ['5 V', 0], ['5 000 mW', 1], ['0.005 mw', 0], ['5000 Mw', 1]
  ] as const) t.equal(earns(text), expected, text)
  t.equal(earns('5', 'W'), 1)
  t.equal(earns('5', ' '), 1)
  t.equal(earns('5000', 'mW'), 1)
  t.equal(earns('5', 'V'), 0)
  t.equal(earns('5000 mW', 'MW'), 1, 'a unit that is typed counts')
  t.equal(numeric.read(definition, { text: 'W' }), 'unreadable')
  t.equal(numeric.grade({ ...definition, unitPenalty: 0 }, { text: '5 V' }).fraction, 1)
  const hours: NumericDefinition = { ...part, kind: 'numeric', value: 5, unit: { en: 'h', fr: 'heures' }, unitRequired: true }
  t.strictSame(numeric.controls(hours, []), { control: 'line', input: 'numeric', maxLength: 100 }, 'a unit that is to be known is not shown')
  t.strictSame(numeric.controls({ ...hours, unitRequired: false }, []), { control: 'line', input: 'numeric', maxLength: 100, unit: { en: 'h', fr: 'heures' } })
  t.strictSame(numeric.controls(definition, []), { control: 'line', input: 'numeric', maxLength: 100, units: ['W', 'mW', { en: 'MW', fr: 'mégawatt' }, 'm²'] })
  t.strictSame(numeric.controls({ ...definition, units: units.slice(0, 1) }, []), { control: 'line', input: 'numeric', maxLength: 100, unit: 'W' })
  t.strictSame(numeric.rightAnswer(hours), { text: '5', unit: 'h' })
  t.equal(numeric.grade(hours, { text: '5' }).fraction, 0)
  t.equal(numeric.grade(hours, { text: '5 heures' }).fraction, 1)
  t.equal(numeric.read({ ...hours, unitRequired: false }, { text: '5', unit: 'days' }), 'unreadable', 'as if it were typed')
  t.equal(numeric.summary(hours, { text: '5' }, 'fr'), '5')
  t.equal(numeric.summary(hours, { text: '5 h' }, 'fr'), '5 heures')
})

t.test('numeric: what no schema says is said to the author', async t => {
  const base = { ...part, kind: 'numeric' } as const
  const cases: [Partial<NumericDefinition>, string, string][] = [
    [{}, 'value', 'is missing; or give `answers`'],
    [{ value: 1, answers: [{ value: 1 }] }, 'answers', 'stands beside `value`; leave one of them out'],
    [{ tolerance: 1, answers: [{ value: 1 }] }, 'tolerance', 'belongs to `value`; each of `answers` has its own'],
    [{ answers: [{ value: 1 }, { min: 2, max: 1 }] }, 'answers/1/max', 'is less than `min`'],
    [{ answers: [{ value: 1, fraction: 0.5 }] }, 'answers', 'no answer earns the full mark; one needs fraction 1'],
    [{ value: 1, unit: 'm', units: [{ unit: 'm', factor: 1 }] }, 'units', 'stands beside `unit`; leave one of them out'],
    [{ value: 1, unitPenalty: 0.5 }, 'unitPenalty', 'needs `unit` or `units`'],
    [{ value: 1, unitRequired: true }, 'unitRequired', 'needs `unit` or `units`'],
    [{ value: 1, units: [{ unit: 'km', factor: 1000 }] }, 'units/0/factor', 'must be 1: the values are in the first unit'],
    [{ value: 1, units: [{ unit: 'm', factor: 1 }, { unit: { en: 'km', fr: 'km' }, factor: 1000 }, { unit: 'm ', factor: 2 }] }, 'units/2/unit', "'m' is used twice"],
    [{ value: 1, units: [{ unit: 'e3', factor: 1 }] }, 'units/0/unit', 'would be read as a part of the number']
  ]
  for (const [own, path, message] of cases) t.strictSame(numeric.problems({ ...base, ...own }), [{ path, message }])
  t.strictSame(numeric.rightAnswer(base), { text: '' })
  for (const [min, max, text] of [[1, 4, '3'], [0.1, 0.2, '0.15'], [-1e308, 1e308, '0'], [5, 5, '5'], [1 / 3, 1 / 3, String(1 / 3)]] as const) {
    t.equal(numeric.rightAnswer({ ...base, answers: [{ value: 7, fraction: 0 }, { min, max }] }).text.replace('-0', '0'), text)
  }
  t.strictSame(explain(numeric.definition, { ...base, value: 1, tolerance: { about: 1 } }), [{ path: 'tolerance', message: "must have 'absolute' or 'relative' or 'geometric' or 'significantFigures'" }])
})

t.test('short-text: expressions stand beside words', async t => {
  const definition = (accept: ShortTextDefinition['accept']): ShortTextDefinition => ({ ...part, kind: 'short-text', accept })
  const problems = (...accept: ShortTextDefinition['accept']): unknown => shortText.problems(definition(accept))
  t.strictSame(problems({ regex: '(a' }, 'b'), [{ path: 'accept/0/regex', message: 'character 1: this parenthesis is not closed' }])
  t.strictSame(problems({ regex: 'a+', example: 'b' }), [{ path: 'accept/0/example', message: 'is not matched by its own `regex`' }])
  t.strictSame(problems({ regex: 'a\\bb' }), [{ path: 'accept', message: 'no answer that earns the full mark can be shown; one needs fraction 1 and more than `*`, or an `example`' }])
  t.strictSame(problems(...Array.from({ length: 11 }, (_, index) => ({ regex: `a{0,490}${index}` }))), [
    { path: 'accept', message: 'the regular expressions are too large together; write fewer, or shorter ones' }
  ])
  t.strictSame(shortText.rightAnswer(definition([{ regex: '(money )?mules?' }])), { text: 'mule' })
  t.strictSame(shortText.rightAnswer(definition([{ regex: '.+', example: 'anything' }])), { text: 'anything' })
  t.strictSame(shortText.grade(definition([{ regex: '(a' }]), { text: '(a' }), { state: 'wrong', fraction: 0 }, 'an expression that is none matches nothing')
  t.strictSame(shortText.rightAnswer(definition([{ regex: '(a' }])), { text: '' })
  t.strictSame(shortText.feedback(definition([{ regex: 'a.*', fraction: 0.5, feedback: 'More.' }, 'b']), { text: 'abc' }), ['More.'])
})

t.test('kprim and categorise: what no schema says is said to the author', async t => {
  const { definition: signs } = kprim.samples[0]!
  t.strictSame(kprim.problems({ ...signs, statements: [...signs.statements, signs.statements[1]!] }), [{ path: 'statements/4/key', message: "'share' is used twice" }])
  const { definition: evidence } = categorise.samples[0]!
  t.strictSame(categorise.problems({
    ...evidence,
    categories: [...evidence.categories, evidence.categories[0]!],
    items: [...evidence.items, { key: 'cells', text: 'Cells', category: ['bank', 'gone'] }]
  }), [
    { path: 'categories/2/key', message: "'bank' is used twice" },
    { path: 'items/4/key', message: "'cells' is used twice" },
    { path: 'items/4/category', message: "there is no category 'gone'" }
  ])
  t.strictSame(categorise.problems({ ...evidence, items: evidence.items.map(item => ({ ...item, category: null })) }), [
    { path: 'items', message: 'at least one must belong in a category' }
  ])
  t.strictSame(explain(categorise.definition, { ...evidence, items: [{ key: 'a', text: 'A', category: 1 }, { key: 'b', text: 'B', category: null }] }), [
    { path: 'items/0/category', message: 'must be text or a list or null' }
  ])
})

t.test('kprim, categorise, match and true-false: controls, feedback and words', async t => {
  const { definition: signs } = kprim.samples[0]!
  t.match(kprim.controls(signs, ['cash', 'share']), {
    control: 'verdicts', statements: [{ key: 'cash' }, { key: 'share' }, { key: 'unaware' }, { key: 'immune' }], labels: [{ en: 'True' }, { en: 'False' }]
  })
  t.strictSame(kprim.shuffled(signs), ['unaware', 'share', 'immune', 'cash'])
  t.strictSame(kprim.shuffled({ ...signs, shuffle: false }), [])
  t.strictSame(kprim.feedback(signs, { verdicts: { share: false, cash: true } }), ['A few per cent are usual.'])
  t.equal(kprim.summary(signs, { verdicts: { cash: true, share: false } }, 'ar'), 'They only ever move cash: صواب; They often keep a share of it: خطأ')
  t.strictSame(kprim.grade(signs, { verdicts: { unaware: true, share: false, immune: false } }).parts, [
    { key: 'unaware', state: 'right', fraction: 1 }, { key: 'share', state: 'wrong', fraction: 0 },
    { key: 'immune', state: 'right', fraction: 1 }, { key: 'cash', state: 'not-answered', fraction: 0 }
  ])
  const { definition: evidence } = categorise.samples[0]!
  t.match(categorise.controls(evidence, ['thoughts']), { control: 'groups', items: [{ key: 'thoughts' }, { key: 'statement' }], categories: [{ key: 'bank' }, { key: 'operator' }] })
  t.strictSame(categorise.shuffled({ ...evidence, shuffle: false }), [])
  t.strictSame(categorise.feedback(evidence, { groups: { statement: 'operator', cells: 'bank' } }), ['Ask for the full period.'])
  t.strictSame(categorise.feedback(evidence, { groups: { statement: '' } }), [])
  t.strictSame(categorise.rightAnswer(evidence), { groups: { statement: 'bank', cells: 'operator', number: 'bank' } })
  t.equal(categorise.summary(evidence, { groups: { statement: 'bank', cells: 'operator', number: 'bank', thoughts: '' } }, 'ar'),
    'المصرف: Account statement, Telephone number of the customer; المشغّل: Cells a telephone used')
  const { definition: roles } = match.samples[0]!
  t.strictSame(match.feedback(roles, { pairs: { mule: 'hosts' } }), ['A mule need not know whose money it is.'])
  t.strictSame(match.feedback(roles, { pairs: { recruiter: 'finds', mule: '' } }), [])
  t.strictSame(match.grade(roles, { pairs: { mule: 'moves' } }).parts, [
    { key: 'recruiter', state: 'not-answered', fraction: 0 }, { key: 'mule', state: 'right', fraction: 1 }
  ])
  const { definition: freeze } = trueFalse.samples[1]!
  t.match(trueFalse.controls(freeze, []), { options: [{ key: 'true', text: { en: 'Yes' } }, { key: 'false', text: { en: 'No' } }] })
  t.strictSame(trueFalse.feedback(freeze, { choices: ['false'] }), ['It may, for as long as the law of its country says.'])
  t.strictSame(trueFalse.feedback(freeze, { choices: ['true'] }), [])
  t.strictSame(trueFalse.feedback(freeze, { choices: [] }), [])
  t.equal(trueFalse.summary(freeze, { choices: ['false'] }, 'ar'), 'لا')
})

t.test('order: each way of counting', async t => {
  t.strictSame(order.grade({ ...part, kind: 'order', items: [{ key: 'a', text: 'A' }, { key: 'b', text: 'B' }] }, { order: ['a', 'b'] }), { state: 'right', fraction: 1 })
  const items = ['a', 'b', 'c', 'd', 'e', 'f'].map(key => ({ key, text: key }))
  const earns = (answer: string, scoring: 'pairs' | 'longest-run' | 'longest-subset' | 'positions' | 'exact'): number =>
    order.grade({ ...part, kind: 'order', items, scoring }, { order: [...answer] }).fraction
  for (const [answer, exact, pairs, run, subset, positions] of [
    ['abcdef', 1, 1, 1, 1, 1],
    ['bcdefa', 0, 4 / 5, 5 / 6, 5 / 6, 0],
    ['abdcef', 0, 2 / 5, 2 / 6, 5 / 6, 4 / 6],
    ['fedcba', 0, 0, 0, 0, 0],
    ['acebdf', 0, 0, 0, 4 / 6, 2 / 6],
    ['cdabef', 0, 3 / 5, 2 / 6, 4 / 6, 2 / 6]
  ] as const) {
    t.strictSame([earns(answer, 'exact'), earns(answer, 'pairs'), earns(answer, 'longest-run'), earns(answer, 'longest-subset'), earns(answer, 'positions')],
      [exact, pairs, run, subset, positions], answer)
  }
})
