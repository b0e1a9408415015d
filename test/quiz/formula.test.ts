import { runInThisContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { definitionFor, drawPaper } from '../../server/quiz/drawing.ts'
import { explain } from '../../server/quiz/explain.ts'
import { evaluate, parseFormula, roundTo, variablesOf } from '../../server/quiz/formula.ts'
import { gradeAnswer } from '../../server/quiz/grading.ts'
import { calculated, type CalculatedDefinition } from '../../server/quiz/kinds/calculated.ts'
import { randomFrom } from '../../server/quiz/random.ts'
import { orProblem } from '../../server/quiz/syntax.ts'
import { drawValues, withValues } from '../../server/quiz/variables.ts'

function valueOf (source: string, values: Readonly<Record<string, number>> = {}): number {
  const formula = parseFormula(source)
  if ('problem' in formula) throw new Error(`${source}: ${formula.problem}`)
  return evaluate(formula, values)
}

t.test('a formula is worked out as mathematics has it', async t => {
  const values = { a: 3, b: 4, speed_2: 10, é: 1 }
  const cases: [string, number][] = [
    ['1', 1], ['1.5', 1.5], ['.5', 0.5], ['2.', 2], ['1e3', 1000], ['1.5E-2', 0.015], [' 1 + 2 ', 3], ['1+2*3', 7], ['(1+2)*3', 9], ['10-4-3', 3], ['100/10/5', 2], ['7%4', 3], ['-7%4', -3],
    ['2^3', 8], ['2**3', 8], ['2^3^2', 512], ['-2^2', -4], ['(-2)^2', 4], ['2^-1', 0.5], ['-2*-3', 6], ['--2', 2], ['+2', 2], ['2*-3^2', -18], ['2^-1^2', 0.5], ['10 - -3', 13],
    ['a+b', 7], ['{a}+{b}', 7], ['{ a }*2', 6], ['speed_2/2', 5], ['é', 1], ['a*(b+1)', 15], ['gone', NaN], ['constructor', NaN],
    ['1<2', 1], ['2<=2', 1], ['1>2', 0], ['2>=3', 0], ['1==1', 1], ['1!=1', 0], ['!0', 1], ['!3', 0], ['!0+1', 2], ['1&&0', 0], ['0||2', 1], ['0||0', 0], ['1&&2', 1], ['1+1==2&&3>2', 1],
    ['a>b ? a : b', 4], ['a<b ? a : b', 3], ['0 ? 1 : 0 ? 2 : 3', 3], ['1 ? 0 ? 1 : 2 : 3', 2], ['0/0 ? 1 : 2', 2], ['1/0', Infinity], ['0/0', NaN],
    ['pi()', Math.PI], ['PI ( )', Math.PI], ['abs(-2)', 2], ['acos(1)', 0], ['acosh(1)', 0], ['asin(0)', 0], ['asinh(0)', 0], ['atan(0)', 0], ['atan2(0, 1)', 0], ['atanh(0)', 0], ['bindec(101)', 5], ['bindec(2)', NaN],
    ['cbrt(27)', 3], ['ceil(1.2)', 2], ['cos(0)', 1], ['cosh(0)', 1], ['decbin(5)', 101], ['decoct(8)', 10], ['octdec(17)', 15], ['octdec(8)', NaN], ['deg2rad(180)', Math.PI], ['rad2deg(pi())', 180], ['exp(0)', 1], ['expm1(0)', 0], ['floor(-1.2)', -2],
    ['fmod(7, 4)', 3], ['hypot(3, 4)', 5], ['is_finite(1)', 1], ['is_finite(1/0)', 0], ['is_infinite(-1/0)', 1], ['is_nan(0/0)', 1], ['ln(exp(2))', 2], ['log(1)', 0], ['log(8, 2)', 3], ['log(1000, 10)', 3], ['log10(1000)', 3], ['log1p(0)', 0], ['log2(8)', 3],
    ['max(1, 3, 2)', 3], ['min(4, 2, 3)', 2], ['max(5)', 5], ['pow(2, 10)', 1024], ['round(2.5)', 3], ['round(-2.5)', -3], ['round(1.005, 2)', 1.01], ['round(1234, -2)', 1200], ['sign(-3)', -1], ['sin(0)', 0], ['sinh(0)', 0], ['sqrt(16)', 4], ['sqrt(-1)', NaN], ['tan(0)', 0], ['tanh(0)', 0], ['trunc(-1.7)', -1]
  ]
  for (const [source, expected] of cases) t.ok(Object.is(valueOf(source, values), expected) || Math.abs(valueOf(source, values) - expected) < 1e-12, `${source} is ${expected}; got ${valueOf(source, values)}`)
  const formula = parseFormula('a ? -b + max(c, d, 1) : !a')
  t.strictSame('problem' in formula ? formula : [...variablesOf(formula)], ['a', 'b', 'c', 'd'])
})

t.test('numbers are rounded as they are written', async t => {
  for (const [value, places, expected] of [
    [1.005, 2, 1.01], [-1.005, 2, -1.01], [2.5, 0, 3], [0.1 + 0.2, 10, 0.3], [1e21, 2, 1e21], [1.5e300, 2, 1.5e300], [1e-7, 3, 0], [1.25e-7, 8, 1.3e-7], [0, 2, 0], [12.3456, 2, 12.35], [4e15, 1, 4e15]
  ] as const) t.equal(roundTo(value, places), expected, `${value} to ${places}`)
  t.ok(Number.isNaN(roundTo(NaN, 2)))
  t.equal(roundTo(Infinity, 2), Infinity)
})

t.test('what is no formula is said, with its place', async t => {
  const cases: [string, string][] = [
    ['', 'character 1: a number, a variable or a function is missing'],
    ['2 *', 'character 4: a number, a variable or a function is missing'],
    ['2 * )', 'character 5: `)` is not expected here'],
    ['2 3', 'character 3: `3` is not expected here'],
    ['(1 + 2', 'character 1: this is not closed by a `)`'],
    ['(1 2)', 'character 4: an operator or `)` is missing'],
    ['sin(1', 'character 1: this is not closed by a `)`'],
    ['é + eval(1)', 'character 5: there is no function `eval`'],
    ['constructor(1)', 'character 1: there is no function `constructor`'],
    ['sin()', 'character 1: `sin` takes one value; it is given 0'],
    ['pi(1)', 'character 1: `pi` takes nothing between its parentheses; it is given 1'],
    ['pow(1)', 'character 1: `pow` takes two values; it is given 1'],
    ['1 + log(1, 2, 3)', 'character 5: `log` takes one or two values; it is given 3'],
    ['max()', 'character 1: `max` takes at most 50 values, and at least one; it is given 0'],
    ['1 ? 2', 'character 6: `:` is missing after `?`'],
    ['a & b', 'character 3: `&` is not expected here'],
    ['a = 1', 'character 3: `=` is not expected here'],
    ['{a', 'character 1: `{` is not expected here'],
    ['😀', 'character 1: `😀` is not expected here'],
    ['('.repeat(101) + '1' + ')'.repeat(101), 'character 101: more than 100 parentheses stand inside each other'],
    ['-'.repeat(150) + '1', 'character 101: more than 100 signs follow each other']
  ]
  for (const [source, problem] of cases) t.strictSame(parseFormula(source), { problem }, source)
})

t.test('a bug in a parser is no problem of what it parses', async t => {
  t.throws(() => orProblem(() => { throw new RangeError('too deep') }), RangeError)
})

t.test('any text is a formula or is refused, and any formula has a value', async t => {
  const signs = fc.string({ unit: fc.constantFrom(...'ab123.+-*/%^()<>=!&|?:, {}', 'sin', 'max(', 'e'), maxLength: 40 })
  fc.assert(fc.property(fc.oneof(signs, fc.string({ unit: 'binary' })), fc.double(), (source, a) => {
    const formula = parseFormula(source)
    return 'problem' in formula ? formula.problem.startsWith('character ') : typeof evaluate(formula, { a, b: -a }) === 'number'
  }), { numRuns: 1000 })
})

t.test('what binds more strongly is worked out first, as in the language', async t => {
  const operand = fc.constantFrom('a', 'b', '2', '0.5', '-3', '-a', '(a - b)', '(2 < a)', '-(b + 1)')
  const operator = fc.constantFrom('+', '-', '*', '/', '%', '<', '>', '<=', '>=', '==', '!=')
  const chain = fc.tuple(operand, fc.array(fc.tuple(operator, operand), { maxLength: 6 })).map(([first, rest]) => [first, ...rest.flat()].join(' '))
  fc.assert(fc.property(chain, chain, chain, (test, then, otherwise) => {
    const source = `(${test}) * (${then}) > 1 ? ${then} : ${otherwise}`
    const inLanguage = runInThisContext(`(a, b) => Number(${source})`) as (a: number, b: number) => number
    return Object.is(valueOf(source, { a: 3, b: -1.5 }) + 0, inLanguage(3, -1.5) + 0)
  }), { numRuns: 1000 })
})

t.test('values are drawn from the seed, within what the author allows', async t => {
  const rules = { variables: [{ key: 'a', min: 0.25, max: 0.85, decimals: 1 }, { key: 'b', values: [1, 5] }, { key: 'c', min: -3, max: -1 }] }
  const seen = { a: new Set<number>(), b: new Set<number>(), c: new Set<number>() }
  const random = randomFrom('values')
  for (let i = 0; i < 200; i++) {
    const { a, b, c } = drawValues(rules, random) as { a: number, b: number, c: number }
    seen.a.add(a)
    seen.b.add(b)
    seen.c.add(c)
  }
  t.strictSame([...seen.a].sort(), [0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
  t.strictSame([...seen.b].sort(), [1, 5])
  t.strictSame([...seen.c].sort(), [-1, -2, -3])
  t.strictSame(drawValues(rules, randomFrom('s')), drawValues(rules, randomFrom('s')))
  const rows = { ...rules, datasets: [{ a: 7, d: 1 }, { a: 8, d: 2 }] }
  for (let i = 0; i < 20; i++) {
    const drawn = drawValues(rows, random)
    t.equal(drawn['d'], (drawn['a'] as number) - 6, 'what is in the datasets is drawn by row')
  }
})

const part = { key: 'q', kind: 'calculated', topic: 'fraud', difficulty: 'easy', prompt: 'How much is {a}?' } as const

t.test('drawn values stand in the texts of a paper, and the same in the answer', async t => {
  const definition: CalculatedDefinition = {
    ...part,
    prompt: { en: '{a} of {b}, {c}: {={a} + {b}} {x} {=1 +} {{a}}', ar: '{b} من {a}' },
    feedback: 'It was {=a*100}.',
    hints: ['Begin with {b}.'],
    variables: [{ key: 'a', min: 0, max: 5, decimals: 2 }, { key: 'b', min: 10, max: 20 }, { key: 'c', values: [0.1] }],
    answers: [{ formula: 'a*b', feedback: 'Yes, {=a*b}.' }, { formula: 'b', fraction: 0 }]
  }
  const paper = drawPaper({ sections: [{ questions: ['q'] }] }, [{ id: 'id', definition }], 'seed-1')
  const [slot] = paper.slots
  t.strictSame(slot?.variant, { a: 4.88, b: 18, c: 0.1 })
  const fixed = definitionFor(definition, slot!) as CalculatedDefinition
  t.strictSame(fixed, {
    ...part,
    prompt: { en: '4.88 of 18, 0.1: 22.88 {x} {=1 +} {4.88}', ar: '18 من 4.88' },
    feedback: 'It was 488.',
    hints: ['Begin with 18.'],
    answers: [{ formula: 'a*b', feedback: 'Yes, 87.84.' }, { formula: 'b', fraction: 0 }],
    variables: [{ key: 'a', values: [4.88] }, { key: 'b', values: [18] }, { key: 'c', values: [0.1] }]
  })
  t.strictSame(calculated.rightAnswer(fixed), { text: '87.84' })
  t.strictSame(gradeAnswer(fixed, { text: '87,84' }), { state: 'right', fraction: 1 })
  t.strictSame(calculated.feedback(fixed, { text: '87.84' }), ['Yes, 87.84.'])
  t.strictSame(calculated.feedback(fixed, { text: '18' }), [])
  t.strictSame(calculated.feedback(fixed, { text: '18 apples' }), [])
  t.strictSame(calculated.fix?.(definition, { a: 2, b: 'gone' }).variables, [{ key: 'a', values: [2] }, { key: 'b', values: [10] }, { key: 'c', values: [0.1] }],
    'what a variant lacks is the first of its values')
  t.equal(definitionFor({ ...definition, kind: 'true-false', correct: true } as never, slot!).kind, 'true-false', 'a kind without variables stays as it is')
  t.equal(withValues('{=1/3} {=2/0}', definition, {}), '0.333333333333 Infinity')
})

t.test('the right answer is shown as the author wants it, and what is shown is right', async t => {
  const right = (own: Partial<CalculatedDefinition>): string => {
    const definition: CalculatedDefinition = { ...part, variables: [{ key: 'a', values: [1234.5678] }], formula: 'a', ...own }
    const answer = calculated.rightAnswer(definition)
    t.equal(calculated.grade(definition, answer).fraction, answer.text === '' ? 0 : 1, answer.text)
    return answer.text
  }
  t.equal(right({}), '1234.5678')
  t.equal(right({ formula: 'a/3' }), '411.5226')
  t.equal(right({ formula: '0.1+0.2' }), '0.3')
  t.equal(right({ decimals: 2 }), '1234.57')
  t.equal(right({ decimals: 2, formula: '1.005' }), '1.01')
  t.equal(right({ decimals: 1, formula: '0.0123' }), '0.0', 'though 0 is not within 1 % of it')
  t.equal(right({ significantFigures: 2 }), '1200')
  t.equal(right({ significantFigures: 6 }), '1234.57')
  t.equal(right({ formula: '1/0' }), '')
  t.equal(right({ formula: 'a +' }), '')
  const one: CalculatedDefinition = { ...part, variables: [{ key: 'a', values: [8] }], formula: '10/a', tolerance: 0.25 }
  t.strictSame(['1.5', '1', '0.99'].map(text => calculated.grade(one, { text }).fraction), [1, 1, 0])
  t.equal(calculated.grade({ ...one, formula: '1/0' }, { text: '1' }).state, 'wrong')
  const { formula: _, ...none } = { ...part, formula: '1' }
  t.strictSame(calculated.rightAnswer(none), { text: '' })
  t.strictSame(calculated.grade(none, { text: '1' }), { state: 'wrong', fraction: 0 })
})

t.test('values that a formula has no result for are drawn again', async t => {
  const definition: CalculatedDefinition = { ...part, variables: [{ key: 'a', min: 0, max: 1 }], formula: '1/a' }
  for (let seed = 0; seed < 20; seed++) t.strictSame(calculated.draw?.(definition, randomFrom(String(seed))), { a: 1 })
  t.strictSame(calculated.draw?.({ ...definition, formula: '1/0' }, { below: () => 0 }), { a: 0 }, 'but not for ever')
})

t.test('calculated: what no schema says is said to the author', async t => {
  const base: CalculatedDefinition = { ...part, variables: [{ key: 'a', min: 0, max: 5 }, { key: 'b', min: 1, max: 5 }], formula: 'a/b' }
  const { formula: _, ...unasked } = base
  const { variables: __, ...constant } = base
  const cases: [CalculatedDefinition, string, string][] = [
    [unasked, 'formula', 'is missing; or give `answers`'],
    [{ ...base, answers: [{ formula: 'a' }] }, 'answers', 'stands beside `formula`; leave one of them out'],
    [{ ...unasked, tolerance: 1, answers: [{ formula: 'a' }] }, 'tolerance', 'belongs to `formula`; each of `answers` has its own'],
    [{ ...unasked, answers: [{ formula: 'a', fraction: 0.5 }] }, 'answers', 'no answer earns the full mark; one needs fraction 1'],
    [{ ...base, decimals: 1, significantFigures: 1 }, 'significantFigures', 'stands beside `decimals`; leave one of them out'],
    [{ ...base, unitRequired: true }, 'unitRequired', 'needs `unit` or `units`'],
    [constant, 'variables', 'is missing; or give `datasets`'],
    [{ ...base, variables: [{ key: 'a', min: 1, max: 2 }, { key: 'b', values: [1] }, { key: 'a', values: [1] }] }, 'variables/2/key', "'a' is used twice"],
    [{ ...base, variables: [{ key: 'a', min: 1.2, max: 1.4 }, { key: 'b', values: [1] }] }, 'variables/0/max', 'no value with these decimals lies between `min` and `max`'],
    [{ ...base, variables: [{ key: 'a', min: 0, max: 1e9, decimals: 3 }, { key: 'b', values: [1] }] }, 'variables/0/max', 'too many values lie between `min` and `max`; write fewer decimals'],
    [{ ...base, datasets: [{ a: 1, b: 2 }, { a: 1 }] }, 'datasets/1', 'must have the variables of the first row: a, b'],
    [{ ...base, datasets: [{ a: 1 }, { a: 1, b: 2 }] }, 'datasets/1', 'must have the variables of the first row: a'],
    [{ ...base, formula: 'a/' }, 'formula', 'character 3: a number, a variable or a function is missing'],
    [{ ...base, formula: 'a/c' }, 'formula', "there is no variable 'c'"],
    [{ ...base, formula: 'b/a' }, 'formula', 'gives no number when b = 1, a = 0'],
    [{ ...base, formula: '1/0' }, 'formula', 'gives no number'],
    [{ ...base, formula: 'sqrt(4 - a)' }, 'formula', 'gives no number when a = 5'],
    [{ ...base, formula: 'a', datasets: [{ a: 1 }, { a: 2 }], hints: ['', '{=1/(a-2)}'] }, 'hints/1', 'gives no number when a = 2'],
    [{ ...base, prompt: { en: '{=a', ar: '{=a+}' } }, 'prompt/ar', 'character 3: a number, a variable or a function is missing'],
    [{ ...base, feedback: '{=x}' }, 'feedback', "there is no variable 'x'"],
    [{ ...unasked, answers: [{ formula: 'a' }, { formula: 'y', feedback: 'So.' }] }, 'answers/1/formula', "there is no variable 'y'"],
    [{ ...unasked, answers: [{ formula: 'a', feedback: '{=y}' }] }, 'answers/0/feedback', "there is no variable 'y'"]
  ]
  for (const [definition, path, message] of cases) t.strictSame(calculated.problems(definition), [{ path, message }], `${path} ${message}`)
  t.strictSame(calculated.problems(base), [])
  t.strictSame(calculated.problems({ ...constant, datasets: [{ a: 1, b: 2 }] }), [])
  t.strictSame(explain(calculated.definition, { ...constant, variables: [{ key: '2a', values: [1] }], datasets: [{ 'a b': 1 }, {}] }), [
    { path: 'variables/0/key', message: 'must be a name: letters, digits and `_`, such as `a` or `speed_2`' },
    { path: 'datasets/0/a b', message: 'is not a name: letters, digits and `_`, such as `a`' },
    { path: 'datasets/1', message: 'must not be empty' }
  ])
})
