import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml'
import type { Problem } from '../quiz/problem.ts'

/** Parsed YAML that still knows where each value was written. */
export interface LocatedYaml {
  readonly value: unknown
  /** @param path as problems have it: `questions/3/choices/1/key`
   * @returns the 1-based line of the value, or of the nearest thing around it that exists (for what is missing) */
  readonly lineOf: (path: string) => number
}

export interface LineProblem extends Problem { readonly line: number }

/** Parses YAML 1.2 (core schema): one document, no key twice, no unknown tags. Never throws.
 * @param firstLine the line of the file that the text begins on, when it is a part of one */
export function parseLocatedYaml (text: string, firstLine = 1): LocatedYaml | { readonly problems: readonly LineProblem[] } {
  const lines = new LineCounter()
  const lineAt = (offset: number): number => lines.linePos(offset).line + firstLine - 1
  let document: Document.Parsed
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, version: '1.2' })
  } catch (error) {
    if (error instanceof RangeError) return { problems: [{ line: firstLine, path: '', message: 'is nested too deeply' }] }
    throw error
  }
  const refused = [...document.errors, ...document.warnings]
  if (refused.length > 0) {
    return { problems: refused.map((error) => ({ line: lineAt(placeOf(document, error)), path: '', message: `is not proper YAML: ${error.message}` })) }
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return { value, lineOf: (path) => lineAt(offsetOf(document, path)) }
  } catch (error) {
    // The library throws this when aliases multiply (a "billion laughs" file) or name no anchor.
    if (error instanceof ReferenceError) return { problems: [{ line: firstLine, path: '', message: error.message }] }
    throw error
  }
}

/** Where an author looks for the mistake: a quotation mark that nothing closes is noticed at the end of the file, and made at its start. */
function placeOf (document: Document.Parsed, { code, pos: [at] }: YAMLError): number {
  let place = at
  if (code === 'MISSING_CHAR') {
    visit(document, {
      Scalar (_key, { type, range }) {
        const isQuoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE'
        if (isQuoted && range !== null && range !== undefined && range[0] <= at && at <= range[2]) place = range[0]
      }
    })
  }
  return place
}

function offsetOf (document: Document.Parsed, path: string): number {
  let node: unknown = document.contents
  let offset = start(node) ?? 0
  for (const segment of path === '' ? [] : path.split('/')) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment)
      if (pair === undefined) break
      offset = start(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(segment)]
      if (item === undefined) break
      offset = start(item) ?? offset
      node = item
    } else break
  }
  return offset
}

function start (node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}
