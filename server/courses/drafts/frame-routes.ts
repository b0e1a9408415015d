import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Tx } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { signedIn } from '../../http/session.ts'
import { LANGUAGE } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import type { Reader } from '../views.ts'
import type { Checker } from './check.ts'
import { sketchOf } from './course-edits.ts'
import { getDraft, openFile, saveFiles, textAt, type FileEdit, type Meanwhile, type OpenedFile, type What } from './drafts.ts'
import type { Frame } from './frame-view.ts'
import { conflictView } from './history-views.ts'
import { mergeLines } from './line-diff.ts'

export const PAGE = { hide: true } as const
export const Id = Type.String({ minLength: 1, maxLength: 64 })
export const ById = Type.Object({ id: Id })
export const Path = Type.String({ minLength: 1, maxLength: 200 })
export const Language = Type.String({ pattern: LANGUAGE, maxLength: 35 })
export const Version = Type.Integer({ minimum: 0 })
export const words = Type.String({ maxLength: 20_000, default: '' })
/** A form whose fields have names of their own (`title.en`). */
export const fields = { additionalProperties: Type.String({ maxLength: 20_000 }) }
export const COURSE = 'course.yaml'

/** What every page of a draft needs to know first. @throws Refusal not-found */
export async function frameOf ({ db }: Pick<Deps, 'db'>, checker: Checker, request: FastifyRequest, id: string): Promise<Frame> {
  const detail = await getDraft(db, signedIn(request), id)
  const checked = await checker.check(db.read, detail.files)
  const course = detail.files.some(({ path }) => path === COURSE) ? (await openFile(db, signedIn(request), id, COURSE)).text : null
  return { detail, checked, sketch: course === null ? undefined : sketchOf(course) }
}

export async function optionalFile ({ db }: Deps, request: FastifyRequest, id: string, path: string, { detail }: Frame): Promise<OpenedFile | undefined> {
  return detail.files.some((file) => file.path === path) ? await openFile(db, signedIn(request), id, path) : undefined
}

export function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}

/** Saves, and when another save came first shows both instead of losing one.
 * @param again what was sent by a form that changes a part of the file, to be sent once more; null where the file is sent whole */
export async function saveOrCompare (deps: Deps, checker: Checker, request: FastifyRequest, reply: FastifyReply, id: string, what: What, edits: readonly FileEdit[], again: {
  readonly fields: Readonly<Record<string, unknown>> | null
  readonly mine: (base: string) => string
  readonly backHref: string
  readonly action: string
  /** What goes with the save. */
  readonly also?: (tx: Tx) => Promise<void>
}, done: () => FastifyReply): Promise<FastifyReply> {
  const { db, world } = deps
  const person = signedIn(request)
  try {
    await saveFiles(db, world, person, id, what, edits, again.also)
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile' || refusal.detail['now'] === undefined) throw refusal
    const now = refusal.detail['now'] as Meanwhile // as saveFiles says
    const seen = edits.find(({ path }) => path === now.path)?.version ?? 0
    const base = await textAt(db.read, id, now.path, seen) ?? ''
    const mine = again.mine(base)
    const fields = again.fields === null ? null : Object.entries(again.fields).flatMap(([name, value]) => name === 'version' || name === '_csrf' ? [] : [{ name, value: String(value) }])
    const frame = await frameOf(deps, checker, request, id)
    return reply.status(409).page('drafts/conflict', conflictView(frame, {
      now, base, mine, merged: now.text === null ? undefined : mergeLines(base, mine, now.text), fields, action: again.action, backHref: again.backHref
    }, readerOf(request)))
  }
  return done()
}
