import { isDeepStrictEqual } from 'node:util'
import type { QuestionDefinition } from '../../quiz/definition.ts'

/** One thing that differs between two versions of a question. */
export interface PartChange {
  /** From the property inwards: rows by their key, or by their place from 1; texts by their language. */
  readonly path: readonly string[]
  /** null: it was not there */
  readonly before: string | null
  readonly after: string | null
}

/** What differs between two definitions, in the order in which it is written; what is only in the earlier one comes last. */
export function changesBetween (before: QuestionDefinition, after: QuestionDefinition): PartChange[] {
  const was = leavesOf(before)
  const is = leavesOf(after)
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((name) => {
    const [before, after] = [was.get(name), is.get(name)]
    return before?.said === after?.said ? [] : [{ path: (after ?? before)?.path ?? [], before: before?.said ?? null, after: after?.said ?? null }]
  })
}

/** Properties that a first change and a second one, both of the same version, changed to different things. */
export function clashes (base: QuestionDefinition, first: QuestionDefinition, second: QuestionDefinition): string[] {
  const names = new Set([...Object.keys(base), ...Object.keys(first), ...Object.keys(second)])
  const part = (of: QuestionDefinition, name: string): unknown => (of as Readonly<Record<string, unknown>>)[name]
  return [...names].filter((name) => !isDeepStrictEqual(part(base, name), part(first, name)) &&
    !isDeepStrictEqual(part(base, name), part(second, name)) && !isDeepStrictEqual(part(first, name), part(second, name)))
}

/** A definition with the changes of somebody else put in, wherever one's own left the property as it was.
 * @param base what both began with */
export function combined (base: QuestionDefinition, own: QuestionDefinition, theirs: QuestionDefinition): Record<string, unknown> {
  const names = [...new Set([...Object.keys(own), ...Object.keys(theirs)])]
  const part = (of: QuestionDefinition, name: string): unknown => (of as Readonly<Record<string, unknown>>)[name]
  return Object.fromEntries(names.flatMap((name) => {
    const value = isDeepStrictEqual(part(own, name), part(base, name)) ? part(theirs, name) : part(own, name)
    return value === undefined ? [] : [[name, value]]
  }))
}

function leavesOf (definition: QuestionDefinition): Map<string, { readonly path: readonly string[], readonly said: string }> {
  const leaves = new Map<string, { path: readonly string[], said: string }>()
  const walk = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value) && value.every((inner) => typeof inner !== 'object')) leaves.set(path.join('\n'), { path, said: value.join(', ') })
    else if (Array.isArray(value)) value.forEach((inner: unknown, index) => { walk(inner, [...path, keyOf(inner) ?? String(index + 1)]) })
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) { if (name !== 'key' || path.length === 0) walk(inner, [...path, name]) }
    else leaves.set(path.join('\n'), { path, said: String(value) })
  }
  walk(definition, [])
  // The order of rows that have keys is a change by itself.
  for (const [name, value] of Object.entries(definition)) {
    const keys = Array.isArray(value) ? value.map(keyOf) : []
    if (keys.length > 0 && keys.every((key) => key !== undefined)) leaves.set(`${name}\n#`, { path: [name, '#'], said: keys.join(', ') })
  }
  return leaves
}

function keyOf (row: unknown): string | undefined {
  return typeof row === 'object' && row !== null && 'key' in row && typeof row.key === 'string' ? row.key : undefined
}
