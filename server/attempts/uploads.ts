import { createHash } from 'node:crypto'
import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import { kindOf } from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { act, readAttempt, type Saved } from './attempts.ts'
import { checkFile, MAX_ATTEMPT_BYTES, mostBytes, type FileFault, type FilesControl } from './file-rules.ts'
import { deleteUpload, insertUpload, selectUploadBytes, selectUploads, type Upload } from './queries.ts'
import { definitionsOf } from './sitting.ts'

/** What a file's refusal says of itself. */
export interface FileRefused {
  readonly reason: FileFault
  readonly name: string
  readonly slot: number
  readonly maxBytes: number
  readonly maxFiles: number
  readonly types: readonly string[]
}

const FAULTS: Readonly<Record<FileFault, (refused: FileRefused) => string>> = {
  empty: () => 'is empty',
  'too-large': ({ maxBytes }) => `is larger than ${maxBytes} bytes`,
  'too-many': ({ maxFiles }) => `is one file more than the ${maxFiles} that are taken`,
  type: ({ types }) => `is none of ${types.join(', ')}`,
  content: () => 'does not hold what the ending of its name says',
  program: () => 'is a program',
  'attempt-full': () => `makes the files of the attempt larger than ${MAX_ATTEMPT_BYTES} bytes`
}

/** Adds a file to the answer of a slot: it is kept, and answers, when this returns. The same bytes sent to the same slot again
 * are the same file, so that whoever did not hear that it had arrived may send it again.
 * @returns added: false when it was there already
 * @throws Refusal file-refused; not-found, attempt-not-open, time-is-up, slot-unknown, slot-locked */
export async function addFile (db: Database, deps: ProgressDeps, person: Person, attemptId: string, slot: number, sent: { readonly name: string, readonly bytes: Buffer, readonly cut: boolean }): Promise<{ readonly file: Upload, readonly added: boolean, readonly saved: Saved }> {
  const hash = createHash('sha256').update(sent.bytes).digest('hex')
  let result: { file: Upload, added: boolean } | undefined
  const [saved] = await act(db, deps, person, attemptId, async ({ tx, row, at }) => {
    if (row.state !== 'open') throw new Refusal('attempt-not-open')
    const paperSlot = row.paper.slots[slot - 1]
    if (paperSlot?.kind !== 'upload') throw new Refusal('slot-unknown', { slot })
    const definition = (await definitionsOf(tx, deps, row, [slot]))(slot)
    // Of the kind upload, by the paper.
    const controls = kindOf(definition).controls(definition, paperSlot.order) as FilesControl
    const all = await selectUploads(tx, row.id)
    const here = all.filter((upload) => upload.slot === slot)
    const same = sent.cut ? undefined : here.find((upload) => upload.hash === hash)
    if (same === undefined) {
      const checked = checkFile(controls, sent, { files: here.length, attemptBytes: all.reduce((sum, { size }) => sum + size, 0) })
      if ('fault' in checked) throw fileRefusal({ reason: checked.fault, name: sent.name, slot, maxBytes: mostBytes(controls), maxFiles: controls.maxFiles, types: controls.types })
      const file = { id: deps.world.newId(), slot, hash, size: sent.bytes.length, at, ...checked }
      await insertUpload(tx, row.id, file, sent.bytes)
      await audit(tx, deps.world, { actorId: person.id, action: 'attempt.file-added', subjectType: 'attempt', subjectId: row.id, detail: { slot, file: file.id, type: file.type, size: file.size } })
      result = { file, added: true }
      here.push(file)
    } else {
      result = { file: same, added: false }
    }
    return [{ type: 'answer', slot, answer: answerOf(here) }]
  })
  // Whatever did not throw has gone through both.
  return { ...result as NonNullable<typeof result>, saved: saved as Saved }
}

/** Takes a file out of an answer, and deletes it. Taking out what is gone already changes nothing.
 * @throws Refusal as `addFile` */
export async function removeFile (db: Database, deps: ProgressDeps, person: Person, attemptId: string, fileId: string): Promise<{ readonly removed: boolean, readonly saved?: Saved }> {
  let removed = false
  const [saved] = await act(db, deps, person, attemptId, async ({ tx, row }) => {
    if (row.state !== 'open') throw new Refusal('attempt-not-open')
    const all = await selectUploads(tx, row.id)
    const file = all.find(({ id }) => id === fileId)
    removed = file !== undefined
    if (file === undefined) return []
    await deleteUpload(tx, file)
    await audit(tx, deps.world, { actorId: person.id, action: 'attempt.file-removed', subjectType: 'attempt', subjectId: row.id, detail: { slot: file.slot, file: file.id } })
    return [{ type: 'answer', slot: file.slot, answer: answerOf(all.filter(({ id, slot }) => id !== fileId && slot === file.slot)) }]
  })
  return { removed, ...saved !== undefined && { saved } }
}

/** The files of an attempt, for its trainee and those who run the cohort. @throws Refusal not-found */
export async function listFiles (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<readonly Upload[]> {
  const { row } = await readAttempt(db.read, deps, person, attemptId)
  return await selectUploads(db.read, row.id)
}

/** A file with its bytes, for its trainee and those who run the cohort; that somebody else than the trainee took it is on record.
 * @throws Refusal not-found */
export async function readFile (db: Database, deps: ProgressDeps, person: Person, attemptId: string, fileId: string): Promise<Upload & { readonly bytes: Buffer }> {
  const { row, reach } = await readAttempt(db.read, deps, person, attemptId)
  const file = (await selectUploads(db.read, row.id)).find(({ id }) => id === fileId)
  if (file === undefined) throw new Refusal('not-found')
  const bytes = await selectUploadBytes(db.read, file.hash)
  if (reach === 'staff') {
    await db.write(async (tx) => {
      await audit(tx, deps.world, { actorId: person.id, action: 'attempt.file-read', subjectType: 'attempt', subjectId: row.id, detail: { slot: file.slot, file: file.id } })
    }, 'alongside')
  }
  return { ...file, bytes }
}

function answerOf (files: readonly Upload[]): { files: Array<{ id: string, name: string }> } {
  return { files: files.map(({ id, name }) => ({ id, name })) }
}

function fileRefusal (refused: FileRefused): Refusal {
  const { reason, name, slot, maxBytes, maxFiles } = refused
  return new Refusal('file-refused', { reason, name, slot, maxBytes, maxFiles }, [{ path: 'file', message: FAULTS[reason](refused) }])
}
