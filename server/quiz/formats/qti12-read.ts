import { collect, nameFrom, readCategory, type Collected, type FormatProblem, type Imported, type ImportOptions } from './format.ts'
import { htmlOfPlain, markdownOfPlain, markupField, settle, type Wording } from './markup.ts'
import type { Read } from './moodle-parts.ts'
import { picturedOr } from './picture-texts.ts'
import { readCategorise, readMatch, readOrder, readSeveral, readSingle, readTrueFalse } from './qti12-choices.ts'
import { attributeOf, fieldsOf, itemFields, responsesIn, wordingIn, type Item } from './qti12-parts.ts'
import { pointsOf, scored, type Scored } from './qti12-scored.ts'
import { readCalculated, readEssay, readGaps, readNumeric, readShortText, readUpload } from './qti12-typed.ts'
import { allIn, elementIn, elementsIn, readParts, textIn, XmlError, type XmlElement, type XmlPart } from './xml.ts'

const AROUND = new Set(['questestinterop', 'objectbank', 'assessment', 'section'])

/** Reads questions of IMS QTI 1.2 (ASI), as Canvas and Respondus write it and as its specification has it: banks, assessments,
 * sections and items, item by item, so that the text may come in chunks. How an item is scored is worked out by its own rules.
 * What is not known is named in the problems, and the rest is taken. Never throws.
 * @param text the file's text, whole or in pieces */
export function importQti12 (text: string | Iterable<string>, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const reading = readingOf(collected)
  readQti12(text, reading)
  reading.bind()
  return { questions: collected.questions, problems: collected.problems }
}

/** What is known while the files of an import are read, one after the other. */
export interface Reading {
  readonly collected: Collected
  /** titles of what has one in its metadata */
  readonly titles: Map<XmlElement, string>
  /** places of texts among the questions, by their idents */
  readonly stimuli: Map<string, number>
  /** places of questions that name one */
  readonly followers: { readonly place: number, readonly stimulus: string }[]
  /** the file that is read, where there are several */
  path?: string
  /** binds questions to the texts that they name; when all files have been read */
  bind (): void
}

export function readingOf (collected: Collected): Reading {
  const reading: Reading = { collected, titles: new Map(), stimuli: new Map(), followers: [], bind: () => { bindStimuli(reading) } }
  return reading
}

/** Reads one file. @param path names it in the problems, where it is one of several */
export function readQti12 (text: string | Iterable<string>, reading: Reading, path?: string): void {
  if (path !== undefined) reading.path = path
  let root: string | undefined
  try {
    for (const part of readParts(typeof text === 'string' ? [text] : text, name => !AROUND.has(name))) {
      root ??= part.around[0]?.name ?? part.element.name
      readPart(part, reading)
    }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    reading.collected.problems.push({ ...placed(reading, error.line), message: `the file is read up to here only: ${error.message}`, severity: 'refused' })
  }
  if (root !== undefined && root !== 'questestinterop') reading.collected.problems.push({ ...placed(reading, 1), message: `<${root}> is no file of QTI 1.2, whose root is <questestinterop>`, severity: 'refused' })
}

function placed ({ path }: Reading, line: number): { line: number, path?: string } {
  return path === undefined ? { line } : { line, path }
}

function readPart ({ element, around }: XmlPart, reading: Reading): void {
  const parent = around.at(-1)
  const note = (message: string): void => { reading.collected.problems.push({ ...placed(reading, element.line), message, severity: 'left-out' }) }
  switch (element.name) {
    case 'item': return readItem(element, around, reading)
    case 'qtimetadata': {
      const title = fieldsOf({ ...element, children: [element] }).get('bank_title')
      if (parent !== undefined && title !== undefined && title !== '') reading.titles.set(parent, title)
      return
    }
    case 'selection_ordering': {
      const count = textIn([...allIn(element, 'selection_number')][0]).trim()
      if (count !== '') note(`that ${count} of the questions of '${titleOf(parent, reading)}' are drawn is left out`)
      if ([...allIn(element, 'sourcebank_ref')].length > 0) note(`the bank that '${titleOf(parent, reading)}' draws from is not in the file`)
      return
    }
    case 'bankentry_item': case 'itemref': case 'sectionref': case 'assessmentref': return note(`a question of another file is left out: <${element.name}>`)
    case 'presentation_material': case 'rubric': case 'objectives': case 'assessfeedback': case 'sectionfeedback': {
      if (textIn(element).trim() !== '') note(`what is said of a whole test or section is left out: <${element.name}>`)
    }
  }
}

function titleOf (element: XmlElement | undefined, { titles }: Reading): string {
  return element === undefined ? '' : (titles.get(element) ?? attributeOf(element, 'title')).replace(/\s+/g, ' ').trim()
}

const LEVELS = ['easy', 'medium', 'hard'] as const

function readItem (element: XmlElement, around: readonly XmlElement[], reading: Reading): void {
  const { collected } = reading
  const about = itemFields(element)
  const presentation = elementIn(element, 'presentation')
  const notes: FormatProblem[] = []
  const at = placed(reading, element.line)
  const title = attributeOf(element, 'title').replace(/\s+/g, ' ').trim()
  const name = title === '' ? nameFrom(wordingIn(presentation, () => {}, true).text) : title
  const note: Item['note'] = (severity, message) => { notes.push({ ...at, message: `'${name}': ${message}`, severity }) }
  const item: Item = {
    element, about, note, ident: attributeOf(element, 'ident'), type: typeOf(about), responses: responsesIn(presentation, note)
  }
  const prompt = wordingIn(presentation, note, item.responses.length === 1)
  const whole = scored(item)
  const read = kindOf(whole, presentation)
  if ('problem' in read) {
    collected.problems.push({ ...at, message: `'${name}' is not taken: ${read.problem}`, severity: 'refused' })
    return
  }
  const { general, hints, processing } = whole
  // Written here of Markdown that shows pictures.
  const again = about.get('muster_markup') === 'markdown' ? picturedOr : (wording: Wording) => wording
  const { markup, write: settled } = settle([prompt, general, ...hints, ...read.texts].map(again))
  const write = (wording: Wording): string => settled(again(wording))
  const own = read.draft(write)
  const asked = own.kind !== 'description'
  const led = (text: string): string => (read.variables ?? []).reduce((text, name) => text.replaceAll(markup === 'html' ? `[${name}]` : markdownOfPlain(`[${name}]`), `{${name}}`), text)
  const points = pointsOf(item) ?? (processing.declared === undefined || processing.declared === 100 ? 1 : processing.declared)
  if (asked && points <= 0) note('changed', 'it was worth nothing, and is worth 1')
  const category = around.map(outer => titleOf(outer, reading)).filter(title => title !== '')
  const told = about.get('muster_category')
  const difficulty = LEVELS.find(level => level === (about.get('qmd_levelofdifficulty') ?? '').toLowerCase())
  const key = about.get('muster_key')
  const place = collected.questions.length
  whole.noteUnsaid()
  const taken = collected.add({
    prompt: read.ownText === true ? (markup === 'html' ? htmlOfPlain(name) : write({ text: name, format: 'plain' })) : led(write(prompt)),
    ...general.text !== '' && { feedback: led(write(general)) },
    ...asked && points > 0 && points !== 1 && { mark: points },
    ...asked && hints.length > 0 && { hints: hints.map(write).map(led) },
    ...markupField(markup),
    ...own
  }, { name, category: told === undefined ? category : readCategory(told), line: element.line, ...key !== undefined && { key }, ...difficulty !== undefined && { difficulty } })
  if (!taken) return
  collected.problems.push(...notes)
  if (!asked) reading.stimuli.set(item.ident, place)
  const stimulus = about.get('parent_stimulus_item_ident') ?? around.findLast(outer => outer.attributes.has('parent_stimulus_item_ident'))?.attributes.get('parent_stimulus_item_ident')
  if (stimulus !== undefined && stimulus !== '' && asked) reading.followers.push({ place, stimulus })
}

/** A text that questions name is a stimulus, and the questions are bound to it. */
function bindStimuli ({ collected: { questions, problems }, stimuli, followers }: Reading): void {
  for (const { place, stimulus } of followers) {
    const question = questions[place]!
    const text = stimuli.get(stimulus)
    if (text === undefined) {
      problems.push({ line: question.line!, message: `'${question.name}': the text that it is about is not in the file`, severity: 'left-out' })
      continue
    }
    const { definition } = questions[text]!
    questions[text] = { ...questions[text]!, definition: { ...definition, kind: 'stimulus' } }
    questions[place] = { ...question, definition: { ...question.definition, stimulus: definition.key } }
  }
}

/** What an item calls itself, in Canvas' words. */
function typeOf (about: ReadonlyMap<string, string>): string {
  const own = about.get('question_type')
  if (own !== undefined) return own
  const called = (about.get('cc_profile') ?? about.get('qmd_itemtype') ?? '').toLowerCase()
  if (/true.?.?false/.test(called)) return 'true_false_question'
  if (called.includes('essay')) return 'essay_question'
  return ''
}

type KindRead = Read & { readonly variables?: readonly string[] }

/** The kind that an item is: by what it asks for, and where that says too little, by what it calls itself. */
function kindOf (whole: Scored, presentation: XmlElement | undefined): KindRead {
  const { element, type, responses } = whole.item
  const [first, second] = responses
  if (type === 'file_upload_question' && presentation !== undefined) return readUpload(presentation)
  if (type === 'text_only_question') return { texts: [], draft: () => ({ kind: 'description' }) }
  if (first === undefined) return type === 'essay_question' ? readEssay(whole, undefined) : { texts: [], draft: () => ({ kind: 'description' }) }
  const odd = responses.find(({ sort }) => sort === 'other')
  if (odd !== undefined) return { problem: `there is no kind for what it asks: <${odd.element.name}>` }
  const isGapped = type === 'multiple_dropdowns_question' || type === 'fill_in_multiple_blanks_question'
  if (second !== undefined || isGapped) {
    if (isGapped || responses.some(({ sort }) => sort === 'text')) return readGaps(whole, presentation!)
    if (type === 'categorization_question' || responses.every(({ cardinality }) => cardinality === 'multiple')) return readCategorise(whole, responses)
    return type === 'matching_question' || haveSameLabels(whole) ? readMatch(whole, responses) : readGaps(whole, presentation!)
  }
  if (first.sort === 'labels') {
    if (first.cardinality === 'ordered') return readOrder(whole, first)
    if (first.cardinality === 'multiple') return readSeveral(whole, first)
    return type === 'true_false_question' || isTrueFalse(first) ? readTrueFalse(whole, first) : readSingle(whole, first)
  }
  const calculated = elementsIn(element, 'itemproc_extension').flatMap(inside => elementsIn(inside, 'calculated'))[0]
  if (calculated !== undefined) return readCalculated(whole, calculated)
  const fib = elementIn(first.element, 'render_fib')?.attributes.get('fibtype') ?? ''
  if (first.element.name === 'response_num' || type === 'numerical_question' || /decimal|integer|scientific/i.test(fib)) return readNumeric(whole, first)
  const isScored = whole.processing.rules.some(({ sets, condition }) => sets.length > 0 && condition.type !== 'other')
  return type === 'essay_question' || !isScored ? readEssay(whole, first) : readShortText(whole, first)
}

function isTrueFalse ({ labels }: Item['responses'][number]): boolean {
  return labels.map(({ text }) => text.text.toLowerCase()).sort().join() === 'false,true'
}

function haveSameLabels ({ item: { responses } }: Scored): boolean {
  const listed = responses.map(({ labels }) => labels.map(({ ident }) => ident).sort().join('\n'))
  return listed.every(labels => labels === listed[0])
}
