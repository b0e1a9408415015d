export type UrlParts = Readonly<Record<string, string | number>>
export type UrlQuery = Readonly<Record<string, string | number | null | undefined>>

/** Every URL of the product comes from here, so it can be mounted under any prefix.
 * `url('/enrolments/:id', { id })` → `/training/enrolments/0198…`; query values that are null or undefined are left out.
 * @throws Error when a `:part` of the path is not given */
export type Url = (path: string, parts?: UrlParts, query?: UrlQuery) => string

/** @param prefix '' or `/training`: starts with a slash, ends without */
export function makeUrl (prefix: string): Url {
  return (path, parts = {}, query = {}) => {
    const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
      const part = parts[name]
      if (part === undefined) throw new Error(`url '${path}' needs '${name}'`)
      return encodeURIComponent(part)
    })
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) search.set(name, String(value))
    }
    const tail = search.size > 0 ? `?${search.toString()}` : ''
    return prefix + filled + tail
  }
}
