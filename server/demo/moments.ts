import { randomFrom } from '../quiz/random.ts'
import { uuidv7, type World } from '../world.ts'

/** The world as it was at an instant of the sample programme's past. */
export type Moments = (at: string) => World

/** Identifiers, seeds and serials from one seeded stream, so that the same day gives the same programme. They can be
 * guessed by whoever knows the seed: for sample data alone. */
export function momentsFrom (seed: string): Moments {
  const random = randomFrom(`${seed}/moments`)
  const newBytes = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    let word = 0
    for (let at = 0; at < length; at++) {
      word = at % 4 === 0 ? random.below(2 ** 32) : word >>> 8
      bytes[at] = word & 255
    }
    return bytes
  }
  return (at) => {
    const milliseconds = Date.parse(at)
    return {
      now: () => new Date(milliseconds),
      newId: () => uuidv7(milliseconds, newBytes(10)),
      newSeed: () => Buffer.from(newBytes(16)).toString('hex'),
      newBytes
    }
  }
}
