import { createHash } from 'node:crypto'
import type { CourseSource } from './course-source.ts'

/** SHA-256, in hexadecimal, of a course's content in canonical form: the same for the same content, whatever the order of keys,
 * files or questions in a bank (papers draw from questions ordered by key). */
export function contentHash (source: CourseSource): string {
  const { lessons, quizzes, banks, pictures, attachments = [], files: _files, ...rest } = source
  const sorted = {
    ...rest,
    lessons: by(lessons, ({ key, language }) => `${key}.${language}`),
    quizzes: by(quizzes, ({ key }) => key),
    banks: by(banks.map((bank) => ({ ...bank, questions: by(bank.questions, ({ key }) => key) })), ({ name }) => name),
    ...pictures.length > 0 && { pictures: Object.fromEntries(pictures.map(({ path, hash }) => [path, hash])) },
    ...attachments.length > 0 && { attachments: Object.fromEntries(attachments.map(({ path, hash }) => [path, hash])) }
  }
  return createHash('sha256').update(canonicalJson(sorted)).digest('hex')
}

/** JSON with the keys of every object in code unit order and no spaces (RFC 8785 for what YAML can hold). */
export function canonicalJson (value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => typeof part === 'object' && part !== null && !Array.isArray(part)
    ? Object.fromEntries(by(Object.entries(part), ([key]) => key))
    : part)
}

function by<T> (items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...items].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0)
}
