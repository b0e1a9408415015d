import type { Tx } from '../../db/database.ts'
import type { FormatProblem, NamedQuestion, QuestionFile } from '../../quiz/formats/format.ts'
import { selectOptionalMedia } from '../queries.ts'

const STORED = /\/media\/([0-9a-f]{64})/g
const SHOWN_IN_HTML = /<img\b[^>]*\ssrc="\/media\/([0-9a-f]{64})"[^>]*>/g
const SHOWN_IN_MARKDOWN = /!\[((?:\\.|[^\]\\]){0,1000})\]\(\/media\/([0-9a-f]{64})(?: "[^"]{0,500}")?\)/g
const ENDINGS: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp' }

/** Questions whose pictures in texts are files beside them, for a file that carries them. */
export async function withTextPictures<Q extends NamedQuestion> (tx: Tx, questions: readonly Q[]): Promise<Q[]> {
  const made = new Map<string, QuestionFile>()
  for (const hash of new Set(questions.flatMap((question) => textPictureHashes(question)))) {
    const media = await selectOptionalMedia(tx, hash)
    if (media !== undefined) made.set(hash, { name: `${hash.slice(0, 16)}.${ENDINGS[media.type] ?? 'png'}`, bytes: media.bytes.toString('base64') })
  }
  return questions.map((question) => {
    const hashes = textPictureHashes(question)
    if (hashes.length === 0) return question
    const definition = mapStrings(question.definition, (text) => text.replace(STORED, (whole, hash: string) => {
      const file = made.get(hash)
      return file === undefined ? whole : `@@PLUGINFILE@@/${file.name}`
    }))
    return { ...question, definition, files: hashes.flatMap((hash) => made.get(hash) ?? []) }
  })
}

/** Questions whose pictures in texts are but their words.
 * @param hashes of those that are so; all when left out
 * @returns besides, what is so left out */
export function withoutTextPictures<Q extends NamedQuestion> (questions: readonly Q[], hashes?: ReadonlySet<string>): { readonly questions: Q[], readonly problems: FormatProblem[] } {
  const goes = (hash: string): boolean => hashes?.has(hash) ?? true
  const problems: FormatProblem[] = []
  const plain = questions.map((question) => {
    if (!textPictureHashes(question).some(goes)) return question
    problems.push({ path: question.name, message: `'${question.name}': the pictures in its texts are left out`, severity: 'left-out' })
    const definition = mapStrings(question.definition, (text) => text
      .replace(SHOWN_IN_HTML, (tag, hash: string) => goes(hash) ? /\salt="([^"]*)"/.exec(tag)?.[1] ?? '' : tag)
      .replace(SHOWN_IN_MARKDOWN, (whole, alt: string, hash: string) => goes(hash) ? alt : whole))
    return { ...question, definition }
  })
  return { questions: plain, problems }
}

/** The pictures of the house that the texts of a question name, each once. */
export function textPictureHashes ({ definition }: Pick<NamedQuestion, 'definition'>): string[] {
  return [...new Set([...JSON.stringify(definition).matchAll(STORED)].map(([, hash = '']) => hash))]
}

/** Plain JSON with each of its strings changed. */
function mapStrings<T> (value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T & string
  if (Array.isArray(value)) return value.map((inner: unknown) => mapStrings(inner, change)) as T & unknown[]
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapStrings(inner as unknown, change)])) as T
}
