import { directionOf, type Translate } from '../../http/messages.ts'
import type { Problem } from '../../refusals.ts'
import { fieldsOf, type Field, type KindName } from './fields.ts'
import { isShown, TOLERANCES, type Value, type Values } from './values.ts'

/** What the fields of a form are shown with. */
export interface FieldContext {
  readonly kind: KindName
  readonly values: Values
  /** Every text has a field in each. */
  readonly languages: readonly string[]
  readonly problems: readonly Problem[]
  readonly pictures: ReadonlyArray<{ readonly src: string, readonly href: string, readonly name: string, readonly width: number, readonly height: number }>
  readonly stimuli: ReadonlyArray<{ readonly key: string, readonly name: string }>
  readonly topics: readonly string[]
  readonly t: Translate
  /** The reader's. */
  readonly language: string
}

/** A field for its partial, `bank/fields/<field>`. */
export interface FieldView {
  readonly partial: string
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly error: string
  readonly [more: string]: unknown
}

/** Fields as their partials want them. @param at name of the row they belong to: `f.choices.0` */
export function fieldViews (fields: readonly Field[], values: Values, at: string, context: FieldContext): FieldView[] {
  return fields.filter((field) => isShown(field, values)).map((field) => fieldView(field, values, at, context))
}

/** What each problem belongs to: the id of a field, '' where there is none; and its words. */
export function problemLinks ({ kind, problems, t }: FieldContext): Array<{ readonly id: string, readonly label: string, readonly message: string }> {
  return problems.map(({ path = '', message }) => {
    const steps = path.split('/')
    const named = labelled(fieldsOf(kind), steps)
    return { id: named.name === '' ? '' : idOf(`f.${named.name}`), label: named.label === '' ? path : `${t(`bank.field.${named.label}`)}${named.row === '' ? '' : ` ${named.row}`}`, message: problemWords(message, t) }
  })
}

/** The commonest problems as this form says them. */
function problemWords (message: string, t: Translate): string {
  const least = /^must hold at least (\d+); it holds (\d+)$/.exec(message)
  if (least !== null) return t('bank.problem.too-few', { least: Number(least[1]), count: Number(least[2]) })
  switch (message) {
    case 'is missing': case 'must not be empty': return t('bank.problem.missing')
    case 'must be a number': case 'must be a whole number': return t('bank.problem.number')
    default: return t.sentence(message)
  }
}

/** The label of the property that a path leads to, for changes and problems. */
export function labelOf (kind: KindName, path: readonly string[], t: Translate): string {
  if (path[0] === 'kind' || path[0] === 'key') return t(`bank.field-${path[0]}`)
  const steps = path.filter((step) => step !== '#')
  const { label, row } = labelled(fieldsOf(kind), steps)
  if (label === '') return path.join(' · ')
  return [t(`bank.field.${label}`), row, path.at(-1) === '#' ? t('bank.change.order') : '', LANGUAGE_TAG.test(steps.at(-1) ?? '') && steps.length > 1 ? steps.at(-1) : ''].filter((part) => part !== '').join(' · ')
}

const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/

function labelled (fields: readonly Field[], [name = '', row = '', ...rest]: readonly string[]): { readonly name: string, readonly label: string, readonly row: string } {
  // What definitions say in several ways, forms ask for in one.
  const wanted = name === 'value' || name === 'tolerance' || name === 'formula' ? [name, 'answers'] : name === 'labels' ? ['labelTrue'] : [name]
  const field = wanted.flatMap((one) => flat(fields).filter((field) => field.name === one))[0]
  if (field === undefined) return { name: '', label: '', row: '' }
  const label = field.label ?? field.name
  if (field.field !== 'list' || row === '') return { name: field.name, label, row: '' }
  const place = /^\d+$/.test(row) ? String(Number(row) + 1) : row
  const inner = labelled(field.row, rest)
  return inner.name === ''
    ? { name: /^\d+$/.test(row) ? `${field.name}.${row}` : field.name, label, row: place }
    : { name: /^\d+$/.test(row) ? `${field.name}.${row}.${inner.name}` : field.name, label: inner.label, row: [place, inner.row].filter((part) => part !== '').join('.') }
}

function flat (fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => field.field === 'fold' ? flat(field.fields) : [field])
}

function idOf (name: string): string {
  return name.replaceAll('.', '-')
}

function fieldView (field: Field, values: Values, at: string, context: FieldContext): FieldView {
  const { t } = context
  const name = `${at}.${field.name}`
  const id = idOf(name)
  const called = field.label ?? field.name
  const value = values[field.name]
  const common = {
    partial: `bank/fields/${field.field}`,
    id,
    name,
    label: t(`bank.field.${called}`),
    hint: field.hint === true ? t(`bank.hint.${called}`, { example: EXAMPLES[called] ?? '' }) : '',
    error: errorOf(name, context)
  }
  switch (field.field) {
    case 'text': return { ...common, wordings: wordingViews(name, value, field.lines ?? 1, context), several: context.languages.length > 1 }
    case 'line': return { ...common, value: String(value ?? ''), short: field.short === true, list: field.name === 'topic' ? 'topics' : '' }
    case 'number': return { ...common, value: String(value ?? '') }
    case 'flag': return { ...common, checked: value === 'on' }
    case 'select': return {
      ...common,
      refresh: field.refresh === true,
      options: field.options.map((option) => ({ value: option, text: t(`bank.option.${called}.${option}`), selected: value === option }))
    }
    case 'lines': return { ...common, value: String(value ?? ''), lines: String(Math.min(14, Math.max(3, String(value ?? '').split('\n').length + 1))) }
    case 'numbers': return { ...common, value: String(value ?? '') }
    case 'ref': {
      const chosen = field.many === true ? value as readonly string[] : [String(value ?? '')]
      return { ...common, many: field.many === true, options: rowNames(field.to, context).map(({ key, text }) => ({ value: key, text, selected: chosen.includes(key) })) }
    }
    case 'stimulus': return { ...common, partial: 'bank/fields/ref', many: false, options: context.stimuli.map(({ key, name }) => ({ value: key, text: name, selected: value === key })) }
    case 'tolerance': {
      const { amount = '', by = 'absolute' } = (value ?? {}) as Readonly<Record<string, string>>
      return { ...common, amount, options: TOLERANCES.map((option) => ({ value: option, text: t(`bank.tolerance.${option}`), selected: option === by })) }
    }
    case 'image': {
      const { src = '', alt } = (value ?? {}) as { readonly src?: string, readonly alt?: Value }
      const chosen = context.pictures.find((picture) => picture.src === src)
      return {
        ...common,
        small: field.small === true,
        options: context.pictures.map((picture) => ({ value: picture.src, text: t('bank.picture.size', { name: picture.name, width: String(picture.width), height: String(picture.height) }), selected: picture.src === src })),
        other: src !== '' && chosen === undefined ? src : '',
        chosen: chosen === undefined ? null : { href: chosen.href, width: String(chosen.width), height: String(chosen.height) },
        alt: { ...common, partial: 'bank/fields/text', id: `${id}-alt`, label: t('bank.picture.alt'), hint: t('bank.picture.alt.hint'), error: errorOf(`${name}.alt`, context), wordings: wordingViews(`${name}.alt`, alt, 1, context), several: context.languages.length > 1 },
        shapes: field.small === true || chosen === undefined ? null : shapesOf(context)
      }
    }
    case 'fold': {
      const fields = fieldViews(field.fields, values, at, context)
      return { ...common, fields, open: fields.some(hasError) }
    }
    case 'list': {
      const rows = (value ?? []) as readonly Values[]
      return {
        ...common,
        add: `add:${name.slice(2)}`,
        addLabel: t(`bank.add.${called}`),
        rows: rows.map((row, index) => {
          const place = `${name}.${index}`
          const asksKey = field.row.some((inner) => inner.name === 'key')
          const mark = asksKey ? String(index + 1) : letterOf(index)
          return {
            id: idOf(place),
            mark,
            keyName: asksKey ? '' : `${place}.key`,
            key: String(row['key'] ?? ''),
            legend: t('bank.row', { list: t(`bank.field.${called}`), mark }),
            fields: fieldViews(field.row, row, place, context),
            up: index > 0 ? `up:${place.slice(2)}` : '',
            down: index < rows.length - 1 ? `down:${place.slice(2)}` : '',
            remove: `remove:${place.slice(2)}`
          }
        })
      }
    }
  }
}

/** What hints show as it is typed: braces would mean something to the catalogue. */
const EXAMPLES: Readonly<Record<string, string>> = { 'gapped-text': '{{name}}', formula: '{a} * 1.05', 'variable-key': '{a}' }

/** A, B, … Z, A1, B1 … */
function letterOf (index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(65 + index % 26) + (round === 0 ? '' : String(round))
}

function hasError (view: FieldView): boolean {
  return view.error !== '' || (view['fields'] as FieldView[] | undefined ?? []).some(hasError) ||
    (view['rows'] as ReadonlyArray<{ fields: FieldView[] }> | undefined ?? []).some(({ fields }) => fields.some(hasError))
}

function wordingViews (name: string, value: Value | undefined, lines: number, { languages, language }: FieldContext): object[] {
  const typed = (value ?? {}) as Readonly<Record<string, string>>
  return languages.map((tag) => ({
    id: languages.length === 1 || tag === languages[0] ? idOf(name) : idOf(`${name}.${tag}`),
    name: `${name}.${tag}`,
    tag,
    direction: directionOf(tag),
    language: languageName(tag, language),
    value: typed[tag] ?? '',
    lines: String(Math.max(lines, Math.min(12, (typed[tag] ?? '').split('\n').length))),
    block: lines > 1 || (typed[tag] ?? '').includes('\n')
  }))
}

/** A language as the reader calls it. */
export function languageName (tag: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** The rows of a list by what stands in them, for those who choose one. */
function rowNames (list: string, { values, languages }: FieldContext): Array<{ readonly key: string, readonly text: string }> {
  const rows = (values[list] ?? []) as readonly Values[]
  return rows.map((row, index) => {
    const wordings = (row['text'] ?? {}) as Readonly<Record<string, string>>
    const said = languages.map((tag) => wordings[tag] ?? '').find((wording) => wording.trim() !== '') ?? ''
    return { key: String(row['key'] ?? ''), text: `${letterOf(index)}${said === '' ? '' : ` · ${said.length > 60 ? `${said.slice(0, 59)}…` : said}`}` }
  })
}

/** Areas or zones as they are drawn on the picture. */
function shapesOf ({ kind, values }: FieldContext): object | null {
  if (kind === 'drag-image') {
    const zones = (values['zones'] ?? []) as readonly Values[]
    return { rows: 'zones', list: zones.map((zone, index) => ({ mark: letterOf(index), rect: { x: zone['x'], y: zone['y'], width: zone['width'], height: zone['height'] } })).filter(({ rect }) => Object.values(rect).every((side) => side !== '' && Number.isFinite(Number(side)))) }
  }
  const areas = (values['areas'] ?? []) as readonly Values[]
  return {
    rows: 'areas',
    list: areas.flatMap((area, index): object[] => {
      const numbers = String(area['coords'] ?? '').split(/[\s,;]+/).filter((part) => part !== '').map(Number)
      const [a = NaN, b = NaN, c = NaN, d = NaN] = numbers
      if (numbers.some((number) => !Number.isFinite(number))) return []
      const mark = letterOf(index)
      switch (area['shape']) {
        case 'rect': return numbers.length === 4 ? [{ mark, rect: { x: String(a), y: String(b), width: String(Math.max(0, c - a)), height: String(Math.max(0, d - b)) } }] : []
        case 'circle': return numbers.length === 3 ? [{ mark, ellipse: { x: String(a), y: String(b), rx: String(c), ry: String(c) } }] : []
        case 'ellipse': return numbers.length === 4 ? [{ mark, ellipse: { x: String(a), y: String(b), rx: String(c), ry: String(d) } }] : []
        default: return numbers.length >= 6 ? [{ mark, polygon: numbers.join(' ') }] : []
      }
    })
  }
}

function errorOf (name: string, { problems, kind, t }: FieldContext): string {
  const own = problems.filter(({ path = '' }) => {
    const found = labelled(fieldsOf(kind), path.split('/'))
    return found.name !== '' && `f.${found.name}` === name
  })
  return own.map(({ message }) => problemWords(message, t)).join(' ')
}
