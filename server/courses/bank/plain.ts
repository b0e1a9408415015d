import type { KindName } from './fields.ts'

/** A definition, or a part of one, whose properties are looked at by name. */
export type Plain = Readonly<Record<string, unknown>>

const MEGABYTE = 1024 * 1024

/** A definition as its form asks for it: each thing that authors may write in several ways, written in one. */
export function flattened (kind: KindName, definition: Plain): Plain {
  const { hints, labels, ...rest } = definition
  const said = labels as Plain | undefined
  return {
    ...rest,
    ...Array.isArray(hints) && { hints: hints.map((text: unknown) => ({ text })) },
    ...said !== undefined && { labelTrue: said['true'], labelFalse: said['false'] },
    ...flattenedKind(kind, definition)
  }
}

function flattenedKind (kind: KindName, definition: Plain): Plain {
  switch (kind) {
    case 'short-text': return flatText(definition)
    case 'numeric': case 'slider': return flatNumber(definition)
    case 'calculated': return {
      answers: rowsOf(definition['answers']) ?? ('formula' in definition ? [pick(definition, ['formula', 'tolerance'])] : undefined),
      datasets: rowsOf(definition['datasets']) === undefined ? undefined : tableOf(rowsOf(definition['datasets']) as readonly Plain[])
    }
    case 'cloze': return { gaps: rowsOf(definition['gaps'])?.map((gap) => ({ ...gap, ...gap['input'] === 'text' ? flatText(gap) : gap['input'] === 'numeric' ? flatNumber(gap) : {} })) }
    case 'categorise': return { items: rowsOf(definition['items'])?.map((item) => ({ ...item, category: item['category'] === null || item['category'] === undefined ? [] : [item['category']].flat() })) }
    case 'upload': return typeof definition['maxBytes'] === 'number' ? { maxBytes: definition['maxBytes'] / MEGABYTE } : {}
    case 'true-false': return 'correct' in definition ? { correct: String(definition['correct']) } : {}
    case 'kprim': return { statements: rowsOf(definition['statements'])?.map((row) => ({ ...row, correct: String(row['correct']) })) }
    case 'choice': case 'match': case 'order': case 'gap-select': case 'drag-words': case 'long-menu': case 'error-text': case 'hotspot':
    case 'mark-image': case 'drag-image': case 'essay': case 'scenario': case 'stimulus': case 'description': return {}
  }
}

/** The definition that a form's properties say. */
export function unflattened (kind: KindName, plain: Plain): Plain {
  const { hints, labelTrue, labelFalse, ...rest } = plain
  const given = {
    ...rest,
    ...Array.isArray(hints) && { hints: (hints as readonly Plain[]).map(({ text }) => text) },
    ...(labelTrue !== undefined || labelFalse !== undefined) && { labels: { ...labelTrue !== undefined && { true: labelTrue }, ...labelFalse !== undefined && { false: labelFalse } } }
  }
  return withoutNothing({ ...given, ...unflattenedKind(kind, given) })
}

function unflattenedKind (kind: KindName, plain: Plain): Plain {
  switch (kind) {
    case 'choice': return { choices: rowsOf(plain['choices'])?.map(byWorth) }
    case 'hotspot': case 'mark-image': return { areas: rowsOf(plain['areas'])?.map(byWorth) }
    case 'true-false': return { correct: plain['correct'] === 'true' }
    case 'kprim': return { statements: rowsOf(plain['statements'])?.map((row) => ({ ...row, correct: row['correct'] === 'true' })) }
    case 'short-text': return { accept: acceptOf(plain) }
    case 'numeric': case 'slider': return numberOf(plain)
    case 'calculated': {
      const answers = rowsOf(plain['answers'])
      const [only] = answers ?? []
      const isPlain = answers?.length === 1 && only !== undefined && Object.keys(only).every((name) => name === 'formula' || name === 'tolerance')
      return { ...isPlain ? { answers: undefined, ...only } : { answers }, datasets: datasetsOf(plain['datasets']) }
    }
    case 'cloze': return {
      gaps: rowsOf(plain['gaps'])?.map((gap) => withoutNothing(gap['input'] === 'text'
        ? { ...gap, accept: acceptOf(gap) }
        : gap['input'] === 'numeric' ? { ...gap, ...numberOf(gap) } : { ...gap, choices: rowsOf(gap['choices'])?.map(byWorth) }))
    }
    case 'categorise': return {
      items: rowsOf(plain['items'])?.map((item) => {
        const keys = item['category'] as readonly string[]
        return { ...item, category: keys.length === 0 ? null : keys.length === 1 ? keys[0] : keys }
      })
    }
    case 'upload': return typeof plain['maxBytes'] === 'number' ? { maxBytes: Math.round(plain['maxBytes'] * MEGABYTE) } : {}
    case 'match': case 'order': case 'gap-select': case 'drag-words': case 'long-menu': case 'error-text': case 'drag-image': case 'essay':
    case 'scenario': case 'stimulus': case 'description': return {}
  }
}

/** What is worth a share of its own is right or wrong by that. */
function byWorth ({ correct, ...row }: Plain): Plain {
  return 'fraction' in row || correct === undefined ? row : { ...row, correct }
}

function flatText ({ accept }: Plain): Plain {
  return {
    accept: (Array.isArray(accept) ? accept as ReadonlyArray<string | Plain> : undefined)?.map((rule) => {
      if (typeof rule === 'string') return { by: 'text', accepted: rule }
      const { text, regex, ...more } = rule
      return { by: regex === undefined ? 'text' : 'regex', accepted: text ?? regex, ...more }
    })
  }
}

function acceptOf ({ accept }: Plain): unknown {
  return rowsOf(accept)?.map(({ by, accepted = '', example, ...worth }) => {
    if (by === 'regex') return { regex: accepted, ...example !== undefined && { example }, ...worth }
    return Object.keys(worth).length === 0 ? accepted : { text: accepted, ...worth }
  })
}

function flatNumber ({ answers, value, tolerance }: Plain): Plain {
  const rows = rowsOf(answers) ?? (value === undefined ? undefined : [{ value, ...tolerance !== undefined && { tolerance } }])
  return { answers: rows?.map((row: Plain) => ({ by: 'value' in row ? 'value' : 'range', ...row })) }
}

function numberOf (plain: Plain): Plain {
  const rows = rowsOf(plain['answers'])?.map(({ by: _, ...row }) => row)
  const [only] = rows ?? []
  const isPlain = rows?.length === 1 && only !== undefined && Object.keys(only).every((name) => name === 'value' || name === 'tolerance')
  return isPlain ? { answers: undefined, ...only } : { answers: rows }
}

/** Rows of values as text: names in the first line, a row a line. */
function tableOf (rows: readonly Plain[]): string[] {
  const names = [...new Set(rows.flatMap(Object.keys))]
  return [names.join(', '), ...rows.map((row) => names.map((name) => String(row[name] ?? '')).join(', '))]
}

function datasetsOf (lines: unknown): unknown {
  if (!Array.isArray(lines) || lines.length < 2) return undefined
  const [names = [], ...rows] = (lines as readonly string[]).map((line) => line.split(/[\s,;\t]+/).filter((part) => part !== ''))
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, Number(row[index] ?? NaN)])))
}

function rowsOf (value: unknown): readonly Plain[] | undefined {
  return Array.isArray(value) ? value as readonly Plain[] : undefined
}

function pick (from: Plain, names: readonly string[]): Plain {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}

function withoutNothing (plain: Plain): Plain {
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
}
