import t from 'tap'
import { scoreQtiItem, scoreQtiTest, type QtiResponses, type ScoreOptions } from '../../../server/quiz/formats/qti-processing.ts'
import type { PlainValue } from '../../../server/quiz/formats/qti-values.ts'
import { readXml } from '../../../server/quiz/formats/xml.ts'

/** The value of an expression, in an outcome of a type. `V` is a response, `N` 7, `L` of 1, 2, 2 and `D` without a value. */
function valueOf (expression: string, { type = 'float', cardinality = 'single', value = null as PlainValue, of = 'string', options = {} } = {}): { value: PlainValue | undefined, messages: string[] } {
  const { outcomes, problems } = scoreQtiItem(`<assessmentItem>
    <responseDeclaration identifier="V" cardinality="${Array.isArray(value) ? 'ordered' : typeof value === 'object' && value !== null ? 'record' : 'single'}" baseType="${of}"/>
    <responseDeclaration identifier="N" cardinality="single" baseType="integer"><defaultValue><value>7</value></defaultValue><correctResponse><value>8</value></correctResponse></responseDeclaration>
    <responseDeclaration identifier="L" cardinality="ordered" baseType="integer"><defaultValue><value>1</value><value>2</value><value>2</value></defaultValue></responseDeclaration>
    <responseDeclaration identifier="D" cardinality="single" baseType="float"/>
    <responseDeclaration identifier="P" cardinality="single" baseType="string"><defaultValue><value>a+</value></defaultValue></responseDeclaration>
    <outcomeDeclaration identifier="O" cardinality="${cardinality}" baseType="${type}"/>
    <responseProcessing><setOutcomeValue identifier="O">${expression}</setOutcomeValue></responseProcessing></assessmentItem>`, { V: value }, options)
  return { value: outcomes.O, messages: problems.map(({ message }) => message) }
}

const i = (value: number): string => `<baseValue baseType="integer">${value}</baseValue>`
const f = (value: number | string): string => `<baseValue baseType="float">${value}</baseValue>`
const s = (value: string): string => `<baseValue baseType="string">${value}</baseValue>`
const b = (value: boolean): string => `<baseValue baseType="boolean">${value}</baseValue>`
const p = (value: string, type = 'point'): string => `<baseValue baseType="${type}">${value}</baseValue>`
const D = '<variable identifier="D"/>'
const L = '<variable identifier="L"/>'
const N = '<variable identifier="N"/>'

t.test('numbers are worked out', async t => {
  for (const [expression, wanted] of [
    [N, 7], ['<correct identifier="N"/>', 8], ['<default identifier="N"/>', 7], ['<null/>', null], [D, null],
    [`<sum>${i(1)}${f(2.5)}${L}</sum>`, 8.5], [`<sum>${i(1)}${D}</sum>`, null], [`<sum>${s('x')}</sum>`, null], ['<sum/>', null],
    [`<product>${i(2)}${i(3)}</product>`, 6], [`<subtract>${i(2)}${i(3)}</subtract>`, -1], [`<subtract>${i(2)}</subtract>`, null],
    [`<divide>${i(6)}${i(4)}</divide>`, 1.5], [`<divide>${i(6)}${i(0)}</divide>`, null], [`<power>${i(2)}${i(10)}</power>`, 1024], [`<power>${i(-1)}${f(0.5)}</power>`, null],
    [`<integerDivide>${i(-7)}${i(2)}</integerDivide>`, -4], [`<integerModulus>${i(-7)}${i(2)}</integerModulus>`, 1], [`<mod>${i(7)}${i(2)}</mod>`, 1],
    [`<round>${f(-6.5)}</round>`, -6], [`<round>${f(6.5)}</round>`, 7], [`<truncate>${f(-6.5)}</truncate>`, -6], [`<integerToFloat>${i(3)}</integerToFloat>`, 3],
    [`<max>${L}${i(9)}</max>`, 9], [`<min>${L}</min>`, 1], [`<gcd>${i(12)}${i(-18)}</gcd>`, 6], [`<gcd>${i(0)}${i(0)}</gcd>`, 0], [`<lcm>${i(4)}${i(6)}</lcm>`, 12], [`<lcm>${i(0)}${i(6)}</lcm>`, 0],
    [`<roundTo roundingMode="decimalPlaces" figures="2">${f(1.005)}</roundTo>`, 1.01], [`<roundTo roundingMode="significantFigures" figures="3">${f(1234567)}</roundTo>`, 1230000],
    [`<roundTo roundingMode="significantFigures" figures="2">${f('1.25e-7')}</roundTo>`, 1.3e-7], [`<roundTo roundingMode="significantFigures" figures="3">${f(-30.25)}</roundTo>`, -30.3], [`<roundTo figures="0">${f(1)}</roundTo>`, null], [`<roundTo roundingMode="decimalPlaces" figures="{N}">${f(0)}</roundTo>`, 0],
    [`<roundTo roundingMode="decimalPlaces" figures="100">${f('1e300')}</roundTo>`, 1e300], [`<roundTo figures="2">${D}</roundTo>`, null],
    ['<mathOperator name="toDegrees"><mathConstant name="pi"/></mathOperator>', 180], [`<mathOperator name="atan2">${i(0)}${i(1)}</mathOperator>`, 0], [`<mathOperator name="log">${i(-1)}</mathOperator>`, null],
    [`<mathOperator name="floor">${f(1.9)}</mathOperator>`, 1], [`<mathOperator name="ceil">${f(1.1)}</mathOperator>`, 2], [`<mathOperator name="constructor">${i(1)}</mathOperator>`, null], [`<mathOperator name="sin">${D}</mathOperator>`, null], [`<mathOperator>${i(1)}</mathOperator>`, null],
    ['<mathConstant name="e"/>', Math.E], ['<mathConstant name="tau"/>', null], ['<mathConstant/>', null],
    [`<statsOperator name="mean">${L}</statsOperator>`, 5 / 3], [`<statsOperator name="popVariance">${L}</statsOperator>`, 2 / 9], [`<statsOperator name="popSD">${L}</statsOperator>`, Math.sqrt(2) / 3], [`<statsOperator name="sampleVariance">${L}</statsOperator>`, 1 / 3],
    [`<statsOperator name="sampleSD">${L}</statsOperator>`, Math.sqrt(1 / 3)], [`<statsOperator name="sampleSD">${i(1)}</statsOperator>`, null], [`<statsOperator name="sampleVariance">${i(1)}</statsOperator>`, null], [`<statsOperator name="median">${L}</statsOperator>`, null], [`<statsOperator>${D}</statsOperator>`, null],
    [`<mean>${L}</mean>`, 5 / 3], [`<sampleSD>${i(1)}</sampleSD>`, null],
    ['<randomInteger min="3" max="3"/>', 3], ['<randomInteger max="0" step="2"/>', 0], ['<randomInteger min="3" max="2"/>', null], ['<randomInteger/>', null], ['<randomFloat min="2" max="2"/>', 2], ['<randomFloat max="0"/>', 0], ['<randomFloat/>', null], ['<randomFloat min="2" max="1"/>', null],
    [`<lookupTable>${N}<matchTable defaultValue="5"><matchTableEntry sourceValue="7" targetValue="9"/></matchTable></lookupTable>`, 9], ['<lookupTable/>', null], [`<lookupTable>${N}</lookupTable>`, null],
    [`<lookupTable>${N}<interpolationTable><interpolationTableEntry sourceValue="7" includeBoundary="false" targetValue="1"/><interpolationTableEntry sourceValue="x" targetValue="1"/><interpolationTableEntry sourceValue="5" targetValue="2"/></interpolationTable></lookupTable>`, 2],
    [`<lookupTable>${D}<matchTable defaultValue="x"/></lookupTable>`, null], [`<lookupTable>${D}<matchTable/></lookupTable>`, null],
    [`<containerSize>${L}</containerSize>`, 3], [`<containerSize>${D}</containerSize>`, 0], [`<index n="2">${L}</index>`, 2], [`<index n="9">${L}</index>`, null], [`<index n="N">${D}</index>`, null], [`<index>${L}${i(1)}</index>`, 1], [`<index>${L}</index>`, null],
    [`<random>${L}</random>`, 2], [`<random>${D}</random>`, null],
    ['<variable identifier="gone"/>', null], ['<default identifier="gone"/>', null], ['<correct identifier="gone"/>', null], ['', null], ['<variable/>', null], ['<variable identifier="Q1.SCORE"/>', null], ['<nothing/>', null], ['<constructor/>', null],
    ['<baseValue baseType="integer">x</baseValue>', null], ['<baseValue baseType="string"/>', null], ['<baseValue>3</baseValue>', 3], ['<numberCorrect/>', null], ['<outcomeMaximum outcomeIdentifier="SCORE"/>', null], ['<testVariables variableIdentifier="SCORE"/>', null]
  ] as const) {
    const { value } = valueOf(expression)
    if (typeof wanted === 'number' && typeof value === 'number') t.ok(Math.abs(value - wanted) < 1e-12 * Math.max(1, Math.abs(wanted)), `${expression}: ${value}`)
    // A number that is not set begins with 0, but is set to nothing here.
    else t.equal(value, wanted, expression)
  }
  const angle = (name: string): PlainValue | undefined => valueOf(`<mathOperator name="${name}">${f(0.5)}</mathOperator>`).value
  const two = (name: string): PlainValue | undefined => valueOf(`<mathOperator name="${name}">${f(2)}</mathOperator>`).value
  t.same(['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'exp', 'abs', 'signum', 'ln', 'toRadians'].map(angle), [Math.sin(0.5), Math.cos(0.5), Math.tan(0.5), Math.asin(0.5), Math.acos(0.5), Math.atan(0.5), Math.sinh(0.5), Math.cosh(0.5), Math.tanh(0.5), Math.exp(0.5), 0.5, 1, Math.log(0.5), Math.PI / 360])
  t.same(['sec', 'csc', 'cot', 'sech', 'csch', 'coth'].map(angle), [1 / Math.cos(0.5), 1 / Math.sin(0.5), 1 / Math.tan(0.5), 1 / Math.cosh(0.5), 1 / Math.sinh(0.5), 1 / Math.tanh(0.5)])
  t.same(['asec', 'acsc', 'acot'].map(two), [Math.acos(0.5), Math.asin(0.5), Math.atan(0.5)])
})

t.test('what is so or not is told, or is unknown', async t => {
  const is = (expression: string, value: PlainValue = null, of = 'string'): PlainValue | undefined => valueOf(expression, { type: 'boolean', value, of }).value
  const V = '<variable identifier="V"/>'
  for (const [expression, wanted] of [
    [`<and>${b(true)}${D}</and>`, null], [`<and>${b(false)}${D}</and>`, false], [`<and>${b(true)}${b(true)}</and>`, true], [`<or>${b(false)}${D}</or>`, null], [`<or>${b(true)}${D}</or>`, true], [`<or>${b(false)}</or>`, false],
    [`<not>${D}</not>`, null], [`<not>${b(true)}</not>`, false], ['<not/>', null], [`<anyN min="1" max="1">${b(true)}${b(false)}</anyN>`, true], [`<anyN min="2">${b(true)}${D}</anyN>`, null], [`<anyN min="2">${b(true)}${b(false)}</anyN>`, false], [`<anyN max="0">${b(true)}</anyN>`, false],
    [`<isNull>${D}</isNull>`, true], [`<isNull>${i(0)}</isNull>`, false], ['<isNull/>', true],
    [`<match>${i(1)}${f(1)}</match>`, true], [`<match>${L}<ordered>${i(2)}${i(1)}${i(2)}</ordered></match>`, false], [`<match><multiple>${i(1)}${i(2)}</multiple><multiple>${i(2)}${i(1)}</multiple></match>`, true], [`<match><multiple>${i(1)}${i(1)}</multiple><multiple>${i(2)}${i(1)}</multiple></match>`, false],
    [`<match>${i(1)}${L}</match>`, false], [`<match>${D}${i(1)}</match>`, null], ['<match/>', null], [`<match>${p('A B', 'pair')}${p('B A', 'pair')}</match>`, true], [`<match>${p('A B', 'directedPair')}${p('B A', 'directedPair')}</match>`, false],
    [`<match><multiple>${p('A B', 'pair')}</multiple><multiple>${p('B A', 'pair')}</multiple></match>`, true],
    [`<member>${i(2)}${L}</member>`, true], [`<member>${i(3)}${L}</member>`, false], [`<member>${D}${L}</member>`, null], ['<member/>', null],
    [`<contains>${L}<ordered>${i(2)}${i(2)}</ordered></contains>`, true], [`<contains>${L}<ordered>${i(2)}${i(1)}</ordered></contains>`, false], [`<contains>${L}<ordered>${i(2)}${i(2)}${i(2)}</ordered></contains>`, false], [`<contains><multiple>${i(1)}${i(2)}</multiple><multiple>${i(2)}</multiple></contains>`, true], [`<contains>${D}${L}</contains>`, null], ['<contains/>', null],
    [`<isNull><delete>${i(1)}<multiple>${i(1)}</multiple></delete></isNull>`, true], [`<isNull><delete>${D}${L}</delete></isNull>`, true], ['<isNull><delete/></isNull>', true], [`<match><delete>${i(1)}${L}</delete><ordered>${i(2)}${i(2)}</ordered></match>`, true], [`<match><delete>${i(1)}<multiple>${i(1)}${i(2)}</multiple></delete><multiple>${i(2)}</multiple></match>`, true],
    [`<isNull><multiple>${i(1)}${s('x')}</multiple></isNull>`, true], [`<match><multiple>${i(1)}${f(2)}${D}</multiple><multiple>${f(2)}${f(1)}</multiple></match>`, true],
    [`<match><repeat numberRepeats="2">${i(1)}${D}</repeat><ordered>${i(1)}${i(1)}</ordered></match>`, true], [`<isNull><repeat>${i(1)}</repeat></isNull>`, true],
    [`<equal>${i(1)}${f(1)}</equal>`, true], [`<equal>${s('a')}${s('a')}</equal>`, true], [`<equal>${D}${i(1)}</equal>`, null], ['<equal/>', null],
    [`<equal toleranceMode="absolute" tolerance="0.1">${i(1)}${f(1.1)}</equal>`, true], [`<equal toleranceMode="absolute" tolerance="0.1" includeUpperBound="false">${i(1)}${f(1.1)}</equal>`, false], [`<equal toleranceMode="absolute" tolerance="0.1" includeLowerBound="false">${i(1)}${f(0.9)}</equal>`, false],
    [`<equal toleranceMode="absolute" tolerance="0 1">${i(1)}${i(2)}</equal>`, true], [`<equal toleranceMode="relative" tolerance="10">${i(-20)}${i(-22)}</equal>`, true], [`<equal toleranceMode="relative" tolerance="10">${i(20)}${f(22.1)}</equal>`, false], [`<equal toleranceMode="absolute" tolerance="N">${i(1)}${i(8)}</equal>`, true], [`<equal toleranceMode="absolute">${i(1)}${i(1)}</equal>`, null],
    [`<equalRounded figures="3">${f(3.175)}${f(3.183)}</equalRounded>`, true], [`<equalRounded figures="3">${D}${f(3.183)}</equalRounded>`, null],
    [`<gt>${i(2)}${i(1)}</gt>`, true], [`<gte>${i(1)}${i(1)}</gte>`, true], [`<lt>${i(2)}${i(1)}</lt>`, false], [`<lte>${i(2)}${i(1)}</lte>`, false], [`<gt>${D}${i(1)}</gt>`, null], ['<gt/>', null], [`<gt>${s('a')}${i(1)}</gt>`, null], [`<gt>${L}${i(1)}</gt>`, null],
    [`<durationLT>${p('PT1M', 'duration')}${p('61', 'duration')}</durationLT>`, true], [`<durationGTE>${p('P1DT2H', 'duration')}${p('P1W', 'duration')}</durationGTE>`, false],
    [`<stringMatch>${s('a')}${s('A')}</stringMatch>`, false], [`<stringMatch caseSensitive="false">${s('a')}${s('A')}</stringMatch>`, true], [`<stringMatch substring="true">${s('cab')}${s('a')}</stringMatch>`, true], ['<stringMatch/>', null], [`<stringMatch>${D}${s('a')}</stringMatch>`, null],
    [`<substring>${s('a')}${s('cab')}</substring>`, true], [`<substring caseSensitive="false">${s('CA')}${s('cab')}</substring>`, true], [`<substring>${D}${s('cab')}</substring>`, null], [`<match><substring>${s('ABC')}${i(2)}${i(2)}</substring>${s('BC')}</match>`, true], [`<isNull><substring>${s('ABC')}${i(2)}${D}</substring></isNull>`, true],
    [`<patternMatch pattern="a+">${s('aa')}</patternMatch>`, true], [`<patternMatch pattern="{P}">${s('aab')}</patternMatch>`, false], [`<patternMatch>${s('aa')}${s('a+')}</patternMatch>`, true], [`<patternMatch pattern="(">${s('aa')}</patternMatch>`, null], [`<patternMatch pattern="a">${D}</patternMatch>`, null], ['<patternMatch/>', null],
    [`<inside shape="poly" coords="0,0,10,0,10,10">${p('9 5')}</inside>`, true], [`<inside shape="default">${p('9 5')}</inside>`, true], [`<inside shape="rect" coords="0,0,1,1">${p('9 5')}</inside>`, false], [`<inside shape="star" coords="0">${p('9 5')}</inside>`, null], [`<inside shape="circle" coords="0,x,1">${p('9 5')}</inside>`, null], ['<inside shape="circle"/>', null], [`<inside shape="circle">${p('9 5')}</inside>`, null], [`<inside shape="rect" coords="1,1,0,0">${p('9 5')}</inside>`, null],
    [`<isTypeOf>${i(1)}${s('integer')}</isTypeOf>`, true], [`<isTypeOf>${D}${s('integer')}</isTypeOf>`, null], ['<isTypeOf/>', null],
    [`<match><record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record><record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record></match>`, true], [`<match><record><fieldValue fieldIdentifier="a">${D}</fieldValue></record><record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record></match>`, false], [`<match><record><fieldValue/></record>${i(1)}</match>`, false], [`<match>${i(1)}<record><fieldValue/></record></match>`, false],
    ['<isNull><record/></isNull>', true], [`<isNull><fieldValue fieldIdentifier="b"><record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record></fieldValue></isNull>`, true], ['<isNull><fieldValue/></isNull>', true], ['<isNull><index/></isNull>', true], ['<isNull><random/></isNull>', true],
    [`<isNull><delete>${i(1)}<record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record></delete></isNull>`, true], [`<and>${L}${s('x')}</and>`, true]
  ] as const) t.equal(is(expression), wanted, expression)
  t.equal(is(`<isNull><fieldValue fieldIdentifier="x">${V}</fieldValue></isNull>`, { x: 'a', y: ['b'], z: true, n: 3 }), false, 'a record')
  t.equal(is(`<match>${V}${s('3')}</match>`, 3), true, 'a number given as a text')
  for (const [of, value, isOne] of [['boolean', 'true', true], ['boolean', '0', true], ['boolean', 'no', false], ['integer', '1.5', false], ['integer', '3.0', true], ['float', '1e3', true], ['float', '1,5', false], ['point', '1 2', true], ['point', '1 x', false], ['point', '1', false], ['pair', 'A', false], ['duration', 'P', false], ['duration', 'PT', false], ['duration', 'PT0.5S', true], ['uri', ' x ', true], ['identifier', '', false]] as const) {
    t.equal(is(`<isNull>${V}</isNull>`, value, of), !isOne, `${of} ${value}`)
  }
  t.equal(is(`<isNull>${V}</isNull>`, []), true, 'nothing in a container is no value')
})

t.test('operators of vendors', async t => {
  const make = (name: string, operand: string, more = ''): PlainValue | undefined => valueOf(`<customOperator ${name}${more}>${operand}</customOperator>`, { type: 'string' }).value
  t.equal(make('definition="qade:Trim"', s(' a ')), 'a')
  t.equal(make('definition="depcp:ToAscii"', s('Œuvre é')), 'OEuvre e')
  t.equal(make('class="x.ToAscii"', s('中')), '', 'what has no letter in ASCII is left out')
  t.equal(make('class="tolower"', s('A')), 'a')
  t.equal(make('class="toLowerCase"', s('A')), 'a')
  t.equal(make('class="toupper"', s('a')), 'A')
  t.equal(make('class="toUpperCase"', s('a')), 'A')
  t.equal(make('class="qtism.runtime.expressions.operators.custom.Implode" glue="-"', `<ordered>${s('a')}${s('b')}</ordered>`), 'a-b')
  t.equal(make('class="Implode"', `<ordered>${s('a')}${s('b')}</ordered>`), 'a b')
  t.equal(make('class="unknown"', s('a')), null)
  t.equal(make('', s('a')), null)
  t.equal(make('class="trim"', D), null)
  t.equal(make('class="trim"', ''), null)
  const number = (name: string, operand: string): PlainValue | undefined => valueOf(`<customOperator class="${name}">${operand}</customOperator>`).value
  t.equal(number('ParseCommaDecimal', s('1.234,5')), 1234.5)
  t.equal(number('ParseDecimal', s('1.5')), 1.5)
  t.equal(number('StringToNumber', s('1 000,5')), 1000.5)
  t.equal(number('StringToNumber', s('x')), null)
  t.equal(number('qti.customOperators.math.fraction.Numerator', s('3/4')), 3)
  t.equal(number('Denominator', s('3/4')), 4)
  t.equal(number('Denominator', s('3')), 1)
  t.equal(number('Denominator', s('x')), null)
  t.equal(valueOf(`<containerSize><customOperator class="qti.customOperators.CsvToMultiple">${s('a, b,')}</customOperator></containerSize>`).value, 2)
  t.equal(valueOf(`<containerSize><customOperator class="CsvToOrdered">${s('a')}</customOperator></containerSize>`).value, 1)
  t.equal(valueOf(`<containerSize><customOperator class="Explode">${s('a b')}</customOperator></containerSize>`).value, 2)
  t.equal(valueOf(`<containerSize><customOperator class="Explode" delimiter="">${s('a b')}</customOperator></containerSize>`).value, 1)
  t.match(valueOf(`<customOperator class="Implode" glue="${'x'.repeat(60_000)}"><ordered>${s('a')}${s('a')}${s('a')}</ordered></customOperator>`, { type: 'string' }), { value: null, messages: [/longer than is taken/] })
})

function item (declarations: string, rules: string, version: 2 | 3 = 2): string {
  return version === 2 ? `<assessmentItem>${declarations}${rules}</assessmentItem>` : `<qti-assessment-item>${declarations}${rules}</qti-assessment-item>`
}

const score = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
const processing = (rules: string): string => `<responseProcessing>${rules}</responseProcessing>`

t.test('responses are mapped', async t => {
  const run = (declaration: string, value: PlainValue, expression = 'mapResponse'): { score: PlainValue | undefined, problems: string[] } => {
    const { outcomes, problems } = scoreQtiItem(item(declaration + score, processing(`<setOutcomeValue identifier="SCORE"><${expression} identifier="R"/></setOutcomeValue>`)), { R: value })
    return { score: outcomes.SCORE, problems: problems.map(({ message }) => message) }
  }
  const words = '<responseDeclaration identifier="R" cardinality="multiple" baseType="string"><mapping defaultValue="-1" lowerBound="-1.5" upperBound="3"><mapEntry mapKey="a" mappedValue="1"/><mapEntry mapKey="B" mappedValue="4" caseSensitive="false"/><mapEntry mapKey="n"/></mapping></responseDeclaration>'
  t.same([['a'], ['a', 'a'], ['b'], ['A'], ['x', 'y'], [], ['n']].map(value => run(words, value).score), [1, 1, 3, -1, -1.5, 0, 0], 'each value once, within its bounds')
  const pairs = '<responseDeclaration identifier="R" cardinality="multiple" baseType="pair"><mapping><mapEntry mapKey="A B" mappedValue="1"/><mapEntry mapKey="broken" mappedValue="9"/><mapEntry/></mapping></responseDeclaration>'
  t.same(run(pairs, ['B A', 'A B']).score, 1, 'a pair either way is one')
  const one = '<responseDeclaration identifier="R" cardinality="single" baseType="identifier"><mapping defaultValue="0.5"><mapEntry mapKey="A" mappedValue="1"/></mapping></responseDeclaration>'
  t.same(['A', 'x', null].map(value => run(one, value).score), [1, 0.5, 0.5])
  const areas = (cardinality: string): string => `<responseDeclaration identifier="R" cardinality="${cardinality}" baseType="point"><areaMapping defaultValue="-1" lowerBound="0"><areaMapEntry shape="circle" coords="10,10,5" mappedValue="2"/><areaMapEntry shape="rect" coords="0,0,20,20" mappedValue="1"/><areaMapEntry shape="circle" coords="x"/></areaMapping></responseDeclaration>`
  t.same([['10 10', '11 11'], ['10 10', '1 1'], ['10 10', '99 99'], ['99 99'], []].map(value => run(areas('multiple'), value, 'mapResponsePoint').score), [2, 3, 1, 0, 0], 'each area once, each point by the first it lies in')
  t.match(run(areas('single'), '1 1', 'mapResponsePoint'), { score: 1, problems: [/an area cannot be read/] })
  t.match(run(areas('single'), '1 1'), { score: -1, problems: [/has no mapping/] })
  t.match(run('', null), { score: null, problems: [/there is no response/, /no variable/, /no mapping/] })
  t.match(run('<responseDeclaration identifier="R" cardinality="single" baseType="point"/>', null), { score: null })
  t.match(run('<responseDeclaration identifier="R" cardinality="single" baseType="point"/>', null, 'mapResponsePoint'), { score: null, problems: [/no mapping of areas/] })
  t.match(run('', null, 'mapResponsePoint'), { score: null })
  t.match(run('<responseDeclaration identifier="R" cardinality="single" baseType="point"><areaMapping/></responseDeclaration>', null), { score: 0 })
})

t.test('standard templates, of every version', async t => {
  const choice = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse><value>A</value></correctResponse><mapping><mapEntry mapKey="A" mappedValue="2"/></mapping></responseDeclaration><outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float"><defaultValue><value>2</value></defaultValue></outcomeDeclaration><outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/><outcomeDeclaration identifier="FEEDBACKBASIC" cardinality="single" baseType="identifier"/>'
  const run = (template: string, value: PlainValue, options: ScoreOptions = {}): object => scoreQtiItem(item(choice + score, `<responseProcessing template="${template}"/>`), { RESPONSE: value }, options)
  t.match(run('http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct', 'A'), { outcomes: { SCORE: 1 }, problems: [] })
  t.match(run('https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml', 'B'), { outcomes: { SCORE: 0 }, problems: [] })
  t.match(run('http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response', 'A'), { outcomes: { SCORE: 2 } })
  t.match(run('map_response', null), { outcomes: { SCORE: 0 } })
  t.match(run('CC2_match', 'A'), { outcomes: { SCORE: 1 } })
  t.match(run('CC2_match_basic', 'A'), { outcomes: { SCORE: 2, FEEDBACKBASIC: 'correct' } })
  t.match(run('CC2_map_response', 'A'), { outcomes: { SCORE: 2, FEEDBACK: 'correct' } })
  t.match(run('match_nothing', null), { outcomes: { SCORE: 2 } })
  t.match(run('map_response_point', null), { outcomes: { SCORE: 0 } })
  t.match(run('my_own', 'A'), { problems: [{ message: /the template 'my_own' is not known/, line: 1 }] })
  const part = (href: string) => href === 'my_own' ? readXml('<responseProcessing><setOutcomeValue identifier="SCORE"><baseValue baseType="float">7</baseValue></setOutcomeValue></responseProcessing>') : undefined
  t.match(run('my_own', 'A', { part }), { outcomes: { SCORE: 7 } }, 'one in the package')
  t.match(scoreQtiItem(item(choice + score, '<responseProcessing/>'), { RESPONSE: 'A' }), { outcomes: { SCORE: 0 }, problems: [] })
})

t.test('rules: conditions, exits, fragments, tables, and what is not so', async t => {
  const set = (name: string, value: string): string => `<setOutcomeValue identifier="${name}">${value}</setOutcomeValue>`
  const r = '<responseDeclaration identifier="R" cardinality="single" baseType="integer"><correctResponse><value>1</value></correctResponse></responseDeclaration>'
  const run = (rules: string, responses: QtiResponses = {}, declarations = '', options: ScoreOptions = {}): { outcomes: Readonly<Record<string, PlainValue>>, problems: string[] } => {
    const { outcomes, problems } = scoreQtiItem(item(r + score + declarations, processing(rules)), responses, options)
    return { outcomes, problems: problems.map(({ message }) => message) }
  }
  const is = (value: number): string => `<match><variable identifier="R"/>${i(value)}</match>`
  const choose = `<responseCondition><responseIf>${is(1)}${set('SCORE', f(1))}</responseIf><responseElseIf>${is(2)}${set('SCORE', f(2))}</responseElseIf><responseElse>${set('SCORE', f(3))}</responseElse></responseCondition>`
  t.same([1, 2, 3].map(R => run(choose, { R }).outcomes.SCORE), [1, 2, 3])
  t.same(run(`<responseCondition><responseIf>${is(1)}<exitResponse/></responseIf><responseIf/></responseCondition>${set('SCORE', f(5))}`, { R: 1 }).outcomes.SCORE, 0)
  t.same(run(`<responseCondition><responseIf>${is(1)}</responseIf></responseCondition>${set('SCORE', f(5))}`, { R: 2 }).outcomes.SCORE, 5)
  const fragments = (href: string) => href === 'a.xml' ? readXml(`<responseProcessingFragment>${set('SCORE', f(4))}<include href="a.xml"/></responseProcessingFragment>`) : undefined
  t.match(run('<responseProcessingFragment><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a.xml"/></responseProcessingFragment>', {}, '', { part: fragments }), { outcomes: { SCORE: 4 }, problems: [/cannot be included/] }, 'one that includes itself ends')
  t.match(run('<include/>'), { problems: [/cannot be included/] })
  const table = '<outcomeDeclaration identifier="T" cardinality="single" baseType="integer"><matchTable defaultValue="9"><matchTableEntry sourceValue="1" targetValue="5"/></matchTable></outcomeDeclaration><outcomeDeclaration identifier="M" cardinality="multiple" baseType="integer"/><outcomeDeclaration identifier="I" cardinality="single" baseType="identifier"/><outcomeDeclaration identifier="X" cardinality="record"/>'
  t.match(run('<lookupOutcomeValue identifier="T"><variable identifier="R"/></lookupOutcomeValue><lookupOutcomeValue identifier="completionStatus"/><lookupOutcomeValue identifier="gone"/><lookupOutcomeValue/>', { R: 1 }, table), { outcomes: { T: 5 }, problems: [/no variable 'gone'/, /no variable ''/] })
  t.match(run(`${set('M', i(2))}${set('T', f(2))}${set('I', s('x'))}`, {}, table), { outcomes: { M: [2], T: 2, I: 'x' }, problems: [] }, 'a value of another type is taken where it is one')
  t.match(run(`${set('T', f(2.5))}${set('SCORE', '<multiple><baseValue baseType="float">1</baseValue></multiple>')}`, {}, table), { outcomes: { T: null, SCORE: 1 }, problems: [/is given what is no single integer/] })
  t.match(run(`${set('T', '<multiple><baseValue baseType="integer">1</baseValue><baseValue baseType="integer">2</baseValue></multiple>')}${set('X', i(1))}`, {}, table), { outcomes: { T: null, X: null }, problems: [/no single integer/, /no record record/] })
  t.match(run(set('X', `<record><fieldValue fieldIdentifier="a">${i(1)}</fieldValue></record>`), {}, table), { outcomes: { X: { a: 1 } } })
  t.match(run(`${set('SCORE', f(3))}<setDefaultValue identifier="SCORE"/><setResponseValue identifier="R">${i(4)}</setResponseValue><setCorrectResponse identifier="R"><variable identifier="R"/></setCorrectResponse><setDefaultValue identifier="SCORE"><correct identifier="R"/></setDefaultValue>${set('T', '<default identifier="SCORE"/>')}<setOutcomeValue identifier="gone"/>`, {}, table), { outcomes: { SCORE: null, T: 4 }, problems: [/no variable 'gone'/] })
  t.match(run('<nonsense/>'), { problems: [/the rule nonsense is not known/] })
  t.match(run('', { gone: 1, SCORE: 2 }), { problems: [/there is no response 'gone'/, /there is no response 'SCORE'/] })
  t.match(run('', { R: 'x' }), { problems: [/'x' is no integer; R has no value/] })
  t.match(run('', { numAttempts: 'x' }), { problems: [/no integer; numAttempts/] })
  t.match(run('', { R: [1, 2] }), { problems: [/takes one value and is given 2/] })
  t.match(run('', {}, '<outcomeDeclaration/><outcomeDeclaration identifier="SCORE"/><responseDeclaration identifier="Z" cardinality="odd"><correctResponse/></responseDeclaration>'), { problems: [/without an identifier/, /declared twice/] })
  const record = '<responseDeclaration identifier="Y" cardinality="record"><defaultValue><value fieldIdentifier="a" baseType="integer">1</value><value baseType="integer">x</value><value fieldIdentifier="c">s</value></defaultValue></responseDeclaration><outcomeDeclaration identifier="X" cardinality="record"/>'
  t.match(run(set('X', '<variable identifier="Y"/>'), {}, record), { outcomes: { X: { a: 1, '': null, c: 's' } } })
  t.match(scoreQtiItem(`<assessmentItem>${score}<outcomeProcessing>${set('SCORE', f(1))}<exitTest/>${set('SCORE', f(2))}</outcomeProcessing></assessmentItem>`, {}), { outcomes: { SCORE: 1 } })
})

t.test('QTI 3 says the same in other words', async t => {
  const xml = `<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"><qti-response-declaration identifier="R" cardinality="single" base-type="duration"/><qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
    <qti-response-processing><qti-response-condition><qti-response-if><qti-any-n min="1" max="1"><qti-duration-lt><qti-variable identifier="R"/><qti-base-value base-type="duration">
      PT2S
    </qti-base-value></qti-duration-lt></qti-any-n><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing></qti-assessment-item>`
  t.same(scoreQtiItem(xml, { R: 'PT1S' }), { outcomes: { SCORE: 1 }, problems: [] })
  t.same(scoreQtiItem(xml, { R: 'PT2S' }).outcomes.SCORE, 0)
})

t.test('templates draw by their seed, and again until their constraint is met', async t => {
  const xml = (constraint: string): string => `<assessmentItem><templateDeclaration identifier="T" cardinality="single" baseType="integer"/><responseDeclaration identifier="R" cardinality="single" baseType="integer"/><outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
    <templateProcessing><setTemplateValue identifier="T"><randomInteger min="1" max="1000"/></setTemplateValue><templateCondition><templateIf>${b(true)}<setCorrectResponse identifier="R"><variable identifier="T"/></setCorrectResponse></templateIf></templateCondition>${constraint}<exitTemplate/><nonsense/></templateProcessing>
    <responseProcessing><setOutcomeValue identifier="SCORE"><correct identifier="R"/></setOutcomeValue></responseProcessing></assessmentItem>`
  const draw = (seed: number, constraint = ''): number => Number(scoreQtiItem(xml(constraint), {}, { seed }).outcomes.SCORE)
  t.equal(draw(5), draw(5))
  t.not(draw(5), draw(6))
  t.ok(draw(7, `<templateConstraint><gt><variable identifier="T"/>${i(900)}</gt></templateConstraint>`) > 900)
  t.match(scoreQtiItem(xml('<templateConstraint><null/></templateConstraint>'), {}), { problems: [{ message: /the last draw counts/ }] })
})

t.test('what takes too long is broken off', async t => {
  const deep = (inner: string, times: number): string => times === 0 ? inner : deep(`<repeat numberRepeats="1000000">${inner}</repeat>`, times - 1)
  // Of the processor, not of the clock: other work on the machine is not this one's.
  const started = process.cpuUsage()
  t.match(valueOf(`<containerSize>${deep(i(1), 5)}</containerSize>`), { messages: [/longer than is taken/] })
  const doubled = '<setOutcomeValue identifier="M"><multiple><variable identifier="M"/><variable identifier="M"/></multiple></setOutcomeValue>'
  const grown = item('<outcomeDeclaration identifier="M" cardinality="multiple" baseType="integer"><defaultValue><value>1</value></defaultValue></outcomeDeclaration>', processing(doubled.repeat(60)))
  t.match(scoreQtiItem(grown, {}).problems, [{ message: /longer than is taken/ }])
  t.match(scoreQtiItem('<assessmentItem><templateProcessing/><itemBody>', {}), { outcomes: {}, problems: [{ severity: 'refused' }] })
  t.match(scoreQtiItem('<html/>', {}), { problems: [{ message: '<html> is no assessmentItem' }] })
  t.match(scoreQtiTest('<html/>', {}), { problems: [{ message: '<html> is no assessmentTest' }] })
  t.match(scoreQtiTest(`<assessmentTest><outcomeProcessing><setOutcomeValue identifier="X">${deep(i(1), 3)}</setOutcomeValue></outcomeProcessing><outcomeDeclaration identifier="X" cardinality="ordered" baseType="integer"/></assessmentTest>`, {}).problems, [{ message: /longer than is taken/ }])
  t.ok(process.cpuUsage(started).user / 1e6 < 10, `${process.cpuUsage(started).user / 1e6} s`)
})

t.test('tests add up their items', async t => {
  const outcome = (name: string, expression: string, more = 'cardinality="single" baseType="float"'): [string, string] => [`<outcomeDeclaration identifier="${name}" ${more}/>`, `<setOutcomeValue identifier="${name}">${expression}</setOutcomeValue>`]
  const all = [
    outcome('TOTAL', '<sum><testVariables variableIdentifier="SCORE"/></sum>'),
    outcome('WEIGHED', '<sum><testVariables variableIdentifier="SCORE" weightIdentifier="W" baseType="float"/></sum>'),
    outcome('A', '<sum><testVariables variableIdentifier="SCORE" includeCategory="a b"/></sum>'),
    outcome('NOT_A', '<sum><testVariables variableIdentifier="SCORE" excludeCategory="a"/></sum>'),
    outcome('S2', '<sum><testVariables variableIdentifier="SCORE" sectionIdentifier="S2" baseType="integer"/></sum>'),
    outcome('NONE', '<sum><testVariables variableIdentifier="GONE"/></sum>'),
    outcome('LABELS', '<containerSize><testVariables variableIdentifier="LABEL" baseType="identifier"/></containerSize>'),
    outcome('NAMELESS', '<sum><testVariables/></sum>'),
    outcome('Q2', '<variable identifier="Q2.SCORE" weightIdentifier="W"/>'),
    outcome('Q2LABEL', '<variable identifier="Q2.LABEL" weightIdentifier="W"/>', 'cardinality="single" baseType="identifier"'),
    outcome('Q2GONE', '<variable identifier="Q2.GONE"/>'),
    outcome('MAX', '<sum><outcomeMaximum outcomeIdentifier="SCORE" weightIdentifier="W"/></sum>'),
    outcome('MIN', '<sum><outcomeMinimum outcomeIdentifier="SCORE" sectionIdentifier="S2"/></sum>'),
    outcome('UNBOUND', '<sum><outcomeMinimum outcomeIdentifier="SCORE"/></sum>'),
    outcome('NOTHING', '<sum><outcomeMinimum sectionIdentifier="S9"/></sum>'),
    ...['Correct', 'Incorrect', 'Presented', 'Responded', 'Selected'].map(name => outcome(name, `<number${name}/>`))
  ]
  const xml = `<assessmentTest>${all.map(([declared]) => declared).join('')}<testPart><assessmentSection identifier="S1"><assessmentItemRef identifier="Q1" category="a c"><weight identifier="W" value="2"/></assessmentItemRef><assessmentItemRef identifier="Q3"/>
    <assessmentSection identifier="S2"><assessmentItemRef identifier="Q2" category="b"><weight/><weight identifier="W" value="3"/></assessmentItemRef><assessmentItemRef/></assessmentSection></assessmentSection></testPart><outcomeProcessing>${all.map(([, rule]) => rule).join('')}</outcomeProcessing></assessmentTest>`
  const { outcomes, problems } = scoreQtiTest(xml, {
    Q1: { outcomes: { SCORE: 1, LABEL: 'x', LIST: ['a', 'b'], FLAG: true, REC: { a: 1 }, NIL: null }, correct: true, maxima: { SCORE: 1 } },
    Q2: { outcomes: { SCORE: 2.5, LABEL: 'y' }, correct: false, maxima: { SCORE: 4 }, minima: { SCORE: -1 } },
    Q3: { outcomes: {}, presented: false, responded: false, maxima: { SCORE: 0 } },
    '': { outcomes: {}, maxima: { SCORE: 0 }, minima: { SCORE: 0 } },
    Q9: { outcomes: {} }
  })
  t.same(outcomes, { TOTAL: 3.5, WEIGHED: 9.5, A: 3.5, NOT_A: 2.5, S2: 2.5, NONE: null, LABELS: 2, NAMELESS: null, Q2: 7.5, Q2LABEL: 'y', Q2GONE: null, MAX: 14, MIN: -1, UNBOUND: null, NOTHING: null, Correct: 1, Incorrect: 1, Presented: 3, Responded: 3, Selected: 4 })
  t.match(problems, [{ message: "there is no item 'Q9' in the test" }])
  t.match(scoreQtiTest(xml, {}).outcomes, { Presented: 0, Correct: 0 })
})
