import { letter } from './format.ts'
import type { Wording } from './markup.ts'
import { isOn, said, setting, valueOf, wordingOf, type MoodleQuestion, type Read } from './moodle-parts.ts'
import { elementIn, elementsIn, type XmlElement } from './xml.ts'

interface Row { readonly stem: Wording, readonly feedback: Wording, readonly right: readonly number[] }

/** Rows that are each put into one column are pairs; where several columns are right for a row, there is no kind for it. */
function asPairs (question: MoodleQuestion, rows: readonly Row[], columns: readonly string[], several: boolean, allOrNothing: boolean): Read {
  const single = rows.every(({ right }) => right.length === 1)
  if (several || !single) return { problem: single ? 'any number of columns may be chosen in a row' : 'a row has no right column, or several' }
  return {
    texts: rows.flatMap(({ stem, feedback }) => [stem, feedback]),
    draft: write => ({
      kind: 'match',
      stems: rows.map(({ stem, feedback, right }, index) => ({ key: String(index + 1), text: write(stem), choice: letter(right[0]!), ...said('feedback', feedback, write) })),
      choices: columns.map((text, index) => ({ key: letter(index), text: write({ text, format: 'html' }) })),
      ...allOrNothing && { scoring: 'all-or-nothing' },
      ...!isOn(question, 'shuffleanswers', true) && { shuffle: false }
    })
  }
}

/** qtype_matrix: weights by row and column, in their order. */
export function readMatrix (question: MoodleQuestion): Read {
  const { element, prompt } = question
  const columns = elementsIn(element, 'col')
  const weights = elementsIn(element, 'weights-of-row').map(row => elementsIn(row, 'weight-of-col').map(weight => Number(valueOf(weight)) > 0))
  const rows = elementsIn(element, 'row').map((row, index): Row => ({
    stem: titled(row, prompt),
    feedback: wordingOf(elementIn(row, 'feedback'), prompt.format),
    right: (weights[index] ?? []).flatMap((isRight, column) => isRight && column < columns.length ? [column] : [])
  }))
  if (columns.some(column => valueOf(elementIn(column, 'description')) !== '')) question.note('left-out', 'what is said of columns is left out')
  const method = setting(question, 'grademethod')
  if (!['', 'kprime', 'all'].includes(method)) question.note('changed', `each row earns its part of the mark, in place of '${method.slice(0, 20)}'`)
  return asPairs(question, rows, columns.map(column => valueOf(elementIn(column, 'shorttext'))), isOn(question, 'multiple', false), method === 'kprime' || method === '')
}

/** A row's title, and what is said below it. */
function titled (row: XmlElement, prompt: Wording): Wording {
  const title = valueOf(elementIn(row, 'shorttext'))
  const { text } = wordingOf(elementIn(row, 'description'), prompt.format)
  return { text: text === '' ? title : `${title}<br />\n${text}`, format: 'html' }
}

/** qtype_oumatrix: of each row the keys of its right columns, as JSON. */
export function readOuMatrix (question: MoodleQuestion): Read {
  const { element, prompt } = question
  const columns = elementsIn(elementIn(element, 'columns') ?? element, 'column')
  const places = new Map(columns.map((column, index) => [column.attributes.get('key'), index]))
  const rows = elementsIn(elementIn(element, 'rows') ?? element, 'row').map((row): Row => ({
    stem: { text: valueOf(elementIn(row, 'name')), format: 'html' },
    feedback: wordingOf(elementIn(row, 'feedback'), prompt.format),
    right: [...valueOf(elementIn(row, 'correctanswers')).matchAll(/"([^"]{1,20})"\s*:\s*"?1"?/g)].flatMap(([, key]) => places.get(key) ?? [])
  }))
  return asPairs(question, rows, columns.map(valueOf), setting(question, 'inputtype') === 'multiple', setting(question, 'grademethod') === 'allnone')
}
