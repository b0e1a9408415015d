import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { FormatProblem } from '../../../server/quiz/formats/format.ts'
import { htmlOfPlain, markdownOfPlain } from '../../../server/quiz/formats/markup.ts'
import { importQtiPackage } from '../../../server/quiz/formats/qti-package.ts'
import { exportQti } from '../../../server/quiz/formats/qti-write.ts'
import { kinds } from '../../../server/quiz/kinds/index.ts'
import type { QuestionDefinition } from '../../../server/quiz/quiz.ts'
import { bank, feedbackOf, known, line, merged, number, optional, texts, type Texts } from './definitions.ts'

const VERSIONS = ['2.1', '2.2', '3.0'] as const
const said = ({ problems }: { readonly problems: readonly FormatProblem[] }): string[] => problems.map(({ severity, message }) => `${severity}: ${message}`)
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAUCAYAAAC07w7bAAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'

t.test('what is exported and imported again is equal, in every version', async t => {
  const well: Readonly<Record<'markdown' | 'html', Texts>> = {
    markdown: { ...texts.markdown, text: fc.oneof(line, fc.tuple(line, line).map(lines => lines.join('\n'))).map(markdownOfPlain) },
    html: { markup: 'html', text: fc.oneof(line.map(htmlOfPlain), line.map(text => `<p>${htmlOfPlain(text)}</p>`), line.map(text => `<ul><li class="a">${htmlOfPlain(text)}</li></ul><br />x`)), plain: line.map(htmlOfPlain) }
  }
  const kindsOf = (['markdown', 'html'] as const).flatMap(markup => {
    const own = well[markup]
    const feedback = feedbackOf(own)
    const flag = fc.constantFrom({}, { shuffle: false })
    const keyed = (texts: readonly string[]): { key: string, text: string }[] => texts.map((text, index) => ({ key: String.fromCharCode(97 + index), text }))
    const some = (min: number, max: number): fc.Arbitrary<{ key: string, text: string }[]> => fc.uniqueArray(own.text, { minLength: min, maxLength: max }).map(keyed)
    // Two right and three wrong ones, so that each scoring gives other marks.
    const five = (worth: (index: number) => object): fc.Arbitrary<object[]> => fc.tuple(some(5, 5), feedback).map(([of, said]) => of.map((one, index) => ({ ...one, ...worth(index), ...index === 1 && said })))
    const image = { src: `data:image/png;base64,${PNG}`, width: 100, height: 50, alt: 'A street' }
    const rect = (x: number): object => ({ shape: 'rect', coords: [x, 0, x + 10, 10] })
    return [
            merged(fc.constant({ kind: 'essay' }), optional('lines', fc.integer({ min: 2, max: 11 })), optional('sampleAnswer', line)),
      merged(fc.record({ kind: fc.constant('true-false'), correct: fc.boolean() }), optional('feedbackTrue', own.text), optional('feedbackFalse', own.text)),
      merged(five(index => index === 0 ? { correct: true } : {}).map(choices => ({ kind: 'choice', choices })), flag),
      merged(five(index => index === 0 ? { correct: true } : index < 3 ? { fraction: 0.5 } : {}).map(choices => ({ kind: 'choice', choices })), flag),
      merged(five(index => index < 2 ? { correct: true } : {}).map(choices => ({ kind: 'choice', choices, maxChoices: 0 })), fc.constantFrom({}, ...['partial', 'partial-negative', 'right-minus-wrong'].map(scoring => ({ scoring })))),
      five(index => index < 2 ? { fraction: 0.5 } : index < 4 ? { fraction: -0.25 } : {}).map(choices => ({ kind: 'choice', choices, maxChoices: 3 })),
      fc.tuple(some(3, 4), fc.constantFrom({}, { scoring: 'positions' }, { scoring: 'pairs' })).map(([items, rest]) => ({ kind: 'order', items, ...rest })),
      fc.tuple(some(3, 4), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.constantFrom({}, { scoring: 'subpoints' }, { scoring: 'all-or-nothing' }, { labels: { true: 'Yes', false: 'No' } }), flag)
        .map(([of, verdicts, rest, flag]) => ({ kind: 'kprim', statements: of.map((one, index) => ({ ...one, correct: verdicts[index] })), ...rest, ...flag })),
      fc.tuple(some(2, 3), fc.uniqueArray(own.text, { minLength: 2, maxLength: 3 }), fc.constantFrom({}, { scoring: 'all-or-nothing' }), flag)
        .map(([stems, choices, rest, flag]) => ({ kind: 'match', stems: stems.map((stem, index) => ({ ...stem, choice: String(index % choices.length + 1) })), choices: choices.map((text, index) => ({ key: String(index + 1), text })), ...rest, ...flag })),
      fc.tuple(some(3, 4), fc.uniqueArray(own.text, { minLength: 2, maxLength: 3 }), fc.constantFrom({}, { scoring: 'all-or-nothing' }), flag)
        .map(([items, categories, rest, flag]) => ({ kind: 'categorise', items: items.map((item, index) => ({ ...item, category: index === 2 ? null : index === 0 ? 'x' : 'y' })), categories: categories.map((text, index) => ({ key: String.fromCharCode(120 + index), text })), ...rest, ...flag })),
      fc.tuple(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 3, maxLength: 3 }), own.text, fc.constantFrom({}, { caseSensitive: true })).map(([[a, b, c], feedback, rest]) => ({ kind: 'short-text', accept: [a, { text: b, fraction: 0.5, feedback }, { text: c, feedback }], ...rest })),
      fc.constant({ kind: 'short-text', accept: ['a*b\\*', { regex: 'x[0-9]+' }], caseSensitive: true }),
      fc.record({ kind: fc.constant('numeric'), value: number }),
      fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.constantFrom<object>({ tolerance: 0.5 }, { tolerance: { relative: 0.05 } }, { tolerance: { significantFigures: 3 } })).map(([value, rest]) => ({ kind: 'numeric', value, ...rest })),
      fc.constant({ kind: 'numeric', answers: [{ min: 1, max: 3 }, { value: 5, tolerance: 1, fraction: 0.5, feedback: 'f' }] }),
      fc.integer({ min: 0, max: 100 }).map(value => ({ kind: 'slider', min: 0, max: 100, step: 5, answers: [{ min: value - value % 5, max: 100 }] })),
      fc.constantFrom({ kind: 'upload' }, { kind: 'upload', types: ['.pdf', 'image/*'] }),
      fc.tuple(fc.uniqueArray(own.plain, { minLength: 3, maxLength: 4 }), fc.constantFrom('gap-select', 'drag-words'), fc.constantFrom({}, { scoring: 'all-or-nothing' }), flag).map(([of, kind, rest, flag]) => ({
        kind, text: 'x {{a}} y {{b-1}} z {{c}}', choices: keyed(of), gaps: [{ key: 'a', choice: 'b' }, { key: 'b-1', choice: 'a' }, { key: 'c', choice: 'c' }], ...rest, ...flag
      })),
      fc.tuple(fc.uniqueArray(own.plain, { minLength: 3, maxLength: 3 }), fc.constantFrom({}, { scoring: 'all-or-nothing' }), fc.constantFrom({}, { shuffle: false }, { layout: 'column' })).map(([of, rest, layout]) => ({
        kind: 'cloze', text: '{{a}} x {{b}} y {{c}} z', ...rest,
        gaps: [{ key: 'a', input: 'text', accept: ['mule', ...Object.keys(rest).length === 0 ? [{ text: 'horse', fraction: 0.5 }] : []] }, { key: 'b', input: 'numeric', ...Object.keys(rest).length === 0 && { weight: 2 }, value: 7, tolerance: 1 }, { key: 'c', input: 'choice', choices: keyed(of).map((one, index) => ({ ...one, ...index === 1 && { correct: true } })), ...layout }]
      })),
      fc.constantFrom({ maxPoints: 0 }, { maxPoints: 0, scoring: 'all-or-nothing' }, {}).map(rest => ({ kind: 'hotspot', image, areas: [{ key: '1', ...rect(0), correct: true }, { key: '2', shape: 'circle', coords: [50, 25, 5], ...'maxPoints' in rest && { correct: true } }, { key: '3', shape: 'polygon', coords: [80, 0, 100, 0, 90, 20] }], ...rest })),
      fc.tuple(fc.constantFrom({}, { wrongPenalty: 0.25 }, { wrongPenalty: 0 }, { scoring: 'all-or-nothing' }), fc.constantFrom({}, { maxPoints: 3 }), fc.constantFrom('places', 'labels')).map(([rest, limit, by]) => ({
        kind: 'mark-image', image, ...rest, ...limit,
        areas: [rect(0), rect(20), rect(40)].map((area, index) => ({ key: by === 'labels' ? `place-${index}` : String(index + 1), ...area, ...index < 2 && { correct: true }, ...by === 'labels' && { label: ['one', 'two', 'three'][index] } }))
      })),
      fc.tuple(fc.uniqueArray(fc.stringMatching(/^[a-z&]{2,6}( [a-z]{1,5})?$/), { minLength: 3, maxLength: 6 }), fc.constantFrom({}, { scoring: 'all-or-nothing' })).map(([options, rest]) => ({
        kind: 'long-menu', text: '{{a}} and {{b}}', gaps: [{ key: 'a', options, accept: options.slice(1, 3) }, { key: 'b', options: options.toReversed(), accept: options.slice(0, 1) }], ...rest
      })),
      fc.tuple(fc.array(fc.stringMatching(/^[a-zäß]{1,6}[.,&<]?$/), { minLength: 5, maxLength: 9 }), fc.constantFrom('is', 'a * b', ''), fc.constantFrom({}, { scoring: 'all-or-nothing' }, { wrongPenalty: 0.25 }, { wrongPenalty: 0 }))
        .map(([words, correction, rest]) => ({ kind: 'error-text', text: words.map((word, index) => index === 1 ? `[[${word}|${correction}]]` : index === 2 ? `[[${word} x|]]` : index === 3 ? `\n${word}` : word).join(' ').replace(' \n', '\n'), ...rest })),
      fc.tuple(fc.constantFrom('{a} and {b}', '{=a * 2}: {b} {c}'), fc.constantFrom('a + b * 2', 'max(a, b) / 3 - 1', '-(a - b) ^ 2', 'sqrt(a) * pi()', 'round(a / b, 2)'), fc.constantFrom<object>({ tolerance: { relative: 0.05 } }, { tolerance: 0.5 }, { tolerance: { significantFigures: 3 } }), fc.constantFrom({}, { decimals: 3 }, { significantFigures: 4 }), fc.boolean())
        .map(([prompt, formula, tolerance, shown, table]) => ({
          kind: 'calculated', prompt: table ? prompt.replace(' {c}', '') : prompt, formula, ...tolerance, ...shown,
          ...table ? { datasets: [{ a: 1, b: 2.5 }, { a: 3, b: 4 }, { a: 7, b: 0.5 }] } : { variables: [{ key: 'a', min: 1, max: 9 }, { key: 'b', min: 0.5, max: 2.5, decimals: 1 }, { key: 'c', values: [2, 4, 8] }] }
        })),
      fc.constant({ kind: 'hotspot', image: { ...image, src: 'images/a.jpg' }, areas: [{ key: 'a', ...rect(0), correct: true, label: 'here' }, { key: 'b', ...rect(50), label: 'there' }] }),
      fc.tuple(own.plain, fc.constantFrom({}, { scoring: 'all-or-nothing' }, { reusable: true })).map(([text, rest]) => ({
        kind: 'drag-image', image, ...rest, items: [{ key: 'a', image: { ...image, width: 10, height: 20 } }, { key: 'b', text }, { key: 'c', image: { src: 'b.png', alt: 'B' } }],
        zones: [{ key: '1', x: 0, y: 0, width: 10, height: 10, item: 'a', label: markup === 'html' ? htmlOfPlain('Left') : markdownOfPlain('Left') }, { key: '2', x: 20, y: 0, width: 10, height: 10, item: 'b' }]
      }))
    ].map(kind => ({ markup, texts: own, own: kind }))
  })
  const common = (own: { readonly text: fc.Arbitrary<string> }): fc.Arbitrary<object> => merged(optional('feedback', own.text), optional('mark', fc.constantFrom(2, 0.5, 3)))
  fc.assert(fc.property(bank(kindsOf, common), fc.constantFrom(...VERSIONS), (questions, version) => {
    const again = importQtiPackage(exportQti(questions, { version }).files)
    assert.deepEqual(again.problems.filter(({ message }) => !/a person marks it|not shown on/.test(message)), [])
    assert.deepEqual(again.questions.map(known), questions.map(known))
  }), { numRuns: 80 })
  t.same(importQtiPackage(exportQti([{ name: 'N', definition: { key: 'n', topic: 't', difficulty: 'medium', prompt: 'P', kind: 'description' } }]).files).questions[0]?.definition.kind, 'description')
  // What chance may not bring: each way of rounding, and each tolerance.
  for (const rounded of [{}, { decimals: 1 }, { significantFigures: 3 }, ...[0.5, { absolute: 0.5 }, { relative: 0.05 }, { significantFigures: 2 }, { geometric: 0.05 }].map(tolerance => ({ tolerance }))]) {
    const definition: QuestionDefinition = { key: 'n', topic: 't', difficulty: 'medium', prompt: 'P {{a}}', kind: 'calculated', formula: '{a} * 2', variables: [{ key: 'a', min: 1, max: 9, decimals: 0 }], ...rounded }
    t.match(importQtiPackage(exportQti([{ name: 'N', definition }]).files), { problems: [], questions: [{ definition: { kind: 'calculated' } }] })
  }
  // What chance may not bring: statements whose two answers have words of their own, and those that have none.
  const statements = ['a', 'b', 'c', 'd'].map((key) => ({ key, text: key, correct: key < 'c' }))
  for (const words of [{}, { labels: { true: 'Yes', false: 'No' } }]) {
    const kprim = { key: 'n', topic: 't', difficulty: 'medium', prompt: 'P', kind: 'kprim', statements, ...words } as const
    for (const version of ['2.2', '3.0'] as const) t.match(importQtiPackage(exportQti([{ name: 'N', definition: kprim }], { version }).files).questions[0]?.definition, { kind: 'kprim', statements, ...words })
  }
})

t.test('every kind is written, or said why not, and what is written is read', async t => {
  for (const version of VERSIONS) {
    for (const kind of Object.values(kinds)) {
      for (const { definition } of kind.samples) {
        const { files, problems } = exportQti([{ name: definition.key, definition }], { version })
        const again = importQtiPackage(files)
        t.ok(again.questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), `${version} ${definition.kind} ${definition.key} ${said(again).join()}`)
      }
    }
  }
})
