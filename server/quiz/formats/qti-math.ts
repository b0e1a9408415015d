/** The functions of `mathOperator`, of one number or two. */
export const MATH: Readonly<Record<string, (x: number, y: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sec: x => 1 / Math.cos(x),
  csc: x => 1 / Math.sin(x),
  cot: x => 1 / Math.tan(x),
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  asec: x => Math.acos(1 / x),
  acsc: x => Math.asin(1 / x),
  acot: x => Math.atan(1 / x),
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sech: x => 1 / Math.cosh(x),
  csch: x => 1 / Math.sinh(x),
  coth: x => 1 / Math.tanh(x),
  log: Math.log10,
  ln: Math.log,
  exp: Math.exp,
  abs: Math.abs,
  signum: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  toDegrees: x => x * 180 / Math.PI,
  toRadians: x => x * Math.PI / 180
}

/** A number to some figures, halves away from zero as numbers are rounded by hand (and by JQTI, QTI's reference engine), as they are
 * written in decimals. */
export function roundTo (value: number, mode: 'significantFigures' | 'decimalPlaces', figures: number): number {
  if (value === 0) return 0
  const [, exponent = '0'] = Math.abs(value).toExponential().split('e')
  const places = mode === 'decimalPlaces' ? figures : figures - 1 - Number(exponent)
  const shifted = shift(Math.abs(value), places)
  return Number.isFinite(shifted) ? Math.sign(value) * shift(Math.floor(shifted + 0.5), -places) : value
}

// By its decimals: 1.005 × 100 is less than 100.5.
function shift (value: number, places: number): number {
  const [digits, exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + places}`)
}

/** What `statsOperator` makes of numbers: null where they are too few, undefined for a name that is not known. */
export function statistic (name: string, all: readonly number[]): number | null | undefined {
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length
  const squares = all.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  const sample = all.length > 1 ? squares / (all.length - 1) : null
  switch (name) {
    case 'mean': return mean
    case 'sampleVariance': return sample
    case 'sampleSD': return sample === null ? null : Math.sqrt(sample)
    case 'popVariance': return squares / all.length
    case 'popSD': return Math.sqrt(squares / all.length)
    default: return undefined
  }
}

/** The greatest common divisor; of 0 and a number, that number without its sign. */
export function gcd (a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  while (y > 0) [x, y] = [y, x % y]
  return x
}
