import { letter } from './format.ts'
import type { Wording } from './markup.ts'
import { withoutMarks } from './moodle-cloze.ts'
import { isOn, pictureIn, valueOf, type MoodleQuestion, type Read } from './moodle-parts.ts'
import { elementIn, elementsIn, type XmlElement } from './xml.ts'

const GAP = /\[\[(\d{1,3})\]\]/g

function readGaps (question: MoodleQuestion, kind: 'gap-select' | 'drag-words', options: readonly XmlElement[]): Read {
  const source = withoutMarks(question.prompt)
  const choices = options.map((option, index) => ({ key: letter(index), text: valueOf(option), group: groupOf(option), reusable: kind === 'drag-words' && elementIn(option, 'infinite') !== undefined }))
  const gaps: { key: string, choice: string, group?: number }[] = []
  let missing = 0
  const text = source.text.replace(GAP, (_, number: string) => {
    const choice = choices[Number(number) - 1]
    const key = `g${gaps.length + 1}`
    if (choice === undefined) missing = Number(number)
    else gaps.push({ key, choice: choice.key, ...choice.group !== 1 && { group: choice.group } })
    return `{{${key}}}`
  })
  if (missing > 0) return { problem: `there is no choice for [[${missing}]]` }
  const whole: Wording = { text, format: source.format }
  const written = new Set(choices.map(({ text }) => text))
  if (written.has('')) return { problem: 'a choice has no text' }
  return {
    ownText: true,
    texts: [whole],
    draft: write => ({
      kind,
      text: write(whole),
      choices: choices.map(({ key, text, group, reusable }) => ({ key, text: write({ text, format: 'html' }), ...group !== 1 && { group }, ...reusable && { reusable } })),
      gaps,
      ...!isOn(question, 'shuffleanswers', false) && { shuffle: false }
    })
  }
}

function groupOf (element: XmlElement): number {
  return Math.max(1, Number(valueOf(elementIn(element, 'group') ?? elementIn(element, 'draggroup'))) || 1)
}

/** qtype_gapselect: menus in a text; `[[2]]` is a gap for the second option. */
export function readGapSelect (question: MoodleQuestion): Read {
  return readGaps(question, 'gap-select', elementsIn(question.element, 'selectoption'))
}

/** qtype_ddwtos: words dragged into a text. */
export function readDragWords (question: MoodleQuestion): Read {
  return readGaps(question, 'drag-words', elementsIn(question.element, 'dragbox'))
}

/** Size of the place for a text, in pixels, where Moodle makes it fit. */
const TEXT_SIZE = { width: 120, height: 30 } as const

interface Drag { readonly number: string, readonly group: number, readonly infinite: boolean, readonly text: string, readonly picture: ReturnType<typeof pictureIn> }

function dragsIn (question: MoodleQuestion): Drag[] {
  return elementsIn(question.element, 'drag').map(drag => ({
    number: valueOf(elementIn(drag, 'no')),
    group: groupOf(drag),
    infinite: elementIn(drag, 'infinite') !== undefined || !['', '0', '1'].includes(valueOf(elementIn(drag, 'noofdrags'))),
    text: valueOf(elementIn(drag, 'text')),
    picture: pictureIn(drag)
  }))
}

function dragImage (question: MoodleQuestion, drags: readonly Drag[], zones: readonly { readonly drag: string, readonly label: string, readonly x: number, readonly y: number, readonly width: number, readonly height: number }[]): Read {
  const image = pictureIn(question.element)
  if (image === undefined) return { problem: 'its picture is missing, or is no PNG, JPEG or GIF' }
  const keys = new Map(drags.map(({ number }, index) => [number, letter(index)]))
  if (zones.some(({ drag }) => !keys.has(drag))) return { problem: 'a place wants an item that is not there' }
  const reusable = drags.some(({ infinite }) => infinite)
  if (reusable && !drags.every(({ infinite }) => infinite)) question.note('changed', 'every item may be put in several places')
  if (new Set(drags.map(({ group }) => group)).size > 1) question.note('changed', 'items may be put in every place, not only in those of their group')
  question.note('changed', 'what the pictures show is to be described in words')
  return {
    texts: [],
    draft: write => ({
      kind: 'drag-image',
      image: { ...image, alt: 'Picture' },
      zones: zones.map(({ drag, label, x, y, width, height }, index) => ({ key: String(index + 1), x, y, width: Math.min(width, image.width - x), height: Math.min(height, image.height - y), item: keys.get(drag), ...label !== '' && { label: write({ text: label, format: 'plain' }) } })),
      items: drags.map(({ number, text, picture }, index) => ({
        key: keys.get(number),
        ...picture === undefined ? { text: write({ text: text === '' ? String(index + 1) : text, format: 'html' }) } : { image: { ...picture, alt: text === '' ? String(index + 1) : text } }
      })),
      ...reusable && { reusable },
      ...!isOn(question, 'shuffleanswers', false) && { shuffle: false }
    })
  }
}

/** qtype_ddimageortext: pictures or texts dragged onto a picture. */
export function readDragImage (question: MoodleQuestion): Read {
  const drags = dragsIn(question)
  const zones = elementsIn(question.element, 'drop').map(drop => {
    const drag = valueOf(elementIn(drop, 'choice'))
    const group = drags.find(({ number }) => number === drag)?.group
    const pictures = drags.filter(drag => drag.group === group).flatMap(({ picture }) => picture ?? [])
    return {
      drag,
      label: valueOf(elementIn(drop, 'text')),
      x: Number(valueOf(elementIn(drop, 'xleft'))) || 0,
      y: Number(valueOf(elementIn(drop, 'ytop'))) || 0,
      width: Math.max(TEXT_SIZE.width, ...pictures.map(({ width }) => width)),
      height: Math.max(TEXT_SIZE.height, ...pictures.map(({ height }) => height))
    }
  })
  return dragImage(question, drags, zones)
}

/** qtype_ddmarker: markers put on a picture; an area that is no rectangle becomes the one around it. */
export function readDragMarkers (question: MoodleQuestion): Read {
  const drops = elementsIn(question.element, 'drop').map(drop => ({ drag: valueOf(elementIn(drop, 'choice')), label: '', shape: valueOf(elementIn(drop, 'shape')), box: boxOf(valueOf(elementIn(drop, 'shape')), valueOf(elementIn(drop, 'coords'))) }))
  if (drops.some(({ box }) => box === undefined)) return { problem: 'the coordinates of an area cannot be read' }
  if (drops.some(({ shape }) => shape !== 'rectangle')) question.note('changed', 'areas are the rectangles around them')
  return dragImage(question, dragsIn(question), drops.map(({ drag, label, box }) => ({ drag, label, ...box! })))
}

function boxOf (shape: string, coords: string): { x: number, y: number, width: number, height: number } | undefined {
  const points = coords.split(';').map(pair => pair.split(',').map(Number))
  if (points.flat().some(number => !Number.isFinite(number))) return undefined
  const [[x = NaN, y = NaN] = [], [a = NaN, b = NaN] = []] = points
  const box = shape === 'circle'
    ? { x: x - a, y: y - a, width: 2 * a, height: 2 * a }
    : shape === 'rectangle' ? { x, y, width: a, height: b } : around(points)
  return box.width > 0 && box.height > 0 ? box : undefined
}

function around (points: readonly (readonly number[])[]): { x: number, y: number, width: number, height: number } {
  const [xs, ys] = [points.map(([x = NaN]) => x), points.map(([, y = NaN]) => y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

