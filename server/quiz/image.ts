import Type, { type Static } from 'typebox'
import { text } from './text.ts'

const src = Type.String({
  pattern: '^(?:https://[^\\s]+|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+|(?!/)(?!.*\\.\\.)(?![A-Za-z][A-Za-z0-9+.\\-]*:)[^\\s\\\\]+)$',
  maxLength: 3_000_000,
  title: 'a path inside the course such as `images/street.png`, or an https address'
})

const pixels = Type.Number({ exclusiveMinimum: 0, maximum: 20_000 })

/** A picture that is asked about. Points on it are in its pixels, whatever size it is shown at. */
export const image = Type.Object({
  src,
  width: pixels,
  height: pixels,
  alt: text
}, { additionalProperties: false, description: 'Width and height in pixels; alt says what is seen to those who cannot see it' })

export type Image = Static<typeof image>

/** A small picture that is an item by itself. */
export const itemImage = Type.Object({
  src,
  width: Type.Optional(pixels),
  height: Type.Optional(pixels),
  alt: text
}, { additionalProperties: false })

export type ItemImage = Static<typeof itemImage>

export const coordinate = Type.Number({ minimum: -20_000, maximum: 20_000 })
