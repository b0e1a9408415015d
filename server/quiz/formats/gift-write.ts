import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import type { Text } from '../text.ts'
import { leaveOut, notesOn, type Notes } from './export-notes.ts'
import { categoryPath, percentOf, type Exported, type ExportOptions, type FormatProblem, type NamedQuestion } from './format.ts'
import { ANY_NUMBER } from './gift-read.ts'
import { plainOf } from './markup.ts'
import { gradingOf } from './moodle-ordering.ts'

type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>

const NO_WORD = {
  penalty: 'the penalty', hints: 'what is hinted', stimulus: 'the text that several questions share', source: 'the source',
  labels: 'the wording of the verdicts', unit: 'the unit', units: 'what is said of units', minWords: 'the least number of words', maxWords: 'the largest number of words',
  lines: 'the height of the field', template: 'the template', sampleAnswer: 'the sample answer', rubric: 'the rubric'
}

/** Writes questions in Moodle's GIFT format: choice, true-false, match, order, short-text, numeric, essay and description. What
 * `importGift` reads of it equals what was given, but for what the problems name. */
export function exportGift (questions: readonly NamedQuestion[], options: ExportOptions = {}): Exported {
  const problems: FormatProblem[] = []
  const blocks: string[] = []
  let category = ''
  for (const question of questions) {
    const notes = notesOn(question, options)
    const body = bodyOf(question.definition, notes)
    problems.push(...notes.problems)
    if (body === undefined) continue
    const path = categoryPath(question.category ?? [question.definition.topic])
    if (path !== category) blocks.push(`$CATEGORY: ${escaped(path)}`)
    category = path
    blocks.push(`${headOf(question)}::${escaped(question.name)}::${body}`)
  }
  return { text: blocks.map(block => `${block}\n`).join('\n'), problems }
}

function headOf ({ definition }: NamedQuestion): string {
  const { key, difficulty } = definition
  return `// [id:${key}]${difficulty === 'medium' ? '' : ` [tag:${difficulty}]`}\n`
}

function bodyOf (definition: QuestionDefinition, notes: Notes): string | undefined {
  const answers = answersOf(definition, notes)
  if (answers === undefined) return undefined
  leaveOut(definition, notes, NO_WORD)
  if (definition.mark !== undefined && definition.mark !== 1) notes.leftOut('the mark is left out')
  const markup = definition.markup ?? 'markdown'
  const prompt = `[${markup}]${escaped(notes.text(definition.prompt))}`
  const feedback = definition.feedback === undefined ? '' : `\n####${said(definition.feedback, definition, notes)}\n`
  if (answers === null) {
    if (feedback !== '') notes.leftOut('the feedback is left out')
    return prompt
  }
  return `${prompt}{${answers}${feedback}}`
}

/** What stands in the braces; null for none, undefined for a kind that the format does not have. */
function answersOf (definition: QuestionDefinition, notes: Notes): string | null | undefined {
  switch (definition.kind) {
    case 'description': return null
    case 'essay': return ''
    case 'true-false': return trueFalse(definition, notes)
    case 'choice': return choice(definition, notes)
    case 'match': return match(definition, notes)
    case 'order': return order(definition, notes)
    case 'short-text': return shortText(definition, notes)
    case 'numeric': return numeric(definition, notes)
    default:
      notes.refused(`GIFT has no questions of the kind ${definition.kind}`)
      return undefined
  }
}

function trueFalse (definition: Of<'true-false'>, notes: Notes): string {
  const { correct, feedbackTrue, feedbackFalse } = definition
  const [whenWrong, whenRight] = correct ? [feedbackFalse, feedbackTrue] : [feedbackTrue, feedbackFalse]
  const written = (feedback: Text | undefined): string => feedback === undefined ? '' : said(feedback, definition, notes)
  return `${correct ? 'TRUE' : 'FALSE'}#${written(whenWrong)}#${written(whenRight)}`
}

function choice (definition: Of<'choice'>, notes: Notes): string {
  const worths = worthsOf(definition, notes)
  const single = definition.maxChoices === undefined || definition.maxChoices === 1
  if (definition.shuffle === false) notes.changed('the choices will be shuffled')
  const right = worths.indexOf(1)
  return listed(definition.choices.map(({ text, feedback }, index) => {
    const worth = worths[index]!
    const mark = single && index === right ? '=' : worth === 0 ? '~' : `~%${percentOf(worth)}%`
    return mark + said(text, definition, notes) + commented(feedback, definition, notes)
  }))
}

/** What each choice earns: its own fraction, or that which adds up to what the scoring says. */
export function worthsOf (definition: Of<'choice'>, notes: Notes): number[] {
  const { choices, maxChoices = 1, scoring = 'all-or-nothing' } = definition
  const hasFractions = choices.some(({ fraction }) => fraction !== undefined)
  const isRight = ({ correct, fraction }: typeof choices[number]): boolean => fraction === undefined ? correct === true : fraction > 0
  const right = choices.filter(isRight).length
  if (maxChoices > 1) notes.changed(`any number of choices may be chosen, not at most ${maxChoices}`)
  if (maxChoices === 1 || hasFractions) {
    if (scoring === 'partial-negative' && maxChoices !== 1) notes.changed('the whole never earns less than 0')
    if (scoring !== 'partial-negative' && maxChoices === 1 && choices.some(({ fraction = 0 }) => fraction < 0)) notes.changed('a wrong choice takes marks away')
    return choices.map(({ correct, fraction }) => fraction ?? (correct === true ? 1 : 0))
  }
  if (scoring === 'all-or-nothing') notes.changed('some of the right choices earn a part of the mark')
  if (scoring === 'partial-negative') notes.changed('the whole never earns less than 0')
  const wrong = scoring === 'all-or-nothing' ? -1 : scoring === 'right-minus-wrong' ? -1 / right : -1 / (choices.length - right)
  return choices.map(choice => isRight(choice) ? 1 / right : wrong)
}

function match (definition: Of<'match'>, notes: Notes): string {
  if (definition.scoring === 'all-or-nothing') notes.changed('each pair earns its part of the mark')
  if (definition.shuffle === false) notes.changed('the stems will be shuffled')
  if (definition.stems.some(({ feedback }) => feedback !== undefined)) notes.leftOut('the feedback of stems is left out')
  const textOf = new Map(definition.choices.map(({ key, text }) => [key, plainly(notes.plain(text))]))
  return listed(pairsOf(definition).map(({ stem, choice }) => `=${stem === undefined ? '' : said(stem, definition, notes, true)} -> ${textOf.get(choice)!}`))
}

/** As qtype_ordering writes it: an item is a line. */
function order (definition: Of<'order'>, notes: Notes): string {
  const { items, scoring = 'exact', markup = 'markdown' } = definition
  const line = (text: Text): string => {
    const own = notes.text(text).trim()
    const { text: plain, lossy } = plainOf(own, markup)
    // Moodle reads no name of a format here: it stands only where the words alone would say something else.
    const bare = markup === 'html' ? own : lossy || /[<&]/.test(plain) ? undefined : plain
    return bare === undefined || /^\[|^\/\/|\n/.test(bare) ? `[${markup}]${escaped(own)}` : escaped(bare)
  }
  return `>${items.length} ALL VERTICAL ${gradingOf(scoring)} SHOW none\n${items.map(({ text }) => `${line(text)}\n`).join('')}`
}

/** Stems with their choices, and choices of no stem where they come in the order of the choices. */
export function pairsOf ({ stems, choices }: Of<'match'>): { readonly stem: Text | undefined, readonly choice: string }[] {
  const used = new Set(stems.map(({ choice }) => choice))
  const free = choices.map(({ key }, place) => ({ key, place })).filter(({ key }) => !used.has(key))
  const places = new Map(choices.map(({ key }, place) => [key, place]))
  const before = (place: number): { stem: undefined, choice: string }[] =>
    free.splice(0, free.filter(one => one.place < place).length).map(({ key }) => ({ stem: undefined, choice: key }))
  return [...stems.flatMap(({ text, choice }) => [...before(places.get(choice)!), { stem: text, choice }]), ...before(Infinity)]
}

function shortText (definition: Of<'short-text'>, notes: Notes): string | undefined {
  if (definition.caseSensitive === true) notes.changed('capital letters make no difference')
  if (definition.ignoreAccents === true) notes.changed('accents make a difference')
  const answers = definition.accept.flatMap(accepted => {
    const { fraction = 1, feedback, ...rest } = typeof accepted === 'string' ? { text: accepted } : accepted
    if ('regex' in rest) {
      notes.leftOut('answers given by a regular expression are left out')
      return []
    }
    return [{ text: rest.text, fraction, feedback }]
  })
  if (answers.length === 0 || answers.some(({ text }) => text.includes('->'))) {
    notes.refused(answers.length === 0 ? 'no answer is left' : 'an answer with `->` would be read as a pair')
    return undefined
  }
  return listed(answers.map(({ text, fraction, feedback }) =>
    `=%${percentOf(fraction)}%${plainly(text)}${feedback === undefined ? '' : `#${said(feedback, definition, notes, true)}`}`))
}

function numeric (definition: Of<'numeric'>, notes: Notes): string {
  const { value, tolerance = 0, answers } = definition
  if (answers === undefined) return `#${String(value)}:${absolute(value!, tolerance, notes)}`
  return `#${listed(answers.map(answer => {
    const { fraction = 1, feedback } = answer
    const comment = commented(feedback, definition, notes)
    if (!('min' in answer)) return `=%${percentOf(fraction)}%${answer.value}:${absolute(answer.value, answer.tolerance ?? 0, notes)}${comment}`
    const isAny = answer.min === ANY_NUMBER.min && answer.max === ANY_NUMBER.max
    return isAny && fraction === 0 ? `~${comment}` : `=%${percentOf(fraction)}%${answer.min}..${answer.max}${comment}`
  }))}`
}

/** A tolerance as it is in the unit of the value. */
export function absolute (value: number, tolerance: NonNullable<Of<'numeric'>['tolerance']>, notes: Notes): number {
  if (typeof tolerance === 'number') return tolerance
  notes.changed('the tolerance is written as a number')
  if ('absolute' in tolerance) return tolerance.absolute
  if ('relative' in tolerance) return Math.abs(value) * tolerance.relative
  if ('geometric' in tolerance) return Math.abs(value) * tolerance.geometric
  return value === 0 ? 0 : 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - tolerance.significantFigures)
}

function listed (answers: readonly string[]): string {
  return `\n${answers.map(answer => `\t${answer}\n`).join('')}`
}

function commented (feedback: Text | undefined, definition: QuestionDefinition, notes: Notes): string {
  return feedback === undefined ? '' : `#${said(feedback, definition, notes)}`
}

/** A text of the question's markup. What looks like the name of a format or a weight is led by one. */
function said (text: Text, { markup = 'markdown' }: QuestionDefinition, notes: Notes, arrowless = false): string {
  const own = notes.text(text).trim()
  const written = arrowless ? own.replaceAll('->', markup === 'html' ? '-&gt;' : '-\\>') : own
  return (/^[[%]/.test(written) ? `[${markup}]` : '') + escaped(written)
}

function plainly (text: string): string {
  return (text.startsWith('[') ? '[plain]' : '') + escaped(text)
}

/** Characters that mean something are led by a backslash. */
function escaped (text: string): string {
  return text.replace(/[\\:#={}~]/g, '\\$&').replace(/\r?\n/g, '\\n')
}

