import { wordsOf } from '../../people/words.ts'
import { nameKey } from '../../people/name-key.ts'
import type { Human } from './queries.ts'

/** Why two records may be one human being, each a message of its own. */
export type Likeness = 'same-name' | 'order' | 'script' | 'spelling' | 'part' | 'birthday' | 'swapped-birthday' | 'other-country'

type Facts = Pick<Human, 'name' | 'latinName' | 'country' | 'birthDay'>

/** What speaks for it, from the name to the passport; nothing for records that only somebody who knows would bring together. */
export function likenessOf (one: Facts, other: Facts): Likeness[] {
  const likeness: Likeness[] = []
  const name = nameLikeness(one, other)
  if (name !== null) likeness.push(name)
  if (one.birthDay !== null && one.birthDay === other.birthDay) likeness.push('birthday')
  else if (areSwapped(one.birthDay, other.birthDay)) likeness.push('swapped-birthday')
  if (one.country !== null && other.country !== null && one.country !== other.country && likeness.length > 0) likeness.push('other-country')
  return likeness
}

/** What speaks for any two of a group. */
export function likenessIn (people: readonly Facts[]): Likeness[] {
  return [...new Set(people.flatMap((one, at) => people.slice(at + 1).flatMap((other) => likenessOf(one, other))))]
}

function nameLikeness (one: Facts, other: Facts): Likeness | null {
  const [mine, theirs] = [namesOf(one), namesOf(other)]
  const pairs = mine.flatMap((a) => theirs.map((b) => [a, b] as const))
  if (pairs.some(([a, b]) => a.words === b.words && a.script === b.script)) return 'same-name'
  if (pairs.some(([a, b]) => a.sorted === b.sorted && a.script === b.script)) return 'order'
  const alike = pairs.filter(([a, b]) => a.key !== '' && a.key === b.key)
  if (alike.length > 0) return alike.every(([a, b]) => a.script !== b.script) ? 'script' : 'spelling'
  return pairs.some(([a, b]) => a.parts.some((part) => b.parts.includes(part))) ? 'part' : null
}

interface Name { readonly words: string, readonly sorted: string, readonly script: string, readonly key: string, readonly parts: readonly string[] }

// Everybody on a page is held against many others.
const read = new WeakMap<Facts, readonly Name[]>()

function namesOf (facts: Facts): readonly Name[] {
  const before = read.get(facts)
  if (before !== undefined) return before
  const names = (facts.latinName === null ? [facts.name] : [facts.name, facts.latinName]).map((name): Name => {
    const words = wordsOf(name)
    return { words: words.join(' '), sorted: words.toSorted().join(' '), script: scriptOf(name), key: nameKey(name), parts: partsOf(name) }
  })
  read.set(facts, names)
  return names
}

/** The parts of a name's key that say something: those of one consonant are in too many names. */
export function partsOf (name: string): string[] {
  return nameKey(name).split(' ').filter((part) => part.length > 1)
}

function scriptOf (name: string): string {
  return (['Arabic', 'Cyrillic', 'Han', 'Latin'] as const).find((script) => new RegExp(`\\p{Script=${script}}`, 'u').test(name)) ?? 'other'
}

/** Whether a day was written with day and month exchanged: 1990-03-05 for 1990-05-03. */
export function areSwapped (one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other && swapped(one) === other
}

/** The same day with day and month exchanged; as it stands where that is no day. */
export function swapped (day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return Number(date) > 12 ? day : `${year}-${date}-${month}`
}

/** Whether nothing says that they were born on different days. */
export function mayBeBornTogether (one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other || areSwapped(one, other)
}

/** People in groups of those who are linked, each group of two or more, in the order given. */
export function groupsOf (people: readonly Human[], linked: (one: Human, other: Human) => boolean): Human[][] {
  const groups: Human[][] = []
  for (const person of people) {
    const near = groups.filter((group) => group.some((other) => linked(person, other)))
    const [first] = near
    if (first === undefined) groups.push([person])
    else {
      for (const group of near.slice(1)) {
        first.push(...group)
        groups.splice(groups.indexOf(group), 1)
      }
      first.push(person)
    }
  }
  return groups.filter((group) => group.length > 1)
}
