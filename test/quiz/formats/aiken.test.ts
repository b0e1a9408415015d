import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { exportAiken, importAiken } from '../../../server/quiz/with-formats.ts'
import { letter } from '../../../server/quiz/formats/format.ts'
import { kinds, type QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { bank, line, texts } from './definitions.ts'
import { workedMs } from '../../worked.ts'

const choices = [{ key: 'a', text: 'a', correct: true }, { key: 'b', text: 'b' }]
const asked = (definition: object): { name: string, definition: QuestionDefinition } => ({ name: 'Q', definition: { key: 'q', topic: 'fraud', difficulty: 'medium', prompt: 'P', kind: 'choice', choices, ...definition }
})

t.test('a question is its lines, its choices and its answer', async t => {
  const { questions, problems } = importAiken('\ufeffWhat is\r\n*this*?\r\nA) one\r\nB. <two>\r\n\r\nANSWER: b\r\n\r\nAgain?\nA) x\nB) y\nANSWER: A', { topic: 'fraud' })
  t.same(problems, [])
  t.match(questions, [
    { name: 'What is *this*?', line: 1, definition: { key: 'what-is-this', topic: 'fraud', kind: 'choice', prompt: 'What is\\\n\\*this\\*?', choices: [{ key: 'a', text: 'one' }, { key: 'b', text: '\\<two>', correct: true }] } },
    { line: 8, definition: { choices: [{ correct: true }, {}] } }
  ])
})

t.test('letters are read as people write them', async t => {
  const { questions, problems } = importAiken('One\n\na. yes\n\nb. no\nanswer :  b \nTwo\nA)yes\nB)no\nANSWER: A.\nThree,\nin e.g. two lines\n(a) yes\n(b) no\n(c) maybe\nAnswer: (C)\nFour\nb) not in its order\nA) yes\nB) no\nANSWER: A')
  t.same(problems, [])
  t.match(questions.map(({ definition }) => [definition.prompt, definition.kind === 'choice' ? definition.choices.map(({ text, correct }) => [text, correct === true]) : []]), [
    ['One', [['yes', false], ['no', true]]],
    ['Two', [['yes', true], ['no', false]]],
    ['Three,\\\nin e.g. two lines', [['yes', false], ['no', false], ['maybe', true]]],
    ['Four\\\nb) not in its order', [['yes', true], ['no', false]]]
  ])
})

t.test('what cannot be taken is said by its line, and the rest is taken', async t => {
  const aiken = 'ANSWER: A\n\nOne\nA) a\nANSWER: A\n\nTwo\nA) a\nB) b\nANSWER: C\n\nThree\nA) a\nB) b\nFour?\nA) a\nB) b\nANSWER: B\n\nA) letter first\nB) b\nANSWER: B\n\nNever'
  const { questions, problems } = importAiken(aiken)
  t.same(questions.map(({ name, line }) => [name, line]), [['Four?', 15]])
  t.same(problems.map(({ line }) => line), [1, 3, 10, 15, 20, 24])
  t.match(problems.map(({ message }) => message), [/before any/, /fewer than two/, /no choice C/, /'Four\?'/, /fewer than two/, /missing at its end/])
})

t.test('an export says what it cannot write', async t => {
  const said = (definition: object): readonly string[] => exportAiken([asked(definition)]).problems.map(({ message, severity }) => `${severity}: ${message.slice(5)}`)
  t.same(said({}), [])
  t.match(exportAiken([asked({ prompt: 'Which?\\\na) that' })]), { text: /^Which\? a\) that\n/, problems: [{ severity: 'changed', message: /on one line/ }] })
  t.match(exportAiken([asked({ prompt: 'Which?\\\nANSWER: A' })]).text, /^Which\? ANSWER: A\n/)
  t.match(said({ maxChoices: 0 }), [/none of the kind choice with several/])
  t.match(said({ choices: [{ key: 'a', text: 'a', fraction: 0.5 }, { key: 'b', text: 'b' }] }), [/no choice earns all/])
  t.match(said({ choices: Array.from({ length: 27 }, (_, index) => ({ key: letter(index), text: 'x', correct: index === 0 })) }), [/more than 26/])
  t.same(said({ choices: [{ ...choices[0], feedback: 'F' }, { key: 'b', text: '**b**', fraction: 0.5 }], shuffle: false, mark: 2, source: 'S' }), [
    'changed: only one choice earns anything', 'left-out: feedback is left out', 'changed: the choices will be shuffled', 'left-out: the mark is left out',
    'left-out: `source` is left out', 'changed: formatted texts are written plainly'
  ])
  for (const { samples } of Object.values(kinds)) {
    for (const { definition } of samples) {
      const { text, problems } = exportAiken([{ name: definition.key, definition }])
      t.ok(importAiken(text).questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), definition.key)
    }
  }
})

t.test('what is exported and imported again is equal', async t => {
  const own = fc.tuple(fc.array(texts.markdown.plain, { minLength: 2, maxLength: 26 }), fc.nat()).map(([of, at]) => ({
    kind: 'choice', choices: of.map((text, index) => ({ key: letter(index), text, ...index === at % of.length && { correct: true } }))
  }))
  const isPlain = (text: string): boolean => !/^[A-Z][.)]|^ANSWER:|\\</.test(text)
  const prompt = texts.markdown.plain.filter(isPlain)
  fc.assert(fc.property(bank([{ markup: 'markdown', texts: { ...texts.markdown, text: prompt }, own }], () => fc.constant({})), questions => {
    const again = importAiken(exportAiken(questions).text)
    // Names, keys, topics and difficulties are not written.
    const bare = ({ definition }: { readonly definition: QuestionDefinition }): object => ({ ...definition, key: '', topic: '', difficulty: '' })
    assert.deepEqual(again.problems, [])
    assert.deepEqual(again.questions.map(bare), questions.map(bare))
  }), { numRuns: 100 })
})

t.test('any text at all is read, in time that grows with its length', async t => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), line, (noise, words) => { importAiken(`${noise}\nA) ${words}\nB) x\nANSWER: A`) }))
  for (const unit of ['A) a\n', 'ANSWER: A\n', ' ', 'a\n', 'A) ', '\n']) {
    const began = workedMs()
    importAiken(`Q\n${unit.repeat(1_000_000 / unit.length)}`)
    t.ok(workedMs() - began < 5000, `a million times ${JSON.stringify(unit)}`)
  }
})
