import t from 'tap'
import type { QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { exportQti12Package, importQti12Package } from '../../../server/quiz/formats/qti12-package.ts'

const item = (text: string, more = ''): string => `<item title="Q"${more}><presentation><material><mattext texttype="text/html">${text}</mattext></material></presentation></item>`
const quiz = (...items: readonly string[]): string => `<questestinterop><assessment title="T"><section>${items.join('')}</section></assessment></questestinterop>`
const resource = (hrefs: readonly string[], type = 'imsqti_xmlv1p2'): string => `<resource type="${type}">${hrefs.map(href => `<file href="${href}"/>`).join('')}</resource>`
const read = (files: Readonly<Record<string, string | Uint8Array>>): ReturnType<typeof importQti12Package> =>
  importQti12Package(new Map(Object.entries(files).map(([name, file]) => [name, typeof file === 'string' ? new TextEncoder().encode(file) : file])))
const manifest = (...resources: readonly string[]): string => `<manifest><resources>${resources.join('')}</resources></manifest>`

t.test('the tests that a manifest names are read, each once', async t => {
  const { questions, problems } = read({
    'imsmanifest.xml': manifest(resource(['a%20b.xml', 'p.png']), resource([], 'webcontent'), '<resource/>', resource(['i.xml'], 'imsqti_item_xmlv2p1'), '<resource type="imsqti_test_xmlv2p1" href="t.xml"/>', resource(['g1/assessment_qti.xml'], 'imsqti_xmlv1p2/imscc_xmlv1p1/assessment'), resource(['%zz.xml']), resource(['non_cc_assessments/g1.xml.qti'])),
    'a b.xml': quiz(item('One')), 'g1/assessment_qti.xml': quiz(item('the poorer copy')), 'non_cc_assessments/g1.xml.qti': quiz(item('Two')), '%zz.xml': new Uint8Array([0x3c, 0xff])
  })
  t.match(questions.map(({ definition }) => definition.prompt), ['One', 'Two'])
  t.match(problems.map(({ path, message }) => `${path}: ${message}`), [/^imsmanifest.xml: .*another version.*item_xmlv2p1/, /^t.xml: .*another version/, /^%zz.xml: it is not written in UTF-8/])
  const broken = read({ 'imsmanifest.xml': manifest(resource(['a.xml']), '\n', resource(['gone.xml']), resource([])), 'a.xml': quiz(item('One')) })
  t.same(broken.questions, [], 'nothing is taken of a package that is not what its manifest says')
  t.match(broken.problems, [{ path: 'imsmanifest.xml', line: 2, message: /does not hold 'gone.xml'/, severity: 'refused' }, { path: 'imsmanifest.xml', message: /names no file/ }])
  t.match(read({ 'a.xml': quiz(item('One')), 'b.xml': '<other/>', 'c.txt': 'x' }), { questions: [{}], problems: [{ message: /no manifest/ }] })
  t.match(read({ 'a.xml': quiz(item('&lt;img src="p.png"&gt;')), 'p.png': new Uint8Array([1]) }).questions, [{ files: [{ name: 'p.png' }] }])
  t.match(read({ 'q/a.xml.qti': quiz(item('One')), 'a.xml': quiz(item('x')) }).questions.length, 1)
  t.match(read({ 'imsmanifest.xml': '<a>' }), { questions: [], problems: [{ path: 'imsmanifest.xml', line: 1, message: /cannot be read/ }] })
  t.match(read({ 'imsmanifest.xml': new Uint8Array([0x3c, 0xff]) }).problems, [{ message: /UTF-8/ }])
  t.match(read({ 'imsmanifest.xml': manifest(resource(['a.xml'])), 'a.xml': '<other/>' }).problems, [{ path: 'a.xml', message: /no file of QTI 1.2/ }])
  const parts = read({ 'imsmanifest.xml': manifest(resource(['a.xml']), resource(['b.xml'])), 'a.xml': quiz(item('Text', ' ident="s"')), 'b.xml': `<questestinterop><section parent_stimulus_item_ident="s">${item('x').replace('</presentation>', '<response_str ident="r"/></presentation>')}</section></questestinterop>` })
  t.match(parts, { questions: [{ definition: { kind: 'stimulus', key: 'q' } }, { definition: { kind: 'essay', stimulus: 'q' } }], problems: [] }, 'a text may be in another file than its questions')
})

t.test('pictures go with the questions that show them', async t => {
  const picture = new Uint8Array([1, 2, 3])
  const show = (...sources: readonly string[]): string => item(sources.map(source => `&lt;img alt="" src="${source}"/&gt;`).join(''))
  const { questions, problems } = read({
    'imsmanifest.xml': manifest(resource(['q/a.xml'])), 'a.png': picture, 'q/b c.png': picture, 'web_resources/d.png': picture, 'exam/files/org0/e.png': picture, 'x/f.png': picture, 'y/f.png': picture,
    'q/a.xml': quiz(show('a.png', 'b%20c.png?x=1', '$IMS-CC-FILEBASE$/d.png', '%24IMS-CC-FILEBASE%24d.png', 'org0/e.png', 'f.png', 'https://example.com/g.png', 'data:image/png;base64,AAAA', '%zz', ''), item('&lt;img src=\'a.png\'&gt;'), item('none'))
  })
  t.same(questions.map(({ files = [] }) => files.map(({ name, bytes }) => `${name} ${bytes}`)), [['a.png AQID', 'b%20c.png?x=1 AQID', '$IMS-CC-FILEBASE$/d.png AQID', '%24IMS-CC-FILEBASE%24d.png AQID', 'org0/e.png AQID'], ['a.png AQID'], []])
  t.match(problems.map(({ message }) => message), [/picture f\.png is not/, /picture %zz is not/, /picture {2}is not/])
})

t.test('a package has a quiz for each category', async t => {
  const question = (key: string, category?: readonly string[]): { name: string, category?: readonly string[], definition: QuestionDefinition } => ({ name: key, ...category !== undefined && { category }, definition: { key, kind: 'essay', topic: 'mules', difficulty: 'easy', prompt: key } })
  const { files, problems } = exportQti12Package([question('a', ['Fraud', 'Mules']), question('b'), question('c', ['Fraud', 'Mules']), question('d', [])])
  t.same([...files.keys()], ['quiz/quiz.xml', 'quiz/assessment_meta.xml', 'quiz-2/quiz-2.xml', 'quiz-2/assessment_meta.xml', 'quiz-3/quiz-3.xml', 'quiz-3/assessment_meta.xml', 'imsmanifest.xml'])
  t.same(problems, [])
  t.same(importQti12Package(files).questions.map(({ definition }) => definition.key), ['a', 'c', 'b', 'd'])
  t.match(importQti12Package(exportQti12Package([]).files), { questions: [], problems: [] })
})
