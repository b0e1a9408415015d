import { Refusal } from './refusals.ts'

/** Where a page of a list ended, as an opaque text for the next one. */
export function cursorOf (place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** @param shape one `typeof` a part: what the cursor of this list holds
 * @returns the parts, or null without a cursor
 * @throws Refusal bad-input for one that this list did not give */
export function readCursor (cursor: string | null, shape: ReadonlyArray<'string' | 'number'>): ReadonlyArray<string | number> | null {
  if (cursor === null) return null
  const place = parsed(cursor)
  if (!Array.isArray(place) || place.length !== shape.length || !shape.every((type, index) => typeof place[index] === type)) {
    throw new Refusal('bad-input', {}, [{ path: 'cursor', message: 'is not a cursor of this list' }])
  }
  return place as ReadonlyArray<string | number>
}

function parsed (cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}
