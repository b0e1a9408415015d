/** A text that may say the same as others. */
export interface Comparable {
  readonly key: string
  /** Normalised: lower case, one space between words. */
  readonly words: string
}

/** Two texts and how much of their wording they share: 1 for the same words in the same order. */
export interface Alike {
  readonly a: string
  readonly b: string
  readonly share: number
}

/** Texts that share less of their three-word runs are not told. */
export const LEAST_SHARE = 0.6

const HASHES = 32
const ROWS = 4
/** Of shingles; longer texts are compared by their beginning. */
const MOST = 2000

/** Pairs of texts that are the same or nearly so, those most alike first.
 *
 * Texts are cut into runs of three words; which pairs are worth comparing is found by MinHash and banding (Broder, "On the
 * resemblance and containment of documents", 1997), which passes over two texts as alike as `least` in about one of a hundred
 * cases, and what is found is then held against the real share (Jaccard). Linear in the number of texts but for those alike. */
export function alikePairs (texts: readonly Comparable[], least = LEAST_SHARE): Alike[] {
  const shingled = texts.map(({ words }) => shinglesOf(words))
  const buckets = new Map<number, number[]>()
  const seeds = Uint32Array.from({ length: HASHES }, (_, index) => Math.imul(index + 1, 0x9e3779b1) | 1)
  shingled.forEach((shingles, index) => {
    if (shingles.length === 0) return
    for (let band = 0; band < HASHES; band += ROWS) {
      let name = mix(band)
      for (let at = band; at < band + ROWS; at++) name = mix(name ^ lowest(shingles, seeds[at] as number))
      const bucket = buckets.get(name)
      if (bucket === undefined) buckets.set(name, [index])
      else bucket.push(index)
    }
  })
  const compared = new Set<number>()
  const pairs: Alike[] = []
  for (const bucket of buckets.values()) {
    // A crowd of one wording: each is held against the first few, which is enough to find them all together.
    for (let first = 0; first < Math.min(bucket.length, 20); first++) {
      for (let second = first + 1; second < bucket.length; second++) {
        const [a, b] = [bucket[first] as number, bucket[second] as number]
        const pair = a * texts.length + b
        if (compared.has(pair)) continue
        compared.add(pair)
        const share = shareOf(shingled[a] as Uint32Array, shingled[b] as Uint32Array)
        if (share >= least) pairs.push({ a: (texts[a] as Comparable).key, b: (texts[b] as Comparable).key, share })
      }
    }
  }
  return pairs.sort((one, other) => other.share - one.share)
}

/** Which of many texts are the same as one, or nearly so, those most alike first. */
export function alikeTo (words: string, texts: readonly Comparable[], least = LEAST_SHARE): Array<{ readonly key: string, readonly share: number }> {
  const wanted = shinglesOf(words)
  if (wanted.length === 0) return []
  return texts.flatMap(({ key, words: other }) => {
    // So different in length that they cannot share enough.
    const ratio = other.length / words.length
    if (ratio < least / 2 || ratio > 2 / least) return []
    const share = shareOf(wanted, shinglesOf(other))
    return share >= least ? [{ key, share }] : []
  }).sort((one, other) => other.share - one.share)
}

/** The lowest of the shingles' hashes, as one of many hash functions has it. */
function lowest (shingles: Uint32Array, seed: number): number {
  let least = 0xffffffff
  for (let at = 0; at < shingles.length; at++) {
    const mixed = Math.imul((shingles[at] as number) ^ seed, 0x9e3779b1) >>> 0
    if (mixed < least) least = mixed
  }
  return least
}

/** Of two ascending lists. */
function shareOf (a: Uint32Array, b: Uint32Array): number {
  let [both, at, bt] = [0, 0, 0]
  while (at < a.length && bt < b.length) {
    const [one, other] = [a[at] as number, b[bt] as number]
    if (one === other) both++
    if (one <= other) at++
    if (other <= one) bt++
  }
  return both / (a.length + b.length - both)
}

const room = new Uint32Array(MOST)

/** Hashes of all runs of three words, each once, ascending; of a shorter text, of its words together. */
function shinglesOf (words: string): Uint32Array {
  let [count, hash, before, two] = [0, FNV, 0, 0]
  for (let at = 0; at <= words.length && count < MOST; at++) {
    const code = at === words.length ? SPACE : words.charCodeAt(at)
    if (code !== SPACE) { hash = Math.imul(hash ^ code, 0x01000193); continue }
    if (hash === FNV) continue
    room[count++] = mix(mix(two ^ before) ^ hash)
    // What the next run begins with: the word before this one, and this one.
    two = mix(before)
    before = mix(hash)
    hash = FNV
  }
  // The first two are of runs that are not complete; a text of one or two words has no other.
  const whole = count > 2 ? room.slice(2, count) : room.slice(Math.max(0, count - 1), count)
  whole.sort()
  let kept = 0
  for (let at = 0; at < whole.length; at++) if (at === 0 || whole[at] !== whole[at - 1]) whole[kept++] = whole[at] as number
  return whole.subarray(0, kept)
}

/** FNV-1a, 32 bits: where a hash begins. */
const FNV = 0x811c9dc5 | 0
const SPACE = 32

/** The finisher of MurmurHash3, 32 bits. */
function mix (value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
