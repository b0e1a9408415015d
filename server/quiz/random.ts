/** Numbers that look random and are wholly determined by a seed, so that a paper can be drawn again years later.
 * What a seed yields never changes: golden values in the tests hold it. */
export interface Random {
  /** a whole number from 0 up to, but not including, the bound (1 to 2³²); each is equally likely */
  below (bound: number): number
}

/** sfc32 (Chris Doty-Humphrey, PractRand), its four words set by hashing the seed's UTF-16 units as cyrb128 does (public
 * domain, bryc), with 15 outputs thrown away. Not for secrets: who knows the seed knows the paper.
 * @param seed any text; streams of one attempt are kept apart by adding to it, such as `${seed}/order/${key}` */
export function randomFrom (seed: string): Random {
  let [a, b, c, d] = hash(seed)
  function next (): number {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t | 0
    return t >>> 0
  }
  for (let i = 0; i < 15; i++) next()
  return {
    below (bound) {
      // Values from the last, incomplete run are drawn again: they would favour small numbers.
      const fair = 2 ** 32 - 2 ** 32 % bound
      let value = next()
      while (value >= fair) value = next()
      return value % bound
    }
  }
}

/** Some of the items, in the order drawn; the list given stays as it is. Each selection and order is equally likely.
 * @param count how many, at most the number of items */
export function pick<T> (items: readonly T[], count: number, random: Random): T[] {
  const left = [...items]
  const picked: T[] = []
  while (picked.length < count) picked.push(...left.splice(random.below(left.length), 1))
  return picked
}

/** All items in a random order. */
export function shuffle<T> (items: readonly T[], random: Random): T[] {
  return pick(items, items.length, random)
}

function hash (text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  const all = a ^ b ^ c ^ d
  return [all, b ^ all, c ^ all, d ^ all]
}
