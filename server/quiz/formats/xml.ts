/** An element of a file: its name without a prefix, its attributes as written, its children in their order. */
export interface XmlElement {
  readonly name: string
  /** '' where none is declared */
  readonly namespace: string
  /** by their names as written, with prefixes */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlNode[]
  /** of its start tag, from 1 */
  readonly line: number
}
export type XmlNode = XmlElement | string

/** Why a text is no XML that is read here. */
export class XmlError extends Error {
  readonly line: number
  constructor (message: string, line: number) {
    super(message)
    this.name = 'XmlError'
    this.line = line
  }
}

/** What a file may not exceed. */
const LIMITS = { depth: 256, attributes: 256, tag: 1_000_000, doctype: 100_000, nodes: 500_000, characters: 64_000_000 } as const

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
// Everything that XML 1.0 §2.2 does not count among characters.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const ALL_FORBIDDEN = new RegExp(FORBIDDEN, 'g')
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}._-]*(?::[\p{L}_][\p{L}\p{M}\p{N}._-]*)?/uy
// An attribute as nearly all are written; of any other, what is wrong with it is said.
const PLAIN_ATTRIBUTE = /[ \t\n]+([A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?)="([^"<&\t\n]*)"/y
const [GREATER, LESS, DOUBLE, SINGLE] = [0x3e, 0x3c, 0x22, 0x27] as const
const SPACE = /[ \t\r\n]*/y
// Each part begins with what no other does: it never goes back.
const DOCTYPE = /<!DOCTYPE[^[>]*(?:\[(?:\s|<!--(?:[^-]|-[^-])*-->|<!(?:ELEMENT|ATTLIST)\s(?:"[^"]*"|'[^']*'|[^<>"'])*>)*\]\s*)?>/y

interface Open {
  readonly qualified: string
  readonly element: { name: string, namespace: string, attributes: ReadonlyMap<string, string>, children: XmlNode[], line: number }
  readonly namespaces: ReadonlyMap<string, string>
}

/** Reads XML 1.0 strictly and without documents type definitions: of entities only the five that XML itself defines and
 * numeric references, so that a file can neither grow nor reach for another. A DOCTYPE is passed over, and refused when it
 * declares anything but elements and attributes. Depth, attributes and sizes are bounded. Linear in the length of the file.
 *
 * @param chunks the text, in pieces of any length
 * @param depth 0: the root is handed out; 1: each child of the root as it ends; 2: each of their children; and what was handed out
 * is forgotten, so that a long file takes no more memory than its largest part
 * @throws XmlError at the first thing that is wrong, with its line */
export function * readElements (chunks: Iterable<string>, depth: 0 | 1 | 2): Generator<XmlElement> {
  for (const { element } of readParts(chunks, (_, level) => level === depth)) yield element
}

/** A part of a file, and the elements around it, from the root inwards, with their attributes and nothing of what is in them. */
export interface XmlPart { readonly element: XmlElement, readonly around: readonly XmlElement[] }

/** Reads as `readElements`, and hands out whichever elements are parts: each as it ends, unless it stands inside of another.
 * @param isPart by the name of an element and how many are around it
 * @throws XmlError */
export function * readParts (chunks: Iterable<string>, isPart: (name: string, level: number) => boolean): Generator<XmlPart> {
  const stack: Open[] = []
  const source = sourceOf(chunks)
  let nodes = 0
  let characters = 0
  let finished = false
  /** How many elements are around the part that is open. */
  let level: number | undefined
  const around = (): XmlElement[] => stack.map(({ element }) => element)
  const put = (text: string): void => {
    const parent = stack.at(-1)
    if (parent === undefined) {
      if (text.trim() !== '') throw source.wrong('text stands outside of the root element')
      return
    }
    // What is between the elements handed out is kept by nobody.
    if (level === undefined) return
    characters += text.length
    if (characters > LIMITS.characters) throw source.wrong('an element is larger than is read')
    const { children } = parent.element
    const last = children.at(-1)
    if (typeof last === 'string') children[children.length - 1] = last + text
    else if (text !== '') children.push(text)
  }
  for (;;) {
    const token = source.token()
    if (token === undefined) break
    switch (token.type) {
      case 'text':
        if (token.isCdata && stack.length === 0) throw source.wrong('text stands outside of the root element')
        put(token.text)
        break
      case 'end': {
        const open = stack.pop()
        if (open?.qualified !== token.name) {
          throw source.wrong(open === undefined ? `</${token.name}> ends nothing` : `</${token.name}> stands where </${open.qualified}> is needed, for the element of line ${open.element.line}`)
        }
        if (stack.length === 0) finished = true
        if (stack.length === level) {
          nodes = characters = 0
          level = undefined
          yield { element: open.element, around: around() }
        }
        break
      }
      case 'start': {
        if (finished) throw source.wrong('a second element stands beside the root')
        if (stack.length >= LIMITS.depth) throw source.wrong(`elements are nested deeper than ${LIMITS.depth}`)
        if (++nodes > LIMITS.nodes) throw source.wrong('an element holds more elements than are read')
        const parent = stack.at(-1)
        const open = opened(token, parent?.namespaces ?? NO_NAMESPACES)
        // What is handed out goes to the caller alone.
        if (level !== undefined) parent?.element.children.push(open.element)
        else if (isPart(open.element.name, stack.length)) level = stack.length
        if (!token.isEmpty) stack.push(open)
        else {
          if (stack.length === 0) finished = true
          if (stack.length === level) {
            nodes = characters = 0
            level = undefined
            yield { element: open.element, around: around() }
          }
        }
      }
    }
  }
  const open = stack.at(-1)
  if (open !== undefined) throw source.wrong(`<${open.qualified}> of line ${open.element.line} is never closed`)
  if (!finished) throw source.wrong('there is no element in it')
}

/** The name of the root, without its prefix, or why it has none. Nothing after its start tag is looked at. */
export function rootNameOr (text: string): string | { readonly line: number, readonly problem: string } {
  const source = sourceOf([text])
  try {
    for (;;) {
      const token = source.token()
      if (token?.type === 'start') return token.name.slice(token.name.indexOf(':') + 1)
      if (token?.type !== 'text' || token.isCdata || token.text.trim() !== '') throw source.wrong('there is no element in it')
    }
  } catch (error) {
    const { line, message } = error as XmlError // nothing else is thrown by what is in memory
    return { line, problem: message }
  }
}

/** The root of a whole text. @throws XmlError */
export function readXml (text: string): XmlElement {
  return [...readElements([text], 0)][0]!
}

/** The root of a whole text, or what is made of why it has none. */
export function readXmlOr<T> (text: string, otherwise: (error: XmlError) => T): XmlElement | T {
  try {
    return readXml(text)
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return otherwise(error)
  }
}

const NO_NAMESPACES: ReadonlyMap<string, string> = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']])

function opened ({ name, attributes, line }: Start, outer: ReadonlyMap<string, string>): Open {
  let namespaces = outer
  for (const [key, uri] of attributes) {
    if (key !== 'xmlns' && !key.startsWith('xmlns:')) continue
    namespaces = new Map([...namespaces, [key.slice(6), uri]])
  }
  const colon = name.indexOf(':')
  return {
    qualified: name,
    element: { name: name.slice(colon + 1), namespace: namespaces.get(colon === -1 ? '' : name.slice(0, colon)) ?? '', attributes, children: [], line },
    namespaces
  }
}

interface Start { readonly type: 'start', readonly name: string, readonly attributes: ReadonlyMap<string, string>, readonly isEmpty: boolean, readonly line: number }
type Token = Start | { readonly type: 'end', readonly name: string } | { readonly type: 'text', readonly text: string, readonly isCdata: boolean }

interface Source {
  /** the next tag, or text as far as it is there; comments and instructions are passed over; undefined at the end */
  token (): Token | undefined
  wrong (message: string): XmlError
}

function sourceOf (chunks: Iterable<string>): Source {
  const rest = chunks[Symbol.iterator]()
  let buffer = ''
  let at = 0
  let line = 1
  let ended = false
  let begun = false

  /** Adds the next chunk. @returns false at the end */
  const more = (): boolean => {
    if (ended) return false
    const next = rest.next()
    if (next.done === true) ended = true
    else {
      buffer = buffer.slice(at) + next.value
      at = 0
    }
    return !ended
  }
  const wrong = (message: string): XmlError => new XmlError(message, line)
  const take = (end: number): string => {
    const taken = buffer.slice(at, end)
    at = end
    for (let found = taken.indexOf('\n'); found !== -1; found = taken.indexOf('\n', found + 1)) line++
    return taken
  }
  const checked = (text: string): string => {
    if (FORBIDDEN.test(text)) throw wrong('a character stands in it that XML does not allow')
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  }
  /** Where a mark ends, adding chunks until it does. Looked for from where the last look ended. */
  const find = (mark: string, missing: string, longest: number = LIMITS.characters): number => {
    let from = at
    for (;;) {
      const found = buffer.indexOf(mark, from)
      if (found !== -1) return found
      if (buffer.length - at > longest) throw wrong(missing)
      from -= at
      const seen = buffer.length - at
      if (!more()) throw wrong(missing)
      from = at + Math.max(0, seen - mark.length + 1)
    }
  }
  const reach = (length: number): boolean => {
    while (buffer.length - at < length) if (!more()) return false
    return true
  }
  const starts = (mark: string): boolean => {
    reach(mark.length)
    return buffer.startsWith(mark, at)
  }
  const skip = (end: string, missing: string): string => {
    const until = find(end, missing)
    return checked(take(until + end.length))
  }

  const textRun = (): string => {
    let next = buffer.indexOf('<', at)
    while (next === -1 && buffer.length - at < 1024 && more()) next = buffer.indexOf('<', at)
    let end = next === -1 ? buffer.length : next
    if (next === -1 && !ended) {
      // A reference, a line end, a character or `]]>` may go on in the next chunk.
      const amp = buffer.lastIndexOf('&')
      if (amp >= at && end - amp < 16) end = amp
      else while (end > at && /[\r\]\ud800-\udbff]/.test(buffer[end - 1]!)) end--
      if (end === at) end = buffer.length
    }
    const text = checked(take(end))
    if (text.includes(']]>')) throw wrong('`]]>` stands in a text')
    return resolved(text, wrong)
  }

  return {
    wrong,
    token () {
      for (;;) {
        if (!reach(1)) return undefined
        if (!begun) {
          begun = true
          if (buffer[at] === '\ufeff') {
            at++
            continue
          }
        }
        if (buffer[at] !== '<') return { type: 'text', text: textRun(), isCdata: false }
        if (starts('<!--')) {
          take(at + 4)
          const comment = skip('-->', 'a comment is never closed')
          if (comment.slice(0, -3).includes('--')) throw wrong('`--` stands in a comment')
        } else if (starts('<![CDATA[')) {
          take(at + 9)
          const text = skip(']]>', 'a CDATA section is never closed').slice(0, -3)
          return { type: 'text', text, isCdata: true }
        } else if (starts('<?')) skip('?>', 'an instruction is never closed')
        else if (starts('<!DOCTYPE')) {
          take(doctypeEnd())
        } else if (starts('<!')) throw wrong('declarations are not read')
        else if (starts('</')) {
          const end = take(find('>', 'a tag is never closed', LIMITS.tag) + 1)
          const name = end.slice(2, -1).trimEnd()
          if (nameIn(name, 0) !== name) throw wrong('an end tag has no proper name')
          return { type: 'end', name }
        } else return start()
      }
    }
  }

  /** Where a DOCTYPE ends. Between brackets it may say what elements and attributes there are, and no more. */
  function doctypeEnd (): number {
    for (;;) {
      DOCTYPE.lastIndex = at
      if (DOCTYPE.test(buffer)) return DOCTYPE.lastIndex
      if (buffer.length - at > LIMITS.doctype || !more()) {
        throw wrong(/^[^>]*\[/.test(buffer.slice(at)) ? 'a document type that declares more than elements and attributes is not read' : 'a DOCTYPE is never closed')
      }
    }
  }

  function start (): Start {
    const began = line
    const end = tagEnd()
    const tag = checked(take(end + 1))
    const isEmpty = tag.endsWith('/>')
    const inside = tag.slice(1, isEmpty ? -2 : -1)
    const name = nameIn(inside, 0)
    if (name === undefined) throw wrong('`<` stands in a text, or a tag has no name')
    const attributes = new Map<string, string>()
    let place = name.length
    while (place < inside.length) {
      PLAIN_ATTRIBUTE.lastIndex = place
      const [whole, plainKey, plainValue] = PLAIN_ATTRIBUTE.exec(inside) ?? []
      if (whole !== undefined && !attributes.has(plainKey!) && attributes.size < LIMITS.attributes) {
        attributes.set(plainKey!, plainValue!)
        place += whole.length
        continue
      }
      const from = spaceEnd(inside, place)
      if (from === inside.length) break
      const key = nameIn(inside, from)
      if (from === place || key === undefined) throw wrong(`an attribute of <${name}> has no proper name`)
      const equals = spaceEnd(inside, from + key.length)
      const quoteAt = inside[equals] === '=' ? spaceEnd(inside, equals + 1) : -1
      const quote = inside[quoteAt]
      const close = quote === '"' || quote === "'" ? inside.indexOf(quote, quoteAt + 1) : -1
      if (close === -1) throw wrong(`the attribute ${key} of <${name}> has no value in quotes`)
      const value = inside.slice(quoteAt + 1, close)
      if (value.includes('<')) throw wrong(`\`<\` stands in the attribute ${key} of <${name}>`)
      if (attributes.has(key)) throw wrong(`the attribute ${key} of <${name}> stands twice`)
      attributes.set(key, resolved(value.replace(/[\t\n]/g, ' '), wrong))
      if (attributes.size > LIMITS.attributes) throw wrong(`<${name}> has more than ${LIMITS.attributes} attributes`)
      place = close + 1
    }
    return { type: 'start', name, attributes, isEmpty, line: began }
  }

  /** Where a start tag ends: at a `>` outside of quotes. */
  function tagEnd (): number {
    let quote = 0
    for (let index = at + 1; index - at <= LIMITS.tag; index++) {
      // A chunk may be empty.
      while (index === buffer.length) {
        const done = index - at
        if (!more()) throw wrong('a tag is never closed')
        index = at + done
      }
      const code = buffer.charCodeAt(index)
      if (quote !== 0) {
        if (code === quote) quote = 0
      } else if (code === GREATER) return index
      else if (code === LESS) throw wrong('`<` stands in a tag')
      else if (code === DOUBLE || code === SINGLE) quote = code
    }
    throw wrong('a tag is longer than is read')
  }
}

function nameIn (text: string, at: number): string | undefined {
  NAME.lastIndex = at
  return NAME.exec(text)?.[0]
}

function spaceEnd (text: string, at: number): number {
  SPACE.lastIndex = at
  SPACE.exec(text)
  return SPACE.lastIndex
}

/** A text with its references resolved. */
function resolved (text: string, wrong: (message: string) => XmlError): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[0-9a-fA-F]{1,8};|#[0-9]{1,8};|[A-Za-z]{1,8};)?/g, (_, reference: string | undefined) => {
    if (reference === undefined) throw wrong('`&` stands in a text without a reference; it is written `&amp;`')
    const name = reference.slice(0, -1)
    if (!name.startsWith('#')) {
      const found = ENTITIES[name]
      if (found === undefined || !Object.hasOwn(ENTITIES, name)) throw wrong(`the entity &${name}; is not defined`)
      return found
    }
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    const character = code > 0x10ffff ? '\u0000' : String.fromCodePoint(code)
    if (FORBIDDEN.test(character)) throw wrong(`the reference &${name}; stands for no character that XML allows`)
    return character
  })
}

const decoders = new Map<string, TextDecoder>()

/** A decoder takes longer to make than a short file to decode. */
function decoderOf (encoding: string): TextDecoder {
  const decoder = decoders.get(encoding) ?? new TextDecoder(encoding, { fatal: true })
  decoders.set(encoding, decoder)
  return decoder
}

/** Bytes of an XML file as text: UTF-8, UTF-16 with its byte order mark or by its first characters, or what its declaration
 * names, of the Latin encodings.
 * @returns the text, or why it is none */
export function decodeXml (bytes: Uint8Array): { readonly text: string } | { readonly problem: string } {
  const [a, b] = bytes
  const wide = (a === 0xff && b === 0xfe) || (a === 0x3c && b === 0) ? 'utf-16le' : (a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c) ? 'utf-16be' : undefined
  // A declaration begins with `<?`, after a mark or without.
  const head = b === 0x3f || a === 0xef ? decoderOf('latin1').decode(bytes.subarray(0, 200)) : ''
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1]?.toLowerCase()
  const encoding = wide ?? (declared === undefined || /^utf-?(8|16)$/.test(declared) ? 'utf-8' : declared)
  if (!/^(utf-8|utf-16[lb]e|us-ascii|iso-8859-\d+|windows-125\d)$/.test(encoding)) return { problem: `it is written in ${encoding}, which is not read; write it in UTF-8` }
  try {
    return { text: decoderOf(encoding).decode(bytes) }
  } catch {
    return { problem: `it is not written in ${encoding === 'utf-8' ? 'UTF-8' : encoding}` }
  }
}

/** Elements among the children, of one name or all. */
export function elementsIn (element: XmlElement, name?: string): XmlElement[] {
  return element.children.filter(child => typeof child !== 'string' && (name === undefined || child.name === name)) as XmlElement[]
}

/** The first child element of a name. */
export function elementIn (element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child): child is XmlElement => typeof child !== 'string' && child.name === name)
}

/** All text inside, its elements' included. */
export function textIn (element: XmlElement | undefined): string {
  return element === undefined ? '' : element.children.map(child => typeof child === 'string' ? child : textIn(child)).join('')
}

/** Every element inside at any depth, in the order of the file. */
export function * allIn (element: XmlElement, name?: string): Generator<XmlElement> {
  for (const child of element.children) {
    if (typeof child === 'string') continue
    if (name === undefined || child.name === name) yield child
    yield * allIn(child, name)
  }
}

/** A text as it stands in an element. What XML does not allow at all is left out. */
export function escapeXml (text: string): string {
  return text.replace(ALL_FORBIDDEN, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\r', '&#13;')
}
