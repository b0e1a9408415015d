import { fractionOfPercent, plainNumber } from './format.ts'
import { ANY_NUMBER } from './gift-read.ts'
import { plainOf, type Wording } from './markup.ts'
import { elementIn } from './xml.ts'
import { acceptedNumbers, acceptedTexts, choiceFields, wordingOf, type MoodleQuestion, type Read, type Write } from './moodle-parts.ts'

/** The names of Moodle's embedded answers (qtype_multianswer), and what each is here. */
const SORTS: Readonly<Record<string, { readonly input: 'text' | 'numeric' | 'choice', readonly caseSensitive?: true, readonly layout?: 'row' | 'column', readonly shuffle?: true }>> = {
  SHORTANSWER: { input: 'text' }, SA: { input: 'text' }, MW: { input: 'text' },
  SHORTANSWER_C: { input: 'text', caseSensitive: true }, SAC: { input: 'text', caseSensitive: true }, MWC: { input: 'text', caseSensitive: true },
  NUMERICAL: { input: 'numeric' }, NM: { input: 'numeric' },
  MULTICHOICE: { input: 'choice' }, MC: { input: 'choice' },
  MULTICHOICE_S: { input: 'choice', shuffle: true }, MCS: { input: 'choice', shuffle: true },
  MULTICHOICE_V: { input: 'choice', layout: 'column' }, MCV: { input: 'choice', layout: 'column' },
  MULTICHOICE_VS: { input: 'choice', layout: 'column', shuffle: true }, MCVS: { input: 'choice', layout: 'column', shuffle: true },
  MULTICHOICE_H: { input: 'choice', layout: 'row' }, MCH: { input: 'choice', layout: 'row' },
  MULTICHOICE_HS: { input: 'choice', layout: 'row', shuffle: true }, MCHS: { input: 'choice', layout: 'row', shuffle: true }
}

const GAP = /\{(\d{0,3}):([A-Z_]{2,20}):/g
const CLOSE = /(?<!\\)(?:\\\\)*\}/g

interface Gap { readonly weight: string, readonly sort: string, readonly answers: string, readonly index: number, readonly end: number }

/** What has the form of a gap, in one pass: none is looked for after an opening that nothing closes. */
function gapsOf (text: string): Gap[] {
  const gaps: Gap[] = []
  const [opening, closing] = [new RegExp(GAP), new RegExp(CLOSE)]
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const from = closing.lastIndex = opening.lastIndex
    if (closing.exec(text) === null) break
    opening.lastIndex = closing.lastIndex
    gaps.push({ weight: open[1]!, sort: open[2]!, answers: text.slice(from, closing.lastIndex - 1), index: open.index, end: closing.lastIndex })
  }
  return gaps
}

/** Text in which what looks like the mark of a gap does not any more. */
export function withoutMarks ({ text, format }: Wording): Wording {
  return { format, text: text.replaceAll('{{', format === 'html' || format === 'moodle' ? '{&#123;' : '\\{\\{') }
}

/** A text with answers embedded in it: `{1:MULTICHOICE:=right#Feedback~wrong}`. */
export function readCloze (question: MoodleQuestion): Read {
  const source = wordingOf(elementIn(question.element, 'questiontext'), 'moodle')
  const gaps: { key: string, sort: string, weight: number, answers: GapAnswer[] }[] = []
  let text = ''
  let last = 0
  // What stands around the gaps must not look like one.
  const between = (end: number): string => withoutMarks({ text: source.text.slice(last, end), format: source.format }).text
    .replace(/(?<!\\)\{$/, source.format === 'html' || source.format === 'moodle' ? '&#123;' : '\\{')
  for (const { weight, sort, answers, index, end } of gapsOf(source.text)) {
    if (!Object.hasOwn(SORTS, sort) && !/^(MULTIRESPONSE|MR)/.test(sort)) continue
    const key = `g${gaps.length + 1}`
    gaps.push({ key, sort, weight: weight === '' ? 1 : Number(weight), answers: gapAnswers(answers) })
    text += `${between(index)}{{${key}}}`
    last = end
  }
  text += between(source.text.length)
  const unknown = gaps.find(({ sort }) => !Object.hasOwn(SORTS, sort))
  if (unknown !== undefined) return { problem: `a gap of the sort ${unknown.sort} takes several choices, which gaps cannot` }
  const numeric = gaps.filter(({ sort }) => SORTS[sort]!.input === 'numeric').flatMap(({ answers }) => answers)
  const unread = numeric.find(({ text }) => text !== '*' && numberOf(text) === undefined)
  if (unread !== undefined) return { problem: `'${unread.text.slice(0, 40)}' is no number` }
  const whole: Wording = { text, format: source.format }
  return {
    ownText: true,
    texts: [whole],
    draft: write => ({
      kind: 'cloze',
      text: write(whole),
      gaps: gaps.map(({ key, sort, weight, answers }) => ({ key, input: SORTS[sort]!.input, ...weight !== 1 && { weight }, ...fieldsOf(sort, answers, write) })),
      ...gaps.some(({ answers }) => answers.some(({ fraction }) => fraction < 0)) && { scoring: 'partial-negative' }
    })
  }
}

interface GapAnswer { readonly text: string, readonly fraction: number, readonly feedback: string }

function gapAnswers (source: string): GapAnswer[] {
  // A `~` may lead the first as well.
  return source.replace(/^\s*~/, '').split(/(?<!\\)~/).map(part => {
    const [, right, percent, rest = ''] = /^\s*(?:(=)|%(-?\d{1,3}(?:\.\d{0,12})?)%)?([^]*)$/.exec(part)!
    const [text = '', ...feedback] = rest.split(/(?<!\\)#/)
    return {
      text: unescaped(text),
      fraction: right === '=' ? 1 : percent === undefined ? 0 : fractionOfPercent(Number(percent)),
      feedback: unescaped(feedback.join('#'))
    }
  })
}

// The text of a question is HTML even where answers are typed: references stand for their characters.
function unescaped (text: string): string {
  return plainOf(text.replace(/\\([}#~/"\\])/g, '$1').replace(/<(?![a-z/!])/gi, '&lt;'), 'html').text
}

function numberOf (text: string): object | undefined {
  const [value, tolerance = 0] = text.split(':').map(plainNumber)
  return value === undefined ? undefined : { value, ...tolerance !== 0 && { tolerance } }
}

function fieldsOf (sort: string, answers: readonly GapAnswer[], write: Write): object {
  const { input, caseSensitive, layout, shuffle } = SORTS[sort]!
  const plain = (text: string): Wording => ({ text, format: 'plain' })
  const told = answers.map(({ text, fraction, feedback }) => ({ answer: plain(text), fraction, feedback: plain(feedback) }))
  switch (input) {
    case 'text': return { accept: acceptedTexts(told, write), ...caseSensitive === true && { caseSensitive } }
    case 'numeric': return acceptedNumbers(told.map(one => ({ ...one, number: one.answer.text === '*' ? ANY_NUMBER : numberOf(one.answer.text)! })), write)
    case 'choice': {
      const { choices } = choiceFields(told, true, write) as { choices: object[] }
      return { choices, ...layout !== undefined && { layout }, ...shuffle !== true && { shuffle: false } }
    }
  }
}

