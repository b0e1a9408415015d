import { isSeq, type YAMLSeq } from 'yaml'
import type { QuestionDefinition } from '../../quiz/quiz.ts'
import { listIn } from './draft-questions.ts'
import { append, assign, editYaml } from './edit-yaml.ts'

/** The text of a bank with more questions at its end.
 * @param text undefined for a bank that is not there yet, which is called `title` */
export function withQuestions (text: string | undefined, title: string, questions: readonly QuestionDefinition[]): string {
  const standing = text ?? `# yaml-language-server: $schema=../../schema/bank.schema.json\ntitle: ${JSON.stringify(title)}\nquestions: []\n`
  return editYaml(standing, (document) => {
    const known = document.getIn(['questions'], true)
    if (!isSeq(known)) document.setIn(['questions'], document.createNode([]))
    const list = document.getIn(['questions'], true) as YAMLSeq // made just now where it was none
    list.flow = false
    for (const question of questions) append(document, list, question)
  })
}

/** The text of a bank in which one question says something else; all else stays as it is written. */
export function withQuestion (text: string, key: string, question: QuestionDefinition): string {
  return editYaml(text, (document) => {
    const index = placeOf(document.toJS(), key)
    if (index >= 0) assign(document, ['questions', index], question)
  })
}

/** The text of a bank without one of its questions. */
export function withoutQuestion (text: string, key: string): string {
  return editYaml(text, (document) => {
    const index = placeOf(document.toJS(), key)
    if (index >= 0) document.deleteIn(['questions', index])
  })
}

function placeOf (bank: unknown, key: string): number {
  return listIn(bank).findIndex((value) => typeof value === 'object' && value !== null && 'key' in value && value.key === key)
}
