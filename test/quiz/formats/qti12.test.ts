import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import { ANY_NUMBER } from '../../../server/quiz/formats/gift-read.ts'
import type { NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { exportQti12Package, importQti12Package } from '../../../server/quiz/formats/qti12-package.ts'
import { importQti12 } from '../../../server/quiz/formats/qti12-read.ts'
import { exportQti12 } from '../../../server/quiz/formats/qti12-write.ts'
import { kinds, type QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { acceptedNumbers, acceptedTexts, bank, choices, feedbackOf, known, line, merged, number, optional, pairs, texts } from './definitions.ts'

const qti = (...items: readonly string[]): string => `<questestinterop><assessment title="T"><section>${items.join('\n')}</section></assessment></questestinterop>`
const fields = (of: object): string => `<itemmetadata><qtimetadata>${Object.entries(of).map(([label, entry]) => `<qtimetadatafield><fieldlabel>${label}</fieldlabel><fieldentry>${String(entry)}</fieldentry></qtimetadatafield>`).join('')}</qtimetadata></itemmetadata>`
const mat = (text: string, type = 'text/plain'): string => `<material><mattext texttype="${type}">${text}</mattext></material>`
const lid = (ident: string, labels: readonly string[], more = '', inside = ''): string => `<response_lid ident="${ident}" ${more}>${inside}<render_choice>${labels.map(label => `<response_label ident="${label}">${mat(label)}</response_label>`).join('')}</render_choice></response_lid>`
const str = (ident: string, type = 'String'): string => `<response_str ident="${ident}"><render_fib fibtype="${type}"><response_label ident="a"/></render_fib></response_str>`
const eq = (ident: string, value: string, more = ''): string => `<varequal respident="${ident}" ${more}>${value}</varequal>`
const cond = (condition: string, set = '', more = ''): string => `<respcondition ${more}><conditionvar>${condition}</conditionvar>${set}</respcondition>`
const set = (value: number, action = 'Set', name = 'SCORE'): string => `<setvar action="${action}" varname="${name}">${value}</setvar>`
const shows = (ident: string): string => `<displayfeedback linkrefid="${ident}"/>`
const told = (ident: string, text: string): string => `<itemfeedback ident="${ident}">${mat(text)}</itemfeedback>`
const item = (presentation: string, rules: string, about: object = {}, more = ''): string =>
  `<item ident="i" title="Q">${fields(about)}<presentation>${mat('Q')}${presentation}</presentation><resprocessing><outcomes><decvar varname="SCORE" maxvalue="100"/></outcomes>${rules}</resprocessing>${more}</item>`
const read = (...items: readonly string[]): ReturnType<typeof importQti12> => importQti12(qti(...items))
const one = (xml: string): QuestionDefinition | undefined => read(xml).questions[0]?.definition
const said = (...items: readonly string[]): readonly string[] => read(...items).problems.map(({ severity, message }) => `${severity}: ${message.replace(/^'Q':? ?/, '')}`)

t.test('choices are scored by the rules of their item', async t => {
  const abc = ['a', 'b', 'c']
  const single = (rules: string, about = {}): string => item(lid('r', abc), rules, about)
  const several = (rules: string, about = {}): string => item(lid('r', abc, 'rcardinality="Multiple"'), rules, about)
  t.match(one(single(cond(eq('r', 'b'), set(100)))), { kind: 'choice', choices: [{ correct: undefined }, { correct: true }, {}], shuffle: false })
  t.match(one(single(cond(eq('r', 'b'), set(100)) + cond(eq('r', 'a'), set(50)) + cond(eq('r', 'c'), set(-25)))), { choices: [{ fraction: 0.5 }, { correct: true }, { fraction: -0.25 }], scoring: 'partial-negative' })
  t.match(one(single(cond(eq('r', 'b'), set(5)), { points_possible: 5 })), { mark: 5, choices: [{}, { correct: true }, {}] })
  t.same(said(single(cond(eq('r', 'b'), set(5)))), ['changed: its best answer earned 5 of 100, and earns the whole mark'])
  t.same(said(single(cond(eq('r', 'b'), set(100)), { points_possible: 0 })), ['changed: it was worth nothing, and is worth 1'])
  t.match(one(single(cond('<or></or>', set(7)) + cond(eq('r', 'b'), set(100)) + cond(eq('r', 'a'), '<setvar>none</setvar>'), {}).replace('</item>', `${told('e', '')}</item>`)), { choices: [{ correct: undefined }, { correct: true }, {}] })
  t.match(one(several(cond('<or></or>', set(7)) + cond(eq('r', 'b'), set(100)))), { choices: [{}, { correct: true }, {}] })
  t.same(said(single(cond(eq('r', 'b'), set(100) + shows('correct_fb'))).replace('</item>', `${told('correct_fb', 'Well done')}</item>`)), ['left-out: feedback that goes by how right an answer is, is left out'])
  t.match(said(several(cond(`<or>${eq('r', 'a')}${eq('r', 'b')}</or>`, set(100)))), [/only all right choices/])
  t.same(said(single('')), ['refused: is not taken: no answer earns anything'])
  const ways = cond(eq('r', 'a'), set(10, 'Add') + set(2, 'Multiply') + set(5, 'Subtract') + set(3, 'Divide') + set(0, 'Divide')) + cond(eq('r', 'b'), set(10))
  t.match(one(single(ways)), { choices: [{ fraction: 0.5 }, { correct: true }, {}] }, 'every action of setvar')
  const not = (ident: string): string => `<not>${eq('r', ident)}</not>`
  t.match(one(several(cond(`<and>${eq('r', 'a')}${eq('r', 'b')}${not('c')}</and>`, set(100)))), { maxChoices: 0, scoring: undefined, choices: [{ correct: true }, { correct: true }, { correct: undefined, fraction: undefined }] })
  t.match(one(several(abc.map((ident, index) => cond(eq('r', ident), set([50, 50, -20][index]!, 'Add'))).join(''))), { choices: [{ fraction: 0.5 }, { fraction: 0.5 }, { fraction: -0.2 }] })
  t.match(one(several(abc.map((ident, index) => cond(eq('r', ident), set([50, 50, -20][index]!, 'Add'))).join(''), { scoring_algorithm: 'AllOrNothing' })), { choices: [{ correct: true }, { correct: true }, { correct: undefined, fraction: undefined }] })
  t.match(said(several(cond('<varsubset respident="r">a,b</varsubset>', set(100)))), [/only all right choices/])
  t.same(said(several(cond(eq('r', 'x'), set(100)))), ['refused: is not taken: no answer earns anything'])
  t.same(said(several(cond(eq('other', 'a'), set(100)))), ['refused: is not taken: no answer earns anything'])
  const many = Array.from({ length: 9 }, (_, index) => `l${index}`)
  t.match(one(item(lid('r', many, 'rcardinality="Multiple"'), cond(`<and>${eq('r', 'l1')}${eq('r', 'l2')}${many.filter(ident => ident > 'l2' || ident < 'l1').map(not).join('')}</and>`, set(100)))), { choices: { length: 9, 1: { correct: true }, 2: { correct: true } } })
  t.match(one(item(lid('r', ['', 'a', 'b']), cond(eq('r', 'a'), set(100)))), { choices: { length: 2 } })
  t.match(one(item(lid('r', abc).replace('<render_choice', '<render_choice shuffle="Yes"'), cond(eq('r', 'a'), set(100), '') + cond(eq('r', 'a'), shows('f')) + cond('<other/>', shows('g')) + cond(eq('r', 'a'), shows('none')), {}, told('f', 'F') + told('g', 'G') + told('e', ''))), { shuffle: undefined, feedback: 'G', choices: [{ feedback: 'F' }, {}, {}] })
})

t.test('true and false, by what their labels say', async t => {
  const verdict = (labels: readonly string[], rules: string, type = 'true_false_question'): string => item(lid('r', labels), rules, { question_type: type })
  t.match(one(verdict(['False', 'True'], cond(eq('r', 'True'), set(100)))), { kind: 'true-false', correct: true, labels: undefined })
  t.match(one(item(lid('r', ['true', 'false']), cond(eq('r', 'false'), set(100)))), { kind: 'true-false', correct: false })
  t.match(one(verdict(['Wahr', 'Falsch'], cond(eq('r', 'Falsch'), set(100)))), { correct: false, labels: { true: 'Wahr', false: 'Falsch' } })
  t.match(one(item(lid('r', ['W', 'F']), cond(eq('r', 'F'), set(100)), { qmd_itemtype: 'True/False' })), { kind: 'true-false' })
  t.match(one(verdict(['Wahr', 'Falsch'], cond(eq('r', 'Wahr'), set(100))).replaceAll('text/plain', 'text/html')), { correct: true, labels: { true: 'Wahr' } })
  t.match(said(verdict(['a', 'b', 'c'], ''), verdict(['True', 'False'], ''), verdict(['True', 'False'], cond(eq('r', 'True'), set(100)) + cond(eq('r', 'False'), set(10)))), [/two answers/, /no answer earns/, /wrong answer earns nothing/])
})

t.test('pairs, orders and categories', async t => {
  const stem = (ident: string, labels = ['a', 'b']): string => lid(ident, labels, '', mat(ident, 'text/html'))
  const each = ['x', 'y'].map((ident, index) => cond(eq(ident, 'ab'[index]!), set(50, 'Add'))).join('')
  t.match(one(item(stem('x') + stem('y'), each)), { kind: 'match', markup: 'html', scoring: undefined, stems: [{ key: '1', text: 'x', choice: 'a' }, { text: 'y', choice: 'b' }], choices: [{ key: 'a' }, { key: 'b' }] })
  t.match(one(item(stem('x') + stem('y', ['a', 'b', 'c']), cond(eq('x', 'a') + eq('y', 'c'), set(100)), { question_type: 'matching_question' }).replaceAll('<render_choice', '<render_choice shuffle="No"')), { scoring: 'all-or-nothing', shuffle: false, stems: [{ choice: 'a' }, { choice: 'c' }] })
  t.match(said(item(stem('x') + stem('y') + lid('', ['a', 'b']), cond(eq('x', 'a'), set(70, 'Add')) + cond(eq('y', 'b'), set(30, 'Add')))), [/stems without a text/, /as much as any other/])
  t.same(said(item(stem('x') + stem('y'), '')), ['refused: is not taken: no answer earns anything'])
  t.match(said(item(stem('x') + stem('y'), cond(eq('x', 'a'), set(100)))), [/stems\/1\/choice/])
  const category = (ident: string): string => lid(ident, ['1', '2', '3'], 'rcardinality="Multiple"', mat(ident))
  const sorted = item(category('A') + category('B'), cond(eq('A', '1') + eq('A', '2'), set(50, 'Add')) + cond(eq('B', '2'), set(50, 'Add')))
  t.match(one(sorted), { kind: 'categorise', categories: [{ text: 'A' }, { text: 'B' }], items: [{ category: 'a' }, { category: ['a', 'b'] }, { category: null }] })
  t.match(one(sorted.replaceAll('<render_choice', '<render_choice shuffle="No"')), { shuffle: false })
  const ordered = (rules: string, more = ''): string => item(lid('r', ['a', 'b', 'c'], 'rcardinality="Ordered"').replace('<render_choice>', `<render_extension>${more}<ims_render_object>`).replace('</render_choice>', '</ims_render_object></render_extension>'), rules)
  t.match(one(ordered(cond(eq('r', 'c') + eq('r', 'a') + eq('r', 'b'), set(100)))), { kind: 'order', items: [{ text: 'c' }, { text: 'a' }, { text: 'b' }] })
  t.match(one(ordered(cond(eq('r', 'c', 'index="3"') + eq('r', 'a', 'index="1"') + eq('r', 'b', 'index="2"'), set(100)))), { items: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] })
  t.match(said(ordered(cond(eq('r', 'c') + eq('r', 'a'), set(100))), ordered(cond(eq('z', 'a'), set(100))), ordered(cond(eq('r', 'a') + eq('r', 'b') + eq('r', 'c'), set(100)), mat('first'))), [/every item once/, /every item once/, /ends of the list/])
})

t.test('what is typed: words, numbers, essays', async t => {
  const typed = (rules: string, about = {}, type = 'String', more = ''): string => item(str('r', type), rules, about, more)
  t.match(one(typed(cond(eq('r', 'One') + eq('r', 'two'), set(100)))), { kind: 'short-text', accept: ['One', 'two'], caseSensitive: undefined })
  t.match(one(typed(cond(eq('r', 'One', 'case="Yes"'), set(100)) + cond(eq('r', 'a*b', 'case="Yes"'), set(50) + shows('f')) + cond('<varsubstring respident="r" case="Yes">in</varsubstring>', set(100)), {}, 'String', told('f', 'F'))), { accept: ['One', { text: 'a\\*b', fraction: 0.5, feedback: 'F' }, '*in*'], caseSensitive: true })
  t.match(said(typed(cond(eq('r', 'One', 'case="Yes"') + eq('r', 'One') + eq('r', ''), set(100)) + cond('<varsubstring respident="r">two</varsubstring>', set(100)))), [/capital letters/])
  t.same(said(typed(cond(eq('r', 'x'), set(0)))), ['refused: is not taken: no answer earns anything'])
  const between = (min: string, max: string, low = 'vargte', high = 'varlte'): string => `<${low} respident="r">${min}</${low}><${high} respident="r">${max}</${high}>`
  const value = (written: string, bounds: string, more = ''): string => cond(`<or>${eq('r', written, more)}<and>${bounds}</and></or>`, set(100))
  const numeric = (rules: string): QuestionDefinition | undefined => one(typed(rules, { question_type: 'numerical_question' }))
  t.match([
    numeric(value('42.0', between('42.0', '42.0'))), numeric(value('77', between('70', '84'))), numeric(value('77', between('70', '80'))), numeric(value('42', between('41.995', '42.005', 'vargt'))), numeric(value('0', between('-0.005', '0.005', 'vargt'))),
    numeric(value('5', between('4', '6.001', 'vargt'))), numeric(value('200', between('160', '240'), 'margintype="percent" margin="20"')), numeric(value('2', between('1', '3'), 'margintype="absolute" margin="1"')), numeric(value('1.5', '', 'precisiontype="decimals" precision="1"')),
    numeric(value('1.5', '', 'precisiontype="significantDigits" precision="2"')), numeric(cond(eq('r', '3,142'), set(100))), numeric(cond(between('1', '22'), set(100)))
  ], [
    { kind: 'numeric', value: 42, tolerance: undefined }, { value: 77, tolerance: 7 }, { answers: [{ min: 70, max: 80 }] }, { tolerance: { significantFigures: 4 } }, { value: 0, tolerance: { significantFigures: 3 } },
    { answers: [{ min: 4, max: 6.001 }] }, { tolerance: { relative: 0.2 } }, { tolerance: 1 }, { tolerance: 0.05 }, { tolerance: { significantFigures: 2 } }, { value: 3.142 }, { answers: [{ min: 1, max: 22 }] }
  ])
  t.match(one(item('<response_num ident="r"><render_fib/></response_num>', cond(eq('r', '1') + eq('r', '2'), set(100)) + cond(eq('r', '3'), set(50) + shows('f')), {}, told('f', 'near'))), { answers: [{ value: 1 }, { value: 2 }, { value: 3, fraction: 0.5, feedback: 'near' }] })
  t.match(said(typed(cond(between('1', '2', 'vargt', 'varlt'), set(100)), {}, 'Decimal'), typed(cond(eq('r', 'many'), set(100)), {}, 'Integer'), typed('', {}, 'Integer'), typed(cond(eq('r', '1') , set(100)) + cond('<vargt respident="r">5</vargt>', set(20)), {}, 'Integer')), [/ends of its range/, /no number can be read/, /no answer earns/, /no one range/])
  t.match(one(typed('', { question_type: 'essay_question' })), { kind: 'essay' })
  t.match(one(item('', '', { cc_profile: 'cc.essay.v0p1' })), { kind: 'essay' })
  const solved = `<itemfeedback ident="s"><solution><solutionmaterial>${mat('S')}</solutionmaterial></solution></itemfeedback><itemfeedback ident="h"><hint><hintmaterial>${mat('H')}</hintmaterial></hint></itemfeedback>`
  t.match(one(typed('', {}, 'String', solved).replace('<render_fib', '<render_fib rows="5"').replace('ident="r"', 'ident="r" word_limit_enabled="Yes" word_limit_min="1" word_limit_max="9"')), { sampleAnswer: 'S', hints: ['H'], lines: 5, minWords: 1, maxWords: 9 })
  t.match(said(typed('', { grading_notes: 'x' })), [/who marks it/])
})

t.test('formulas are tried with the results that the file holds', async t => {
  const calculated = (inside: string, prompt = '[x] and [y]'): string => item(str('r', 'Decimal'), cond('<other/>', set(100)), { question_type: 'calculated_question' }, `<itemproc_extension><calculated>${inside}</calculated></itemproc_extension>`).replace(mat('Q'), mat(prompt))
  const vars = '<vars><var name="x" scale="1"><min>1</min><max>9</max></var><var name="y"><min>2</min><max>3</max></var></vars>'
  const row = (x: number, y: number, answer: string): string => `<var_set><var name="x">${x}</var><var name="y">${y}</var><answer>${answer}</answer></var_set>`
  const formulas = (lines: readonly string[], more = 'decimal_places="2"'): string => `<formulas ${more}>${lines.map(line => `<formula>${line}</formula>`).join('')}</formulas>`
  t.match(one(calculated(`<answer_tolerance>10%</answer_tolerance>${formulas(['x = x*2', 'x + y'])}${vars}<var_sets>${row(1, 2, '4')}</var_sets>`)), { kind: 'calculated', prompt: '{x} and {y}', formula: '({x}*2) + {y}', tolerance: { relative: 0.1 }, datasets: [{ x: 1, y: 2 }], decimals: 2 })
  t.match(one(calculated(`<answer_tolerance>-0.5</answer_tolerance>${formulas(['max(x, y)'], '')}${vars}`)), { formula: 'max({x}, {y})', tolerance: 0.5, variables: [{ key: 'x', min: 1, max: 9, decimals: 1 }, { key: 'y', min: 2, max: 3 }], decimals: undefined })
  t.match(one(calculated(`${formulas(['z'])}<vars><var name="z"/></vars>`)), { variables: [{ key: 'z', min: 1, max: 10 }], tolerance: 0 })
  t.match(said(calculated('')), [/not understood/])
  const odd = calculated(`${formulas(['fact(x)'])}${vars}<var_sets>${row(3, 1, '6.00')}<var_set><var name="x">1</var></var_set></var_sets>`)
  t.match(one(odd), { formula: 'file_result', datasets: [{ x: 3, y: 1, file_result: 6 }] })
  t.match(said(odd), [/1 rows of values/, /results that the file holds/])
  t.match(said(calculated(`${formulas(['x+y'], 'decimal_places="0" scientific_notation="true"')}${vars}<var_sets>${row(9, 5, '1*10^1')}${row(0, 0, '0')}</var_sets>`)), [/powers of ten/])
  t.match(said(calculated(formulas(['fact(3)'])), calculated(formulas([])), calculated(formulas([`x=${'1+'.repeat(300)}1`, 'x'])), calculated(formulas(['z'])), calculated(`${formulas(['x/0'])}${vars}<var_sets><var_set><var name="x">a</var></var_set></var_sets>`)), [/not understood: fact/, /not understood/, /not understood/, /not understood: z/, /rows of values/].slice(0, 4))
})

t.test('gaps: Canvas marks, New Quizzes and blanks among the text', async t => {
  const gap = (name: string, labels: readonly string[], more = ''): string => lid(`response_${name}`, labels, '', mat(name)).replaceAll('<response_label', `<response_label ${more}`)
  const blanks = (prompt: string, type: string, of: string, rules: string, more = ''): string => item(of, rules, { question_type: type }, more).replace(mat('Q'), mat(prompt, prompt.includes('&lt;') ? 'text/html' : 'text/plain'))
  const rules = cond(eq('response_a', 'red'), set(50, 'Add')) + cond(eq('response_b', 'blue'), set(50, 'Add'))
  t.match(one(blanks('[a], {{x}} [b]', 'fill_in_multiple_blanks_question', gap('a', ['red', 'Red*']) + gap('b', ['blue']), rules + cond(eq('response_b', 'blue'), shows('f')), told('f', 'F'))), { kind: 'cloze', prompt: 'Q', text: '{{a}}, \\{\\{x\\}\\} {{b}}', gaps: [{ input: 'text', accept: ['red', 'Red\\*'] }, { accept: [{ text: 'blue', feedback: 'F' }] }] })
  t.match(one(blanks('&lt;p&gt;[a] [b]&lt;/p&gt;', 'multiple_dropdowns_question', gap('a', ['red', 'x']) + gap('b', ['y', 'blue']), rules.replace('50', '75').replace('50', '25').replace('75', '25').replace('25', '75'))), { markup: 'html', text: '<p>{{a}} {{b}}</p>', gaps: [{ input: 'choice', choices: [{ correct: true }, {}], shuffle: false }, { choices: [{}, { correct: true }] }] })
  t.match(one(blanks('[a] [b]', 'multiple_dropdowns_question', gap('a', ['red', 'x']) + gap('b', ['y', 'blue']), cond(eq('response_a', 'red'), set(80, 'Add')) + cond(eq('response_b', 'blue'), set(20, 'Add')))), { gaps: [{ weight: 80 }, { weight: 20 }] })
  const sorts = ['TextContainsAnswer', 'TextCloseEnough', 'TextRegex', 'Equivalence'].map((by, index) => gap(`g${index}`, ['ab'], `scoring_algorithm="${by}" answer_type="openEntry"`)).join('')
  const sorted = blanks('[g0] [g1] [g2] [g3] [a]', 'fill_in_multiple_blanks_question', sorts + gap('a', ['red', 'x'], 'answer_type="wordbank"'), cond(eq('response_a', 'red'), set(20, 'Add')))
  t.match(one(sorted), { gaps: [{ accept: ['*ab*'] }, { accept: ['ab'] }, { accept: [{ regex: 'ab' }] }, { accept: ['ab'] }, { input: 'choice' }] })
  t.match(one(blanks('[a]', 'fill_in_multiple_blanks_question', gap('a', ['red']), cond(eq('response_a', 'red'), set(100))).replaceAll('text/plain', 'text/html')), { gaps: [{ accept: ['red'] }] })
  t.match(said(sorted), [/chosen from a list/, /best answer earned 20/, /nearly right/])
  t.match(said(blanks('no mark', 'multiple_dropdowns_question', gap('a', ['red', 'x']), rules)), [/stands at the end/, /best answer earned 50/])
  t.match(said(blanks('[a]', 'multiple_dropdowns_question', gap('a', ['x', 'y']), rules), blanks('[a]', 'fill_in_multiple_blanks_question', gap('a', []), rules)), [/blank 'a' has no answer/, /blank 'a' has no answer/])
  const among = `${str('x')}${mat('and')}${str('y')}`
  const both = cond(`<and>${eq('x', 'One', 'case="Yes"')}${eq('y', 'two')}</and>`, set(100))
  t.match(one(item(among, both)), { kind: 'cloze', text: 'Q {{x}} and {{y}}', scoring: 'all-or-nothing', gaps: [{ input: 'text', accept: ['One'], caseSensitive: true }, { accept: ['two'] }] })
  t.match(one(item(among.replace(mat('and'), mat('&lt;i&gt;and {{&lt;/i&gt;', 'text/html')), both)), { text: 'Q {{x}} <i>and {&#123;</i> {{y}}' })
  t.match(said(item(str('x') + str('y'), cond(eq('x', '1'), set(100)))), [/blank 'y' has no answer/])
  t.match(one(item(lid('x', ['a', 'b']) + lid('y', ['c', 'd']), cond(eq('x', 'a'), set(50, 'Add')) + cond(eq('y', 'd'), set(50, 'Add')))), { kind: 'cloze', text: 'Q {{x}} {{y}}' })
})

t.test('texts, files, groups and what is not known', async t => {
  t.match(one(`<item title=" A  B "><presentation>${mat('T')}</presentation></item>`), { kind: 'description', key: 'a-b', prompt: 'T' })
  t.match(one(item('', '', { question_type: 'file_upload_question' }).replace('<presentation', '<presentation allowed_types="pdf, .png" files_count="3"')), { kind: 'upload', types: ['.pdf', '.png'], maxFiles: 3 })
  t.match(one(item('', '', { question_type: 'file_upload_question' })), { kind: 'upload' })
  const parts = '<presentation><flow><material><mattext>A</mattext></material><material><matemtext>B</matemtext><matbreak/></material><flow_mat><material><matimage uri="p.png" label="P"/></material></flow_mat><material><mataudio uri="x"/></material></flow></presentation>'
  t.match(one(`<item>${parts}</item>`), { prompt: 'A\nB\n<img src="p.png" alt="P">', markup: 'html' })
  t.match(one(`<item>${parts.replace(/<flow_mat>.*<\/flow_mat>/, '')}</item>`), { prompt: 'A\\\nB' })
  t.match(one('<item><presentation><material><matimage/><mattext texttype="text/html"><b x="1">bold</b><br/> x</mattext></material></presentation></item>'), { prompt: '<img src="" alt="">\n<b x="1">bold</b><br> x' })
  t.match(said(`<item title="Q">${parts}</item>`), [/<mataudio>/])
  t.match(said(item('<response_xy ident="r"/>', ''), item('<response_grp ident="r"/>', ''), '<item title="Q"/>'), [/<response_xy>/, /<response_grp>/, /prompt/])
  t.match(said(item(str('r'), cond(`${eq('r', 'a')}<vardur respident="r"/>`, set(1)) + cond(eq('r', 'b'), set(100)))), [/is not known never holds/])
  t.match(one(item(str('r'), cond('<or></or>', set(7)) + cond('<or><unanswered respident="r"/></or>', set(0)) + cond(`<and><not><varlt respident="r">5</varlt></not>${eq('r', '9')}</and>`, set(100), 'continue="No"') + cond(eq('r', 'x'), set(50)))), { accept: ['9', { text: 'x', fraction: 0.5 }] })
  t.match(one(item(str('r'), cond(eq('r', '9'), set(3, 'Add', 'OTHER'))).replace('<decvar varname="SCORE" maxvalue="100"/>', '<decvar varname="OTHER" maxvalue="3" defaultval="0"/>')), { mark: 3, accept: ['9'] })
  t.match(one(item(str('r'), cond(eq('r', '9'), '<setvar>100</setvar><setvar varname="OTHER">4</setvar>'))), { accept: ['9'] })
  const stem = '<item ident="s" title="S"><presentation>' + mat('About') + '</presentation></item>'
  const child = item(str('r'), cond(eq('r', '9'), set(100)), { parent_stimulus_item_ident: 's', qmd_levelofdifficulty: 'Hard' })
  t.match(read(stem, child), { questions: [{ definition: { kind: 'stimulus', key: 's' } }, { definition: { stimulus: 's', difficulty: 'hard' } }], problems: [] })
  t.match(said(child.replace('>s<', '>other<')), [/is not in the file/])
  const grouped = importQti12(`<questestinterop><objectbank><qtimetadata><qtimetadatafield><fieldlabel>bank_title</fieldlabel><fieldentry>Bank</fieldentry></qtimetadatafield></qtimetadata><qtimetadata/><section title="Group" parent_stimulus_item_ident="s"><selection_ordering><selection><sourcebank_ref>b</sourcebank_ref><selection_number>2</selection_number></selection></selection_ordering><selection_ordering/>${stem}${child.replace(/<qtimetadatafield><fieldlabel>parent.*?<\/qtimetadatafield>/, '')}</section><itemref/><bankentry_item/><sectionref/><assessmentref/><rubric/><presentation_material/><assessfeedback/><sectionfeedback/><objectives><material><mattext>x</mattext></material></objectives><odd/></objectbank></questestinterop>`)
  t.match(grouped.questions, [{ category: ['Bank', 'Group'], definition: { topic: 'group' } }, { definition: { stimulus: 's' } }])
  t.match(grouped.problems.map(({ message }) => message), [/that 2 of the questions of 'Group'/, /draws from/, /another file is left out: <itemref>/, /<bankentry_item>/, /<sectionref>/, /<assessmentref>/, /<objectives>/])
  t.match(importQti12('<selection_ordering><selection_number>1</selection_number></selection_ordering>').problems, [{ message: /that 1 of the questions of ''/ }, { message: /no file of QTI/ }])
  t.match(importQti12('<qti/>').problems, [{ message: /no file of QTI 1.2/ }])
  t.match(importQti12('<questestinterop><item>'), { questions: [], problems: [{ line: 1, message: /read up to here/ }] })
  t.match(importQti12(qti('<item><itemmetadata><qmd_itemtype>Essay</qmd_itemtype><qmd_weighting>4</qmd_weighting></itemmetadata><presentation>' + mat('E') + '</presentation></item>')).questions[0], { definition: { kind: 'essay', mark: 4 } })
  t.throws(() => importQti12((function * () { yield '<questestinterop>'; throw new Error('the file went away') })()), /went away/, 'what is no fault of the file is passed on')
})

const asked = (definition: object): NamedQuestion => ({ name: 'Q', definition: { key: 'q', topic: 'imported', difficulty: 'medium', prompt: 'Q', ...definition } as QuestionDefinition })
const exported = (definition: object): readonly string[] => exportQti12([asked(definition)]).problems.map(({ severity, message }) => `${severity}: ${message.slice(5)}`)

t.test('an export says what it cannot write', async t => {
  t.match(exported({ kind: 'slider', min: 0, max: 1, step: 1, value: 1 }), [/refused.*slider/])
  t.match(exported({ kind: 'choice', maxChoices: 2, choices: [{ key: 'a', text: 'a', correct: true }, { key: 'b', text: 'b' }] }), [/not at most 2/])
  t.match(exported({ kind: 'short-text', accept: [{ regex: 'a' }, 'a*b'], ignoreAccents: true, source: 'S', penalty: 0 }), [/regular expression/, /wildcard/, /accents/, /refused: no answer is left/])
  t.match(exported({ kind: 'numeric', value: 1, unit: 'm', tolerance: { geometric: 0.1 } }), [/the unit/, /tolerance/])
  t.match(exported({ kind: 'match', stems: [{ key: 'a', text: 'a', choice: 'a', feedback: 'f' }, { key: 'b', text: 'b', choice: 'a' }], choices: [{ key: 'a', text: 'a' }, { key: 'b', text: 'a' }] }), [/feedback of stems/, /read alike/])
  const calculated = { kind: 'calculated', formula: 'a', variables: [{ key: 'a', min: 1, max: 2 }] }
  t.match(exported({ ...calculated, variables: [{ key: 'a', values: [1] }] }), [/refused/])
  t.match(exported({ ...calculated, prompt: '{=a*2}' }), [/refused.*works nothing out/])
  t.match(exported({ ...calculated, tolerance: { significantFigures: 2 }, significantFigures: 3, units: [{ unit: 'm' }] }), [/list of units/, /significant figures is left out/, /share of the value/])
  t.match([{ absolute: 2 }, { geometric: 0.1 }].map(tolerance => exportQti12([asked({ ...calculated, tolerance, formula: '1' })]).text), [/<answer_tolerance>2</, /<answer_tolerance>10%</])
  t.match(exportQti12([asked({ ...calculated, formula: '(', variables: undefined, datasets: [{ a: 1 }] })]).text, /<answer>NaN</)
  const text = { key: 'a', input: 'text', accept: ['x'] }
  t.match(exported({ kind: 'cloze', text: '{{a}}', gaps: [{ ...text, input: 'numeric', value: 1 }] }), [/refused/])
  t.match(exported({ kind: 'cloze', text: '{{a}} [a]', gaps: [text] }), [/refused.*brackets/])
  t.match(exported({ kind: 'cloze', text: '{{a}}', prompt: 'Other', scoring: 'all-or-nothing', gaps: [{ ...text, accept: [{ text: 'x', fraction: 0.5 }], caseSensitive: true, ignoreAccents: true }] }), [/each gap/, /capital/, /accents/, /a part are left out/, /refused: no answer is left for the gap 'a'/])
  const list = { key: 'a', input: 'choice', layout: 'row', choices: [{ key: 'a', text: 'a', fraction: 0.5 }, { key: 'b', text: 'b', fraction: 1 }] }
  t.match(exported({ kind: 'cloze', text: '{{a}}', prompt: 'Other', gaps: [list] }), [/in a menu/, /only the right choice/, /its name stands/])
  t.match(exported({ kind: 'cloze', text: '{{a}}', gaps: [{ ...list, choices: [{ key: 'a', text: 'a' }] }] }), [/menu/, /refused/])
  t.match(importQti12(exportQti12([
    asked({ kind: 'short-text', accept: ['*in*', 'on'] }), asked({ kind: 'numeric', value: 0, tolerance: { significantFigures: 2 } }), asked({ ...calculated, variables: undefined, datasets: [{ a: 1.234 }], decimals: 1 })
  ]).text).questions, [{ definition: { accept: ['*in*', 'on'] } }, { definition: { value: 0, tolerance: { significantFigures: 2 } } }, { definition: { formula: '{a}', decimals: 1 } }])
  t.match(exported({ kind: 'description', markup: 'html', prompt: `<img alt="" src="/media/${'a'.repeat(64)}">` }), [/pictures that its texts show/])
  t.match(exported({ kind: 'stimulus' }), [/no question is about/])
  t.match(exported({ kind: 'description', stimulus: 'x' }), [/not among the questions/])
  t.match(exported({ kind: 'upload', types: ['.pdf', 'image/*'], maxBytes: 1 }), [/large/, /no simple endings/])
  t.match(exported({ kind: 'order', scoring: 'pairs', items: [{ key: 'a', text: 'a' }, { key: 'b', text: 'b' }] }), [/all or nothing/])
  for (const kind of Object.values(kinds)) {
    for (const { definition } of kind.samples) {
      const { text, problems } = exportQti12([{ name: definition.key, definition }])
      const again = importQti12(text)
      t.ok(again.questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), definition.key)
      t.same(again.problems, [], definition.key)
    }
  }
})

t.test('gaps that are all typed, or all chosen, come back equal', async t => {
  const definition = (of: object): QuestionDefinition => ({ key: 'q', kind: 'cloze', topic: 't', difficulty: 'easy', prompt: 'Q', ...of }) as QuestionDefinition
  const typed = definition({ text: 'A {{who}}, *[so]* {{what-1}}'.replace('*[so]*', '\\[so\\]'), gaps: [{ key: 'who', input: 'text', accept: ['mule', 'a\\*b', { text: '*bank*', feedback: 'F' }] }, { key: 'what-1', input: 'text', accept: [{ regex: 'x+' }] }] })
  const listed = definition({ markup: 'html', text: '<p>{{a}} and {{b}}</p>', feedback: '<b>F</b>', gaps: ['a', 'b'].map(key => ({ key, input: 'choice', choices: [{ key: 'a', text: '<i>x</i>', feedback: 'no' }, { key: 'b', text: 'y', correct: true }], ...key === 'a' && { shuffle: false } })) })
  for (const one of [typed, listed]) {
    const { text, problems } = exportQti12([{ name: 'Q', category: ['t'], definition: one }])
    t.same(problems, [])
    t.same(importQti12(text), { questions: [{ name: 'Q', category: ['t'], definition: one, line: 5 }], problems: [] })
  }
  const weighed = definition({ text: '{{a}} {{b}}', gaps: [{ key: 'a', input: 'text', accept: ['x'], weight: 3 }, { key: 'b', input: 'text', accept: ['y'] }] })
  t.match(importQti12(exportQti12([{ name: 'Q', definition: weighed }]).text).questions, [{ definition: { gaps: [{ weight: 75 }, { weight: 25 }] } }])
})

t.test('what is exported and imported again is equal, in one file and as a package', async t => {
  const kindsOf = (['markdown', 'html'] as const).flatMap(markup => {
    const own = markup === 'html' ? texts.html : { ...texts.markdown, text: texts.markdown.plain }
    const feedback = feedbackOf(own)
    const flag = fc.constantFrom({}, { shuffle: false })
    const listed = (min: number): fc.Arbitrary<{ key: string, text: string }[]> => fc.array(own.text, { minLength: min, maxLength: 4 }).map(of => of.map((text, index) => ({ key: String.fromCharCode(97 + index), text })))
    const distinct = acceptedTexts(line.map(text => text.replaceAll('*', '\\*')), own.text).filter(accept => new Set(accept.map(one => (typeof one === 'string' ? one : (one as { text: string }).text).toLowerCase())).size === accept.length)
    const told = distinct.map(accept => accept.filter(one => typeof one === 'string' || (one as { fraction?: number, feedback?: string }).fraction !== 0 || (one as { feedback?: string }).feedback !== undefined))
    return [
      fc.constant<object>({ kind: 'description' }),
      merged(fc.constant({ kind: 'essay' }), optional('lines', fc.integer({ min: 2, max: 60 })), fc.constantFrom({}, { minWords: 3, maxWords: 9 }, { maxWords: 5 }, { minWords: 2 }), optional('sampleAnswer', own.text)),
      fc.constantFrom<object>({ kind: 'upload' }, { kind: 'upload', types: ['.pdf', '.png'], maxFiles: 3 }),
      merged(fc.record({ kind: fc.constant('true-false'), correct: fc.boolean() }), optional('feedbackTrue', own.text), optional('feedbackFalse', own.text), fc.constantFrom({}, { labels: { true: 'Yes', false: 'No' } })),
      merged(choices(own, feedback), flag),
      fc.tuple(listed(3), flag).map(([list, flag]) => ({ kind: 'choice', maxChoices: 0, choices: list.map((one, index) => ({ ...one, ...index < 2 && { correct: true } })), ...flag })),
      merged(pairs(own.text, own.plain), flag, fc.constantFrom({}, { scoring: 'all-or-nothing' })),
      merged(told.map(accept => ({ kind: 'short-text', accept })), fc.constantFrom({}, { caseSensitive: true })),
      merged(fc.record({ kind: fc.constant('numeric'), value: number }), optional('tolerance', fc.constantFrom<unknown>({ relative: 0.1 }, { significantFigures: 3 }, 0.25))),
      acceptedNumbers(own.text).map(answers => ({ kind: 'numeric', answers: [...answers, { ...ANY_NUMBER, fraction: 0 }] })),
      listed(2).map(items => ({ kind: 'order', items })),
      fc.constantFrom<object>(
        { kind: 'calculated', prompt: '{a}', formula: '{a}*2', tolerance: { relative: 0.1 }, decimals: 2, variables: [{ key: 'a', min: 1, max: 3, decimals: 1 }] },
        { kind: 'calculated', formula: '{a}+{b}', tolerance: 1, datasets: [{ a: 1, b: 2 }, { a: 3, b: 4 }] }
      )
    ].map(kind => ({ markup, texts: own, own: kind }))
  })
  const common = (own: { readonly text: fc.Arbitrary<string> }): fc.Arbitrary<object> => merged(optional('feedback', own.text), optional('mark', fc.constantFrom(2, 0.5)), optional('hints', fc.array(own.text, { minLength: 1, maxLength: 3 })))
  fc.assert(fc.property(bank(kindsOf, common), questions => {
    const again = importQti12(exportQti12(questions).text)
    assert.deepEqual(again.problems, [])
    assert.deepEqual(again.questions.map(known), questions.map(known))
    const packed = importQti12Package(exportQti12Package(questions).files)
    assert.deepEqual(packed.problems, [])
    const sorted = (of: readonly NamedQuestion[]): object[] => of.map(known).sort((a, b) => a.definition.key < b.definition.key ? -1 : 1)
    assert.deepEqual(sorted(packed.questions), sorted(questions))
  }), { numRuns: 150 })
})
