import { isCountry } from '../people/countries.ts'
import { isBirthDay, isEmail } from '../people/faults.ts'
import { normalEmail } from '../people/sign-in.ts'
import { readCsv, withoutGuard } from '../sheets/csv.ts'

export const COLUMNS = ['name', 'email', 'country', 'agency', 'rank', 'locale'] as const
/** Where it is known: it tells namesakes apart. A file may do without. */
export const OPTIONAL_COLUMNS = ['birthday'] as const
export type Column = typeof COLUMNS[number] | typeof OPTIONAL_COLUMNS[number]

/** Rows of people in one file. */
export const MOST_ROWS = 5000
const MOST_CHARACTERS = 4 * 1024 * 1024
/** Further problems are of no use to whoever mends the file by hand. */
const MOST_PROBLEMS = 200
const LENGTHS = { name: 200, email: 254, agency: 200, rank: 100 } as const
const DEFAULT_LOCALE = 'en'

export interface EnrolmentRow {
  /** 1-based, where the row begins in the file. */
  readonly line: number
  readonly name: string
  /** Lower case. */
  readonly email: string
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string
  readonly agency: string | null
  readonly rank: string | null
  /** BCP 47, canonical. */
  readonly locale: string
  /** YYYY-MM-DD; null or left out where it is not known. */
  readonly birthDay?: string | null
}

export type RowProblemCode =
  | 'empty-file' | 'too-large' | 'too-many-rows' | 'not-utf8' | 'not-csv'
  | 'column-missing' | 'column-unknown' | 'column-twice' | 'cells'
  | 'missing' | 'too-long' | 'characters' | 'email' | 'country' | 'locale' | 'birthday' | 'email-twice'

/** One thing wrong with the file: where, and the code of the message that says what. */
export interface RowProblem<Code extends string = RowProblemCode> {
  readonly line: number
  /** The column; '' when the whole row or file is meant. */
  readonly field: string
  readonly code: Code
  readonly values: Readonly<Record<string, string | number>>
}

/** Reads a list of people as spreadsheets save it: comma, semicolon or tab; columns in any order, their names in any case;
 * with or without a byte order mark; any line ending. A column whose name begins with # is left out. Every row is read, so all
 * problems come at once.
 * Never throws.
 * @returns the good rows, in the order of the file, and what is wrong with the others */
export function readEnrolmentCsv (text: string): { readonly rows: readonly EnrolmentRow[], readonly problems: readonly RowProblem[] } {
  const problems: RowProblem[] = []
  const note = (line: number, field: string, code: RowProblemCode, values: RowProblem['values'] = {}): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ line, field, code, values })
  }
  const refused = (line: number, code: RowProblemCode, values: RowProblem['values'] = {}): ReturnType<typeof readEnrolmentCsv> => ({
    rows: [], problems: [{ line, field: '', code, values }]
  })
  if (text.length > MOST_CHARACTERS) return refused(1, 'too-large')
  // What a decoder leaves where bytes were no UTF-8: names would be stored broken for good.
  if (text.includes('\uFFFD')) return refused(lineOf(text, text.indexOf('\uFFFD')), 'not-utf8')

  const { rows: records, brokenAt } = readCsv(text, delimiterOf(text))
  if (brokenAt !== null) note(brokenAt, '', 'not-csv')
  const [header, ...rest] = records.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  if (header === undefined) return brokenAt === null ? refused(1, 'empty-file') : { rows: [], problems }
  if (rest.length > MOST_ROWS) return refused(rest[MOST_ROWS]?.line ?? 1, 'too-many-rows', { most: MOST_ROWS })

  const columns = header.cells.map((cell) => cell.trim().toLowerCase())
  for (const [index, column] of columns.entries()) {
    if (column.startsWith('#')) continue
    if (!isColumn(column)) note(header.line, header.cells[index]?.trim() ?? '', 'column-unknown')
    else if (columns.indexOf(column) !== index) note(header.line, column, 'column-twice')
  }
  for (const column of COLUMNS) if (!columns.includes(column)) note(header.line, column, 'column-missing')
  if (problems.some(({ code }) => code.startsWith('column'))) return { rows: [], problems }
  if (rest.length === 0 && brokenAt === null) return refused(header.line, 'empty-file')

  const rows: EnrolmentRow[] = []
  const lineOfEmail = new Map<string, number>()
  for (const { line, cells } of rest) {
    if (cells.length !== columns.length) {
      note(line, '', 'cells', { cells: cells.length, columns: columns.length })
      continue
    }
    const typed = (column: Column): string => columns.includes(column) ? tidy(withoutGuard(cells[columns.indexOf(column)] ?? '')) : ''
    const faults = faultsOf(typed)
    for (const { field, code, values } of faults) note(line, field, code, values)
    const email = normalEmail(typed('email'))
    const first = lineOfEmail.get(email)
    if (first !== undefined) note(line, 'email', 'email-twice', { line: first })
    else if (email !== '') lineOfEmail.set(email, line)
    if (faults.length > 0 || first !== undefined) continue
    rows.push({
      line,
      name: typed('name'),
      email,
      country: typed('country').toUpperCase(),
      agency: typed('agency') || null,
      rank: typed('rank') || null,
      locale: knownLocale(typed('locale')) ?? DEFAULT_LOCALE,
      birthDay: typed('birthday') || null
    })
  }
  return { rows, problems }
}

type Fault = Omit<RowProblem, 'line'>

function faultsOf (typed: (column: Column) => string): Fault[] {
  const faults: Fault[] = []
  for (const field of ['name', 'email', 'country'] as const) if (typed(field) === '') faults.push({ field, code: 'missing', values: {} })
  for (const [field, most] of Object.entries(LENGTHS) as Array<[keyof typeof LENGTHS, number]>) {
    if (typed(field).length > most) faults.push({ field, code: 'too-long', values: { most } })
    // A line break in a name would break every list, mail and certificate it stands on.
    else if (/\p{Cc}/u.test(typed(field))) faults.push({ field, code: 'characters', values: {} })
  }
  const [email, country, locale] = [typed('email'), typed('country'), typed('locale')]
  if (email !== '' && !isEmail(email)) faults.push({ field: 'email', code: 'email', values: { email: email.slice(0, 80) } })
  if (country !== '' && !isCountry(country.toUpperCase())) faults.push({ field: 'country', code: 'country', values: { country: country.slice(0, 40) } })
  if (locale !== '' && knownLocale(locale) === null) faults.push({ field: 'locale', code: 'locale', values: { locale: locale.slice(0, 40) } })
  const birthday = typed('birthday')
  if (birthday !== '' && !isBirthDay(birthday)) faults.push({ field: 'birthday', code: 'birthday', values: { birthday: birthday.slice(0, 40) } })
  return faults
}

/** Whichever of the three parts the first line into the most known columns; the comma when none does. */
function delimiterOf (text: string): string {
  const first = /[^\r\n]+/.exec(text.replace(/^\uFEFF/, ''))?.[0] ?? ''
  const known = (delimiter: string): number =>
    first.split(delimiter).filter((cell) => isColumn(cell.trim().replace(/^"(.*)"$/, '$1').trim().toLowerCase())).length
  return [',', ';', '\t'].reduce((best, delimiter) => known(delimiter) > known(best) ? delimiter : best)
}

function isColumn (text: string): text is Column {
  return ([...COLUMNS, ...OPTIONAL_COLUMNS] as readonly string[]).includes(text)
}

/** One form for one text: composed characters, single spaces, none at the ends. */
function tidy (cell: string): string {
  return cell.normalize('NFC').replace(/[^\S\r\n\t]+/g, ' ').trim()
}

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

/** @returns the tag in canonical form, or null when it names no language there is */
export function knownLocale (tag: string): string | null {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag.replaceAll('_', '-'))
    return canonical !== undefined && languageNames.of(canonical.split('-')[0] ?? '') !== undefined ? canonical : null
  } catch {
    return null
  }
}

function lineOf (text: string, index: number): number {
  return text.slice(0, index).split(/\r\n|\n|\r/).length
}
