/** A place on an image, in its pixels: x from the left edge, y from the top edge. May lie between pixels. */
export interface Point { readonly x: number, readonly y: number }

export const SHAPES = ['rect', 'circle', 'ellipse', 'polygon'] as const

/** A part of an image. `coords` in pixels, in the order of QTI 3.0 (information model, `coords`) and of HTML's image maps:
 * - `rect`: left, top, right, bottom
 * - `circle`: centre x, centre y, radius
 * - `ellipse`: centre x, centre y, horizontal radius, vertical radius
 * - `polygon`: x and y of each corner in turn; the last is joined to the first, and may repeat it */
export interface Area { readonly shape: typeof SHAPES[number], readonly coords: readonly number[] }

/** Size of an image in pixels. */
export interface Size { readonly width: number, readonly height: number }

/** What is wrong with an area's coordinates, in a sentence for its author; undefined when nothing is. */
export function coordsProblem ({ shape, coords }: Area): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = coords
  switch (shape) {
    case 'rect':
      if (coords.length !== 4) return 'a rect has four: left, top, right, bottom'
      return a < c && b < d ? undefined : 'the left edge must be less than the right one, and the top less than the bottom'
    case 'circle':
      if (coords.length !== 3) return 'a circle has three: centre x, centre y, radius'
      return c > 0 ? undefined : 'the radius must be more than 0'
    case 'ellipse':
      if (coords.length !== 4) return 'an ellipse has four: centre x, centre y, horizontal radius, vertical radius'
      return c > 0 && d > 0 ? undefined : 'both radii must be more than 0'
    case 'polygon':
      if (coords.length < 6 || coords.length % 2 === 1) return 'a polygon has x and y of three corners or more'
      return undefined
  }
}

/** Whether a point lies in an area; its edge counts as inside. Of a polygon that crosses itself, what is inside is told by
 * the even-odd rule (HTML, image maps). Never throws on coordinates that have no problem. */
export function isInside ({ x, y }: Point, { shape, coords }: Area): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = coords
  switch (shape) {
    case 'rect': return x >= a && x <= c && y >= b && y <= d
    case 'circle': return isInEllipse((x - a) / c, (y - b) / c)
    case 'ellipse': return isInEllipse((x - a) / c, (y - b) / d)
    case 'polygon': {
      const edges = edgesOf(coords)
      return edges.some(edge => isOn({ x, y }, edge)) || edges.filter(edge => crossing(edge, y) > x).length % 2 === 1
    }
  }
}

/** A point well inside an area and on its image: where an area is meant as a whole, and for the right answer. In whole pixels
 * where there is room for it.
 * @returns undefined when nothing of a rect or polygon, or not the centre of a circle or ellipse, is on the image */
export function insidePoint (area: Area, { width, height }: Size): Point | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = area.coords
  switch (area.shape) {
    case 'rect': {
      const [left, right] = [Math.max(a, 0), Math.min(c, width)]
      const [top, bottom] = [Math.max(b, 0), Math.min(d, height)]
      return left > right || top > bottom ? undefined : whole({ x: (left + right) / 2, y: (top + bottom) / 2 }, area)
    }
    case 'circle':
    case 'ellipse':
      return a >= 0 && a <= width && b >= 0 && b <= height ? { x: a, y: b } : undefined
    case 'polygon': return insidePolygon(area, width, height)
  }
}

/** Which point each area is given so that the areas get as much as they can: no point for two areas, no area two points, and
 * an area goes without only for one that stands before it. Where areas overlap, a point that is needed elsewhere is not
 * wasted (augmenting paths; that taking areas one by one in order of worth earns most follows from their being a transversal
 * matroid, Edmonds and Fulkerson 1965).
 * @param inside for each area, by preference, the indices of the points that lie in it
 * @returns for each area the index of its point, or -1 */
export function assignPoints (inside: readonly (readonly number[])[]): number[] {
  const areaOf = new Map<number, number>()
  for (const area of inside.keys()) place(area, new Set())
  const points = inside.map(() => -1)
  for (const [point, area] of areaOf) points[area] = point
  return points

  function place (area: number, tried: Set<number>): boolean {
    return inside[area]!.some(point => {
      if (tried.has(point)) return false
      tried.add(point)
      const other = areaOf.get(point)
      if (other !== undefined && !place(other, tried)) return false
      areaOf.set(point, area)
      return true
    })
  }
}

// The slack makes up for binary fractions: 0.1 + 0.2 from the centre is a little more than 0.3.
function isInEllipse (x: number, y: number): boolean {
  return x * x + y * y <= 1 + 1e-12
}

type Edge = readonly [from: Point, to: Point]

function edgesOf (coords: readonly number[]): Edge[] {
  const corners = Array.from({ length: coords.length / 2 }, (_, index): Point => ({ x: coords[index * 2]!, y: coords[index * 2 + 1]! }))
  return corners.map((corner, index) => [corner, corners[(index + 1) % corners.length]!])
}

function isOn ({ x, y }: Point, [from, to]: Edge): boolean {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const square = dx * dx + dy * dy
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / square))
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy) <= 1e-9
}

/** Where an edge crosses the horizontal at y; -Infinity when it does not. Of its two ends the upper one belongs to it. */
function crossing ([from, to]: Edge, y: number): number {
  if ((from.y > y) === (to.y > y)) return -Infinity
  return from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x)
}

/** The middle of the widest stretch found. Half-way between two corners' heights no edge is met at its end, so that crossings
 * come in pairs. The tallest bands between corners come first: there is most room, and after a few it is known. */
function insidePolygon (area: Area, width: number, height: number): Point | undefined {
  const edges = edgesOf(area.coords)
  const onImage = edges.map(([{ y }]) => Math.min(height, Math.max(0, y)))
  const heights = [...new Set(onImage)].sort((a, b) => a - b)
  const bands = heights.slice(0, -1).map((top, index) => ({ top, bottom: heights[index + 1]! })).sort((a, b) => b.bottom - b.top - (a.bottom - a.top))
  let best: Point | undefined
  let widest = 0
  for (const [index, { top, bottom }] of bands.entries()) {
    if (index >= ENOUGH_BANDS && best !== undefined) return best
    const y = (top + bottom) / 2
    const crossings = edges.map(edge => crossing(edge, y)).filter(Number.isFinite).sort((a, b) => a - b)
    for (let from = 0; from < crossings.length; from += 2) {
      const [left, right] = [Math.max(0, crossings[from]!), Math.min(width, crossings[from + 1]!)]
      if (right - left <= widest) continue
      widest = right - left
      best = whole({ x: (left + right) / 2, y }, area)
    }
  }
  return best
}

const ENOUGH_BANDS = 16

function whole (point: Point, area: Area): Point {
  const rounded = { x: Math.floor(point.x), y: Math.floor(point.y) }
  return isInside(rounded, area) && rounded.x >= 0 && rounded.y >= 0 ? rounded : point
}
