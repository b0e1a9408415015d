import { chiSquareAbove, normalAbove } from './probability.ts'

/** People of about the same score: how many of either group had an item right, and how many had not. */
export interface Stratum {
  readonly referenceRight: number
  readonly referenceWrong: number
  readonly focalRight: number
  readonly focalWrong: number
}

/** A: negligible; B: slight to moderate; C: moderate to large. */
export type EffectClass = 'A' | 'B' | 'C'

export interface MantelHaenszel {
  /** how many times the odds of a right answer are greater in the reference group, among people of the same score */
  readonly oddsRatio: number
  /** on the ETS delta scale: −2.35 ln(odds ratio); below 0 the item is harder for the focal group than its people's scores say */
  readonly delta: number
  readonly deltaError: number
  /** with the continuity correction; 1 degree of freedom */
  readonly chiSquare: number
  /** of a chi-square at least as large, were there no difference */
  readonly probability: number
  readonly effect: EffectClass
}

/** The Mantel–Haenszel estimate of a difference between two groups, their members compared within strata of like score.
 *
 * With A, B right and wrong of the reference group, C, D of the focal group, and N the people of a stratum:
 * α = Σ AD÷N ÷ Σ BC÷N; χ² = (|Σ A − Σ E(A)| − ½)² ÷ Σ var(A), E(A) = (A+B)(A+C)÷N, var(A) the product of the four margins
 * ÷ N²(N−1) (Mantel & Haenszel, J. National Cancer Institute 22, 1959); Δ = −2.35 ln α (Holland & Thayer 1988). The error of ln α is
 * that of Robins, Breslow & Greenland (Biometrics 42, 1986), which holds for few large strata and for many small ones.
 *
 * The class is that of ETS (Dorans & Holland 1993; Zwick, ETS RR-12-08): A when |Δ| < 1 or χ² is not significant at 5 %; C when
 * |Δ| ≥ 1.5 and |Δ| is significantly above 1, one-sided at 5 %; B between them.
 * @returns null where the odds cannot be told: no stratum compares the groups, or one side is never right, or never wrong */
export function mantelHaenszel (strata: readonly Stratum[]): MantelHaenszel | null {
  let [r, s, pr, ps, qr, qs, right, expected, variance] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (const { referenceRight: a, referenceWrong: b, focalRight: c, focalWrong: d } of strata) {
    const n = a + b + c + d
    if (n < 2 || a + b === 0 || c + d === 0) continue
    const [p, q, rk, sk] = [(a + d) / n, (b + c) / n, a * d / n, b * c / n]
    r += rk
    s += sk
    pr += p * rk
    ps += p * sk
    qr += q * rk
    qs += q * sk
    right += a
    expected += (a + b) * (a + c) / n
    variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))
  }
  if (r === 0 || s === 0) return null
  const delta = -2.35 * Math.log(r / s)
  const deltaError = 2.35 * Math.sqrt(pr / (2 * r * r) + (ps + qr) / (2 * r * s) + qs / (2 * s * s))
  const chiSquare = Math.max(0, Math.abs(right - expected) - 0.5) ** 2 / variance
  const probability = chiSquareAbove(chiSquare)
  return { oddsRatio: r / s, delta, deltaError, chiSquare, probability, effect: effectClass(Math.abs(delta), deltaError, probability) }
}

function effectClass (size: number, error: number, probability: number): EffectClass {
  if (size < 1 || probability >= 0.05) return 'A'
  return size >= 1.5 && normalAbove((size - 1) / error) < 0.05 ? 'C' : 'B'
}
