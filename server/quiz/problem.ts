/** One thing wrong with what an author wrote. Bad input is data: problems are returned in a list, never thrown. */
export interface Problem {
  /** where, from the root of the checked value: `choices/2/text`; '' for the value itself */
  readonly path: string
  /** a plain sentence an author understands, without its path */
  readonly message: string
}

/** The problem as one line: `choices/1/key: 'b' is used twice`. */
export function problemLine (problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`
}

/** A problem for each key that stands a second time in a list.
 * @param at path of the list the keys belong to, such as `choices` */
export function repeatedKeys (items: readonly { readonly key: string }[], at: string): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const [index, { key }] of items.entries()) {
    if (seen.has(key)) problems.push({ path: `${at}/${index}/key`, message: `'${key}' is used twice` })
    seen.add(key)
  }
  return problems
}
