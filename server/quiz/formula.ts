import { orProblem, SyntaxProblem } from './syntax.ts'

/** A formula, read. Plain JSON. */
export type Formula =
  | { readonly type: 'number', readonly value: number }
  | { readonly type: 'variable', readonly name: string }
  | { readonly type: 'unary', readonly operator: '-' | '!', readonly of: Formula }
  | { readonly type: 'binary', readonly operator: Operator, readonly left: Formula, readonly right: Formula }
  | { readonly type: 'if', readonly test: Formula, readonly then: Formula, readonly otherwise: Formula }
  | { readonly type: 'call', readonly name: FunctionName, readonly of: readonly Formula[] }

/** Binary operators, each with how strongly it binds and what it does. What is true is 1, what is false 0. */
const OPERATORS = {
  '||': [1, (a: number, b: number) => Number(isTrue(a) || isTrue(b))],
  '&&': [2, (a: number, b: number) => Number(isTrue(a) && isTrue(b))],
  '==': [3, (a: number, b: number) => Number(a === b)],
  '!=': [3, (a: number, b: number) => Number(a !== b)],
  '<=': [4, (a: number, b: number) => Number(a <= b)],
  '>=': [4, (a: number, b: number) => Number(a >= b)],
  '<': [4, (a: number, b: number) => Number(a < b)],
  '>': [4, (a: number, b: number) => Number(a > b)],
  '+': [5, (a: number, b: number) => a + b],
  '-': [5, (a: number, b: number) => a - b],
  '*': [6, (a: number, b: number) => a * b],
  '/': [6, (a: number, b: number) => a / b],
  '%': [6, (a: number, b: number) => a % b],
  '^': [8, (a: number, b: number) => a ** b]
} as const
type Operator = keyof typeof OPERATORS

/** A sign binds less than a power and more than a product: -2^2 is -4. */
const SIGN = 7
const POWER = OPERATORS['^'][0]

/** What can be called: least and most arguments, and the value. Those of Moodle's calculated questions (`find_formula_errors`
 * in question/type/calculated/questiontype.php), and a few more. */
const FUNCTIONS = {
  pi: [0, 0, () => Math.PI],
  abs: [1, 1, Math.abs],
  acos: [1, 1, Math.acos],
  acosh: [1, 1, Math.acosh],
  asin: [1, 1, Math.asin],
  asinh: [1, 1, Math.asinh],
  atan: [1, 1, Math.atan],
  atan2: [2, 2, Math.atan2],
  atanh: [1, 1, Math.atanh],
  bindec: [1, 1, (x: number) => digits(x, 2)],
  cbrt: [1, 1, Math.cbrt],
  ceil: [1, 1, Math.ceil],
  cos: [1, 1, Math.cos],
  cosh: [1, 1, Math.cosh],
  decbin: [1, 1, (x: number) => Number(Math.trunc(x).toString(2))],
  decoct: [1, 1, (x: number) => Number(Math.trunc(x).toString(8))],
  deg2rad: [1, 1, (x: number) => x * Math.PI / 180],
  exp: [1, 1, Math.exp],
  expm1: [1, 1, Math.expm1],
  floor: [1, 1, Math.floor],
  fmod: [2, 2, (a: number, b: number) => a % b],
  hypot: [2, 2, Math.hypot],
  is_finite: [1, 1, (x: number) => Number(Number.isFinite(x))],
  is_infinite: [1, 1, (x: number) => Number(Math.abs(x) === Infinity)],
  is_nan: [1, 1, (x: number) => Number(Number.isNaN(x))],
  ln: [1, 1, Math.log],
  log: [1, 2, (x: number, base = Math.E) => base === Math.E ? Math.log(x) : base === 10 ? Math.log10(x) : Math.log(x) / Math.log(base)],
  log10: [1, 1, Math.log10],
  log1p: [1, 1, Math.log1p],
  log2: [1, 1, Math.log2],
  max: [1, 50, Math.max],
  min: [1, 50, Math.min],
  octdec: [1, 1, (x: number) => digits(x, 8)],
  pow: [2, 2, (a: number, b: number) => a ** b],
  rad2deg: [1, 1, (x: number) => x * 180 / Math.PI],
  round: [1, 2, (x: number, places = 0) => roundTo(x, places)],
  sign: [1, 1, Math.sign],
  sin: [1, 1, Math.sin],
  sinh: [1, 1, Math.sinh],
  sqrt: [1, 1, Math.sqrt],
  tan: [1, 1, Math.tan],
  tanh: [1, 1, Math.tanh],
  trunc: [1, 1, Math.trunc]
} as const satisfies Readonly<Record<string, readonly [number, number, (...values: number[]) => number]>>
type FunctionName = keyof typeof FUNCTIONS

/** How deeply parentheses and calls may stand inside each other. */
const MAX_DEPTH = 100

/** Reads a formula: numbers, variables (`a` or `{a}`), `+ - * / %`, powers (`^` or `**`), comparisons, `&& || !`,
 * `test ? a : b`, parentheses and the functions above. Nothing of it is ever run as a program.
 *
 * As in mathematics, and unlike PHP (and so Moodle), `^` is a power: -2^2 is -4 and 2^3^2 is 2^9. `%` is the rest of a division,
 * with the sign of the first number; angles are in radians.
 * @returns the formula, or why it is none, as a sentence with the position (from 1) in characters
 * @example
 * parseFormula('2 * {a} + 1')   // { type: 'binary', operator: '+', … }
 * parseFormula('2 *')           // { problem: 'character 4: a number, a variable or a function is missing' } */
export function parseFormula (source: string): Formula | { readonly problem: string } {
  return orProblem(() => parse(source))
}

/** The value of a formula. Never throws: what has no value (0/0, a root of a negative number, a variable that is not there)
 * is NaN, and what is too large is infinite. */
export function evaluate (formula: Formula, values: Readonly<Record<string, number>>): number {
  switch (formula.type) {
    case 'number': return formula.value
    case 'variable': return Object.hasOwn(values, formula.name) ? values[formula.name] as number : NaN
    case 'unary': {
      const value = evaluate(formula.of, values)
      return formula.operator === '-' ? -value : Number(!isTrue(value))
    }
    case 'binary': {
      const [, apply] = OPERATORS[formula.operator]
      return apply(evaluate(formula.left, values), evaluate(formula.right, values))
    }
    case 'if': return evaluate(isTrue(evaluate(formula.test, values)) ? formula.then : formula.otherwise, values)
    case 'call': {
      const [, , apply]: readonly [number, number, (...values: number[]) => number] = FUNCTIONS[formula.name]
      return apply(...formula.of.map(inner => evaluate(inner, values)))
    }
  }
}

/** Names of the variables a formula uses, each once. */
export function variablesOf (formula: Formula): ReadonlySet<string> {
  switch (formula.type) {
    case 'number': return new Set()
    case 'variable': return new Set([formula.name])
    case 'unary': return variablesOf(formula.of)
    case 'binary': return variablesOf(formula.left).union(variablesOf(formula.right))
    case 'if': return variablesOf(formula.test).union(variablesOf(formula.then)).union(variablesOf(formula.otherwise))
    case 'call': return formula.of.reduce<ReadonlySet<string>>((names, inner) => names.union(variablesOf(inner)), new Set())
  }
}

/** A number to some places, halves away from zero, as the decimal it is written as: 1.005 to two places is 1.01. */
export function roundTo (value: number, places: number): number {
  const [digits = '', exponent = '0'] = String(Math.abs(value)).split('e')
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + Math.trunc(places)}`))
  // Beyond 2^53 a number has no places to round; and what is no number stays none.
  if (!Number.isSafeInteger(shifted)) return value
  const [whole = '', more = '0'] = String(shifted).split('e')
  return Math.sign(value) * Number(`${whole}e${Number(more) - Math.trunc(places)}`)
}

/** Recursive descent with precedence climbing. */
function parse (source: string): Formula {
  let at = 0
  let depth = 0

  function problem (what: string, where = at): SyntaxProblem {
    return new SyntaxProblem(`character ${[...source.slice(0, where)].length + 1}: ${what}`)
  }

  function found (pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) at += match[0].length
    return match
  }

  function take (expected: string): boolean {
    found(/\s*/y)
    if (!source.startsWith(expected, at)) return false
    at += expected.length
    return true
  }

  function whole (): Formula {
    if (++depth > MAX_DEPTH) throw problem(`more than ${MAX_DEPTH} parentheses stand inside each other`)
    const test = operation(0)
    depth--
    if (!take('?')) return test
    const then = whole()
    if (!take(':')) throw problem('`:` is missing after `?`')
    return { type: 'if', test, then, otherwise: whole() }
  }

  function operation (least: number): Formula {
    let left = signed()
    for (;;) {
      found(/\s*/y)
      const start = at
      const sign = found(/\|\||&&|[=!<>]=|\*\*|[<>+\-*/%^]/y)?.[0]
      if (sign === undefined) return left
      const operator = (sign === '**' ? '^' : sign) as Operator
      const [strength] = OPERATORS[operator]
      if (strength < least) {
        at = start
        return left
      }
      // A power is worked out from the right, everything else from the left.
      left = { type: 'binary', operator, left, right: operation(strength === POWER ? SIGN : strength + 1) }
    }
  }

  function signed (): Formula {
    if (take('+')) return signedOperand()
    if (take('-')) return { type: 'unary', operator: '-', of: signedOperand() }
    if (take('!')) return { type: 'unary', operator: '!', of: signedOperand() }
    return operand()
  }

  function signedOperand (): Formula {
    if (++depth > MAX_DEPTH) throw problem(`more than ${MAX_DEPTH} signs follow each other`)
    const of = operation(SIGN)
    depth--
    return of
  }

  function operand (): Formula {
    found(/\s*/y)
    const start = at
    if (take('(')) {
      const inner = whole()
      close(start)
      return inner
    }
    const number = found(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y)
    if (number !== null) return { type: 'number', value: Number(number[0]) }
    const braced = found(/\{\s*([\p{L}_][\p{L}\p{N}_]*)\s*\}/uy)
    if (braced !== null) return { type: 'variable', name: braced[1] as string }
    const name = found(/[\p{L}_][\p{L}\p{N}_]*/uy)?.[0]
    if (name === undefined) {
      throw problem(at >= source.trimEnd().length
        ? 'a number, a variable or a function is missing'
        : `\`${String.fromCodePoint(source.codePointAt(at) as number)}\` is not expected here`)
    }
    return take('(') ? call(name.toLowerCase(), start) : { type: 'variable', name }
  }

  function call (name: string, start: number): Formula {
    if (!isFunction(name)) throw problem(`there is no function \`${name}\``, start)
    const of: Formula[] = []
    if (!take(')')) {
      do of.push(whole()); while (take(','))
      close(start)
    }
    const [least, most] = FUNCTIONS[name]
    if (of.length < least || of.length > most) throw problem(`\`${name}\` takes ${count(least, most)}; it is given ${of.length}`, start)
    return { type: 'call', name, of }
  }

  function close (start: number): void {
    if (take(')')) return
    throw at >= source.trimEnd().length ? problem('this is not closed by a `)`', start) : problem('an operator or `)` is missing')
  }

  const formula = whole()
  found(/\s*/y)
  if (at < source.length) throw problem(`\`${String.fromCodePoint(source.codePointAt(at) as number)}\` is not expected here`)
  return formula
}

function isFunction (name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name)
}

function count (least: number, most: number): string {
  if (most === 0) return 'nothing between its parentheses'
  if (least === most) return least === 1 ? 'one value' : 'two values'
  return most === 2 ? 'one or two values' : `at most ${most} values, and at least one`
}

function isTrue (value: number): boolean {
  return value !== 0 && !Number.isNaN(value)
}

/** The value of a number's digits to another base; NaN where a digit is none of it. */
function digits (value: number, base: 2 | 8): number {
  const written = String(value)
  return (base === 2 ? /^[01]+$/ : /^[0-7]+$/).test(written) ? Number.parseInt(written, base) : NaN
}
