import { gradeAnswer } from '../grading.ts'
import type { QuestionDefinition } from '../kinds/index.ts'
import { checkQuestion } from '../definition.ts'
import { definitionFor } from '../drawing.ts'
import { collect, type Collected, type Draft, type FormatProblem, type Imported, type ImportOptions } from './format.ts'
import { htmlOfPlain, markupField, plainOf, settle, type Wording } from './markup.ts'
import { readAssociate, readGraphicOrder } from './qti-associate.ts'
import { readChoice, readHotspot, readHottext, readOrder, readPoints, MOST_SAMPLES } from './qti-choices.ts'
import { GAPS, readGaps } from './qti-gaps.ts'
import { feedbackIn, filesOf, keysFor, promptOf, scoreSamples, wording, type Asked, type QtiItem, type Scored, type Worths } from './qti-item.ts'
import { isLongMenu, readLongMenu } from './qti-long-menu.ts'
import { readGapMatch, readGraphicGapMatch, readMatch } from './qti-pairs.ts'
import { openItem, rootOf, itemsIn } from './qti-processing.ts'
import { inTime, newSession } from './qti-session.ts'
import { htmlOf, INTERACTIONS, isShown, markupOf, type Writer } from './qti-texts.ts'
import { readExtended, readSlider, readTyped, readUpload } from './qti-typed.ts'
import { attribute, insideOf, isTrue, nameOf, partOf, partsOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

const READERS: Readonly<Record<string, (element: XmlElement, item: QtiItem) => Asked>> = {
  choiceInteraction: readChoice,
  hottextInteraction: readHottext,
  orderInteraction: readOrder,
  matchInteraction: readMatch,
  gapMatchInteraction: readGapMatch,
  graphicGapMatchInteraction: readGraphicGapMatch,
  hotspotInteraction: readHotspot,
  selectPointInteraction: (element, item) => readPoints(element, item, element),
  positionObjectInteraction: readPosition,
  sliderInteraction: readSlider,
  textEntryInteraction: readTyped,
  extendedTextInteraction: readExtended,
  uploadInteraction: readUpload,
  drawingInteraction: readUpload,
  associateInteraction: readAssociate,
  graphicAssociateInteraction: readAssociate,
  graphicOrderInteraction: readGraphicOrder
}

/** Interactions that no kind means the same as, and why. */
const NO_KIND: Readonly<Record<string, string>> = {
  customInteraction: 'it is answered in a way of its own',
  portableCustomInteraction: 'it is answered in a way of its own'
}

function readPosition (element: XmlElement, item: QtiItem): Asked {
  const stage = insideOf(item.body, new Set(['positionObjectStage'])).find(stage => partsOf(stage).includes(element))
  item.note('changed', 'places are pointed at; there is no object to be put on them')
  return readPoints(element, item, stage ?? element)
}

/** A file that stands beside an item in its package. */
export interface ItemPlace {
  readonly category?: readonly string[]
  /** path of the item's file; the name of the item when left out */
  readonly path?: string
  readonly file?: QtiItem['file']
  readonly stimulus?: string
  readonly difficulty?: 'easy' | 'medium' | 'hard'
}

/** Reads an item or a test of QTI 2.1, 2.2 or 3.0. Of a test, whose items are files of their own, only what it says itself is
 * read: `importQtiPackage` reads both. Each item becomes a question of the kind that asks the same. What the question earns is
 * held against the item's own processing over answers of every sort; where they differ, a problem says how. Never throws. */
export function importQti (xml: string, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const read = rootOf(xml, 'assessmentItem', 'assessmentTest', 'assessmentStimulus')
  if ('problem' in read) collected.problems.push(read.problem)
  else if (nameOf(read.root) === 'assessmentTest') {
    for (const { element } of itemsIn(read.root, [])) collected.problems.push({ line: element.line, message: `the item '${wordIn(element, 'href').slice(0, 200)}' is a file of its own; import the package that holds both`, severity: 'refused' })
  } else readItem(read.root, collected, {})
  return { questions: collected.questions, problems: collected.problems }
}

/** Reads one item. @returns the key of the question made of it; undefined when it is not taken */
export function readItem (root: XmlElement, collected: Collected, place: ItemPlace): string | undefined {
  const name = titleOf(root)
  const notes: FormatProblem[] = []
  const at = { path: place.path ?? name }
  const refuse = (why: string): undefined => {
    collected.problems.push({ ...at, line: lineOf(root), message: `'${name}' is not taken: ${why}`, severity: 'refused' })
    return undefined
  }
  const body = partOf(root, nameOf(root) === 'assessmentStimulus' ? 'stimulusBody' : 'itemBody')
  if (body === undefined) return refuse('it has no body')
  const session = newSession({})
  if (!inTime(() => { openItem(session, root) })) return refuse('its template takes longer than is taken')
  const said = new Set<string>()
  const note: QtiItem['note'] = (severity, message) => {
    if (!said.has(message)) notes.push({ ...at, message: `'${name}': ${message}`, severity })
    said.add(message)
  }
  const writer: Writer = { session, markup: markupOf(body), inPlace: element => INTERACTIONS.has(nameOf(element)) ? askedBy(element, writer) : undefined, leftOut: what => { note('left-out', what) } }
  const item: QtiItem = { root, body, session, writer, note, file: place.file ?? (() => undefined) }
  if (isTrue(root, 'adaptive')) note('changed', 'it goes on by what is answered, and here it is answered once')
  const asked = askedIn(item)
  if ('problem' in asked) return refuse(asked.problem)
  if (asked.drawn === undefined && partOf(root, 'templateProcessing') !== undefined) note('changed', 'values that it draws anew for each trainee are drawn once, here')
  return taken(asked.drawn === undefined ? item : { ...item, writer: asked.drawn.writer }, asked, name, { ...place, at }, collected, notes)
}

/** The line of what an item asks with, or its own. */
function lineOf (root: XmlElement): number {
  return insideOf(root, INTERACTIONS)[0]?.line ?? root.line
}

function titleOf (root: XmlElement): string {
  const title = [attribute(root, 'title'), attribute(root, 'identifier')].map(value => value?.replace(/\s+/g, ' ').trim() ?? '').find(value => value !== '')
  return title ?? 'Question'
}

/** What an interaction asks, in place of itself. Of texts with parts to choose, the text too. */
function askedBy (element: XmlElement, writer: Writer): string {
  const prompt = partOf(element, 'prompt')
  const html = prompt === undefined ? '' : htmlOf(prompt.children, writer).trim()
  const asked = html === '' ? '' : /<(?:p|div|ul|ol|table|blockquote)\b/.test(html) ? html : `<p>${html}</p>`
  if (nameOf(element) !== 'hottextInteraction') return asked
  const own = { ...writer, inPlace: (inner: XmlElement) => nameOf(inner) === 'hottext' ? `<u>${htmlOf(inner.children, writer)}</u>` : nameOf(inner) === 'prompt' ? '' : undefined }
  return `${asked}${htmlOf(element.children, own)}`
}

function askedIn (item: QtiItem): Asked {
  const all = interactionsIn(item.body, item)
  if (all === undefined) return { problem: 'what it asks goes by what was answered before' }
  const passing = all.filter(element => ['endAttemptInteraction', 'mediaInteraction'].includes(nameOf(element)))
  for (const element of passing) item.note('left-out', nameOf(element) === 'mediaInteraction' ? 'a recording that is to be played is left out' : 'a button that ends the attempt is left out')
  const interactions = all.filter(element => !passing.includes(element))
  const [only, another] = interactions
  if (only === undefined) return { texts: [], samples: [], drafts: () => [{ kind: nameOf(item.root) === 'assessmentStimulus' ? 'stimulus' : 'description' }] }
  const none = interactions.map(element => NO_KIND[nameOf(element)]).find(why => why !== undefined)
  if (none !== undefined) return { problem: `there is no kind for it: ${none}` }
  if (interactions.every(isLongMenu)) return readLongMenu(interactions, item)
  if (interactions.length > 100 || interactions.some(element => insideOf(element, CHOICES).length > 100)) return { problem: 'it has more parts than a question may have' }
  const isInline = nameOf(only) === 'inlineChoiceInteraction' || hasTextBeside(only, item)
  if (another === undefined && !isInline) return READERS[nameOf(only)]!(only, item)
  if (interactions.every(element => GAPS.has(nameOf(element)))) return readGaps(interactions, item)
  return { problem: `it asks in ${interactions.length} ways at once: ${[...new Set(interactions.map(nameOf))].join(', ')}` }
}

const CHOICES = new Set(['simpleChoice', 'simpleAssociableChoice', 'inlineChoice', 'gapText', 'gapImg', 'gap', 'hottext', 'hotspotChoice', 'associableHotspot'])
const CONDITIONAL = new Set(['feedbackInline', 'feedbackBlock'])

/** The interactions that are shown; undefined when some are only after an answer. */
function interactionsIn (element: XmlElement, item: QtiItem): XmlElement[] | undefined {
  const found: XmlElement[] = []
  for (const child of partsOf(element)) {
    const name = nameOf(child)
    if (INTERACTIONS.has(name)) found.push(child)
    else if (!name.startsWith('template') || isShown(child, item.session, 'templateIdentifier')) {
      const inner = interactionsIn(child, item)
      if (inner === undefined || (CONDITIONAL.has(name) && inner.length > 0)) return undefined
      found.push(...inner)
    }
  }
  return found
}

/** Whether a field stands in the middle of a text, so that its place counts. */
function hasTextBeside (element: XmlElement, item: QtiItem): boolean {
  if (nameOf(element) !== 'textEntryInteraction') return false
  const html = htmlOf(item.body.children, { ...item.writer, inPlace: inner => inner === element ? '\ue000' : INTERACTIONS.has(nameOf(inner)) ? '' : undefined, leftOut: () => {} })
  const after = html.slice(html.indexOf('\ue000') + 1).replace(/<[^<>]*>/g, '').trim()
  return /[\p{L}\p{N}]/u.test(after)
}

function taken (item: QtiItem, asked: Exclude<Asked, { problem: string }>, name: string, place: ItemPlace & { readonly at: { readonly path: string } }, collected: Collected, notes: FormatProblem[]): string | undefined {
  const { root, note } = item
  const feedback = feedbackIn(root)
  const rules = partOf(root, 'responseProcessing')
  const samples = scoreSamples(item, asked.samples, feedback, MOST_SAMPLES)
  const best = Math.max(0, ...samples.map(({ score }) => score))
  const shown = feedbackOf(item, feedback, samples)
  const prompt = asked.prompt ?? promptOf(item.body, item.writer)
  const { markup, write: settled } = settle([prompt, ...asked.texts, ...shown.general, ...shown.ofParts.map(({ said }) => said)])
  const marks = asked.drawn?.marks ?? []
  const write = (wording: Wording): string => marks.length === 0 ? settled(wording) : settled(wording).replace(/\ue010(\d+)\ue011/g, (_, index: string) => marks[Number(index)]!)
  const worths: Worths = {
    best,
    fraction: part => {
      const score = samples.find(({ parts }) => parts.length === 1 && parts[0] === part)?.score
      return score === undefined ? 0 : rules === undefined || best === 0 ? 1 : Number((score / best).toFixed(7))
    },
    feedback: part => {
      const own = shown.ofParts.filter(({ owners }) => owners.includes(part))
      return own.length === 0 ? {} : { feedback: own.map(one => write(one.said)).join('\n\n') }
    },
    words: part => shown.ofParts.filter(({ owners }) => owners.includes(part)).map(({ said }) => wordsOf(said)).join(' '),
    together: parts => {
      const found = samples.find(sample => sample.parts.length === parts.length && parts.every(part => sample.parts.includes(part)))
      return found === undefined || best === 0 ? undefined : found.score / best
    }
  }
  const isStimulus = nameOf(root) === 'assessmentStimulus'
  const common = {
    prompt: prompt.text.trim() === '' ? (markup === 'html' ? htmlOfPlain(name) : write({ text: name, format: 'plain' })) : write(prompt),
    ...shown.general.length > 0 && { feedback: shown.general.map(write).join('\n\n') },
    ...markupField(markup),
    ...!isStimulus && place.stimulus !== undefined && { stimulus: place.stimulus }
  }
  const drafts = asked.drafts(write, worths).map(draft => ({ ...common, ...draft, ...markOf(best, item, draft) }))
  const first = drafts[0]
  if (first === undefined) {
    collected.problems.push({ ...place.at, line: lineOf(root), message: `'${name}' is not taken: it does not say what is right`, severity: 'refused' })
    return undefined
  }
  const found = rules === undefined || samples.length === 0 || best === 0 ? { draft: first, differing: [] } : nearest(drafts, samples, best, asked.drawn?.values ?? {})
  if (rules === undefined && samples.length > 0) note('changed', 'it says no rules of scoring; the right response earns the mark')
  else if (samples.length > 0 && best === 0) note('changed', 'no answer that was tried earns anything by its own rules; the right response earns the mark')
  // Feedback of what is no part of the question by itself, such as all gaps together, is in no field of it.
  const written = JSON.stringify(found.draft)
  for (const one of shown.ofParts) if (![write(one.said), wordsOf(one.said)].some(text => written.includes(JSON.stringify(text).slice(1, -1)))) note('left-out', leftOutFeedback(one.said))
  if (found.differing.length > 0) note('changed', differing(found.differing, samples.length))
  const identifier = wordIn(root, 'identifier')
  const before = collected.questions.length
  collected.add({ ...found.draft }, { name, ...place.category !== undefined && { category: place.category }, ...place.difficulty !== undefined && { difficulty: place.difficulty }, key: [...keysFor([identifier]).values()][0]!, files: filesOf(item), ...place.path === undefined && { line: root.line } })
  if (collected.questions.length === before) return undefined
  collected.problems.push(...notes)
  return collected.questions.at(-1)!.definition.key
}

function markOf (best: number, item: QtiItem, draft: Draft): { mark?: number } {
  if (draft.kind === 'description' || draft.kind === 'stimulus') return {}
  const variable = item.session.variables.get('MAXSCORE')
  const told = [variable?.initial?.items[0], Number(variable === undefined ? partsOf(item.root, 'outcomeDeclaration').map(one => attribute(one, 'identifier') === 'SCORE' ? attribute(one, 'normalMaximum') : undefined).find(value => value !== undefined) : undefined)]
    .find((value): value is number => typeof value === 'number' && value > 0)
  const mark = Number((best > 0 ? best : told ?? 1).toPrecision(12))
  return mark === 1 || mark > 1000 ? {} : { mark }
}

interface Differing { readonly sample: Scored, readonly theirs: number, readonly ours: number }

/** The first of drafts that earns the same as the item for every sample, or the one that differs least often. */
function nearest (drafts: readonly Draft[], samples: readonly Scored[], best: number, values: Readonly<Record<string, number>>): { readonly draft: Draft, readonly differing: readonly Differing[] } {
  let found: { readonly draft: Draft, readonly differing: readonly Differing[] } | undefined
  for (const draft of drafts) {
    const checked = checkQuestion({ key: 'x', topic: 'x', difficulty: 'medium', ...draft })
    const differing = 'problems' in checked ? undefined : samplesDiffering(definitionFor(checked.question, { variant: values }), samples, best)
    if (differing !== undefined && (found === undefined || off(differing) < off(found.differing) - 1e-9)) found = { draft, differing }
    if (found?.differing.length === 0) break
  }
  return found ?? { draft: drafts[0]!, differing: [] }
}

function off (differing: readonly Differing[]): number {
  return differing.reduce((sum, { theirs, ours }) => sum + Math.abs(theirs - ours), 0)
}

function samplesDiffering (definition: QuestionDefinition, samples: readonly Scored[], best: number): Differing[] {
  return samples.flatMap(sample => differs(definition, sample, best))
}

function differs (definition: QuestionDefinition, sample: Scored, best: number): Differing[] {
  const grade = gradeAnswer(definition, sample.answer)
  // What cannot be answered here is no answer that could be marked otherwise.
  if (grade.state === 'unreadable') return []
  const theirs = sample.score / best
  return Math.abs(theirs - grade.fraction) < 1e-4 ? [] : [{ sample, theirs, ours: grade.fraction }]
}

function differing (all: readonly Differing[], tried: number): string {
  const [{ sample, theirs, ours }] = all as [Differing]
  const response = Object.entries(sample.responses).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ')
  const share = (fraction: number): string => String(Number(fraction.toFixed(4)))
  return `it is scored otherwise in ${all.length} of ${tried} answers that were tried: ${response.slice(0, 200)} earns ${share(theirs)} of the mark by its own rules, and ${share(ours)} here`
}

/** Feedback by what it is shown for: any answer, or answers that a part is in. What is shown by how right an answer is, is left out. */
function feedbackOf (item: QtiItem, elements: readonly XmlElement[], samples: readonly Scored[]): { readonly general: readonly Wording[], readonly ofParts: readonly { readonly said: Wording, readonly owners: readonly string[] }[] } {
  const general: Wording[] = []
  const ofParts: { said: Wording, owners: string[] }[] = []
  const parts = new Set(samples.flatMap(({ parts }) => parts))
  for (const [index, element] of elements.entries()) {
    const said = wording(element, item)
    if (said.text === '') continue
    const showing = samples.filter(({ shown }) => shown.has(index))
    const owners = [...parts].filter(part => samples.some(({ parts }) => parts.length === 1 && parts[0] === part) && samples.every(sample => !sample.parts.includes(part) || sample.shown.has(index)))
    if (samples.length === 0 || showing.length === samples.length) general.push(said)
    else if (owners.length > 0 && showing.every(({ parts }) => parts.length === 0 || parts.some(part => owners.includes(part)))) ofParts.push({ said, owners })
    else item.note('left-out', leftOutFeedback(said))
  }
  return { general, ofParts }
}

function wordsOf ({ text, format }: Wording): string {
  return format === 'html' ? plainOf(text, 'html').text : text
}

function leftOutFeedback ({ text }: Wording): string {
  return `feedback that goes by how right an answer is, is left out: '${text.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 80)}'`
}

/** Names made into a category, without those that say nothing. */
export function categoryOf (titles: readonly string[]): readonly string[] {
  return titles.map(title => title.replace(/\s+/g, ' ').trim()).filter(title => title !== '')
}

