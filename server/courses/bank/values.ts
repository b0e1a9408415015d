import type { Text } from '../../quiz/text.ts'
import { fieldsOf, type Field, type KindName } from './fields.ts'
import { flattened, unflattened, type Plain } from './plain.ts'

/** What a form holds: typed texts by field; of a text in several languages, by language; rows of lists. */
export interface Values { readonly [name: string]: Value }
export type Value = string | readonly string[] | readonly Values[] | Values

/** What a form of a kind shows for a definition. @param language what plain texts are written in */
export function valuesOf (kind: KindName, definition: Plain, language: string): Values {
  return shown(fieldsOf(kind), flattened(kind, definition), language)
}

/** An empty form, with as many rows as a question of the kind will mostly need. */
export function blankValues (kind: KindName, language: string): Values {
  return withKeys(fieldsOf(kind), withLeast(fieldsOf(kind), valuesOf(kind, {}, language)))
}

/** The definition that a form says; rows in which nothing is typed are left out. Not checked: numbers that are none stay texts. */
export function definitionOf (kind: KindName, values: Values, language: string): Plain {
  return unflattened(kind, { kind, ...written(fieldsOf(kind), compact(fieldsOf(kind), values), language) })
}

function shown (fields: readonly Field[], plain: Plain, language: string): Values {
  const values: Record<string, Value> = {}
  for (const field of fields) {
    const value = plain[field.name]
    switch (field.field) {
      case 'fold': Object.assign(values, shown(field.fields, plain, language)); break
      case 'text': values[field.name] = textValues(value, language); break
      case 'line': case 'number': case 'stimulus': values[field.name] = value === undefined ? '' : String(value); break
      case 'flag': values[field.name] = (value ?? field.initially) === true ? 'on' : ''; break
      case 'select': values[field.name] = String(value ?? field.options[0]); break
      case 'lines': values[field.name] = listOf(value).join('\n'); break
      case 'numbers': values[field.name] = listOf(value).join(', '); break
      case 'ref': values[field.name] = field.many === true ? listOf(value).map(String) : value === undefined ? '' : String(value); break
      case 'tolerance': values[field.name] = toleranceValues(value); break
      case 'image': {
        const { src = '', alt, width = '', height = '' } = (value ?? {}) as Plain
        values[field.name] = { src: String(src), alt: textValues(alt, language), width: String(width), height: String(height) }
        break
      }
      case 'list':
        values[field.name] = listOf(value).map((row) => ({ key: String((row as Plain)['key'] ?? ''), ...shown(field.row, row as Plain, language) }))
    }
  }
  return values
}

function textValues (value: unknown, language: string): Values {
  if (value === undefined) return {}
  return typeof value === 'string' ? { [language]: value } : value as Values
}

function listOf (value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const BOUNDS = ['absolute', 'relative', 'geometric', 'significantFigures'] as const
export const TOLERANCES: readonly string[] = BOUNDS

function toleranceValues (value: unknown): Values {
  if (typeof value !== 'object' || value === null) return { amount: value === undefined ? '' : String(value), by: 'absolute' }
  const [by = 'absolute', amount = ''] = Object.entries(value)[0] ?? []
  return { amount: String(amount), by }
}

function written (fields: readonly Field[], values: Values, language: string): Plain {
  const plain: Record<string, unknown> = {}
  for (const field of fields) {
    if (!isShown(field, values)) continue
    const value = field.field === 'fold' ? undefined : propertyOf(field, values[field.name], language)
    if (field.field === 'fold') Object.assign(plain, written(field.fields, values, language))
    else if (value !== undefined) plain[field.name] = value
  }
  return plain
}

/** Whether a field is asked for, by what else is filled in. */
export function isShown ({ when }: Field, values: Values): boolean {
  return when === undefined || when.is.includes(String(values[when.name] ?? ''))
}

function propertyOf (field: Exclude<Field, { field: 'fold' }>, value: Value | undefined, language: string): unknown {
  switch (field.field) {
    case 'text': return textOf(value, language)
    case 'line': case 'stimulus': { const typed = String(value ?? '').trim(); return typed === '' ? undefined : typed }
    case 'number': return numberOf(String(value ?? ''))
    case 'flag': { const isOn = value === 'on'; return isOn === field.initially && field.always !== true ? undefined : isOn }
    case 'select': { const chosen = String(value ?? field.options[0]); return chosen === field.options[0] && field.always !== true ? undefined : chosen }
    case 'lines': { const lines = String(value ?? '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''); return lines.length === 0 ? undefined : lines }
    case 'numbers': { const typed = String(value ?? '').split(/[\s,;]+/).filter((part) => part !== ''); return typed.length === 0 ? undefined : typed.map(numberOf) }
    case 'ref': return field.many === true ? listOf(value).map(String) : value === undefined || value === '' ? undefined : String(value)
    case 'tolerance': {
      const { amount = '', by = 'absolute' } = (value ?? {}) as Readonly<Record<string, string>>
      const typed = numberOf(amount)
      return typed === undefined ? undefined : by === 'absolute' ? typed : { [by]: typed }
    }
    case 'image': {
      const { src = '', alt, width = '', height = '' } = (value ?? {}) as Readonly<Record<string, string>>
      if (src === '') return undefined
      const wide = numberOf(width)
      const high = numberOf(height)
      const said = textOf(alt, language)
      return { src, ...wide !== undefined && { width: wide }, ...high !== undefined && { height: high }, ...said !== undefined && { alt: said } }
    }
    case 'list': {
      const rows = listOf(value).map((row) => {
        const { key = '' } = row as Readonly<Record<string, string>>
        return { ...field.keyed === true && { key }, ...written(field.row, row as Values, language) }
      })
      return rows.length === 0 ? undefined : rows
    }
  }
}

/** What is typed in one language only, the bank's own, is a plain text. */
function textOf (value: Value | undefined, language: string): Text | undefined {
  const wordings = Object.entries((value ?? {}) as Readonly<Record<string, string>>).map(([tag, wording]) => [tag, wording.replace(/\r\n/g, '\n').trim()] as const).filter(([, wording]) => wording !== '')
  const [first] = wordings
  if (first === undefined) return undefined
  return wordings.length === 1 && first[0] === language ? first[1] : Object.fromEntries(wordings)
}

/** What is no number stays a text, for the check of the definition to name. */
function numberOf (typed: string): number | string | undefined {
  const plain = typed.trim().replace(/^([+-]?\d+),(\d+)$/, '$1.$2')
  if (plain === '') return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? value : plain
}

/** Without the rows in which nothing is typed. */
export function compact (fields: readonly Field[], values: Values): Values {
  return mapLists(fields, values, (field, rows) => rows.map((row) => compact(field.row, row)).filter((row) => !isBlank(field.row, row)))
}

function isBlank (fields: readonly Field[], row: Values): boolean {
  return fields.every((field) => {
    const value = row[field.name]
    switch (field.field) {
      case 'fold': return isBlank(field.fields, row)
      case 'text': return Object.values((value ?? {}) as Readonly<Record<string, string>>).every((wording) => wording.trim() === '')
      case 'line': case 'number': case 'lines': case 'numbers': return String(value ?? '').trim() === ''
      case 'list': return listOf(value).every((inner) => isBlank(field.row, inner as Values))
      case 'image': return ((value ?? {}) as Readonly<Record<string, string>>)['src'] === '' || value === undefined
      case 'tolerance': return String(((value ?? {}) as Readonly<Record<string, string>>)['amount'] ?? '').trim() === ''
      // What is chosen from a list says nothing by itself: it was there before anybody typed.
      case 'flag': case 'select': case 'ref': case 'stimulus': return true
    }
  })
}

/** Every list with the rows that it begins with. */
export function withLeast (fields: readonly Field[], values: Values): Values {
  return mapLists(fields, values, (field, rows) => {
    const filled = [...rows]
    while (filled.length < (field.least ?? 0)) filled.push(shown(field.row, {}, ''))
    return filled.map((row) => withLeast(field.row, row))
  })
}

/** Keys for the rows that have none: free ones, a, b, c … */
export function withKeys (fields: readonly Field[], values: Values): Values {
  return mapLists(fields, values, (field, rows) => {
    const taken = new Set(rows.map(({ key }) => String(key ?? '')))
    let next = 0
    const fresh = (): string => {
      for (;;) {
        const key = letters(next++)
        if (!taken.has(key)) { taken.add(key); return key }
      }
    }
    return rows.map((row) => ({ ...withKeys(field.row, row), ...field.keyed === true && { key: row['key'] === '' || row['key'] === undefined ? fresh() : row['key'] } }))
  })
}

/** a, b, … z, a1, b1, … */
function letters (index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(97 + index % 26) + (round === 0 ? '' : String(round))
}

type ListField = Extract<Field, { field: 'list' }>

function mapLists (fields: readonly Field[], values: Values, change: (field: ListField, rows: readonly Values[]) => readonly Values[]): Values {
  let changed = values
  for (const field of fields) {
    if (field.field === 'fold') changed = mapLists(field.fields, changed, change)
    else if (field.field === 'list') changed = { ...changed, [field.name]: change(field, listOf(changed[field.name]) as readonly Values[]) }
  }
  return changed
}

/** What may be done to a row, or to a list of them. */
export type RowAction = 'add' | 'remove' | 'up' | 'down'

/** A form after a row was added to a list, taken out or moved.
 * @param path of the list for `add`, such as `gaps.0.accept`; of the row for the others, such as `choices.2`
 * @returns the same values for a path that leads nowhere */
export function changeRows (kind: KindName, values: Values, action: RowAction, path: string): Values {
  const steps = path.split('.')
  const fields = fieldsOf(kind)
  const changed = changeAt(fields, values, steps, (field, rows, index) => {
    if (action === 'add') return [...rows, withLeast(field.row, shown(field.row, {}, ''))]
    if (index === null || rows[index] === undefined) return rows
    if (action === 'remove') return rows.filter((_, at) => at !== index)
    const other = index + (action === 'up' ? -1 : 1)
    if (rows[other] === undefined) return rows
    const moved = [...rows]
    moved[index] = rows[other]
    moved[other] = rows[index]
    return moved
  })
  return withKeys(fields, changed)
}

function changeAt (fields: readonly Field[], values: Values, [name, index, ...rest]: readonly string[], change: (field: ListField, rows: readonly Values[], index: number | null) => readonly Values[]): Values {
  const field = listField(fields, name ?? '')
  if (field === undefined) return values
  const rows = listOf(values[field.name]) as readonly Values[]
  const at = index === undefined ? null : Number(index)
  if (rest.length === 0) return { ...values, [field.name]: change(field, rows, at) }
  return { ...values, [field.name]: rows.map((row, place) => place === at ? changeAt(field.row, row, rest, change) : row) }
}

function listField (fields: readonly Field[], name: string): ListField | undefined {
  for (const field of fields) {
    if (field.field === 'list' && field.name === name) return field
    const inner = field.field === 'fold' ? listField(field.fields, name) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

/** A posted form: each field once, or several times. */
export type Posted = Readonly<Record<string, string | readonly string[] | undefined>>

/** Reads a form as it was posted: fields are called `f.choices.0.text.en`. */
export function postedValues (kind: KindName, posted: Posted, languages: readonly string[]): Values {
  const prefixes = new Set(Object.keys(posted).map((name) => /^(.*?\.\d+)\.[a-z]+$/i.exec(name)?.[1] ?? ''))
  const one = (name: string): string => { const value = posted[name]; return typeof value === 'string' ? value : value?.[0] ?? '' }
  const all = (name: string): readonly string[] => { const value = posted[name]; return value === undefined ? [] : typeof value === 'string' ? [value] : value }
  const wordings = (name: string): Values => Object.fromEntries(languages.map((tag) => [tag, one(`${name}.${tag}`)]))
  const read = (fields: readonly Field[], at: string): Values => {
    const values: Record<string, Value> = {}
    for (const field of fields) {
      const name = `${at}.${field.name}`
      switch (field.field) {
        case 'fold': Object.assign(values, read(field.fields, at)); break
        case 'text': values[field.name] = wordings(name); break
        case 'tolerance': values[field.name] = { amount: one(`${name}.amount`), by: TOLERANCES.includes(one(`${name}.by`)) ? one(`${name}.by`) : 'absolute' }; break
        case 'image': values[field.name] = { src: one(`${name}.src`), width: one(`${name}.width`), height: one(`${name}.height`), alt: wordings(`${name}.alt`) }; break
        case 'ref': values[field.name] = field.many === true ? all(name) : one(name); break
        case 'list': {
          const rows: Values[] = []
          // Every row carries a field of its own, `key`, whether anybody sees it or not.
          for (let index = 0; index < 5000 && prefixes.has(`${name}.${index}`); index++) rows.push({ key: one(`${name}.${index}.key`), ...read(field.row, `${name}.${index}`) })
          values[field.name] = rows
          break
        }
        case 'select': values[field.name] = posted[name] === undefined ? field.options[0] as string : one(name); break
        default: values[field.name] = one(name)
      }
    }
    return values
  }
  return withKeys(fieldsOf(kind), read(fieldsOf(kind), 'f'))
}

/** Languages that any text of a form is written in. */
export function languagesIn (kind: KindName, values: Values): string[] {
  const found = new Set<string>()
  const look = (fields: readonly Field[], row: Values): void => {
    for (const field of fields) {
      const value = row[field.name]
      if (field.field === 'fold') look(field.fields, row)
      else if (field.field === 'text') for (const [tag, wording] of Object.entries((value ?? {}) as Readonly<Record<string, string>>)) { if (wording !== '') found.add(tag) }
      else if (field.field === 'image') for (const tag of Object.keys(((value ?? {}) as Readonly<Record<string, Values>>)['alt'] ?? {})) found.add(tag)
      else if (field.field === 'list') for (const inner of listOf(value)) look(field.row, inner as Values)
    }
  }
  look(fieldsOf(kind), values)
  return [...found]
}
