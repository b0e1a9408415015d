import { parseFormula, type Formula } from '../formula.ts'
import { mapText, textsOf, type Text } from '../text.ts'
import { MARK, namesOf } from '../variables.ts'
import { expressionOf, formulaText } from './qti-formula.ts'
import { num, responseDeclaration, rulesIn, type Pen } from './qti-pen.ts'
import { markOf, type Of, type Parts } from './qti-write-parts.ts'
import { entry } from './qti-write-typed.ts'

/** Names that an item has for its own variables. Those made here have a hyphen, which no variable of a question has. */
const KEPT = new Set(['RESPONSE', 'SCORE', 'MAXSCORE', 'FEEDBACK', 'duration', 'numAttempts', 'completionStatus'])
const [RESULT, ROW] = ['RESULT-1', 'ROW-1']

/** Writes texts with values of the template in place of `{a}` and `{=a * 2}`. */
export function printingPen (definition: Of<'calculated'>, pen: Pen): Pen {
  const formulas = formulasIn(definition)
  const names = namesOf(definition)
  const decimals = new Map((definition.variables ?? []).map(variable => [variable.key, 'decimals' in variable ? variable.decimals : undefined]))
  return {
    ...pen,
    rich (text) {
      const printed: string[] = []
      const marked = mapText(text, wording => wording.replaceAll(MARK, (mark: string, formula: string | undefined, name: string) => {
        const identifier = formula === undefined ? names.has(name) ? name : undefined : formulas.get(formula)
        if (identifier === undefined) return mark
        const places = decimals.get(identifier) ?? 0
        printed.push(pen.el('printedVariable', { identifier, format: places > 0 ? `%.${places}f` : undefined }))
        return `\ue010${printed.length - 1}\ue011`
      }))
      return pen.rich(marked).replace(/\ue010(\d+)\ue011/g, (_, index: string) => printed[Number(index)]!)
    }
  }
}

/** The formulas in its texts, each with the variable that holds its value. */
function formulasIn ({ prompt, feedback }: Of<'calculated'>): ReadonlyMap<string, string> {
  const texts: readonly Text[] = feedback === undefined ? [prompt] : [prompt, feedback]
  const found = texts.flatMap(text => textsOf(text)).flatMap(wording => [...wording.matchAll(MARK)].flatMap(([, formula]) => formula ?? []))
  return new Map([...new Set(found)].map((formula, index) => [formula, `FORMULA-${index + 1}`]))
}

/** A number worked out of values that a template draws. */
export function calculated (definition: Of<'calculated'>, pen: Pen): Parts | undefined {
  const { variables = [], datasets = [], tolerance: own, answers = [], decimals, significantFigures, unit, units } = definition
  const { el, notes } = pen
  const { variable, correct, base, set, when } = rulesIn(el)
  const [wanted, another] = definition.formula === undefined ? answers : [{ formula: definition.formula, ...own !== undefined && { tolerance: own } }]
  const inTexts = formulasIn(definition)
  const read = (source: string): { readonly formula: Formula, readonly expression: string } | undefined => {
    const formula = parseFormula(source)
    const expression = 'problem' in formula ? undefined : expressionOf(formula, el)
    return 'problem' in formula || expression === undefined ? undefined : { formula, expression }
  }
  const refuse = (why: string): undefined => {
    notes.refused(why)
    return undefined
  }
  if (wanted === undefined || another !== undefined || ('feedback' in wanted && wanted.feedback !== undefined)) return refuse('QTI is written for one formula, and not for several answers with what each earns')
  const result = read(wanted.formula)
  const printed = [...inTexts].map(([source, identifier]) => ({ source, identifier, read: read(source) }))
  const unsaid = result === undefined ? wanted.formula : printed.find(({ read }) => read === undefined)?.source
  if (result === undefined || unsaid !== undefined) return refuse(`QTI has no expression for its formula '${String(unsaid)}'`)
  if ([...namesOf(definition)].some(name => KEPT.has(name))) return refuse('a variable has a name that QTI keeps for itself')
  if (unit !== undefined || units !== undefined) notes.leftOut('what is said of units is left out')
  for (const { formula, source } of [{ ...result, source: wanted.formula }, ...printed.map(({ read, source }) => ({ ...read!, source }))]) {
    if (formulaText(formula) !== source) notes.changed(`its formula is written as '${formulaText(formula)}'`)
  }
  const value = (name: string, expression: string): string => el('setTemplateValue', { identifier: name }, expression)
  const declared = (name: string, baseType: string): string => el('templateDeclaration', { identifier: name, cardinality: 'single', baseType })
  const list = (values: readonly number[]): string => el('ordered', {}, ...values.map(one => base('float', one)))
  const columns = Object.keys(datasets[0] ?? {})
  const drawn = variables.filter(({ key }) => !columns.includes(key))
  const draws = [
    ...datasets.length === 0 ? [] : [{ name: ROW, type: 'integer', expression: el('randomInteger', { min: 1, max: datasets.length }) }],
    ...columns.map(name => ({ name, type: 'float', expression: el('index', { n: ROW }, list(datasets.map(row => row[name]!))) })),
    ...drawn.map(one => ({ name: one.key, type: 'float', expression: 'values' in one ? el('random', {}, list(one.values)) : gridOf(one, pen) }))
  ]
  const figures = decimals !== undefined ? { roundingMode: 'decimalPlaces', figures: decimals } : { roundingMode: 'significantFigures', figures: significantFigures ?? 12 }
  const tolerance = wanted.tolerance ?? { relative: 0.01 }
  const equal = (attributes: Parameters<Pen['el']>[1], right: string): string => el('equal', attributes, right, variable())
  const relative = (share: number): string => equal({ toleranceMode: 'relative', tolerance: String(Number((share * 100).toPrecision(12))) }, variable(RESULT))
  if (typeof tolerance === 'object' && 'geometric' in tolerance) notes.changed('a geometric tolerance is written as a relative one')
  const near = typeof tolerance === 'number' || 'absolute' in tolerance
    ? equal({ toleranceMode: 'absolute', tolerance: num(typeof tolerance === 'number' ? tolerance : tolerance.absolute) }, variable(RESULT))
    : 'significantFigures' in tolerance
      ? el('equalRounded', { roundingMode: 'significantFigures', figures: tolerance.significantFigures }, variable(RESULT), variable())
      : relative('relative' in tolerance ? tolerance.relative : tolerance.geometric)
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'single', 'float', [])],
    templates: [
      ...draws.map(({ name, type }) => declared(name, type)),
      ...printed.map(({ identifier }) => declared(identifier, 'float')),
      declared(RESULT, 'float'),
      el('templateProcessing', {},
        ...draws.map(({ name, expression }) => value(name, expression)),
        ...printed.map(({ identifier, read }) => value(identifier, read!.expression)),
        value(RESULT, result.expression),
        el('setCorrectResponse', { identifier: 'RESPONSE' }, el('roundTo', figures, variable(RESULT))))
    ],
    body: `<p>${entry(pen, 'RESPONSE', 10)}</p>`,
    rules: [when(el('or', {}, near, equal({ toleranceMode: 'exact' }, correct())), [set('SCORE', base('float', markOf(definition)))])]
  }
}

/** A value between bounds, on the grid of its decimals. */
function gridOf ({ min, max, decimals = 0 }: { readonly min: number, readonly max: number, readonly decimals?: number }, { el }: Pen): string {
  // As `drawValues` has it; the slack makes up for binary fractions.
  const [least, most] = [Math.ceil(min * 10 ** decimals - 1e-6), Math.floor(max * 10 ** decimals + 1e-6)]
  const whole = el('randomInteger', { min: least, max: most })
  return decimals === 0 ? whole : el('divide', {}, whole, rulesIn(el).base('float', 10 ** decimals))
}
