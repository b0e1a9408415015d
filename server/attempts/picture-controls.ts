import { insidePoint, isInside, type Area, type Controls, type Image } from '../quiz/quiz.ts'
import { plain, type Given, type Shown } from './shown.ts'

type Of<Name extends Controls['control']> = Extract<Controls, { control: Name }>

/** Fields for points where as many may be given as wished. */
const SPARE_FIELDS = 6

interface Place { readonly x: number, readonly y: number }

/** A picture with what is drawn on it in its own pixels; sizes of letters and lines follow its size. */
function plateView ({ src, width, height, alt }: Image): object {
  return { src, alt, width: String(width), height: String(height), radius: said(Math.max(width, height) * 0.018), letter: said(letterOf({ width, height })) }
}

function letterOf ({ width, height }: Pick<Image, 'width' | 'height'>): number {
  return Math.max(width, height) * 0.045
}

/** Of a letter by its height, at most: words in a zone are made as small as they must be to fit. */
const LETTER_WIDTH = 0.65

/** @see templates/attempts/controls/points.hbs */
export function pointsView (controls: Of<'points'>, given: Given, right: Given | null, { slot, open, review, t }: Shown): object {
  const { image, maxPoints, areas } = controls
  const points = given.points ?? []
  const dots = (places: readonly Place[]): object[] => places.map(({ x, y }, index) => ({ x: said(x), y: said(y), number: String(index + 1) }))
  const labelled = areas.map((area, index) => {
    const place = insidePoint(area, image)
    const checked = points.some((point) => isInside(point, area))
    const isRight = right?.points?.some((point) => isInside(point, area))
    return {
      ...shapeOf(area),
      number: String(index + 1),
      at: place === undefined ? { x: '0', y: '0' } : { x: said(place.x), y: said(place.y) },
      value: place === undefined ? '' : written(place),
      text: area.label as string,
      checked,
      state: isRight === undefined ? '' : isRight ? 'right' : checked ? 'wrong' : ''
    }
  })
  const fields = areas.length > 0 ? 0 : maxPoints === 0 ? Math.max(SPARE_FIELDS, points.length + 2) : Math.max(maxPoints, points.length)
  return {
    plate: plateView(image),
    type: maxPoints === 1 ? 'radio' : 'checkbox',
    maxPoints: String(maxPoints),
    howMany: maxPoints === 0 ? t('attempts.points-any') : t('attempts.points-most', { count: maxPoints }),
    areas: labelled,
    given: areas.length > 0 ? [] : dots(points),
    state: review.state,
    right: open || right === null || areas.length > 0 ? [] : dots(right.points ?? []),
    // Lines to read places off, for those who type them.
    grid: areas.length > 0 ? [] : gridOf(image),
    fields: Array.from({ length: fields }, (_, index) => {
      const point = points[index]
      return {
        id: `q${slot}-${index + 1}`,
        label: fields === 1 ? t('attempts.point') : t('attempts.point-number', { number: index + 1 }),
        value: point === undefined ? '' : written(point)
      }
    })
  }
}

/** @see templates/attempts/controls/drops.hbs */
export function dropsView (controls: Of<'drops'>, given: Given, { slot, parts, open, t }: Shown): object {
  const { image, zones, items, reusable } = controls
  const named = items.map(({ key, text, image }) => ({
    key, html: text ?? '', plain: text === undefined ? String(image?.alt ?? '') : plain(text as string), image: image ?? null
  }))
  return {
    plate: plateView(image),
    zones: zones.map(({ key, x, y, width, height, label }, index) => {
      const filled = given.drops?.[key] ?? ''
      const number = String(index + 1)
      const state = parts.get(key) ?? ''
      const reads = named.find((item) => item.key === filled)?.plain ?? ''
      return {
        id: `q${slot}-${key}`,
        name: `q${slot}.${key}`,
        number,
        label: label === undefined ? t('attempts.zone', { number }) : t('attempts.zone-named', { number, label: label as string }),
        x: said(x), y: said(y), width: said(width), height: said(height),
        middle: { x: said(x + width / 2), y: said(y + height / 2) },
        state,
        reads,
        letter: said(Math.min(letterOf(image), width / Math.max(1, reads.length) / LETTER_WIDTH)),
        choices: named.map((item) => ({ key: item.key, text: item.plain, selected: item.key === filled }))
      }
    }),
    bank: open ? named.map(({ key, html, image }) => ({ key, html, image, reusable })) : []
  }
}

/** An area as SVG draws it. */
function shapeOf ({ shape, coords }: Area): object {
  const [a = 0, b = 0, c = 0, d = 0] = coords
  switch (shape) {
    case 'rect': return { rect: { x: said(a), y: said(b), width: said(c - a), height: said(d - b) } }
    case 'circle': return { ellipse: { cx: said(a), cy: said(b), rx: said(c), ry: said(c) } }
    case 'ellipse': return { ellipse: { cx: said(a), cy: said(b), rx: said(c), ry: said(d) } }
    case 'polygon': return { polygon: coords.map(said).join(' ') }
  }
}

/** About eight lines along the longer side, at round numbers. */
function gridOf ({ width, height }: Image): object[] {
  const step = [10, 20, 25, 50, 100, 200, 250, 500, 1000].find((step) => Math.max(width, height) / step <= 8) ?? 2500
  const lines = (to: number): number[] => Array.from({ length: Math.ceil(to / step) - 1 }, (_, index) => (index + 1) * step)
  return [
    ...lines(width).map((x) => ({ x1: String(x), x2: String(x), y1: '0', y2: String(height), at: { x: String(x), y: '0' }, words: String(x), across: true })),
    ...lines(height).map((y) => ({ x1: '0', x2: String(width), y1: String(y), y2: String(y), at: { x: '0', y: String(y) }, words: String(y), across: false }))
  ]
}

function written ({ x, y }: Place): string {
  return `${said(x)}, ${said(y)}`
}

/** A number of pixels, as numbers are written in HTML. */
function said (value: number): string {
  return String(Number(value.toFixed(3)))
}
