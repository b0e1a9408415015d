import type { AcceptedNumber, NumberRules } from '../accepted-number.ts'
import { rightAreas, worthOf } from '../areas.ts'
import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import { mapText, type Text } from '../text.ts'
import { leaveOut } from './export-notes.ts'
import { worthsOf } from './gift-write.ts'
import { idOf, mapping, num, outcomeDeclaration, responseDeclaration, rulesIn, type Attributes, type Pen } from './qti-pen.ts'
import { patternOf } from './qti-typed.ts'
import { escapeXml } from './xml.ts'

export type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>

/** What a kind has of its own in an item. */
export interface Parts {
  /** declarations of responses, and of outcomes besides SCORE, MAXSCORE and FEEDBACK */
  readonly declarations: readonly string[]
  /** the body after the prompt */
  readonly body: string
  /** rules that set SCORE, and FEEDBACK where there is any; none where a person marks */
  readonly rules: readonly string[]
  readonly feedback?: readonly { readonly identifier: string, readonly text: Text }[]
}

const MAX = 'MAXSCORE'

/** A kind as parts of an item; undefined, with a note, for one that QTI is not written for. */
export function partsFor (definition: QuestionDefinition, pen: Pen): Parts | undefined {
  switch (definition.kind) {
    case 'description':
    case 'stimulus': return { declarations: [], body: '', rules: [] }
    case 'choice': return choice(definition, pen)
    case 'true-false': return trueFalse(definition, pen)
    case 'order': return order(definition, pen)
    case 'kprim': return kprim(definition, pen)
    case 'match': return match(definition, pen)
    case 'categorise': return categorise(definition, pen)
    case 'short-text': return shortText(definition, pen)
    case 'numeric': return numeric(definition, pen)
    case 'slider': return slider(definition, pen)
    case 'gap-select': return gapSelect(definition, pen)
    case 'cloze': return cloze(definition, pen)
    case 'drag-words': return dragWords(definition, pen)
    case 'hotspot': return hotspot(definition, pen)
    case 'drag-image': return dragImage(definition, pen)
    case 'essay': return essay(definition, pen)
    case 'upload': return upload(definition, pen)
    default:
      pen.notes.refused(`QTI is not written for questions of the kind ${definition.kind}`)
      return undefined
  }
}

function markOf ({ mark = 1 }: { readonly mark?: number }): number {
  return mark
}

/** Rules for a response that earns all, or by its mapping. */
function scored (pen: Pen, expression: 'match' | 'mapped' | 'match or mapped'): string[] {
  const { variable, correct, set, when, base } = rulesIn(pen.el)
  const isRight = pen.el('match', {}, variable(), correct())
  const mapped = set('SCORE', pen.el('mapResponse', { identifier: 'RESPONSE' }))
  const full = [set('SCORE', variable(MAX))]
  if (expression === 'mapped') return [mapped]
  return [when(isRight, full, expression === 'match' ? [set('SCORE', base('float', 0))] : [mapped])]
}

/** FEEDBACK holds what was chosen, so that each has its own. */
function chosenFeedback (pen: Pen, listed: readonly { readonly key: string, readonly feedback?: Text }[]): Pick<Parts, 'feedback'> & { readonly rules: readonly string[] } {
  const feedback = listed.flatMap(({ key, feedback }) => feedback === undefined ? [] : [{ identifier: idOf(key), text: feedback }])
  return feedback.length === 0 ? { rules: [] } : { feedback, rules: [rulesIn(pen.el).set('FEEDBACK', pen.el('multiple', {}, rulesIn(pen.el).variable()))] }
}

function choice (definition: Of<'choice'>, pen: Pen): Parts {
  const { choices, maxChoices = 1, scoring = 'all-or-nothing', shuffle } = definition
  const mark = markOf(definition)
  const hasFractions = choices.some(({ fraction }) => fraction !== undefined)
  const worths = hasFractions ? choices.map(({ fraction, correct }) => fraction ?? (correct === true ? 1 : 0)) : worthsOf(definition, pen.notes)
  const right = choices.filter((_, index) => worths[index]! > 0).map(({ key }) => idOf(key))
  const isSingle = maxChoices === 1
  const isPlain = isSingle ? worths.every(worth => worth === 0 || worth === 1) : !hasFractions && scoring === 'all-or-nothing'
  const lowest = scoring === 'partial-negative' ? -mark : 0
  const best = choices.toSorted((a, b) => worths[choices.indexOf(b)]! - worths[choices.indexOf(a)]!)[0]!
  const told = chosenFeedback(pen, choices)
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', isSingle ? 'single' : 'multiple', 'identifier', isSingle ? [idOf(best.key)] : right,
      isPlain ? undefined : mapping(pen.el, choices.map(({ key }, index) => [idOf(key), worths[index]! * mark] as const), { lowerBound: lowest, upperBound: mark, defaultValue: 0 }))],
    body: pen.el('choiceInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false, maxChoices, minChoices: pen.version === '2.1' ? undefined : 0 },
      ...choices.map(({ key, text }) => pen.el('simpleChoice', { identifier: idOf(key) }, pen.rich(text)))),
    rules: [...scored(pen, isPlain ? 'match' : isSingle ? 'mapped' : 'match or mapped'), ...told.rules],
    ...told.feedback !== undefined && { feedback: told.feedback }
  }
}

function trueFalse (definition: Of<'true-false'>, pen: Pen): Parts {
  const { correct, labels, feedbackTrue, feedbackFalse } = definition
  const told = chosenFeedback(pen, [{ key: 'true', ...feedbackTrue !== undefined && { feedback: feedbackTrue } }, { key: 'false', ...feedbackFalse !== undefined && { feedback: feedbackFalse } }])
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'identifier', [String(correct)])],
    body: pen.el('choiceInteraction', { responseIdentifier: 'RESPONSE', shuffle: false, maxChoices: 1 },
      ...(['true', 'false'] as const).map(verdict => pen.el('simpleChoice', { identifier: verdict }, labels === undefined ? verdict === 'true' ? 'True' : 'False' : pen.rich(labels[verdict])))),
    rules: [...scored(pen, 'match'), ...told.rules],
    ...told.feedback !== undefined && { feedback: told.feedback }
  }
}

function order (definition: Of<'order'>, pen: Pen): Parts {
  const { items, scoring = 'exact' } = definition
  const { variable, base, when, add } = rulesIn(pen.el)
  const { el } = pen
  const mark = markOf(definition)
  if (scoring === 'longest-run' || scoring === 'longest-subset') pen.notes.changed('it earns all, or nothing')
  const id = (index: number): string => base('identifier', idOf(items[index]!.key))
  const rules = scoring === 'positions'
    ? items.map((_, index) => when(el('match', {}, el('index', { n: index + 1 }, variable()), id(index)), [add('SCORE', mark / items.length)]))
    : scoring === 'pairs'
      ? items.slice(1).map((_, index) => when(el('contains', {}, variable(), el('ordered', {}, id(index), id(index + 1))), [add('SCORE', mark / (items.length - 1))]))
      : scored(pen, 'match')
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'ordered', 'identifier', items.map(({ key }) => idOf(key)))],
    body: el('orderInteraction', { responseIdentifier: 'RESPONSE', shuffle: true }, ...items.map(({ key, text }) => el('simpleChoice', { identifier: idOf(key) }, pen.rich(text)))),
    rules
  }
}

/** Two sets. @param limits how often each of the first and of the second may be used */
function sets (pen: Pen, first: readonly { readonly key: string, readonly text: Text }[], second: readonly { readonly key: string, readonly text: Text }[], limit: number, shuffle: boolean | undefined): string {
  const set = (of: typeof first, matchMax: number): string => pen.el('simpleMatchSet', {}, ...of.map(({ key, text }) => pen.el('simpleAssociableChoice', { identifier: idOf(key), matchMax }, pen.rich(text))))
  return pen.el('matchInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false, maxAssociations: first.length }, set(first, 1), set(second, limit))
}

function pair (a: string, b: string): string {
  return `${idOf(a)} ${idOf(b)}`
}

/** Rules that count in RIGHT what holds of a response that is not blank, and give SCORE by it. */
function counted (pen: Pen, tests: readonly string[], scores: readonly string[]): Pick<Parts, 'rules'> & { readonly outcome: string } {
  const { variable, when, add } = rulesIn(pen.el)
  return {
    outcome: outcomeDeclaration(pen.el, 'RIGHT', 'single', 'float', 0),
    rules: [when(pen.el('not', {}, pen.el('isNull', {}, variable())), tests.map(test => when(test, [add('RIGHT', 1)]))), ...scores]
  }
}

function shareRule (pen: Pen, mark: number, count: number): string {
  const { variable, base, set } = rulesIn(pen.el)
  return set('SCORE', pen.el('divide', {}, pen.el('product', {}, variable('RIGHT'), base('float', mark)), base('float', count)))
}

function allRule (pen: Pen, count: number): string {
  const { variable, base, set, when } = rulesIn(pen.el)
  return when(pen.el('equal', { toleranceMode: 'exact' }, variable('RIGHT'), base('float', count)), [set('SCORE', variable(MAX))])
}

function kprim (definition: Of<'kprim'>, pen: Pen): Parts {
  const { statements, labels, scoring = 'kprim', shuffle } = definition
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const mark = markOf(definition)
  if (statements.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of statements is left out')
  const right = statements.map(({ key, correct }) => pair(key, String(correct)))
  const half = when(el('equal', { toleranceMode: 'exact' }, variable('RIGHT'), base('float', statements.length - 1)), [set('SCORE', base('float', mark / 2))])
  const { rules, outcome } = counted(pen, right.map(one => el('member', {}, base('directedPair', one), variable())),
    scoring === 'subpoints' ? [shareRule(pen, mark, statements.length)] : [...scoring === 'kprim' ? [half] : [], allRule(pen, statements.length)])
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right), outcome],
    body: sets(pen, statements, [{ key: 'true', text: labels?.true ?? 'True' }, { key: 'false', text: labels?.false ?? 'False' }], statements.length, shuffle),
    rules
  }
}

function match (definition: Of<'match'>, pen: Pen): Parts {
  const { stems, choices, scoring = 'partial', shuffle } = definition
  const right = stems.map(({ key, choice }) => pair(key, choice))
  const isAll = scoring === 'all-or-nothing'
  if (stems.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of stems is left out')
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: sets(pen, stems, choices, stems.length, shuffle),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}

/** A mapping in which each right value earns an equal share. */
function shares (pen: Pen, right: readonly string[], mark: number): string {
  return mapping(pen.el, right.map(one => [one, mark / right.length] as const), { defaultValue: 0 })
}

function categorise (definition: Of<'categorise'>, pen: Pen): Parts {
  const { categories, items, scoring = 'partial', shuffle } = definition
  const { el } = pen
  const { variable, base } = rulesIn(el)
  if (items.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of items is left out')
  if (items.some(({ category }) => Array.isArray(category))) pen.notes.changed('the right response names one category for each item')
  const isIn = (item: string, category: string): string => el('member', {}, base('directedPair', pair(item, category)), variable())
  const homes = items.map(({ key, category }) => ({ key, of: category === null ? [] : typeof category === 'string' ? [category] : category }))
  const tests = homes.map(({ key, of }) => of.length === 0
    ? el('not', {}, el('or', {}, ...categories.map(category => isIn(key, category.key))))
    : el('or', {}, ...of.map(category => isIn(key, category))))
  const { rules, outcome } = counted(pen, tests, [scoring === 'partial' ? shareRule(pen, markOf(definition), items.length) : allRule(pen, items.length)])
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', homes.flatMap(({ key, of }) => of.slice(0, 1).map(category => pair(key, category)))), outcome],
    body: sets(pen, items, categories, 0, shuffle),
    rules
  }
}

interface Tested { readonly test: string, readonly fraction: number, readonly feedback: Text | undefined }

/** Rules by which what earns most counts, and of those alike the first. @param score the outcome that holds what is earned */
function bestOf (pen: Pen, tested: readonly Tested[], score: string, mark: number, prefix: string): Pick<Parts, 'rules' | 'feedback'> {
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const told = prefix !== '' && tested.some(({ feedback }) => feedback !== undefined)
  const identifier = (index: number): string => `${prefix}${index + 1}`
  return {
    rules: tested.map(({ test, fraction, feedback }, index) => {
      const isBetter = fraction > 0
        ? el('gt', {}, base('float', fraction * mark), variable(score))
        : el('and', {}, el('equal', { toleranceMode: 'exact' }, variable(score), base('float', 0)), el('isNull', {}, variable('FEEDBACK')))
      return when(el('and', {}, test, ...fraction > 0 || told ? [isBetter] : []), [
        set(score, base('float', fraction * mark)),
        ...told ? [set('FEEDBACK', feedback === undefined ? el('null') : el('multiple', {}, base('identifier', identifier(index))))] : []
      ])
    }),
    ...told && { feedback: tested.flatMap(({ feedback }, index) => feedback === undefined ? [] : [{ identifier: identifier(index), text: feedback }]) }
  }
}

function textTests ({ accept, caseSensitive = false, ignoreAccents }: Pick<Of<'short-text'>, 'accept' | 'caseSensitive' | 'ignoreAccents'>, pen: Pen, response: string): readonly (Tested & { readonly text: string | undefined })[] {
  const { el, notes } = pen
  const { variable, base } = rulesIn(el)
  if (ignoreAccents === true) notes.changed('accents make a difference')
  return accept.map(one => {
    const { fraction = 1, feedback, ...rest } = typeof one === 'string' ? { text: one } : one
    const isLiteral = 'text' in rest && !/(?<!\\)\*/.test(rest.text)
    if (!isLiteral && !caseSensitive) notes.changed('in expressions and with wildcards, case counts')
    if ('regex' in rest && rest.example !== undefined) notes.leftOut('examples of expressions are left out')
    const text = isLiteral ? rest.text.replaceAll('\\*', '*') : undefined
    return {
      text,
      fraction,
      feedback,
      test: text !== undefined
        ? el('stringMatch', { caseSensitive, substring: pen.version === '2.1' ? false : undefined }, variable(response), base('string', text))
        : el('patternMatch', { pattern: 'regex' in rest ? rest.regex : patternOf(rest.text) }, variable(response))
    }
  })
}

function entry (pen: Pen, response: string, length = 20): string {
  return pen.el('textEntryInteraction', { responseIdentifier: response, expectedLength: length })
}

function shortText (definition: Of<'short-text'>, pen: Pen): Parts {
  const tested = textTests(definition, pen, 'RESPONSE')
  const right = tested.find(({ text, fraction }) => text !== undefined && fraction === 1)?.text
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'string', right === undefined ? [] : [right])],
    body: `<p>${entry(pen, 'RESPONSE')}</p>`,
    ...bestOf(pen, tested, 'SCORE', markOf(definition), 'ANSWER')
  }
}

function numberTest (answer: AcceptedNumber, pen: Pen, response: string): string {
  const { el } = pen
  const { variable, base } = rulesIn(el)
  const between = (min: number, max: number): string => el('and', {}, el('gte', {}, variable(response), base('float', min)), el('lte', {}, variable(response), base('float', max)))
  if ('min' in answer) return between(answer.min, answer.max)
  const { value, tolerance = 0 } = answer
  const equal = (attributes: Attributes): string => el('equal', attributes, base('float', value), variable(response))
  if (tolerance === 0) return equal({ toleranceMode: 'exact' })
  if (typeof tolerance === 'number') return equal({ toleranceMode: 'absolute', tolerance: num(tolerance) })
  if ('absolute' in tolerance) return equal({ toleranceMode: 'absolute', tolerance: num(tolerance.absolute) })
  if ('relative' in tolerance) return equal({ toleranceMode: 'relative', tolerance: String(Number((tolerance.relative * 100).toPrecision(12))) })
  if ('significantFigures' in tolerance) return el('equalRounded', { roundingMode: 'significantFigures', figures: tolerance.significantFigures }, base('float', value), variable(response))
  const bounds = [value / (1 + tolerance.geometric), value * (1 + tolerance.geometric)]
  return between(Math.min(...bounds), Math.max(...bounds))
}

function numberTests ({ value, tolerance, answers, unit, units }: NumberRules, pen: Pen, response: string): Tested[] {
  if (unit !== undefined || units !== undefined) pen.notes.leftOut('what is said of units is left out')
  const listed: readonly AcceptedNumber[] = answers ?? [{ value: value!, ...tolerance !== undefined && { tolerance } }]
  if (listed.some(answer => !('min' in answer) && typeof answer.tolerance === 'object' && 'geometric' in answer.tolerance)) pen.notes.changed('a geometric tolerance is written as a range')
  return listed.map(answer => ({ test: numberTest(answer, pen, response), fraction: answer.fraction ?? 1, feedback: answer.feedback }))
}

function rightNumberOf ({ value, answers = [] }: NumberRules): string[] {
  const best = answers.find(({ fraction = 1 }) => fraction === 1)
  const right = value ?? (best === undefined ? undefined : 'min' in best ? (best.min + best.max) / 2 : best.value)
  return right === undefined ? [] : [num(right)]
}

function numeric (definition: Of<'numeric'>, pen: Pen): Parts {
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'float', rightNumberOf(definition))],
    body: `<p>${entry(pen, 'RESPONSE', 10)}</p>`,
    ...bestOf(pen, numberTests(definition, pen, 'RESPONSE'), 'SCORE', markOf(definition), 'ANSWER')
  }
}

function slider (definition: Of<'slider'>, pen: Pen): Parts {
  const { min, max, step } = definition
  if (definition.unit !== undefined) pen.notes.leftOut('what is said of units is left out')
  const { unit: _, ...rules } = definition
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'float', rightNumberOf(definition))],
    body: pen.el('sliderInteraction', { responseIdentifier: 'RESPONSE', lowerBound: num(min), upperBound: num(max), ...step !== undefined && { step: num(step) } }),
    ...bestOf(pen, numberTests(rules, pen, 'RESPONSE'), 'SCORE', markOf(definition), 'ANSWER')
  }
}

const OPEN = '\ue000'
const CLOSE = '\ue001'

/** A text with something in place of each of its gaps. */
function gapped (text: Text, pen: Pen, inPlace: ReadonlyMap<string, string>): string {
  const marked = mapText(text, wording => wording.replace(/\{\{([^{}]*)\}\}/g, `${OPEN}$1${CLOSE}`))
  return `<div class="text">${pen.rich(marked).replaceAll('{&#123;', '{{').replace(/\ue000([^\ue001]*)\ue001/g, (_, key: string) => inPlace.get(key)!)}</div>`
}

function menu (pen: Pen, response: string, options: readonly { readonly key: string, readonly text: Text }[], shuffle: boolean | undefined): string {
  return pen.el('inlineChoiceInteraction', { responseIdentifier: response, shuffle: shuffle !== false }, ...options.map(({ key, text }) => pen.el('inlineChoice', { identifier: idOf(key) }, pen.rich(text))))
}

/** Rules for several responses, each right or not. */
function together (pen: Pen, gaps: readonly string[], mark: number, isAll: boolean): string[] {
  const { variable, correct, set, when, add } = rulesIn(pen.el)
  const tests = gaps.map(response => pen.el('match', {}, variable(response), correct(response)))
  return isAll ? [when(pen.el('and', {}, ...tests), [set('SCORE', variable(MAX))])] : tests.map(test => when(test, [add('SCORE', mark / gaps.length)]))
}

function gapSelect (definition: Of<'gap-select'>, pen: Pen): Parts {
  const { text, choices, gaps, scoring, shuffle } = definition
  const used = new Set(gaps.map(({ group = 1 }) => group))
  noteAlike(choices, pen)
  if (choices.some(({ group = 1 }) => !used.has(group))) pen.notes.leftOut('choices that no gap takes are left out')
  const responses = gaps.map(({ key }) => `GAP_${key}`)
  return {
    declarations: gaps.map(({ choice }, index) => responseDeclaration(pen.el, responses[index]!, 'single', 'identifier', [idOf(choice)])),
    body: gapped(text, pen, new Map(gaps.map(({ key, group = 1 }, index) => [key, menu(pen, responses[index]!, choices.filter(choice => (choice.group ?? 1) === group), shuffle)]))),
    rules: together(pen, responses, markOf(definition), scoring === 'all-or-nothing')
  }
}

function cloze (definition: Of<'cloze'>, pen: Pen): Parts {
  const { text, gaps, scoring = 'partial' } = definition
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  if (scoring === 'partial-negative') pen.notes.changed('no gap takes anything away')
  if (gaps.some(gap => ('choices' in gap ? gap.choices : 'accept' in gap ? gap.accept : gap.answers ?? []).some(one => typeof one === 'object' && one.feedback !== undefined))) pen.notes.leftOut('the feedback of gaps is left out')
  const isPart = (one: string | { readonly fraction?: number }): boolean => typeof one === 'object' && one.fraction !== undefined && one.fraction > 0 && one.fraction < 1
  if (scoring === 'all-or-nothing' && gaps.some(gap => ('choices' in gap ? gap.choices : 'accept' in gap ? gap.accept : gap.answers ?? []).some(isPart))) pen.notes.changed('what earns a part of a gap is wrong')
  const total = gaps.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const made = gaps.map((gap, index) => {
    const [response, score] = [`GAP_${gap.key}`, `SCORE_${index + 1}`]
    const outcome = outcomeDeclaration(el, score, 'single', 'float', 0)
    if (gap.input === 'choice') {
      const worths = gap.choices.map(({ fraction, correct }) => Math.max(0, fraction ?? (correct === true ? 1 : 0)))
      const best = gap.choices[worths.indexOf(Math.max(...worths))]!
      const declared = responseDeclaration(el, response, 'single', 'identifier', [idOf(best.key)], mapping(el, gap.choices.map(({ key }, at) => [idOf(key), worths[at]!] as const), { defaultValue: 0 }))
      if (pen.version === '2.1' && gap.layout === 'row') pen.notes.changed('choices stand below each other')
      const asked = gap.layout === undefined || gap.layout === 'menu'
        ? menu(pen, response, gap.choices, gap.shuffle)
        : el('choiceInteraction', { responseIdentifier: response, shuffle: gap.shuffle !== false, maxChoices: 1, orientation: pen.version === '2.1' ? undefined : gap.layout === 'row' ? 'horizontal' : 'vertical' },
          ...gap.choices.map(({ key, text }) => el('simpleChoice', { identifier: idOf(key) }, pen.rich(text))))
      return { declared: [declared, outcome], asked, rules: [when(el('not', {}, el('isNull', {}, variable(response))), [set(score, el('mapResponse', { identifier: response }))])] }
    }
    const tested = gap.input === 'text' ? textTests(gap, pen, response) : numberTests(gap, pen, response)
    const right = 'accept' in gap ? tested.flatMap(one => 'text' in one && typeof one.text === 'string' && one.fraction === 1 ? [one.text] : []).slice(0, 1) : rightNumberOf(gap)
    return { declared: [responseDeclaration(el, response, 'single', gap.input === 'text' ? 'string' : 'float', right), outcome], asked: entry(pen, response), rules: bestOf(pen, tested, score, 1, '').rules }
  })
  const shares = gaps.map(({ weight = 1 }, index) => el('product', {}, variable(`SCORE_${index + 1}`), base('float', weight)))
  const mark = markOf(definition)
  return {
    declarations: made.flatMap(({ declared }) => declared),
    body: gapped(text, pen, new Map(gaps.map(({ key }, index) => [key, made[index]!.asked]))),
    rules: [
      ...made.flatMap(({ rules }) => rules),
      scoring === 'all-or-nothing'
        ? when(el('and', {}, ...gaps.map((_, index) => el('gte', {}, variable(`SCORE_${index + 1}`), base('float', 1)))), [set('SCORE', variable(MAX))])
        : set('SCORE', el('divide', {}, el('product', {}, el('sum', {}, ...shares), base('float', mark)), base('float', total)))
    ]
  }
}

function noteAlike (choices: readonly { readonly text: Text }[], pen: Pen): void {
  if (new Set(choices.map(({ text }) => JSON.stringify(text))).size < choices.length) pen.notes.changed('of choices that read the same, one is right')
}

function dragWords (definition: Of<'drag-words'>, pen: Pen): Parts {
  const { text, choices, gaps, scoring, shuffle } = definition
  const { el } = pen
  if (new Set(choices.map(({ group = 1 }) => group)).size > 1) pen.notes.changed('every word may be put in every gap')
  const right = gaps.map(({ key, choice }) => pair(choice, key))
  noteAlike(choices, pen)
  const isAll = scoring === 'all-or-nothing'
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: el('gapMatchInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false },
      ...choices.map(({ key, text, reusable }) => el('gapText', { identifier: idOf(key), matchMax: reusable === true ? 0 : 1 }, pen.rich(text))),
      gapped(text, pen, new Map(gaps.map(({ key }) => [key, el('gap', { identifier: idOf(key) })])))),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}

/** A picture as an `object`. */
function object (pen: Pen, { src, width, height, alt }: { readonly src: string, readonly width?: number, readonly height?: number, readonly alt: Text }): string {
  const { href, type } = pen.picture(src)
  const size = [width === undefined ? '' : ` width="${num(width)}"`, height === undefined ? '' : ` height="${num(height)}"`].join('')
  return `<object type="${type}" data="${escapeXml(href)}"${size}>${escapeXml(pen.notes.text(alt))}</object>`
}

function shapeOf (shape: Of<'hotspot'>['areas'][number]['shape'], coords: readonly number[]): Attributes {
  return { shape: shape === 'polygon' ? 'poly' : shape, coords: coords.map(num).join(',') }
}

function hotspot (definition: Of<'hotspot'>, pen: Pen): Parts {
  const { image, areas, maxPoints = 1, scoring = 'partial' } = definition
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const mark = markOf(definition)
  const right = rightAreas(definition)
  const wanted = maxPoints === 0 ? right.length : Math.min(maxPoints, right.length)
  const hasFractions = areas.some(({ fraction }) => fraction !== undefined)
  const isMap = !areas.every(({ label }) => label !== undefined)
  const isAll = scoring === 'all-or-nothing' && maxPoints !== 1
  const lost = hasFractions ? 0 : maxPoints === 1 ? 0 : -mark / wanted
  const earned = (area: typeof areas[number]): number => hasFractions ? worthOf(area) * mark : area.correct === true ? mark / wanted : lost
  const bounds: Attributes = { lowerBound: 0, upperBound: mark, defaultValue: num(lost) }
  if (areas.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of areas is left out')
  const cardinality = maxPoints === 1 ? 'single' : 'multiple'
  const expression = el(isMap ? 'mapResponsePoint' : 'mapResponse', { identifier: 'RESPONSE' })
  const rule = isAll ? when(el('gte', {}, expression, base('float', mark * (1 - 1e-6))), [set('SCORE', variable(MAX))]) : set('SCORE', expression)
  const rules = [when(el('not', {}, el('isNull', {}, variable())), [rule])]
  if (isMap) {
    if (areas.some(({ key }, index) => key !== String(index + 1))) pen.notes.changed('its areas are named by their numbers')
    const areaMapping = el('areaMapping', bounds, ...areas.map(area => el('areaMapEntry', { ...shapeOf(area.shape, area.coords), mappedValue: num(earned(area)) })))
    return {
      declarations: [responseDeclaration(el, 'RESPONSE', cardinality, 'point', [], areaMapping)],
      body: el('selectPointInteraction', { responseIdentifier: 'RESPONSE', maxChoices: maxPoints }, object(pen, image)),
      rules
    }
  }
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', cardinality, 'identifier', right.slice(0, wanted).map(({ key }) => idOf(key)), mapping(el, areas.map(area => [idOf(area.key), earned(area)] as const), bounds))],
    body: el('hotspotInteraction', { responseIdentifier: 'RESPONSE', maxChoices: maxPoints }, object(pen, image),
      ...areas.map(({ key, shape, coords, label }) => el('hotspotChoice', { identifier: idOf(key), ...shapeOf(shape, coords), hotspotLabel: pen.notes.plain(label!) }))),
    rules
  }
}

function dragImage (definition: Of<'drag-image'>, pen: Pen): Parts {
  const { image, zones, items, reusable, scoring, shuffle } = definition
  const { el } = pen
  if (pen.version === '2.1' && items.some(({ image }) => image === undefined)) pen.notes.changed('texts to be put on a picture are written as QTI 2.2 has them')
  if (shuffle === false) pen.notes.changed('its items are shown in a drawn order')
  const right = zones.map(({ key, item }) => pair(item, key))
  const isAll = scoring === 'all-or-nothing'
  const matchMax = reusable === true ? 0 : 1
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: el('graphicGapMatchInteraction', { responseIdentifier: 'RESPONSE' }, object(pen, image),
      ...items.map(({ key, text, image }) => image === undefined
        ? el('gapText', { identifier: idOf(key), matchMax }, pen.rich(text!))
        : el('gapImg', { identifier: idOf(key), matchMax }, object(pen, image))),
      ...zones.map(({ key, x, y, width, height, label }) => el('associableHotspot', { identifier: idOf(key), matchMax: 1, ...shapeOf('rect', [x, y, x + width, y + height]), hotspotLabel: label === undefined ? undefined : pen.notes.plain(label) }))),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}

function essay (definition: Of<'essay'>, pen: Pen): Parts {
  const { lines = 12, minWords, maxWords, sampleAnswer } = definition
  leaveOut(definition, pen.notes, { rubric: 'the rubric', template: 'what the field begins with', ...pen.version === '2.1' && { minWords: 'the least number of words', maxWords: 'the greatest number of words' } })
  const limits = pen.version === '2.1' ? '' : `${minWords === undefined ? '' : ` data-min-words="${minWords}"`}${maxWords === undefined ? '' : ` data-max-words="${maxWords}"`}`
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'string', sampleAnswer === undefined ? [] : [pen.notes.text(sampleAnswer)])],
    body: pen.el('extendedTextInteraction', { responseIdentifier: 'RESPONSE', expectedLines: lines }).replace(/\/>$/, `${limits}/>`),
    rules: []
  }
}

function upload (definition: Of<'upload'>, pen: Pen): Parts {
  const { types = [], maxFiles = 1 } = definition
  leaveOut(definition, pen.notes, { rubric: 'the rubric', maxBytes: 'the greatest size of a file' })
  if (maxFiles > 1) pen.notes.changed('one file is handed in')
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'file', [])],
    body: pen.el('uploadInteraction', { responseIdentifier: 'RESPONSE', type: types.length === 0 ? undefined : types.join(' ') }),
    rules: []
  }
}
