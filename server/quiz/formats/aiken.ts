import { notesOn } from './export-notes.ts'
import { collect, letter, nameFrom, type Exported, type ExportOptions, type FormatProblem, type Imported, type ImportOptions, type NamedQuestion } from './format.ts'
import { markdownOfPlain } from './markup.ts'

const CHOICE = /^([A-Z])[.)]\s+(.*)$/
// Written more freely, and taken for a choice where its letter is the next one: `a) …`, `(a) …`, `A)…`.
const FREE_CHOICE = /^\(?([A-Z])[.)]\s*(\S.*)$/i
const ANSWER = /^ANSWER\s*:\s*\(?([A-Z])[.)]?\s*$/i

/** @param taken how many choices come before it */
function readChoice (line: string, taken: number): { readonly letter: string, readonly text: string } | undefined {
  const [, strict, text = ''] = CHOICE.exec(line) ?? []
  if (strict !== undefined) return { letter: strict, text }
  const [, free = '', rest = ''] = FREE_CHOICE.exec(line) ?? []
  return free.toLowerCase() === letter(taken) ? { letter: free.toUpperCase(), text: rest } : undefined
}

/** Reads a file in the Aiken format: a question in plain text, its choices `A) …` or `A. …`, a line each, then `ANSWER: B`.
 * A question may take several lines, and choices may be parted by blank ones. Small letters, letters in brackets, and letters without
 * a space after them are read where they come in their order.
 * @returns the questions, and by line what could not be taken. Never throws; linear in the length of the text */
export function importAiken (text: string, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const said = (line: number, message: string): void => { collected.problems.push({ line, message, severity: 'refused' }) }
  let stem: string[] = []
  let choices: { letter: string, text: string }[] = []
  let begun = 1
  const forget = (): void => {
    stem = []
    choices = []
  }
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/)
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    const number = index + 1
    const choice = readChoice(line, choices.length)
    const answer = ANSWER.exec(line)
    if (line === '') continue
    if (answer !== null) {
      const right = answer[1]!.toUpperCase()
      if (stem.length === 0) said(number, 'an answer stands before any question')
      else if (choices.length < 2) said(begun, 'a question is not taken: it has fewer than two choices')
      else if (!choices.some(({ letter }) => letter === right)) said(number, `a question is not taken: there is no choice ${right}`)
      else {
        collected.add({
          kind: 'choice',
          prompt: markdownOfPlain(stem.join('\n')),
          choices: choices.map((choice, index) => ({ key: letter(index), text: markdownOfPlain(choice.text), ...choice.letter === right && { correct: true } }))
        }, { name: nameFrom(stem.join(' ')), line: begun })
      }
      forget()
    } else if (choice !== undefined && stem.length > 0) {
      choices.push(choice)
    } else {
      if (choices.length > 0) {
        said(number, `a question is not taken: after its choices comes 'ANSWER:' and a letter, not '${[...line.slice(0, 80)].slice(0, 40).join('')}'`)
        forget()
      }
      if (stem.length === 0) begun = number
      stem.push(line)
    }
  }
  if (stem.length > 0) said(begun, "a question is not taken: 'ANSWER:' and a letter are missing at its end")
  return { questions: collected.questions, problems: collected.problems }
}

/** Writes questions in the Aiken format: those where one of at most 26 choices is right, as plain text. Everything else is
 * named in the problems. */
export function exportAiken (questions: readonly NamedQuestion[], options: ExportOptions = {}): Exported {
  const problems: FormatProblem[] = []
  const blocks = questions.flatMap(question => {
    const notes = notesOn(question, options)
    const block = blockOf(question, notes)
    problems.push(...notes.problems)
    return block === undefined ? [] : [block]
  })
  return { text: blocks.join('\n'), problems }
}

function blockOf ({ definition }: NamedQuestion, notes: ReturnType<typeof notesOn>): string | undefined {
  if (definition.kind !== 'choice' || (definition.maxChoices ?? 1) !== 1) {
    notes.refused(`Aiken has questions with one right choice only, none of the kind ${definition.kind}${definition.kind === 'choice' ? ' with several' : ''}`)
    return undefined
  }
  const { choices } = definition
  const worths = choices.map(({ correct, fraction }) => fraction ?? (correct === true ? 1 : 0))
  const right = worths.indexOf(1)
  if (right === -1 || choices.length > 26) {
    notes.refused(right === -1 ? 'no choice earns all' : 'it has more than 26 choices')
    return undefined
  }
  if (worths.filter(worth => worth !== 0).length > 1) notes.changed('only one choice earns anything')
  if (definition.feedback !== undefined || choices.some(({ feedback }) => feedback !== undefined)) notes.leftOut('feedback is left out')
  if (definition.shuffle === false) notes.changed('the choices will be shuffled')
  if (definition.mark !== undefined && definition.mark !== 1) notes.leftOut('the mark is left out')
  for (const field of ['penalty', 'hints', 'stimulus', 'source'] as const) if (definition[field] !== undefined) notes.leftOut(`\`${field}\` is left out`)
  const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')
  const stem = notes.plain(definition.prompt).split('\n').map(line => line.trim()).filter(line => line !== '')
  const mistaken = stem.some((line, index) => index > 0 && (readChoice(line, 0) !== undefined || ANSWER.test(line)))
  if (mistaken) notes.changed('its text is written on one line: one of its lines reads as a choice or an answer')
  return [
    stem.join(mistaken ? ' ' : '\n'),
    ...choices.map(({ text }, index) => `${letter(index).toUpperCase()}) ${line(notes.plain(text))}`),
    `ANSWER: ${letter(right).toUpperCase()}`,
    ''
  ].join('\n')
}
