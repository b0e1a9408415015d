import type { FormatProblem } from './format.ts'
import { carryOut } from './qti-rules.ts'
import { declare, given, inTime, newSession, typeOfPlain, type Budget, type Session, type TestItem } from './qti-session.ts'
import { templateName, templateRules } from './qti-templates.ts'
import { guessed } from './qti-test-expressions.ts'
import { plainValue, single, type PlainValue, type Value } from './qti-values.ts'
import { attribute, nameOf, numberIn, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import { readXmlOr, type XmlElement } from './xml.ts'

/** Responses by the identifiers of their variables, as plain JSON: a pair is `A B`, a point `10 20`, a container a list. */
export type QtiResponses = Readonly<Record<string, PlainValue>>

export interface ScoreOptions {
  /** what templates draw by; 1 when left out */
  readonly seed?: number
  /** a file of the package by its address: rules that the item includes */
  readonly part?: (href: string) => XmlElement | undefined
}

export interface QtiScore {
  /** every declared outcome by its identifier; null where it has no value */
  readonly outcomes: Readonly<Record<string, PlainValue>>
  /** what processing could not take as it stands */
  readonly problems: readonly FormatProblem[]
}

/** Scores responses to an item by the item's own rules (QTI 2.1, 2.2 and 3.0): its template processing, then response
 * processing, by a standard template or written out. As after a first attempt; a response that is not named keeps its default.
 * Bounded in time, whatever the item says. Never throws.
 * @example
 * scoreQtiItem(xml, { RESPONSE: ['A', 'C'] }).outcomes   // { SCORE: 2 } */
export function scoreQtiItem (xml: string, responses: QtiResponses, options: ScoreOptions = {}): QtiScore {
  const read = rootOf(xml, 'assessmentItem')
  return 'problem' in read ? { outcomes: {}, problems: [read.problem] } : processItem(read.root, responses, options)
}

/** The root of a text, when it is of a name. */
export function rootOf (xml: string, ...names: readonly string[]): { readonly root: XmlElement } | { readonly problem: FormatProblem } {
  const root = readXmlOr(xml, ({ line, message }): { readonly problem: FormatProblem } => ({ problem: { line, message, severity: 'refused' } }))
  if ('problem' in root) return root
  return names.includes(nameOf(root)) ? { root } : { problem: { line: root.line, message: `<${root.name}> is no ${names[0]!}`, severity: 'refused' } }
}

/** As `scoreQtiItem`, of an item that is read already. */
export function processItem (root: XmlElement, responses: QtiResponses, options: ScoreOptions & { readonly budget?: Budget } = {}): QtiScore {
  const session = newSession(options)
  if (!inTime(() => {
    openItem(session, root)
    answerItem(session, root, responses)
  })) session.note(root, BROKEN_OFF)
  return { outcomes: outcomesOf(session), problems: session.problems }
}

/** Makes an item ready for many answers: what it declares is read once. As `processItem` with the same seed for each of them.
 * @returns what scores one answer, within the budget of all */
export function readiedItem (root: XmlElement, budget: Budget): (responses: QtiResponses) => QtiScore {
  // A template may draw anew, and rules go on drawing from there.
  if (partOf(root, 'templateProcessing') !== undefined) return responses => processItem(root, responses, { budget })
  const opened = newSession({ budget })
  openItem(opened, root)
  const variables = [...opened.variables.values()]
  return responses => {
    const session = newSession({ budget })
    for (const variable of variables) session.variables.set(variable.identifier, { ...variable })
    if (!inTime(() => { answerItem(session, root, responses) })) session.note(root, BROKEN_OFF)
    return { outcomes: outcomesOf(session), problems: [...opened.problems, ...session.problems] }
  }
}

const BROKEN_OFF = 'processing takes longer than is taken; it is broken off'

/** How often templates draw again until their constraint is met (QTI 2.1 leaves the number open; others try as often). */
const DRAWS = 100

/** Declares an item's variables and carries out its template processing. @throws TooLong */
export function openItem (session: Session, root: XmlElement): void {
  declare(session, root)
  const template = partOf(root, 'templateProcessing')
  for (let draw = 1; template !== undefined && draw <= DRAWS; draw++) {
    for (const variable of session.variables.values()) if (variable.use === 'template') variable.value = variable.initial
    if (carryOut(partsOf(template), session) !== 'again') break
    if (draw === DRAWS) session.note(template, 'what the template asks for was not drawn; the last draw counts')
  }
  for (const variable of session.variables.values()) {
    if (variable.use === 'template') continue
    // Numbers without a default begin with 0 (QTI 2.1, 5.2).
    const isZero = variable.use === 'outcome' && variable.initial === null && variable.cardinality === 'single' && (variable.baseType === 'integer' || variable.baseType === 'float')
    variable.value = isZero ? single(variable.baseType, 0) : variable.initial
  }
}

function answerItem (session: Session, root: XmlElement, responses: QtiResponses): void {
  for (const [identifier, response] of Object.entries(responses)) {
    const variable = session.variables.get(identifier)
    if (variable?.use === 'response') variable.value = given(response, variable, message => { session.note(variable.element ?? root, message) })
    else session.note(root, `there is no response '${identifier.slice(0, 60)}'`)
  }
  const processing = partOf(root, 'responseProcessing')
  if (processing !== undefined) carryOut(rulesOf(processing, session), session)
  // Of tests by QTI, but some items have it too.
  carryOut(partsOf(partOf(root, 'outcomeProcessing')), session)
}

/** The rules of response processing: written out, or by a template. */
function rulesOf (processing: XmlElement, session: Session): XmlElement[] {
  const own = partsOf(processing)
  const template = wordIn(processing, 'template')
  if (own.length > 0 || template === '') return own
  const location = attribute(processing, 'templateLocation') ?? template
  const name = templateName(template)
  const found = name === undefined ? session.part(location) : templateRules(name)
  if (found === undefined) session.note(processing, `the template '${template.slice(0, 100)}' is not known; nothing is processed`)
  return partsOf(found)
}

function outcomesOf (session: Session): Record<string, PlainValue> {
  return Object.fromEntries([...session.variables.values()].filter(({ use, element }) => use === 'outcome' && element !== undefined).map(({ identifier, value }) => [identifier, plainValue(value)]))
}

/** The results of one item of a test. */
export interface ItemResult {
  readonly outcomes: Readonly<Record<string, PlainValue>>
  /** whether the item was shown; true when left out */
  readonly presented?: boolean
  /** whether anything was answered; true when left out */
  readonly responded?: boolean
  /** whether the response was right; of items that say what is */
  readonly correct?: boolean
  readonly maxima?: Readonly<Record<string, number>>
  readonly minima?: Readonly<Record<string, number>>
}

/** Works out the outcomes of a test by its own outcome processing, from the results of its items.
 * @param results by the identifiers that the test gives its items; one without a result was not presented
 * @example
 * scoreQtiTest(xml, { Q1: { outcomes: { SCORE: 1 } } }).outcomes   // { TOTAL: 1 } */
export function scoreQtiTest (xml: string, results: Readonly<Record<string, ItemResult>>, options: ScoreOptions = {}): QtiScore {
  const read = rootOf(xml, 'assessmentTest')
  if ('problem' in read) return { outcomes: {}, problems: [read.problem] }
  const { root } = read
  const items = [...itemsIn(root, [])].map(({ element, sections }): TestItem => {
    const identifier = wordIn(element, 'identifier')
    const result = Object.hasOwn(results, identifier) ? results[identifier] : undefined
    return {
      identifier,
      sections,
      categories: wordIn(element, 'category').split(/\s+/),
      weights: new Map(partsOf(element, 'weight').map(weight => [wordIn(weight, 'identifier'), numberIn(weight, 'value') ?? 1])),
      outcomes: new Map(Object.entries(result?.outcomes ?? {}).map(([name, value]) => [name, outcomeOf(value)])),
      maxima: new Map(Object.entries(result?.maxima ?? {})),
      minima: new Map(Object.entries(result?.minima ?? {})),
      presented: result !== undefined && result.presented !== false,
      responded: result !== undefined && result.responded !== false,
      correct: result?.correct
    }
  })
  const session = newSession({ ...options, items })
  for (const identifier of Object.keys(results)) {
    if (!items.some(item => item.identifier === identifier)) session.note(root, `there is no item '${identifier.slice(0, 60)}' in the test`)
  }
  if (!inTime(() => {
    openItem(session, root)
    carryOut(partsOf(partOf(root, 'outcomeProcessing')), session)
  })) session.note(root, BROKEN_OFF)
  return { outcomes: outcomesOf(session), problems: session.problems }
}

function outcomeOf (value: PlainValue): Value {
  return value === null || typeof value === 'object' ? given(value, { identifier: '', cardinality: Array.isArray(value) ? 'multiple' : 'record', baseType: typeOfPlain(value) }, () => {}) : guessed(value)
}

const SECTIONS = new Set(['assessmentSection'])

/** Items of a test with the sections around each, from the outermost inwards. */
export function * itemsIn (element: XmlElement, sections: readonly string[]): Generator<{ readonly element: XmlElement, readonly sections: readonly string[] }> {
  for (const child of partsOf(element)) {
    const name = nameOf(child)
    if (name === 'assessmentItemRef') yield { element: child, sections }
    else if (name === 'testPart' || SECTIONS.has(name)) yield * itemsIn(child, [...sections, wordIn(child, 'identifier')])
  }
}
