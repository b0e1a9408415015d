import fc from 'fast-check'
import t from 'tap'
import { assignPoints, coordsProblem, insidePoint, isInside, type Area } from '../../server/quiz/geometry.ts'

const rect: Area = { shape: 'rect', coords: [10, 20, 30, 60] }
const circle: Area = { shape: 'circle', coords: [50, 50, 10] }
const ellipse: Area = { shape: 'ellipse', coords: [50, 50, 20, 10] }
// A ring that is open above: its middle is outside.
const horseshoe: Area = { shape: 'polygon', coords: [0, 0, 10, 0, 10, 40, 30, 40, 30, 0, 40, 0, 40, 50, 0, 50] }
const star: Area = { shape: 'polygon', coords: [50, 0, 80, 90, 0, 35, 100, 35, 20, 90] }

t.test('a point is inside an area, its edge included', async t => {
  const cases: [Area, number, number, boolean][] = [
    [rect, 20, 40, true], [rect, 10, 20, true], [rect, 30, 60, true], [rect, 9.99, 40, false], [rect, 20, 60.01, false], [rect, 31, 40, false], [rect, 20, 19, false],
    [circle, 50, 50, true], [circle, 60, 50, true], [circle, 50, 40, true], [circle, 57, 57, true], [circle, 58, 57, false], [circle, 60.01, 50, false],
    [{ shape: 'circle', coords: [0, 0, 0.3] }, 0.1 + 0.2, 0, true],
    [ellipse, 70, 50, true], [ellipse, 50, 60, true], [ellipse, 50, 61, false], [ellipse, 65, 58, false],
    [horseshoe, 5, 20, true], [horseshoe, 35, 20, true], [horseshoe, 20, 45, true], [horseshoe, 20, 20, false], [horseshoe, 20, 40, true], [horseshoe, 10, 0, true],
    [horseshoe, 0, 0, true], [horseshoe, 20, 0, false], [horseshoe, 41, 20, false], [horseshoe, -1, 20, false],
    [star, 50, 20, true], [star, 50, 50, false], [star, 50, 35, true],
    [{ shape: 'polygon', coords: [0, 0, 10, 0, 10, 10, 0, 10, 0, 0] }, 5, 5, true],
    [{ shape: 'polygon', coords: [0, 0, 10, 0, 10, 10, 0, 10, 0, 0] }, 0, 0, true]
  ]
  for (const [area, x, y, inside] of cases) t.equal(isInside({ x, y }, area), inside, `${area.shape} ${area.coords.join(',')} at ${x},${y}`)
})

t.test('what is wrong with coordinates is said', async t => {
  const cases: [Area, RegExp | undefined][] = [
    [rect, undefined], [circle, undefined], [ellipse, undefined], [star, undefined],
    [{ shape: 'rect', coords: [1, 2, 3] }, /four: left/], [{ shape: 'rect', coords: [3, 2, 1, 4] }, /left edge/], [{ shape: 'rect', coords: [1, 4, 3, 4] }, /top less/],
    [{ shape: 'circle', coords: [1, 2, 3, 4] }, /three/], [{ shape: 'circle', coords: [1, 2, 0] }, /radius/],
    [{ shape: 'ellipse', coords: [1, 2, 3] }, /four/], [{ shape: 'ellipse', coords: [1, 2, 3, 0] }, /both radii/], [{ shape: 'ellipse', coords: [1, 2, 0, 3] }, /both radii/],
    [{ shape: 'polygon', coords: [1, 2, 3, 4] }, /three corners/], [{ shape: 'polygon', coords: [1, 2, 3, 4, 5, 6, 7] }, /three corners/]
  ]
  for (const [area, problem] of cases) {
    if (problem === undefined) t.equal(coordsProblem(area), undefined)
    else t.match(coordsProblem(area), problem)
  }
})

t.test('a point well inside an area is on its image', async t => {
  const size = { width: 100, height: 100 }
  t.strictSame(insidePoint(rect, size), { x: 20, y: 40 })
  t.strictSame(insidePoint({ shape: 'rect', coords: [-50, -50, 11, 11] }, size), { x: 5, y: 5 }, 'of what is on the image')
  t.strictSame(insidePoint({ shape: 'rect', coords: [0.2, 0.2, 0.6, 0.6] }, size), { x: 0.4, y: 0.4 }, 'between pixels where there is no room')
  t.equal(insidePoint({ shape: 'rect', coords: [101, 0, 120, 10] }, size), undefined)
  t.equal(insidePoint({ shape: 'rect', coords: [0, 101, 10, 120] }, size), undefined)
  t.strictSame(insidePoint(circle, size), { x: 50, y: 50 })
  for (const coords of [[101, 5, 10], [-1, 5, 10], [5, 101, 10], [5, -1, 10]]) t.equal(insidePoint({ shape: 'circle', coords }, size), undefined)
  t.ok(isInside(insidePoint(horseshoe, size)!, horseshoe), 'though its middle is not')
  t.equal(insidePoint({ shape: 'polygon', coords: [0, 0, 10, 10, 20, 20] }, size), undefined, 'a line has no inside')
  t.equal(insidePoint({ shape: 'polygon', coords: [200, 200, 210, 200, 210, 210] }, size), undefined)
  const gear = Array.from({ length: 80 }, (_, index) => [50 + (index % 2 === 0 ? 45 : 30) * Math.cos(index * Math.PI / 40), 50 + (index % 2 === 0 ? 45 : 30) * Math.sin(index * Math.PI / 40)])
  const middle = insidePoint({ shape: 'polygon', coords: gear.flat() }, size)
  t.ok(middle !== undefined && Math.hypot(middle.x - 50, middle.y - 50) < 30, 'well inside, however many corners there are')
  const corner = fc.integer({ min: -50, max: 150 })
  const polygon = fc.array(fc.tuple(corner, corner), { minLength: 3, maxLength: 9 }).map((corners): Area => ({ shape: 'polygon', coords: corners.flat() }))
  fc.assert(fc.property(polygon, area => {
    const point = insidePoint(area, size)
    return point === undefined || (isInside(point, area) && point.x >= 0 && point.x <= 100 && point.y >= 0 && point.y <= 100)
  }), { numRuns: 1000 })
})

t.test('points are given to areas so that as many as can be have one, the first before the others', async t => {
  t.strictSame(assignPoints([]), [])
  t.strictSame(assignPoints([[0], [0]]), [0, -1])
  t.strictSame(assignPoints([[0, 1], [0]]), [1, 0], 'the first gives way to another of its points')
  t.strictSame(assignPoints([[0, 1], [1, 2], [0], [2]]), [1, 2, 0, -1])
  t.strictSame(assignPoints([[], [3]]), [-1, 3])
  const overlaps = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 4 })), { maxLength: 5 })
  const most = (inside: readonly (readonly number[])[], taken: readonly number[] = []): number => {
    const [first, ...rest] = inside
    if (first === undefined) return 0
    return Math.max(most(rest, taken), ...first.filter(point => !taken.includes(point)).map(point => 1 + most(rest, [...taken, point])))
  }
  fc.assert(fc.property(overlaps, inside => {
    const given = assignPoints(inside)
    const used = given.filter(point => point !== -1)
    return given.every((point, area) => point === -1 || inside[area]!.includes(point)) && new Set(used).size === used.length && used.length === most(inside)
  }), { numRuns: 500 })
})
