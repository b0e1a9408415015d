import { isAnswer, kindOf, type QuestionDefinition } from './kinds/index.ts'
import type { Grade, Reading } from './kind.ts'

/** Reads a stored or received answer to a question, whatever it is: null is not answered, a value of another shape
 * unreadable. Never throws. */
export function readAnswer (definition: QuestionDefinition, answer: unknown): Reading {
  if (answer === null) return 'not-answered'
  return isAnswer(definition, answer) ? kindOf(definition).read(definition, answer) : 'unreadable'
}

/** Grades an answer to a question, whatever it is. Never throws.
 * @example
 * gradeAnswer(question, { choices: ['b'] })   // { state: 'right', fraction: 1 }
 * gradeAnswer(question, null)                 // { state: 'not-answered', fraction: 0 } */
export function gradeAnswer (definition: QuestionDefinition, answer: unknown): Grade {
  if (answer === null) return { state: 'not-answered', fraction: 0 }
  return isAnswer(definition, answer) ? kindOf(definition).grade(definition, answer) : { state: 'unreadable', fraction: 0 }
}

/** Whether only a person can grade the question. */
export function isMarkedByPerson (definition: QuestionDefinition): boolean {
  return kindOf(definition).byPerson === true
}
