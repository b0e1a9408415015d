import { collect, keyOf, letter, nameFrom, plainNumber, readCategory, type Collected, type FormatProblem, type Imported, type ImportOptions } from './format.ts'
import { COLUMNS, MOST_NUMBERED, pairOf, VERDICTS, type Column, type Numbered, type SheetRow } from './sheet-columns.ts'

/** Reads questions of a sheet: a head, then a row for each question, and for each further language of it. docs/formats.md has the
 * columns. Blank rows are passed over. Never throws.
 * @param rows as they stand in the sheet, the head first */
export function importSheet (rows: readonly SheetRow[], options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const filled = rows.filter(({ cells }) => cells.some(cell => cell.trim() !== ''))
  const [head, ...rest] = filled
  if (head === undefined) return { questions: [], problems: [] }
  const columns = columnsOf(head, collected.problems)
  for (const column of ['kind', 'prompt'] as const) {
    if (!columns.has(column)) collected.problems.push({ line: head.line, message: `the column '${column}' is missing`, severity: 'refused' })
  }
  if (!columns.has('kind') || !columns.has('prompt')) return { questions: [], problems: collected.problems }
  const read = rest.map(row => rowOf(row, columns))
  for (let index = 0; index < read.length;) {
    const first = read[index]!
    let end = index + 1
    // Rows of the same key beside each other are one question in several languages.
    while (end < read.length && first.cell('key') !== '' && read[end]!.cell('key') === first.cell('key') && read[end]!.cell('language') !== '') end++
    readQuestion(first, read.slice(index + 1, end), collected)
    index = end
  }
  return { questions: collected.questions, problems: collected.problems }
}

interface Row {
  readonly line: number
  cell (column: Column): string
  /** cells of a numbered column, in the order of their numbers, '' among them kept and after them not */
  list (column: Numbered): string[]
}

function columnsOf (head: SheetRow, problems: FormatProblem[]): Map<string, number> {
  const columns = new Map<string, number>()
  for (const [index, cell] of head.cells.entries()) {
    const name = cell.trim().toLowerCase().replace(/\s+/g, ' ')
    const number = Number(/^(?:option|feedback|hint) (\d{1,3})$/.exec(name)?.[1] ?? 0)
    const isKnown = (COLUMNS as readonly string[]).includes(name) || (number >= 1 && number <= MOST_NUMBERED)
    if (name === '') continue
    if (!isKnown) problems.push({ line: head.line, message: `the column '${cell.trim().slice(0, 60)}' is not known, and left out`, severity: 'left-out' })
    else if (columns.has(name)) problems.push({ line: head.line, message: `the column '${name}' stands twice; the first is taken`, severity: 'left-out' })
    else columns.set(name, index)
  }
  return columns
}

function rowOf ({ line, cells }: SheetRow, columns: ReadonlyMap<string, number>): Row {
  const lists = new Map<Numbered, string[]>()
  const at = (name: string): string => (cells[columns.get(name) ?? -1] ?? '').replace(/\r\n?/g, '\n').trim()
  return {
    line,
    cell: at,
    list (column) {
      const known = lists.get(column)
      if (known !== undefined) return known
      const all = Array.from({ length: MOST_NUMBERED }, (_, index) => at(`${column} ${index + 1}`))
      const list = all.slice(0, all.findLastIndex(text => text !== '') + 1)
      lists.set(column, list)
      return list
    }
  }
}

type Text = string | Record<string, string>

/** A question's row with those of its other languages. */
interface Question extends Row {
  /** the text of a cell in all languages, one where they are alike; '' where it has none */
  text (of: (row: Row) => string): Text
  readonly others: readonly Row[]
  note (severity: FormatProblem['severity'], message: string): void
}

function readQuestion (row: Row, others: readonly Row[], collected: Collected): void {
  const prompt = row.cell('prompt')
  const name = (row.cell('name') === '' ? nameFrom(prompt) : row.cell('name')).replace(/\s+/g, ' ')
  const notes: FormatProblem[] = []
  const languages = new Map([row, ...others].map(one => [one.cell('language').toLowerCase() || 'en', one]))
  const question: Question = {
    ...row,
    others,
    note: (severity, message) => { notes.push({ line: row.line, message: `'${name}': ${message}`, severity }) },
    text: of => {
      const own = of(row)
      const all = [...languages].map(([language, one]) => [language, of(one) === '' ? own : of(one)] as const)
      return row.cell('language') === '' || own === '' || all.every(([, text]) => text === own) ? own : Object.fromEntries(all)
    }
  }
  const refuse = (why: string): void => { collected.problems.push({ line: row.line, message: `'${name}' is not taken: ${why}`, severity: 'refused' }) }
  const kind = row.cell('kind').toLowerCase().replace(/[\s_]+/g, '-')
  const reader = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (reader === undefined) return refuse(`column 'kind': '${row.cell('kind').slice(0, 40)}' is none of ${Object.keys(KINDS).join(', ')}`)
  const draft = reader(question)
  if ('problem' in draft) return refuse(draft.problem)
  const points = row.cell('points')
  const mark = plainNumber(points)
  if (points !== '' && (mark === undefined || mark <= 0)) return refuse(`column 'points': '${points.slice(0, 40)}' is no number above 0`)
  const difficulty = (['easy', 'medium', 'hard'] as const).find(level => level === row.cell('difficulty').toLowerCase())
  if (difficulty === undefined && row.cell('difficulty') !== '') return refuse(`column 'difficulty': '${row.cell('difficulty').slice(0, 40)}' is none of easy, medium, hard`)
  const hints = row.list('hint').map((_, index) => question.text(one => one.list('hint')[index] ?? ''))
  const category = readCategory(row.cell('topic'))
  const key = row.cell('key')
  const feedback = question.text(one => one.cell('feedback'))
  const taken = collected.add({
    prompt: question.text(one => one.cell('prompt')),
    ...feedback !== '' && { feedback },
    ...mark !== undefined && mark !== 1 && { mark },
    ...hints.length > 0 && { hints },
    ...row.cell('markup').toLowerCase() === 'html' && { markup: 'html' },
    ...draft.fields,
    kind: draft.kind
  }, { name, category, line: row.line, ...key !== '' && { key: keyOf(key, 'question') }, ...difficulty !== undefined && { difficulty } })
  if (taken) collected.problems.push(...notes)
}

type Read = { readonly kind: Parameters<Collected['add']>[0]['kind'], readonly fields: object } | { readonly problem: string }

const KINDS: Readonly<Record<string, (question: Question) => Read>> = {
  choice: readChoice,
  'true-false': readTrueFalse,
  kprim: readKprim,
  'short-text': question => ({
    kind: 'short-text',
    fields: { accept: [...new Set([question.cell('right'), ...[question, ...question.others].flatMap(row => row.list('option'))].filter(text => text !== ''))] }
  }),
  numeric: readNumeric,
  match: readMatch,
  order: question => ({ kind: 'order', fields: { items: optionsOf(question), ...scoringOf(question) } }),
  essay: readEssay,
  description: () => ({ kind: 'description', fields: {} })
}

function optionsOf (question: Question): { readonly key: string, readonly text: Text, readonly feedback?: Text }[] {
  return question.list('option').map((_, index) => {
    const feedback = question.text(row => row.list('feedback')[index] ?? '')
    return { key: letter(index), text: question.text(row => row.list('option')[index] ?? ''), ...feedback !== '' && { feedback } }
  })
}

function scoringOf ({ cell }: Question): object {
  return { ...cell('scoring') !== '' && { scoring: cell('scoring').toLowerCase() }, ...VERDICTS[cell('shuffle').toLowerCase()] === false && { shuffle: false } }
}

/** The options that are right: by letters, by numbers, or one by its words. */
function rightOf (question: Question): ReadonlySet<number> | { readonly problem: string } {
  const options = question.list('option')
  const written = question.cell('right')
  const whole = options.findIndex(option => option.toLowerCase() === written.toLowerCase())
  if (written !== '' && whole !== -1) return new Set([whole])
  const right = new Set<number>()
  for (const part of written.split(/[\s,;]+/).filter(part => part !== '')) {
    const place = /^[a-z]$/i.test(part) ? part.toLowerCase().charCodeAt(0) - 97 : /^\d{1,2}$/.test(part) ? Number(part) - 1 : -1
    if (place < 0 || place >= options.length) return { problem: `column 'right': '${part.slice(0, 40)}' is none of its options; they are named A, B, C … or 1, 2, 3 …` }
    right.add(place)
  }
  return right
}

function readChoice (question: Question): Read {
  const right = rightOf(question)
  if ('problem' in right) return right
  const options = optionsOf(question)
  const { scoring } = scoringOf(question) as { scoring?: string }
  const isSeveral = right.size > 1 || scoring !== undefined
  return { kind: 'choice', fields: { choices: options.map((option, index) => ({ ...option, ...right.has(index) && { correct: true } })), ...isSeveral && { maxChoices: 0 }, ...scoringOf(question) } }
}

function readTrueFalse (question: Question): Read {
  const correct = VERDICTS[question.cell('right').toLowerCase()]
  if (correct === undefined) return { problem: `column 'right': '${question.cell('right').slice(0, 40)}' is neither true nor false` }
  const [feedbackTrue, feedbackFalse] = [0, 1].map(index => question.text(row => row.list('feedback')[index] ?? ''))
  return { kind: 'true-false', fields: { correct, ...feedbackTrue !== '' && { feedbackTrue }, ...feedbackFalse !== '' && { feedbackFalse } } }
}

function readKprim (question: Question): Read {
  const right = rightOf(question)
  if ('problem' in right) return right
  return { kind: 'kprim', fields: { statements: optionsOf(question).map((option, index) => ({ ...option, correct: right.has(index) })), ...scoringOf(question) } }
}

function readNumeric (question: Question): Read {
  const written = question.cell('right')
  const unit = question.text(row => row.cell('unit'))
  const [low, high] = written.split('..').map(plainNumber)
  const told = question.cell('tolerance')
  const tolerance = toleranceOf(told)
  if (low === undefined || (written.includes('..') && high === undefined)) return { problem: `column 'right': '${written.slice(0, 40)}' is no number, nor a range such as 5..10` }
  if (tolerance === undefined && told !== '') return { problem: `column 'tolerance': '${told.slice(0, 40)}' is no number, no percentage, and no number of figures such as '3 figures'` }
  if (high !== undefined && told !== '') question.note('left-out', "the column 'tolerance' is left out: a range has none")
  return {
    kind: 'numeric',
    fields: { ...high === undefined ? { value: low, ...tolerance !== undefined && { tolerance } } : { answers: [{ min: low, max: high }] }, ...unit !== '' && { unit } }
  }
}

function toleranceOf (written: string): number | { relative: number } | { significantFigures: number } | undefined {
  const [, figures] = /^(\d{1,2}) ?fig/i.exec(written) ?? []
  if (figures !== undefined) return { significantFigures: Number(figures) }
  const value = plainNumber(written.replace(/\s*%$/, ''))
  return value === undefined ? undefined : written.endsWith('%') ? { relative: Number((value / 100).toPrecision(12)) } : value
}

function readMatch (question: Question): Read {
  const pairs = question.list('option').map((option, index) => ({ index, pair: pairOf(option) }))
  const odd = pairs.find(({ pair }) => pair === undefined)
  if (odd !== undefined) return { problem: `column 'option ${odd.index + 1}': needs a \`|\` between the two that belong together` }
  const side = (index: number, of: 0 | 1): Text => question.text(row => pairOf(row.list('option')[index] ?? '')?.[of] ?? '')
  const keys = new Map<string, string>()
  for (const { pair } of pairs) if (!keys.has(pair![1])) keys.set(pair![1], letter(keys.size))
  const first = [...keys].map(([text, key]) => ({ key, index: pairs.findIndex(({ pair }) => pair![1] === text) }))
  return {
    kind: 'match',
    fields: {
      stems: pairs.filter(({ pair }) => pair![0] !== '').map(({ index, pair }, place) => ({ key: String(place + 1), text: side(index, 0), choice: keys.get(pair![1]) })),
      choices: first.map(({ key, index }) => ({ key, text: side(index, 1) })),
      ...scoringOf(question)
    }
  }
}

function readEssay (question: Question): Read {
  const sampleAnswer = question.text(row => row.cell('right'))
  const [minWords, maxWords] = (['min words', 'max words'] as const).map(column => plainNumber(question.cell(column)))
  return { kind: 'essay', fields: { ...minWords !== undefined && { minWords }, ...maxWords !== undefined && { maxWords }, ...sampleAnswer !== '' && { sampleAnswer } } }
}
