import type { KindName, QuestionDefinition } from '../kinds/index.ts'
import { textIn, textsOf, type Text } from '../text.ts'
import { leaveOut, notesOn, type Notes } from './export-notes.ts'
import { categoryPath, type ExportOptions, type FormatProblem, type NamedQuestion } from './format.ts'
import { COLUMNS, MOST_NUMBERED, pairCell, type Column, type Numbered } from './sheet-columns.ts'
import { pairsOf } from './gift-write.ts'

type Of<K extends KindName> = Extract<QuestionDefinition, { kind: K }>

/** What a kind puts into its row: texts in all their languages, and cells that are the same in each. */
interface Own {
  readonly cells: Readonly<Partial<Record<Column, string | number>>>
  readonly options?: readonly Text[]
  readonly feedback?: readonly (Text | undefined)[]
  /** left and right of pairs, in place of options */
  readonly pairs?: readonly { readonly left: Text, readonly right: Text }[]
  /** texts of columns of which there is one */
  readonly texts?: Readonly<Partial<Record<'right' | 'unit', Text>>>
}

/** Longest text that a cell of a spreadsheet takes, in characters. */
const MOST_CHARACTERS = 32_000

/** Writes questions as the rows of a sheet, the head first. What `importSheet` reads of it equals what was given, but for what the
 * problems name. A question in several languages has a row for each. */
export function exportSheet (questions: readonly NamedQuestion[], options: ExportOptions = {}): { readonly rows: readonly (readonly (string | number)[])[], readonly problems: readonly FormatProblem[] } {
  const problems: FormatProblem[] = []
  const written = questions.flatMap(question => {
    const notes = notesOn(question, options)
    const rows = rowsOf(question, notes)
    problems.push(...notes.problems)
    return rows ?? []
  })
  const numbered = { option: 4, feedback: 0, hint: 0 }
  for (const row of written) for (const sort of ['option', 'feedback', 'hint'] as const) numbered[sort] = Math.max(numbered[sort], row[sort].length)
  const head = headOf(numbered)
  return {
    rows: [head, ...written.map(row => head.map(column => {
      const [, sort, number] = /^(\w+) (\d+)$/.exec(column) ?? []
      return sort === undefined ? row.cells[column as Column] ?? '' : row[sort as Numbered][Number(number) - 1] ?? ''
    }))],
    problems
  }
}

function headOf (numbered: Readonly<Record<Numbered, number>>): string[] {
  const several = (column: Numbered): string[] => Array.from({ length: numbered[column] }, (_, index) => `${column} ${index + 1}`)
  return COLUMNS.flatMap(column => column === 'prompt' ? [column, ...several('option')] : column === 'feedback' ? [column, ...several('feedback'), ...several('hint')] : [column])
}

interface Written extends Readonly<Record<Numbered, readonly string[]>> { readonly cells: Readonly<Partial<Record<Column, string | number>>> }

function rowsOf ({ name, category, definition }: NamedQuestion, notes: Notes): Written[] | undefined {
  const own = ownOf(definition, notes)
  if (own === undefined) return undefined
  const { kind, key, difficulty, mark = 1, prompt, feedback, hints = [], markup } = definition
  const said = own.feedback ?? []
  const texts = [prompt, feedback, ...hints, ...own.options ?? [], ...said, ...own.pairs?.flatMap(({ left, right }) => [left, right]) ?? [], own.texts?.right, own.texts?.unit]
  const languages = [...new Set(texts.flatMap(text => text === undefined || typeof text === 'string' ? [] : Object.keys(text)))]
  const rows = (languages.length === 0 ? [''] : languages).map((language): Written => {
    const inOne = (text: Text | undefined): string => text === undefined ? '' : textIn(text, language)
    return {
      cells: {
        kind, topic: categoryPath(category ?? [definition.topic]), difficulty, language, prompt: inOne(prompt), points: mark, feedback: inOne(feedback), name, key, ...markup === 'html' && { markup },
        ...own.cells,
        ...own.texts?.right !== undefined && { right: inOne(own.texts.right) },
        ...own.texts?.unit !== undefined && { unit: inOne(own.texts.unit) }
      },
      option: own.pairs?.map(({ left, right }) => pairCell(inOne(left), inOne(right))) ?? own.options?.map(inOne) ?? [],
      feedback: said.every(text => text === undefined) ? [] : said.map(inOne),
      hint: hints.map(inOne)
    }
  })
  if (rows.some(row => [...Object.values(row.cells), ...row.option, ...row.feedback, ...row.hint].some(cell => String(cell).length > MOST_CHARACTERS))) {
    notes.refused('a text of it is longer than a cell takes')
    return undefined
  }
  // Each text is asked for once, for what is to be said of its pictures; of its languages, none is lost here.
  for (const text of texts) if (text !== undefined) for (const one of textsOf(text)) notes.text(one)
  leaveOut(definition, notes, { stimulus: 'the text that several questions share', source: 'the source', penalty: 'what a wrong try costs' })
  return rows
}

function ownOf (definition: QuestionDefinition, notes: Notes): Own | undefined {
  switch (definition.kind) {
    case 'description': return { cells: {} }
    case 'choice': return choice(definition, notes)
    case 'true-false': return trueFalse(definition, notes)
    case 'kprim': return kprim(definition, notes)
    case 'short-text': return shortText(definition, notes)
    case 'numeric': return numeric(definition, notes)
    case 'match': return match(definition, notes)
    case 'order': return { cells: { scoring: definition.scoring === 'exact' ? '' : definition.scoring ?? '' }, options: definition.items.map(({ text }) => text) }
    case 'essay': return essay(definition, notes)
    default:
      notes.refused(`a sheet has no questions of the kind ${definition.kind}`)
      return undefined
  }
}

/** Which options are right, by their letters. Where that is what an option says, which is read first, a comma after it tells them apart. */
function letters (rights: readonly boolean[], texts: readonly Text[]): string {
  const byLetters = rights.flatMap((right, index) => right ? [index < 26 ? String.fromCharCode(65 + index) : String(index + 1)] : []).join(', ')
  const words = new Set(texts.flatMap(textsOf).map(text => text.trim().toLowerCase()))
  return words.has(byLetters.toLowerCase()) ? `${byLetters},` : byLetters
}

function rules (definition: { readonly scoring?: string, readonly shuffle?: boolean }, usual: string): Own['cells'] {
  return { scoring: definition.scoring === usual ? '' : definition.scoring ?? '', shuffle: definition.shuffle === false ? 'no' : '' }
}

function choice (definition: Of<'choice'>, notes: Notes): Own {
  const { choices, maxChoices = 1, scoring = 'all-or-nothing' } = definition
  const right = choices.map(({ correct, fraction }) => fraction === undefined ? correct === true : fraction > 0)
  if (choices.some(({ fraction }) => fraction !== undefined)) notes.changed('what each choice earns is left to the scoring')
  if (maxChoices > 1) notes.changed(`any number of choices may be chosen, not at most ${maxChoices}`)
  // A sheet tells several choices by several right ones, or by how they are scored.
  const isSeveral = maxChoices !== 1
  const isTold = right.filter(Boolean).length > 1
  if (!isSeveral && isTold) notes.changed('several choices may be chosen')
  if (!isSeveral && scoring !== 'all-or-nothing') notes.changed('a wrong choice earns nothing')
  return {
    cells: { ...rules(definition, 'all-or-nothing'), right: letters(right, choices.map(({ text }) => text)), scoring: isSeveral && (scoring !== 'all-or-nothing' || !isTold) ? scoring : '' },
    options: choices.map(({ text }) => text),
    feedback: choices.map(({ feedback }) => feedback)
  }
}

function trueFalse ({ correct, labels, feedbackTrue, feedbackFalse }: Of<'true-false'>, notes: Notes): Own {
  if (labels !== undefined) notes.leftOut('the wording of the verdicts is left out')
  return { cells: { right: correct ? 'true' : 'false' }, feedback: [feedbackTrue, feedbackFalse] }
}

function kprim (definition: Of<'kprim'>, notes: Notes): Own {
  const { statements, labels } = definition
  if (labels !== undefined) notes.leftOut('the wording of the verdicts is left out')
  return {
    cells: { ...rules(definition, 'kprim'), right: letters(statements.map(({ correct }) => correct), statements.map(({ text }) => text)) },
    options: statements.map(({ text }) => text),
    feedback: statements.map(({ feedback }) => feedback)
  }
}

function shortText ({ accept, caseSensitive, ignoreAccents }: Of<'short-text'>, notes: Notes): Own | undefined {
  const texts = accept.flatMap(one => {
    if (typeof one === 'string') return [one]
    if ('regex' in one) notes.leftOut('answers given by a regular expression are left out')
    else if (one.fraction !== undefined && one.fraction !== 1) notes.leftOut('answers that earn a part are left out')
    else {
      if (one.feedback !== undefined) notes.leftOut('the feedback of answers is left out')
      return [one.text]
    }
    return []
  })
  if (caseSensitive === true) notes.changed('capital letters make no difference')
  if (ignoreAccents === true) notes.changed('accents make a difference')
  if (texts.length > 0 && texts.length <= MOST_NUMBERED) return { cells: {}, options: texts }
  notes.refused(texts.length === 0 ? 'no answer is left' : `it accepts more than ${MOST_NUMBERED} answers`)
  return undefined
}

function numeric (definition: Of<'numeric'>, notes: Notes): Own | undefined {
  const { value, tolerance, answers, unit } = definition
  const [first] = answers ?? []
  const range = first !== undefined && 'min' in first ? first : undefined
  if (answers !== undefined && (answers.length > 1 || range === undefined || range.fraction !== undefined || range.feedback !== undefined)) {
    notes.refused('a sheet has one number, or one range, and no others')
    return undefined
  }
  leaveOut(definition, notes, { units: 'the list of units', unitRequired: 'that a unit is required', unitPenalty: 'what a wrong unit costs' })
  return {
    cells: range === undefined ? { right: value!, tolerance: toleranceCell(tolerance, notes) } : { right: `${range.min}..${range.max}` },
    ...unit !== undefined && { texts: { unit } }
  }
}

function toleranceCell (tolerance: Of<'numeric'>['tolerance'], notes: Notes): string | number {
  if (tolerance === undefined || typeof tolerance === 'number') return tolerance ?? ''
  if ('absolute' in tolerance) return tolerance.absolute
  if ('significantFigures' in tolerance) return `${tolerance.significantFigures} figures`
  if ('geometric' in tolerance) notes.changed('the tolerance is a share of the value')
  return `${Number((('relative' in tolerance ? tolerance.relative : tolerance.geometric) * 100).toPrecision(12))}%`
}

function match (definition: Of<'match'>, notes: Notes): Own {
  if (definition.stems.some(({ feedback }) => feedback !== undefined)) notes.leftOut('the feedback of stems is left out')
  const textOf = new Map(definition.choices.map(({ key, text }) => [key, text]))
  return { cells: rules(definition, 'partial'), pairs: pairsOf(definition).map(({ stem, choice }) => ({ left: stem ?? '', right: textOf.get(choice)! })) }
}

function essay (definition: Of<'essay'>, notes: Notes): Own {
  const { minWords, maxWords, sampleAnswer } = definition
  leaveOut(definition, notes, { rubric: 'the rubric', template: 'the template', lines: 'the height of the field' })
  return { cells: { 'min words': minWords ?? '', 'max words': maxWords ?? '' }, ...sampleAnswer !== undefined && { texts: { right: sampleAnswer } } }
}
