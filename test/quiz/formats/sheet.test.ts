import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import type { NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { importSheet } from '../../../server/quiz/formats/sheet-read.ts'
import { exportSheet } from '../../../server/quiz/formats/sheet-write.ts'
import { kinds, type QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { bank, feedbackOf, known, line, merged, number, optional, pairs, texts } from './definitions.ts'

const HEAD = ['Kind', 'topic', 'difficulty', 'language', 'prompt', 'option 1', 'option 2', 'option 3', 'right', 'tolerance', 'unit', 'points', 'feedback', 'feedback 1', 'feedback 2', 'scoring', 'shuffle', 'min words', 'max words', 'name', 'key', 'hint 1']
const sheet = (...rows: readonly object[]): ReturnType<typeof importSheet> => importSheet([HEAD, ...rows.map(row => HEAD.map(column => String((row as Record<string, unknown>)[column] ?? '')))].map((cells, index) => ({ line: index + 1, cells })))
const one = (row: object): QuestionDefinition | undefined => sheet({ prompt: 'Q', ...row }).questions[0]?.definition
const said = (...rows: readonly object[]): readonly string[] => sheet(...rows.map(row => ({ prompt: 'Q', ...row }))).problems.map(({ severity, message }) => `${severity}: ${message}`)
const abc = { 'option 1': 'a', 'option 2': 'b', 'option 3': 'c' }

t.test('a row is a question of its kind', async t => {
  t.match(sheet({ Kind: 'Choice', topic: 'Fraud / Mules', difficulty: 'Hard', prompt: 'Who?', ...abc, right: 'B', points: '2', feedback: 'F', 'feedback 2': 'FB', key: 'Own Key', 'hint 1': 'H' }).questions, [{
    name: 'Who?', category: ['Fraud', 'Mules'], line: 2, definition: { key: 'own-key', kind: 'choice', topic: 'mules', difficulty: 'hard', mark: 2, feedback: 'F', hints: ['H'], maxChoices: undefined, choices: [{ text: 'a' }, { correct: true, feedback: 'FB' }, {}] }
  }])
  const choice = (right: string, more = {}): object => ({ Kind: 'choice', ...abc, right, ...more })
  t.match([one(choice('a, 3')), one(choice('b')), one(choice('c', { scoring: 'Partial', shuffle: 'No' }))], [
    { maxChoices: 0, choices: [{ correct: true }, {}, { correct: true }] }, { choices: [{}, { correct: true }, {}] }, { maxChoices: 0, scoring: 'partial', shuffle: false }
  ])
  t.match([one({ Kind: 'true false', right: 'TRUE', 'feedback 2': 'no' }), one({ Kind: 'true_false', right: 'خطأ' })], [{ kind: 'true-false', correct: true, feedbackFalse: 'no', feedbackTrue: undefined }, { correct: false }])
  t.match(one({ Kind: 'kprim', ...abc, right: 'A C', scoring: 'subpoints' }), { kind: 'kprim', scoring: 'subpoints', statements: [{ correct: true }, { correct: false }, { correct: true }] })
  t.match(one({ Kind: 'short-text', right: 'x', 'option 1': 'x', 'option 2': 'y' }), { accept: ['x', 'y'] })
  t.match([one({ Kind: 'numeric', right: '1,5', tolerance: '5 %', unit: 'km' }), one({ Kind: 'numeric', right: '2', tolerance: '3 figures' }), one({ Kind: 'numeric', right: '2', tolerance: 0.5 }), one({ Kind: 'numeric', right: '-1..4' })], [
    { value: 1.5, tolerance: { relative: 0.05 }, unit: 'km' }, { tolerance: { significantFigures: 3 } }, { tolerance: 0.5 }, { answers: [{ min: -1, max: 4 }] }
  ])
  t.match(one({ Kind: 'match', 'option 1': 'one | A \\| B', 'option 2': '| C', 'option 3': 'two|A \\| B' }), { stems: [{ key: '1', text: 'one', choice: 'a' }, { key: '2', text: 'two', choice: 'a' }], choices: [{ key: 'a', text: 'A | B' }, { key: 'b', text: 'C' }] })
  t.match(one({ Kind: 'order', ...abc, scoring: 'pairs' }), { items: [{ text: 'a' }, { text: 'b' }, { text: 'c' }], scoring: 'pairs' })
  t.match(one({ Kind: 'essay', right: 'S', 'min words': 5, 'max words': '9' }), { sampleAnswer: 'S', minWords: 5, maxWords: 9 })
  t.match(importSheet([{ line: 1, cells: ['prompt', 'KIND', 'markup'] }, { line: 2, cells: ['', ' '] }, { line: 3, cells: ['<p>a\r\nb</p>', 'description', 'HTML'] }]).questions[0], { line: 3, definition: { kind: 'description', prompt: '<p>a\nb</p>', markup: 'html' } })
})

t.test('rows of one key are one question in several languages', async t => {
  const row = { Kind: 'choice', key: 'k', right: 'a', 'option 2': 'x' }
  const { questions, problems } = sheet(
    { ...row, language: 'en', prompt: 'Who?', 'option 1': 'one', feedback: 'Same' }, { ...row, language: 'ar', prompt: 'من؟', 'option 1': 'واحد', feedback: 'Same' }, { ...row, prompt: 'Other', 'option 1': 'y' }
  )
  t.match(questions, [{ definition: { key: 'k', prompt: { en: 'Who?', ar: 'من؟' }, feedback: 'Same', choices: [{ text: { en: 'one', ar: 'واحد' } }, { text: 'x' }] } }, { definition: { key: 'k-2', prompt: 'Other' } }])
  t.same(problems, [])
  t.match(one({ Kind: 'match', language: 'en', key: 'k', 'option 1': 'a|b', 'option 2': 'c|d' }), { stems: [{ text: 'a' }, {}] })
  const sparse = sheet({ Kind: 'match', key: 'm', language: 'en', prompt: 'A', 'option 1': 'a|b', 'option 2': 'c|d', 'hint 1': 'H' }, { Kind: 'match', key: 'm', language: 'ar', prompt: 'ا', 'option 1': 'a|ب' }).questions
  t.match(sparse, [{ definition: { hints: ['H'], stems: [{ text: 'a' }, { text: 'c' }], choices: [{ text: { en: 'b', ar: 'ب' } }, { text: 'd' }] } }])
  t.match(sheet({ ...row, language: 'en', prompt: 'A', 'option 1': 'x' }, { Kind: 'choice', key: 'k', language: 'ar', prompt: 'ب' }).questions, [{ definition: { choices: [{ text: 'x' }, { text: 'x' }] } }])
  const blank = sheet({ Kind: 'essay', key: 'e', language: 'en', prompt: 'A' }, { Kind: 'essay', key: 'e', language: 'ar', prompt: '' }).questions
  t.match(blank, [{ definition: { prompt: 'A' } }], 'what is not translated stays')
})

t.test('what cannot be taken is said with its row and column', async t => {
  t.match(importSheet([]), { questions: [], problems: [] })
  t.match(importSheet([{ line: 1, cells: ['topic', 'odd', 'topic', 'option 51', ''] }]).problems.map(({ message }) => message), [/'odd' is not known/, /'topic' stands twice/, /'option 51'/, /'kind' is missing/, /'prompt' is missing/])
  t.match(said(
    { Kind: 'riddle' }, { Kind: 'choice', ...abc, right: 'D' }, { Kind: 'choice', ...abc, right: 'maybe' }, { Kind: 'choice', ...abc }, { Kind: 'true-false', right: 'maybe' }, { Kind: 'kprim', ...abc, right: '9' }, { Kind: 'numeric', right: 'many' }, { Kind: 'numeric', right: '1..x' },
    { Kind: 'numeric', right: '1', tolerance: 'some' }, { Kind: 'numeric', right: '1..2', tolerance: '5' }, { Kind: 'match', 'option 1': 'a', 'option 2': 'b|c' }, { Kind: 'essay', points: '-1' }, { Kind: 'essay', difficulty: 'odd' }, { Kind: 'essay', prompt: '' }
  ), [
    /'kind': 'riddle' is none of choice/, /'right': 'D'/, /'maybe' is none of its options/, /no choice is correct/, /neither true nor false/, /'right': '9'/, /'many' is no number/, /'1..x'/, /'tolerance': 'some'/, /a range has none/, /'option 1': needs/, /'points'/, /'difficulty'/, /prompt/
  ])
})

const asked = (definition: object): NamedQuestion => ({ name: 'Q', definition: { key: 'q', topic: 'imported', difficulty: 'medium', prompt: 'Q', ...definition } as QuestionDefinition })
const exported = (definition: object): readonly string[] => exportSheet([asked(definition)]).problems.map(({ severity, message }) => `${severity}: ${message.slice(5)}`)
const again = (questions: readonly NamedQuestion[]): ReturnType<typeof importSheet> => importSheet(exportSheet(questions).rows.map((cells, index) => ({ line: index + 1, cells: cells.map(String) })))

t.test('an export says what a sheet cannot hold', async t => {
  const choices = [{ key: 'a', text: 'a', correct: true }, { key: 'b', text: 'b', correct: true }]
  t.match(exported({ kind: 'choice', maxChoices: 2, choices }), [/not at most 2/])
  t.match(exported({ kind: 'choice', choices, scoring: 'partial-negative' }), [/several choices/, /earns nothing/])
  t.match(exported({ kind: 'choice', choices: [{ key: 'a', text: 'a', fraction: 1 }, { key: 'b', text: 'b' }] }), [/left to the scoring/])
  t.match(exported({ kind: 'short-text', accept: [{ regex: 'a' }, { text: 'b', fraction: 0.5 }], caseSensitive: true, ignoreAccents: true }), [/regular/, /a part/, /capital/, /accents/, /no answer is left/])
  t.match(exported({ kind: 'short-text', accept: [{ text: 'b', feedback: 'f' }], source: 's' }), [/feedback of answers/, /source/])
  t.match(exported({ kind: 'short-text', accept: Array.from({ length: 51 }, (_, index) => String(index)) }), [/more than 50/])
  t.match(exported({ kind: 'numeric', answers: [{ value: 1 }] }), [/one number, or one range/])
  t.match(exported({ kind: 'numeric', value: 1, tolerance: { geometric: 0.5 }, unitRequired: true }), [/unit is required/, /share of the value/])
  t.match(exportSheet([asked({ kind: 'numeric', value: 1, tolerance: { absolute: 2 } })]).rows[1], { length: 21 }, 'columns that nobody fills are not there')
  t.match(exported({ kind: 'true-false', correct: true, labels: { true: 'a', false: 'b' } }), [/verdicts/])
  t.match(exported({ kind: 'kprim', labels: { true: 'a', false: 'b' }, statements: choices }), [/verdicts/])
  t.match(exported({ kind: 'match', stems: [{ key: 'a', text: 'a', choice: 'a', feedback: 'f' }], choices: [{ key: 'a', text: 'a' }] }), [/feedback of stems/])
  t.match(exported({ kind: 'essay', template: 't', lines: 5 }), [/template/, /height/])
  t.match(exported({ kind: 'essay', prompt: 'x'.repeat(33_000) }), [/longer than a cell/])
  t.match(exported({ kind: 'essay', markup: 'html', prompt: `<img src="/media/${'a'.repeat(64)}">` }), [/pictures that its texts show/])
  t.match(exported({ kind: 'slider', min: 0, max: 1, step: 1, value: 1 }), [/no questions of the kind slider/])
  t.match(again([asked({ kind: 'choice', choices: Array.from({ length: 28 }, (_, index) => ({ key: `k${index}`, text: `text ${index}`, ...index === 26 && { correct: true } })) })]).questions, [{ definition: { choices: { 26: { correct: true } } } }])
  for (const { samples } of Object.values(kinds)) {
    for (const { definition } of samples) {
      const { problems } = exportSheet([{ name: definition.key, definition }])
      const { questions } = again([{ name: definition.key, definition }])
      t.ok(questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), definition.key)
    }
  }
})

t.test('an option that says what names another is told apart', async t => {
  const choices = [{ key: 'a', text: 'Vitamin', correct: true }, { key: 'b', text: { en: 'A', ar: 'أ' } }]
  const definition: QuestionDefinition = { kind: 'choice', key: 'q', topic: 't', difficulty: 'easy', prompt: 'P', choices }
  t.match(again([{ name: 'One', definition }]), { problems: [], questions: [{ definition: { choices } }] })
})

t.test('what is exported and imported again is equal', async t => {
  const kindsOf = (['markdown', 'html'] as const).flatMap(markup => {
    const own = texts[markup]
    const feedback = feedbackOf(own)
    const flag = fc.constantFrom({}, { shuffle: false })
    const listed = (least: number): fc.Arbitrary<object[]> => fc.array(merged(fc.record({ text: own.text }), feedback), { minLength: least, maxLength: 6 }).map(of => of.map((one, index) => ({ key: String.fromCharCode(97 + index), ...one })))
    const both = fc.tuple(own.text, own.text).filter(([en, ar]) => en !== ar).map(([en, ar]) => ({ en, ar }))
    return [
      fc.constant<object>({ kind: 'description' }),
      both.map(prompt => ({ kind: 'essay', prompt, minWords: 3 })),
      merged(fc.constant({ kind: 'essay' }), fc.constantFrom({}, { minWords: 3, maxWords: 9 }), optional('sampleAnswer', own.text)),
      merged(fc.record({ kind: fc.constant('true-false'), correct: fc.boolean() }), optional('feedbackTrue', own.text), optional('feedbackFalse', own.text)),
      fc.tuple(listed(2), fc.nat(5), flag).map(([list, at, flag]) => ({ kind: 'choice', choices: list.map((one, index) => ({ ...one, ...index === at % list.length && { correct: true } })), ...flag })),
      fc.tuple(listed(3), fc.constantFrom({}, { scoring: 'partial' }, { scoring: 'right-minus-wrong' }), flag).map(([list, rules, flag]) => ({ kind: 'choice', maxChoices: 0, choices: list.map((one, index) => ({ ...one, ...index < 2 && { correct: true } })), ...rules, ...flag })),
      fc.tuple(listed(2), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), fc.constantFrom({}, { scoring: 'subpoints' }), flag).map(([list, right, rules, flag]) => ({ kind: 'kprim', statements: list.map((one, index) => ({ ...one, correct: right[index] })), ...rules, ...flag })),
      fc.uniqueArray(line, { minLength: 1, maxLength: 4 }).map(accept => ({ kind: 'short-text', accept })),
      merged(fc.record({ kind: fc.constant('numeric'), value: number }), optional('tolerance', fc.constantFrom<unknown>({ relative: 0.1 }, { significantFigures: 3 }, 0.25)), fc.constantFrom({}, { unit: 'km' }, { unit: { en: 'km', ar: 'كم' } })),
      fc.tuple(number, number).map(([a, b]) => ({ kind: 'numeric', answers: [{ min: Math.min(a, b), max: Math.max(a, b) }] })),
      merged(pairs(own.text, own.text), flag, fc.constantFrom({}, { scoring: 'all-or-nothing' })),
      fc.tuple(fc.array(own.text, { minLength: 2, maxLength: 4 }), fc.constantFrom({}, { scoring: 'pairs' })).map(([of, rules]) => ({ kind: 'order', items: of.map((text, index) => ({ key: String.fromCharCode(97 + index), text })), ...rules }))
    ].map(kind => ({ markup, texts: own, own: kind }))
  })
  const common = (own: { readonly text: fc.Arbitrary<string> }): fc.Arbitrary<object> => merged(optional('feedback', own.text), optional('mark', fc.constantFrom(2, 0.5)), optional('hints', fc.array(own.text, { minLength: 1, maxLength: 3 })))
  fc.assert(fc.property(bank(kindsOf, common), questions => {
    const { questions: back, problems } = again(questions)
    assert.deepEqual(problems, [])
    assert.deepEqual(back.map(known), questions.map(known))
  }), { numRuns: 200 })
})
