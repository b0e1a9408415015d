import { readXml, type XmlElement } from './xml.ts'

const condition = (test: string, yes: string, no: string): string => `<responseCondition><responseIf>${test}${yes}</responseIf><responseElse>${no}</responseElse></responseCondition>`
const set = (name: string, value: string): string => `<setOutcomeValue identifier="${name}">${value}</setOutcomeValue>`
const base = (type: string, value: string): string => `<baseValue baseType="${type}">${value}</baseValue>`

const RESPONSE = '<variable identifier="RESPONSE"/>'
const IS_RIGHT = `<match>${RESPONSE}<correct identifier="RESPONSE"/></match>`
const IS_BLANK = `<isNull>${RESPONSE}</isNull>`
const NOTHING = set('SCORE', base('float', '0'))
const feedback = (name: string, value: string): string => set(name, base('identifier', value))
const mapped = (expression: string): string => condition(IS_BLANK, NOTHING, set('SCORE', `<${expression} identifier="RESPONSE"/>`))

/** The templates of QTI 2 and 3 (`rptemplates/…`), and those of the Common Cartridge profile (CC2), as rules. */
const TEMPLATES: Readonly<Record<string, string>> = {
  match_correct: condition(IS_RIGHT, set('SCORE', base('float', '1')), NOTHING),
  map_response: mapped('mapResponse'),
  map_response_point: mapped('mapResponsePoint'),
  CC2_match: condition(IS_RIGHT, set('SCORE', base('float', '1')), NOTHING),
  CC2_match_basic: condition(IS_RIGHT, set('SCORE', '<variable identifier="MAXSCORE"/>') + feedback('FEEDBACKBASIC', 'correct'), feedback('FEEDBACKBASIC', 'incorrect')),
  CC2_map_response: mapped('mapResponse') + condition('<equal toleranceMode="exact"><variable identifier="MAXSCORE"/><variable identifier="SCORE"/></equal>', feedback('FEEDBACK', 'correct'), feedback('FEEDBACK', 'incorrect')),
  match_nothing: condition(IS_BLANK, set('SCORE', '<variable identifier="MAXSCORE"/>'), NOTHING)
}

/** The name of a standard template by its address; undefined for another. */
export function templateName (address: string): string | undefined {
  const name = address.trim().replace(/^.*\//, '').replace(/\.xml$/, '')
  return Object.hasOwn(TEMPLATES, name) ? name : undefined
}

const known = new Map<string, XmlElement>()

/** The rules of a standard template. */
export function templateRules (name: string): XmlElement {
  const rules = known.get(name) ?? readXml(`<responseProcessing>${TEMPLATES[name]!}</responseProcessing>`)
  known.set(name, rules)
  return rules
}
