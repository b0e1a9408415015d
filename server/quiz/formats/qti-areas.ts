import type { Area } from '../geometry.ts'

export interface Box { readonly x: number, readonly y: number, readonly width: number, readonly height: number }

/** The rectangle around an area. */
export function boxOf ({ shape, coords }: Area): Box {
  const [a = 0, b = 0, c = 0, d = c] = coords
  if (shape === 'circle' || shape === 'ellipse') return { x: a - c, y: b - (shape === 'circle' ? c : d), width: 2 * c, height: 2 * (shape === 'circle' ? c : d) }
  const [xs, ys] = [0, 1].map(odd => coords.filter((_, index) => index % 2 === odd)) as [number[], number[]]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top }
}
