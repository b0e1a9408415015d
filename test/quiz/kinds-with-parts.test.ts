import t from 'tap'
import { checkQuestion } from '../../server/quiz/definition.ts'
import { gradeAnswer, isMarkedByPerson } from '../../server/quiz/grading.ts'
import { piecesOf } from '../../server/quiz/gapped-text.ts'
import { cloze, type ClozeDefinition } from '../../server/quiz/kinds/cloze.ts'
import { description } from '../../server/quiz/kinds/description.ts'
import { dragImage, type DragImageDefinition } from '../../server/quiz/kinds/drag-image.ts'
import { dragWords } from '../../server/quiz/kinds/drag-words.ts'
import { errorText, type ErrorTextDefinition } from '../../server/quiz/kinds/error-text.ts'
import { essay, wordLimitOf, type EssayDefinition } from '../../server/quiz/kinds/essay.ts'
import { gapSelect } from '../../server/quiz/kinds/gap-select.ts'
import { hotspot, type HotspotDefinition } from '../../server/quiz/kinds/hotspot.ts'
import { isAsked, kindOf, kinds, type Answer, type QuestionDefinition } from '../../server/quiz/kinds/index.ts'
import { longMenu } from '../../server/quiz/kinds/long-menu.ts'
import { markImage, type MarkImageDefinition } from '../../server/quiz/kinds/mark-image.ts'
import { scenario, type ScenarioDefinition } from '../../server/quiz/kinds/scenario.ts'
import { slider, type SliderDefinition } from '../../server/quiz/kinds/slider.ts'
import { stimulus } from '../../server/quiz/kinds/stimulus.ts'
import { upload } from '../../server/quiz/kinds/upload.ts'
import { rubricMark } from '../../server/quiz/marking.ts'
import { readMarked } from '../../server/quiz/marked-text.ts'
import { problemLine } from '../../server/quiz/problem.ts'
import { reviewOf } from '../../server/quiz/review.ts'
import { openSlots } from '../../server/quiz/step.ts'
import { countWords } from '../../server/quiz/words.ts'

const part = { key: 'q', topic: 'fraud', difficulty: 'easy', prompt: 'Which?' } as const
const lines = (value: object): string[] => {
  const checked = checkQuestion(value)
  return 'problems' in checked ? checked.problems.map(problemLine) : []
}
const first = <D>({ samples }: { readonly samples: readonly { readonly definition: D }[] }, index = 0): D => samples[index]!.definition

t.test('answers are summed up in plain words, in the language asked for', async t => {
  const cases: [QuestionDefinition, Answer, string, string][] = [
    [first(cloze), { gaps: { who: ' mule ', hours: '72', how: 'cash' } }, 'ar', '1. mule; 2. 72; 3. نقدا'],
    [first(cloze), { gaps: { how: 'gone' } }, 'en', '3. gone'],
    [first(cloze, 1), { gaps: { c: '1500 m' } }, 'en', '3. 1500 m'],
    [first(gapSelect), { gaps: { how: 'once', first: 'layering', second: '' } }, 'en', '1. Layering; 3. once'],
    [first(dragWords), { gaps: { 'who-else': 'nobody' } }, 'en', '4. nobody'],
    [first(longMenu), { gaps: { second: ' Laos ' } }, 'en', '2. Laos'],
    [first(errorText), { selected: ['t9', 't8', 't3'] }, 'en', 'have; re call'],
    [first(errorText), { selected: ['t99'] }, 'en', 't99'],
    [first(hotspot), { points: [{ x: 200.4, y: 40 }] }, 'en', '(200, 40)'],
    [first(hotspot, 1), { points: [{ x: 20, y: 50 }, { x: 100, y: 20 }, { x: 1, y: 1 }] }, 'ar', 'الباب الأمامي; Stairs; (1, 1)'],
    [first(dragImage), { drops: { middle: 'router', left: 'sim-box', right: '' } }, 'ar', 'إلى اليسار: صندوق شرائح; 3: Router'],
    [first(dragImage), { drops: { right: 'gone' } }, 'en', '2: gone'],
    [{ ...first(dragImage), items: [{ key: 'bare' }] }, { drops: { right: 'bare' } }, 'en', '2: bare'],
    [first(essay), { text: ' A report. ' }, 'en', 'A report.'],
    [first(upload), { files: [{ id: '1', name: 'a.pdf' }, { id: '2', name: 'b.pdf' }] }, 'en', 'a.pdf; b.pdf'],
    [first(scenario), { path: ['recall', 'wait'] }, 'ar', '1. اطلب من مصرفها استرداده; 2. Wait for a court order'],
    [first(scenario), { path: ['gone'] }, 'en', '1. gone'],
    [first(slider), { value: 40 }, 'ar', '40 في المئة'],
    [first(slider, 1), { value: 0.3 }, 'en', '0.3'],
    [first(stimulus), {}, 'en', '']
  ]
  for (const [definition, answer, language, summary] of cases) t.equal(kindOf(definition).summary(definition, answer, language), summary)
})

t.test('feedback is that of what was chosen, met or found', async t => {
  const cases: [QuestionDefinition, Answer, readonly string[]][] = [
    [first(cloze), { gaps: { who: 'smurf', hours: '72', how: 'cash' } }, ['Close: a smurf splits deposits.', 'Cash leaves no such trace.']],
    [first(cloze), { gaps: { hours: 'many', how: 'gone' } }, []],
    [first(cloze, 1), { gaps: { c: '1 km' } }, ['Yes.']],
    [first(gapSelect), { gaps: { first: 'placement' } }, []],
    [first(dragWords), { gaps: { who: 'bank' } }, []],
    [first(longMenu), { gaps: { first: 'Laos' } }, []],
    [first(errorText), { selected: ['t3', 't8'] }, ['have → has']],
    [first(errorText, 1), { selected: ['t4'] }, ['now → ∅']],
    [first(errorText), { selected: ['gone'] }, []],
    [first(hotspot), { points: [{ x: 200, y: 40 }] }, ['It looks down on the keys.']],
    [first(hotspot), { points: [{ x: 200, y: 200 }] }, ['The keys are what it films.']],
    [first(markImage), { points: [{ x: 130, y: 100 }, { x: 310, y: 10 }, { x: 1, y: 1 }] }, ['It films the door.', 'This is a street lamp.']],
    [first(dragImage), { drops: { left: 'printer' } }, []],
    [first(essay), { text: 'x' }, []],
    [first(upload), { files: [] }, []],
    [first(scenario), { path: ['file', 'trace'] }, ['The money moves on meanwhile.']],
    [first(scenario), { path: ['gone'] }, []],
    [first(slider, 1), { value: 0.5 }, ['Near.']],
    [first(slider, 1), { value: 1 }, []],
    [first(description), {}, []]
  ]
  for (const [definition, answer, feedback] of cases) t.strictSame(kindOf(definition).feedback(definition, answer), feedback, `${definition.kind} ${JSON.stringify(answer)}`)
})

t.test('a grade has the parts that a review shows one by one', async t => {
  const cases: [QuestionDefinition, Answer, readonly (readonly [string, string, number])[]][] = [
    [first(cloze), { gaps: { who: 'smurf', hours: 'many' } }, [['who', 'partly-right', 0.5], ['hours', 'unreadable', 0], ['how', 'not-answered', 0]]],
    [first(gapSelect), { gaps: { first: 'placement', second: 'placement' } }, [['first', 'right', 1], ['second', 'wrong', 0], ['how', 'not-answered', 0]]],
    [first(longMenu), { gaps: { first: 'Burma', second: 'Camboda' } }, [['first', 'right', 1], ['second', 'unreadable', 0]]],
    [first(errorText), { selected: ['t3', 't8'] }, [['t3', 'right', 1], ['t8 t9', 'wrong', 0], ['t13', 'wrong', 0]]],
    [first(markImage), { points: [{ x: 130, y: 100 }] }, [['left', 'wrong', 0], ['middle', 'right', 1], ['right', 'wrong', 0]]],
    [first(dragImage), { drops: { left: 'sim-box', right: 'printer' } }, [['left', 'right', 1], ['right', 'wrong', 0], ['middle', 'not-answered', 0]]]
  ]
  for (const [definition, answer, parts] of cases) {
    t.strictSame(gradeAnswer(definition, answer).parts?.map(({ key, state, fraction }) => [key, state, fraction]), parts, definition.kind)
  }
})

t.test('cloze: each gap is asked for by its own control, and choices come in the drawn order', async t => {
  t.strictSame(cloze.controls(first(cloze), ['cash', 'wire']), {
    control: 'gaps',
    text: first(cloze).text,
    gaps: [
      { key: 'who', input: 'text', maxLength: 500 },
      { key: 'hours', input: 'numeric', maxLength: 100 },
      { key: 'how', input: 'select', layout: 'menu', options: [{ key: 'cash', text: { en: 'in cash', ar: 'نقدا' } }, { key: 'wire', text: { en: 'by wire', ar: 'بحوالة' } }] }
    ]
  })
  t.strictSame(cloze.shuffled(first(cloze, 1)), ['yes', 'no'], 'keys that gaps share are drawn once; a gap may keep its order')
  t.match(cloze.controls(first(cloze, 1), ['no', 'yes']), { gaps: [{ options: [{ key: 'yes' }, { key: 'no' }] }, { options: [{ key: 'no' }, { key: 'yes' }] }, {}] })
  t.strictSame(cloze.rightAnswer(first(cloze, 1)).gaps, { a: 'yes', b: 'yes', c: '2 km' })
})

t.test('texts with gaps: what no schema says is said to the author', async t => {
  const base = { ...part, kind: 'cloze', text: '{{a}}', gaps: [{ key: 'a', input: 'text', accept: ['x'] }] } as const
  t.strictSame(lines(base), [])
  const cases: [object, string[]][] = [
    [{ text: 'no gap' }, ['text: {{a}} is missing: the gap has no place']],
    [{ text: { en: '{{a}} {{a}}', ar: '{{b}}' } }, ['text/en: {{a}} stands in it twice', "text/ar: there is no gap 'b' for {{b}}", 'text/ar: {{a}} is missing: the gap has no place']],
    [{ gaps: [...base.gaps, ...base.gaps] }, ["gaps/1/key: 'a' is used twice"]],
    [{ gaps: [{ key: 'a', input: 'text', accept: [{ text: 'x', fraction: 0.5 }] }] }, ['gaps/0/accept: no answer that earns the full mark can be shown; one needs fraction 1 and more than `*`, or an `example`']],
    [{ gaps: [{ key: 'a', input: 'numeric' }] }, ['gaps/0/value: is missing; or give `answers`']],
    [{ gaps: [{ key: 'a', input: 'choice', choices: [{ key: 'x', text: 'X', correct: true, fraction: 0 }, { key: 'x', text: 'Y' }] }] }, [
      "gaps/0/choices/1/key: 'x' is used twice", 'gaps/0/choices/0: correct and fraction contradict each other; leave one out', 'gaps/0/choices: no choice is correct; one needs `correct: true`'
    ]],
    [{ gaps: [{ key: 'a', input: 'menu' }] }, ["gaps/0/input: must be 'text' or 'numeric' or 'choice'"]],
    [{ gaps: [{ key: 'a' }] }, ["gaps/0/input: is missing; it is 'text' or 'numeric' or 'choice'"]],
    [{ gaps: [{ key: 'a', input: 'choice', accept: ['x'] }] }, ['gaps/0/choices: is missing', 'gaps/0/accept: is not known here; known are choices, input, key, layout, shuffle, weight']]
  ]
  for (const [own, expected] of cases) t.strictSame(lines({ ...base, ...own }), expected)
  const unchecked = { ...base, gaps: [{ key: 'a', input: 'numeric' }, { key: 'b', input: 'choice', choices: [{ key: 'x', text: 'X' }] }] } as ClozeDefinition
  t.strictSame(cloze.rightAnswer(unchecked).gaps, { a: '', b: '' }, 'and there is no right answer to show')
  t.strictSame(lines({ ...first(gapSelect), gaps: [{ key: 'first', choice: 'gone' }, { key: 'second', choice: 'often' }, { key: 'how', choice: 'once', group: 3 }], choices: [...first(gapSelect).choices, { key: 'once', text: 'Once' }] }), [
    "choices/5/key: 'once' is used twice", "gaps/0/choice: there is no choice 'gone'",
    "gaps/1/group: 'often' is of group 2; this gap takes choices of group 1", "gaps/2/group: 'once' is of group 1; this gap takes choices of group 3"
  ])
  t.strictSame(lines({ ...first(dragWords), gaps: first(dragWords).gaps.map(gap => gap.key === 'where' ? { ...gap, choice: 'recall' } : gap) }), [
    "gaps/2/choice: 'recall' belongs in another gap too; it needs `reusable: true`"
  ])
  t.strictSame(lines({ ...first(longMenu), gaps: first(longMenu).gaps.map(gap => ({ ...gap, accept: ['burma', 'Siam'] })) }), [
    "gaps/0/accept/1: 'Siam' is not among the options", "gaps/1/accept/1: 'Siam' is not among the options"
  ])
  t.strictSame(piecesOf('{{a}} and {{b}}.'), ['', 'a', ' and ', 'b', '.'])
})

t.test('menus and words come in the drawn order, by group', async t => {
  t.match(gapSelect.controls(first(gapSelect), ['once', 'integration', 'layering', 'placement', 'often']), {
    control: 'gaps',
    gaps: [
      { key: 'first', input: 'select', layout: 'menu', options: [{ key: 'integration' }, { key: 'layering' }, { key: 'placement' }] },
      { key: 'second', options: [{ key: 'integration' }, { key: 'layering' }, { key: 'placement' }] },
      { key: 'how', options: [{ key: 'once' }, { key: 'often' }] }
    ]
  })
  t.strictSame(dragWords.controls(first(dragWords), ['everybody', 'court', 'nobody', 'recall', 'bank']), {
    control: 'words',
    text: first(dragWords).text,
    gaps: [{ key: 'who', group: 1 }, { key: 'what', group: 1 }, { key: 'where', group: 1 }, { key: 'who-else', group: 2 }],
    choices: [
      { key: 'court', text: 'court', group: 1, reusable: false }, { key: 'recall', text: 'recall', group: 1, reusable: false },
      { key: 'bank', text: 'bank', group: 1, reusable: true }, { key: 'everybody', text: 'everybody', group: 2, reusable: false },
      { key: 'nobody', text: 'nobody', group: 2, reusable: false }
    ]
  })
  t.strictSame(dragWords.shuffled(first(dragWords, 1)), [])
  t.match(longMenu.controls(first(longMenu), []), { gaps: [{ key: 'first', input: 'completed', suggestions: first(longMenu).gaps[0]!.options, maxLength: 200 }, {}] })
  t.strictSame(longMenu.shuffled(first(longMenu)), [])
})

t.test('error-text: words are told apart alike whether right or wrong', async t => {
  const { tokens, errors } = readMarked('“He [[go|goes]], home.\n\nThen[[s]]  slept; 他[[在|再]]次。')
  t.strictSame(tokens.map(({ key, text, after }) => [key, text, after]), [
    ['t1', '“He', ' '], ['t2', 'go,', ' '], ['t3', 'home.', '\n\n'], ['t4', 'Thens', '  '], ['t5', 'slept;', ' '], ['t6', '他', ''], ['t7', '在', ''], ['t8', '次。', '']
  ])
  t.strictSame(errors, [
    { wrong: 'go', correction: 'goes', tokens: ['t2'], start: 4, end: 6 }, { wrong: 's', correction: '', tokens: ['t4'], start: 19, end: 20 }, { wrong: '在', correction: '再', tokens: ['t7'], start: 30, end: 31 }
  ])
  t.strictSame(readMarked('ခဲ့\u200bသည်').tokens.map(token => token.text), ['ခဲ့', 'သည်'], 'zero-width spaces part words')
  t.strictSame(errorText.controls(first(errorText, 1), []), {
    control: 'tokens',
    tokens: [
      ...['He', 'go', 'home', 'now.'].map((text, index) => ({ key: `t${index + 1}`, text, after: index === 3 ? '' : ' ', language: 'en' })),
      ...['ذهب', 'إلا', 'البيت', 'الآن.'].map((text, index) => ({ key: `t${index + 5}`, text, after: index === 3 ? '' : ' ', language: 'ar' }))
    ]
  })
  t.equal(errorText.solution?.(first(errorText, 1), 'ar-EG'), 'إلا → إلى; الآن → ∅')
  t.equal(errorText.solution?.(first(errorText, 1), 'fr'), 'go → goes; now → ∅')
  t.equal(errorText.solution?.(first(errorText), 'fr'), 'have → has; re call → recall; he → she')
})

t.test('error-text: what no schema says is said to the author', async t => {
  const problems = (text: ErrorTextDefinition['text']): string[] => lines({ ...part, kind: 'error-text', text })
  t.strictSame(problems('All is well.'), ['text: has no error; one is written `[[wrong part|correction]]`'])
  t.strictSame(problems('It [[are|is] well.'), ['text: has `[[` or `]]` that is no error written as `[[wrong part|correction]]`'])
  t.strictSame(problems('It [[ |is]] well.'), ['text: has an error without a word that could be selected'])
  t.strictSame(problems('It is we[[|l]]l.'), ['text: has an error without a word that could be selected'])
  t.strictSame(problems('It [[ar|i]][[e|s]] well.'), ["text: has two errors in the one word 'are'"])
  t.strictSame(problems({ en: '[[It|He]] [[are|is]]', ar: '[[هو|هي]]' }), ['text/ar: has 1 errors, and the first language has 2'])
})

t.test('pictures: what no schema says is said to the author', async t => {
  const image = { src: 'images/a.png', width: 100, height: 100, alt: 'A' }
  const area: HotspotDefinition['areas'][number] = { key: 'a', shape: 'rect', coords: [0, 0, 10, 10], correct: true }
  const hot = (own: Partial<HotspotDefinition>): string[] => lines({ ...part, kind: 'hotspot', image, areas: [area], ...own })
  t.strictSame(hot({}), [])
  t.strictSame(hot({ areas: [area, area] }), ["areas/1/key: 'a' is used twice"])
  t.strictSame(hot({ areas: [{ ...area, coords: [0, 0, 10] }] }), ['areas/0/coords: a rect has four: left, top, right, bottom'])
  t.strictSame(hot({ areas: [{ ...area, coords: [200, 0, 210, 10] }] }), ['areas/0/coords: all of it lies outside the image'])
  t.strictSame(hot({ areas: [{ ...area, shape: 'circle', coords: [200, 0, 110] }] }), ['areas/0/coords: its centre lies outside the image'])
  t.strictSame(hot({ areas: [{ ...area, fraction: 0 }] }), ['areas/0: correct and fraction contradict each other; leave one out', 'areas: no area is right; one needs `correct: true`'])
  t.strictSame(hot({ areas: [{ key: 'a', shape: 'rect', coords: [0, 0, 10, 10], fraction: 0.5 }] }), ['areas: the fractions of the right areas add up to 0.5; they must add up to 1'])
  t.strictSame(hot({ areas: [{ ...area, label: 'A' }, { ...area, key: 'b' }] }), ['areas: some areas have a label and some have none; areas are shown to the trainee when all have one'])
  t.strictSame(hot({ areas: [{ ...area, label: 'A' }] }), ['areas: all areas have a label, so that they are shown to the trainee, and all are right; add a wrong one, or leave the labels out'])
  for (const src of ['/etc/passwd', '../a.png', 'images/../../a.png', 'javascript:alert(1)', 'http://a.example/b.png', 'data:text/html,x', 'a b.png', 'a\\b.png']) {
    t.strictSame(hot({ image: { ...image, src } }), ['image/src: must be a path inside the course such as `images/street.png`, or an https address'], src)
  }
  for (const src of ['a.png', 'images/a-b_c.1.png', 'https://a.example/b.png?c=d', 'data:image/png;base64,iVBORw0KGgo=']) t.strictSame(hot({ image: { ...image, src } }), [], src)
  const mark = (own: Partial<MarkImageDefinition>): string[] => lines({ ...part, kind: 'mark-image', image, areas: [area, { ...area, key: 'b' }], ...own })
  t.strictSame(mark({ maxPoints: 1 }), ['maxPoints: 2 areas want a point, but only 1 can be set'])
  t.strictSame(mark({ maxPoints: 2 }), [])
  const drag = (own: Partial<DragImageDefinition>): string[] => lines({ ...first(dragImage), ...own })
  t.strictSame(drag({ items: [...first(dragImage).items, { key: 'bare' }, { key: 'bare', text: 'B' }] }), ["items/5/key: 'bare' is used twice", 'items/4: needs a text or an image'])
  const [zone] = first(dragImage).zones
  t.strictSame(drag({ zones: [{ ...zone!, item: 'gone' }, { ...zone!, key: 'b' }, { ...zone!, key: 'c' }, { ...zone!, key: 'd', item: 'router', x: -1 }, { ...zone!, key: 'e', item: 'printer', x: 501 }] }), [
    "zones/0/item: there is no item 'gone'", "zones/2/item: 'sim-box' belongs in another zone too; the question needs `reusable: true`",
    'zones/3: reaches beyond the image', 'zones/4: reaches beyond the image'
  ])
})

t.test('pictures: areas are shown only where all have a label, in reading order, and never what they are worth', async t => {
  t.strictSame(hotspot.controls(first(hotspot), []), { control: 'points', image: first(hotspot).image, maxPoints: 1, areas: [] })
  t.strictSame(hotspot.controls(first(hotspot, 1), []), {
    control: 'points',
    image: first(hotspot, 1).image,
    maxPoints: 2,
    areas: [
      { key: 'stairs', shape: 'rect', coords: [90, 10, 110, 30], label: 'Stairs' },
      { key: 'front', shape: 'circle', coords: [20, 50, 10], label: { en: 'Front door', ar: 'الباب الأمامي' } },
      { key: 'back', shape: 'ellipse', coords: [180, 50, 10, 20], label: 'Back door' },
      { key: 'cellar', shape: 'rect', coords: [90, 80, 110, 100], label: 'Cellar hatch' }
    ]
  })
  t.strictSame(markImage.controls(first(markImage), []), { control: 'points', image: first(markImage).image, maxPoints: 0, areas: [] })
  const nowhere: HotspotDefinition = { ...first(hotspot), areas: [{ key: 'a', shape: 'circle', coords: [900, 900, 5], correct: true }] }
  t.strictSame(hotspot.rightAnswer(nowhere), { points: [{ x: 0, y: 0 }] }, 'nothing is thrown of an area that is not on its image')
  t.match(dragImage.controls(first(dragImage), ['printer', 'router']), {
    control: 'drops', reusable: false, zones: [{ key: 'left', x: 0, y: 0, width: 100, height: 50 }, {}, {}],
    items: [{ key: 'printer' }, { key: 'router' }, { key: 'sim-box' }, { key: 'router-again' }]
  })
  t.notMatch(JSON.stringify(dragImage.controls(first(dragImage), [])), '"item"')
  t.strictSame(dragImage.shuffled(first(dragImage, 1)), [])
})

t.test('scenario: a decision stands, whatever is sent after it', async t => {
  const definition = first(scenario)
  const may = (before: string[], after: string[] | null): boolean | undefined => scenario.mayFollow?.(definition, { path: before }, after === null ? null : { path: after })
  t.strictSame([may([], ['file']), may(['recall'], ['recall']), may(['recall'], ['recall', 'wait']), may(['gone'], ['file']), may(['gone'], null), may(['recall', 'gone'], ['recall', 'wait'])], [true, true, true, true, true, true])
  t.strictSame([may(['recall'], ['file']), may(['recall'], []), may(['recall'], null), may(['recall', 'wait'], ['recall']), may(['recall', 'wait'], ['recall', 'account']), may(['recall', 'gone'], ['file'])], [false, false, false, false, false, false])
})

t.test('scenario: the control shows the path and where it leads, and nothing ahead', async t => {
  const definition = first(scenario)
  const [call, bank, , frozen] = definition.nodes
  t.strictSame(scenario.controls(definition, ['hang-up', 'recall', 'file']), {
    control: 'scenario',
    passed: [],
    node: { text: call!.text, choices: [{ key: 'hang-up', text: 'Tell her to come to the station' }, { key: 'recall', text: call!.choices![1]!.text }, { key: 'file', text: 'Open a case file first' }] }
  })
  t.strictSame(scenario.controls(definition, [], { path: ['recall'] }), {
    control: 'scenario',
    passed: [{ text: call!.text, choice: call!.choices![1]!.text }],
    node: { text: bank!.text, choices: [{ key: 'account', text: 'Name the receiving account' }, { key: 'wait', text: 'Wait for a court order' }] }
  })
  t.strictSame(scenario.controls(definition, [], { path: ['recall', 'account'] }), {
    control: 'scenario',
    passed: [{ text: call!.text, choice: call!.choices![1]!.text }, { text: bank!.text, choice: 'Name the receiving account' }],
    node: { text: frozen!.text, choices: [] },
    end: frozen!.end
  }, 'ended at a node without choices')
  t.strictSame(scenario.controls(definition, [], { path: ['hang-up'] }), {
    control: 'scenario', passed: [{ text: call!.text, choice: 'Tell her to come to the station' }], node: null, end: 'She never came.'
  }, 'ended by a choice')
  t.match(scenario.controls(definition, [], { path: ['recall', 'wait'] }), { passed: [{}, { feedback: 'It took three days.' }], node: null })
  t.strictSame(scenario.controls(definition, [], { path: ['gone'] }), scenario.controls(definition, [], null), 'an answer of another version begins anew')
  t.strictSame(scenario.shuffled(definition), ['file', 'recall', 'hang-up', 'account', 'wait', 'trace', 'close'])
  t.strictSame(scenario.shuffled(first(scenario, 1)), [])
  t.strictSame(scenario.rightAnswer(definition), { path: ['recall', 'account'] })
})

t.test('scenario: what no schema says is said to the author', async t => {
  const problems = (nodes: ScenarioDefinition['nodes'], start = 'a'): string[] => lines({ ...part, kind: 'scenario', start, nodes })
  const go = (next?: string, points = 1): NonNullable<ScenarioDefinition['nodes'][number]['choices']> => [{ key: 'go', text: 'Go', points, ...next !== undefined && { next } }]
  t.strictSame(problems([{ key: 'a', text: 'A', choices: go() }]), [])
  t.strictSame(problems([{ key: 'a', text: 'A', choices: [...go('x'), ...go()] }, { key: 'a', text: 'B' }], 'z'), [
    "nodes/1/key: 'a' is used twice", "nodes/0/choices/1/key: 'go' is used twice", "start: there is no node 'z'", "nodes/0/choices/0/next: there is no node 'x'"
  ])
  t.strictSame(problems([{ key: 'a', text: 'A', choices: go('b') }, { key: 'b', text: 'B', choices: go('a') }]), [
    "nodes/1/choices/0/next: leads back to 'a'; a scenario only leads on", 'nodes: no path ends; an ending is a choice without `next`, or a node without choices'
  ])
  t.strictSame(problems([{ key: 'a', text: 'A', choices: [...go('a'), { key: 'stop', text: 'Stop' }] }]), ["nodes/0/choices/0/next: leads back to 'a'; a scenario only leads on"])
  t.strictSame(problems([{ key: 'a', text: 'A', choices: go() }, { key: 'b', text: 'B' }]), ["nodes/1/key: no path leads to 'b'"])
  t.strictSame(problems([{ key: 'a', text: 'A', choices: go(undefined, 0) }]), ['nodes: no path earns a point; give the right choices `points`'])
  t.strictSame(problems([
    { key: 'a', text: 'A', choices: [...go('c'), { key: 'other', text: 'Other', next: 'b' }] }, { key: 'b', text: 'B', choices: go('c') }, { key: 'c', text: 'C' }
  ]), [], 'paths may meet again')
  const round: ScenarioDefinition = { ...part, kind: 'scenario', start: 'a', nodes: [{ key: 'a', text: 'A', choices: go('a') }] }
  t.strictSame(scenario.rightAnswer(round), { path: ['go'] }, 'and a round one is not followed for ever')
  const worthless: ScenarioDefinition = { ...round, nodes: [{ key: 'a', text: 'A', choices: go('gone', 0) }] }
  t.strictSame(scenario.grade(worthless, { path: ['go'] }), { state: 'wrong', fraction: 0 })
  t.match(scenario.controls({ ...round, start: 'gone' }, []), { passed: [], node: null })
})

t.test('slider: what no schema says is said to the author', async t => {
  const scale = (own: Partial<SliderDefinition>): string[] => lines({ ...part, kind: 'slider', min: 0, max: 10, ...own })
  t.strictSame(scale({ value: 5 }), [])
  t.strictSame(scale({ value: 5, max: 0 }), ['max: must be more than `min`'])
  t.strictSame(scale({ value: 5, step: 0.00001 }), ['step: makes more than 100000 steps of the scale'])
  t.strictSame(scale({}), ['value: is missing; or give `answers`'])
  t.strictSame(scale({ value: 5.5 }), ['value: no step of the scale earns the full mark'])
  t.strictSame(scale({ answers: [{ value: 11 }] }), ['answers: no step of the scale earns the full mark'])
  t.strictSame(slider.controls(first(slider, 1), []), { control: 'range', min: 0.1, max: 1, step: 0.1 })
  t.strictSame(slider.controls({ ...part, kind: 'slider', min: 0, max: 9, value: 3, unit: 'h' }, []), { control: 'range', min: 0, max: 9, step: 1, unit: 'h' })
  t.strictSame(slider.rightAnswer({ ...part, kind: 'slider', min: 2, max: 9, value: 30 }), { value: 2 })
})

t.test('essay and upload: a person marks them, by levels where there is a rubric', async t => {
  const definition = first(essay)
  t.ok(isMarkedByPerson(definition) && isMarkedByPerson(first(essay, 1)) && isMarkedByPerson(first(upload)))
  t.notOk(isMarkedByPerson(first(cloze)))
  t.equal(rubricMark(definition, { facts: 'complete', style: 'clear' }), 1)
  t.equal(rubricMark(definition, { facts: 'complete', style: 'poor' }), 0.75)
  t.equal(rubricMark(definition, { facts: 'none', style: 'poor' }), 0)
  t.equal(rubricMark(definition, { facts: 'complete' }), null)
  t.equal(rubricMark(definition, { facts: 'complete', style: 'constructor' }), null)
  t.equal(rubricMark(definition, { facts: 'complete', style: 'poor', colour: 'red' }), null)
  t.equal(rubricMark(first(essay, 1), {}), null)
  t.equal(rubricMark(first(cloze), {}), null)
  t.strictSame(essay.controls(definition, []), { control: 'essay', minWords: 50, maxWords: 300, maxLength: 50_000, lines: 12, template: definition.template })
  t.strictSame(essay.controls(first(essay, 1), []), { control: 'essay', maxLength: 50_000, lines: 12 })
  t.strictSame(upload.controls(first(upload), []), { control: 'files', types: ['.pdf', '.tar.gz'], maxFiles: 2, maxBytes: 10_485_760 })
  t.strictSame(upload.controls(first(upload, 2), []), { control: 'files', types: [], maxFiles: 1, maxBytes: 10_485_760 })
  t.equal(essay.solution?.(definition, 'ar'), 'في يوم 3 مايو الساعة 09:12 قال متصل إنه من المصرف.')
  t.equal(essay.solution?.(first(essay, 1), 'ar'), '')
  t.strictSame(essay.rightAnswer(first(essay, 1)), { text: '' })
  const rubric: NonNullable<EssayDefinition['rubric']> = [{ key: 'a', text: 'A', levels: [{ key: 'x', text: 'X', points: 0 }, { key: 'x', text: 'Y', points: 0 }] }]
  t.strictSame(lines({ ...definition, minWords: 400, rubric: [...rubric, ...rubric] }), [
    'minWords: asks for 400 words or more, but maxWords allows 300', "rubric/1/key: 'a' is used twice",
    "rubric/0/levels/1/key: 'x' is used twice", 'rubric/0/levels: no level earns a point',
    "rubric/1/levels/1/key: 'x' is used twice", 'rubric/1/levels: no level earns a point'
  ])
  t.strictSame(lines({ ...first(upload), types: ['pdf'] }), ['types/0: must be an ending such as `.pdf` or a type such as `image/*`'])
})

t.test('words are counted as their writers count them', async t => {
  const cases: [string, number][] = [
    ['', 0], ['  \n ', 0], ['one', 1], ["don't stop – it is well-known, 12.5 %", 6], ['كتب الضابط تقريره.', 3], ['他再次报警。', 4], ['ခဲ့\u200bသည်', 2], ['… — !', 0]
  ]
  for (const [text, words] of cases) {
    if (/\p{Script=Han}/u.test(text)) t.ok(countWords(text) >= 3 && countWords(text) <= 5, `'${text}' by the dictionary`)
    else t.equal(countWords(text), words, `'${text}'`)
  }
  t.strictSame(wordLimitOf(first(essay), 'Too short.'), { words: 2, limit: 'too-short' })
  t.strictSame(wordLimitOf(first(essay), 'word '.repeat(301)), { words: 301, limit: 'too-long' })
  t.strictSame(wordLimitOf(first(essay), 'word '.repeat(300)), { words: 300, limit: null })
  t.strictSame(wordLimitOf(first(essay, 1), ''), { words: 0, limit: null })
})

t.test('a stimulus and a description ask nothing', async t => {
  for (const kind of [kinds.stimulus, kinds.description]) {
    t.notOk(isAsked({ kind: kind.name }))
    t.strictSame(kind.controls(first(kind), []), { control: 'none' })
    t.strictSame(kind.shuffled(first(kind)), [])
    t.strictSame(kind.rightAnswer(first(kind)), {})
    t.strictSame(lines({ ...first(kind), mark: 2, hints: ['Look.'], penalty: 0 }), ['mark', 'penalty', 'hints'].map(name => `${name}: has no meaning here: nothing is asked`))
    const [review] = reviewOf({ slots: openSlots([{ slot: 1, mark: 0 }]).map(slot => ({ ...slot, fraction: 0, locked: true })) }, {}, () => first(kind), 'en')
    t.notOk('rightAnswer' in review!, 'a review shows no right answer of it')
  }
  t.strictSame(lines({ ...first(stimulus), stimulus: 'other' }), ['stimulus: a stimulus cannot refer to another'])
  t.ok(isAsked({ kind: 'choice' }) && isAsked({}) && isAsked({ kind: 'constructor' }))
})

t.test('a review says what was right in words where an answer would not', async t => {
  const locked = openSlots([{ slot: 1, mark: 1 }]).map(slot => ({ ...slot, fraction: 0, locked: true }))
  const [review] = reviewOf({ slots: locked }, {}, () => first(errorText), 'en')
  t.equal(review?.rightAnswerSummary, 'have → has; re call → recall; he → she')
  t.strictSame(review?.rightAnswer, { selected: ['t3', 't8', 't9', 't13'] })
})
