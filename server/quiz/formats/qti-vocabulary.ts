import { elementsIn, type XmlElement } from './xml.ts'

// QTI 3.0 writes `qti-base-value base-type`, QTI 2 `baseValue baseType`. Everything that reads an item asks for the names of QTI 2.

const OTHERWISE: Readonly<Record<string, string>> = { durationLt: 'durationLT', durationGte: 'durationGTE' }

/** The name of an element as QTI 2 writes it, whichever version it is of. */
export function nameOf ({ name }: XmlElement): string {
  return qti2Name(name)
}

export function qti2Name (name: string): string {
  return name.startsWith('qti-') ? renamed(name) : name
}

const renamed = kept(name => {
  const camel = camelCase(name.slice(4))
  return OTHERWISE[camel] ?? camel
})

/** A change of names that remembers the first thousand of them: an item has the same few over and over. */
function kept (change: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>()
  return name => {
    const found = known.get(name)
    if (found !== undefined) return found
    const changed = change(name)
    if (known.size < 1000) known.set(name, changed)
    return changed
  }
}

/** An attribute by its name in QTI 2. */
export function attribute ({ attributes }: XmlElement, name: string): string | undefined {
  return attributes.size === 0 ? undefined : attributes.get(name) ?? attributes.get(kebabCase(name))
}

/** An attribute by its name in QTI 2, without space around it; '' where there is none. */
export function wordIn (element: XmlElement, name: string): string {
  return attribute(element, name)?.trim() ?? ''
}

/** Child elements of a name in QTI 2, or all. */
export function partsOf (element: XmlElement | undefined, name?: string): XmlElement[] {
  if (element === undefined) return []
  return name === undefined ? elementsIn(element) : element.children.filter((child): child is XmlElement => typeof child !== 'string' && nameOf(child) === name)
}

/** The first child element of a name in QTI 2. */
export function partOf (element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child): child is XmlElement => typeof child !== 'string' && nameOf(child) === name)
}

/** Every element inside, at any depth and in the order of the file, that has one of the names in QTI 2. */
export function insideOf (element: XmlElement, names: ReadonlySet<string>): XmlElement[] {
  const found: XmlElement[] = []
  gather(element, names, found)
  return found
}

function gather ({ children }: XmlElement, names: ReadonlySet<string>, found: XmlElement[]): void {
  for (const child of children) {
    if (typeof child === 'string') continue
    if (names.has(nameOf(child))) found.push(child)
    gather(child, names, found)
  }
}

/** Whether an attribute says true. */
export function isTrue (element: XmlElement, name: string, otherwise = false): boolean {
  const value = attribute(element, name)?.trim()
  return value === undefined ? otherwise : value === 'true' || value === '1'
}

/** A whole number in an attribute; undefined where there is none. */
export function wholeIn (element: XmlElement, name: string): number | undefined {
  const value = wordIn(element, name)
  return /^[+-]?\d{1,15}$/.test(value) ? Number(value) : undefined
}

/** A number in an attribute; undefined where there is none. */
export function numberIn (element: XmlElement, name: string): number | undefined {
  return numberOf(wordIn(element, name))
}

/** A number as XML Schema's double writes it, of finite value; undefined for anything else. */
export function numberOf (text: string): number | undefined {
  const value = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*$/.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? value : undefined
}

/** `base-type` as `baseType`. */
export function camelCase (name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `baseType` as `base-type`. */
export const kebabCase = kept(name => name.replace(/[A-Z]+/g, letters => `-${letters.toLowerCase()}`))
