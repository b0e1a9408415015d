/** How qtype_ordering grades (its GRADING_ constants): by name as Moodle writes them, by number as other tools do. Those that have no
 * equal become the nearest. */
const GRADINGS: Readonly<Record<string, { readonly number: number, readonly scoring: Scoring, readonly changed?: true }>> = {
  ALL_OR_NOTHING: { number: -1, scoring: 'exact' },
  ABSOLUTE_POSITION: { number: 0, scoring: 'positions' },
  RELATIVE_NEXT_EXCLUDE_LAST: { number: 1, scoring: 'pairs' },
  RELATIVE_NEXT_INCLUDE_LAST: { number: 2, scoring: 'pairs', changed: true },
  RELATIVE_ONE_PREVIOUS_AND_NEXT: { number: 3, scoring: 'pairs', changed: true },
  RELATIVE_ALL_PREVIOUS_AND_NEXT: { number: 4, scoring: 'positions', changed: true },
  LONGEST_ORDERED_SUBSET: { number: 5, scoring: 'longest-subset' },
  LONGEST_CONTIGUOUS_SUBSET: { number: 6, scoring: 'longest-run' },
  RELATIVE_TO_CORRECT: { number: 7, scoring: 'positions', changed: true }
}

type Scoring = 'exact' | 'positions' | 'pairs' | 'longest-subset' | 'longest-run'

const SHORT: Readonly<Record<string, string>> = { ABSOLUTE: 'ABSOLUTE_POSITION', ABS: 'ABSOLUTE_POSITION', RELATIVE: 'RELATIVE_NEXT_EXCLUDE_LAST', REL: 'RELATIVE_NEXT_EXCLUDE_LAST' }

/** @param type a name, its short form or a number; Moodle takes anything else for RELATIVE_NEXT_EXCLUDE_LAST */
export function orderGrading (type: string): { readonly scoring: Scoring, readonly changed?: true } {
  const name = type.trim().toUpperCase()
  const numbered = Object.values(GRADINGS).find(({ number }) => String(number) === name)
  return numbered ?? (GRADINGS[SHORT[name] ?? name]) ?? { scoring: 'pairs' }
}

/** The name under which Moodle knows a way of scoring. */
export function gradingOf (scoring: Scoring): string {
  return Object.keys(GRADINGS).find(name => GRADINGS[name]?.scoring === scoring && GRADINGS[name].changed !== true)!
}
