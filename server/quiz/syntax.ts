/** What a parser throws, for `orProblem` alone to catch: why a text is not what it should be, with the position in it. */
export class SyntaxProblem extends Error {}

/** What a parser makes of a text, or its problem as a sentence. Bad input is data: nothing but a bug is thrown. */
export function orProblem<T> (parse: () => T): T | { readonly problem: string } {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SyntaxProblem) return { problem: error.message }
    throw error
  }
}
