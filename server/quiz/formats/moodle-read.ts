import { collect, keyOfId, letter, nameFrom, readCategory, plainNumber, type Collected, type FormatProblem, type Imported, type ImportOptions } from './format.ts'
import { ANY_NUMBER } from './gift-read.ts'
import { htmlOfPlain, markupField, plainOf, settle, type Wording } from './markup.ts'
import { readCalculated, readUnits, toleranceOf } from './moodle-calculated.ts'
import { readCloze } from './moodle-cloze.ts'
import { readDragImage, readDragMarkers, readDragWords, readGapSelect } from './moodle-drag.ts'
import { readMatrix, readOuMatrix } from './moodle-matrix.ts'
import { orderGrading } from './moodle-ordering.ts'
import { acceptedNumbers, acceptedTexts, answersIn, choiceFields, filesIn, isOn, numberIn, said, setting, valueOf, wordingOf, type MoodleAnswer, type MoodleQuestion, type Read } from './moodle-parts.ts'
import { elementIn, elementsIn, readElements, XmlError, type XmlElement } from './xml.ts'

const TYPES: Readonly<Record<string, (question: MoodleQuestion) => Read>> = {
  multichoice: readChoice,
  multichoiceset: readChoiceSet,
  truefalse: readTrueFalse,
  shortanswer: readShortText,
  numerical: readNumeric,
  matching: readMatch,
  match: readMatch,
  essay: readEssay,
  description: () => ({ texts: [], draft: () => ({ kind: 'description' }) }),
  calculated: readCalculated,
  calculatedsimple: readCalculated,
  cloze: readCloze,
  multianswer: readCloze,
  gapselect: readGapSelect,
  ddwtos: readDragWords,
  ddimageortext: readDragImage,
  ddmarker: readDragMarkers,
  ordering: readOrder,
  kprime: readKprim,
  mtf: readKprim,
  matrix: readMatrix,
  oumatrix: readOuMatrix
}

/** Reads a bank in Moodle's XML format (qformat_xml, 4.x, and qtype_ordering, qtype_kprime, qtype_mtf, qtype_multichoiceset,
 * qtype_matrix, qtype_oumatrix):
 * question by question, so that the text may come in chunks. Whatever type is not known is named in the problems, and the
 * rest is taken. Never throws.
 * @param text the file's text, whole or in pieces */
export function importMoodleXml (text: string | Iterable<string>, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  let category: readonly string[] = []
  try {
    for (const element of readElements(typeof text === 'string' ? [text] : text, 1)) {
      if (element.name !== 'question') {
        collected.problems.push({ line: element.line, message: `<${element.name}> is no question`, severity: 'left-out' })
      } else if (element.attributes.get('type') === 'category') {
        category = readCategory(valueOf(elementIn(element, 'category')))
        if (valueOf(elementIn(element, 'info')) !== '') collected.problems.push({ line: element.line, message: `what is said of the category '${category.join(' / ')}' is left out`, severity: 'left-out' })
      } else readQuestion(element, category, collected)
    }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    collected.problems.push({ line: error.line, message: `the file is read up to here only: ${error.message}`, severity: 'refused' })
  }
  return { questions: collected.questions, problems: collected.problems }
}

const LEVELS = ['easy', 'medium', 'hard'] as const
const USUAL = /^Your answer is (?:partially )?(?:in)?correct\.?$/

function readQuestion (element: XmlElement, category: readonly string[], collected: Collected): void {
  const type = element.attributes.get('type') ?? ''
  const prompt = wordingOf(elementIn(element, 'questiontext'), 'moodle')
  const ownName = valueOf(elementIn(element, 'name'))
  const name = ownName === '' ? nameFrom(prompt.text) : ownName.replace(/\s+/g, ' ')
  const notes: FormatProblem[] = []
  const question: MoodleQuestion = {
    element, prompt, note: (severity, message) => { notes.push({ line: element.line, message: `'${name}': ${message}`, severity }) }
  }
  const refuse = (why: string): void => { collected.problems.push({ line: element.line, message: `'${name}' is not taken: ${why}`, severity: 'refused' }) }
  const reader = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  if (reader === undefined) return refuse(`there is no kind for questions of the type '${type.slice(0, 40)}'`)
  const read = reader(question)
  if ('problem' in read) return refuse(read.problem)

  const feedback = wordingOf(elementIn(element, 'generalfeedback'), prompt.format)
  const hints = elementsIn(element, 'hint').map(hint => wordingOf(hint, prompt.format)).filter(({ text }) => text !== '')
  const { markup, lossy, write } = settle([prompt, feedback, ...hints, ...read.texts])
  if (lossy) question.note('changed', 'Markdown beside HTML is kept as it is typed')
  const draft = read.draft(write)
  const asked = draft.kind !== 'description'
  const tags = elementsIn(elementIn(element, 'tags') ?? EMPTY, 'tag').map(valueOf)
  const difficulty = LEVELS.find(level => tags.includes(level))
  if (!['', 'null'].includes(valueOf(elementIn(element, 'image')))) question.note('left-out', 'the picture beside it is left out: it is in no text')
  commonNotes(question, tags.filter(tag => tag !== difficulty), asked)
  const id = setting(question, 'idnumber')
  const taken = collected.add({
    prompt: read.ownText === true ? (markup === 'html' ? htmlOfPlain(name) : write({ text: name, format: 'plain' })) : write(prompt),
    ...said('feedback', feedback, write),
    ...asked && markOf(question),
    ...asked && penaltyOf(question),
    ...asked && hints.length > 0 && { hints: hints.map(write) },
    ...markupField(markup),
    ...draft
  }, { name, category, line: element.line, files: filesIn(element), ...id !== '' && keyOfId(id, message => { question.note('changed', message) }), ...difficulty !== undefined && { difficulty } })
  if (taken) collected.problems.push(...notes)
}

const EMPTY: XmlElement = { name: '', namespace: '', attributes: new Map(), children: [], line: 0 }

function commonNotes (question: MoodleQuestion, tags: readonly string[], asked: boolean): void {
  const { element } = question
  if (tags.length > 0) question.note('left-out', `tags are left out: ${tags.join(', ')}`)
  const combined = ['correctfeedback', 'partiallycorrectfeedback', 'incorrectfeedback'].map(name => setting(question, name).replace(/<\/?p>/g, ''))
  if (combined.some(text => text !== '' && !USUAL.test(text))) question.note('left-out', 'feedback that goes by how right an answer is, is left out')
  if (asked && numberIn(question, 'defaultgrade') === 0) question.note('changed', 'it was worth nothing, and is worth 1')
  if (isOn(question, 'hidden', false)) question.note('changed', 'it was hidden, and is not')
  if (elementsIn(element, 'hint').some(hint => ['clearwrong', 'shownumcorrect', 'options'].some(name => elementIn(hint, name) !== undefined && valueOf(elementIn(hint, name)) !== '0'))) {
    question.note('left-out', 'of hints, all but their text is left out')
  }
}

function markOf (question: MoodleQuestion): { mark?: number } {
  const mark = numberIn(question, 'defaultgrade') ?? 1
  return mark === 1 || mark <= 0 ? {} : { mark }
}

function penaltyOf (question: MoodleQuestion): { penalty?: number } {
  const penalty = numberIn(question, 'penalty')
  return penalty === undefined || Math.abs(penalty - 1 / 3) < 1e-6 ? {} : { penalty: Math.min(1, Math.max(0, penalty)) }
}

function readChoice (question: MoodleQuestion): Read {
  const answers = answersIn(question)
  const single = isOn(question, 'single', true)
  return {
    texts: answers.flatMap(({ answer, feedback }) => [answer, feedback]),
    draft: write => ({ kind: 'choice', ...choiceFields(answers, single, write), ...!isOn(question, 'shuffleanswers', true) && { shuffle: false } })
  }
}

function readChoiceSet (question: MoodleQuestion): Read {
  const answers = answersIn(question)
  return {
    texts: answers.flatMap(({ answer, feedback }) => [answer, feedback]),
    draft: write => ({
      kind: 'choice',
      choices: answers.map(({ answer, fraction, feedback }, index) => ({ key: letter(index), text: write(answer), ...fraction > 0 && { correct: true }, ...said('feedback', feedback, write) })),
      maxChoices: 0,
      ...!isOn(question, 'shuffleanswers', true) && { shuffle: false }
    })
  }
}

function readTrueFalse (question: MoodleQuestion): Read {
  const answers = answersIn(question)
  const of = (verdict: string): MoodleAnswer | undefined => answers.find(({ answer }) => answer.text.toLowerCase() === verdict)
  const [whenTrue, whenFalse] = [of('true'), of('false')]
  if (whenTrue === undefined || whenFalse === undefined) return { problem: 'it needs an answer `true` and an answer `false`' }
  return {
    texts: [whenTrue.feedback, whenFalse.feedback],
    draft: write => ({ kind: 'true-false', correct: whenTrue.fraction > whenFalse.fraction, ...said('feedbackTrue', whenTrue.feedback, write), ...said('feedbackFalse', whenFalse.feedback, write) })
  }
}

function readShortText (question: MoodleQuestion): Read {
  const answers = answersIn(question)
  if (answers.some(({ fraction }) => fraction < 0)) question.note('changed', 'answers that took marks away earn nothing')
  return {
    texts: answers.map(({ feedback }) => feedback),
    draft: write => ({ kind: 'short-text', accept: acceptedTexts(answers, write), ...isOn(question, 'usecase', false) && { caseSensitive: true } })
  }
}

function readNumeric (question: MoodleQuestion): Read {
  const units = readUnits(question)
  const answers = answersIn(question).map(answer => {
    const value = plainNumber(answer.answer.text)
    const tolerance = plainNumber(valueOf(elementIn(answer.element, 'tolerance'))) ?? 0
    return { ...answer, number: answer.answer.text === '*' ? ANY_NUMBER : value === undefined ? undefined : { value, ...toleranceOf(tolerance, 2) } }
  })
  const unread = answers.find(({ number }) => number === undefined)
  if (unread !== undefined) return { problem: `'${unread.answer.text.slice(0, 40)}' is no number` }
  if (answers.some(({ fraction }) => fraction < 0)) question.note('changed', 'answers that took marks away earn nothing')
  return {
    texts: answers.map(({ feedback }) => feedback),
    draft: write => ({ kind: 'numeric', ...acceptedNumbers(answers.map(answer => ({ ...answer, number: answer.number! })), write), ...units })
  }
}

function readMatch (question: MoodleQuestion): Read {
  const pairs = elementsIn(question.element, 'subquestion').map(element => ({ stem: wordingOf(element, question.prompt.format), choice: valueOf(elementIn(element, 'answer')) }))
  const keys = new Map([...new Set(pairs.map(({ choice }) => choice))].map((text, index) => [text, letter(index)]))
  return {
    texts: pairs.map(({ stem }) => stem),
    draft: write => ({
      kind: 'match',
      stems: pairs.filter(({ stem }) => stem.text !== '').map(({ stem, choice }, index) => ({ key: String(index + 1), text: write(stem), choice: keys.get(choice) })),
      choices: [...keys].map(([text, key]) => ({ key, text: write({ text, format: 'plain' }) })),
      ...!isOn(question, 'shuffleanswers', true) && { shuffle: false }
    })
  }
}

function readEssay (question: MoodleQuestion): Read {
  const [lines, min, max, attachments] = ['responsefieldlines', 'minwordlimit', 'maxwordlimit', 'attachments'].map(name => numberIn(question, name))
  if (setting(question, 'graderinfo') !== '') question.note('left-out', 'what is said to who marks it is left out')
  const template = wordingOf(elementIn(question.element, 'responsetemplate'))
  if (setting(question, 'responseformat') === 'noinline') return readUpload(question, attachments ?? 1)
  if (attachments !== undefined && attachments !== 0) question.note('left-out', 'files cannot be attached')
  return {
    texts: [],
    draft: () => ({
      kind: 'essay',
      ...lines !== undefined && lines !== 12 && { lines: Math.min(60, Math.max(2, Math.round(lines))) },
      ...min !== undefined && min > 0 && { minWords: min },
      ...max !== undefined && max > 0 && { maxWords: max },
      ...template.text !== '' && { template: plainOf(template.text, template.format === 'html' || template.format === 'moodle' ? 'html' : 'markdown').text }
    })
  }
}

function readUpload (question: MoodleQuestion, attachments: number): Read {
  const types = setting(question, 'filetypeslist').split(/[\s,;]+/).filter(type => /^\.[a-z0-9]+$/i.test(type))
  const bytes = numberIn(question, 'maxbytes') ?? 0
  return { texts: [], draft: () => ({ kind: 'upload', maxFiles: attachments > 0 ? attachments : 10, ...types.length > 0 && { types }, ...bytes > 0 && { maxBytes: bytes } }) }
}

function readOrder (question: MoodleQuestion): Read {
  const items = answersIn(question)
  const grading = orderGrading(setting(question, 'gradingtype'))
  const count = numberIn(question, 'selectcount') ?? 0
  if (grading.changed === true) question.note('changed', 'it is scored otherwise: by what is nearest to its grading type')
  if (count > 0 && count < items.length && !['ALL', 'EXACT'].includes(setting(question, 'selecttype').toUpperCase())) question.note('changed', `all items are shown, not ${count} of them`)
  if (items.some(({ feedback }) => feedback.text !== '')) question.note('left-out', 'feedback of items is left out')
  return {
    texts: items.map(({ answer }) => answer),
    draft: write => ({ kind: 'order', items: items.map(({ answer }, index) => ({ key: letter(index), text: write(answer) })), ...grading.scoring !== 'exact' && { scoring: grading.scoring } })
  }
}

const KPRIMS: Readonly<Record<string, string>> = { kprime: 'kprim', kprimeonezero: 'all-or-nothing', mtfonezero: 'all-or-nothing', subpoints: 'subpoints' }

function readKprim (question: MoodleQuestion): Read {
  const { element, prompt } = question
  const rows = elementsIn(element, 'row').map(row => ({
    number: row.attributes.get('number'),
    text: wordingOf(elementIn(row, 'optiontext'), prompt.format),
    feedback: wordingOf(elementIn(row, 'feedbacktext'), prompt.format)
  }))
  const labels = elementsIn(element, 'column').map(column => wordingOf(elementIn(column, 'responsetext'), prompt.format))
  const isTrue = (row: string | undefined): boolean => elementsIn(element, 'weight').some(weight =>
    weight.attributes.get('rownumber') === row && weight.attributes.get('columnnumber') === '1' && Number(valueOf(elementIn(weight, 'value'))) > 0)
  const [whenTrue, whenFalse] = labels
  const named = whenTrue !== undefined && whenFalse !== undefined && `${plain(whenTrue)}/${plain(whenFalse)}` !== 'True/False'
  return {
    texts: [...rows.flatMap(({ text, feedback }) => [text, feedback]), ...labels],
    draft: write => ({
      kind: 'kprim',
      statements: rows.map(({ number, text, feedback }, index) => ({ key: letter(index), text: write(text), correct: isTrue(number), ...said('feedback', feedback, write) })),
      ...KPRIMS[setting(question, 'scoringmethod')] !== 'kprim' && { scoring: KPRIMS[setting(question, 'scoringmethod')] ?? 'subpoints' },
      ...named && { labels: { true: plain(whenTrue), false: plain(whenFalse) } },
      ...!isOn(question, 'shuffleanswers', true) && { shuffle: false }
    })
  }
}

function plain ({ text }: Wording): string {
  return plainOf(text, 'html').text
}
