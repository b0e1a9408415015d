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
import { getDraft, hashAt, openFile, saveFiles, textAt, type FileEdit, type Meanwhile, type OpenedFile, type SavedSince, type What } from './drafts.ts'
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
 * @param again what was sent by a form that changes a part of the file, or does something with the whole of it, to be sent once more; null where the file is sent whole */
export async function saveOrCompare (deps: Deps, checker: Checker, request: FastifyRequest, reply: FastifyReply, id: string, what: What, edits: readonly FileEdit[], again: {
  readonly fields: Readonly<Record<string, unknown>> | null
  /** What the file would say; null where that is said by `doing`. */
  readonly mine: (base: string, path: string) => string | null
  /** What is done with a file that is not written: a sentence, and the words of the button that does it all the same. */
  readonly doing?: { readonly said: string, readonly button: string }
  /** The fields that say what was seen, as they are by now; `version` when left out. */
  readonly stands?: (now: Meanwhile) => Readonly<Record<string, string | number>>
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
    const base = await textAt(db.read, id, now.path, seen)
    const mine = again.mine(base ?? '', now.path)
    const stands = Object.entries(again.stands?.(now) ?? { version: now.version }).map(([name, value]) => ({ name, value: String(value) }))
    const fields = again.fields === null ? null : Object.entries(again.fields).flatMap(([name, value]) => name === '_csrf' || stands.some((field) => field.name === name) ? [] : [{ name, value: String(value) }])
    const frame = await frameOf(deps, checker, request, id)
    return reply.status(409).page('drafts/conflict', conflictView(frame, {
      now, base, mine, doing: again.doing ?? null, merged: now.text === null || mine === null ? undefined : mergeLines(base ?? '', mine, now.text), fields, stands, action: again.action, backHref: again.backHref,
      hashes: { was: await hashAt(db, person, id, now.path, seen), is: frame.detail.files.find(({ path }) => path === now.path)?.hash ?? null }
    }, readerOf(request)))
  }
  return done()
}

/** What somebody saved since a draft was looked at, out of the refusal that says so; null for every other. */
export function savesIn (refusal: unknown): readonly SavedSince[] | null {
  if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile' || refusal.detail['changes'] === undefined) return null
  return refusal.detail['changes'] as readonly SavedSince[] // as savedSince says
}
