import { evaluate, parseFormula } from '../formula.ts'
import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import { textsOf, type Text } from '../text.ts'
import { namesOf } from '../variables.ts'
import { leaveOut, notesOn, type Notes } from './export-notes.ts'
import { categoryPath, percentOf, type Exported, type ExportOptions, type FormatProblem, type NamedQuestion } from './format.ts'
import { absolute, worthsOf } from './gift-write.ts'
import { bytesToBase64 } from './base64.ts'
import { sizeOf } from './moodle-parts.ts'
import { htmlOfPictured, namedFiles, showsPicture } from './picture-texts.ts'
import { escapeXml } from './xml.ts'

type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>

/** What one item is written with. */
export interface Pen {
  readonly notes: Notes
  /** a text in a material, in the question's markup */
  material (text: Text): string
  /** the same, as it stands there: with the marks of Canvas for variables and gaps */
  words (text: Text): string
  /** registers a feedback; '' for none, else the element that shows it */
  shows (ident: string, text: Text | undefined): string
}

/** What of a definition is written in an item. */
export interface Own {
  /** Canvas' question type */
  readonly type: string
  readonly response: string
  /** respconditions */
  readonly rules: string
  /** what stands in place of the prompt */
  readonly material?: string
  readonly fields?: Readonly<Record<string, string>>
  readonly presentation?: string
  readonly extension?: string
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
export const QTI12 = 'http://www.imsglobal.org/xsd/ims_qtiasiv1p2'

/** Writes questions as one assessment of IMS QTI 1.2, as Canvas writes and reads it. What `importQti12` reads of it equals what
 * was given, but for what the problems name. Texts in Markdown are written plainly, but for the pictures that they show. */
export function exportQti12 (questions: readonly NamedQuestion[], options: ExportOptions = {}): Exported {
  const problems: FormatProblem[] = []
  const items = itemsOf(questions, options, problems)
  return { text: assessmentXml('questions', 'Questions', items.map(({ xml }) => xml)), problems }
}

/** An assessment with its items in one section. */
export function assessmentXml (ident: string, title: string, items: readonly string[]): string {
  return [
    `${HEAD}<questestinterop xmlns="${QTI12}">`,
    `<assessment ident="${escapeXml(ident)}" title="${escapeXml(title)}">`,
    '<section ident="root_section">',
    ...items,
    '</section>\n</assessment>\n</questestinterop>\n'
  ].join('\n')
}

/** Where Canvas has the files that texts show, which they name by `$IMS-CC-FILEBASE$`. */
export const FOLDER = 'web_resources'

/** Every question that can be said as an item, with what it is part of.
 * @param files to which those that its texts show are added; without it they are written into the texts */
export function itemsOf (questions: readonly NamedQuestion[], options: ExportOptions, problems: FormatProblem[], files?: Map<string, Uint8Array>): { readonly xml: string, readonly category: readonly string[] }[] {
  const keys = new Set(questions.map(({ definition }) => definition.key))
  const named = new Set(questions.flatMap(({ definition }) => definition.stimulus ?? []))
  return questions.flatMap(question => {
    const notes = notesOn(question, options)
    const shown = namedFiles(question.files ?? [], FOLDER, files ?? new Map<string, Uint8Array>(), name => { notes.leftOut(`the file '${name.slice(0, 100)}' that it shows is not among its files`) })
    const xml = itemXml(question, notes, keys, named, text => shown.placed(text, path => files === undefined ? insideOf(shown.used.get(path)!) : `$IMS-CC-FILEBASE$${path.slice(FOLDER.length)}`))
    problems.push(...notes.problems)
    return xml === undefined ? [] : [{ xml, category: question.category ?? [question.definition.topic] }]
  })
}

/** A file as its own address. */
function insideOf (bytes: Uint8Array): string {
  const base64 = bytesToBase64(bytes)
  return `data:image/${sizeOf(base64)?.type ?? 'png'};base64,${base64}`
}

function itemXml ({ name, category, definition }: NamedQuestion, notes: Notes, keys: ReadonlySet<string>, named: ReadonlySet<string>, placed: (text: string) => string): string | undefined {
  const isHtml = definition.markup === 'html'
  const feedbacks: string[] = []
  const marks = marksOf(definition)
  // Marks are set aside while the text is brought into plain words.
  const aside = (text: Text): string => marks.reduce((text, { ours }, index) => text.replaceAll(ours, String.fromCharCode(0xe000 + index)), notes.text(text))
  const ofMarks = (text: string): string => marks.reduce((text, { theirs }, index) => text.replaceAll(String.fromCharCode(0xe000 + index), theirs), text)
  const words = (text: Text): string => ofMarks(isHtml ? aside(text) : notes.plain(aside(text)))
  const material = (text: Text): string => {
    const pictured = !isHtml && showsPicture(notes.text(text))
    const written = pictured ? ofMarks(htmlOfPictured(aside(text), notes.plain)) : words(text)
    return `<material><mattext texttype="text/${isHtml || pictured ? 'html' : 'plain'}">${escapeXml(placed(written))}</mattext></material>`
  }
  const pen: Pen = {
    notes,
    material,
    words,
    shows: (ident, text) => {
      if (text === undefined) return ''
      feedbacks.push(`<itemfeedback ident="${escapeXml(ident)}"><flow_mat>${material(text)}</flow_mat></itemfeedback>`)
      return `<displayfeedback feedbacktype="Response" linkrefid="${escapeXml(ident)}"/>`
    }
  }
  const own = ownOf(definition, pen)
  if (own === undefined) return undefined
  leaveOut(definition, notes, { source: 'the source', penalty: 'what a wrong try costs' })
  const { key, difficulty, prompt, feedback, hints = [], mark = 1, stimulus, kind } = definition
  if ('text' in definition && notes.plain(prompt) !== name) notes.changed('its name stands in place of the prompt')
  if (stimulus !== undefined && !keys.has(stimulus)) notes.leftOut('the text that it is about is not among the questions')
  if (kind === 'stimulus' && !named.has(key)) notes.changed('it is a text that no question is about')
  const isText = kind === 'stimulus' || kind === 'description'
  const general = pen.shows('general_fb', feedback)
  for (const [index, hint] of hints.entries()) feedbacks.push(`<itemfeedback ident="hint_${index + 1}"><hint><hintmaterial>${material(hint)}</hintmaterial></hint></itemfeedback>`)
  if (kind === 'essay' && definition.sampleAnswer !== undefined) feedbacks.push(`<itemfeedback ident="solution"><solution><solutionmaterial>${material(definition.sampleAnswer)}</solutionmaterial></solution></itemfeedback>`)
  const fields = {
    question_type: own.type,
    points_possible: isText ? '0' : String(mark),
    ...own.fields,
    qmd_levelofdifficulty: difficulty,
    ...stimulus !== undefined && { parent_stimulus_item_ident: stimulus },
    muster_key: key,
    muster_category: categoryPath(category ?? [definition.topic]),
    ...!isHtml && showsPicture(JSON.stringify(definition).replaceAll('\\"', '"')) && { muster_markup: 'markdown' }
  }
  const scored = [general === '' ? '' : `<respcondition continue="Yes"><conditionvar><other/></conditionvar>${general}</respcondition>`, own.rules].filter(part => part !== '').join('\n')
  return [
    `<item ident="${key}" title="${escapeXml(name)}">`,
    `<itemmetadata><qtimetadata>${Object.entries(fields).map(([label, entry]) => `<qtimetadatafield><fieldlabel>${label}</fieldlabel><fieldentry>${escapeXml(entry)}</fieldentry></qtimetadatafield>`).join('')}</qtimetadata></itemmetadata>`,
    `<presentation${own.presentation ?? ''}>${own.material ?? material(prompt)}${own.response}</presentation>`,
    ...isText && scored === '' ? [] : ['<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>', scored, '</resprocessing>'],
    own.extension ?? '',
    ...feedbacks,
    '</item>'
  ].filter(part => part !== '').join('\n')
}

/** How variables and gaps are marked in texts: `{a}` here and `[a]` there. */
function marksOf (definition: QuestionDefinition): { readonly ours: string, readonly theirs: string }[] {
  if (definition.kind === 'calculated') return [...namesOf(definition)].map(name => ({ ours: `{${name}}`, theirs: `[${name}]` }))
  return definition.kind === 'cloze' ? definition.gaps.map(({ key }) => ({ ours: `{{${key}}}`, theirs: `[${key}]` })) : []
}

function ownOf (definition: QuestionDefinition, pen: Pen): Own | undefined {
  switch (definition.kind) {
    case 'description': case 'stimulus': return { type: 'text_only_question', response: '', rules: '' }
    case 'choice': return choice(definition, pen)
    case 'true-false': return trueFalse(definition, pen)
    case 'short-text': return shortText(definition, pen)
    case 'numeric': return numeric(definition, pen)
    case 'match': return match(definition, pen)
    case 'order': return order(definition, pen)
    case 'cloze': return cloze(definition, pen)
    case 'calculated': return calculated(definition, pen)
    case 'essay': return essay(definition, pen)
    case 'upload': return upload(definition, pen)
    default:
      pen.notes.refused(`QTI 1.2 is not written for questions of the kind ${definition.kind}`)
      return undefined
  }
}

/** A respcondition. @param set what is set: `Set` or `Add` with a percentage */
function rule (condition: string, set: readonly [action: 'Set' | 'Add', percent: string] | undefined, shows = '', stops = false): string {
  if (set === undefined && shows === '') return ''
  const setting = set === undefined ? '' : `<setvar action="${set[0]}" varname="SCORE">${set[1]}</setvar>`
  return `<respcondition continue="${stops ? 'No' : 'Yes'}"><conditionvar>${condition}</conditionvar>${setting}${shows}</respcondition>`
}

function equal (response: string, value: string, more = ''): string {
  return `<varequal respident="${escapeXml(response)}"${more}>${escapeXml(value)}</varequal>`
}

function labelled (ident: string, cardinality: string, inside: string, labels: readonly { readonly key: string, readonly material: string }[], shuffle: boolean): string {
  return `<response_lid ident="${escapeXml(ident)}" rcardinality="${cardinality}">${inside}<render_choice shuffle="${shuffle ? 'Yes' : 'No'}">${labels.map(({ key, material }) => `<response_label ident="${escapeXml(key)}">${material}</response_label>`).join('')}</render_choice></response_lid>`
}

function written (rules: readonly string[]): string {
  return rules.filter(rule => rule !== '').join('\n')
}

const ONE = 'response1'

function choice (definition: Of<'choice'>, { notes, material, shows }: Pen): Own {
  const { choices, maxChoices = 1, scoring = 'all-or-nothing' } = definition
  const single = maxChoices === 1
  const isWhole = !single && scoring === 'all-or-nothing' && choices.every(({ fraction }) => fraction === undefined)
  if (isWhole && maxChoices > 1) notes.changed(`any number of choices may be chosen, not at most ${maxChoices}`)
  const worths = isWhole ? [] : worthsOf(definition, notes)
  const said = choices.map(({ key, feedback }) => rule(equal(ONE, key), undefined, shows(`${key}_fb`, feedback)))
  const all = choices.map(({ key, correct }) => correct === true ? equal(ONE, key) : `<not>${equal(ONE, key)}</not>`).join('')
  return {
    type: single ? 'multiple_choice_question' : 'multiple_answers_question',
    response: labelled(ONE, single ? 'Single' : 'Multiple', '', choices.map(({ key, text }) => ({ key, material: material(text) })), definition.shuffle !== false),
    rules: written([...said, ...isWhole
      ? [rule(`<and>${all}</and>`, ['Set', '100'], '', true)]
      : choices.map(({ key }, index) => worths[index] === 0 ? '' : rule(equal(ONE, key), [single ? 'Set' : 'Add', percentOf(worths[index]!)]))])
  }
}

function trueFalse ({ correct, labels, feedbackTrue, feedbackFalse }: Of<'true-false'>, { notes, shows }: Pen): Own {
  const label = (verdict: 'true' | 'false', usual: string): { key: string, material: string } => ({
    key: verdict, material: `<material><mattext texttype="text/plain">${escapeXml(labels === undefined ? usual : notes.plain(labels[verdict]))}</mattext></material>`
  })
  return {
    type: 'true_false_question',
    response: labelled(ONE, 'Single', '', [label('true', 'True'), label('false', 'False')], false),
    rules: written([
      rule(equal(ONE, 'true'), undefined, shows('true_fb', feedbackTrue)),
      rule(equal(ONE, 'false'), undefined, shows('false_fb', feedbackFalse)),
      rule(equal(ONE, String(correct)), ['Set', '100'], '', true)
    ])
  }
}

const BLANK = `<response_str ident="${ONE}" rcardinality="Single"><render_fib fibtype="String"><response_label ident="answer1"/></render_fib></response_str>`

/** What is typed, where it is itself, or what is around it does not matter. */
function typed (pattern: string): { readonly text: string, readonly inside: boolean } | undefined {
  const parts = pattern.split(/(?<!\\)\*/).map(part => part.replaceAll('\\*', '*'))
  if (parts.length === 1) return { text: parts[0]!, inside: false }
  return parts.length === 3 && parts[0] === '' && parts[2] === '' && parts[1] !== '' ? { text: parts[1]!, inside: true } : undefined
}

interface Accepted { readonly text: string, readonly inside: boolean, readonly regex: boolean, readonly fraction: number, readonly feedback: Text | undefined }

function acceptedIn (accept: Of<'short-text'>['accept'], notes: Notes, takesRegex: boolean): Accepted[] {
  return accept.flatMap((accepted): Accepted[] => {
    const { fraction = 1, feedback, ...rest } = typeof accepted === 'string' ? { text: accepted } : accepted
    if ('regex' in rest) {
      if (takesRegex) return [{ text: rest.regex, inside: false, regex: true, fraction, feedback }]
      notes.leftOut('answers given by a regular expression are left out')
      return []
    }
    const what = typed(rest.text)
    if (what === undefined) notes.leftOut('answers with a wildcard are left out')
    return what === undefined ? [] : [{ ...what, regex: false, fraction, feedback }]
  })
}

function shortText (definition: Of<'short-text'>, { notes, shows }: Pen): Own | undefined {
  const accepted = acceptedIn(definition.accept, notes, false)
  if (definition.ignoreAccents === true) notes.changed('accents make a difference')
  if (accepted.length === 0) {
    notes.refused('no answer is left')
    return undefined
  }
  const more = definition.caseSensitive === true ? ' case="Yes"' : ''
  const condition = ({ text, inside }: Accepted): string => inside ? `<varsubstring respident="${ONE}"${more}>${escapeXml(text)}</varsubstring>` : equal(ONE, text, more)
  return {
    type: 'short_answer_question',
    response: BLANK,
    rules: written(accepted.map((one, index) => rule(condition(one), ['Set', percentOf(one.fraction)], shows(`answer_${index + 1}_fb`, one.feedback), true)))
  }
}

function numeric (definition: Of<'numeric'>, { notes, shows }: Pen): Own {
  const { value, tolerance, answers = [{ value: value!, ...tolerance !== undefined && { tolerance } }] } = definition
  leaveOut(definition, notes, { unit: 'the unit', units: 'the list of units' })
  return {
    type: 'numerical_question',
    response: BLANK.replace('"String"', '"Decimal"'),
    rules: written(answers.map((answer, index) => rule(numberCondition(answer, notes), ['Set', percentOf(answer.fraction ?? 1)], shows(`answer_${index + 1}_fb`, answer.feedback), true)))
  }
}

function numberCondition (answer: NonNullable<Of<'numeric'>['answers']>[number], notes: Notes): string {
  const between = (low: string, min: number, max: number): string => `<${low} respident="${ONE}">${min}</${low}><varlte respident="${ONE}">${max}</varlte>`
  if ('min' in answer) return between('vargte', answer.min, answer.max)
  const { value, tolerance = 0 } = answer
  const around = (low: string, by: number, more: string): string => `<or>${equal(ONE, String(value), more)}<and>${between(low, exact(value - by), exact(value + by))}</and></or>`
  if (typeof tolerance === 'object' && 'significantFigures' in tolerance) {
    const { significantFigures: figures } = tolerance
    const step = 0.5 * 10 ** ((value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))) + 1 - figures)
    return around('vargt', step, ` precisiontype="significantDigits" precision="${figures}"`)
  }
  if (typeof tolerance === 'object' && 'relative' in tolerance) return around('vargte', Math.abs(value) * tolerance.relative, ` margintype="percent" margin="${exact(tolerance.relative * 100)}"`)
  const by = absolute(value, tolerance, notes)
  return around('vargte', by, by === 0 ? '' : ` margintype="absolute" margin="${by}"`)
}

function exact (value: number): number {
  return Number(value.toPrecision(15))
}

function match (definition: Of<'match'>, { notes, material, words }: Pen): Own {
  const { stems, choices, scoring, shuffle } = definition
  if (stems.some(({ feedback }) => feedback !== undefined)) notes.leftOut('the feedback of stems is left out')
  const labels = choices.map(({ key, text }) => ({ key, material: material(text) }))
  if (new Set(choices.map(({ text }) => words(text))).size < choices.length) notes.changed('choices that read alike are one to Canvas')
  const percent = percentOf(1 / stems.length)
  return {
    type: 'matching_question',
    response: stems.map(({ key, text }) => labelled(`response_${key}`, 'Single', material(text), labels, shuffle !== false)).join(''),
    rules: written(stems.map(({ key, choice }) => rule(equal(`response_${key}`, choice), ['Add', percent]))),
    ...scoring === 'all-or-nothing' && { fields: { scoring_algorithm: 'AllOrNothing' } }
  }
}

function order ({ items, scoring = 'exact' }: Of<'order'>, { notes, material }: Pen): Own {
  if (scoring !== 'exact') notes.changed('it earns all or nothing')
  const listed = items.toSorted((a, b) => a.key < b.key ? -1 : 1)
  return {
    type: 'ordering_question',
    response: `<response_lid ident="${ONE}" rcardinality="Ordered"><render_extension><ims_render_object shuffle="Yes"><flow_label>${listed.map(({ key, text }) => `<response_label ident="${key}">${material(text)}</response_label>`).join('')}</flow_label></ims_render_object></render_extension></response_lid>`,
    rules: rule(items.map(({ key }) => equal(ONE, key)).join(''), ['Set', '100'], '', true)
  }
}

/** Blanks that are all typed, or all chosen from lists: Canvas has a type for each, and none for both. */
function cloze (definition: Of<'cloze'>, pen: Pen): Own | undefined {
  const { notes } = pen
  const { gaps, text, scoring = 'partial' } = definition
  const [first] = gaps
  if (gaps.some(({ input }) => input === 'numeric' || input !== first?.input)) {
    notes.refused('Canvas has gaps that are all typed, or all chosen from lists, and no others')
    return undefined
  }
  if (textsOf(text).some(wording => gaps.some(({ key }) => wording.includes(`[${key}]`)))) {
    notes.refused('its text holds the name of a gap in brackets')
    return undefined
  }
  if (scoring !== 'partial') notes.changed('each gap earns its part, and none less than nothing')
  const total = gaps.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const blanks = gaps.map(gap => ({ ...gap, blank: gap.input === 'choice' ? listGap(gap, pen) : textGap(gap as TextGap, pen) }))
  const lost = blanks.find(({ blank }) => blank === undefined)
  if (lost !== undefined) {
    notes.refused(`no answer is left for the gap '${lost.key}'`)
    return undefined
  }
  return {
    type: first?.input === 'choice' ? 'multiple_dropdowns_question' : 'fill_in_multiple_blanks_question',
    material: pen.material(text),
    response: blanks.map(({ blank }) => blank!.response).join(''),
    rules: written(blanks.flatMap(({ key, weight = 1, blank }) => [...blank!.said, rule(equal(`response_${key}`, blank!.right), ['Add', percentOf(weight / total)])]))
  }
}

interface Blank { readonly response: string, readonly right: string, readonly said: readonly string[] }
type Gap = Of<'cloze'>['gaps'][number]
type TextGap = Extract<Gap, { input: 'text' }>

function textGap ({ key, accept, caseSensitive, ignoreAccents }: TextGap, { notes, shows }: Pen): Blank | undefined {
  if (caseSensitive === true) notes.changed('capital letters make no difference')
  if (ignoreAccents === true) notes.changed('accents make a difference')
  const all = acceptedIn(accept, notes, true)
  const accepted = all.filter(({ fraction }) => fraction === 1)
  if (accepted.length < all.length) notes.leftOut('answers that earn a part are left out')
  if (accepted.length === 0) return undefined
  const response = `response_${key}`
  const idents = accepted.map((_, index) => `${key}_${index + 1}`)
  const by = ({ regex, inside }: Accepted): string => regex ? ' scoring_algorithm="TextRegex" answer_type="openEntry"' : inside ? ' scoring_algorithm="TextContainsAnswer" answer_type="openEntry"' : ''
  return {
    response: `<response_lid ident="${response}"><material><mattext>${key}</mattext></material><render_choice>${accepted.map((one, index) => `<response_label ident="${idents[index]}"${by(one)}><material><mattext texttype="text/plain">${escapeXml(one.text)}</mattext></material></response_label>`).join('')}</render_choice></response_lid>`,
    right: idents[0]!,
    said: accepted.map(({ feedback }, index) => rule(equal(response, idents[index]!), undefined, shows(`${idents[index]}_fb`, feedback)))
  }
}

function listGap ({ key, choices, layout = 'menu', shuffle }: Extract<Gap, { input: 'choice' }>, { notes, material, shows }: Pen): Blank | undefined {
  if (layout !== 'menu') notes.changed('its choices stand in a menu')
  if (choices.some(({ fraction = 0 }) => fraction !== 0 && fraction !== 1)) notes.changed('only the right choice earns something')
  const right = choices.find(({ correct, fraction }) => fraction === undefined ? correct === true : fraction === 1)
  const response = `response_${key}`
  const ident = (choice: string): string => `${key}_${choice}`
  return right === undefined ? undefined : {
    response: labelled(response, 'Single', `<material><mattext>${key}</mattext></material>`, choices.map(({ key: choice, text }) => ({ key: ident(choice), material: material(text) })), shuffle !== false),
    right: ident(right.key),
    said: choices.map(({ key: choice, feedback }) => rule(equal(response, ident(choice)), undefined, shows(`${ident(choice)}_fb`, feedback)))
  }
}

/** Whether a text has something worked out in it. */
function hasFormula (text: string): boolean {
  return /\{=(?:[^{}]|\{[^{}]*\})*\}/.test(text)
}

function calculated (definition: Of<'calculated'>, { notes }: Pen): Own | undefined {
  const { variables = [], datasets = [], formula, tolerance = { relative: 0.01 }, decimals, significantFigures, prompt, feedback, hints = [] } = definition
  const between = variables.flatMap(variable => 'min' in variable ? [variable] : [])
  if (formula === undefined || between.length < variables.length || (variables.length > 0 && datasets.length > 0)) {
    notes.refused('Canvas has one formula, with values in rows or between bounds, and no others')
    return undefined
  }
  if ([prompt, feedback, ...hints].some(text => text !== undefined && textsOf(text).some(hasFormula))) {
    notes.refused('Canvas works nothing out in a text')
    return undefined
  }
  leaveOut(definition, notes, { unit: 'the unit', units: 'the list of units' })
  if (significantFigures !== undefined) notes.leftOut('that the answer is shown with significant figures is left out')
  const names = [...namesOf(definition)]
  const vars = variables.length > 0 ? between : names.map(key => ({ key, min: Math.min(...datasets.map(row => row[key]!)), max: Math.max(...datasets.map(row => row[key]!)), decimals: 0 }))
  const read = parseFormula(formula)
  const result = (row: Readonly<Record<string, number>>): number => 'problem' in read ? NaN : evaluate(read, row)
  const places = decimals === undefined ? '' : ` decimal_places="${decimals}"`
  return {
    type: 'calculated_question',
    response: BLANK.replace('"String"', '"Decimal"'),
    rules: [rule('<other/>', ['Set', '100']).replace('<respcondition', '<respcondition title="correct"'), rule('<not><other/></not>', ['Set', '0']).replace('<respcondition', '<respcondition title="incorrect"')].join('\n'),
    extension: [
      `<itemproc_extension><calculated><answer_tolerance>${toleranceOf(tolerance, notes)}</answer_tolerance>`,
      `<formulas${places}><formula>${escapeXml(formula.replace(/[{}]/g, ''))}</formula></formulas>`,
      `<vars>${vars.map(({ key, min, max, decimals = 0 }) => `<var name="${key}" scale="${decimals}"><min>${min}</min><max>${max}</max></var>`).join('')}</vars>`,
      `<var_sets>${datasets.map((row, index) => `<var_set ident="${index + 1}">${names.map(key => `<var name="${key}">${row[key]}</var>`).join('')}<answer>${rounded(result(row), decimals)}</answer></var_set>`).join('')}</var_sets>`,
      '</calculated></itemproc_extension>'
    ].join('')
  }
}

function rounded (value: number, decimals: number | undefined): number {
  return decimals === undefined ? value : Number(value.toFixed(decimals))
}

function toleranceOf (tolerance: NonNullable<Of<'calculated'>['tolerance']>, notes: Notes): string {
  if (typeof tolerance === 'number') return String(tolerance)
  if ('absolute' in tolerance) return String(tolerance.absolute)
  if ('relative' in tolerance) return `${exact(tolerance.relative * 100)}%`
  notes.changed('the tolerance is written as a share of the value')
  return `${exact(('geometric' in tolerance ? tolerance.geometric : 5 * 10 ** -tolerance.significantFigures) * 100)}%`
}

function essay (definition: Of<'essay'>, { notes }: Pen): Own {
  const { lines, minWords, maxWords } = definition
  leaveOut(definition, notes, { rubric: 'the rubric', template: 'the template' })
  const limits = minWords === undefined && maxWords === undefined
    ? ''
    : ` word_limit_enabled="Yes"${minWords === undefined ? '' : ` word_limit_min="${minWords}"`}${maxWords === undefined ? '' : ` word_limit_max="${maxWords}"`}`
  return {
    type: 'essay_question',
    response: `<response_str ident="${ONE}" rcardinality="Single"${limits}><render_fib${lines === undefined ? '' : ` rows="${lines}"`}><response_label ident="answer1"/></render_fib></response_str>`,
    rules: '<respcondition continue="No"><conditionvar><other/></conditionvar></respcondition>'
  }
}

function upload (definition: Of<'upload'>, { notes }: Pen): Own {
  const { types = [], maxFiles } = definition
  leaveOut(definition, notes, { rubric: 'the rubric', maxBytes: 'how large a file may be' })
  const endings = types.filter(type => /^\.[a-z0-9]+$/i.test(type))
  if (endings.length < types.length) notes.leftOut('types that are no simple endings are left out')
  return {
    type: 'file_upload_question',
    response: '',
    rules: '',
    presentation: `${endings.length === 0 ? '' : ` allowed_types="${endings.map(type => type.slice(1)).join(',')}"`}${maxFiles === undefined ? '' : ` files_count="${maxFiles}"`}`
  }
}

