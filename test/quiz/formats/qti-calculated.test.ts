import t from 'tap'
import { parseFormula, type Formula } from '../../../server/quiz/formula.ts'
import type { NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { expressionOf, formulaIn, formulaText } from '../../../server/quiz/formats/qti-formula.ts'
import { importQtiPackage } from '../../../server/quiz/formats/qti-package.ts'
import { elementIn } from '../../../server/quiz/formats/qti-pen.ts'
import { importQti } from '../../../server/quiz/formats/qti-read.ts'
import { exportQti } from '../../../server/quiz/formats/qti-write.ts'
import { readXml } from '../../../server/quiz/formats/xml.ts'

const el = elementIn('2.1')
const variable = (name: string): Formula => ({ type: 'variable', name })
const parsed = (source: string): Formula => parseFormula(source) as Formula

t.test('formulas are written as expressions, and read as formulas again', async t => {
  for (const source of ['a + b - 1', 'a * (b - 1) / 2', '(a ^ b) ^ 2', 'a ^ b ^ 2', '-a ^ 2', '-(a + b)', 'a - (b - 1)', '2 - -3', 'sin(a) + atan2(a, b)', 'max(a, b, 3)', 'sqrt(a)', 'round(a)', 'round(a, 2)', 'trunc(a)', 'ln(a) + log10(b) + pi()', 'deg2rad(a)']) {
    const formula = parsed(source)
    t.equal(formulaText(formula), source)
    const expression = expressionOf(formula, el)
    t.same(formulaIn(readXml(expression ?? ''), variable), formula, source)
  }
  for (const [source, again] of [['pow(a, 2)', 'a ^ 2'], ['log(a)', 'ln(a)'], ['a % b', 'a - b * trunc(a / b)'], ['fmod(a, 2)', 'a - 2 * trunc(a / 2)']] as const) {
    t.equal(formulaText(formulaIn(readXml(expressionOf(parsed(source), el)!), variable)!), again)
  }
  for (const source of ['a < b', '!a', 'a ? b : 1', 'hypot(a, b)', 'log(a, 2)', 'round(a, b)', 'round(a, -1)', 'sin(hypot(a, b))', '-(a < b)']) t.equal(expressionOf(parsed(source), el), undefined, source)
  t.equal(formulaText(parsed('a < b ? a : !(b < 1)')), '((a < b) ? a : !(b < 1))')
  const read = (xml: string): string | undefined => {
    const formula = formulaIn(readXml(xml), name => name === 'a' ? variable('a') : undefined)
    return formula === undefined ? undefined : formulaText(formula)
  }
  const [a, three] = ['<variable identifier="a"/>', '<baseValue baseType="float">3</baseValue>']
  for (const [xml, text] of [
    [`<sum>${a}</sum>`, 'a'], [`<product>${a}</product>`, 'a'], [`<integerToFloat>${a}</integerToFloat>`, 'a'], [`<integerDivide>${a}${three}</integerDivide>`, 'floor(a / 3)'], [`<integerModulus>${a}${three}</integerModulus>`, 'a - 3 * floor(a / 3)'],
    ['<baseValue baseType="float">-2</baseValue>', '-2'], ['<mathConstant name="e"/>', 'exp(1)'], [`<max>${a}</max>`, 'max(a)'], [`<qti-sum><qti-base-value base-type="integer">1</qti-base-value>${a}</qti-sum>`, '1 + a'],
    ['<baseValue baseType="string">x</baseValue>', undefined], ['<variable identifier="b"/>', undefined], ['<variable/>', undefined], ['<sum/>', undefined], [`<roundTo figures="3">${a}</roundTo>`, undefined], [`<mathOperator name="sec">${a}</mathOperator>`, undefined], [`<mathOperator>${a}</mathOperator>`, undefined],
    [`<subtract>${a}</subtract>`, undefined], [`<gcd>${a}${three}</gcd>`, undefined]
  ] as const) t.equal(read(xml), text, xml)
})

const V = (name: string): string => `<variable identifier="${name}"/>`
const B = (value: number): string => `<baseValue baseType="float">${value}</baseValue>`
const set = (name: string, expression: string): string => `<setTemplateValue identifier="${name}">${expression}</setTemplateValue>`
const right = (expression: string): string => `<setCorrectResponse identifier="RESPONSE">${expression}</setCorrectResponse>`
const CORRECT = '<equal toleranceMode="exact"><correct identifier="RESPONSE"/><variable identifier="RESPONSE"/></equal>'
const item = (names: string, template: string, test = CORRECT, body = ''): string => `<assessmentItem identifier="c" title="C"><responseDeclaration identifier="RESPONSE" cardinality="single" baseType="float"/><outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
  ${names.split('').map(name => `<templateDeclaration identifier="${name}" cardinality="single" baseType="float"/>`).join('')}<templateProcessing>${template}</templateProcessing>
  <itemBody><p>What is <printedVariable identifier="${names[0] ?? ''}"/> and <printedVariable identifier="Z"/>?</p>${body}<p><textEntryInteraction responseIdentifier="RESPONSE"/></p></itemBody>
  <responseProcessing><responseCondition><responseIf>${test}<setOutcomeValue identifier="SCORE">${B(1)}</setOutcomeValue></responseIf></responseCondition></responseProcessing></assessmentItem>`
const one = (xml: string): { definition: object | undefined, said: string[] } => {
  const { questions, problems } = importQti(xml)
  return { definition: questions[0]?.definition, said: problems.map(({ message }) => message) }
}

t.test('what a template draws is drawn by the question, where that can say it', async t => {
  const whole = '<randomInteger min="2" max="9"/>'
  t.match(one(item('AB', set('A', whole) + set('B', `<product>${V('A')}${B(2)}</product>`) + right(`<sum>${V('A')}${V('B')}</sum>`))), {
    definition: { kind: 'calculated', prompt: 'What is {A} and ?', variables: [{ key: 'A', min: 2, max: 9, decimals: undefined }], formula: 'A + A * 2', tolerance: 0 }, said: []
  })
  const drawn = (expression: string, formula = V('A')): ReturnType<typeof one> => one(item('A', set('A', expression) + right(formula)))
  t.match(drawn('<randomInteger min="2" max="10" step="4"/>'), { definition: { variables: [{ values: [2, 6, 10] }] } })
  t.match(drawn('<randomFloat min="1" max="2"/>', `<roundTo roundingMode="decimalPlaces" figures="1">${V('A')}</roundTo>`), { definition: { variables: [{ decimals: 3 }], decimals: 1 }, said: [/3 decimals/] })
  t.match(drawn('<roundTo roundingMode="decimalPlaces" figures="2"><randomFloat min="1" max="2"/></roundTo>'), { definition: { variables: [{ min: 1, max: 2, decimals: 2 }] }, said: [] })
  t.match(drawn(`<divide><randomInteger max="5"/>${B(100)}</divide>`), { definition: { variables: [{ min: 0, max: 0.05, decimals: 2 }] } })
  t.match(drawn(`<random><multiple>${B(1)}${B(4)}</multiple></random>`), { definition: { variables: [{ values: [1, 4] }] } })
  const table = set('A', '<randomInteger min="1" max="2"/>') + set('B', `<index n="A"><ordered>${B(5)}${B(6)}</ordered></index>`)
  t.match(one(item('AB', table + right(`<sum>${V('B')}${B(1)}</sum>`))), { definition: { datasets: [{ B: 5 }, { B: 6 }], variables: undefined, formula: 'B + 1' } })
  t.match(one(item('AB', set('A', whole) + set('B', `<roundTo figures="3">${V('A')}</roundTo>`) + right(V('A')))), { definition: { kind: 'numeric' }, said: [/drawn once/] })
  const once = (xml: string, why: string): void => { t.match(one(xml), { definition: { kind: 'numeric' }, said: [/drawn once/] }, why) }
  once(item('A', set('A', whole) + set('A', whole) + right(V('A'))), 'set twice')
  once(item('A', set('A', whole) + right(V('A')) + set('Q', whole)), 'set after the right answer')
  once(item('A', set('A', whole) + right(V('A')) + '<setDefaultValue identifier="A"/>'), 'rules of other sorts')
  once(item('A', set('A', whole) + right(V('A')), CORRECT, '<templateBlock templateIdentifier="A" identifier="2" showHide="hide"><p>x</p></templateBlock>'), 'texts that are shown by the template')
  once(item('A', set('A', B(3)) + right(V('A'))), 'nothing is drawn')
  once(item('A', set('A', whole) + right(`<gcd>${V('A')}${B(4)}</gcd>`)), 'a formula that is none here')
  once(item('A', set('A', `<random><multiple>${V('Q')}${B(2)}</multiple></random>`) + right(B(7))), 'values that are worked out')
  once(item('A', set('A', '<randomInteger min="1" max="99999" step="2"/>') + right(V('A'))), 'too many values')
  once(item('A', set('A', '<randomInteger min="5" max="1"/>') + right(B(1))), 'bounds that are none')
  once(item('A', set('A', '<randomFloat/>') + right(B(1))), 'no bounds')
  once(item('A', set('A', `<divide><randomInteger max="5"/>${B(3)}</divide>`) + right(V('A'))), 'no decimals')
  once(item('A', set('A', `<divide>${B(3)}<randomInteger min="1" max="5"/></divide>`) + right(V('A'))), 'divided by what is drawn')
  once(item('A', set('A', `<divide>${whole}</divide>`) + right(B(1))), 'divided by nothing')
  once(item('A', set('A', `<roundTo roundingMode="decimalPlaces" figures="2">${whole}</roundTo>`) + right(V('A'))), 'rounded from whole numbers')
  once(item('A', set('A', '<roundTo roundingMode="decimalPlaces" figures="2"><randomFloat/></roundTo>') + right(B(1))), 'rounded from nothing')
  once(item('AB', set('A', whole) + set('B', `<index n="A"><ordered>${B(5)}${B(6)}</ordered></index>`) + right(B(6))), 'a row that may not be there')
  t.match(one(item('A', set('A', whole) + right(`<divide>${B(6)}<subtract>${V('A')}${V('A')}</subtract></divide>`))), { said: [/does not say what is right/] }, 'a formula without a value')
  once(item('A', set('A', whole) + right(V('A'))).replaceAll('"A"', `"${'A'.repeat(65)}"`), 'a name that is too long')
  once(item('A', set('A', '<index n="A"/>') + right(B(1))), 'nothing to take a row of')
  once(item('A', set('A', '<random><null/></random>') + right(B(1))), 'no list')
  once(item('A-', set('A', whole) + set('-', '<randomInteger min="1" max="3"/>') + set('_', whole) + right(V('A'))), 'names that are one here')
  t.match(one(item('A', set('A', whole))), { said: [/./] }, 'no right answer')
  t.match(one(item('A', set('A', whole) + '<setCorrectResponse identifier="RESPONSE"/>')), { definition: undefined })
})

t.test('the tolerance is that of the rules', async t => {
  const by = (test: string, formula = V('A')): ReturnType<typeof one> => one(item('A', set('A', '<randomInteger min="2" max="9"/>') + right(formula), test))
  t.match(by(`<equal toleranceMode="absolute" tolerance="0.5">${V('A')}${V('RESPONSE')}</equal>`), { definition: { tolerance: 0.5 }, said: [] })
  t.match(by(`<equal toleranceMode="relative" tolerance="5">${V('A')}${V('RESPONSE')}</equal>`), { definition: { tolerance: { relative: 0.05 } }, said: [] })
  t.match(by(`<equalRounded roundingMode="significantFigures" figures="3">${V('A')}${V('RESPONSE')}</equalRounded>`), { definition: { tolerance: { significantFigures: 3 } } })
  t.match(by(`<equalRounded roundingMode="decimalPlaces" figures="1">${V('A')}${V('RESPONSE')}</equalRounded>`), { definition: { tolerance: 0.05 } })
  t.match(by(`<equalRounded>${V('A')}${V('RESPONSE')}</equalRounded>`), { definition: { kind: 'calculated' } })
  t.match(by(`<equal toleranceMode="absolute" tolerance="0">${V('A')}${V('RESPONSE')}</equal>`), { definition: { tolerance: 0 } })
  t.match(by(CORRECT, `<roundTo roundingMode="significantFigures" figures="2">${V('A')}</roundTo>`), { definition: { significantFigures: 2 } })
  t.match(by(CORRECT, `<roundTo>${V('A')}</roundTo>`), { said: [/./] })
  t.match(one(item('A', set('A', '<randomInteger min="2" max="9"/>') + right(V('A'))).replace(/<responseProcessing>.*<\/responseProcessing>/s, '')), { definition: { kind: 'calculated', tolerance: 0 }, said: [/no rules of scoring/] })
})

t.test('what a calculated question says that QTI does not is said', async t => {
  const of = (definition: object): NamedQuestion => ({ name: 'N', definition: { key: 'q', topic: 't', difficulty: 'easy', kind: 'calculated', prompt: '{a} {=a * 2}', variables: [{ key: 'a', min: 1, max: 2, decimals: 1 }], formula: 'a', ...definition } })
  const said = (definition: object): string[] => exportQti([of(definition)]).problems.map(({ severity, message }) => `${severity}: ${message}`)
  t.same(said({}), [])
  t.match(said({ formula: 'hypot(a, 1)' }), [/refused: .*no expression for its formula 'hypot/])
  t.match(said({ prompt: '{=a < 1}' }), [/refused: .*'a < 1'/])
  t.match(said({ formula: '{a}+1' }), [/changed: .*written as 'a \+ 1'/])
  t.match(said({ tolerance: { geometric: 0.1 } }), [/geometric/])
  t.match(said({ unit: 'm' }), [/units/])
  t.match(said({ prompt: '{a} {zz}' }), [/written plainly/], 'braces around anything but a variable')
  t.match(said({ formula: '1 +' }), [/no expression/])
  t.same(said({ tolerance: { absolute: 0.5 } }), [])
  t.match(said({ variables: [{ key: 'SCORE', values: [1] }], prompt: 'x', formula: 'SCORE' }), [/keeps for itself/])
  const { formula: _, ...rest } = of({}).definition as unknown as Record<string, unknown>
  const answers = (of: readonly object[]): string[] => exportQti([{ name: 'N', definition: { ...rest, answers: of } as unknown as NamedQuestion['definition'] }]).problems.map(({ message }) => message)
  t.same(answers([{ formula: 'a', tolerance: 1 }]), [])
  t.match(answers([{ formula: 'a' }, { formula: 'a', fraction: 0.5 }]), [/one formula/])
  t.match(answers([{ formula: 'a', feedback: 'f' }]), [/one formula/])
  t.match(answers([]), [/one formula/])
  const mixed = of({ prompt: '{a} {b} {=a * 2}', datasets: [{ a: 1 }, { a: 3 }], variables: [{ key: 'a', values: [9] }, { key: 'b', values: [2, 3] }], feedback: 'So {b}.' })
  t.match(importQtiPackage(exportQti([mixed], { version: '2.1' }).files).questions, [{ definition: { kind: 'calculated', datasets: [{ a: 1 }, { a: 3 }], variables: [{ key: 'b', values: [2, 3] }], prompt: '{a} {b} {=a * 2}', feedback: 'So {b}.' } }])
})
