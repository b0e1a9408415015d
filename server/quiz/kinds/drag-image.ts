import Type, { type Static } from 'typebox'
import { coordinate, image, itemImage, type ItemImage } from '../image.ts'
import { gradeBy, hasRepeats, type Kind } from '../kind.ts'
import { gradeParts, LEFT_OUT, rightOrWrong } from '../parts.ts'
import { repeatedKeys, type Problem } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn, type Text } from '../text.ts'
import { wordScoring } from '../word-gaps.ts'

const length = Type.Number({ exclusiveMinimum: 0, maximum: 20_000 })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('drag-image'),
  image,
  zones: Type.Array(Type.Object({
    key,
    x: coordinate,
    y: coordinate,
    width: length,
    height: length,
    item: Type.String({ maxLength: 64, description: 'Key of the item that belongs in this zone' }),
    label: Type.Optional(text)
  }, { additionalProperties: false }), { minItems: 1, maxItems: 50, description: 'In pixels of the image; x and y of the upper left corner' }),
  items: Type.Array(Type.Object({
    key,
    text: Type.Optional(text),
    image: Type.Optional(itemImage)
  }, { additionalProperties: false }), { minItems: 1, maxItems: 50, description: 'Each a text or an image; may hold more than are used' }),
  reusable: Type.Optional(Type.Boolean({ default: false, description: 'Whether an item may be put in several zones' })),
  scoring: wordScoring,
  shuffle: Type.Optional(Type.Boolean({ default: true }))
}, { additionalProperties: false, title: 'Put items where they belong on a picture' })

const answer = Type.Object({
  drops: Type.Record(Type.String({ maxLength: 64 }), answerKey, { maxProperties: 100 })
}, { additionalProperties: false })

export type DragImageDefinition = Static<typeof definition>
export type DragImageAnswer = Static<typeof answer>

/** Texts or pictures to be put into zones of a picture. Earns right zones ÷ zones, as Moodle's `qtype_ddimageortext` and QTI
 * 3.0 `graphicGapMatchInteraction` with one point each; `all-or-nothing` as QTI's `match_correct`. An item that looks the
 * same as the right one is as right. Unless items are reusable, an answer that puts one in two zones is unreadable. */
export const dragImage: Kind<DragImageDefinition, DragImageAnswer> = {
  name: 'drag-image',
  definition,
  answer,

  problems (definition) {
    const items = new Set(definition.items.map(item => item.key))
    const wanted = definition.zones.map(zone => zone.item)
    const { width, height } = definition.image
    return [
      ...repeatedKeys(definition.zones, 'zones'),
      ...repeatedKeys(definition.items, 'items'),
      ...definition.items.flatMap(({ text, image }, index): Problem[] => text === undefined && image === undefined
        ? [{ path: `items/${index}`, message: 'needs a text or an image' }]
        : []),
      ...definition.zones.flatMap((zone, index): Problem[] => {
        if (!items.has(zone.item)) return [{ path: `zones/${index}/item`, message: `there is no item '${zone.item}'` }]
        if (definition.reusable !== true && wanted.indexOf(zone.item) < index) {
          return [{ path: `zones/${index}/item`, message: `'${zone.item}' belongs in another zone too; the question needs \`reusable: true\`` }]
        }
        const inside = zone.x >= 0 && zone.y >= 0 && zone.x + zone.width <= width && zone.y + zone.height <= height
        return inside ? [] : [{ path: `zones/${index}`, message: 'reaches beyond the image' }]
      })
    ]
  },

  shuffled (definition) {
    return definition.shuffle === false ? [] : definition.items.map(item => item.key)
  },

  controls (definition, order) {
    const place = new Map(order.map((key, index) => [key, index]))
    return {
      control: 'drops',
      image: definition.image,
      zones: definition.zones.map(({ item: _item, ...zone }) => zone),
      items: [...definition.items].sort((a, b) => (place.get(a.key) ?? order.length) - (place.get(b.key) ?? order.length)),
      reusable: definition.reusable === true
    }
  },

  read (definition, answer) {
    const drops = dropsOf(answer)
    if (drops.size === 0) return 'not-answered'
    const zones = new Set(definition.zones.map(zone => zone.key))
    const items = new Set(definition.items.map(item => item.key))
    const known = [...drops].every(([zone, item]) => zones.has(zone) && items.has(item))
    return known && (definition.reusable === true || !hasRepeats([...drops.values()])) ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = dragImage.read(definition, answer)
    if (reading !== 'answered') return gradeBy(reading, () => 0)
    const drops = dropsOf(answer)
    const looks = new Map(definition.items.map(({ key, text, image }) => [key, JSON.stringify([text, image])]))
    return gradeParts(definition.zones.map(({ key, item }) => {
      const dropped = drops.get(key)
      return { key, weight: 1, grade: dropped === undefined ? LEFT_OUT : rightOrWrong(looks.get(dropped) === looks.get(item)) }
    }), definition.scoring)
  },

  rightAnswer (definition) {
    return { drops: Object.fromEntries(definition.zones.map(({ key, item }) => [key, item])) }
  },

  feedback () {
    return []
  },

  summary (definition, answer, language) {
    const drops = dropsOf(answer)
    return definition.zones.flatMap(({ key, label }, index) => {
      const item = drops.get(key)
      if (item === undefined) return []
      const found = definition.items.find(known => known.key === item)
      return [`${label === undefined ? index + 1 : textIn(label, language)}: ${textIn(found === undefined ? item : nameOf(found), language)}`]
    }).join('; ')
  },

  samples: [
    {
      definition: {
        key: 'desk',
        kind: 'drag-image',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Put each label where it belongs.',
        image: { src: 'images/desk.png', width: 600, height: 400, alt: 'A desk with devices' },
        zones: [
          { key: 'left', x: 0, y: 0, width: 100, height: 50, item: 'sim-box', label: { en: 'On the left', ar: 'إلى اليسار' } },
          { key: 'right', x: 500, y: 350, width: 100, height: 50, item: 'router' },
          { key: 'middle', x: 250, y: 150, width: 100, height: 50, item: 'router-again' }
        ],
        items: [
          { key: 'sim-box', text: { en: 'SIM box', ar: 'صندوق شرائح' } },
          { key: 'router', image: { src: 'images/router.png', alt: 'Router' } },
          { key: 'router-again', image: { src: 'images/router.png', alt: 'Router' } },
          { key: 'printer', text: 'Printer', image: { src: 'images/printer.png', width: 40, height: 40, alt: 'A printer' } }
        ]
      },
      cases: [
        { answer: { drops: { left: 'sim-box', right: 'router', middle: 'router-again' } }, state: 'right', fraction: 1 },
        { answer: { drops: { left: 'sim-box', right: 'router-again', middle: 'router' } }, state: 'right', fraction: 1 },
        { answer: { drops: { left: 'printer', right: 'router', middle: '' } }, state: 'partly-right', fraction: 1 / 3 },
        { answer: { drops: { left: 'printer' } }, state: 'wrong', fraction: 0 },
        { answer: { drops: {} }, state: 'not-answered', fraction: 0 },
        { answer: { drops: { left: '' } }, state: 'not-answered', fraction: 0 },
        { answer: { drops: { left: 'router', right: 'router' } }, state: 'unreadable', fraction: 0 },
        { answer: { drops: { left: 'lamp' } }, state: 'unreadable', fraction: 0 },
        { answer: { drops: { top: 'router' } }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'all-doors',
        kind: 'drag-image',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Where are officers posted?',
        reusable: true,
        shuffle: false,
        scoring: 'all-or-nothing',
        image: { src: 'images/plan.png', width: 100, height: 100, alt: 'The plan of a house' },
        zones: [{ key: 'front', x: 0, y: 0, width: 10, height: 10, item: 'officer' }, { key: 'back', x: 90, y: 90, width: 10, height: 10, item: 'officer' }],
        items: [{ key: 'officer', text: 'Officer' }, { key: 'nobody', text: 'Nobody' }]
      },
      cases: [
        { answer: { drops: { front: 'officer', back: 'officer' } }, state: 'right', fraction: 1 },
        { answer: { drops: { front: 'officer', back: 'nobody' } }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

// A form sends '' for a zone that was left empty.
function dropsOf ({ drops }: DragImageAnswer): ReadonlyMap<string, string> {
  return new Map(Object.entries(drops).filter(([, item]) => item !== ''))
}

function nameOf ({ key, text, image }: { readonly key: string, readonly text?: Text, readonly image?: ItemImage }): Text {
  return text ?? image?.alt ?? key
}
