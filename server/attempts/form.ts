import { isCertainty, type Controls, type MarkInput } from '../quiz/quiz.ts'

/** A posted form: each field once, or several times. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

/** Reads the answer to one question out of a form, by the control it was asked with. Fields of slot 3:
 * `q3` (choices, line), `q3.<stem>` (pairs), `q3.<item>` a position from 1 (sequence).
 * @returns the answer in its kind's shape, or null when nothing was filled in; undefined for a control that no form shows */
export function answerOf (controls: Controls, slot: number, fields: Fields): unknown {
  const name = `q${slot}`
  switch (controls.control) {
    case 'choices': {
      const choices = allOf(fields[name]).filter((key) => key !== '')
      return choices.length === 0 ? null : { choices }
    }
    case 'pairs': {
      const pairs = Object.fromEntries(controls.stems.flatMap(({ key }) => {
        const choice = firstOf(fields[`${name}.${key}`])
        return choice === '' ? [] : [[key, choice]]
      }))
      return Object.keys(pairs).length === 0 ? null : { pairs }
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
      return text.trim() === '' ? null : { text }
    }
    // Answered through /api/v1 until a page shows them: a form that holds none of their fields must not clear them.
    case 'verdicts': case 'groups': case 'gaps': case 'words': case 'tokens': case 'points': case 'drops': case 'range':
    case 'essay': case 'files': case 'scenario': case 'none':
      return undefined
  }
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
