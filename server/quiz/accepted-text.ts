import Type, { type Static, type TObject } from 'typebox'
import type { Problem } from './problem.ts'
import { compileRegex, matchesWhole } from './regex.ts'
import { text, type Text } from './text.ts'
import { comparable, fill, matches, type Comparison } from './wildcard.ts'

/** Longest text that is typed into one line, in UTF-16 units. */
export const MAX_LINE = 500

const pattern = Type.String({ pattern: '\\S', maxLength: MAX_LINE })
const worth = {
  fraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1 })),
  feedback: Type.Optional(text)
}

/** What typed text is held against, for the kinds that have it typed. */
export const textRules = {
  accept: Type.Array(Type.Union([
    pattern,
    Type.Object({ text: pattern, ...worth }, { additionalProperties: false }),
    Type.Object({
      regex: Type.String({ pattern: '\\S', maxLength: MAX_LINE, description: 'A regular expression that must match the whole answer' }),
      example: Type.Optional(Type.String({ pattern: '\\S', maxLength: MAX_LINE, description: 'An answer that it matches, shown as the right one' })),
      ...worth
    }, { additionalProperties: false })
  ]), { minItems: 1, maxItems: 200, description: 'Accepted answers; `*` stands for any run of characters, `\\*` for an asterisk' }),
  caseSensitive: Type.Optional(Type.Boolean({ default: false })),
  ignoreAccents: Type.Optional(Type.Boolean({ default: false }))
}

export type TextRules = Static<TObject<typeof textRules>>
type Accepted = Exclude<TextRules['accept'][number], string>

/** Instructions of all expressions of one question: a longest answer to it is graded in some hundredths of a second at worst. */
const MAX_SIZE = 5000

/** What a typed text earns by the rule that it meets best. */
export interface Met { readonly fraction: number, readonly feedback?: Text }

/** Whether nothing can be seen of a typed text. */
export function isBlank (rules: TextRules, typed: string): boolean {
  return comparable(typed, comparisonOf(rules)).trim() === ''
}

/** What a typed text earns: the best of all that it matches, and of those alike, the first; undefined when it matches nothing.
 * Compared as `comparable` says. Linear in the length of the text for every pattern and expression. */
export function bestText (rules: TextRules, typed: string): Met | undefined {
  const comparison = comparisonOf(rules)
  return acceptedBy(rules)
    .filter(accepted => meets(accepted, typed, comparison))
    .map(({ fraction = 1, feedback }) => feedback === undefined ? { fraction } : { fraction, feedback })
    .reduce<Met | undefined>((best, next) => best === undefined || next.fraction > best.fraction ? next : best, undefined)
}

/** A text that earns all, without a wildcard's stand-in where there is one; '' when none can be made. */
export function rightText (rules: TextRules): string {
  const comparison = comparisonOf(rules)
  const full = acceptedBy(rules).filter(({ fraction = 1 }) => fraction === 1)
  return ['', '…']
    .flatMap(inPlace => full.map(accepted => 'text' in accepted ? fill(accepted.text, inPlace) : exampleOf(accepted, comparison)))
    .find(typed => !isBlank(rules, typed) && bestText(rules, typed)?.fraction === 1) ?? ''
}

/** What no schema says of the rules.
 * @param at path of what holds them, with a slash at its end; '' for the question itself */
export function textProblems (rules: TextRules, at = ''): Problem[] {
  const comparison = comparisonOf(rules)
  const problems = acceptedBy(rules).flatMap((accepted, index): Problem[] => {
    if ('text' in accepted) {
      return comparable(accepted.text, comparison).trim() === '' ? [{ path: `${at}accept/${index}`, message: 'nothing in it can be seen' }] : []
    }
    const regex = compileRegex(accepted.regex, comparison)
    if ('problem' in regex) return [{ path: `${at}accept/${index}/regex`, message: regex.problem }]
    return accepted.example === undefined || meets(accepted, accepted.example, comparison)
      ? []
      : [{ path: `${at}accept/${index}/example`, message: 'is not matched by its own `regex`' }]
  })
  if (problems.length === 0 && sizeOf(rules, comparison) > MAX_SIZE) {
    return [{ path: `${at}accept`, message: 'the regular expressions are too large together; write fewer, or shorter ones' }]
  }
  if (problems.length === 0 && rightText(rules) === '') {
    problems.push({ path: `${at}accept`, message: 'no answer that earns the full mark can be shown; one needs fraction 1 and more than `*`, or an `example`' })
  }
  return problems
}

function comparisonOf ({ caseSensitive = false, ignoreAccents = false }: TextRules): Comparison {
  return { caseSensitive, ignoreAccents }
}

function acceptedBy (rules: TextRules): Accepted[] {
  return rules.accept.map(accepted => typeof accepted === 'string' ? { text: accepted } : accepted)
}

function meets (accepted: Accepted, typed: string, comparison: Comparison): boolean {
  if ('text' in accepted) return matches(typed, accepted.text, comparison)
  const regex = compileRegex(accepted.regex, comparison)
  return !('problem' in regex) && matchesWhole(regex, comparable(typed, comparison).trim())
}

function sizeOf (rules: TextRules, comparison: Comparison): number {
  return acceptedBy(rules).reduce((sum, accepted) => {
    const regex = 'regex' in accepted ? compileRegex(accepted.regex, comparison) : undefined
    return regex === undefined || 'problem' in regex ? sum : sum + regex.program.length
  }, 0)
}

function exampleOf (accepted: Extract<Accepted, { regex: string }>, comparison: Comparison): string {
  const regex = compileRegex(accepted.regex, comparison)
  return accepted.example ?? ('problem' in regex ? '' : regex.example())
}
