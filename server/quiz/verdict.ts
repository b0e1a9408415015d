import Type, { type Static } from 'typebox'
import { text, type Text } from './text.ts'

/** What a statement is called when it holds and when it does not, where an author wants other words than true and false. */
export const verdictLabels = Type.Optional(Type.Object({ true: text, false: text }, {
  additionalProperties: false, description: 'Words for the two verdicts, such as Yes and No; True and False when left out'
}))

// Part of the question, not of a page: a paper and a review in one language of a course read the same everywhere.
const TRUE: Text = { en: 'True', ar: 'صواب', es: 'Verdadero', fr: 'Vrai', ms: 'Benar', my: 'မှန်', pt: 'Verdadeiro', ru: 'Верно', zh: '正确' }
const FALSE: Text = { en: 'False', ar: 'خطأ', es: 'Falso', fr: 'Faux', ms: 'Salah', my: 'မှား', pt: 'Falso', ru: 'Неверно', zh: '错误' }

/** The words for true and for false. */
export function labelsOf (labels: Static<typeof verdictLabels> | undefined): readonly [Text, Text] {
  return [labels?.true ?? TRUE, labels?.false ?? FALSE]
}
