import { isDeepStrictEqual } from 'node:util'
import { parse, parseDocument, type Document } from 'yaml'
import { mergeLines } from './line-diff.ts'

const WRITTEN = { lineWidth: 120, flowCollectionPadding: true } as const

/** Changes YAML that somebody wrote by hand: what the edit does not touch stays as it is written, comments and line breaks too.
 * The library writes the whole document anew; only the lines that the edit makes differ are taken from that.
 * @param text proper YAML
 * @throws Error when it is not */
export function editYaml (text: string, edit: (document: Document) => void): string {
  const document = parseDocument(text, { stringKeys: true, version: '1.2' })
  if (document.errors[0] !== undefined) throw document.errors[0]
  const before = document.toString(WRITTEN)
  edit(document)
  const after = document.toString(WRITTEN)
  if (after === before) return text
  const merged = mergeLines(before, text, after, 'theirs')
  return merged !== undefined && means(merged, parse(after)) ? merged : after
}

function means (text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(text), value)
  } catch {
    return false
  }
}
