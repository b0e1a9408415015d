import type { QuestionDefinition } from '../kinds/index.ts'
import type { Text } from '../text.ts'
import { oneText, type ExportOptions, type FormatProblem, type NamedQuestion } from './format.ts'
import { plainOf } from './markup.ts'

/** What one question loses on its way out, said once each. */
export interface Notes {
  readonly problems: FormatProblem[]
  changed (what: string): void
  leftOut (what: string): void
  refused (why: string): void
  /** a text in the one language of the file */
  text (text: Text): string
  /** the words of a text, for formats without markup */
  plain (text: Text): string
}

export function notesOn ({ name, definition }: NamedQuestion, options: ExportOptions): Notes {
  const problems: FormatProblem[] = []
  const said = new Set<string>()
  const note = (severity: FormatProblem['severity']) => (what: string): void => {
    const message = `'${name}': ${what}`
    if (!said.has(message)) problems.push({ path: name, message, severity })
    said.add(message)
  }
  const leftOut = note('left-out')
  const changed = note('changed')
  const text = (text: Text): string => {
    const one = oneText(text, options, () => leftOut('texts in other languages are left out'))
    if (/<img\b[^>]*\ssrc="\/media\/|!\[[^\]]{0,1000}\]\(\/media\//.test(one)) leftOut('the pictures that its texts show are not in the file')
    return one
  }
  return {
    problems,
    changed,
    leftOut,
    refused: note('refused'),
    text,
    plain (of) {
      const { text: words, lossy } = plainOf(text(of), definition.markup)
      if (lossy) changed('formatted texts are written plainly')
      return words
    }
  }
}

/** Says what of a definition a format has no word for. @param names of fields and what each is called */
export function leaveOut (definition: QuestionDefinition, notes: Notes, names: Readonly<Record<string, string>>): void {
  for (const [field, called] of Object.entries(names)) {
    if (Object.hasOwn(definition, field)) notes.leftOut(`${called} is left out`)
  }
}
