import type { AcceptedNumber, NumberRules } from '../accepted-number.ts'
import type { Text } from '../text.ts'
import { idOf, mapping, num, outcomeDeclaration, responseDeclaration, rulesIn, type Attributes, type Pen } from './qti-pen.ts'
import { patternOf } from './qti-typed.ts'
import { type Of, type Parts, MAX, markOf, type Tested, bestOf, gapped, noteAlike } from './qti-write-parts.ts'

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

export function entry (pen: Pen, response: string, length = 20): string {
  return pen.el('textEntryInteraction', { responseIdentifier: response, expectedLength: length })
}

export function shortText (definition: Of<'short-text'>, pen: Pen): Parts {
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

export function numeric (definition: Of<'numeric'>, pen: Pen): Parts {
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'float', rightNumberOf(definition))],
    body: `<p>${entry(pen, 'RESPONSE', 10)}</p>`,
    ...bestOf(pen, numberTests(definition, pen, 'RESPONSE'), 'SCORE', markOf(definition), 'ANSWER')
  }
}

export function slider (definition: Of<'slider'>, pen: Pen): Parts {
  const { min, max, step } = definition
  if (definition.unit !== undefined) pen.notes.leftOut('what is said of units is left out')
  const { unit: _, ...rules } = definition
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'float', rightNumberOf(definition))],
    body: pen.el('sliderInteraction', { responseIdentifier: 'RESPONSE', lowerBound: num(min), upperBound: num(max), ...step !== undefined && { step: num(step) } }),
    ...bestOf(pen, numberTests(rules, pen, 'RESPONSE'), 'SCORE', markOf(definition), 'ANSWER')
  }
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

export function gapSelect (definition: Of<'gap-select'>, pen: Pen): Parts {
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

export function cloze (definition: Of<'cloze'>, pen: Pen): Parts {
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
