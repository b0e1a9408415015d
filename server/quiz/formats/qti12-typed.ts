import { evaluate, parseFormula, variablesOf, type Formula } from '../formula.ts'
import { keyMaker, keyOf, letter, plainNumber } from './format.ts'
import { markdownOfPlain, plainOf, type Wording } from './markup.ts'
import { acceptedNumbers, acceptedTexts, said, type Read } from './moodle-parts.ts'
import { attributeOf, gappedIn, type Item, type Label, type Response } from './qti12-parts.ts'
import { conditionsIn, scoreOf, type Condition } from './qti12-processing.ts'
import { bestOf, filled, isShuffled, partOf, type Scored } from './qti12-scored.ts'
import { elementIn, elementsIn, textIn, type XmlElement } from './xml.ts'

const NO_RIGHT = { problem: 'no answer earns anything' } as const

/** Text as it is typed: `*` is itself. */
export function literally (text: string): string {
  return text.replaceAll('*', '\\*')
}

interface Accepted { readonly value: string, readonly answer: Wording, readonly fraction: number, readonly feedback: Wording }

/** What a blank accepts, by the values that rules name for it, each with what it earns by itself. */
function acceptedBy (scored: Scored, response: Response): { readonly accepted: Accepted[], readonly caseSensitive: boolean, readonly best: number } {
  const { item, processing } = scored
  const named = processing.rules.filter(({ sets }) => sets.length > 0).flatMap(rule => [...conditionsIn(rule.condition)].flatMap(condition =>
    (condition.type === 'equal' || condition.type === 'substring') && condition.response === response.ident ? [{ condition, rule }] : []))
  const answers = named.map(({ condition: { value } }) => new Map([[response.ident, [value]]]))
  const best = bestOf(scored, answers)
  // By its own rule: what else it meets may earn otherwise.
  const scores = named.map(({ rule }, index) => scoreOf({ ...processing, rules: [rule] }, answers[index]!))
  const sensitive = named.filter(({ condition }) => condition.caseSensitive)
  if (sensitive.length > 0 && sensitive.length < named.length) item.note('changed', 'capital letters make a difference in all its answers')
  const seen = new Set<string>()
  const accepted = named.flatMap(({ condition }, index): Accepted[] => {
    const { type, value } = condition
    const text = type === 'substring' ? `*${literally(value)}*` : literally(value)
    if (seen.has(text) || value === '') return []
    seen.add(text)
    return [{ value, answer: { text, format: 'plain' }, fraction: Math.max(0, partOf(scores[index]!, best)), feedback: scored.said(response.ident, value) }]
  })
  return { accepted, caseSensitive: sensitive.length > 0, best }
}

/** A word or a few. */
export function readShortText (scored: Scored, response: Response): Read {
  const { accepted, caseSensitive, best } = acceptedBy(scored, response)
  if (best <= 0) return NO_RIGHT
  const told = accepted.filter(({ fraction, feedback }) => fraction > 0 || feedback.text !== '')
  return { texts: told.map(({ feedback }) => feedback), draft: write => ({ kind: 'short-text', accept: acceptedTexts(told, write), ...caseSensitive && { caseSensitive } }) }
}

/** A number: exactly, within a margin, between bounds, or to a number of figures. */
export function readNumeric (scored: Scored, response: Response): Read {
  const { item, processing } = scored
  const found = processing.rules.filter(({ sets, condition }) => sets.length > 0 && condition.type !== 'other').flatMap(rule => {
    const { condition } = rule
    const parts = condition.type === 'any' && condition.parts.length > 1 && condition.parts.every(({ type }) => type === 'equal') ? condition.parts : [condition]
    return parts.map(part => ({ rule, number: numberOf(part, response, item) }))
  })
  const unread = found.some(({ number }) => number === undefined)
  const numbers = found.flatMap(({ number, rule }) => number === undefined ? [] : [{ ...number, rule }])
  if (unread) item.note('left-out', 'answers that are no numbers, or no one range of them, are left out')
  const middle = ({ written }: typeof numbers[number]): ReadonlyMap<string, string[]> => new Map([[response.ident, [written]]])
  const best = bestOf(scored, numbers.map(middle))
  if (best <= 0) return numbers.length === 0 && unread ? { problem: 'no number can be read from its rules' } : NO_RIGHT
  const answers = numbers.map(one => ({ number: one.number, fraction: Math.max(0, partOf(scoreOf({ ...processing, rules: [one.rule] }, middle(one)), best)), feedback: scored.shown(one.rule.shows) }))
  return { texts: answers.map(({ feedback }) => feedback), draft: write => ({ kind: 'numeric', ...acceptedNumbers(answers, write) }) }
}

type AcceptedNumber = { readonly value: number, readonly tolerance?: number | { readonly relative: number } | { readonly significantFigures: number } } | { readonly min: number, readonly max: number }

/** @returns the number with one that meets it as the file writes it; undefined for what is no one number or range */
function numberOf (condition: Condition, response: Response, item: Item): { readonly number: AcceptedNumber, readonly written: string } | undefined {
  const all = [...conditionsIn(condition)].filter(part => 'response' in part && part.response === response.ident)
  const equal = all.find(part => part.type === 'equal')
  const bounds = all.filter(part => part.type === 'compare')
  const [low, high] = [bounds.find(({ by }) => by === 'gt' || by === 'gte'), bounds.find(({ by }) => by === 'lt' || by === 'lte')]
  const [min, max, value] = [low, high, equal].map(part => part === undefined ? undefined : plainNumber(part.value))
  if (equal !== undefined) return value === undefined ? undefined : { number: aroundValue(value, min, max, low?.by === 'gt', equal.element), written: equal.value }
  if (min === undefined || max === undefined) return undefined
  if (low?.by === 'gt' || high?.by === 'lt') item.note('changed', 'the ends of its range count as right')
  return { number: { min, max }, written: String(min / 2 + max / 2) }
}

/** A value with what is said of its tolerance: New Quizzes in attributes, Canvas by bounds besides. */
function aroundValue (value: number, min: number | undefined, max: number | undefined, isOpen: boolean, { attributes }: XmlElement): AcceptedNumber {
  const [margin, precision] = ['margin', 'precision'].map(name => plainNumber(attributes.get(name) ?? ''))
  if (margin !== undefined) return attributes.get('margintype') === 'percent' ? { value, tolerance: { relative: Number((margin / 100).toPrecision(12)) } } : { value, tolerance: Math.abs(margin) }
  if (precision !== undefined) return attributes.get('precisiontype') === 'decimals' ? { value, tolerance: 0.5 * 10 ** -precision } : { value, tolerance: { significantFigures: Math.min(15, Math.max(1, Math.round(precision))) } }
  if (min === undefined || max === undefined) return { value }
  const figures = isOpen ? figuresOf(value, max) : undefined
  if (figures !== undefined) return { value, tolerance: { significantFigures: figures } }
  if (Math.abs(max - value - (value - min)) > 1e-9 * Math.max(1, Math.abs(value))) return { min, max }
  const tolerance = Number((max - value).toPrecision(9))
  return tolerance === 0 ? { value } : { value, tolerance }
}

/** How many significant figures make a value end at this bound, as Canvas writes its precision. */
function figuresOf (value: number, max: number): number | undefined {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  return Array.from({ length: 15 }, (_, index) => index + 1).find(figures => Math.abs(max - value - halfStep(magnitude, figures)) <= 1e-3 * halfStep(magnitude, figures))
}

function halfStep (magnitude: number, figures: number): number {
  return 0.5 * 10 ** (magnitude + 1 - figures)
}

/** A number worked out from drawn values (`calculated`, Canvas' formula questions). */
export function readCalculated (scored: Scored, calculated: XmlElement): Read & { readonly variables?: readonly string[] } {
  const { item } = scored
  const names = elementsIn(elementIn(calculated, 'vars') ?? calculated, 'var').map(variable => ({
    key: attributeOf(variable, 'name'),
    min: plainNumber(textIn(elementIn(variable, 'min'))) ?? 1,
    max: plainNumber(textIn(elementIn(variable, 'max'))) ?? 10,
    decimals: Math.min(9, Math.max(0, plainNumber(attributeOf(variable, 'scale')) ?? 0))
  }))
  const sets = elementsIn(elementIn(calculated, 'var_sets') ?? calculated, 'var_set').map(set => ({
    values: Object.fromEntries(elementsIn(set, 'var').flatMap(variable => {
      const value = plainNumber(textIn(variable))
      return value === undefined ? [] : [[attributeOf(variable, 'name'), value]]
    })),
    answer: powerNumber(textIn(elementIn(set, 'answer')))
  }))
  const whole = sets.filter(({ values }) => Object.keys(values).length > 0 && names.every(({ key }) => key in values)).slice(0, 1000)
  if (whole.length < sets.length) item.note('left-out', `${sets.length - whole.length} rows of values are left out: not every variable has one, or they are more than 1000`)
  const formulas = elementIn(calculated, 'formulas')
  const lines = elementsIn(formulas ?? calculated, 'formula').map(formula => textIn(formula).trim()).filter(line => line !== '')
  const tolerance = toleranceOf(textIn(elementIn(calculated, 'answer_tolerance')).trim(), elementIn(calculated, 'answer_tolerance')?.attributes.get('margin_type') ?? '')
  const places = plainNumber(formulas?.attributes.get('decimal_places') ?? '')
  const isScientific = formulas?.attributes.get('scientific_notation') === 'true'
  if (isScientific) item.note('changed', 'the answer may be written in any way, not in powers of ten alone')
  const inWords = composed(lines, new Set(names.map(({ key }) => key)))
  const recorded = whole.every(({ answer }) => answer !== undefined) && whole.length > 0
  const formula = inWords !== undefined && (!recorded || whole.every(({ values, answer }) => isNear(inWords.read, values, answer!, stepOf(answer!, places ?? 10, isScientific)))) ? inWords.source : undefined
  if (formula === undefined && !recorded) return { problem: `its formula is not understood: ${lines.join('; ').slice(0, 100)}` }
  if (formula === undefined) item.note('changed', 'its formula gives other results here, or none; the results that the file holds are kept')
  const variables = names.map(({ decimals, ...variable }) => ({ ...variable, ...decimals > 0 && { decimals } }))
  return {
    texts: [],
    variables: names.map(({ key }) => key),
    draft: () => ({
      kind: 'calculated',
      formula: formula ?? RECORDED,
      tolerance,
      ...whole.length > 0
        ? { datasets: whole.map(({ values, answer }) => formula === undefined ? { ...values, [RECORDED]: answer! } : values) }
        : variables.length > 0 && { variables },
      ...places !== undefined && { decimals: Math.min(15, Math.max(0, places)) }
    })
  }
}

/** The name of the variable that holds the result which a file gives. */
const RECORDED = 'file_result'

function toleranceOf (written: string, type: string): number | { relative: number } {
  const value = plainNumber(written.replace('%', '')) ?? 0
  return written.endsWith('%') || type === 'percent' ? { relative: Number((Math.abs(value) / 100).toPrecision(12)) } : Math.abs(value)
}

/** `7*10^2`, as scientific notation is written there, or a plain number. */
function powerNumber (written: string): number | undefined {
  const [, digits, power] = /^([^*]+)\*10\^(-?\d{1,3})$/.exec(written.trim()) ?? []
  return digits === undefined ? plainNumber(written) : plainNumber(`${digits}e${power}`)
}

/** Lines such as `x = n*x` and at last the answer, put into one another; undefined for what is no formula here. */
function composed (lines: readonly string[], names: ReadonlySet<string>): { readonly source: string, readonly read: Formula } | undefined {
  const known = new Map<string, string>()
  let last: string | undefined
  for (const line of lines) {
    const [, name, right] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/s.exec(line) ?? []
    last = (right ?? line).replace(/[A-Za-z_]\w*(?!\w|\s*\()/g, word => known.has(word) ? `(${known.get(word)!})` : names.has(word) ? `{${word}}` : word)
    if (name !== undefined) known.set(name, last)
    if (last.length > 500) return undefined
  }
  if (last === undefined) return undefined
  const read = parseFormula(last)
  return 'problem' in read || [...variablesOf(read)].some(name => !names.has(name)) ? undefined : { source: last, read }
}

/** The last place to which a file writes a result: the file holds it rounded. */
function stepOf (answer: number, places: number, isScientific: boolean): number {
  return 10 ** ((isScientific && answer !== 0 ? Math.floor(Math.log10(Math.abs(answer))) : 0) - places)
}

function isNear (formula: Formula, values: Readonly<Record<string, number>>, answer: number, step: number): boolean {
  return Math.abs(evaluate(formula, values) - answer) <= 0.51 * step + Math.abs(answer) * 1e-6
}

/** A text with blanks: marks such as `[colour]` for Canvas, or the blanks' own places among the text. */
export function readGaps (scored: Scored, presentation: XmlElement): Read {
  const { item, processing } = scored
  const fresh = keyMaker([])
  const gaps = item.responses.map((response, index) => {
    const name = response.ident.replace(/^response_/, '')
    return { response, name, key: fresh(keyOf(name, `g${index + 1}`)) }
  })
  const byElement = new Map(gaps.map(({ response, key }) => [response.element, key]))
  const isNamed = gaps.some(({ response }) => response.ident.startsWith('response_')) && gaps.every(({ response }) => response.sort === 'labels')
  const text = isNamed ? named(gappedIn(presentation, item.note, () => undefined), gaps, item) : gappedIn(presentation, item.note, element => byElement.get(element))
  const drafts = gaps.map(({ response, key }) => ({ key, ...gapOf(scored, response) }))
  const broken = drafts.find(({ fields }) => fields === undefined)
  if (broken !== undefined) return { problem: `the blank '${broken.key}' has no answer that can be taken` }
  const scores = drafts.map(({ right }, index) => scoreOf(processing, new Map([[gaps[index]!.response.ident, [right]]])))
  const best = bestOf(scored, [new Map(drafts.map(({ right }, index) => [gaps[index]!.response.ident, [right]]))])
  const isWhole = best > 0 && scores.every(score => score <= 0) && gaps.length > 1
  const isEven = scores.every(score => Math.abs(score - scores[0]!) <= Math.abs(scores[0]!) / 50)
  return {
    ownText: true,
    texts: [text, ...drafts.flatMap(({ texts }) => texts)],
    draft: write => ({
      kind: 'cloze',
      text: write(text),
      gaps: drafts.map(({ key, fields }, index) => ({ key, ...fields!(write), ...!isWhole && !isEven && scores[index]! > 0 && { weight: partOf(scores[index]!, best) * 100 } })),
      ...isWhole && { scoring: 'all-or-nothing' }
    })
  }
}

/** Marks for the blanks where their names stand in brackets; what is nowhere goes to the end. */
function named (text: Wording, gaps: readonly { readonly name: string, readonly key: string }[], item: Item): Wording {
  let written = text.text
  for (const { name, key } of gaps) {
    const mark = text.format === 'markdown' ? markdownOfPlain(`[${name}]`) : `[${name}]`
    if (!written.includes(mark)) {
      item.note('changed', `the blank '${name}' stands at the end, for it is not in the text`)
      written = `${written} {{${key}}}`
    } else written = written.replace(mark, () => `{{${key}}}`)
  }
  return { ...text, text: written.trim() }
}

interface Gap { readonly right: string, readonly texts: readonly Wording[], readonly fields: ((write: (wording: Wording) => string) => object) | undefined }

/** A blank: typed, or chosen from a list, by what Canvas, New Quizzes and the rules say of it. */
function gapOf (scored: Scored, response: Response): Gap {
  const { item } = scored
  if (response.sort === 'text') {
    const { accepted, caseSensitive } = acceptedBy({ ...scored, processing: alone(scored, response) }, response)
    const full = accepted.map(one => ({ ...one, fraction: 1 }))
    return { right: full[0]?.value ?? '', texts: full.map(({ feedback }) => feedback), fields: full.length === 0 ? undefined : write => ({ input: 'text', accept: acceptedTexts(full, write), ...caseSensitive && { caseSensitive } }) }
  }
  const labels = filled(item, response.labels)
  const { rules } = scored.processing
  const values = rules.filter(({ sets }) => sets.length > 0).flatMap(({ condition }) => [...conditionsIn(condition)]).flatMap(part => part.type === 'equal' && part.response === response.ident ? [part.value] : [])
  const right = labels.find(({ ident }) => values.includes(ident))
  const sort = labels[0]?.element.attributes.get('answer_type') ?? (item.type === 'fill_in_multiple_blanks_question' ? 'openEntry' : 'dropdown')
  const feedback = labels.map(({ ident }) => scored.said(response.ident, ident))
  if (sort === 'openEntry') {
    return { right: right?.ident ?? '', texts: feedback, fields: labels.length === 0 ? undefined : write => typed(labels, feedback, item, write) }
  }
  if (sort === 'wordbank') item.note('changed', 'words are chosen from a list')
  return {
    right: right?.ident ?? '',
    texts: [...labels.map(({ text }) => text), ...feedback],
    fields: right === undefined ? undefined : write => ({
      input: 'choice',
      choices: labels.map((label, index) => ({ key: letter(index), text: write(label.text), ...label === right && { correct: true }, ...said('feedback', feedback[index]!, write) })),
      ...isShuffled(response) !== true && { shuffle: false }
    })
  }
}

/** The rules about one blank, of an item in which others count besides. */
function alone ({ processing }: Scored, response: Response): Scored['processing'] {
  const only = (condition: Condition): Condition => {
    const parts = [...conditionsIn(condition)].filter(part => (part.type === 'equal' || part.type === 'substring') && part.response === response.ident)
    return { type: 'any', parts }
  }
  return { ...processing, declared: undefined, rules: processing.rules.map(rule => ({ ...rule, condition: only(rule.condition) })) }
}

function typed (labels: readonly Label[], feedback: readonly Wording[], item: Item, write: (wording: Wording) => string): object {
  const accept = labels.map(({ text, element }, index) => {
    const words = plainOf(text.text, text.format === 'html' ? 'html' : 'markdown').text
    const told = said('feedback', feedback[index]!, write)
    const by = attributeOf(element, 'scoring_algorithm')
    if (by === 'TextRegex') return { regex: words, ...told }
    if (by === 'TextCloseEnough') item.note('changed', 'an answer that is nearly right is wrong')
    const pattern = by === 'TextContainsAnswer' ? `*${literally(words)}*` : literally(words)
    return Object.keys(told).length === 0 ? pattern : { text: pattern, ...told }
  })
  return { input: 'text', accept }
}

/** A text in own words. */
export function readEssay ({ item, solution }: Scored, response: Response | undefined): Read {
  const limit = (name: string): number | undefined => plainNumber(response?.element.attributes.get(name) ?? '')
  const rows = plainNumber([...response === undefined ? [] : elementsIn(response.element, 'render_fib')][0]?.attributes.get('rows') ?? '')
  const [min, max] = [limit('word_limit_min'), limit('word_limit_max')]
  if ((item.about.get('grading_notes') ?? '') !== '') item.note('left-out', 'what is said to who marks it is left out')
  const counts = response?.element.attributes.get('word_limit_enabled')?.toLowerCase() === 'yes'
  return {
    texts: [solution],
    draft: write => ({
      kind: 'essay',
      ...rows !== undefined && { lines: Math.min(60, Math.max(2, Math.round(rows))) },
      ...counts && min !== undefined && min > 0 && { minWords: min },
      ...counts && max !== undefined && max > 0 && { maxWords: max },
      ...said('sampleAnswer', solution, write)
    })
  }
}

/** Files, with the endings that are allowed. */
export function readUpload (presentation: XmlElement): Read {
  const types = attributeOf(presentation, 'allowed_types').split(/[\s,;]+/).map(type => type.replace(/^\./, '')).filter(type => /^[a-z0-9]+$/i.test(type))
  const count = plainNumber(attributeOf(presentation, 'files_count'))
  return { texts: [], draft: () => ({ kind: 'upload', ...types.length > 0 && { types: types.map(type => `.${type}`) }, ...count !== undefined && count >= 1 && count !== 1 && { maxFiles: Math.min(20, Math.round(count)) } }) }
}
