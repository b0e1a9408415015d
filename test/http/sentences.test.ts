import { globSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import ts from 'typescript'
import { loadMessages } from '../../server/http/messages.ts'
import { loadSentences, sentencesOf } from '../../server/http/sentences.ts'
import { checkDraw, checkQuestion, checkQuiz } from '../../server/quiz/quiz.ts'
import { importAiken } from '../../server/quiz/formats/aiken.ts'
import { importGift } from '../../server/quiz/formats/gift-read.ts'
import { importMoodleXml } from '../../server/quiz/formats/moodle-read.ts'

/** Strings of the engine that read like sentences and are never said as a problem. */
const NOT_SAID = new Set([
  // parts of sentences that stand in the table whole
  " in '7'", ', not both', ' with several', 'an expression', 'two expressions', ' when 7', 'gives no number7', "asks for 7 7of topic '7'7, but 7 left for it", '7 needs 7 inside',
  // columns, cells and samples of files
  'min words', 'max words', '7 figures', 'very easy', 'very difficult', 'match or mapped', 'qzx 17',
  // what an expression calls a value that cannot be read: in QTI's own words
  'as operands', 'what a table gives'
])
const OWN_NAMES = /^(Aiken|GIFT|Moodle|QTI|Canvas|Markdown)\b/

interface Said { readonly at: string, readonly text: string }

/** @param text with 7 in each of its places: known wherever it stands */
function textOf (node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  return ts.isTemplateExpression(node) ? node.head.text + node.templateSpans.map(({ literal }) => `7${literal.text}`).join('') : undefined
}

function nodesOf (file: string, take: (node: ts.Node, source: ts.SourceFile) => 'all' | 'inside' | 'none'): Said[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: Said[] = []
  const visit = (node: ts.Node, within: boolean): void => {
    const taken = take(node, source)
    if (taken === 'none') return
    const text = within || taken === 'all' ? textOf(node) : undefined
    if (text !== undefined) found.push({ at: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, text })
    ts.forEachChild(node, (child) => { visit(child, within || taken === 'all') })
  }
  visit(source, false)
  return found
}

const nameOf = (node: ts.Node, source: ts.SourceFile): string => ts.isPropertyAssignment(node) ? node.name.getText(source) : ''
const isSentence = ({ text }: Said): boolean => /[a-z`'7] [a-z`'7]/.test(text) && /[a-z]{2}/.test(text) && !/^[<>#]|^7<|7%$/.test(text)

/** Whatever the engine may say: every string of it that reads like a sentence, but for what describes schemas and samples. */
function saidByTheEngine (): Said[] {
  return globSync('server/quiz/**/*.ts').flatMap((file) => nodesOf(file, (node, source) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node) || ['description', 'samples'].includes(nameOf(node, source))) return 'none'
    return 'all'
  })).filter(isSentence).filter(({ text }) => (/^[^A-Z]/.test(text) || OWN_NAMES.test(text)) && !NOT_SAID.has(text))
}

/** What the rest of the server says of what it is given: `message: …`, and what is handed to a function that makes one. */
function saidAround (): Said[] {
  const makers = new Set(['say', 'refuse', 'refused', 'problem'])
  return globSync('server/{courses,sheets,zip,certificates,cohorts,attempts,quotas,reports,privacy,audit,http}/**/*.ts').flatMap((file) => nodesOf(file, (node, source) => {
    if (ts.isCallExpression(node) && /^(\w+\.)*t$/.test(node.expression.getText(source))) return 'none'
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'Error') return 'none'
    if (nameOf(node, source) === 'message') return 'all'
    return ts.isCallExpression(node) && makers.has(node.expression.getText(source)) ? 'all' : 'inside'
  })).filter(isSentence)
}

t.test('every sentence that the engine, the readers of files and the rules can say is said in every language', async (t) => {
  const said = [...saidByTheEngine(), ...saidAround()]
  t.ok(said.length > 500, `${said.length} of them are found in the sources`)
  for (const file of readdirSync('templates/sentences')) {
    const { knows } = loadSentences(`templates/sentences/${file}`)
    t.same(said.filter(({ text }) => !knows(text)).map(({ at, text }) => `${at}: ${text}`), [], file)
  }
})

t.test('a problem of an import or a form is Arabic on an Arabic page, with names kept as they are', async (t) => {
  const { sentence } = loadMessages('templates/locales').translate('ar')
  // What remains without names, code and the languages' own words has no letter of English.
  const bare = (text: string): string => text.replace(/\u2068[^]*?\u2069|`[^`]*`|'ANSWER:'|\b(correct|fraction|true|false|XML|HTML|Markdown|QTI|GIFT|Moodle|Aiken)\b/g, '')
  const problems = [
    ...importGift('::Who?:: Who {\n\n::Mule:: It is {#abc}\n\n// [tag:x] [tag:hard]\n::T:: Is it {T} so {F}\n\n::One:: Choose {~a ~b}\n\n::P:: Pair {=a -> b =c}').problems,
    ...importAiken('Which?\nA) one\nB) two\nANSWER: D\n\nWhich?\nA) one\nB) two\nwhat').problems,
    ...importMoodleXml('<quiz><question type="odd"><name><text>Odd</text></name></question><question type="truefalse"><name><text>It\'s so</text></name></question><x></quiz>').problems
  ].map(({ message }) => message)
  const checked = [
    checkQuestion({ kind: 'choice', key: 'Bad Key', topic: 'a', difficulty: 'easy', prompt: '', choices: [{ key: 'a', text: 'A', correct: true, fraction: 0 }] }),
    checkQuestion({ kind: 'choice', key: 'b', topic: 'a', difficulty: 'odd', prompt: 'P', choices: [{ key: 'a', text: 'A' }, { key: 'a', text: 'B' }] }),
    checkQuestion({ kind: 'choice', key: 'b', topic: 'a', difficulty: 'easy', prompt: 'P', choices: [{ key: 'a', text: 'A' }, { key: 'a', text: 'B' }] }),
    checkQuestion({ kind: 'numeric', key: 'b', topic: 'a', difficulty: 'easy', prompt: 'P' }), checkQuestion({ kind: 'odd' }), checkQuestion([]),
    checkQuestion({ kind: 'short-text', key: 'b', topic: 'a', difficulty: 'easy', prompt: 'P', accept: [{ regex: '(a' }, { regex: 'a**' }] }),
    checkQuestion({ kind: 'calculated', key: 'b', topic: 'a', difficulty: 'easy', prompt: 'P', formula: '{a} + foo(1)', variables: [{ key: 'a', min: 1, max: 2 }] }),
    checkQuiz({ key: 'q', title: 'Q', behaviour: 'odd', passPercent: 200, sections: [{ draw: [{ topic: 'a', count: 0 }] }] })
  ].flatMap((one) => 'problems' in one ? one.problems : [])
  const drawn = (['easy', undefined] as const).flatMap((difficulty) => checkDraw({ sections: [{ draw: [{ topic: 'a', count: 3, language: 'ar', ...difficulty !== undefined && { difficulty } }] }, { questions: ['gone'] }] }, []))
  const all = [...problems, ...[...checked, ...drawn].map(({ message }) => message), ...[...checked, ...drawn].map(({ path, message }) => `'Q' is not taken: ${path}: ${message}`)]
  t.ok(all.length > 30)
  t.same(all.filter((message) => /[A-Za-z]{2,}/.test(bare(sentence(message)))).map((message) => `${message} → ${sentence(message)}`), [])
  t.equal(sentence("'It's so' is not taken: choices/1/key: 'b' is used twice"), 'لم يؤخذ «\u2068It\'s so\u2069»: \u2068choices/1/key\u2069: «\u2068b\u2069» مستعمل مرتين')
  t.equal(sentence('must be \'easy\' or \'hard\''), "يجب أن يكون \u2068'easy'\u2069 أو \u2068'hard'\u2069")
  t.equal(loadMessages('templates/locales').translate('en').sentence('is missing'), 'is missing', 'English is as the engine says it')
})

t.test('what is not known is said as it is, in the frame that is; a place that a sentence lacks is refused', async (t) => {
  const { say, knows } = sentencesOf({ 'is missing': 'fehlt', "'{name}': {what+}": '„{name}“: {what}', 'must be {what|}': 'muss {what} sein', 'needs `->` here': 'braucht `->` hier', ' or ': ' oder ', '; ': ' / ', text: 'Text', 'not {{{key}}}': 'nicht {{{key}}}' })
  t.equal(say('is missing'), 'fehlt')
  t.equal(say('is odd'), 'is odd')
  t.equal(say("'a': is odd"), '„\u2068a\u2069“: \u2068is odd\u2069')
  t.equal(say('is missing; is missing'), 'fehlt / fehlt')
  t.equal(say('must be text or 5'), 'muss Text oder 5 sein')
  t.equal(say('needs `->` here'), 'braucht \u2066`->`\u2069 hier', 'code is not turned round')
  t.equal(say('not {{a}}'), 'nicht {{\u2068a\u2069}}')
  t.same([knows("'a': is odd"), knows("'a': is missing"), knows('7')], [false, true, true])
  for (const long of [`${"'a': ".repeat(190)}is missing`, 'is odd; '.repeat(120), "'a': ; ".repeat(120)]) {
    const begun = performance.now()
    say(long)
    t.ok(performance.now() - begun < 1000, 'a file may say what it likes')
  }
  t.throws(() => sentencesOf({ 'is {what}': 'ist {was}' }), { message: "'is {what}' has no {was}" })
})
