import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { Refusal } from '../refusals.ts'
import type { App } from './app-type.ts'
import { accepts } from './splice.ts'
import Type from 'typebox'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

export interface Assets {
  /** The versioned path of a file, before the prefix: `/assets/3f2a…/muster.css`. Throws for one that is not there. */
  readonly path: (name: string) => string
  readonly files: ReadonlyMap<string, Asset>
}

export interface Asset {
  readonly body: Buffer
  readonly type: string
  readonly version: string
  /** The body compressed: once, when it is first asked for, away from the event loop. null where it gains nothing. */
  readonly encoded: (encoding: Encoding) => Promise<Buffer | null>
}

type Encoding = 'br' | 'gzip'

const COMPRESS: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: promisify(brotliCompress),
  gzip: async (body) => await promisify(gzip)(body, { level: 9 })
}

/** Reads the few static files into memory; the content's hash in the address lets browsers keep them for ever. */
export function loadAssets (folder: string): Assets {
  const files = new Map(readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined).map((name) => {
    const body = readFileSync(join(folder, name))
    const kept = new Map<Encoding, Promise<Buffer | null>>()
    return [name, {
      body,
      type: TYPES[extname(name)] as string,
      version: createHash('sha256').update(body).digest('hex').slice(0, 16),
      encoded: async (encoding: Encoding) => {
        const known = kept.get(encoding)
        if (known !== undefined) return await known
        const made = COMPRESS[encoding](body).then((smaller) => smaller.length < body.length * 0.95 ? smaller : null)
        kept.set(encoding, made)
        return await made
      }
    }]
  }))
  return {
    files,
    path: (name) => {
      const file = files.get(name)
      if (file === undefined) throw new Error(`no static file '${name}'`)
      return `/assets/${file.version}/${name}`
    }
  }
}

function encodingFor (header: string | string[] | undefined): Encoding | null {
  return accepts(header, 'br') ? 'br' : accepts(header, 'gzip') ? 'gzip' : null
}

export function assetRoutes (app: App, assets: Assets): void {
  app.get('/assets/:version/:name', {
    config: { access: 'public', load: 'always' },
    schema: { hide: true, params: Type.Object({ version: Type.String(), name: Type.String() }) }
  }, async (request, reply) => {
    const file = assets.files.get(request.params.name)
    if (file === undefined) throw new Refusal('not-found')
    // A page of an older release may ask for an older version: serve what there is, but do not let it be kept.
    const keep = file.version === request.params.version ? 'public, max-age=31536000, immutable' : 'no-cache'
    void reply.header('cache-control', keep).header('vary', 'accept-encoding').header('etag', `"${file.version}"`).type(file.type)
    if (request.headers['if-none-match']?.includes(`"${file.version}"`) === true) return await reply.status(304).send()
    const encoding = encodingFor(request.headers['accept-encoding'])
    const encoded = encoding === null ? null : await file.encoded(encoding)
    if (encoded === null) return await reply.send(file.body)
    return await reply.header('content-encoding', encoding).send(encoded)
  })
}
