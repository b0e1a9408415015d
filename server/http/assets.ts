import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Refusal } from '../refusals.ts'
import type { App } from './app-type.ts'
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
  readonly files: ReadonlyMap<string, { readonly body: Buffer, readonly type: string, readonly version: string }>
}

/** Reads the few static files into memory; the content's hash in the address lets browsers keep them for ever. */
export function loadAssets (folder: string): Assets {
  const files = new Map(readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined).map((name) => {
    const body = readFileSync(join(folder, name))
    return [name, { body, type: TYPES[extname(name)] as string, version: createHash('sha256').update(body).digest('hex').slice(0, 16) }]
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

export function assetRoutes (app: App, assets: Assets): void {
  app.get('/assets/:version/:name', {
    config: { access: 'public' },
    schema: { hide: true, params: Type.Object({ version: Type.String(), name: Type.String() }) }
  }, async (request, reply) => {
    const file = assets.files.get(request.params.name)
    if (file === undefined) throw new Refusal('not-found')
    // A page of an older release may ask for an older version: serve what there is, but do not let it be kept.
    const keep = file.version === request.params.version ? 'public, max-age=31536000, immutable' : 'no-cache'
    return await reply.header('cache-control', keep).type(file.type).send(file.body)
  })
}
