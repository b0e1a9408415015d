import t from 'tap'
import type { FormatProblem, Imported, NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { importQtiPackage } from '../../../server/quiz/formats/qti-package.ts'
import { scoreQtiItem } from '../../../server/quiz/formats/qti-processing.ts'
import { importQti } from '../../../server/quiz/formats/qti-read.ts'
import { exportQti } from '../../../server/quiz/formats/qti-write.ts'
import type { QuestionDefinition } from '../../../server/quiz/quiz.ts'

const said = ({ problems }: { readonly problems: readonly FormatProblem[] }): string[] => problems.map(({ severity, message }) => `${severity}: ${message.replace(/^'[^']*'(?:: | is )/, '')}`)
const MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
const MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response"/>'
const POINT = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response_point"/>'
const SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'

interface Parts { readonly right?: readonly string[], readonly mapped?: string, readonly cardinality?: string, readonly type?: string, readonly rules?: string, readonly more?: string, readonly attributes?: string, readonly after?: string }

/** An item with one response, R. */
function item (body: string, { right = [], mapped = '', cardinality = 'single', type = 'identifier', rules = MATCH, more = '', attributes = 'identifier="i" title="T"', after = '' }: Parts = {}): string {
  return `<assessmentItem ${attributes}><responseDeclaration identifier="RESPONSE" cardinality="${cardinality}" baseType="${type}">${right.length === 0 ? '' : `<correctResponse>${right.map(value => `<value>${value}</value>`).join('')}</correctResponse>`}${mapped}</responseDeclaration>${more}${SCORE}<itemBody>${body}</itemBody>${rules}${after}</assessmentItem>`
}

function one (xml: string): { question: QuestionDefinition | undefined, said: string[] } {
  const read = importQti(xml)
  return { question: read.questions[0]?.definition, said: said(read) }
}

const R = 'responseIdentifier="RESPONSE"'
const options = (identifiers: string, name = 'simpleChoice'): string => [...identifiers].map(identifier => `<${name} identifier="${identifier}" matchMax="1">${identifier}</${name}>`).join('')
const mapping = (entries: Readonly<Record<string, number>>, more = ''): string => `<mapping ${more}>${Object.entries(entries).map(([key, value]) => `<mapEntry mapKey="${key}" mappedValue="${value}"/>`).join('')}</mapping>`
const choice = (more: string, identifiers = 'AB'): string => `<choiceInteraction ${R} ${more}><prompt>Which?</prompt>${options(identifiers)}</choiceInteraction>`

t.test('choices', async t => {
  t.match(one(item(choice('maxChoices="1" shuffle="true"'), { right: ['A'] })), { question: { kind: 'choice', key: 'i', prompt: 'Which?', choices: [{ key: 'a', text: 'A', correct: true }, { key: 'b' }] }, said: [] })
  t.match(one(item(`<p>One &amp; two.</p><p>Three.</p>${choice('maxChoices="-1"')}`, { right: ['A'], cardinality: 'multiple' })), { question: { prompt: '<p>One &amp; two.</p><p>Three.</p><p>Which?</p>', markup: 'html', maxChoices: 0, shuffle: false } })
  t.match(one(item(choice('maxChoices="0"', 'ABCDEFGHI'), { right: ['A', 'B'], cardinality: 'multiple' })), { question: { choices: { length: 9 } }, said: [] }, 'sets near to the right one')
  t.match(one(item(choice('maxChoices="1"'), { mapped: mapping({ A: 2, B: 1 }), rules: MAP })), { question: { mark: 2, choices: [{ correct: true }, { fraction: 0.5 }] }, said: [] })
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], mapped: mapping({ A: 2, B: 1 }), rules: MAP })), { question: { mark: 2, choices: [{ correct: true }, { fraction: 0.5 }] }, said: [] })
  t.match(one(item(choice('maxChoices="0"', 'ABC'), { mapped: mapping({ A: 1, B: 1 }, 'defaultValue="-2" lowerBound="0"'), cardinality: 'multiple', rules: MAP })), { question: { choices: [{ correct: true }, { correct: true }, {}], scoring: 'partial' }, said: [] })
  t.match(one(item(choice('maxChoices="0"', 'ABC'), { right: ['A', 'B'], mapped: mapping({ A: 1, B: 3 }), cardinality: 'multiple', rules: MAP })), { question: { choices: [{ fraction: 0.25 }, { fraction: 0.75 }, { fraction: undefined }] }, said: [] })
  t.match(one(item(choice('maxChoices="1"'))), { question: undefined, said: ['refused: not taken: it does not say what is right'] })
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], rules: '' })), { said: [/changed: it says no rules of scoring/] })
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], rules: '<responseProcessing/>' })), { question: { mark: undefined }, said: [/changed: no answer that was tried earns/] })
  t.match(one(item(choice('maxChoices="1"'), { right: ['A', 'B'] })), { said: [/a single|takes one value|not taken/] })
  t.match(one(item(choice('maxChoices="1"').replace('"RESPONSE"', '"OTHER"'))), { said: ['refused: not taken: an interaction has no declared response'] })
  t.match(one(item(`<choiceInteraction ${R}><simpleChoice identifier="A"/><simpleChoice>B</simpleChoice></choiceInteraction>`, { right: ['A'] })), { question: { choices: [{ text: '1' }, { key: 'x', text: 'B' }], prompt: 'T' } })
  t.match(one(item(`<choiceInteraction ${R}><simpleChoice identifier="A_b">a</simpleChoice><simpleChoice identifier="a-B">b</simpleChoice><simpleChoice identifier="_">c</simpleChoice><simpleChoice identifier="-">d</simpleChoice></choiceInteraction>`, { right: ['A_b'] })), { question: { choices: [{ key: 'a-b' }, { key: 'a-b-2' }, { key: 'x' }, { key: 'x-2' }] } }, 'keys are made of identifiers')
  t.match(one(item(`<choiceInteraction ${R}><simpleChoice identifier="A"><b>a</b></simpleChoice><simpleChoice identifier="B">b</simpleChoice></choiceInteraction>`, { right: ['A'] })), { question: { markup: 'html', prompt: 'T' } })
  const rules = '<responseProcessing><setOutcomeValue identifier="SCORE"><nonsense/></setOutcomeValue></responseProcessing>'
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], rules })), { said: [/of its own rules: the expression nonsense/, /no answer that was tried/] })
})

t.test('true or false', async t => {
  const verdicts = (first: string, second: string, texts = ['True', 'False']): string => `<choiceInteraction ${R} maxChoices="1"><simpleChoice identifier="${first}">${texts[0]!}</simpleChoice><simpleChoice identifier="${second}">${texts[1]!}</simpleChoice></choiceInteraction>`
  t.match(one(item(`<p>So?</p>${verdicts('true', 'false')}`, { right: ['false'] })), { question: { kind: 'true-false', correct: false, prompt: 'So?', labels: undefined }, said: [] })
  t.match(one(item(verdicts('F', 'T', ['False', 'True']), { right: ['T'], rules: '' })), { question: { kind: 'true-false', correct: true, prompt: 'T' }, said: [/true stands before false/, /no rules/] })
  t.match(one(item(verdicts('true', 'false', ['Yes', 'No']), { right: ['true'] })), { question: { labels: { true: 'Yes', false: 'No' } } })
})

t.test('feedback is of what it is shown for', async t => {
  const feedback = (by: string): string => `<responseProcessing><responseCondition><responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition><setOutcomeValue identifier="F">${by}</setOutcomeValue></responseProcessing>`
  const chosen = feedback('<multiple><variable identifier="RESPONSE"/><baseValue baseType="identifier">all</baseValue></multiple>')
  const more = '<outcomeDeclaration identifier="F" cardinality="multiple" baseType="identifier"/>'
  const shown = '<modalFeedback outcomeIdentifier="F" identifier="all">For all.</modalFeedback><modalFeedback outcomeIdentifier="F" identifier="A" showHide="show">For A.</modalFeedback><modalFeedback outcomeIdentifier="F" identifier="A" showHide="hide">Not for A.</modalFeedback><modalFeedback/><modalFeedback outcomeIdentifier="F" identifier="gone">Never.</modalFeedback>'
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], more, rules: chosen, after: shown })), { question: { feedback: 'For all.', choices: [{ feedback: 'For A.' }, { feedback: 'Not for A.' }] }, said: ["left-out: feedback that goes by how right an answer is, is left out: 'Never.'"] })
  const byRight = feedback('<multiple><baseValue baseType="identifier">x</baseValue></multiple>').replace('<setOutcomeValue identifier="F">', '<responseCondition><responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match><setOutcomeValue identifier="F">').replace(/<\/setOutcomeValue><\/responseProcessing>$/, '</setOutcomeValue></responseIf></responseCondition></responseProcessing>')
  const order = `<orderInteraction ${R} shuffle="true">${options('ABC')}</orderInteraction>`
  t.match(one(item(order, { right: ['A', 'B', 'C'], cardinality: 'ordered', more, rules: byRight, after: '<modalFeedback outcomeIdentifier="F" identifier="x">Yes!</modalFeedback>' })), { question: { kind: 'order' }, said: [/how right an answer is, is left out: 'Yes!'/] })
  const gaps = '<p>a <inlineChoiceInteraction responseIdentifier="RESPONSE"><inlineChoice identifier="A">a</inlineChoice><inlineChoice identifier="B">b</inlineChoice></inlineChoiceInteraction> b</p>'
  t.match(one(item(gaps, { right: ['A'], more, rules: byRight, after: '<modalFeedback outcomeIdentifier="F" identifier="x">Yes!</modalFeedback>' })), { question: { kind: 'gap-select' }, said: [/is left out: 'Yes!'/] }, 'what no part of the question takes is said')
})

t.test('orders', async t => {
  const order = (identifiers: string): string => `<orderInteraction ${R}>${options(identifiers)}</orderInteraction>`
  t.match(one(item(order('ABCDE'), { right: ['E', 'A', 'B', 'C', 'D'], cardinality: 'ordered' })), { question: { kind: 'order', items: [{ key: 'e' }, { key: 'a' }, {}, {}, {}], scoring: undefined }, said: [/drawn order/] })
  t.match(one(item(order('AB'), { right: ['A'], cardinality: 'ordered' })), { said: [/does not name each/] })
  t.match(one(item(order('AB').replace('"RESPONSE"', '""'))), { said: [/no declared response/] })
})

t.test('places on a picture', async t => {
  const picture = '<object type="image/png" data="a.png" width="100" height="100">A map</object>'
  const spots = (more = ''): string => `<hotspotInteraction ${R} maxChoices="0">${picture}<hotspotChoice identifier="A" shape="circle" coords="10,10,5"${more}/><hotspotChoice identifier="B" shape="rect" coords="50,50,60,60"${more}/></hotspotInteraction>`
  t.match(one(item(spots(), { right: ['A'], cardinality: 'multiple' })), { question: { kind: 'hotspot', image: { src: 'a.png', width: 100, alt: 'A map' }, scoring: 'all-or-nothing', areas: [{ correct: true }, {}] }, said: [/not shown on the picture/] })
  t.match(one(item(spots(' hotspotLabel="x"'), { mapped: mapping({ A: 1 }), cardinality: 'multiple', rules: MAP })), { question: { areas: [{ label: 'x', fraction: 1 }, { fraction: undefined }] } })
  t.match(one(item(spots(' hotspotLabel="x"').replace('circle', 'star'), { right: ['A'] })), { said: [/cannot be read/] })
  t.match(one(item(spots().replace(picture, ''), { right: ['A'] })), { said: [/picture is missing/] })
  t.match(one(item(spots().replace(/ width="100" height="100"/, ''), { right: ['A'] })), { said: [/size of its picture/] })
  t.match(one(item(spots().replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })
  t.match(one(item(spots().replace('A map', ''), { right: ['A'] })), { question: { image: { alt: 'Picture' } }, said: [/described in words/, /not shown/] })
  const select = (inner = picture, max = 'maxChoices="2"'): string => `<selectPointInteraction ${R} ${max}>${inner}</selectPointInteraction>`
  const areas = (first = 'shape="circle" coords="10,10,5" mappedValue="1"'): string => `<areaMapping><areaMapEntry ${first}/><areaMapEntry shape="poly" coords="50,50,60,50,55,60" mappedValue="0.5"/><areaMapEntry shape="rect" coords="90,0,99,9"/></areaMapping>`
  t.match(one(item(select(), { mapped: areas(), cardinality: 'multiple', type: 'point', rules: POINT })), { question: { kind: 'hotspot', mark: 1.5, areas: [{ fraction: 0.6666667 }, { fraction: 0.3333333 }, {}] }, said: [] })
  t.match(one(item(select(), { mapped: areas('shape="x"'), type: 'point', rules: POINT })), { said: [/cannot be read/] })
  t.match(one(item(select(), { right: ['10 10'], type: 'point' })), { question: { areas: [{ shape: 'circle', coords: [10, 10, 10], correct: true }] }, said: [/within 10 pixels/] })
  t.match(one(item(select(), { type: 'point' })), { said: [/within 10 pixels|no place/] })
  t.match(one(item(select(''), { type: 'point' })), { said: [/missing/] })
  t.match(one(item(select().replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })
  t.match(one(item(select(picture, 'maxChoices="0"'), { mapped: areas('shape="circle" coords="-10,-10,5" mappedValue="1"'), cardinality: 'multiple', type: 'point', rules: POINT })), { question: undefined, said: [/lies outside the image/] })
  const stage = `<positionObjectStage>${picture}<positionObjectInteraction ${R} maxChoices="1"><object type="image/png" data="b.png"/></positionObjectInteraction></positionObjectStage>`
  t.match(one(item(stage, { mapped: areas(), type: 'point', rules: POINT })), { question: { kind: 'hotspot', image: { src: 'a.png' } }, said: [/pointed at/] })
  t.match(one(item(`<positionObjectInteraction ${R} maxChoices="1">${picture}</positionObjectInteraction>`, { mapped: areas(), type: 'point', rules: POINT })), { question: { kind: 'hotspot' } })
})

t.test('two sets are matched, in the direction that their right pairs have', async t => {
  const sets = (first: string, second: string, more = 'matchMax="1"', other = 'matchMax="1"'): string => `<matchInteraction ${R} shuffle="true"><simpleMatchSet>${options(first, 'simpleAssociableChoice').replaceAll('matchMax="1"', more)}</simpleMatchSet><simpleMatchSet>${options(second, 'simpleAssociableChoice').replaceAll('matchMax="1"', other)}</simpleMatchSet></matchInteraction>`
  const pairs = { cardinality: 'multiple', type: 'directedPair' }
  t.match(one(item(sets('AB', 'XYZ'), { ...pairs, right: ['A X', 'B Y'] })), { question: { kind: 'match', stems: [{ choice: 'x' }, { choice: 'y' }], choices: { length: 3 }, scoring: 'all-or-nothing' }, said: [] })
  t.match(one(item(sets('XY', 'AB', 'matchMax="2"'), { ...pairs, right: ['X A', 'X B'] })), { question: { kind: 'match', stems: [{ key: 'a', choice: 'x' }, { key: 'b', choice: 'x' }] }, said: [] })
  t.match(one(item(sets('AB', 'XY', 'matchMax="2"', 'matchMax="2"'), { ...pairs, right: ['A X', 'B Y'] })), { question: { kind: 'match' }, said: [/paired once/] })
  t.match(one(item(sets('AB', 'XY', '', 'matchMax="0"'), { ...pairs, right: ['A X'] })), { question: { kind: 'categorise', items: [{ category: 'x' }, { category: null }] } })
  t.match(one(item(sets('AB', 'XY', 'matchMax="0"', 'matchMax="0"'), { ...pairs, right: ['A X', 'A Y', 'B X'] })), { said: [/belongs in several pairs/] })
  t.match(one(item(sets('AB', 'XY'), { ...pairs, right: ['A X', 'Q Y'] })), { said: [/names what is not there/] })
  t.match(one(item(sets('AB', 'XY').replace('"RESPONSE"', '"X"'))), { said: [/no two sets/] })
  const verdicts = '<simpleAssociableChoice identifier="T" matchMax="2">True</simpleAssociableChoice><simpleAssociableChoice identifier="F" matchMax="2">False</simpleAssociableChoice>'
  t.match(one(item(`<matchInteraction ${R}><simpleMatchSet>${options('AB', 'simpleAssociableChoice')}</simpleMatchSet><simpleMatchSet>${verdicts}</simpleMatchSet></matchInteraction>`, { ...pairs, right: ['A T', 'B F'] })), { question: { kind: 'kprim', statements: [{ correct: true }, { correct: false }], scoring: 'all-or-nothing' }, said: [] })
})

t.test('words and pictures are put into gaps', async t => {
  const pairs = { cardinality: 'multiple', type: 'directedPair' }
  const gap = (words: string, text: string): string => `<gapMatchInteraction ${R} shuffle="true"><prompt>Fill in.</prompt>${words}${text}</gapMatchInteraction>`
  const words = options('AB', 'gapText')
  t.match(one(item(gap(words, '<p>x {{y}} <gap identifier="G1"/> z</p>'), { ...pairs, right: ['A G1'] })), { question: { kind: 'drag-words', prompt: 'Fill in.', text: 'x \\{\\{y\\}\\} {{g1}} z', gaps: [{ key: 'g1', choice: 'a' }] }, said: [] })
  t.match(one(item(gap(words, '<p>x <b>{{y}}</b> <gap identifier="G1" matchGroup="a"/></p>'), { ...pairs, right: ['A G1'] })), { question: { text: '<p>x <b>{&#123;y}}</b> {{g1}}</p>' }, said: [/in every gap/] })
  t.match(one(item(gap(words, '<gap identifier="G1"/>'), pairs)), { said: [/no right word/] })
  t.match(one(item(gap(words, '<gap identifier="G1"/>'), { ...pairs, right: ['Q G1'] })), { said: [/no word 'Q'/] })
  t.match(one(item(gap('<gapImg identifier="A"/>', '<gap identifier="G1"/>'), { ...pairs, right: ['A G1'] })), { said: [/picture 'A' is put into the gaps/] })
  const drawn = '<gapImg identifier="A"><object type="image/png" data="a.png">a cat</object></gapImg><gapImg identifier="B" objectLabel="a dog"/>'
  t.match(one(item(gap(drawn, '<p>x <gap identifier="G1"/></p>'), { ...pairs, right: ['A G1'] })), { question: { choices: [{ text: 'a cat' }, { text: 'a dog' }] }, said: [/are their words/] })
  t.match(one(item(gap(words, '').replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })
  const picture = '<object type="image/png" data="a.png" width="100" height="100">A map</object>'
  const image = (items: string, spots: string, inner = picture): string => `<graphicGapMatchInteraction ${R}>${inner}${items}${spots}</graphicGapMatchInteraction>`
  const items = '<gapText identifier="A">a</gapText><gapImg identifier="B" matchMax="0"><object type="image/png" data="b.png">B</object></gapImg>'
  const spot = (identifier: string, shape: string, coords: string): string => `<associableHotspot identifier="${identifier}" matchMax="1" shape="${shape}" coords="${coords}" hotspotLabel="${identifier === 'P' ? '' : 'L'}"/>`
  const spots = spot('P', 'circle', '5,5,10') + spot('Q', 'ellipse', '50,50,10,5') + spot('S', 'poly', '80,80,120,80,100,120') + spot('Z', 'rect', '0,0,1,1')
  t.match(one(item(image(items, spots), { ...pairs, right: ['A P', 'B Q', 'B S'] })), {
    question: { kind: 'drag-image', reusable: true, zones: [{ x: 0, y: 0, width: 15, height: 15, item: 'a' }, { x: 40, y: 45, width: 20, height: 10, label: 'L' }, { x: 80, y: 80, width: 20, height: 20 }] },
    said: [/nothing belongs in/, /rectangles around/]
  })
  t.match(one(item(image(items, spots), { ...pairs, right: ['A P', 'B P'] })), { said: [/several items/] })
  t.match(one(item(image(items, spot('P', 'star', '1')), { ...pairs, right: ['A P'] })), { said: [/cannot be read/] })
  t.match(one(item(image(items, spots), { ...pairs, right: ['Q P'] })), { said: [/no item 'Q'/] })
  t.match(one(item(image(items, spots, ''), { ...pairs, right: ['A P'] })), { said: [/missing/] })
  t.match(one(item(image(items.replace(/<object.*<\/object>/, ''), spots), { ...pairs, right: ['A P'] })), { said: [/missing/] })
  t.match(one(item(image(items, spots).replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })
  t.match(one(item(image(items, spots, '<picture><img src="a.png" width="100" height="100" alt="m"/></picture>'), { ...pairs, right: ['A P'] })), { question: { image: { alt: 'm' } } })
})

t.test('any two of a set are paired, and places of a picture paired or put in order', async t => {
  const pairs = { cardinality: 'multiple', type: 'pair' }
  const set = (identifiers: string, more = ''): string => `<associateInteraction ${R} shuffle="true" maxAssociations="3"><prompt>Who are rivals?</prompt>${options(identifiers, 'simpleAssociableChoice')}</associateInteraction>${more}`
  t.match(one(item(set('ABCDE'), { ...pairs, right: ['A B', 'D C'] })), {
    question: { kind: 'match', stems: [{ key: 'a', choice: 'b' }, { key: 'd', choice: 'c' }], choices: { length: 3 }, scoring: 'all-or-nothing' }, said: [/list of its own/]
  })
  t.match(one(item(set('ABCD'), { ...pairs, mapped: mapping({ 'A B': 1, 'C D': 1, 'A C': -1 }), rules: MAP })), { question: { kind: 'match', mark: 2, scoring: undefined }, said: [/list of its own/] })
  t.match(one(item(set('ABCD').replaceAll('matchMax="1"', 'matchMax="2"'), { ...pairs, right: ['A B', 'C A'] })), { question: { stems: [{ key: 'b', choice: 'a' }, { key: 'c', choice: 'a' }] } }, 'what is in several pairs is a choice')
  t.match(one(item(set('ABCD').replace('shuffle="true" ', '').replaceAll('matchMax="1"', ''), { ...pairs, right: ['A B', 'C D'] })), { question: { shuffle: false } })
  t.match(one(item(set('ABCD'), { ...pairs, right: ['A B', 'B C', 'C D'] })), { said: [/both of a right pair/] })
  t.match(one(item(set('AB'), { ...pairs, right: ['A Q'] })), { said: [/names what is not there/] })
  t.match(one(item(set('AB'), { ...pairs, right: ['A A'] })), { said: [/names what is not there/] })
  t.match(one(item(set('AB'), pairs)), { said: [/does not say what is right/] })
  t.match(one(item(set('AB').replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })
  const places = (name: string, label = true): string => 'ABCD'.split('').map((letter, index) => `<${name} identifier="${letter}" matchMax="1" shape="circle" coords="${index * 10},5,3"${label ? ` hotspotLabel="Town ${letter}"` : ''}/>`).join('')
  const map = '<prompt>Fly.</prompt><object type="image/png" data="a.png" width="100" height="100">A map</object>'
  const graphic = (name: string, inner: string): string => `<p>Look.</p><${name} ${R}>${map}${inner}</${name}>`
  t.match(one(item(graphic('graphicAssociateInteraction', places('associableHotspot')), { ...pairs, right: ['A B', 'C D'] })), {
    question: { kind: 'match', prompt: /Look.*Fly.*<img src="a.png" alt="A map"/s, stems: [{ text: 'Town A' }, { text: 'Town C' }] }, said: [/list of its own/]
  })
  t.match(one(item(graphic('graphicAssociateInteraction', places('associableHotspot', false)), { ...pairs, right: ['A B'] })), { said: [/have no labels/] })
  const ordered = { cardinality: 'ordered', type: 'identifier' }
  t.match(one(item(graphic('graphicOrderInteraction', places('hotspotChoice')), { ...ordered, right: ['D', 'A', 'C', 'B'] })), {
    question: { kind: 'order', prompt: /<img src="a.png"/, items: [{ key: 'd', text: 'Town D' }, {}, {}, {}] }, said: [/below the picture/]
  })
  t.match(one(item(graphic('graphicOrderInteraction', places('hotspotChoice')), { ...ordered, right: ['D', 'A'] })), { said: [/each of its places once/] })
  t.match(one(item(graphic('graphicOrderInteraction', places('hotspotChoice', false)), { ...ordered, right: ['A'] })), { said: [/have no labels/] })
  t.match(one(item(graphic('graphicOrderInteraction', places('hotspotChoice')).replace('"RESPONSE"', '"X"').replace('<prompt>Fly.</prompt>', ''))), { said: [/no declared response/] })
  t.match(one(item(graphic('graphicOrderInteraction', places('hotspotChoice')).replace('<prompt>Fly.</prompt>', ''), { ...ordered, right: ['D', 'A', 'C', 'B'] })), { question: { prompt: /^<p>Look.<\/p>\s*<p><img/ } })
  const spots = `<hotspotInteraction class="mark-image" ${R} maxChoices="0">${map.replace('<prompt>Fly.</prompt>', '')}${places('hotspotChoice', false)}</hotspotInteraction>`
  t.match(one(item(spots, { cardinality: 'multiple', mapped: mapping({ A: 1, B: 1, C: 1, D: 1 }), rules: MAP })), { question: { kind: 'mark-image', areas: { length: 4 } } })
  t.match(one(item(spots, { cardinality: 'multiple', right: ['A'] })), { question: { kind: 'hotspot' } })
  const refused = importQti(`\n\n${item('<p>x</p>\n<customInteraction responseIdentifier="RESPONSE"/>')}`).problems
  t.match(refused, [{ line: /[3-9]/, severity: 'refused' }], 'a refusal names the line')
})

t.test('words of a text are hot: errors, or a list of choices', async t => {
  const hot = (text: string, more = 'maxChoices="0"'): string => `<hottextInteraction ${R} ${more}><prompt>Find.</prompt>${text.replace(/\[(\w+):([^\]]*)\]/g, '<hottext identifier="$1">$2</hottext>')}</hottextInteraction>`
  const many = { cardinality: 'multiple', right: ['B', 'D'] }
  t.match(one(item(hot('<p>[A:He] [B:go] [C:home],<br/> [D:to].</p><p> [E:Bye]</p>'), many)), {
    question: { kind: 'error-text', prompt: 'Find.', text: 'He [[go|]] home,\n[[to|]].\n\nBye', scoring: 'all-or-nothing' }, said: ['refused'].slice(1)
  })
  t.match(one(item(hot('<p>[A:He] [B:go] <b>[C:home]</b>.</p>').replace('<prompt>Find.</prompt>', ''), { cardinality: 'multiple', right: ['B'], mapped: mapping({ B: 1, A: -0.5, C: -0.5 }).replace('<mapping', '<mapping lowerBound="0"'), rules: MAP })), { question: { kind: 'error-text', wrongPenalty: 0.5, prompt: /\S/ }, said: [] })
  for (const text of ['<p>[A:He] is [B:go] [C:home]</p>', '<p>[A:He is] [B:go] [C:home]</p>', '<p>x[A: ] [B:go] [C:home]</p>', '<p>[A:a[[b] [B:go] [C:c]</p>']) t.match(one(item(hot(text), { cardinality: 'multiple', right: ['B'] })), { question: { kind: 'choice' } }, text)
  t.match(one(item(hot('<p>[A:He] [B:go]</p>'), { cardinality: 'multiple' })), { said: [/does not say/] })
  t.match(one(item(hot('<p>[A:He] [B:go]</p>', 'maxChoices="1"'), { right: ['B'] })), { question: { kind: 'choice' } })
  t.match(one(item(hot('<p>[B:go] [D:now]</p>'), many)), { question: { kind: 'error-text', text: '[[go|]] [[now|]]' } })
  t.match(one(item(hot('<p>[A:He] [B:go]</p>'), { cardinality: 'multiple', right: ['Q'] })), { said: [/does not say|chosen from a list/] })
  t.match(one(item(hot('<p>[A:He] [B:go]</p>'), { cardinality: 'multiple', right: ['B'], rules: '' })), { question: { kind: 'error-text' } })
  const told = (correction: string): string => item(hot('<p>[A:He] [B:go]</p>'), { cardinality: 'multiple', right: ['B'], more: '<outcomeDeclaration identifier="F" cardinality="multiple" baseType="identifier"/>', rules: '<responseProcessing><responseCondition><responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition><setOutcomeValue identifier="F"><variable identifier="RESPONSE"/></setOutcomeValue></responseProcessing>' })
    .replace('</assessmentItem>', `<modalFeedback outcomeIdentifier="F" identifier="B" showHide="show">${correction}</modalFeedback></assessmentItem>`)
  t.match(one(told('goes')), { question: { text: 'He [[go|goes]]' }, said: [] })
  t.match(one(told('[goes]')), { question: { text: 'He [[go|]]' }, said: [/left out: '\[goes\]'/] })
})

t.test('menus that are too long for one are typed', async t => {
  const list = (count: number, more = ''): string => `<p>It is <inlineChoiceInteraction ${R}${more}>${Array.from({ length: count }, (_, index) => `<inlineChoice identifier="o${index}">${index === 2 ? '<b>two</b>' : `number ${index}`}</inlineChoice>`).join('')}</inlineChoiceInteraction>.</p>`
  t.match(one(item(list(101), { right: ['o7'] })), { question: { kind: 'long-menu', text: 'It is {{g1}}.', gaps: [{ options: { length: 101, 2: 'two' }, accept: ['number 7'] }] }, said: [] })
  t.match(one(item(list(3, ' class="long-menu"'), { mapped: mapping({ o1: 1, o2: 1 }), rules: MAP })), { question: { kind: 'long-menu', gaps: [{ accept: ['number 1', 'two'] }] }, said: [] })
  t.match(one(item(list(101))), { said: [/does not say what is right/] })
  t.match(one(item(list(101), { cardinality: 'multiple', right: ['o7'] })), { said: [/declared response of one value/] })
})

t.test('texts and numbers are typed', async t => {
  const entry = `<p>Who? <textEntryInteraction ${R}/></p>`
  const typed = (rules: string, parts: Parts = {}): ReturnType<typeof one> => one(item(entry, { type: 'string', rules: `<responseProcessing>${rules}</responseProcessing>`, ...parts }))
  const scored = (test: string, value = 1): string => `<responseCondition><responseIf>${test}<setOutcomeValue identifier="SCORE"><baseValue baseType="float">${value}</baseValue></setOutcomeValue></responseIf></responseCondition>`
  const V = '<variable identifier="RESPONSE"/>'
  t.match(one(item(entry, { type: 'string', right: ['York*'] })), { question: { kind: 'short-text', prompt: 'Who?', accept: ['York\\*'], caseSensitive: true }, said: [] })
  t.match(one(item(entry, { type: 'string', right: ['York'], mapped: '<mapping><mapEntry mapKey="York" mappedValue="2" caseSensitive="false"/><mapEntry mapKey="Leeds" mappedValue="1" caseSensitive="false"/></mapping>', rules: MAP })), { question: { mark: 2, accept: ['York', { text: 'Leeds', fraction: 0.5 }], caseSensitive: undefined }, said: [] })
  t.match(typed(scored(`<stringMatch caseSensitive="false" substring="true">${V}<baseValue baseType="string">york</baseValue></stringMatch>`)), { question: { accept: ['*york*'] }, said: [] })
  t.match(typed(scored(`<patternMatch pattern="Y.*">${V}</patternMatch>`) + scored(`<patternMatch>${V}<baseValue baseType="string">[0-9]+</baseValue></patternMatch>`)), { question: { accept: ['Y*', { regex: '[0-9]+' }] }, said: [] })
  t.match(typed(scored(`<patternMatch pattern="(">${V}</patternMatch>`)), { question: undefined })
  t.match(typed(scored(`<patternMatch pattern="a">${V}</patternMatch>`, 2) + scored(`<patternMatch>${V}</patternMatch>`)), { said: [] })
  t.match(typed(scored(`<match>${V}<correct identifier="RESPONSE"/></match>`) + scored('<match><null/><null/></match>'), { right: ['Bath'] }), { question: { accept: ['Bath'] } })
  const same = (text: string): string => `<stringMatch>${V}<baseValue baseType="string">${text}</baseValue></stringMatch>`
  t.match(typed(scored(same('York')) + scored(same('Leeds'), 0)), { question: { accept: ['York'] }, said: [] })
  t.match(typed('', {}), { said: [/does not say what is right/] })
  t.match(one(item(entry, { type: 'string', rules: '', right: [' '] })), { said: [/does not say what is right/] })
  t.match(one(item(entry, { cardinality: 'record', rules: '' })), { said: [/taken apart into a record/] })
  t.match(one(item(entry.replace('"RESPONSE"', '"X"'))), { said: [/no declared response/] })

  const number = (test: string, parts: Parts = {}): ReturnType<typeof one> => typed(scored(test), { type: 'float', ...parts })
  const B = (value: number): string => `<baseValue baseType="float">${value}</baseValue>`
  t.match(number(`<equal toleranceMode="absolute" tolerance="0.5">${B(3)}${V}</equal>`), { question: { kind: 'numeric', value: 3, tolerance: 0.5 }, said: [] })
  t.match(number(`<equal toleranceMode="absolute" tolerance="0">${B(3)}${V}</equal>`), { question: { value: 3, tolerance: undefined }, said: [] })
  t.match(number(`<equal toleranceMode="absolute" tolerance="0 1">${B(3)}${V}</equal>`), { question: { answers: [{ min: 3, max: 4 }] }, said: [] })
  t.match(number(`<equal toleranceMode="absolute" tolerance="0.5 1">${B(3)}${V}</equal>`), { question: { answers: [{ min: 2.5, max: 4 }] }, said: [] })
  t.match(number(`<equal toleranceMode="relative" tolerance="5 10">${B(100)}${V}</equal>`), { question: { answers: [{ min: 95, max: 110 }] }, said: [] })
  t.match(number(`<equal toleranceMode="relative" tolerance="5">${B(100)}${V}</equal>`), { question: { value: 100, tolerance: { relative: 0.05 } }, said: [] })
  t.match(number(`<equalRounded roundingMode="decimalPlaces" figures="1">${B(3.1)}${V}</equalRounded>`), { question: { value: 3.1, tolerance: { absolute: 0.05 } } })
  t.match(number(`<equalRounded>${B(3.1)}${V}</equalRounded>`), { said: [/does not say to how many figures/, /no answer/] })
  t.match(number(`<and><gte>${V}${B(1)}</gte><lte>${V}${B(2)}</lte></and>`), { question: { answers: [{ min: 1, max: 2 }] }, said: [] })
  t.match(number(`<and><gte>${V}${B(1)}</gte><isNull>${V}</isNull></and>`), { question: undefined })
  t.match(number(`<equal toleranceMode="exact">${V}${B(4)}</equal>`, { type: 'integer' }), { question: { value: 4 }, said: [] })
  t.match(one(item(entry, { type: 'float', right: ['5'], mapped: mapping({ 5: 2, 6: 1 }), rules: MAP })), { question: { mark: 2, answers: [{ value: 5 }, { value: 6, fraction: 0.5 }] }, said: [] })
  t.match(one(item(entry, { type: 'float' })), { said: [/does not say what is right/] })
  t.match(typed(scored(`<equal>${V}${B(4)}</equal>`) + scored(`<equal>${V}${B(5)}</equal>`, 0), { type: 'float' }), { question: { value: 4 }, said: [] })
  const slider = (more = 'lowerBound="0" upperBound="10" step="2"'): string => `<sliderInteraction ${R} ${more}/>`
  t.match(one(item(slider(), { type: 'integer', right: ['4'] })), { question: { kind: 'slider', min: 0, max: 10, step: 2, value: 4 }, said: [] })
  t.match(one(item(slider('lowerBound="0" upperBound="10"'), { type: 'integer', right: ['4'] })), { question: { step: undefined } })
  t.match(one(item(slider(), { type: 'float', rules: `<responseProcessing>${scored(`<and><gte>${V}${B(4.5)}</gte><lte>${V}${B(5.5)}</lte></and>`)}</responseProcessing>` })), { said: [/not taken/] })
  t.match(one(item(slider(''), { type: 'integer', right: ['4'] })), { said: [/scale has no bounds/] })
  t.match(one(item(slider(), { type: 'integer' })), { said: [/does not say/] })
})

t.test('longer texts, files, and what is only read', async t => {
  const more = '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float"><defaultValue><value>5</value></defaultValue></outcomeDeclaration>'
  t.match(one(item(`<extendedTextInteraction ${R} expectedLines="5" patternMask="a" data-min-words="10" data-max-words="x"><prompt><p>Say.</p></prompt></extendedTextInteraction>`, { type: 'string', right: ['Well.'], more, rules: '' })), { question: { kind: 'essay', prompt: 'Say.', lines: 5, minWords: 10, maxWords: undefined, mark: 5, sampleAnswer: 'Well.' }, said: [/pattern/] })
  t.match(one(item(`<extendedTextInteraction ${R} expectedLines="100"/>`, { type: 'string', cardinality: 'multiple' })), { question: { kind: 'essay', lines: 60 }, said: [/a person marks it/, /one text is written/] })
  t.match(one(item('<extendedTextInteraction responseIdentifier="X"/>', { rules: '' })), { question: { kind: 'essay' } })
  t.match(one(item(`<extendedTextInteraction ${R}/>`, { type: 'float', right: ['4'] })), { question: { kind: 'numeric' } })
  t.match(one(item(`<uploadInteraction ${R} type="image/png (x)"/>`, { type: 'file', rules: '' }).replace('<outcomeDeclaration identifier="SCORE"', '<outcomeDeclaration identifier="SCORE" normalMaximum="3"')), { question: { kind: 'upload', types: ['image/png'], mark: 3 } })
  t.match(one(item(`<drawingInteraction ${R}/>`, { type: 'file', rules: '' })), { question: { kind: 'upload', types: ['image/*'] }, said: [/handed in as a file/] })
  t.match(one(item('<p>Read.</p><endAttemptInteraction/><mediaInteraction/>')), { question: { kind: 'description', prompt: 'Read.' }, said: [/button/, /recording/] })
  t.match(one('<assessmentStimulus identifier="s" title=" "><stimulusBody><p>A.</p></stimulusBody></assessmentStimulus>'), { question: { kind: 'stimulus', key: 's', prompt: 'A.' }, said: [] })
  t.match(one('<assessmentItem/>'), { said: ['refused: not taken: it has no body'] })
  t.match(one('<assessmentItem><itemBody class="html"/></assessmentItem>'), { question: { kind: 'description', prompt: 'Question', markup: undefined } })
  for (const name of ['customInteraction', 'portableCustomInteraction']) t.match(one(item(`<${name} ${R}/>`)), { said: [/there is no kind for it/] })
  t.match(one(item(`<sliderInteraction ${R}/><uploadInteraction ${R}/>`)), { said: ['refused: not taken: it asks in 2 ways at once: sliderInteraction, uploadInteraction'] })
  t.match(one(item(`<feedbackBlock><p>${choice('')}</p></feedbackBlock>`)), { said: [/what was answered before/] })
  t.match(one(item(choice('maxChoices="1"'), { right: ['A'], attributes: 'adaptive="true"' })), { question: { key: 'x' }, said: [/answered once/] })
  const hot = `<hottextInteraction ${R} maxChoices="1"><prompt>Find it.</prompt><p>He <hottext identifier="A">go</hottext> <hottext identifier="B">home</hottext>.</p></hottextInteraction>`
  t.match(one(item(hot, { right: ['A'] })), { question: { kind: 'choice', prompt: '<p>Find it.</p><p>He <u>go</u> <u>home</u>.</p>', choices: [{ text: 'go', correct: true }, { text: 'home' }] }, said: [/from a list/] })
})

t.test('texts with gaps', async t => {
  const second = (type = 'identifier', right = 'Y', cardinality = 'single'): string => `<responseDeclaration identifier="R2" cardinality="${cardinality}" baseType="${type}">${right === '' ? '' : `<correctResponse><value>${right}</value></correctResponse>`}</responseDeclaration>`
  const menu = (response: string, identifiers: string): string => `<inlineChoiceInteraction responseIdentifier="${response}">${options(identifiers, 'inlineChoice')}</inlineChoiceInteraction>`
  const both = '<responseProcessing><responseCondition><responseIf><and><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match><match><variable identifier="R2"/><correct identifier="R2"/></match></and><setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>'
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} and ${menu('R2', 'AY')}</p>`, { right: ['A'], more: second(), rules: both })), {
    question: { kind: 'gap-select', text: '{{g1}} and {{g2}}', prompt: 'T', choices: [{ key: 'a' }, { key: 'b' }, { key: 'a-2', group: 2 }, { key: 'y', group: 2 }], gaps: [{ choice: 'a' }, { choice: 'y', group: 2 }], scoring: 'all-or-nothing' }, said: []
  })
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} and <textEntryInteraction responseIdentifier="R2"/></p>`, { right: ['A'], more: second('string', 'York'), rules: both })), { question: { kind: 'cloze', gaps: [{ input: 'choice' }, { input: 'text', accept: ['York'] }], scoring: 'all-or-nothing' }, said: [] })
  t.match(one(item(`<div class="prompt">Do.</div><div>${choice('orientation="horizontal"')}${menu('R2', 'XY')}</div>`, { right: ['A'], more: second(), rules: both })), { question: { kind: 'cloze', prompt: 'Do.', gaps: [{ layout: 'row' }, {}] } })
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} ${menu('R2', 'XY')}</p>`, { right: ['A'], more: second('identifier', '') })), { question: { kind: 'cloze' }, said: [/scored otherwise|does not say|no answer/] })
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} ${menu('R3', 'XY')}</p>`)), { said: [/no declared response/] })
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} ${choice('').replace('"RESPONSE"', '"R2"')}</p>`, { more: second('identifier', 'Y', 'multiple') })), { said: [/takes several answers/] })
  t.match(one(item(`<p><textEntryInteraction ${R}/> is the city, and <textEntryInteraction responseIdentifier="R2"/>.</p>`, { type: 'float', more: second('string', '') })), { said: [/does not say what is right/] })
  const sum = `<responseProcessing>${['RESPONSE', 'R2'].map((name, index) => `<responseCondition><responseIf><match><variable identifier="${name}"/><correct identifier="${name}"/></match><setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/><baseValue baseType="float">${index + 1}</baseValue></sum></setOutcomeValue></responseIf></responseCondition>`).join('')}</responseProcessing>`
  t.match(one(item(`<p>${menu('RESPONSE', 'AB')} and <textEntryInteraction responseIdentifier="R2"/></p>`, { right: ['A'], more: second('string', 'York'), rules: sum })), { question: { kind: 'cloze', mark: 3, gaps: [{ weight: undefined }, { weight: 2 }], scoring: undefined }, said: [] })
  t.match(one(item(`<p>The city of <textEntryInteraction ${R}/> is old.</p>`, { type: 'string', right: ['York'] })), { question: { kind: 'cloze', text: 'The city of {{g1}} is old.' } })
  t.match(one(item(`Choose ${menu('RESPONSE', 'AB')} <endAttemptInteraction/>`, { right: ['A'], mapped: mapping({ A: 2, B: 1 }), rules: MAP })), { question: { kind: 'cloze', mark: 2, gaps: [{ choices: [{ correct: true }, { fraction: 0.5 }] }] }, said: [/button/] })
  t.match(one(item('<p><inlineChoiceInteraction responseIdentifier="RESPONSE"/></p>', { right: ['A'] })), { question: undefined })
  const twice = item(`<p>${menu('GAP_a', 'AB')} ${menu('GAP_a', 'AB')}</p>`).replace('"RESPONSE"', '"GAP_a"')
  t.match(one(twice.replace('baseType="identifier">', 'baseType="identifier"><correctResponse><value>A</value></correctResponse>')), { question: { gaps: [{ key: 'a' }, { key: 'a-2' }] } })
})

t.test('templates, and what else stands in a text', async t => {
  const template = '<templateDeclaration identifier="E" cardinality="single" baseType="string"/><templateDeclaration identifier="X" cardinality="single" baseType="integer"/><templateDeclaration identifier="L" cardinality="ordered" baseType="integer"/><templateProcessing><setTemplateValue identifier="X"><baseValue baseType="integer">4</baseValue></setTemplateValue><setTemplateValue identifier="L"><ordered><baseValue baseType="integer">1</baseValue><baseValue baseType="integer">2</baseValue></ordered></setTemplateValue><setCorrectResponse identifier="RESPONSE"><variable identifier="X"/></setCorrectResponse></templateProcessing>'
  const body = `<p>What is <printedVariable identifier="X"/>, <printedVariable identifier="L"/>, <printedVariable identifier="L" delimiter=";"/><printedVariable identifier="SCORE"/><printedVariable/><printedVariable identifier="E"/><templateInline templateIdentifier="X" identifier="4">!</templateInline><templateInline templateIdentifier="X" identifier="5">?</templateInline><templateBlock templateIdentifier="X" identifier="5" showHide="hide"/><templateInline><endAttemptInteraction/></templateInline></p><p><textEntryInteraction ${R}/></p>`
  t.match(one(item(body, { type: 'integer', more: template })), { question: { kind: 'numeric', value: 4, prompt: /What is 4, 1, 2, 1;2!/ }, said: [/drawn once/, /result that is printed/] })
  const long = '<templateDeclaration identifier="X" cardinality="single" baseType="integer"/><templateProcessing><setTemplateValue identifier="X"><containerSize><repeat numberRepeats="999999999"><baseValue baseType="integer">1</baseValue></repeat></containerSize></setTemplateValue></templateProcessing>'
  t.match(one(item('', { more: long })), { said: [/template takes longer/] })
  t.match(one(item('<p id="x" class="y">a<feedbackInline>no</feedbackInline><stylesheet href="x"/><br/><img src="a.png" alt="A"/> <object type="image/png" data="b.png" width="3">B</object><object type="audio/ogg" data="c.ogg">C</object><object>D</object></p><rubricBlock view="scorer"><p>s</p></rubricBlock><rubricBlock view="candidate"><p>c</p></rubricBlock><include href="i.xml"/><include/>')), {
    question: { prompt: '<p class="y">a<br /><img src="a.png" alt="A" /> <img src="b.png" alt="B" width="3" />CD</p> <p>c</p>', markup: 'html' }, said: [/an object is left out: c.ogg/, /an object is left out: $/, /to others than the trainee/, /from 'i.xml'/, /from ''/]
  })
  t.match(one('<qti-assessment-item><qti-item-body><qti-unheard>x</qti-unheard> y<br/> z</qti-item-body></qti-assessment-item>'), { question: { prompt: 'x y\\\nz' }, said: [/<qti-unheard> is left out, but for the text/] })
  t.match(said(importQti('<assessmentTest><testPart><assessmentItemRef href="a.xml"/><assessmentItemRef/></testPart></assessmentTest>')), [/'a.xml' is a file of its own/, /'' is a file/])
  t.match(said(importQti('<html/>')), [/<html> is no assessmentItem/])
  t.match(said(importQti('<assessmentItem>')), [/never closed/])
  t.throws(() => importQti(Symbol('no text') as unknown as string), TypeError)
  t.throws(() => scoreQtiItem(item('', { rules: '<responseProcessing template="own"/>' }), {}, { part: () => { throw new RangeError('broken') } }), RangeError)
})

const PNG = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAUCAYAAAC07w7bAAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'), character => character.charCodeAt(0))
const pack = (files: Readonly<Record<string, string | Uint8Array>>): Imported => importQtiPackage(new Map(Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? new TextEncoder().encode(content) : content])))
const manifest = (...resources: readonly string[]): string => `<manifest><resources>${resources.join('')}</resources></manifest>`
const resource = (href: string, type = 'imsqti_item_xmlv2p1', inner = ''): string => `<resource type="${type}" href="${href}">${inner}</resource>`

t.test('packages: tests, sections, shared texts, pictures', async t => {
  const plain = (title: string): string => item(choice('maxChoices="1"'), { right: ['A'], attributes: `identifier="${title}" title="${title}"` })
  const test = `<assessmentTest identifier="t"><timeLimits/><testPart><assessmentSection title="One"><rubricBlock view="candidate"><p>Shared <img src="p.png" alt="P"/><object data="q.png"/></p></rubricBlock><rubricBlock view="tutor">no</rubricBlock><assessmentItemRef identifier="q1" href="../items/q1.xml"><weight identifier="W" value="2"/></assessmentItemRef>
    <assessmentSection title=""><assessmentItemRef href="../items/q2.xml"/><assessmentItemRef href="../items/q2.xml"/></assessmentSection></assessmentSection><assessmentSectionRef href="s.xml"/>
    <assessmentSection><rubricBlock/><assessmentItemRef href="../items/bad.xml"/></assessmentSection><assessmentSection title="H" visible="false"><rubricBlock id="_1h" class="html">H</rubricBlock><rubricBlock>I</rubricBlock></assessmentSection></testPart></assessmentTest>`
  const spot = `<hotspotInteraction ${R} maxChoices="1"><img src="../pics/a%20b.png"/><hotspotChoice identifier="A" shape="rect" coords="0,0,5,5" hotspotLabel="A"/><hotspotChoice identifier="B" shape="rect" coords="5,5,10,20" hotspotLabel="B"/></hotspotInteraction><img src="http://x/y.png"/><object/><img src="../../../out.png"/>`
  const read = pack({
    'imsmanifest.xml': manifest(resource('tests/t.xml', 'imsqti_test_xmlv2p1'), resource('items/q1.xml', 'imsqti_item_xmlv2p1', '<metadata><lom><educational><difficulty><source>LOMv1.0</source><value>very difficult</value></difficulty></educational></lom></metadata>'), resource('items/q3.xml'), resource('x.css', 'webcontent'), '<resource/>', '<resource type="imsqti_item_xmlv2p2"><file href="items/q2.xml"/></resource>'),
    'tests/t.xml': test,
    'tests/p.png': PNG,
    'tests/s.xml': '<assessmentSection title="Two"><assessmentItemRef href="/items/q3.xml"/></assessmentSection>',
    'items/q1.xml': plain('q1'),
    'items/q2.xml': plain('q2'),
    'items/bad.xml': '<assessmentItem>',
    'items/q3.xml': item(spot, { right: ['A'] }),
    'pics/a b.png': PNG
  })
  t.match(read.questions.map(({ name, category, definition }) => [name, category, definition.kind, definition.difficulty, definition.stimulus]), [
    ['One', ['One'], 'stimulus', 'medium', undefined], ['q1', ['One'], 'choice', 'hard', 'one'], ['q2', ['One'], 'choice', 'medium', 'one'], ['T', ['Two'], 'hotspot', 'medium', undefined], ['H', undefined, 'stimulus', 'medium', undefined]
  ])
  t.match(read.questions[3], { definition: { image: { src: /^data:image\/png;base64,/, width: 10, height: 20 } }, files: [{ name: '../pics/a%20b.png' }] })
  t.match(said(read), [
    /of the test are left out: its time limits/, /an object is left out: q.png/, /weight that the test gives to 'q1'/, /pictures show/, /an object is left out/, /never closed/
  ])
  t.match(read.questions[0], { files: [{ name: 'p.png' }] }, 'pictures of a shared text go with it')
  t.match(said(pack({ 'imsmanifest.xml': manifest(resource('t.xml', 'imsqti_test_xmlv2p1')), 't.xml': `<assessmentTest><testPart><assessmentSection><rubricBlock>${'x'.repeat(20_001)}</rubricBlock></assessmentSection></testPart></assessmentTest>` })), [/not taken/])
  t.match(said(pack({ 'imsmanifest.xml': manifest() })), [/names no item/])
  t.match(said(pack({ 'imsmanifest.xml': manifest(resource('a.xml')), 'a.xml': '<assessmentItem>' })), [/never closed/])
  t.match(said(pack({ 'imsmanifest.xml': manifest(resource('a.xml'), resource('b.xml')), 'a.xml': 'no XML', 'b.xml': Uint8Array.from([0xff, 0xfe, 0xff]) })), [/there is no element/, /not written in/])
  t.match(said(pack({ 'imsmanifest.xml': '<manifest' })), [/never closed/])
  t.match(said(pack({ 'imsmanifest.xml': Uint8Array.from([0xff, 0xfe, 0xff]) })), [/not written in/])
})

t.test('a package that is not what it says is refused whole, with the place', async t => {
  const good = { 'a.xml': item(choice('maxChoices="1"'), { right: ['A'] }) }
  const broken = (files: Readonly<Record<string, string>>, ...why: readonly object[]): void => {
    const { questions, problems } = pack({ ...good, ...files })
    t.same(questions, [])
    t.match(problems, why)
    t.equal(problems.length, why.length)
    t.ok(problems.every(({ severity }) => severity === 'refused'))
  }
  const test = (inside: string): Readonly<Record<string, string>> => ({ 'imsmanifest.xml': manifest(resource('t.xml', 'imsqti_test_xmlv2p1'), resource('a.xml')), 't.xml': `<assessmentTest><testPart>\n${inside}<assessmentItemRef href="a.xml"/></testPart></assessmentTest>` })
  t.equal(pack({ ...good, 'imsmanifest.xml': manifest(resource('a.xml')) }).questions.length, 1)
  broken({}, { path: 'imsmanifest.xml', message: /no manifest/ })
  broken({ 'imsmanifest.xml': manifest(resource('a.xml'), '\n', resource('gone.xml'), resource('../out.xml'), resource('http://x/y.xml')) },
    { path: 'imsmanifest.xml', line: 2, message: /does not hold 'gone.xml'/ }, { message: /'..\/out.xml', which the manifest names, is no place/ }, { message: /'http:/ })
  broken(test('<assessmentItemRef href="gone.xml"/>'), { path: 't.xml', line: 2, message: /item 'gone.xml'/ })
  broken(test('<assessmentItemRef/><assessmentItemRef href="http://x/y.xml"/>'), { message: /item ''/ }, { message: /http/ })
  broken(test('<assessmentSectionRef href="gone.xml"/>'), { path: 't.xml', line: 2, message: /section 'gone.xml'/ })
  broken({ ...test('<assessmentSectionRef href="s.xml"/>'), 's.xml': '<assessmentSection><assessmentSectionRef href="s.xml"/></assessmentSection>' }, { path: 's.xml', message: /section 's.xml' cannot be read/ })
  broken(test('<assessmentSection>'), { path: 't.xml', message: /is needed/ })
})

t.test('packages of QTI 3: stimuli', async t => {
  const q = (href: string): string => `<qti-assessment-item identifier="q${href.length}" title="Q"><qti-assessment-stimulus-ref identifier="s" href="${href}"/><qti-item-body><p>x</p></qti-item-body></qti-assessment-item>`
  const files = {
    'p/imsmanifest.xml': manifest(resource('q.xml', 'imsqti_item_xmlv3p0'), resource('s/s.xml', 'imsqti_stimulus_xmlv3p0'), resource('r.xml', 'imsqti_item_xmlv3p0'), resource('o.xml', 'imsqti_item_xmlv3p0')),
    'p/q.xml': q('s/s.xml'),
    'p/r.xml': q('gone.xml').replace(/<qti-assessment-stimulus-ref[^>]*>/, ''),
    'p/o.xml': q('r.xml'),
    'p/s/s.xml': '<qti-assessment-stimulus identifier="s" title="S"><qti-stimulus-body><p>Shared.</p></qti-stimulus-body></qti-assessment-stimulus>'
  }
  const read = pack(files)
  t.match(read.questions.map(({ definition: { kind, key, stimulus } }) => [kind, key, stimulus]), [['stimulus', 's', undefined], ['description', 'q7', 's'], ['description', 'q8', undefined], ['description', 'q5', undefined]])
  t.same(said(read).filter(message => message.startsWith('refused')), [])
  t.match(pack({ ...files, 'p/r.xml': q('gone.xml') }), { questions: { length: 0 }, problems: [{ path: 'p/r.xml', line: 1, message: /stimulus 'gone.xml' cannot be read/ }] })
})

t.test('what several questions share is written as each version has it', async t => {
  const of = (definition: object): NamedQuestion => ({ name: 'N', category: ['C'], definition: { topic: 'c', difficulty: 'medium', prompt: 'P', ...definition } as QuestionDefinition })
  const shared = (markup: object): NamedQuestion[] => [
    of({ key: '1s', kind: 'stimulus', ...markup }), of({ key: 'd', kind: 'description', stimulus: '1s', ...markup }), of({ key: 'e', kind: 'description', stimulus: '1s', ...markup }), of({ key: 'f', kind: 'description', ...markup })
  ].map((question, index) => ({ ...question, name: `N${index}` }))
  for (const version of ['2.1', '2.2', '3.0'] as const) {
    for (const markup of [{}, { markup: 'html' }]) {
      const again = importQtiPackage(exportQti(shared(markup), { version }).files)
      t.match(again.questions.map(({ name, definition }) => [name, definition.key, definition.stimulus]), [['N0', '1s', undefined], ['N1', 'd', '1s'], ['N2', 'e', '1s'], ['N3', 'f', undefined]], version)
      t.same(again.problems, [])
    }
    const alone = exportQti([of({ key: 's', kind: 'stimulus' }), of({ key: 'd', kind: 'description', stimulus: 'gone' })].map((question, index) => ({ ...question, category: index === 0 ? [] : ['C'] })), { version })
    t.match(said(alone), [/not among them/])
    t.equal(importQtiPackage(alone.files).questions.length, 2, 'one that nothing shares')
  }
  t.equal(importQtiPackage(exportQti([...shared({}).slice(0, 3), of({ key: 's2', kind: 'stimulus', stimulus: '1s' })], { version: '2.1' }).files).questions.length, 4, 'one that refers to another stands by itself')
  const apart = exportQti([...shared({}).slice(0, 2), { ...shared({})[2]!, category: ['D'] }], { version: '2.1' })
  t.equal(importQtiPackage(apart.files).questions.length, 4, 'said in each section that has a question of it')
  t.same(importQtiPackage(exportQti([]).files).questions, [])
})

t.test('an export says what it cannot write', async t => {
  const out = (definition: object, version: '2.1' | '3.0' = '3.0'): string[] => said(exportQti([{ name: 'Q', definition: { key: 'q', topic: 't', difficulty: 'medium', prompt: 'P', ...definition } as QuestionDefinition }], { version }))
  const a = { key: 'a', text: 'a' }
  const image = { src: 'a.bmp', width: 9, height: 9, alt: 'A' }
  t.match(out({ kind: 'scenario', start: 'a', nodes: [{ key: 'a', text: 'a' }] }), [/refused: QTI is not written/])
  t.match(out({ kind: 'description', markup: 'html', prompt: '<p>a<br>b&nbsp;c</p>', source: 'S' }), [/source/])
  t.match(out({ kind: 'description', markup: 'html', prompt: '<p>a' }), [/written plainly/])
  t.match(out({ kind: 'description', prompt: '**a** \r"b"' }), [/written plainly/])
  t.match(out({ kind: 'essay', minWords: 3, hints: ['h'], penalty: 0, template: 't' }, '2.1'), [/begins with/, /least number/, /hint/, /penalty/])
  t.match(out({ kind: 'essay', maxWords: 3, rubric: [] }), [/rubric/])
  t.match(out({ kind: 'upload', maxFiles: 2, maxBytes: 9 }), [/greatest size/, /one file/])
  t.match(out({ kind: 'gap-select', text: '{{a}}', choices: [a, { ...a, key: 'b' }, { ...a, key: 'c', group: 2 }], gaps: [{ key: 'a', choice: 'a' }] }), [/read the same/, /no gap takes/])
  t.match(out({ kind: 'drag-words', text: '{{a}}', choices: [{ ...a, reusable: true }, { key: 'b', text: 'b', group: 2 }], gaps: [{ key: 'a', choice: 'a' }] }), [/in every gap/])
  t.match(out({ kind: 'hotspot', image, areas: [{ key: 'a', shape: 'rect', coords: [0, 0, 1, 1], correct: true, feedback: 'f' }] }), [/feedback of areas/, /named by their numbers/])
  t.match(out({ kind: 'drag-image', image, items: [a], zones: [{ key: 'z', x: 0, y: 0, width: 1, height: 1, item: 'a' }], shuffle: false }, '2.1'), [/QTI 2.2 has them/, /drawn order/])
  t.match(out({ kind: 'hotspot', image: { ...image, src: 'a' }, areas: [{ key: '1', shape: 'rect', coords: [0, 0, 1, 1], correct: true }] }), [])
  t.match(out({ kind: 'numeric', answers: [{ value: 1, fraction: 0.5 }] }), [])
  t.match(out({ kind: 'short-text', accept: ['a', { text: 'b', fraction: 0 }] }), [])
  t.match(out({ kind: 'numeric', value: -5, tolerance: { geometric: 0.1 }, unit: 'm' }), [/units/, /geometric/])
  t.match(out({ kind: 'numeric', answers: [{ value: 5, tolerance: { absolute: 1 } }, { value: 7, fraction: 0.5 }] }), [])
  t.match(out({ kind: 'cloze', scoring: 'all-or-nothing', text: '{{a}}{{b}}', gaps: [{ key: 'a', input: 'choice', layout: 'row', choices: [{ ...a, fraction: 0.5, feedback: 'f' }, { key: 'b', text: 'b', correct: true }] }, { key: 'b', input: 'text', accept: [{ text: 'a*' }, { regex: 'b', example: 'b' }] }] }, '2.1'), [/feedback of gaps/, /part of a gap/, /stand below/, /case counts/, /examples/])
  t.match(out({ kind: 'cloze', scoring: 'partial-negative', text: '{{a}}', gaps: [{ key: 'a', input: 'numeric', answers: [{ min: 1, max: 2 }] }] }), [/takes anything away/])
  t.match(out({ kind: 'slider', min: 0, max: 9, answers: [{ value: 3, fraction: 0.5 }, { value: 4 }], unit: 'm' }), [/units/])
  t.match(out({ kind: 'short-text', accept: ['a'], ignoreAccents: true }, '2.1'), [/accents/])
})

t.test('files that mean harm end soon, with problems', async t => {
  // Of the processor, not of the clock: other work on the machine is not this one's.
  const started = process.cpuUsage()
  const deep = '<div>'.repeat(200) + '</div>'.repeat(200)
  t.match(one(item(deep)), { question: { kind: 'description' } })
  t.match(said(importQti(item('<div>'.repeat(300)))), [/nested deeper/])
  t.match(said(importQti('<!DOCTYPE a [<!ENTITY b "c">]><assessmentItem/>')), [/document type/])
  const many = item(choice('maxChoices="0"', '').replace('</prompt>', `</prompt>${Array.from({ length: 3000 }, (_, index) => `<simpleChoice identifier="c${index}">${index}</simpleChoice>`).join('')}`), { right: ['c1'], cardinality: 'multiple' })
  t.equal(one(many).question, undefined, 'more choices than a question has')
  const slow = item(choice('maxChoices="0"', 'ABCDEF'), { right: ['A'], cardinality: 'multiple', rules: `<responseProcessing>${'<setOutcomeValue identifier="SCORE"><containerSize><repeat numberRepeats="100000000"><baseValue baseType="integer">1</baseValue></repeat></containerSize></setOutcomeValue>'.repeat(3)}</responseProcessing>` })
  t.match(one(slow).said, [/longer than is taken/])
  const regex = item(`<textEntryInteraction ${R}/>`, { type: 'string', rules: '<responseProcessing><setOutcomeValue identifier="SCORE"><patternMatch pattern="(a*)*(a*)*b"><variable identifier="RESPONSE"/></patternMatch></setOutcomeValue></responseProcessing>' })
  t.ok(scoreQtiItem(regex, { RESPONSE: 'a'.repeat(20_000) }))
  t.ok(process.cpuUsage(started).user / 1e6 < 10, `${process.cpuUsage(started).user / 1e6} s`)
})
