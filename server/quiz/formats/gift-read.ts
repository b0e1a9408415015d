import { letter, fractionOfPercent, keyOfId, nameFrom, plainNumber, readCategory, collect, type Collected, type Draft, type Imported, type ImportOptions } from './format.ts'
import { orderGrading } from './moodle-ordering.ts'
import { markupField, settle, type Wording, type WordingFormat } from './markup.ts'

/** Longest question in a file, in UTF-16 units. */
const MAX_BLOCK = 200_000

/** A wrong answer to a numerical question is anything that no other answer takes. */
export const ANY_NUMBER = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE } as const

/** Lines of a file that belong together: a question, or a change of category. */
interface Block { readonly line: number, readonly lines: readonly string[] }

// Escaped characters stand in the text as characters that Unicode keeps for such use, so that they are found by no search.
const ESCAPED = ':#={}~\n'
const STAND_IN = '\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd6'

/** Reads a file in Moodle's GIFT format, as Moodle's own importer does (qformat_gift, 4.x), with these differences: blank lines
 * may stand inside the braces; a line that begins with `::` begins a question even where no blank line stands before it;
 * a question with several pairs of braces is refused, where Moodle takes the first for the answers and what follows for text.
 *
 * `[id:…]` in a comment gives the key, the last part of `$CATEGORY` the topic, and a tag `easy`, `medium` or `hard` the difficulty.
 * @returns the questions, and by line what could not be taken. Never throws; linear in the length of the text */
export function importGift (text: string, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  let category: readonly string[] = []
  for (const block of blocksOf(text)) {
    const found = readBlock(block, category, collected)
    if (found !== undefined) category = found
  }
  return { questions: collected.questions, problems: collected.problems }
}

function blocksOf (text: string): Block[] {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n').replace(/[\ufdd0-\ufdd6]/g, '\ufffd').split('\n')
  const closes = closingLines(lines)
  const blocks: Block[] = []
  let current: { line: number, lines: string[] } | undefined
  let open = false
  let answered = false
  const end = (): void => {
    if (current !== undefined) blocks.push(current)
    current = undefined
    open = answered = false
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    const isComment = line.startsWith('//')
    if (line === '') {
      // Inside braces a blank line ends the question only if it would never be closed.
      if (open && closes[index] === true) current?.lines.push('')
      else end()
      continue
    }
    if (!open && (line.startsWith('$CATEGORY:') || (answered && line.startsWith('::')))) end()
    current ??= { line: index + 1, lines: [] }
    current.lines.push(raw)
    if (isComment) continue
    for (const brace of bracesOf(line)) {
      open = brace === '{'
      answered ||= brace === '}'
    }
    if (line.startsWith('$CATEGORY:')) end()
  }
  end()
  return blocks
}

/** For each line, whether the next brace after it closes. */
function closingLines (lines: readonly string[]): boolean[] {
  const closes: boolean[] = []
  let next: string | undefined
  for (let index = lines.length - 1; index >= 0; index--) {
    closes[index] = next === '}'
    const line = lines[index]!.trim()
    if (!line.startsWith('//')) next = bracesOf(line)[0] ?? next
  }
  return closes
}

function bracesOf (line: string): string[] {
  return [...line.matchAll(/\\.|[{}]/g)].map(found => found[0]).filter(found => found.length === 1)
}

/** @returns a new category, where the block is one */
function readBlock (block: Block, category: readonly string[], collected: Collected): readonly string[] | undefined {
  const said = (message: string, severity: 'refused' | 'changed' | 'left-out' = 'refused'): void => {
    collected.problems.push({ line, message, severity })
  }
  const first = block.lines.findIndex(line => line.trim() !== '' && !line.trim().startsWith('//'))
  const line = block.line + Math.max(0, first)
  if (first === -1) return undefined
  const comments = block.lines.filter(line => line.trim().startsWith('//'))
  const joined = block.lines.map(line => line.trim().startsWith('//') ? '' : line).join('\n').trim()
  if (joined.length > MAX_BLOCK) {
    said(`a question is not taken: it is longer than ${MAX_BLOCK} characters`)
    return undefined
  }
  const text = hideEscaped(joined)
  if (text.startsWith('$CATEGORY:')) return readCategory(shown(text.slice('$CATEGORY:'.length)))

  const named = /^::([^]*?)::/.exec(text)
  const body = named === null ? text : text.slice(named[0].length).trim()
  const begins = body.indexOf('{')
  const ends = body.indexOf('}')
  const braces = body.replace(/[^{}]/g, '')
  if (braces !== '' && braces !== '{}') {
    said(braces === '{' ? 'a question is not taken: `{` is never closed by `}`'
      : braces === '}' ? 'a question is not taken: `}` closes no `{`'
        : 'a question is not taken: it has several braces; write \\{ and \\} for those that are text')
    return undefined
  }
  const isAsked = braces !== ''
  const after = body.slice(ends + 1)
  const stem = isAsked ? `${body.slice(0, begins)}${after === '' ? '' : '_____'}${after}` : body
  const prompt = wording(stem, 'moodle')
  const name = named === null ? nameFrom(prompt.text) : shown(named[1]!).replace(/\s+/g, ' ').trim()
  const tags = comments.flatMap(comment => [...comment.matchAll(TAGS)].map(found => unbracketed(found[1]!)))
  const difficulty = (['easy', 'medium', 'hard'] as const).find(level => tags.includes(level))
  const others = tags.filter(tag => tag !== difficulty)
  const id = comments.flatMap(comment => ID.exec(comment)?.[1] ?? []).map(unbracketed)[0]

  const drafted: Answers = isAsked ? readAnswers(body.slice(begins + 1, ends).trim(), prompt.format) : { texts: [], draft: () => ({ kind: 'description' }) }
  if ('problem' in drafted) {
    said(`'${name}' is not taken: ${drafted.problem}`)
    return undefined
  }
  const { feedback } = drafted
  const { markup, lossy, write } = settle([prompt, ...feedback === undefined ? [] : [feedback], ...drafted.texts])
  const idNotes: string[] = []
  const taken = collected.add({
    prompt: write(prompt),
    ...feedback !== undefined && feedback.text !== '' && { feedback: write(feedback) },
    ...markupField(markup),
    ...drafted.draft(write)
  }, { name: name === '' ? nameFrom(prompt.text) : name, category, line, ...difficulty !== undefined && { difficulty }, ...id !== undefined && id !== '' && keyOfId(id, message => { idNotes.push(message) }) })
  if (taken) for (const message of idNotes) said(`'${name}': ${message}`, 'changed')
  if (taken && others.length > 0) said(`'${name}': tags are left out: ${others.join(', ')}`, 'left-out')
  if (taken && lossy) said(`'${name}': Markdown beside HTML is kept as it is typed`, 'changed')
  if (taken && drafted.changed !== undefined) said(`'${name}': ${drafted.changed}`, 'changed')
  return undefined
}

// Of bounded length, so that brackets which nothing closes are not each read to the end of a line.
const TAGS = /\[tags?:((?:\\.|[^\]\\]){0,500})\]/g
const ID = /\[id:((?:\\.|[^\]\\]){0,500})\]/

function unbracketed (text: string): string {
  return text.replace(/\\([\\\]])/g, '$1').trim()
}

function hideEscaped (text: string): string {
  return text.replace(/\\([\\:#={}~n])/g, (_, escaped: string) => escaped === '\\' ? '\\' : STAND_IN[ESCAPED.indexOf(escaped === 'n' ? '\n' : escaped)]!)
}

function shown (text: string): string {
  return text.replace(/[\ufdd0-\ufdd6]/g, standIn => ESCAPED[STAND_IN.indexOf(standIn)]!)
}

/** A text with the format that it names before it. A line break inside it is a space, unless it is Markdown or written `\n`. */
function wording (text: string, format: WordingFormat): Wording {
  const named = /^\[(html|moodle|plain|markdown)\]/i.exec(text.trimStart())
  const own = named === null ? format : named[1]!.toLowerCase() as WordingFormat
  const rest = named === null ? text : text.trimStart().slice(named[0].length)
  const lines = own === 'markdown' || own === 'html' ? rest : rest.split('\n').map(line => line.trim()).filter(line => line !== '').join(' ')
  return { text: shown(lines).trim(), format: own }
}

type Write = (wording: Wording) => string

type Answers = {
  readonly texts: readonly Wording[]
  readonly feedback?: Wording
  readonly changed?: string
  /** what the kind has of its own */
  readonly draft: (write: Write) => Draft
} | { readonly problem: string }

function readAnswers (text: string, format: WordingFormat): Answers {
  const separator = text.lastIndexOf('####')
  const answers = separator === -1 ? text : text.slice(0, separator).trim()
  const read = readKind(answers, format)
  return separator === -1 || 'problem' in read ? read : { ...read, feedback: wording(text.slice(separator + 4), format) }
}

function readKind (answers: string, format: WordingFormat): Answers {
  if (answers === '') return { texts: [], draft: () => ({ kind: 'essay' }) }
  if (/^>\s*\d/.test(answers)) return readOrder(answers)
  if (answers.startsWith('#')) return readNumeric(answers.slice(1), format)
  if (answers.includes('~')) return readChoice(answers, format)
  if (answers.includes('=') && answers.includes('->')) return readMatch(answers, format)
  const hash = answers.indexOf('#')
  const verdict = (hash === -1 ? answers : answers.slice(0, hash)).trim()
  return ['T', 'TRUE', 'F', 'FALSE'].includes(verdict) ? readTrueFalse(answers, verdict.startsWith('T'), format) : readShortText(answers, format)
}

const ORDER = /^>\s*(\d{1,4})\s*(ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\s*(HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\s*([A-Z]{3,8}(?:_[A-Z]{2,10}){0,4})?\s*(SHOW|TRUE|YES|1|HIDE|FALSE|NO|0)?\s*(none|123|abc|ABCD|iii|IIII)?[^\S\n]*(?:\n|$)/

/** qtype_ordering: `{>6 ALL VERTICAL ABSOLUTE_POSITION SHOW none`, then the items in their order, a line each. */
function readOrder (answers: string): Answers {
  const head = ORDER.exec(answers)
  if (head === null) return { problem: 'what stands after `>` does not say how many items are shown, and how they are graded' }
  const [whole, count, select = 'ALL', , type = '', , ] = head
  const items = answers.slice(whole.length).split('\n').map(line => wording(line, 'moodle')).filter(({ text }) => text !== '')
  const { scoring, changed } = orderGrading(type)
  const fewer = !['ALL', 'EXACT'].includes(select) && Number(count) < items.length
  const changes = [...changed === true ? ['it is scored otherwise: by what is nearest to its grading type'] : [], ...fewer ? [`all items are shown, not ${Number(count)} of them`] : []]
  return {
    texts: items,
    ...changes.length > 0 && { changed: changes.join('; ') },
    draft: write => ({ kind: 'order', items: items.map((item, index) => ({ key: letter(index), text: write(item) })), ...scoring !== 'exact' && { scoring } })
  }
}

// Moodle's first feedback is for a wrong answer, the second for the right one.
function readTrueFalse (answers: string, correct: boolean, format: WordingFormat): Answers {
  const [, wrong = '', ...right] = answers.split('#')
  const [whenWrong, whenRight] = [wording(wrong, format), wording(right.join('#'), format)]
  const [whenTrue, whenFalse] = correct ? [whenRight, whenWrong] : [whenWrong, whenRight]
  return {
    texts: [whenTrue, whenFalse],
    draft: write => ({
      kind: 'true-false',
      correct,
      ...whenTrue.text !== '' && { feedbackTrue: write(whenTrue) },
      ...whenFalse.text !== '' && { feedbackFalse: write(whenFalse) }
    })
  }
}

/** One answer: its weight, its text and its feedback. */
interface Part { readonly fraction: number | undefined, readonly text: string, readonly feedback: Wording, readonly isRight: boolean }

/** Answers between `=` and `~`. */
function partsOf (answers: string, format: WordingFormat): Part[] {
  const marked = /^[=~]/.test(answers) ? answers : `=${answers}`
  return [...marked.matchAll(/([=~])([^=~]*)/g)].map(([, mark, rest]) => {
    const weighed = /^\s*%(-?\d{1,3}(?:\.\d{0,12})?)%/.exec(rest!)
    const [text = '', ...feedback] = rest!.slice(weighed?.[0].length ?? 0).split('#')
    return {
      fraction: weighed === null ? undefined : fractionOfPercent(Number(weighed[1])),
      text: text.trim(),
      feedback: wording(feedback.join('#'), format),
      isRight: mark === '='
    }
  })
}

function readChoice (answers: string, format: WordingFormat): Answers {
  const single = answers.includes('=')
  const parts = partsOf(/^[=~]/.test(answers) ? answers : `~${answers}`, format).map(part => ({ ...part, wording: wording(part.text, format) }))
  const severalRight = parts.filter(({ isRight, fraction = 1 }) => isRight && fraction === 1).length > 1
  return {
    texts: parts.flatMap(part => [part.wording, part.feedback]),
    draft: write => ({
      kind: 'choice',
      choices: parts.map(({ wording, fraction, isRight, feedback }, index) => ({
        key: letter(index),
        text: write(wording),
        ...worth(fraction ?? (isRight ? 1 : 0), severalRight),
        ...feedback.text !== '' && { feedback: write(feedback) }
      })),
      ...!single && { maxChoices: 0 },
      ...single && parts.some(({ fraction = 0 }) => fraction < 0) && { scoring: 'partial-negative' }
    })
  }
}

/** What choosing something earns. @param several whether several choices earn all by themselves */
export function worth (fraction: number, several: boolean): { correct?: true, fraction?: number } {
  return fraction === 1 && !several ? { correct: true } : fraction === 0 ? {} : { fraction }
}

/** What an answer earns where none can take marks away. */
function upTo (fraction: number): { fraction?: number } {
  return fraction === 1 ? {} : { fraction: Math.max(0, fraction) }
}

function readMatch (answers: string, format: WordingFormat): Answers {
  const pairs = answers.split('=').slice(answers.startsWith('=') ? 1 : 0).map(pair => {
    const arrow = pair.indexOf('->')
    return arrow === -1 ? undefined : { stem: wording(pair.slice(0, arrow), format), choice: wording(pair.slice(arrow + 2), 'plain') }
  })
  const whole = pairs.filter(pair => pair !== undefined)
  if (whole.length < pairs.length) return { problem: 'a pair has no `->` between its parts' }
  const keys = new Map([...new Set(whole.map(({ choice }) => choice.text))].map((text, index) => [text, letter(index)]))
  return {
    texts: whole.map(({ stem }) => stem).concat(whole.map(({ choice }) => choice)),
    draft: write => ({
      kind: 'match',
      stems: whole.filter(({ stem }) => stem.text !== '').map(({ stem, choice }, index) => ({ key: String(index + 1), text: write(stem), choice: keys.get(choice.text) })),
      choices: [...keys].map(([text, key]) => ({ key, text: write({ text, format: 'plain' }) }))
    })
  }
}

function readShortText (answers: string, format: WordingFormat): Answers {
  const parts = partsOf(answers, format).map(part => ({ ...part, wording: wording(part.text, 'plain'), fraction: part.fraction ?? 1 }))
  const negative = parts.some(({ fraction }) => fraction < 0)
  return {
    texts: parts.map(({ feedback }) => feedback),
    ...negative && { changed: 'answers that took marks away earn nothing' },
    draft: write => ({
      kind: 'short-text',
      accept: parts.map(({ wording, fraction, feedback }) => fraction === 1 && feedback.text === '' ? wording.text : {
        text: wording.text,
        ...upTo(fraction),
        ...feedback.text !== '' && { feedback: write(feedback) }
      })
    })
  }
}

function readNumeric (answers: string, format: WordingFormat): Answers {
  const parts = partsOf(answers.trim(), format).map(part => ({ ...part, number: part.text === '' || part.text === '*' ? { ...ANY_NUMBER } : readRange(part.text) }))
  const unread = parts.find(({ number }) => number === undefined)
  if (unread !== undefined) return { problem: `'${shown(unread.text)}' is no number, and no range of numbers` }
  const [only, another] = parts
  if (only?.number !== undefined && 'value' in only.number && another === undefined && (only.fraction ?? 1) === 1 && only.feedback.text === '') {
    const { number } = only
    return { texts: [], draft: () => ({ kind: 'numeric', ...number }) }
  }
  return {
    texts: parts.map(({ feedback }) => feedback),
    ...parts.some(({ fraction = 1 }) => fraction < 0) && { changed: 'answers that took marks away earn nothing' },
    draft: write => ({
      kind: 'numeric',
      answers: parts.map(({ number, fraction, feedback, isRight }) => ({
        ...number,
        ...upTo(fraction ?? (isRight ? 1 : 0)),
        ...feedback.text !== '' && { feedback: write(feedback) }
      }))
    })
  }
}

/** `3.14:0.005`, `3.1..3.2` or `3.14`. */
function readRange (text: string): { value: number, tolerance?: number } | { min: number, max: number } | undefined {
  const range = text.split('..')
  if (range.length === 2) {
    const [min, max] = range.map(plainNumber)
    return min === undefined || max === undefined ? undefined : { min, max }
  }
  const [value, tolerance, more] = shown(text).split(':').map(plainNumber)
  if (value === undefined || more !== undefined || (tolerance === undefined && text.includes(':'))) return undefined
  return tolerance === undefined || tolerance === 0 ? { value } : { value, tolerance }
}
