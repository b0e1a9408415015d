import { hasStrayMarks, readMarked } from '../marked-text.ts'
import type { Draft } from './format.ts'
import { identifierOf, promptOf, responseIn, rightItems, type Asked, type QtiItem, type Sample } from './qti-item.ts'
import { written, type Variable } from './qti-session.ts'
import { htmlOf } from './qti-texts.ts'
import { insideOf, nameOf, partOf } from './qti-vocabulary.ts'
import type { XmlElement, XmlNode } from './xml.ts'

interface Word { readonly identifier: string, readonly start: number, readonly end: number }

/** A text each of whose words is hot: errors to be found in it. Undefined for any other, which is a list of choices. */
export function readErrorText (element: XmlElement, variable: Variable, item: QtiItem): Exclude<Asked, { problem: string }> | undefined {
  const { plain, words } = wordsOf(element)
  const { tokens } = readMarked(plain)
  const right = new Set(rightItems(variable).map(String))
  // Each word is hot, and hot words are words.
  let at = 0
  const isOfWords = !hasStrayMarks(plain) && variable.cardinality === 'multiple' && right.size > 0 && tokens.length === words.length && tokens.every(({ text }, index) => {
    const start = plain.indexOf(text, at)
    at = start + text.length
    const { start: from, end } = words[index]!
    return from >= start && end <= at && end > from
  })
  if (!isOfWords) return undefined
  const keys = new Map(words.map(({ identifier }, index) => [identifier, tokens[index]!.key]))
  const errors = errorsOf(words, right, item)
  if (errors === undefined) return undefined
  const asked = partOf(element, 'prompt')
  const own = asked === undefined ? '' : `<p>${htmlOf(asked.children, item.writer).trim()}</p>`
  const rights = words.filter(({ identifier }) => !right.has(identifier))
  const all = errors.flat()
  const sample = (chosen: readonly Word[], parts: readonly string[]): Sample => ({
    responses: responseIn(variable, chosen.map(({ identifier }) => identifier)), answer: { selected: chosen.map(({ identifier }) => keys.get(identifier)!) }, parts
  })
  const nameOfError = (error: readonly Word[]): string => `error/${error[0]!.identifier}`
  return {
    prompt: promptOf(item.body, { ...item.writer, inPlace: inner => inner === element ? own : item.writer.inPlace(inner) }),
    texts: [],
    samples: [
      sample([], []), sample(all, ['all']), sample(words, []),
      ...errors.map(error => sample(error, [nameOfError(error)])),
      ...errors.map(error => sample(all.filter(word => !error.includes(word)), [])),
      ...errors.filter(({ length }) => length > 1).map(error => sample(error.slice(1), [])),
      ...rights.slice(0, 50).map(word => sample([...all, word], [`more/${word.identifier}`])),
      ...rights.slice(0, 50).map(word => sample([word], [])),
      ...errors.flatMap(error => rights.slice(0, 5).map(word => sample([...error, word], []))),
      sample([...all, ...rights.slice(0, 2)], [])
    ],
    drafts (_write, worths): Draft[] {
      const text = errors.reduceRight((text, error) => {
        const [start, end] = [error[0]!.start, error.at(-1)!.end]
        const correction = worths.words(nameOfError(error))
        return `${text.slice(0, start)}[[${text.slice(start, end)}|${/[[\]|]/.test(correction) ? '' : correction}]]${text.slice(end)}`
      }, plain)
      const [word] = rights
      const penalty = word === undefined ? [] : [{ wrongPenalty: Number(Math.max(0, 1 - worths.fraction(`more/${word.identifier}`)).toFixed(6)) }]
      return [{}, { scoring: 'all-or-nothing' }, ...penalty].map(scoring => ({ kind: 'error-text', text, ...scoring }))
    }
  }
}

/** Right words that are held against the response together are one error; they stand beside each other. */
function errorsOf (words: readonly Word[], right: ReadonlySet<string>, item: QtiItem): Word[][] | undefined {
  const processing = partOf(item.root, 'responseProcessing')
  const together = processing === undefined ? [] : insideOf(processing, CONTAINS).map(test => new Set(insideOf(test, BASE_VALUE).map(written)))
  const errors: Word[][] = []
  for (const word of words) {
    if (!right.has(word.identifier)) continue
    const last = errors.at(-1)
    const isSame = last !== undefined && words.indexOf(last.at(-1)!) === words.indexOf(word) - 1 && together.some(group => group.has(word.identifier) && last.every(({ identifier }) => group.has(identifier)))
    if (isSame) last.push(word)
    else errors.push([word])
  }
  return errors.length === 0 ? undefined : errors
}

const CONTAINS = new Set(['contains'])
const BASE_VALUE = new Set(['baseValue'])

/** The plain text, and where in it each hottext stands. A paragraph begins on a line of its own. */
function wordsOf (element: XmlElement): { readonly plain: string, readonly words: Word[] } {
  const words: Word[] = []
  let plain = ''
  const put = (text: string): void => {
    const folded = text.replace(/[ \t\n]+/g, ' ')
    plain += plain === '' || /\s$/.test(plain) ? folded.trimStart() : folded
  }
  const walk = (nodes: readonly XmlNode[]): void => {
    for (const node of nodes) {
      if (typeof node === 'string') put(node)
      else if (nameOf(node) === 'br') plain = `${plain.replace(/ $/, '')}\n`
      else if (nameOf(node) === 'hottext') {
        const before = plain.length
        walk(node.children)
        words.push({ identifier: identifierOf(node), start: before + (/^\s*/.exec(plain.slice(before))![0].length), end: plain.trimEnd().length })
      } else if (nameOf(node) !== 'prompt') {
        if (BLOCKS.has(nameOf(node)) && plain.trim() !== '') plain = `${plain.trimEnd()}\n\n`
        walk(node.children)
      }
    }
  }
  walk(element.children)
  return { plain: plain.trimEnd(), words }
}

const BLOCKS = new Set(['p', 'div', 'li', 'blockquote', 'h1', 'h2', 'h3'])
