import Type, { type TUnsafe } from 'typebox'

/** A whole number or null, of a body. Of a union of two schemas the first would be tried on whatever comes, and null read as 0;
 * one schema of two types takes both as they are. */
export function integerOrNull (options: { readonly description?: string } = {}): TUnsafe<number | null> {
  return Type.Unsafe<number | null>({ type: ['integer', 'null'], ...options })
}

/** A text or null, of a body. */
export function textOrNull (options: { readonly maxLength: number, readonly description?: string }): TUnsafe<string | null> {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
}
