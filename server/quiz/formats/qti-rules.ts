import { evaluate, inner, isTruthy } from './qti-expressions.ts'
import { lookUp } from './qti-mapping.ts'
import { converted, type Session, type Variable } from './qti-session.ts'
import { nameOf, partsOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** How rules went on: to their end, to an `exit…`, or to a `templateConstraint` that is not met. */
export type Ended = 'end' | 'exit' | 'again'

/** Fragments that include each other are followed so far. */
const MAX_INCLUDED = 10

/** Carries out the rules inside an element: of response, outcome or template processing. @throws TooLong */
export function carryOut (rules: readonly XmlElement[], session: Session, included = 0): Ended {
  for (const rule of rules) {
    session.spend(1)
    const ended = one(rule, session, included)
    if (ended !== 'end') return ended
  }
  return 'end'
}

function one (rule: XmlElement, session: Session, included: number): Ended {
  const name = nameOf(rule)
  switch (name) {
    case 'responseCondition':
    case 'outcomeCondition':
    case 'templateCondition': return condition(rule, session, included)
    case 'responseProcessingFragment':
    case 'outcomeProcessingFragment': return carryOut(partsOf(rule), session, included)
    case 'include': return include(rule, session, included)
    case 'setOutcomeValue':
    case 'setResponseValue':
    case 'setTemplateValue':
    case 'setCorrectResponse':
    case 'setDefaultValue':
      assign(rule, name, session)
      return 'end'
    case 'lookupOutcomeValue': {
      const variable = variableOf(rule, session)
      if (variable !== undefined) variable.value = variable.element === undefined ? null : lookUp(variable.element, inner(rule, session), variable.baseType!, session)
      return 'end'
    }
    case 'exitResponse':
    case 'exitTest':
    case 'exitTemplate': return 'exit'
    case 'templateConstraint': return isTruthy(inner(rule, session)) === true ? 'end' : 'again'
    default:
      session.note(rule, `the rule ${name.slice(0, 60)} is not known; it is passed over`)
      return 'end'
  }
}

function condition (element: XmlElement, session: Session, included: number): Ended {
  for (const branch of partsOf(element)) {
    const parts = partsOf(branch)
    if (nameOf(branch).endsWith('Else')) return carryOut(parts, session, included)
    const [test, ...rules] = parts
    if (test !== undefined && isTruthy(evaluate(test, session)) === true) return carryOut(rules, session, included)
  }
  return 'end'
}

function include (rule: XmlElement, session: Session, included: number): Ended {
  const href = wordIn(rule, 'href')
  const found = included < MAX_INCLUDED ? session.part(href) : undefined
  if (found === undefined) session.note(rule, `the rules of '${href.slice(0, 100)}' cannot be included`)
  return found === undefined ? 'end' : carryOut(partsOf(found), session, included + 1)
}

function variableOf (rule: XmlElement, session: Session): Variable | undefined {
  const identifier = wordIn(rule, 'identifier')
  const variable = session.variables.get(identifier)
  if (variable === undefined) session.note(rule, `${nameOf(rule)}: there is no variable '${identifier.slice(0, 60)}'`)
  return variable
}

function assign (rule: XmlElement, name: string, session: Session): void {
  const variable = variableOf(rule, session)
  if (variable === undefined) return
  // Players take one without a value as: back to what it was.
  if (name === 'setDefaultValue' && partsOf(rule).length === 0) {
    variable.value = variable.initial
    return
  }
  const value = converted(inner(rule, session), variable)
  if (value === undefined) session.note(rule, `${variable.identifier} is given what is no ${variable.cardinality} ${variable.baseType ?? 'record'}; it has no value`)
  const held = value ?? null
  if (name === 'setCorrectResponse') variable.correct = held
  else if (name === 'setDefaultValue') variable.initial = held
  else variable.value = held
}
