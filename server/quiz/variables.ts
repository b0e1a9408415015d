import Type, { type Static, type TObject } from 'typebox'
import { evaluate, parseFormula, variablesOf } from './formula.ts'
import type { Variant } from './kind.ts'
import { repeatedKeys, type Problem } from './problem.ts'
import type { Random } from './random.ts'
import { mapText, type Text } from './text.ts'

const NAME = '^[A-Za-z_][A-Za-z0-9_]*$'
const name = Type.String({ pattern: NAME, maxLength: 64, title: 'a name: letters, digits and `_`, such as `a` or `speed_2`' })

/** Variables of a question, and the values that may be drawn for them. */
export const variableRules = {
  variables: Type.Optional(Type.Array(Type.Union([
    Type.Object({
      key: name,
      min: Type.Number(),
      max: Type.Number(),
      decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, default: 0 }))
    }, { additionalProperties: false }),
    Type.Object({ key: name, values: Type.Array(Type.Number(), { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false })
  ]), { minItems: 1, maxItems: 50, description: 'Drawn for each paper; used as {a} in texts and in formulas' })),
  datasets: Type.Optional(Type.Array(Type.Record(name, Type.Number(), {
    minProperties: 1, maxProperties: 50, additionalProperties: false, title: 'a name: letters, digits and `_`, such as `a`'
  }), { minItems: 1, maxItems: 1000, description: 'Rows of values that are drawn together; they go before those of `variables`' }))
}
export type VariableRules = Static<TObject<typeof variableRules>>
type Variable = NonNullable<VariableRules['variables']>[number]

export type Values = Readonly<Record<string, number>>

/** Names of all variables. */
export function namesOf ({ variables = [], datasets = [] }: VariableRules): ReadonlySet<string> {
  return new Set([...variables.map(variable => variable.key), ...datasets.flatMap(Object.keys)])
}

/** Draws a value for each variable: a row of the datasets, and for every other variable one of its values, or of those between
 * its bounds with its decimals; each is equally likely. */
export function drawValues ({ variables = [], datasets = [] }: VariableRules, random: Random): Values {
  const row = datasets[datasets.length > 1 ? random.below(datasets.length) : 0] ?? {}
  const drawn = variables.filter(({ key }) => !Object.hasOwn(row, key)).map(variable => {
    const count = countOf(variable)
    return [variable.key, valueAt(variable, count > 1 ? random.below(count) : 0)] as const
  })
  return Object.fromEntries([...Object.entries(row), ...drawn])
}

/** Values for a definition that nothing was drawn for: the first of each. */
export function firstValues (rules: VariableRules): Values {
  return drawValues(rules, { below: () => 0 })
}

/** A stored variant as values of these variables; the first of each where it has none (a question changed since). */
export function valuesOf (rules: VariableRules, variant: Variant): Values {
  return { ...firstValues(rules), ...Object.fromEntries(Object.entries(variant).filter((entry): entry is [string, number] => typeof entry[1] === 'number')) }
}

/** The rules of a question whose values are settled: each variable has one. */
export function fixedRules (rules: VariableRules, values: Values): Required<Pick<VariableRules, 'variables'>> {
  return { variables: [...namesOf(rules)].map(key => ({ key, values: [values[key] as number] })) }
}

/** `{=formula}`, or `{a}`, in a text. */
export const MARK = /\{=((?:[^{}]|\{[^{}]*\})*)\}|\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** A text with values in place of `{a}` and of `{=formula}`. Braces around anything but a variable stay as they are, and so does a
 * formula that cannot be read. A variable is written with its decimals, a formula to twelve significant figures. */
export function withValues (text: Text, rules: VariableRules, values: Values): Text {
  const decimals = new Map((rules.variables ?? []).map(variable => [variable.key, 'decimals' in variable ? variable.decimals : undefined]))
  return mapText(text, wording => wording.replaceAll(MARK, (mark: string, formula: string | undefined, name: string) => {
    if (formula === undefined) return Object.hasOwn(values, name) ? written(values[name] as number, decimals.get(name)) : mark
    const read = parseFormula(formula)
    return 'problem' in read ? mark : written(evaluate(read, values))
  }))
}

/** What no schema says of the variables. */
export function variableProblems (rules: VariableRules): Problem[] {
  const { variables = [], datasets = [] } = rules
  if (namesOf(rules).size === 0) return [{ path: 'variables', message: 'is missing; or give `datasets`' }]
  const problems = repeatedKeys(variables, 'variables')
  for (const [index, variable] of variables.entries()) {
    const count = countOf(variable)
    if (count < 1) problems.push({ path: `variables/${index}/max`, message: 'no value with these decimals lies between `min` and `max`' })
    if (count > 2 ** 32) problems.push({ path: `variables/${index}/max`, message: 'too many values lie between `min` and `max`; write fewer decimals' })
  }
  const names = Object.keys(datasets[0] ?? {})
  for (const [index, row] of datasets.entries()) {
    const missing = names.filter(name => !Object.hasOwn(row, name))
    const more = Object.keys(row).filter(name => !names.includes(name))
    if (missing.length + more.length > 0) problems.push({ path: `datasets/${index}`, message: `must have the variables of the first row: ${names.join(', ')}` })
  }
  return problems
}

/** Why a formula cannot be used with these variables: it cannot be read, or uses others.
 * @param samples values to try it with; a problem when it has no value for some of them */
export function formulaProblems (source: string, rules: VariableRules, samples: readonly Values[], path: string): Problem[] {
  const formula = parseFormula(source)
  if ('problem' in formula) return [{ path, message: formula.problem }]
  const unknown = [...variablesOf(formula).difference(namesOf(rules))]
  if (unknown.length > 0) return [{ path, message: `there is no variable '${unknown.join("', '")}'` }]
  const without = samples.find(values => !Number.isFinite(evaluate(formula, values)))
  if (without === undefined) return []
  const given = [...variablesOf(formula)].map(name => `${name} = ${without[name]}`)
  return [{ path, message: `gives no number${given.length === 0 ? '' : ` when ${given.join(', ')}`}` }]
}

/** Problems of the formulas inside a text. */
export function textFormulaProblems (text: Text, rules: VariableRules, samples: readonly Values[], path: string): Problem[] {
  const wordings = typeof text === 'string' ? [[path, text] as const] : Object.entries(text).map(([language, wording]) => [`${path}/${language}`, wording] as const)
  return wordings.flatMap(([path, wording]) =>
    [...wording.matchAll(MARK)].flatMap(([, formula]) => formula === undefined ? [] : formulaProblems(formula, rules, samples, path)))
}

/** A number as it is written: with so many decimals, or as short as it goes without the traces of binary fractions. */
export function written (value: number, decimals?: number): string {
  return decimals === undefined ? String(Number(value.toPrecision(12))) : value.toFixed(decimals)
}

// From the least to the most whole number of the last decimal's units; the slack makes up for binary fractions.
function gridOf ({ min, max, decimals = 0 }: Extract<Variable, { min: number }>): { readonly least: number, readonly most: number } {
  return { least: Math.ceil(min * 10 ** decimals - 1e-6), most: Math.floor(max * 10 ** decimals + 1e-6) }
}

function countOf (variable: Variable): number {
  if ('values' in variable) return variable.values.length
  const { least, most } = gridOf(variable)
  return most - least + 1
}

function valueAt (variable: Variable, index: number): number {
  if ('values' in variable) return variable.values[index] as number
  const { decimals = 0 } = variable
  return Number(((gridOf(variable).least + index) / 10 ** decimals).toFixed(decimals))
}
