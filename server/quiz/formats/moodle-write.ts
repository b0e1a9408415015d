import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import { mapText, type Text } from '../text.ts'
import { namesOf } from '../variables.ts'
import { leaveOut, notesOn, type Notes } from './export-notes.ts'
import { categoryPath, percentOf, type Exported, type ExportOptions, type FormatProblem, type NamedQuestion } from './format.ts'
import { ANY_NUMBER } from './gift-read.ts'
import { absolute, pairsOf, worthsOf } from './gift-write.ts'
import { htmlOfPlain } from './markup.ts'
import { gradingOf } from './moodle-ordering.ts'
import { escapeXml } from './xml.ts'

type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>
type Tolerance = NonNullable<Of<'numeric'>['tolerance']>

/** What one question is written with. */
interface Pen {
  readonly notes: Notes
  readonly format: 'html' | 'markdown'
  /** the files that a text refers to, as elements beside it */
  filesOf (text: string): string
  /** an element with a text in the question's markup */
  rich (name: string, text: Text | undefined): string
}

const TYPE: Readonly<Partial<Record<KindName, string>>> = {
  choice: 'multichoice', 'true-false': 'truefalse', 'short-text': 'shortanswer', numeric: 'numerical', match: 'matching', essay: 'essay', description: 'description',
  calculated: 'calculated', cloze: 'cloze', 'gap-select': 'gapselect', 'drag-words': 'ddwtos', order: 'ordering', kprim: 'kprime'
}

/** Writes questions in Moodle's XML format, of the kinds that Moodle or its usual plug-ins have and that need no picture. What
 * `importMoodleXml` reads of it equals what was given, but for what the problems name. */
export function exportMoodleXml (questions: readonly NamedQuestion[], options: ExportOptions = {}): Exported {
  const problems: FormatProblem[] = []
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
  let category = ''
  for (const question of questions) {
    const notes = notesOn(question, options)
    const written = questionXml(question, notes)
    problems.push(...notes.problems)
    if (written === undefined) continue
    const path = categoryPath(question.category ?? [question.definition.topic])
    if (path !== category) parts.push(`<question type="category"><category>${textElement(`$course$/top/${path}`)}</category></question>\n`)
    category = path
    parts.push(written)
  }
  return { text: `${parts.join('')}</quiz>\n`, problems }
}

function textElement (text: string): string {
  return `<text>${escapeXml(text)}</text>`
}

function element (name: string, value: string | number): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`
}

function questionXml ({ name, definition, files = [] }: NamedQuestion, notes: Notes): string | undefined {
  const format = definition.markup ?? 'markdown'
  const filesOf = (text: string): string => files
    .filter(file => text.includes(`@@PLUGINFILE@@/${file.name}`))
    .map(file => `<file name="${escapeXml(file.name)}" path="/" encoding="base64">${file.bytes}</file>`).join('')
  const pen: Pen = {
    notes,
    format,
    filesOf,
    rich: (name, text) => {
      if (text === undefined) return ''
      const written = notes.text(text)
      return `<${name} format="${format}">${textElement(written)}${filesOf(written)}</${name}>`
    }
  }
  const own = ownXml(definition, pen)
  if (own === undefined) return undefined
  leaveOut(definition, notes, { stimulus: 'the text that several questions share', source: 'the source' })
  const { key, difficulty, prompt, feedback, hints = [], penalty, mark } = definition
  if ('text' in definition && notes.plain(prompt) !== name) notes.changed('its name stands in place of the prompt')
  return [
    `<question type="${TYPE[definition.kind]!}">`,
    `<name>${textElement(name)}</name>`,
    pen.rich('questiontext', own.text ?? prompt),
    pen.rich('generalfeedback', feedback),
    element('defaultgrade', definition.kind === 'description' ? 0 : mark ?? 1),
    element('penalty', definition.kind === 'description' ? 0 : penalty ?? 0.3333333),
    '<hidden>0</hidden>',
    element('idnumber', key),
    own.xml,
    ...hints.map(hint => pen.rich('hint', hint)),
    difficulty === 'medium' ? '' : `<tags><tag>${textElement(difficulty)}</tag></tags>`,
    '</question>\n'
  ].filter(part => part !== '').join('\n')
}

/** What a kind has of its own; text: what stands in place of the prompt. */
interface Own { readonly xml: string, readonly text?: Text }

function ownXml (definition: QuestionDefinition, pen: Pen): Own | undefined {
  switch (definition.kind) {
    case 'description': return { xml: '' }
    case 'choice': return { xml: choice(definition, pen) }
    case 'true-false': return { xml: trueFalse(definition, pen) }
    case 'short-text': return shortText(definition, pen)
    case 'numeric': return { xml: numeric(definition, pen) }
    case 'match': return { xml: match(definition, pen) }
    case 'essay': return { xml: essay(definition, pen) }
    case 'order': return { xml: order(definition, pen) }
    case 'kprim': return { xml: kprim(definition, pen) }
    case 'calculated': return calculated(definition, pen)
    case 'cloze': return cloze(definition, pen)
    case 'gap-select': return words(definition, pen, 'selectoption')
    case 'drag-words': return words(definition, pen, 'dragbox')
    default:
      pen.notes.refused(`Moodle XML is not written for questions of the kind ${definition.kind}`)
      return undefined
  }
}

function answer (pen: Pen, percent: string, text: string, feedback: Text | undefined, more = ''): string {
  return `<answer fraction="${percent}" format="${pen.format}">${textElement(text)}${pen.filesOf(text)}${pen.rich('feedback', feedback)}${more}</answer>`
}

function onOff (name: string, on: boolean): string {
  return element(name, on ? 1 : 0)
}

function choice (definition: Of<'choice'>, pen: Pen): string {
  const single = definition.maxChoices === undefined || definition.maxChoices === 1
  const worths = worthsOf(definition, pen.notes)
  return [
    element('single', String(single)),
    onOff('shuffleanswers', definition.shuffle !== false),
    ...definition.choices.map(({ text, feedback }, index) => answer(pen, percentOf(worths[index]!), pen.notes.text(text), feedback))
  ].join('\n')
}

function trueFalse ({ correct, feedbackTrue, feedbackFalse, labels }: Of<'true-false'>, pen: Pen): string {
  if (labels !== undefined) pen.notes.leftOut('the wording of the verdicts is left out')
  return [answer(pen, correct ? '100' : '0', 'true', feedbackTrue), answer(pen, correct ? '0' : '100', 'false', feedbackFalse)].join('\n')
}

function acceptedIn (accept: Of<'short-text'>['accept'], notes: Notes): { text: string, fraction: number, feedback: Text | undefined }[] {
  return accept.flatMap(accepted => {
    const { fraction = 1, feedback, ...rest } = typeof accepted === 'string' ? { text: accepted } : accepted
    if ('regex' in rest) {
      notes.leftOut('answers given by a regular expression are left out')
      return []
    }
    return [{ text: rest.text, fraction, feedback }]
  })
}

function shortText (definition: Of<'short-text'>, pen: Pen): Own | undefined {
  const accepted = acceptedIn(definition.accept, pen.notes)
  if (definition.ignoreAccents === true) pen.notes.changed('accents make a difference')
  if (accepted.length === 0) {
    pen.notes.refused('no answer is left')
    return undefined
  }
  return { xml: [onOff('usecase', definition.caseSensitive === true), ...accepted.map(({ text, fraction, feedback }) => answer(pen, percentOf(fraction), text, feedback))].join('\n') }
}

/** Accepted numbers as Moodle has them: a value, or `*` for any, with a tolerance in its unit. */
function numbersOf ({ value, tolerance, answers }: Pick<Of<'numeric'>, 'value' | 'tolerance' | 'answers'>, notes: Notes): { text: string, tolerance: number, fraction: number, feedback: Text | undefined }[] {
  if (answers === undefined) return [{ text: String(value), tolerance: absolute(value!, tolerance ?? 0, notes), fraction: 1, feedback: undefined }]
  return answers.map(answer => {
    const { fraction = 1, feedback } = answer
    if (!('min' in answer)) return { text: String(answer.value), tolerance: absolute(answer.value, answer.tolerance ?? 0, notes), fraction, feedback }
    if (answer.min === ANY_NUMBER.min && answer.max === ANY_NUMBER.max) return { text: '*', tolerance: 0, fraction, feedback }
    notes.changed('a range is written as its middle with a tolerance')
    return { text: String((answer.min + answer.max) / 2), tolerance: (answer.max - answer.min) / 2, fraction, feedback }
  })
}

function numeric (definition: Of<'numeric'>, pen: Pen): string {
  return [
    ...numbersOf(definition, pen.notes).map(({ text, tolerance, fraction, feedback }) => answer(pen, percentOf(fraction), text, feedback, element('tolerance', tolerance))),
    units(definition, pen)
  ].join('\n')
}

function units ({ unit, units, unitRequired, unitPenalty }: Pick<Of<'numeric'>, 'unit' | 'units' | 'unitRequired' | 'unitPenalty'>, pen: Pen): string {
  const listed = units ?? (unit === undefined ? [] : [{ unit, factor: 1 }])
  if (listed.length === 0) return '<showunits>3</showunits>'
  if (units === undefined) pen.notes.changed('its one unit is one of a list')
  if (listed.some(({ factor }) => factor === undefined)) pen.notes.leftOut('units that are wrong here are left out')
  if (unitRequired !== true && unitPenalty !== undefined) pen.notes.changed('a wrong unit makes the answer wrong')
  return [
    '<showunits>0</showunits>',
    onOff('unitgradingtype', unitRequired === true),
    element('unitpenalty', unitPenalty ?? 1),
    `<units>${listed.flatMap(({ unit, factor }) => factor === undefined ? [] : [`<unit>${element('multiplier', Number((1 / factor).toPrecision(12)))}${element('unit_name', pen.notes.text(unit))}</unit>`]).join('')}</units>`
  ].join('\n')
}

function match (definition: Of<'match'>, pen: Pen): string {
  const { notes } = pen
  if (definition.scoring === 'all-or-nothing') notes.changed('each pair earns its part of the mark')
  if (definition.stems.some(({ feedback }) => feedback !== undefined)) notes.leftOut('the feedback of stems is left out')
  const pair = (stem: string, choice: string): string =>
    `<subquestion format="${pen.format}">${textElement(stem)}<answer>${textElement(notes.plain(definition.choices.find(({ key }) => key === choice)!.text))}</answer></subquestion>`
  return [
    onOff('shuffleanswers', definition.shuffle !== false),
    ...pairsOf(definition).map(({ stem, choice }) => pair(stem === undefined ? '' : notes.text(stem), choice))
  ].join('\n')
}

function essay (definition: Of<'essay'>, pen: Pen): string {
  const { lines = 12, minWords, maxWords, template } = definition
  leaveOut(definition, pen.notes, { sampleAnswer: 'the sample answer', rubric: 'the rubric' })
  return [
    '<responseformat>plain</responseformat>',
    element('responsefieldlines', lines),
    minWords === undefined ? '' : element('minwordlimit', minWords),
    maxWords === undefined ? '' : element('maxwordlimit', maxWords),
    '<attachments>0</attachments>',
    template === undefined ? '' : `<responsetemplate format="html">${textElement(htmlOfPlain(pen.notes.text(template)))}</responsetemplate>`
  ].filter(part => part !== '').join('\n')
}

function order ({ items, scoring = 'exact' }: Of<'order'>, pen: Pen): string {
  return [
    '<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>',
    element('gradingtype', gradingOf(scoring)),
    ...items.map(({ text }, index) => answer(pen, String(index + 1), pen.notes.text(text), undefined))
  ].join('\n')
}

const SCORING = { kprim: 'kprime', subpoints: 'subpoints', 'all-or-nothing': 'kprimeonezero' } as const

function kprim ({ statements, labels, scoring = 'kprim', shuffle }: Of<'kprim'>, pen: Pen): string {
  const { notes, format } = pen
  return [
    `<scoringmethod>${textElement(SCORING[scoring])}</scoringmethod>`,
    onOff('shuffleanswers', shuffle !== false),
    ...statements.map(({ text, feedback }, index) => `<row number="${index + 1}">${pen.rich('optiontext', text)}${pen.rich('feedbacktext', feedback)}</row>`),
    ...[labels?.true ?? 'True', labels?.false ?? 'False'].map((label, index) => `<column number="${index + 1}"><responsetext format="${format}">${textElement(htmlOfPlain(notes.text(label)))}</responsetext></column>`),
    ...statements.flatMap(({ correct }, index) => [1, 2].map(column => `<weight rownumber="${index + 1}" columnnumber="${column}">${element('value', correct === (column === 1) ? '1.000' : '0.000')}</weight>`))
  ].join('\n')
}

function calculated (definition: Of<'calculated'>, pen: Pen): Own | undefined {
  const { variables = [], datasets = [], decimals, significantFigures, formula, tolerance, answers } = definition
  const between = variables.flatMap(variable => 'min' in variable ? [{ ...variable, values: [] as number[] }] : [])
  if ((variables.length > 0 && datasets.length > 0) || between.length < variables.length) {
    pen.notes.refused('Moodle XML has values drawn in rows, or between bounds, and no others')
    return undefined
  }
  const names = namesOf(definition)
  const led = (source: string): string => source.replace(/\{?\b([A-Za-z_]\w*)\b\}?/g, (whole, name: string) => names.has(name) ? `{${name}}` : whole)
  const listed: NonNullable<typeof answers> = answers ?? [{ formula: formula!, ...tolerance !== undefined && { tolerance } }]
  const shown = [element('correctanswerformat', significantFigures === undefined ? 1 : 2), element('correctanswerlength', significantFigures ?? decimals ?? 2)].join('')
  if (significantFigures === undefined && decimals === undefined) pen.notes.changed('the right answer is shown with two decimals')
  const sets = variables.length > 0 ? between : [...names].map(key => {
    const values = datasets.map(row => row[key]!)
    return { key, min: Math.min(...values), max: Math.max(...values), decimals: 0, values }
  })
  return {
    xml: [
      ...listed.map(({ formula, tolerance, ...rest }) => answer(pen, percentOf(rest.fraction ?? 1), led(formula), rest.feedback, toleranceXml(tolerance, pen.notes) + shown)),
      units(definition, pen),
      `<dataset_definitions>${sets.map(({ key, min, max, decimals = 0, values }) => `<dataset_definition>${[
        `<status>${textElement('private')}</status><name>${textElement(key)}</name><type>calculated</type><distribution>${textElement('uniform')}</distribution>`,
        `<minimum>${textElement(String(min))}</minimum><maximum>${textElement(String(max))}</maximum><decimals>${textElement(String(decimals))}</decimals><itemcount>${values.length}</itemcount>`,
        `<dataset_items>${values.map((value, index) => `<dataset_item><number>${index + 1}</number><value>${value}</value></dataset_item>`).join('')}</dataset_items><number_of_items>${values.length}</number_of_items>`
      ].join('')}</dataset_definition>`).join('\n')}</dataset_definitions>`
    ].join('\n'),
    text: mapText(definition.prompt, prompt => prompt.replace(/\{=[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, led))
  }
}

function toleranceXml (tolerance: Tolerance | undefined, notes: Notes): string {
  const [type, value] = tolerance === undefined
    ? [1, 0.01]
    : typeof tolerance === 'number' ? [2, tolerance] : 'absolute' in tolerance ? [2, tolerance.absolute] : 'relative' in tolerance ? [1, tolerance.relative] : 'geometric' in tolerance ? [3, tolerance.geometric] : [1, 5 * 10 ** -tolerance.significantFigures]
  if (tolerance === undefined || (typeof tolerance === 'object' && ('absolute' in tolerance || 'significantFigures' in tolerance))) notes.changed('the tolerance is written as a number')
  return element('tolerance', value) + element('tolerancetype', type)
}

/** A text with something in place of each of its gaps. What would be read as a mark is hidden. */
function filled (text: Text, markup: 'html' | 'markdown', inPlace: ReadonlyMap<string, string>): Text {
  return mapText(text, wording => wording.split(/\{\{([^{}]*)\}\}/).map((piece, index) =>
    index % 2 === 1 ? inPlace.get(piece)! : piece.replaceAll('[[', markup === 'html' ? '[&#91;' : '\\[\\[')).join(''))
}

function words (definition: Of<'gap-select'> | Of<'drag-words'>, { notes, format }: Pen, name: 'selectoption' | 'dragbox'): Own {
  if (definition.scoring === 'all-or-nothing') notes.changed('each gap earns its part of the mark')
  const places = new Map(definition.choices.map(({ key }, index) => [key, `[[${index + 1}]]`]))
  return {
    xml: [
      onOff('shuffleanswers', definition.shuffle !== false),
      ...definition.choices.map(choice => `<${name}>${textElement(format === 'html' ? notes.text(choice.text) : notes.plain(choice.text))}${element('group', choice.group ?? 1)}${'reusable' in choice && choice.reusable === true ? '<infinite/>' : ''}</${name}>`)
    ].join('\n'),
    text: filled(definition.text, format, new Map(definition.gaps.map(({ key, choice }) => [key, places.get(choice)!])))
  }
}

function cloze (definition: Of<'cloze'>, { notes, format }: Pen): Own | undefined {
  if (definition.scoring === 'all-or-nothing') notes.changed('each gap earns its part of the mark')
  const gaps = new Map(definition.gaps.map(gap => [gap.key, gapOf(gap, notes)]))
  if ([...gaps.values()].includes(undefined)) return undefined
  return { xml: '', text: filled(definition.text, format, gaps as ReadonlyMap<string, string>) }
}

function gapOf (gap: Of<'cloze'>['gaps'][number], notes: Notes): string | undefined {
  const { weight = 1 } = gap
  if (!Number.isInteger(weight)) notes.changed('weights of gaps are whole numbers')
  const written = (text: string): string => htmlOfPlain(text).replaceAll('\\', '&#92;').replace(/[}#~]/g, '\\$&')
  const listed = (sort: string, answers: readonly { readonly text: string, readonly fraction: number, readonly feedback: Text | undefined }[]): string =>
    `{${Math.max(1, Math.round(weight))}:${sort}:${answers.map(({ text, fraction, feedback }) =>
      `${fraction === 1 ? '=' : `%${percentOf(fraction)}%`}${written(text)}${feedback === undefined ? '' : `#${written(notes.plain(feedback))}`}`).join('~')}}`
  switch (gap.input) {
    case 'text': {
      const accepted = acceptedIn(gap.accept, notes)
      if (gap.ignoreAccents === true) notes.changed('accents make a difference')
      if (accepted.length > 0) return listed(gap.caseSensitive === true ? 'SHORTANSWER_C' : 'SHORTANSWER', accepted)
      notes.refused('no answer is left for a gap')
      return undefined
    }
    case 'numeric': {
      if (gap.unit !== undefined || gap.units !== undefined) notes.leftOut('what is said of units is left out')
      return listed('NUMERICAL', numbersOf(gap, notes).map(({ text, tolerance, ...rest }) => ({ text: tolerance === 0 ? text : `${text}:${tolerance}`, ...rest })))
    }
    case 'choice': {
      const layout = { menu: '', row: '_H', column: '_V' }[gap.layout ?? 'menu']
      const shuffled = gap.shuffle !== false
      return listed(`MULTICHOICE${layout === '' && shuffled ? '_' : layout}${shuffled ? 'S' : ''}`,
        gap.choices.map(({ text, correct, fraction, feedback }) => ({ text: notes.plain(text), fraction: fraction ?? (correct === true ? 1 : 0), feedback })))
    }
  }
}
