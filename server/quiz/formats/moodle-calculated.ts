import { plainNumber } from './format.ts'
import { answersIn, isOn, numberIn, said, setting, valueOf, type MoodleQuestion, type Read } from './moodle-parts.ts'
import { elementIn, elementsIn } from './xml.ts'

/** A tolerance by Moodle's types: 1 relative, 2 in the unit of the value, 3 geometric. */
export function toleranceOf (tolerance: number, type: number): { tolerance?: number | { relative: number } | { geometric: number } } {
  if (type === 1) return { tolerance: { relative: tolerance } }
  if (type === 3) return { tolerance: { geometric: tolerance } }
  return tolerance === 0 ? {} : { tolerance }
}

/** Units of a numerical or calculated question. Moodle's multiplier says how many of a unit make one of the first; ours the
 * inverse. */
export function readUnits (question: MoodleQuestion): object {
  const { element } = question
  const units = elementsIn(elementIn(element, 'units') ?? element, 'unit').map(unit => ({
    unit: valueOf(elementIn(unit, 'unit_name')), multiplier: plainNumber(valueOf(elementIn(unit, 'multiplier'))) ?? 1
  })).filter(({ unit }) => unit !== '')
  // 3: units are not asked for.
  if (units.length === 0 || numberIn(question, 'showunits') === 3) return {}
  const base = units.findIndex(({ multiplier }) => multiplier === 1)
  if (base === -1 || units.some(({ multiplier }) => multiplier <= 0)) {
    question.note('left-out', 'units are left out: none has the multiplier 1, or one has none above 0')
    return {}
  }
  const grading = numberIn(question, 'unitgradingtype') ?? 0
  if (grading === 2) question.note('changed', 'a wrong unit costs its share of what the answer earns, not of the whole')
  if (isOn(question, 'unitsleft', false)) question.note('changed', 'the unit stands after the number')
  const first = units[base]!
  return {
    units: [first, ...units.filter(unit => unit !== first)].map(({ unit, multiplier }) => ({ unit, factor: multiplier === 1 ? 1 : Number((1 / multiplier).toPrecision(12)) })),
    ...grading > 0 && { unitRequired: true, unitPenalty: Math.min(1, Math.max(0, numberIn(question, 'unitpenalty') ?? 1)) }
  }
}

/** A calculated question: formulas, and rows of values that Moodle has drawn beforehand, or what to draw them from. */
export function readCalculated (question: MoodleQuestion): Read {
  const { element } = question
  const definitions = elementsIn(elementIn(element, 'dataset_definitions') ?? element, 'dataset_definition').map(definition => ({
    key: valueOf(elementIn(definition, 'name')),
    min: plainNumber(valueOf(elementIn(definition, 'minimum'))) ?? 1,
    max: plainNumber(valueOf(elementIn(definition, 'maximum'))) ?? 10,
    decimals: plainNumber(valueOf(elementIn(definition, 'decimals'))) ?? 0,
    distribution: valueOf(elementIn(definition, 'distribution')),
    values: new Map(elementsIn(elementIn(definition, 'dataset_items') ?? element, 'dataset_item').map(item => [
      valueOf(elementIn(item, 'number')), plainNumber(valueOf(elementIn(item, 'value')))
    ] as const))
  }))
  const answers = answersIn(question)
  const [rest, real] = [answers.filter(({ answer }) => answer.text === '*'), answers.filter(({ answer }) => answer.text !== '*')]
  if (rest.some(({ feedback }) => feedback.text !== '')) question.note('left-out', 'feedback of any other answer is left out')
  if (answers.some(({ fraction }) => fraction < 0)) question.note('changed', 'answers that took marks away earn nothing')
  if (['1', '2'].includes(setting(question, 'synchronize'))) question.note('changed', 'its values are drawn apart from those of other questions')
  const rows = [...definitions[0]?.values.keys() ?? []].map(number => Object.fromEntries(definitions.map(({ key, values }) => [key, values.get(number)])))
  const whole = rows.filter(row => Object.values(row).every(value => value !== undefined)).slice(0, 1000)
  if (rows.length > whole.length) question.note('left-out', `${rows.length - whole.length} rows of values are left out: not every variable has one, or they are more than 1000`)
  if (whole.length === 0 && definitions.some(({ distribution }) => distribution === 'loguniform')) question.note('changed', 'its values are drawn evenly')
  const units = readUnits(question)
  const [first] = real
  if (first === undefined) return { problem: 'it has no formula' }
  const shown = (name: string): number | undefined => plainNumber(valueOf(elementIn(first.element, name)))
  const length = Math.min(15, Math.max(0, shown('correctanswerlength') ?? 2))
  const formulas = real.map(({ element, answer, fraction, feedback }) => ({
    formula: answer.text.replace(/^\{=(.*)\}$/s, '$1'),
    ...toleranceOf(plainNumber(valueOf(elementIn(element, 'tolerance'))) ?? 0, plainNumber(valueOf(elementIn(element, 'tolerancetype'))) ?? 1),
    fraction,
    feedback
  }))
  return {
    texts: real.map(({ feedback }) => feedback),
    draft: write => {
      const alone = formulas.length === 1 && first.fraction === 1 && first.feedback.text === '' ? formulas[0] : undefined
      return {
        kind: 'calculated',
        ...alone === undefined
          ? { answers: formulas.map(({ fraction, feedback, ...formula }) => ({ ...formula, ...fraction !== 1 && { fraction: Math.max(0, fraction) }, ...said('feedback', feedback, write) })) }
          : { formula: alone.formula, ...alone.tolerance !== undefined && { tolerance: alone.tolerance } },
        ...whole.length > 0
          ? { datasets: whole }
          : definitions.length > 0 && { variables: definitions.map(({ key, min, max, decimals }) => ({ key, min, max, ...decimals > 0 && { decimals } })) },
        ...shown('correctanswerformat') === 2 ? { significantFigures: Math.max(1, length) } : { decimals: length },
        ...units
      }
    }
  }
}

