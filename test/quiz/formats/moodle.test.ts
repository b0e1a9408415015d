import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { ANY_NUMBER } from '../../../server/quiz/formats/gift-read.ts'
import { sizeOf } from '../../../server/quiz/formats/moodle-parts.ts'
import { importMoodleXml } from '../../../server/quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../../../server/quiz/formats/moodle-write.ts'
import { gradeAnswer, kinds, type QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { acceptedNumbers, acceptedTexts, bank, choices, feedbackOf, known, line, merged, number, optional, pairs, texts } from './definitions.ts'
import { workedMs } from '../../worked.ts'

const quiz = (...questions: readonly string[]): string => `<quiz>${questions.join('\n')}</quiz>`
const question = (type: string, own: string, prompt = '<p>P</p>'): string =>
  `<question type="${type}"><name><text>Q</text></name><questiontext format="html"><text><![CDATA[${prompt}]]></text></questiontext>${own}</question>`
const text = (name: string, value: string, more = ''): string => `<${name}><text>${value}</text>${more}</${name}>`
const answer = (percent: string, value: string, more = ''): string => `<answer fraction="${percent}"><text>${value}</text>${more}</answer>`
const one = (xml: string): QuestionDefinition => {
  const { questions, problems } = importMoodleXml(quiz(xml))
  t.same(problems.filter(({ severity }) => severity === 'refused'), [], xml.slice(0, 200))
  t.equal(questions.length, 1)
  return questions[0]!.definition
}
const problemsOf = (...xml: readonly string[]): readonly string[] => importMoodleXml(quiz(...xml)).problems.map(({ severity, message }) => `${severity}: ${message}`)

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAU'
const file = (name: string, base64 = PNG): string => `<file name="${name}" path="/" encoding="base64">${base64}</file>`

t.test('each type becomes a question of its kind', async t => {
  t.match(one(question('multichoice', `<single>true</single><shuffleanswers>0</shuffleanswers>${answer('100', 'a', text('feedback', 'f'))}${answer('-50', 'b')}`)), {
    kind: 'choice', markup: 'html', prompt: '<p>P</p>', scoring: 'partial-negative', shuffle: false, choices: [{ correct: true, feedback: 'f' }, { fraction: -0.5 }]
  })
  t.match(one(question('multichoice', `<single>false</single>${answer('33.33333', 'a')}${answer('33.33333', 'b')}${answer('33.33333', 'c')}`)), { maxChoices: 0, choices: [{ fraction: 0.3333333 }, {}, {}] })
  const either = one(question('multichoice', `${answer('100', 'a')}${answer('100', 'b')}${answer('0', 'c')}`))
  t.equal(gradeAnswer(either, { choices: ['b'] }).fraction, 1)
  t.match(one(question('multichoiceset', `<shuffleanswers>0</shuffleanswers>${answer('100', 'a')}${answer('100', 'b', text('feedback', 'f'))}${answer('0', 'c')}`)), { maxChoices: 0, shuffle: false, choices: [{ correct: true }, { correct: true, feedback: 'f' }, {}] })
  t.match(one(question('truefalse', `${answer('0', 'true', text('feedback', 'no'))}${answer('100', 'false')}`)), { kind: 'true-false', correct: false, feedbackTrue: 'no' })
  t.match(one(question('shortanswer', `<usecase>1</usecase>${answer('100', 'a*b')}${answer('50', 'c', text('feedback', 'f'))}`)), { kind: 'short-text', caseSensitive: true, accept: ['a*b', { text: 'c', fraction: 0.5, feedback: 'f' }] })
  t.match(one(question('numerical', answer('100', '3,5', '<tolerance>0.1</tolerance>'))), { kind: 'numeric', value: 3.5, tolerance: 0.1 })
  t.match(one(question('numerical', `${answer('100', '3', '<tolerance>0</tolerance>')}${answer('0', '*', text('feedback', 'no'))}`)), { answers: [{ value: 3 }, { ...ANY_NUMBER, fraction: 0, feedback: 'no' }] })
  t.match(one(question('matching', `<shuffleanswers>false</shuffleanswers><subquestion format="html">${'<text>a</text>'}${text('answer', 'A')}</subquestion><subquestion><text>b</text>${text('answer', 'B')}</subquestion><subquestion><text></text>${text('answer', 'C')}</subquestion>`)), {
    kind: 'match', shuffle: false, stems: [{ text: 'a', choice: 'a' }, { choice: 'b' }], choices: [{ text: 'A' }, { text: 'B' }, { text: 'C' }]
  })
  t.match(one(question('essay', `<responsefieldlines>100</responsefieldlines><minwordlimit>5</minwordlimit><maxwordlimit>9</maxwordlimit>${text('responsetemplate', '&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;')}`)), { kind: 'essay', lines: 60, minWords: 5, maxWords: 9, template: 'a\nb' })
  t.match(one(question('essay', '<responsetemplate format="markdown"><text>*a*</text></responsetemplate>')), { template: '*a*' })
  t.match(one(question('essay', '<responseformat>noinline</responseformat><attachments>2</attachments><filetypeslist>.pdf,.docx web</filetypeslist><maxbytes>1000</maxbytes>')), { kind: 'upload', maxFiles: 2, types: ['.pdf', '.docx'], maxBytes: 1000 })
  t.match(one(question('essay', '<responseformat>noinline</responseformat><attachments>-1</attachments>')), { kind: 'upload', maxFiles: 10 })
  t.match(one(question('ordering', `<gradingtype>5</gradingtype>${answer('1', 'a')}${answer('2', 'b')}`)), { kind: 'order', scoring: 'longest-subset', items: [{ text: 'a' }, { text: 'b' }] })
  t.match(one(question('ordering', `<gradingtype>-1</gradingtype>${answer('1', 'a')}${answer('2', 'b')}`)).kind, 'order')
  const graded = (type: string): unknown => importMoodleXml(`<quiz>${question('ordering', `<selecttype>ALL</selecttype><selectcount>2</selectcount><gradingtype>${type}</gradingtype>${answer('1', 'a')}${answer('2', 'b')}${answer('3', 'c')}`)}</quiz>`).questions.map(({ definition }) => definition.kind === 'order' ? definition.scoring ?? 'exact' : null)[0]
  t.same(['ALL_OR_NOTHING', 'ABSOLUTE_POSITION', 'RELATIVE_NEXT_EXCLUDE_LAST', 'RELATIVE_NEXT_INCLUDE_LAST', 'RELATIVE_ALL_PREVIOUS_AND_NEXT', 'LONGEST_ORDERED_SUBSET', 'LONGEST_CONTIGUOUS_SUBSET', 'RELATIVE', 'abs', 'constructor'].map(graded),
    ['exact', 'positions', 'pairs', 'pairs', 'positions', 'longest-subset', 'longest-run', 'pairs', 'positions', 'pairs'], 'grading types by the names that Moodle writes')
  t.same(problemsOf(question('ordering', `<selecttype>ALL</selecttype><selectcount>2</selectcount><gradingtype>LONGEST_ORDERED_SUBSET</gradingtype>${answer('1', 'a')}${answer('2', 'b')}${answer('3', 'c')}`)), [], 'of all, the count says nothing')
  const cell = (...weights: number[]): string => `<weights-of-row>${weights.map(weight => `<weight-of-col>${weight}</weight-of-col>`).join('')}</weights-of-row>`
  const grid = '<row><shorttext>one</shorttext><description format="html"><text>more</text></description><feedback format="html"><text>f</text></feedback></row><row><shorttext>two</shorttext></row><col><shorttext>A</shorttext></col><col><shorttext>B</shorttext></col>'
  t.match(one(question('matrix', `<grademethod>kprime</grademethod><multiple>0</multiple><shuffleanswers>1</shuffleanswers>${grid}${cell(0, 1)}${cell(1, 0, 1)}`)), {
    kind: 'match', scoring: 'all-or-nothing', stems: [{ text: 'one<br />\nmore', choice: 'b', feedback: 'f' }, { text: 'two', choice: 'a' }], choices: [{ key: 'a', text: 'A' }, { key: 'b', text: 'B' }]
  })
  t.match(one(question('matrix', `<grademethod>all</grademethod><shuffleanswers>0</shuffleanswers>${grid}${cell(0, 1)}${cell(1, 0)}`)), { kind: 'match', shuffle: false, scoring: undefined })
  t.match(problemsOf(question('matrix', `<grademethod>kany</grademethod>${grid.replace('<shorttext>A</shorttext>', '<shorttext>A</shorttext><description><text>said</text></description>')}${cell(0, 1)}${cell(1, 0)}`)), [/what is said of columns/, /in place of 'kany'/])
  t.match(problemsOf(question('matrix', `<multiple>1</multiple>${grid}${cell(0, 1)}${cell(1, 0)}`)), [/any number of columns/])
  t.match(problemsOf(question('matrix', `${grid}${cell(1, 1)}`)), [/no right column, or several/])
  const oumatrix = (rows: string, own = ''): string => question('oumatrix', `<inputtype>single</inputtype>${own}<columns><column key="7"><text>A</text></column><column key="8"><text>B</text></column></columns><rows>${rows}</rows>`)
  const ouRow = (right: string): string => `<row key="1"><name><text>row</text></name><correctanswers><text><![CDATA[${right}]]></text></correctanswers><feedback format="html"><text>f</text></feedback></row>`
  t.match(one(oumatrix(ouRow('{"8":"1"}') + ouRow('{"7":"1"}'), '<grademethod>allnone</grademethod><shuffleanswers>false</shuffleanswers>')), {
    kind: 'match', scoring: 'all-or-nothing', shuffle: false, stems: [{ text: 'row', choice: 'b', feedback: 'f' }, { choice: 'a' }], choices: [{ text: 'A' }, { text: 'B' }]
  })
  t.match(problemsOf(oumatrix(ouRow('{"8":"1","7":"1"}') + ouRow('{"9":"1"}'))), [/no right column, or several/])
  t.match(problemsOf(question('oumatrix', '<inputtype>multiple</inputtype>')), [/any number of columns/])
  t.match(problemsOf(question('truefalse', `<image>a.png</image>${answer('100', 'true')}${answer('0', 'false')}`)), [/the picture beside it/])
  t.match(problemsOf(question('truefalse', `<idnumber>Q_1</idnumber>${answer('100', 'true')}${answer('0', 'false')}`)), [/its id 'Q_1' becomes 'q-1'/])
  const rows = [1, 2].map(row => `<row number="${row}">${text('optiontext', `r${row}`)}${text('feedbacktext', 'f')}</row><weight rownumber="${row}" columnnumber="1"><value>${row - 1}</value></weight>`).join('')
  t.match(one(question('kprime', `${text('scoringmethod', 'kprime')}${rows}<column>${text('responsetext', 'Yes')}</column><column>${text('responsetext', 'No')}</column><shuffleanswers>0</shuffleanswers>`)), {
    kind: 'kprim', shuffle: false, labels: { true: 'Yes', false: 'No' }, statements: [{ correct: false, feedback: 'f' }, { correct: true }]
  })
  t.match(one(question('mtf', `${text('scoringmethod', 'other')}${rows}`)), { scoring: 'subpoints' })
  t.match(one(question('gapselect', `<shuffleanswers>1</shuffleanswers>${text('selectoption', 'a', '<group>2</group>')}${text('selectoption', 'b<i/>')}`, 'x [[1]] {{y}} [[2]]')), {
    kind: 'gap-select', prompt: 'Q', text: 'x {{g1}} {&#123;y}} {{g2}}', choices: [{ group: 2 }, { text: 'b' }], gaps: [{ choice: 'a', group: 2 }, { choice: 'b' }]
  })
  t.match(one(question('ddwtos', text('dragbox', 'a', '<group>1</group><infinite/>'), 'x [[1]] [[1]]')), { kind: 'drag-words', shuffle: false, choices: [{ reusable: true }], gaps: [{ key: 'g1', choice: 'a' }, { key: 'g2', choice: 'a' }] })
  t.match(one(question('cloze', '', 'a {1:SA:=b~%50%c#near\\#\\~\\}} {:NUMERICAL:=3:0.5~%0%*#no} {2:MCVS:=&lt;b&gt;~c} {1:MC:a~=b~%-50%c} {x:SA:y} {1:OTHER:z}')), {
    kind: 'cloze',
    text: 'a {{g1}} {{g2}} {{g3}} {{g4}} {x:SA:y} {1:OTHER:z}',
    scoring: 'partial-negative',
    gaps: [
      { input: 'text', accept: ['b', { text: 'c', fraction: 0.5, feedback: 'near#~}' }] }, { input: 'numeric', answers: [{ value: 3, tolerance: 0.5 }, { fraction: 0, feedback: 'no' }] },
      { input: 'choice', weight: 2, layout: 'column', choices: [{ text: '&lt;b&gt;', correct: true }, {}] }, { shuffle: false, choices: [{}, { correct: true }, { fraction: -0.5 }] }
    ]
  })
  t.match(one(question('cloze', '', '{{x}} {{1:SA:=b} {1:MC:~a~=b}{')), { text: '{&#123;x}} &#123;{{g1}} {{g2}}&#123;', gaps: [{}, { choices: [{ text: 'a' }, { text: 'b', correct: true }] }] }, 'what looks like the mark of a gap is none')
  t.match(importMoodleXml(`<quiz>${question('cloze', '', '').replace('<questiontext format="html">', '<questiontext format="markdown">').replace('<text></text>', '<text>{{x}} {{1:SA:=b}</text>')}</quiz>`).problems, [])
  t.match(one(question('cloze', '', '{1:SA:=b} {1:SA:never closed\\}')), { text: '{{g1}} {1:SA:never closed\\}', gaps: [{ accept: ['b'] }] })
  const began = workedMs()
  t.match(problemsOf(question('cloze', '', '{1:SA:'.repeat(50_000))).at(-1), /must hold at least 1/)
  t.ok(workedMs() - began < 10_000, 'openings that nothing closes are each read once')
  t.match(one(question('cloze', '', '{1:SAC:=b} {1:NM:=3}')), { gaps: [{ caseSensitive: true }, { value: 3 }] })
})

const set = (name: string, values: readonly (number | string)[], distribution = 'uniform'): string => `<dataset_definition>${text('name', name)}${text('distribution', distribution)}${text('minimum', '1')}${text('maximum', '9')}${text('decimals', '1')}<dataset_items>${values.map((value, index) => `<dataset_item><number>${index + 1}</number><value>${value}</value></dataset_item>`).join('')}</dataset_items></dataset_definition>`
const formula = (percent: string, of: string, type: string): string => answer(percent, of, `<tolerance>0.5</tolerance><tolerancetype>${type}</tolerancetype><correctanswerformat>${type === '1' ? 2 : 1}</correctanswerformat><correctanswerlength>3</correctanswerlength>`)
const calculated = (own: string, sets: string): string => question('calculated', `${own}<dataset_definitions>${sets}</dataset_definitions>`, '{a} {={a}*2}')

t.test('calculated questions keep their rows, formulas, tolerances and units', async t => {
  const unit = (name: string, multiplier: string): string => `<unit><multiplier>${multiplier}</multiplier><unit_name>${name}</unit_name></unit>`
  t.match(one(calculated(`${formula('100', '{a}*{b}', '1')}<units>${unit('cm', '100')}${unit('m', '1')}</units><unitgradingtype>1</unitgradingtype><unitpenalty>0.2</unitpenalty>`, set('a', [1, 2]) + set('b', [3, 4]))), {
    kind: 'calculated', formula: '{a}*{b}', tolerance: { relative: 0.5 }, significantFigures: 3, datasets: [{ a: 1, b: 3 }, { a: 2, b: 4 }],
    units: [{ unit: 'm', factor: 1 }, { unit: 'cm', factor: 0.01 }], unitRequired: true, unitPenalty: 0.2
  })
  t.match(one(calculated(`${formula('100', '{={a}}', '3')}${formula('50', '{a}+1', '2')}`, set('a', []))), { decimals: 3, answers: [{ formula: '{a}', tolerance: { geometric: 0.5 } }, { tolerance: 0.5, fraction: 0.5 }], variables: [{ key: 'a', min: 1, max: 9, decimals: 1 }] })
  t.same(problemsOf(calculated(`${formula('100', '{a}', '1')}${answer('-50', '*', text('feedback', 'f'))}<synchronize>1</synchronize><units>${unit('m', '2')}</units>`, set('a', ['x'], 'loguniform'))), [
    "left-out: 'Q': feedback of any other answer is left out", "changed: 'Q': answers that took marks away earn nothing", "changed: 'Q': its values are drawn apart from those of other questions",
    "left-out: 'Q': 1 rows of values are left out: not every variable has one, or they are more than 1000", "changed: 'Q': its values are drawn evenly", "left-out: 'Q': units are left out: none has the multiplier 1, or one has none above 0"
  ])
  t.match(problemsOf(calculated(answer('100', '*'), set('a', [1]))), [/no formula/])
  t.match(problemsOf(calculated(`${answer('100', '1+{a}')}<units>${unit('m', '1')}</units><unitgradingtype>2</unitgradingtype><unitsleft>1</unitsleft>`, set('a', [1]))), [/not of the whole/, /after the number/])
})

t.test('what a file leaves out is taken as Moodle takes it', async t => {
  const bare = calculated(answer('100', '{a}+1'), `<dataset_definition>${text('name', 'a')}</dataset_definition>`)
  t.match(one(bare), { formula: '{a}+1', tolerance: { relative: 0 }, decimals: 2, variables: [{ key: 'a', min: 1, max: 10 }] })
  t.match(problemsOf(question('calculated', answer('100', '1'))), [/refused.*variables/])
  t.match(one(question('numerical', `${answer('100', '3')}<units><unit><unit_name>m</unit_name></unit></units>`)), { value: 3, units: [{ unit: 'm', factor: 1 }] })
  t.match(one(question('numerical', `${answer('100', '3')}<units><unit><unit_name>m</unit_name></unit></units><unitgradingtype>1</unitgradingtype>`)), { unitRequired: true, unitPenalty: 1 })
  t.match(one(question('essay', '<responseformat>noinline</responseformat>')), { kind: 'upload', maxFiles: 1 })
  t.match(one(question('ordering', `${answer('1', 'a')}${answer('2', 'b')}`)), { scoring: 'pairs' })
  t.match(one(question('ddimageortext', `${file('b.png')}<drag><no>1</no><text>said</text>${file('d.png')}</drag><drop><no>1</no><choice>1</choice></drop>`)), { items: [{ image: { alt: 'said' } }], zones: [{ x: 0, y: 0 }] })
  t.match(one(question('shortanswer', '<answer fraction="all"><text>a</text></answer><answer><text>b</text></answer><answer fraction="100"><text>c</text></answer>')), { accept: [{ fraction: 0 }, { fraction: 0 }, 'c'] })
  const odd = question('ddimageortext', '<file encoding="base64">AAAA</file>')
  t.match(problemsOf(odd), [/is no PNG/])
  t.match(importMoodleXml(quiz(odd.replace('ddimageortext', 'essay'))).questions[0]?.files, [{ name: 'file', bytes: 'AAAA' }])
  t.throws(() => importMoodleXml((function * () { yield '<quiz>'; throw new Error('the file went away') })()), /went away/, 'what is no fault of the file is passed on')
})

t.test('pictures to drag onto are taken with the size their bytes tell', async t => {
  const gif = Buffer.from('GIF89a\u000a\u0000\u0014\u0000', 'latin1').toString('base64')
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 20, 0, 10]).toString('base64')
  t.same([PNG, gif, jpeg].map(sizeOf), [{ type: 'png', width: 10, height: 20 }, { type: 'gif', width: 10, height: 20 }, { type: 'jpeg', width: 10, height: 20 }])
  t.same([Buffer.from([0xff, 0xd8, 0xff, 0xd9]).toString('base64'), 'GIF8', '!', '', Buffer.from('GIF89a').toString('base64'), 'eA==', '!!!!'].map(sizeOf), Array.from({ length: 7 }))
  const image = question('ddimageortext', `${file('b.png')}<drag><no>1</no><text>one</text><draggroup>1</draggroup></drag><drag><no>2</no><text></text><draggroup>2</draggroup><infinite/>${file('d.png')}</drag><drag><no>3</no><text></text></drag><drop><text>here</text><no>1</no><choice>2</choice><xleft>5</xleft><ytop>6</ytop></drop>`)
  t.match(one(image), { kind: 'drag-image', image: { width: 10, height: 20 }, reusable: true, zones: [{ x: 5, y: 6, width: 5, height: 14, item: 'b', label: 'here' }], items: [{ text: 'one' }, { image: { alt: '2' } }, { text: '3' }] })
  t.match(importMoodleXml(quiz(image)).questions[0]?.files?.map(({ name }) => name), ['b.png', 'd.png'])
  t.match(problemsOf(image), [/every item may be put/, /not only in those of their group/, /described in words/])
  const marker = (shape: string, coords: string): string => question('ddmarker', `${file('b.png')}<shuffleanswers/><drag><no>1</no><text>m</text><noofdrags>1</noofdrags></drag><drag><no>2</no><text>n</text></drag><drop><shape>${shape}</shape><coords>${coords}</coords><choice>1</choice></drop>`)
  t.match([marker('circle', '5,5;2'), marker('polygon', '1,1;4,1;2,6'), marker('rectangle', '1,2;3,4')].map(xml => one(xml)), [
    { zones: [{ x: 3, y: 3, width: 4, height: 4 }] }, { zones: [{ x: 1, y: 1, width: 3, height: 5 }] }, { zones: [{ x: 1, y: 2, width: 3, height: 4 }] }
  ])
  t.match([marker('circle', 'x'), marker('rectangle', '1,2'), question('ddmarker', '<drop><shape>circle</shape><coords>5,5;2</coords></drop>'), image.replace('<choice>2', '<choice>9')].flatMap(xml => problemsOf(xml)).filter(problem => problem.startsWith('refused')), [
    /coordinates/, /coordinates/, /picture is missing/, /wants an item/
  ])
})

t.test('categories, keys, marks, penalties, hints and tags are kept; the rest is said', async t => {
  const category = (path: string, info = ''): string => `<question type="category">${text('category', path)}${text('info', info)}</question>`
  const own = `${text('generalfeedback', 'G')}<defaultgrade>2.5</defaultgrade><penalty>0.1</penalty><idnumber>own-key</idnumber>${text('hint', 'H')}${text('hint', '')}<tags>${text('tag', 'hard')}</tags>${answer('100', 'a')}`
  const { questions, problems } = importMoodleXml(quiz(category('$course$/top/Fraud/Mules'), question('shortanswer', own), category('$course$/x', 'about'), question('description', '<defaultgrade>0</defaultgrade><penalty>1</penalty>'), '<other/>'))
  t.match(questions, [
    { name: 'Q', category: ['Fraud', 'Mules'], definition: { key: 'own-key', topic: 'mules', difficulty: 'hard', feedback: 'G', mark: 2.5, penalty: 0.1, hints: ['H'] } },
    { category: ['x'], definition: { kind: 'description', key: 'q' } }
  ])
  t.match(problems.map(({ message }) => message), [/category 'x'/, /<other> is no question/])
  t.same(problemsOf(question('shortanswer', `<defaultgrade>0</defaultgrade><hidden>1</hidden><penalty>3</penalty>${text('hint', 'H', '<clearwrong/>')}${text('correctfeedback', 'Well done')}${text('incorrectfeedback', '&lt;p&gt;Your answer is incorrect.&lt;/p&gt;')}<tags>${text('tag', 'odd')}</tags>${answer('100', 'a')}${answer('-10', 'b')}`)), [
    "changed: 'Q': answers that took marks away earn nothing", "left-out: 'Q': tags are left out: odd", "left-out: 'Q': feedback that goes by how right an answer is, is left out",
    "changed: 'Q': it was worth nothing, and is worth 1", "changed: 'Q': it was hidden, and is not", "left-out: 'Q': of hints, all but their text is left out"
  ])
  t.match(problemsOf(question('numerical', answer('-10', '3') + answer('100', '4'))), [/took marks away/])
  t.match(problemsOf(question('essay', `${text('graderinfo', 'x')}<attachments>1</attachments>`)), [/who marks it/, /attached/])
  t.match(problemsOf(question('ordering', `<gradingtype>7</gradingtype><selectcount>2</selectcount>${answer('1', 'a', text('feedback', 'f'))}${answer('2', 'b')}${answer('3', 'c')}`)), [/scored otherwise/, /not 2 of them/, /feedback of items/])
  t.match(one(`<question type="shortanswer"><questiontext format="odd"><text>Say</text></questiontext>${answer('100', 'a').replace('>', ' format="markdown">')}</question>`), { key: 'say', prompt: 'Say' })
  t.match(problemsOf(question('description', '').replace('</name>', '</name><generalfeedback format="markdown"><text>a &lt; b</text></generalfeedback>')), [/Markdown beside HTML/])
})

t.test('what cannot be taken is said with its line, and the rest is taken', async t => {
  const { questions, problems } = importMoodleXml(`<quiz>\n${[question('coderunner', ''), question('', ''), question('truefalse', answer('100', 'yes')), question('numerical', answer('100', 'many')), question('cloze', '', '{1:MR:=a}'), question('cloze', '', '{1:NM:=a}'), question('gapselect', '', '[[1]]'), question('gapselect', text('selectoption', ''), '[[1]]'), question('essay', '')].join('\n')}\n<question>`)
  t.equal(questions.length, 1)
  t.same(problems.map(({ line }) => line), [2, 3, 4, 5, 6, 7, 8, 9, 11])
  t.match(problems.map(({ message }) => message), [/'coderunner'/, /''/, /`true`/, /'many'/, /sort MR/, /'a' is no number/, /\[\[1\]\]/, /no text/, /read up to here.*never closed/])
  t.match(importMoodleXml('<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>'), { questions: [], problems: [{ line: 1, severity: 'refused' }] })
  t.match(importMoodleXml(['<quiz>', question('essay', ''), question('essay', ''), '</quiz>']).questions.length, 2)
})

const asked = (definition: object): NamedQuestion => ({ name: 'Q', definition: { key: 'q', topic: 'imported', difficulty: 'medium', prompt: 'Q', ...definition } as QuestionDefinition })
const exported = (definition: object): readonly string[] => exportMoodleXml([asked(definition)]).problems.map(({ severity, message }) => `${severity}: ${message.slice(5)}`)

t.test('an export says what it cannot write', async t => {
  t.match(exported({ kind: 'slider', min: 0, max: 1, step: 1, value: 1 }), [/refused.*slider/])
  t.match(exported({ kind: 'short-text', accept: [{ regex: 'a' }], ignoreAccents: true, source: 'S' }), [/regular expression/, /accents/, /refused: no answer is left/])
  t.match(exported({ kind: 'numeric', answers: [{ min: 1, max: 2 }], unit: 'm', unitPenalty: 0.5 }), [/its middle/, /one of a list/, /wrong unit/])
  t.match(exported({ kind: 'numeric', value: 1, units: [{ unit: 'm', factor: 1 }, { unit: 's' }] }), [/units that are wrong/])
  t.match(exported({ kind: 'true-false', correct: true, labels: { true: 'a', false: 'b' } }), [/verdicts/])
  t.match(exported({ kind: 'match', scoring: 'all-or-nothing', stems: [{ key: 'a', text: 'a', choice: 'a', feedback: 'f' }, { key: 'b', text: 'b', choice: 'a' }], choices: [{ key: 'a', text: 'a' }, { key: 'b', text: 'b' }] }), [/each pair/, /feedback of stems/])
  t.match(exported({ kind: 'calculated', variables: [{ key: 'a', values: [1] }], formula: 'a' }), [/refused/])
  t.match(exported({ kind: 'calculated', variables: [{ key: 'a', min: 1, max: 2 }], datasets: [{ b: 1 }], formula: 'a' }), [/refused/])
  t.match(exported({ kind: 'calculated', variables: [{ key: 'a', min: 1, max: 2 }], formula: 'abs(a)', prompt: '{a} {=a*2}' }), [/tolerance/, /two decimals/].toReversed())
  for (const tolerance of [{ absolute: 1 }, { significantFigures: 2 }]) t.match(exported({ kind: 'calculated', formula: '1', tolerance, decimals: 1 }), [/tolerance/])
  t.match(exported({ kind: 'gap-select', prompt: 'Other', scoring: 'all-or-nothing', text: '{{a}}', gaps: [{ key: 'a', choice: 'a' }], choices: [{ key: 'a', text: 'a' }, { key: 'b', text: 'b' }] }), [/each gap/, /name stands/])
  const gaps = [{ key: 'a', input: 'text', weight: 1.5, accept: [{ regex: 'a' }, 'b'], ignoreAccents: true }, { key: 'b', input: 'numeric', value: 1, unit: 'm' }]
  t.match(exported({ kind: 'cloze', scoring: 'all-or-nothing', text: '{{a}}{{b}}', gaps }), [/each gap/, /whole numbers/, /regular/, /accents/, /units/])
  t.match(exported({ kind: 'cloze', text: '{{a}}', gaps: [{ key: 'a', input: 'text', accept: [{ regex: 'a' }] }] }), [/regular/, /no answer is left for a gap/])
  for (const kind of Object.values(kinds)) {
    for (const { definition } of kind.samples) {
      const { text, problems } = exportMoodleXml([{ name: definition.key, definition }])
      const again = importMoodleXml(text)
      t.ok(again.questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), definition.key)
      t.same(again.problems.filter(({ severity }) => severity !== 'changed'), [], definition.key)
    }
  }
})

t.test('what is exported and imported again is equal', async t => {
  const kindsOf = (['markdown', 'html'] as const).flatMap(markup => {
    const own = texts[markup]
    const feedback = feedbackOf(own)
    const flag = fc.constantFrom({}, { shuffle: false })
    const listed = (min: number): fc.Arbitrary<object[]> => fc.array(own.text, { minLength: min, maxLength: 4 }).map(of => of.map((text, index) => ({ key: String.fromCharCode(97 + index), text })))
    const unitRules = fc.constantFrom({}, { units: [{ unit: 'm', factor: 1 }, { unit: 'cm', factor: 0.01 }] }, { units: [{ unit: 'm', factor: 1 }], unitRequired: true, unitPenalty: 0.5 })
    return [
      fc.constant<object>({ kind: 'description' }),
      merged(fc.constant({ kind: 'essay' }), optional('lines', fc.integer({ min: 2, max: 11 })), fc.constantFrom({}, { minWords: 3, maxWords: 9 }), optional('template', line)),
      merged(fc.record({ kind: fc.constant('true-false'), correct: fc.boolean() }), optional('feedbackTrue', own.text), optional('feedbackFalse', own.text)),
      merged(choices(own, feedback), flag),
      merged(pairs(own.text, own.plain), flag),
      merged(acceptedTexts(line, own.text).map(accept => ({ kind: 'short-text', accept })), fc.constantFrom({}, { caseSensitive: true })),
      merged(fc.record({ kind: fc.constant('numeric'), value: number }), unitRules),
      merged(acceptedNumbers(own.text).map(answers => ({ kind: 'numeric', answers: [...answers.filter(answer => !('min' in answer)), { ...ANY_NUMBER, fraction: 0 }] })), unitRules),
      fc.tuple(listed(2), fc.constantFrom({}, ...['positions', 'pairs', 'longest-subset', 'longest-run'].map(scoring => ({ scoring })))).map(([items, scoring]) => ({ kind: 'order', items, ...scoring })),
      fc.tuple(fc.array(merged(fc.record({ text: own.text, correct: fc.boolean() }), feedback), { minLength: 2, maxLength: 4 }), fc.constantFrom({}, { scoring: 'subpoints' }, { scoring: 'all-or-nothing' }, { labels: { true: 'Yes', false: 'No' } }), flag)
        .map(([of, rules, flag]) => ({ kind: 'kprim', statements: of.map((one, index) => ({ key: String.fromCharCode(97 + index), ...one })), ...rules, ...flag })),
      fc.constantFrom<object>(
        { kind: 'calculated', formula: '{a}*2', tolerance: { relative: 0.1 }, decimals: 2, variables: [{ key: 'a', min: 1, max: 3 }] },
        { kind: 'calculated', formula: '{a}+{b}', tolerance: 1, significantFigures: 3, datasets: [{ a: 1, b: 2 }, { a: 3, b: 4 }] },
        { kind: 'calculated', answers: [{ formula: '{a}', tolerance: { geometric: 0.5 } }, { formula: '1', tolerance: { relative: 0.5 }, fraction: 0.5, feedback: 'f' }], decimals: 0, variables: [{ key: 'a', min: 0, max: 1, decimals: 2 }] }
      )
    ].map(kind => ({ markup, texts: own, own: kind }))
  })
  const common = (own: { readonly text: fc.Arbitrary<string> }): fc.Arbitrary<object> => merged(optional('feedback', own.text), optional('mark', fc.constantFrom(2, 0.5)), optional('penalty', fc.constantFrom(0, 0.1, 1)), optional('hints', fc.array(own.text, { minLength: 1, maxLength: 3 })))
  fc.assert(fc.property(bank(kindsOf, common), questions => {
    const again = importMoodleXml(exportMoodleXml(questions).text)
    assert.deepEqual(again.problems, [])
    assert.deepEqual(again.questions.map(known), questions.map(known))
  }), { numRuns: 300 })
})

t.test('gaps that are exported and imported again are equal, their prompt being the name', async t => {
  const banks = (['markdown', 'html'] as const).map(markup => {
    const { plain } = texts[markup]
    const said = optional('feedback', plain)
    const gap = fc.oneof<fc.Arbitrary<object>[]>(
      merged(acceptedTexts(line.filter(text => !/[<&]/.test(text)), plain).map(accept => ({ input: 'text', accept })), fc.constantFrom({}, { caseSensitive: true }, { weight: 2 })),
      acceptedNumbers(plain).map(answers => ({ input: 'numeric', answers: [...answers.filter(answer => !('min' in answer)), { ...ANY_NUMBER, fraction: 0 }] })),
      merged(fc.tuple(plain, plain, said).map(([a, b, said]) => ({ input: 'choice', choices: [{ key: 'a', text: a, correct: true }, { key: 'b', text: b, ...said }] })), fc.constantFrom({}, { layout: 'row' }, { layout: 'column', shuffle: false }, { shuffle: false }))
    )
    const cloze = fc.array(gap, { minLength: 1, maxLength: 3 }).map(gaps => ({ kind: 'cloze', text: gaps.map((_, index) => `x {{g${index + 1}}} y`).join(' '), gaps: gaps.map((gap, index) => ({ key: `g${index + 1}`, ...gap })) }))
    const words = fc.tuple(fc.uniqueArray(plain, { minLength: 2, maxLength: 4 }), fc.constantFrom('gap-select', 'drag-words'), fc.constantFrom({}, { shuffle: false })).map(([of, kind, flag]) => ({
      kind, text: of.map((_, index) => `{{g${index + 1}}} z`).join(' '), ...flag,
      choices: of.map((text, index) => ({ key: String.fromCharCode(97 + index), text, ...index === 1 && { group: 2 } })),
      gaps: of.map((_, index) => ({ key: `g${index + 1}`, choice: String.fromCharCode(97 + index), ...index === 1 && { group: 2 } }))
    }))
    return { markup, texts: { ...texts[markup], text: plain }, own: fc.oneof<fc.Arbitrary<object>[]>(cloze, words) }
  })
  fc.assert(fc.property(bank(banks, () => fc.constant({})), questions => {
    const named = questions.map(({ category, definition }, index) => ({ name: `name ${index}`, ...category !== undefined && { category }, definition: { ...definition, prompt: `name ${index}` } }))
    const again = importMoodleXml(exportMoodleXml(named).text)
    assert.deepEqual(again.problems, [])
    assert.deepEqual(again.questions.map(known), named.map(known))
  }), { numRuns: 200 })
})

t.test('files that texts refer to stand beside each of them, and come back', async t => {
  const definition = {
    key: 'seen', kind: 'choice' as const, topic: 'imported', difficulty: 'medium' as const, markup: 'html' as const, prompt: '<p><img src="@@PLUGINFILE@@/a&b.png" alt="a" /></p>',
    choices: [{ key: 'a', text: '<img src="@@PLUGINFILE@@/a&b.png" alt="a" />', correct: true, feedback: 'Yes' }, { key: 'b', text: 'B' }]
  } satisfies QuestionDefinition
  const files = [{ name: 'a&b.png', bytes: 'AAAA' }, { name: 'spare.png', bytes: 'BBBB' }]
  const { text, problems } = exportMoodleXml([{ name: 'Seen', definition, files }])
  t.strictSame(problems, [])
  t.equal(text.match(/<file name="a&amp;b\.png" path="\/" encoding="base64">AAAA<\/file>/g)?.length, 2)
  t.notMatch(text, 'spare')
  const again = importMoodleXml(text)
  t.strictSame(again.problems, [])
  t.match(again.questions, [{ files: [{ name: 'a&b.png', bytes: 'AAAA' }], definition: { prompt: definition.prompt, choices: [{ text: definition.choices[0]?.text }, { text: 'B' }] } }])
})
