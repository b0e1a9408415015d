export type UrlParts = Readonly<Record<string, string | number>>
export type UrlQuery = Readonly<Record<string, string | number | null | undefined>>

/** Every URL of the product comes from here, so it can be mounted under any prefix.
 * `url('/enrolments/:id', { id })` → `/training/enrolments/0198…`; query values that are null or undefined are left out.
 * @throws Error when a `:part` of the path is not given */
export type Url = (path: string, parts?: UrlParts, query?: UrlQuery) => string

/** @param prefix '' or `/training`: starts with a slash, ends without */
export function makeUrl (prefix: string): Url {
  return (path, parts = {}, query = {}) => {
    let filled = prefix
    for (const piece of piecesOf(path)) {
      if (typeof piece === 'string') filled += piece
      else {
        const part = parts[piece.name]
        if (part === undefined) throw new Error(`url '${path}' needs '${piece.name}'`)
        filled += encoded(part)
      }
    }
    let mark = '?'
    for (const name in query) {
      const value = query[name]
      if (value === null || value === undefined) continue
      filled += `${mark}${inQuery(name)}=${inQuery(value)}`
      mark = '&'
    }
    return filled
  }
}

type Piece = string | { readonly name: string }

/** Paths are written in the code: there are as many as there are routes. */
const pieces = new Map<string, readonly Piece[]>()

function piecesOf (path: string): readonly Piece[] {
  const known = pieces.get(path)
  if (known !== undefined) return known
  const made = path.split(/(:[A-Za-z]+)/).filter((piece) => piece !== '').map((piece) => /^:[A-Za-z]/.test(piece) ? { name: piece.slice(1) } : piece)
  pieces.set(path, made)
  return made
}

// Ids and numbers, which most parts are, need no escape.
const PLAIN = /^[A-Za-z0-9_-]*$/

function encoded (part: string | number): string {
  return typeof part === 'number' || PLAIN.test(part) ? String(part) : encodeURIComponent(part)
}

/** As a form would say it (WHATWG URL §5.2): a space is a plus. */
function inQuery (value: string | number): string {
  const text = String(value)
  return PLAIN.test(text) ? text : new URLSearchParams([[text, '']]).toString().slice(0, -1)
}
