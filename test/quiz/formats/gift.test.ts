import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ANY_NUMBER, importGift } from '../../../server/quiz/formats/gift-read.ts'
import { exportGift } from '../../../server/quiz/formats/gift-write.ts'
import { collect, letter, type NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { plainOf } from '../../../server/quiz/formats/markup.ts'
import { gradeAnswer, kinds, type QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { acceptedNumbers, acceptedTexts, bank, choices, feedbackOf, known, line, merged, number, optional, pairs, texts } from './definitions.ts'
import { workedMs } from '../../worked.ts'

const one = (gift: string): QuestionDefinition => {
  const { questions, problems } = importGift(gift)
  t.same(problems, [])
  t.equal(questions.length, 1)
  return questions[0]!.definition
}
const asked = (definition: object): NamedQuestion => ({ name: 'Q', definition: { key: 'q', topic: 'imported', difficulty: 'medium', prompt: 'P', ...definition } as QuestionDefinition })

t.test('each sort of question becomes one of its kind', async t => {
  t.match(one('Who?{~Grant#No.\n\n =no one#Yes.\n####Told\nbefore.}'), {
    kind: 'choice', prompt: 'Who?', feedback: 'Told before.', choices: [{ key: 'a', text: 'Grant', feedback: 'No.' }, { key: 'b', text: 'no one', correct: true, feedback: 'Yes.' }]
  })
  t.match(one('Two{~%50%a ~%50%b ~%-100%c}'), { maxChoices: 0, choices: [{ fraction: 0.5 }, { fraction: 0.5 }, { fraction: -1 }] })
  t.match(one('Thirds{~%33.33333%a~%33.33333%b~%33.33333%c~d}'), { choices: [{ fraction: 0.3333333 }, {}, {}, {}] })
  t.match(one('Any{=a =b ~c}'), { choices: [{ fraction: 1 }, { fraction: 1 }, {}] })
  t.equal(gradeAnswer(one('Any{=a =b ~c}'), { choices: ['b'] }).fraction, 1, 'one of several that each earn all')
  t.match(one('Cost{=a ~%-50%b}'), { scoring: 'partial-negative' })
  t.match(one('Bare{c ~a =b}'), { choices: [{ text: 'c' }, { text: 'a' }, { text: 'b', correct: true }] })
  t.match(one('Is it?{T#No#Yes}'), { kind: 'true-false', correct: true, feedbackFalse: 'No', feedbackTrue: 'Yes' })
  t.match(one('Is it?{FALSE#No#Yes}'), { correct: false, feedbackTrue: 'No', feedbackFalse: 'Yes' })
  t.match(one('Spell{=Kat =%50%Cat#Near =%0%*#No}'), { kind: 'short-text', accept: ['Kat', { text: 'Cat', fraction: 0.5, feedback: 'Near' }, { text: '*', fraction: 0, feedback: 'No' }] })
  t.match(one('Yes?{yes}'), { accept: ['yes'] })
  t.match(one('Match{=a -> 1 =b->2 = -> 3}'), { kind: 'match', stems: [{ key: '1', text: 'a', choice: 'a' }, { text: 'b', choice: 'b' }], choices: [{ text: '1' }, { text: '2' }, { key: 'c', text: '3' }] })
  t.match(one('Match{a -> 1 =b->2}'), { stems: [{ text: 'a' }, { text: 'b' }] })
  t.match(one('When?{#1822:5}'), { kind: 'numeric', value: 1822, tolerance: 5 })
  t.match(one('Pi?{#3,1..3,2}'), { answers: [{ min: 3.1, max: 3.2 }] })
  t.match(one('When?{#=1822:0 =%50%1822:2#Near ~#No}'), { answers: [{ value: 1822 }, { value: 1822, tolerance: 2, fraction: 0.5, feedback: 'Near' }, { ...ANY_NUMBER, fraction: 0, feedback: 'No' }] })
  t.match(one('Sort[html]{>2 ALL HORIZONTAL RELATIVE_NEXT_EXCLUDE_LAST SHOW none\nModular\n\nObject\nA\\=b\n####Said\n}'), { kind: 'order', scoring: 'pairs', feedback: 'Said', items: [{ key: 'a', text: 'Modular' }, { key: 'b', text: 'Object' }, { key: 'c', text: 'A=b' }] })
  t.match(one('Sort{>3 EXACT H ALL_OR_NOTHING\na\nb}').kind, 'order')
  t.match(one('Sort{> 3\na\nb}'), { scoring: 'pairs' })
  t.match(importGift('Sort{>2 RANDOM V REL SHOW abc\na\nb\nc}\n\nSort{>3 ALL V RELATIVE_TO_CORRECT\na\nb}\n\nSort{>3 of them\na\nb}'), {
    questions: [{ definition: { scoring: 'pairs' } }, { definition: { scoring: 'positions' } }],
    problems: [{ message: "'Sort': all items are shown, not 2 of them", severity: 'changed' }, { message: /scored otherwise/, severity: 'changed' }, { message: /what stands after `>`/, severity: 'refused' }]
  })
  t.match(one('Say{}'), { kind: 'essay', prompt: 'Say' })
  t.match(one('Read this'), { kind: 'description' })
  t.match(one('Two and {=two} make four.').prompt, 'Two and _____ make four.')
})

t.test('texts keep what they mean, whichever format they are in', async t => {
  t.match(one('[html]<b>1</b>{~[plain]a<b =[markdown]*c* ~[moodle]d\\ne}'), { markup: 'html', choices: [{ text: 'a&lt;b' }, { text: '*c*' }, { text: 'd<br />\ne' }] })
  t.same(importGift('[html]<b>1</b>{~[markdown]**a<b** =c}').problems.map(({ message, severity }) => [severity, message]), [['changed', "'1': Markdown beside HTML is kept as it is typed"]])
  t.match(one('[plain]1. *a* _b_ <c> &amp; x_y #\\n# d{~e =f}').prompt, '1\\. \\*a\\* \\_b\\_ \\<c> \\&amp; x_y #\\\n\\# d')
  t.match(one('[plain]___{}').prompt, '\\_\\_\\_')
  t.match(one('[markdown]\\# \\{a\\} \\\\n \\x{}').prompt, '# {a} \\n \\x')
  t.match(one('[other] thing{}').prompt, '\\[other\\] thing')
})

t.test('names, categories, keys and difficulties are kept', async t => {
  const { questions, problems } = importGift('\ufeff$CATEGORY: $course$/top/Fraud/Money mules\n// [id:first] [tag:hard]\n::A\\: b::One{T}\n::Second::Two{F}\r\n\r\n// [id:Not a key] [tags:odd,even]\nThree{T}\n\n$CATEGORY: a//b\n\nFour{T}\n\n// alone\n\n::::Five{T}\n\n// [id:a\\]b] [tag:c\\]d]\nSix{T}\n\n// [id:ماذا] [tag:easy]\nSeven{T}\n\n// [id:]\nEight{T}')
  t.same(questions.map(({ name, category, line, definition: { key, topic, difficulty } }) => [name, category, line, key, topic, difficulty]), [
    ['A: b', ['Fraud', 'Money mules'], 3, 'first', 'money-mules', 'hard'],
    ['Second', ['Fraud', 'Money mules'], 4, 'second', 'money-mules', 'medium'],
    ['Three', ['Fraud', 'Money mules'], 7, 'not-a-key', 'money-mules', 'medium'],
    ['Four', ['a/b'], 11, 'four', 'a-b', 'medium'],
    ['Five', ['a/b'], 15, 'five', 'a-b', 'medium'],
    ['Six', ['a/b'], 18, 'a-b', 'a-b', 'medium'],
    ['Seven', ['a/b'], 21, 'seven', 'a-b', 'easy'],
    ['Eight', ['a/b'], 24, 'eight', 'a-b', 'medium']
  ])
  t.same(problems, [
    { line: 7, message: "'Three': its id 'Not a key' becomes 'not-a-key'", severity: 'changed' },
    { line: 7, message: "'Three': tags are left out: odd,even", severity: 'left-out' },
    { line: 18, message: "'Six': its id 'a]b' becomes 'a-b'", severity: 'changed' },
    { line: 18, message: "'Six': tags are left out: c]d", severity: 'left-out' },
    { line: 21, message: "'Seven': its id 'ماذا' is left out", severity: 'changed' }
  ])
  const again = importGift('One{T}\n\nOne{T}\n\nاحتيال{T}', { topic: 'fraud', difficulty: 'easy', taken: ['one', 'question'] }).questions.map(({ definition: { key, topic, difficulty } }) => [key, topic, difficulty])
  t.same(again, [['one-2', 'fraud', 'easy'], ['one-3', 'fraud', 'easy'], ['question-2', 'fraud', 'easy']])
})

t.test('plain words are read out of HTML, and a draft is held against its kind', async t => {
  t.same(plainOf('&unknown; &#65;&#x42;&#9999999; <b>c</b>', 'html'), { text: '&unknown; AB&#9999999; c', lossy: true })
  const collected = collect({})
  t.equal(collected.add({ kind: 'essay' }, { name: 'N' }), false)
  t.same(collected.problems, [{ path: 'N', message: "'N' is not taken: prompt: is missing", severity: 'refused' }])
})

t.test('what cannot be taken is said by its line, and the rest is taken', async t => {
  const gift = ['Never closed{T', '', 'Fine{T}', '', 'No begin}', '', 'Several{a}{b}', '', 'None right{~a ~b}', '', 'Half{=a->1 =b}', '', 'No number{#many}', '', 'No number{#1:x}', '', 'No number{#1..x}', '', 'Fine{T}', '', `${'x'.repeat(200_001)}{T}`, '', '{}', '', 'Minus{#=1 =%-50%2}', '', 'Minus{=a =%-50%b}']
  const { questions, problems } = importGift(gift.join('\n'))
  t.same(questions.map(({ name }) => name), ['Fine', 'Fine', 'Minus', 'Minus'])
  t.same(problems.map(({ line, severity }) => [line, severity]), [
    [1, 'refused'], [5, 'refused'], [7, 'refused'], [9, 'refused'], [11, 'refused'], [13, 'refused'], [15, 'refused'], [17, 'refused'], [21, 'refused'], [23, 'refused'], [25, 'changed'], [27, 'changed']
  ])
  t.match(problems.map(({ message }) => message), [/never closed/, /closes no/, /several braces/, /no choice is correct/, /no `->`/, /'many' is no number/, /'1:x'/, /'1..x'/, /longer than/, /prompt: must not be empty/, /took marks away/, /took marks away/])
})

t.test('an export says what it cannot write', async t => {
  const said = (definition: object): readonly string[] => exportGift([asked(definition)]).problems.map(({ message, severity }) => `${severity}: ${message.slice(5)}`)
  t.same(said({ kind: 'slider', min: 0, max: 1, step: 1, value: 1 }), ['refused: GIFT has no questions of the kind slider'])
  t.same(said({ kind: 'description', feedback: 'F', mark: 2, source: 'S', prompt: { en: 'a', ar: 'b' } }), [
    'left-out: the source is left out', 'left-out: the mark is left out', 'left-out: texts in other languages are left out', 'left-out: the feedback is left out'
  ])
  const two = [{ key: 'a', text: 'a', correct: true }, { key: 'b', text: 'b', correct: true }, { key: 'c', text: 'c' }]
  t.same(said({ kind: 'choice', choices: two, maxChoices: 2, shuffle: false }), [
    'changed: any number of choices may be chosen, not at most 2', 'changed: some of the right choices earn a part of the mark', 'changed: the choices will be shuffled'
  ])
  t.same(said({ kind: 'choice', choices: two, maxChoices: 0, scoring: 'partial' }), [])
  t.same(said({ kind: 'choice', choices: two, maxChoices: 0, scoring: 'right-minus-wrong' }), [])
  t.same(said({ kind: 'choice', choices: two, maxChoices: 0, scoring: 'partial-negative' }), ['changed: the whole never earns less than 0'])
  t.same(said({ kind: 'choice', choices: [{ key: 'a', text: 'a', fraction: 1 }, { key: 'b', text: 'b', fraction: -1 }], scoring: 'partial-negative' }), [])
  t.same(said({ kind: 'choice', choices: [{ key: 'a', text: 'a', fraction: 1 }, { key: 'b', text: 'b', fraction: -1 }] }), ['changed: a wrong choice takes marks away'])
  t.same(said({ kind: 'choice', choices: [{ key: 'a', text: 'a', fraction: 1 }, { key: 'b', text: 'b', fraction: -1 }], maxChoices: 0, scoring: 'partial-negative' }), ['changed: the whole never earns less than 0'])
  t.same(said({ kind: 'match', stems: [{ key: 'a', text: 'a', choice: 'a', feedback: 'f' }, { key: 'b', text: 'b', choice: 'b' }], choices: [{ key: 'a', text: '**a**' }, { key: 'b', text: 'b' }], scoring: 'all-or-nothing', shuffle: false }), [
    'changed: each pair earns its part of the mark', 'changed: the stems will be shuffled', 'left-out: the feedback of stems is left out', 'changed: formatted texts are written plainly'
  ])
  t.same(said({ kind: 'short-text', accept: [{ regex: 'a+' }], caseSensitive: true, ignoreAccents: true }), [
    'changed: capital letters make no difference', 'changed: accents make a difference', 'left-out: answers given by a regular expression are left out', 'refused: no answer is left'
  ])
  t.same(said({ kind: 'short-text', accept: ['a->b'] }), ['refused: an answer with `->` would be read as a pair'])
  const tolerances = [{ absolute: 2 }, { relative: 0.5 }, { geometric: 0.5 }, { significantFigures: 2 }]
  t.same(tolerances.map(tolerance => exportGift([asked({ kind: 'numeric', value: 40, tolerance })]).text.match(/40:[\d.]+/)?.[0]), ['40:2', '40:20', '40:20', '40:0.5'])
  t.match(exportGift([asked({ kind: 'numeric', value: 0, tolerance: { significantFigures: 2 } })]).text, /0:0}/)
  t.match(exportGift([asked({ kind: 'true-false', correct: true, prompt: { en: 'Yes', ar: 'نعم' } })], { language: 'ar' }).text, /نعم/)
})

t.test('every sample of every kind is written, or refused by name', async t => {
  for (const kind of Object.values(kinds)) {
    for (const { definition } of kind.samples) {
      const { text, problems } = exportGift([{ name: definition.key, definition }])
      const { questions, problems: found } = importGift(text)
      t.ok(questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), definition.key)
      t.same(found, [], definition.key)
    }
  }
})

t.test('what is exported and imported again is equal', async t => {
  const accepted = line.filter(text => !text.includes('->'))
  const kindsOf = (['markdown', 'html'] as const).flatMap(markup => {
    const own = texts[markup]
    const feedback = feedbackOf(own)
    const stem = own.text.filter(text => !text.includes('->'))
    return [
      { kind: 'description' }, { kind: 'essay' }
    ].map(own => fc.constant<object>(own)).concat([
      merged(fc.record({ kind: fc.constant('true-false'), correct: fc.boolean() }), optional('feedbackTrue', own.text), optional('feedbackFalse', own.text)),
      choices(own, feedback),
      pairs(stem, own.plain),
      acceptedTexts(accepted, stem).map(accept => ({ kind: 'short-text', accept })),
      merged(fc.array(own.text, { minLength: 2, maxLength: 5 }).map(of => ({ kind: 'order', items: of.map((text, index) => ({ key: letter(index), text })) })), fc.constantFrom({}, ...['positions', 'pairs', 'longest-subset', 'longest-run'].map(scoring => ({ scoring })))),
      merged(fc.record({ kind: fc.constant('numeric'), value: number })),
      acceptedNumbers(own.text).map(answers => ({ kind: 'numeric', answers }))
    ]).map(kind => ({ markup, texts: own, own: kind }))
  })
  const banks = bank(kindsOf.map(({ markup, texts, own }) => ({ markup, texts, own })), () => fc.constant({}))
  fc.assert(fc.property(banks, questions => {
    const { text } = exportGift(questions)
    const again = importGift(text)
    assert.deepEqual(again.problems, [])
    assert.deepEqual(again.questions.map(known), questions.map(known))
  }), { numRuns: 300 })
})

t.test('any text at all is read, in time that grows with its length', async t => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('{', '}', '=', '~', '#', '::', '\n', '\n\n', '->', '%', '%50%', '\\', '//', '[html]', '$CATEGORY:', '####', 'a', '1', '..', ':')), (noise, marks) => {
    importGift(noise)
    for (const { definition } of importGift(marks.join('')).questions) if (exportGift([{ name: 'a', definition }]).text === '') return definition.kind === 'short-text'
    return true
  }), { numRuns: 500 })
  for (const unit of ['{', '}', '{\n\n', '::', '\\', '=a', '~%', ' ', '\n', '#', '{a}', '->', '_', '[', 'a\n\n', '//\n']) {
    const began = workedMs()
    importGift(unit.repeat(60_000 / unit.length))
    t.ok(workedMs() - began < 5000, `60,000 characters of ${JSON.stringify(unit)}`)
  }
})
