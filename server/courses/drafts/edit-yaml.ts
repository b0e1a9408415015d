import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, parse, parseDocument, type Document, type YAMLSeq } from 'yaml'
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

/** Puts a value at the end of a list. */
export function append (document: Document, list: YAMLSeq, value: unknown): void {
  list.items.push(nodeOf(document, value))
}

/** Makes what stands at a path say a value, changing only what differs, so that comments, order and style stay. */
export function assign (document: Document, path: ReadonlyArray<string | number>, value: unknown): void {
  const node = document.getIn(path, true)
  if (isMap(node) && isPlainMap(value)) {
    for (const { key } of [...node.items]) {
      const name = isScalar(key) ? String(key.value) : String(key)
      if (!Object.hasOwn(value, name) || value[name] === undefined) node.delete(name)
    }
    for (const [name, part] of Object.entries(value)) if (part !== undefined) assign(document, [...path, name], part)
    return
  }
  if (isSeq(node) && Array.isArray(value)) {
    if (node.items.length === 0) node.flow = false
    node.items.splice(value.length)
    for (const [index, part] of value.entries()) {
      if (index < node.items.length) assign(document, [...path, index], part)
      else node.items.push(nodeOf(document, part))
    }
    return
  }
  if (isScalar(node) && (typeof value !== 'object' || value === null)) {
    if (!isDeepStrictEqual(node.value, value)) node.value = value
    return
  }
  document.setIn(path, nodeOf(document, value))
}

/** Rows of a draw stand on one line each, as in the guide for authors. */
function nodeOf (document: Document, value: unknown): unknown {
  const node = document.createNode(value)
  if (isMap(node) && isPlainMap(value) && ('count' in value || 'lesson' in value || 'quiz' in value)) node.flow = 'count' in value
  if (isMap(node)) for (const { value: part } of node.items) flowRows(part)
  return node
}

function flowRows (node: unknown): void {
  if (isSeq(node)) {
    for (const item of node.items) {
      if (isMap(item) && item.has('count')) item.flow = true
      else flowRows(item)
    }
  }
  if (isMap(node)) for (const { value } of node.items) flowRows(value)
}

function isPlainMap (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
