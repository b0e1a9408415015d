/** The room a label takes, in the chart's own units. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export type Point = readonly [x: number, y: number]

export type Anchor = 'start' | 'middle' | 'end'

/** Where a text stands: its line is `y`, and `x` is its left end, middle or right end. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly anchor: Anchor
}

const SIZE = 12

/** The box of a text 12 high, standing on the line `y`. Nothing measures fonts on the server, so the width is a
 * generous guess: a wide sign of East Asia takes its full height, any other 0.62 of it, and marks take nothing. */
export function textBox (text: string, x: number, y: number, anchor: Anchor): Box {
  let width = 0
  for (const sign of text) {
    if (/[\p{M}\p{Cf}]/u.test(sign)) continue
    width += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(sign) ? SIZE : SIZE * 0.62
  }
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2
  return { left, right: left + width, top: y - SIZE, bottom: y + 4 }
}

function overlaps (one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

/** The first of the places in the room that touches no label already there and the fewest points of a line. */
export function freePlace (content: string, places: readonly Place[], room: Box, taken: readonly Box[], inked: readonly Point[]): Place {
  let best: Place | undefined
  let fewest = Infinity
  for (const place of places) {
    const box = textBox(content, place.x, place.y, place.anchor)
    if (box.left < room.left || box.right > room.right || box.top < room.top || box.bottom > room.bottom) continue
    if (taken.some((other) => overlaps(box, other))) continue
    const touched = inked.filter(([x, y]) => x > box.left - 2 && x < box.right + 2 && y > box.top - 2 && y < box.bottom + 2).length
    if (touched < fewest) {
      fewest = touched
      best = place
    }
  }
  // Longer than the chart is wide: nothing to choose between.
  return best ?? { x: (room.left + room.right) / 2, y: room.bottom - 8, anchor: 'middle' }
}

/** Points along a straight line, close enough that no label slips between two. */
export function alongLine ([fromX, fromY]: Point, [toX, toY]: Point): Point[] {
  const count = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / 4))
  return Array.from({ length: count + 1 }, (_, index) => [fromX + (toX - fromX) * index / count, fromY + (toY - fromY) * index / count])
}
