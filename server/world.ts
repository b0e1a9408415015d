import { randomBytes } from 'node:crypto'

/** All that is not deterministic, passed in: so a rule can be tested at any moment and a paper rebuilt. */
export interface World {
  /** The present instant. */
  readonly now: () => Date
  /** A new identifier, unique everywhere and sortable by time: UUIDv7 (RFC 9562 §5.7). */
  readonly newId: () => string
  /** A new seed for a draw: 32 hexadecimal characters. */
  readonly newSeed: () => string
  /** `length` unguessable bytes: for serials and single-use links. */
  readonly newBytes: (length: number) => Uint8Array
}

export const realWorld: World = {
  now: () => new Date(),
  newId: () => uuidv7(Date.now(), fresh(10)),
  newSeed: () => fresh(16).toString('hex'),
  newBytes: (length) => Buffer.from(fresh(length))
}

/** Asked of the system a few thousand bytes at a time: asking costs more than they do. */
const STOCK = 4096
let stock = randomBytes(STOCK)
let used = 0

/** Bytes that nobody had before; to be read, not kept. */
function fresh (length: number): Buffer {
  if (length > STOCK) return randomBytes(length)
  if (used + length > STOCK) {
    stock = randomBytes(STOCK)
    used = 0
  }
  used += length
  return stock.subarray(used - length, used)
}

/** The real world by a clock of its own, which identifiers carry too. */
export function worldBy (clock: { readonly now: () => Date }): World {
  return { ...realWorld, now: clock.now, newId: () => uuidv7(clock.now().getTime(), fresh(10)) }
}

/** RFC 9562 §5.7: 48 bits of Unix milliseconds, version, 12 random bits, variant, 62 random bits.
 * @param random 10 random bytes */
export function uuidv7 (milliseconds: number, random: Uint8Array): string {
  const hex = milliseconds.toString(16).padStart(12, '0') + (random instanceof Buffer ? random : Buffer.from(random)).toString('hex')
  const version = '7' + hex.slice(13, 16)
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`
}

/** An instant as it is stored and answered: ISO 8601, UTC, milliseconds. */
export function instant (world: World): string {
  return world.now().toISOString()
}
