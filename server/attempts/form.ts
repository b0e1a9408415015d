import { isCertainty, type Controls, type MarkInput } from '../quiz/quiz.ts'

/** A posted form: each field once, or several times. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

/** Reads the answer to one question out of a form, by the control it was asked with. Fields of slot 3:
 * - `q3` a place as `120, 80`, once for each point (points)
 * - `q3`: choices, line (its unit `q3.unit`), tokens, range, essay
 * - `q3.<key>`: of a stem (pairs), statement (verdicts: `true`, `false`), item (groups; sequence: a position from 1), zone (drops) or gap (gaps, words)
 * - `q3` the choice made and `q3.at` how many were made before it (scenario): a form sent twice decides once
 * @param answer as saved; null for none
 * @returns the answer in its kind's shape, or null when nothing was filled in; undefined for a control that no form shows */
export function answerOf (controls: Controls, slot: number, fields: Fields, answer: unknown): unknown {
  const name = `q${slot}`
  const filled = (keys: ReadonlyArray<{ readonly key: string }>): Array<[string, string]> => keys.flatMap(({ key }): Array<[string, string]> => {
    const value = firstOf(fields[`${name}.${key}`])
    return value.trim() === '' ? [] : [[key, value]]
  })
  const orNull = <T>(entries: ReadonlyArray<readonly [string, T]>, named: (values: Record<string, T>) => object): object | null =>
    entries.length === 0 ? null : named(Object.fromEntries(entries))
  switch (controls.control) {
    case 'choices': {
      const choices = allOf(fields[name]).filter((key) => key !== '')
      return choices.length === 0 ? null : { choices }
    }
    case 'pairs': return orNull(filled(controls.stems), (pairs) => ({ pairs }))
    case 'groups': return orNull(filled(controls.items), (groups) => ({ groups }))
    case 'drops': return orNull(filled(controls.zones), (drops) => ({ drops }))
    case 'points': {
      const points = allOf(fields[name]).filter((place) => place.trim() !== '').map(pointOf)
      return points.length === 0 ? null : { points }
    }
    case 'gaps': case 'words': return orNull(filled(controls.gaps), (gaps) => ({ gaps }))
    case 'verdicts':
      return orNull(filled(controls.statements).filter(([, verdict]) => verdict === 'true' || verdict === 'false').map(([key, verdict]) => [key, verdict === 'true'] as const), (verdicts) => ({ verdicts }))
    case 'tokens': {
      const selected = allOf(fields[name]).filter((key) => key !== '')
      return selected.length === 0 ? null : { selected }
    }
    case 'sequence': {
      const placed = controls.items.flatMap(({ key }) => {
        const position = Number(firstOf(fields[`${name}.${key}`]))
        return Number.isInteger(position) && position > 0 ? [{ key, position }] : []
      })
      // Sorting is stable: of two items given one position, the one shown first comes first.
      return placed.length === 0 ? null : { order: placed.sort((a, b) => a.position - b.position).map(({ key }) => key) }
    }
    case 'line': {
      const text = firstOf(fields[name])
      const unit = firstOf(fields[`${name}.unit`])
      return text.trim() === '' ? null : { text, ...controls.units !== undefined && unit !== '' && { unit } }
    }
    case 'range': {
      const value = firstOf(fields[name]).trim()
      return value === '' || !Number.isFinite(Number(value)) ? null : { value: Number(value) }
    }
    case 'essay': {
      // A form sends the ends of lines as CR LF, whatever the text had.
      const text = firstOf(fields[name]).replace(/\r\n/g, '\n')
      const template = typeof controls.template === 'string' ? [controls.template] : Object.values(controls.template ?? {})
      return text.trim() === '' || template.some((given) => given.trim() === text.trim()) ? null : { text }
    }
    case 'scenario': {
      const chosen = firstOf(fields[name])
      const { passed, node } = controls
      const isNext = firstOf(fields[`${name}.at`]) === String(passed.length) && node?.choices.some(({ key }) => key === chosen) === true
      return isNext ? { path: [...pathOf(answer), chosen] } : answer
    }
    // Not shown by a form, which must not clear them.
    case 'files': case 'none':
      return undefined
  }
}

/** A place as it is written: across and down, in the picture's pixels. What is no place lies outside of every picture, so that
 * the answer is said to be unreadable. */
function pointOf (written: string): { x: number, y: number } {
  const numbers = written.split(/[\s,;]+/).filter((part) => part !== '').map(Number)
  const [x = NaN, y = NaN] = numbers
  return numbers.length === 2 && Number.isFinite(x) && Number.isFinite(y) ? { x, y } : { x: -1, y: -1 }
}

/** Decisions taken so far. */
function pathOf (answer: unknown): readonly unknown[] {
  return typeof answer === 'object' && answer !== null && 'path' in answer && Array.isArray(answer.path) ? answer.path : []
}

/** The answer with how sure the trainee says to be of it: `certainty3` for slot 3. A blank answer has no certainty. */
export function withCertainty (answer: unknown, slot: number, fields: Fields): unknown {
  const certainty = Number(firstOf(fields[`certainty${slot}`]))
  return typeof answer === 'object' && answer !== null && isCertainty(certainty) ? { ...answer, certainty } : answer
}

/** A person's mark out of the form of one answer: `slot`, `comment`, and either `mark` or `rubric.<criterion>`.
 * @returns a mark of NaN for what is no number, which the rule of marks refuses */
export function markOf (fields: Fields): { readonly slot: number, readonly comment: string } & MarkInput {
  const levels = Object.entries(fields).flatMap(([name, value]) => name.startsWith('rubric.') ? [[name.slice('rubric.'.length), firstOf(value)]] : [])
  const common = { slot: Number(firstOf(fields['slot'])), comment: firstOf(fields['comment']) }
  if (levels.length > 0) return { ...common, rubric: Object.fromEntries(levels) as Record<string, string> }
  const typed = firstOf(fields['mark']).trim()
  return { ...common, mark: typed === '' ? NaN : Number(typed.replace(',', '.')) }
}

/** The slots a form holds and the state of each that it showed: `slots=6,7` and `seq6=2`. */
export function slotsOf (fields: Fields): Array<{ slot: number, base: number | null }> {
  return firstOf(fields['slots']).split(',').map(Number).filter((slot) => Number.isInteger(slot) && slot > 0).map((slot) => {
    const base = firstOf(fields[`seq${slot}`])
    return { slot, base: /^\d{1,15}$/.test(base) ? Number(base) : null }
  })
}

function allOf (field: string | readonly string[] | undefined): readonly string[] {
  return field === undefined ? [] : typeof field === 'string' ? [field] : field
}

export function firstOf (field: string | readonly string[] | undefined): string {
  return allOf(field)[0] ?? ''
}
