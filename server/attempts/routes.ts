import Type, { type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { Download } from '../http/download.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { courseOf, isRunning } from '../progress/progress.ts'
import { behaviours, isAnswer, kindOf, policyAt, type MarkInput } from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { answerKey, checkAnswer, finishAttempt, quizStanding, saveAnswers, savePage, seeAttempt, startAttempt, type SeenAttempt, type Upload } from './attempts.ts'
import { makeExamView } from './exam-view.ts'
import { fileWords } from './file-view.ts'
import { MAX_ATTEMPT_BYTES, MAX_FILE_BYTES } from './file-rules.ts'
import { makeQuestionParts } from './parts-view.ts'
import { answerOf, firstOf, markOf, slotsOf, withCertainty, type Fields } from './form.ts'
import { markSlot } from './marking.ts'
import { quizJson, quizView } from './quiz-view.ts'
import { AttemptAnswer, QuizAnswer, Tried } from './schemas.ts'
import { addFile, listFiles, readFile, removeFile, type FileRefused } from './uploads.ts'
import { asksCertainty, attemptJson, attemptView, pagesOf, resultView, reviewJson, reviewView, type Reader } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const AttemptId = Type.Object({ id: Id })
const Slot = Type.Object({ id: Id, slot: Type.Integer({ minimum: 1, maximum: 1000 }) })
const Sequence = Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 }))
// The shape of an answer is its kind's to say; the engine holds it against that kind's schema.
const Answer = Type.Unknown({ description: 'In the shape of the question\'s kind; null clears it' })

const FileOf = Type.Object({ id: Id, fileId: Id })
const FileAnswer = {
  id: Type.String(), slot: Type.Integer(), name: Type.String(), type: Type.String({ description: 'As its bytes tell it' }),
  size: Type.Integer({ description: 'In bytes' }), sha256: Type.String(), at: Type.String(), href: Type.String()
}
type FileJson = Static<ReturnType<typeof Type.Object<typeof FileAnswer>>>
const AddedFile = Type.Object({ ...FileAnswer, seq: Type.Integer(), savedAt: Type.String(), state: Type.String() })
const Moment = Type.Union([Type.String(), Type.Null()])
const SavedAnswer = Type.Object({
  slot: Type.Integer(), seq: Type.Integer(), savedAt: Type.String(), state: Type.String(),
  dueAt: Moment, endsAt: Type.Union([Type.String(), Type.Null()], { description: 'Later than before when the trainee was allowed more time meanwhile' }), ...Tried
})
const FinishedAttempt = Type.Object({
  state: Type.String(), mark: Type.Number(), markMax: Type.Number(), percent: Type.Number(), passed: Type.Boolean(),
  certificateSerial: Type.Union([Type.String(), Type.Null()])
})

/** Starting, sitting, finishing and reviewing a quiz: pages and API over the same functions. */
export function attemptRoutes (app: App, deps: Deps): void {
  const { db, world } = deps
  const partsOfQuestion = makeQuestionParts()
  const examView = makeExamView(partsOfQuestion)
  attemptApi(app, deps)

  app.get('/api/v1/enrolments/:id/quizzes/:key', {
    config: { access: 'signed-in' },
    schema: { description: 'One’s own quiz before an attempt', params: Type.Object({ id: Id, key: Id }), response: { 200: QuizAnswer } }
  }, async (request) => {
    const { detail, quiz, questions, attempts } = await quizStanding(db, deps, signedIn(request), { enrolmentId: request.params.id, quizKey: request.params.key })
    return quizJson(detail, quiz, questions, attempts, request.language)
  })

  app.get('/enrolments/:id/quizzes/:key', {
    config: { access: 'signed-in' },
    schema: { params: Type.Object({ id: Id, key: Id }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    const { detail, quiz, questions, attempts } = await quizStanding(db, deps, signedIn(request), { enrolmentId: id, quizKey: key })
    const course = await courseOf(db.read, deps, detail.enrolment, request.language)
    const running = isRunning(detail.enrolment, world.now().toISOString())
    return reply.page('attempts/quiz', quizView(detail, quiz, questions, attempts, course, running, readerOf(request)))
  })

  app.post('/enrolments/:id/quizzes/:key/attempts', {
    config: { access: 'signed-in' },
    schema: { params: Type.Object({ id: Id, key: Id }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    const attempt = await startAttempt(db, deps, signedIn(request), { enrolmentId: id, quizKey: key })
    return reply.seeOther(app.url('/attempts/:id', { id: attempt.id }, { page: 1 }))
  })

  app.get('/attempts/:id', {
    config: { access: 'signed-in' },
    schema: { params: AttemptId, querystring: Type.Object({ page: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,3}|end)$' })) }) }
  }, async (request, reply) => {
    const seen = await seeAttempt(db, deps, signedIn(request), request.params.id)
    if (seen.row.state !== 'open' || seen.reach === 'staff') {
      return reply.seeOther(app.url('/attempts/:id/review', { id: seen.row.id }))
    }
    const { page = '1' } = request.query
    const number = page === 'end' ? null : Number(page)
    if (number !== null && number > pagesOf(seen)) throw new Refusal('not-found')
    const spliced = examView(seen, number, world.now(), readerOf(request), reply)
    if (spliced !== null) return reply.pageOfFrame(spliced.frame, spliced.values)
    return reply.page('attempts/attempt', attemptView(seen, number, world.now(), readerOf(request)))
  })

  app.post('/attempts/:id', {
    config: { access: 'signed-in', load: 'answer', files: { fileBytes: MAX_FILE_BYTES, totalBytes: MAX_ATTEMPT_BYTES, files: 60 } },
    schema: {
      params: AttemptId,
      querystring: Type.Object({ page: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,3}|end)$' })) }),
      body: Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 100_000 }), Type.Array(Type.String({ maxLength: 100_000 }))]))
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const fields = request.body as Fields
    const seen = await seeAttempt(db, deps, person, id)
    if (seen.reach !== 'own') throw new Refusal('not-found')
    if (seen.row.state !== 'open') return reply.seeOther(app.url('/attempts/:id/review', { id }))
    const answers = answersOf(seen, fields)
    await savePage(db, deps, person, id, seen.slots, answers)
    const go = firstOf(fields['go'])
    const removed = /^remove:(.{1,64})$/.exec(go)?.[1]
    const without = removed === undefined ? undefined : seen.uploads.find((upload) => upload.id === removed)
    if (without !== undefined) await removeFile(db, deps, person, id, without.id)
    const refused = await addFiles(request, id)
    if (refused.size > 0) {
      // Everything that could be taken is saved; what could not is said where it was given.
      const page = request.query.page ?? '1'
      const now = await seeAttempt(db, deps, person, id)
      if (now.row.state === 'open' && page !== 'end' && Number(page) <= pagesOf(now)) {
        return reply.status(422).page('attempts/attempt', attemptView(now, Number(page), world.now(), readerOf(request), refused))
      }
    }
    const check = /^check:[1-9][0-9]{0,3}$/.test(go) ? Number(go.slice('check:'.length)) : undefined
    if (check !== undefined) await checkAnswer(db, deps, person, id, { slot: check })
    // Where a decision was taken, what it led to is shown before anything else.
    const sent = /^files:[1-9][0-9]{0,3}$/.test(go) ? Number(go.slice('files:'.length)) : undefined
    const stay = check ?? sent ?? without?.slot ?? answers.find(({ decides }) => decides)?.slot
    if (stay !== undefined) return reply.seeOther(`${app.url('/attempts/:id', { id }, { page: request.query.page ?? '1' })}#q${stay}`)
    return reply.seeOther(app.url('/attempts/:id', { id }, { page: pageAfter(go, request.query.page ?? '1', pagesOf(seen)) }))
  })

  /** Adds the files of a form to their questions. @returns by slot, why any was not taken */
  async function addFiles (request: FastifyRequest, attemptId: string): Promise<ReadonlyMap<number, readonly string[]>> {
    const refused = new Map<number, readonly string[]>()
    for (const sent of request.sentFiles ?? []) {
      const slot = Number(/^q([1-9][0-9]{0,3})$/.exec(sent.field)?.[1] ?? 0)
      try {
        await addFile(db, deps, signedIn(request), attemptId, slot, sent)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'file-refused') throw error
        const detail = error.detail as unknown as FileRefused
        refused.set(slot, [...refused.get(slot) ?? [], fileWords(detail, request.t, request.language)])
      }
    }
    return refused
  }

  app.get('/attempts/:id/files/:fileId', {
    config: { access: 'signed-in' },
    schema: { params: FileOf }
  }, async (request, reply) => await sendFile(await readFile(db, deps, signedIn(request), request.params.id, request.params.fileId), reply))

  app.post('/attempts/:id/finish', {
    config: { access: 'signed-in', load: 'answer' },
    schema: { params: AttemptId }
  }, async (request, reply) => {
    const { id } = request.params
    await finishAttempt(db, deps, signedIn(request), id)
    return reply.seeOther(app.url('/attempts/:id/review', { id }))
  })

  app.post('/attempts/:id/marks', {
    config: { access: STAFF },
    schema: {
      params: AttemptId,
      body: Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 10_000 }))]))
    }
  }, async (request, reply) => {
    const { id } = request.params
    const { slot } = await markSlot(db, deps, signedIn(request), id, markOf(request.body))
    return reply.seeOther(`${app.url('/attempts/:id/review', { id })}#q${slot}`)
  })

  app.get('/attempts/:id/review', {
    config: { access: 'signed-in' },
    schema: { params: AttemptId }
  }, async (request, reply) => {
    const seen = await seeAttempt(db, deps, signedIn(request), request.params.id)
    if (seen.row.state === 'open' && seen.reach === 'own') {
      return reply.seeOther(app.url('/attempts/:id', { id: seen.row.id }, { page: 1 }))
    }
    const reader = readerOf(request)
    // Those who mark have forms in theirs.
    if (seen.reach === 'staff') return reply.page('attempts/review', reviewView(seen, reader))
    const view = resultView(seen, reader)
    const policy = policyAt(seen.quiz.review, seen.moment)
    return reply.pageOfParts(view, [
      reply.part('attempts/review', view),
      ...seen.row.paper.slots.flatMap((slot) => partsOfQuestion(seen, slot, policy, reader, false, reply))
    ])
  })
}

function attemptApi (app: App, deps: Deps): void {
  const { db, world } = deps

  app.post('/api/v1/enrolments/:id/quizzes/:key/attempts', {
    config: { access: 'signed-in' },
    schema: { params: Type.Object({ id: Id, key: Id }), response: { 200: AttemptAnswer, 201: AttemptAnswer } }
  }, async (request, reply) => {
    const { id, key } = request.params
    const person = signedIn(request)
    const attempt = await startAttempt(db, deps, person, { enrolmentId: id, quizKey: key })
    const seen = await seeAttempt(db, deps, person, attempt.id)
    return await reply.status(attempt.started ? 201 : 200).send(attemptJson(seen, world.now(), request.language, app.url))
  })

  app.get('/api/v1/attempts/:id', {
    config: { access: 'signed-in' },
    schema: { params: AttemptId, response: { 200: AttemptAnswer } }
  }, async (request, reply) => {
    const seen = await seeAttempt(db, deps, signedIn(request), request.params.id)
    return await reply.header('cache-control', 'no-store').send(attemptJson(seen, world.now(), request.language, app.url))
  })

  app.put('/api/v1/attempts/:id/answers/:slot', {
    config: { access: 'signed-in', load: 'answer' },
    schema: { params: Slot, body: Type.Object({ answer: Answer, seq: Sequence }), response: { 200: SavedAnswer } }
  }, async (request) => {
    const { id, slot } = request.params
    const [saved] = await saveAnswers(db, deps, signedIn(request), id, [{ slot, answer: request.body.answer, seq: request.body.seq }])
    return saved
  })

  app.put('/api/v1/attempts/:id/answers', {
    config: { access: 'signed-in', load: 'answer' },
    schema: {
      params: AttemptId,
      body: Type.Object({ answers: Type.Record(Type.String({ pattern: '^[1-9][0-9]{0,3}$' }), Answer, { additionalProperties: false, maxProperties: 1000 }) }),
      response: { 200: Type.Object({ items: Type.Array(SavedAnswer) }) }
    }
  }, async (request) => {
    const answers = Object.entries(request.body.answers).map(([slot, answer]) => ({ slot: Number(slot), answer }))
    return { items: await saveAnswers(db, deps, signedIn(request), request.params.id, answers) }
  })

  app.get('/api/v1/attempts/:id/files', {
    config: { access: 'signed-in' },
    schema: { params: AttemptId, response: { 200: Type.Object({ items: Type.Array(Type.Object(FileAnswer)), next: Type.Null() }) } }
  }, async (request) => ({ items: (await listFiles(db, deps, signedIn(request), request.params.id)).map((file) => fileJson(request.params.id, file)), next: null }))

  app.post('/api/v1/attempts/:id/files/:slot', {
    config: { access: 'signed-in', load: 'answer', files: { fileBytes: MAX_FILE_BYTES, totalBytes: MAX_FILE_BYTES, files: 1 } },
    schema: {
      params: Slot,
      consumes: ['multipart/form-data'],
      description: 'One file, in any field of a form. The same bytes again are the same file',
      response: { 200: AddedFile, 201: AddedFile }
    }
  }, async (request, reply) => {
    const { id, slot } = request.params
    const [sent] = request.sentFiles ?? []
    if (sent === undefined) throw new Refusal('bad-input', {}, [{ path: 'file', message: 'is missing; it is sent as multipart/form-data' }])
    const { file, added, saved } = await addFile(db, deps, signedIn(request), id, slot, sent)
    return await reply.status(added ? 201 : 200).send({ ...fileJson(id, file), seq: saved.seq, savedAt: saved.savedAt, state: saved.state })
  })

  app.get('/api/v1/attempts/:id/files/:fileId', {
    config: { access: 'signed-in' },
    schema: { params: FileOf, response: { 200: Download } }
  }, async (request, reply) => await sendFile(await readFile(db, deps, signedIn(request), request.params.id, request.params.fileId), reply))

  app.delete('/api/v1/attempts/:id/files/:fileId', {
    config: { access: 'signed-in' },
    schema: { params: FileOf, response: { 200: Type.Object({ removed: Type.Boolean(), slot: Type.Optional(Type.Integer()), seq: Type.Optional(Type.Integer()), state: Type.Optional(Type.String()) }) } }
  }, async (request) => {
    const { removed, saved } = await removeFile(db, deps, signedIn(request), request.params.id, request.params.fileId)
    return { removed, ...saved !== undefined && { slot: saved.slot, seq: saved.seq, state: saved.state } }
  })

  function fileJson (attemptId: string, { id, slot, name, type, size, hash, at }: Upload): FileJson {
    return { id, slot, name, type, size, sha256: hash, at, href: app.url('/attempts/:id/files/:fileId', { id: attemptId, fileId: id }) }
  }

  app.post('/api/v1/attempts/:id/answers/:slot/check', {
    config: { access: 'signed-in', load: 'answer' },
    schema: { params: Slot, body: Type.Optional(Type.Object({ answer: Type.Optional(Answer), seq: Sequence })), response: { 200: SavedAnswer } }
  }, async (request) => await checkAnswer(db, deps, signedIn(request), request.params.id, { slot: request.params.slot, ...request.body }))

  app.post('/api/v1/attempts/:id/finish', {
    config: { access: 'signed-in', load: 'answer' },
    schema: { params: AttemptId, response: { 200: FinishedAttempt } }
  }, async (request) => await finishAttempt(db, deps, signedIn(request), request.params.id))

  app.post('/api/v1/attempts/:id/marks', {
    config: { access: STAFF },
    schema: {
      params: AttemptId,
      body: Type.Object({
        slot: Type.Integer({ minimum: 1, maximum: 1000 }),
        fraction: Type.Optional(Type.Number({ description: 'Of the slot\'s mark, 0 to 1; or' })),
        mark: Type.Optional(Type.Number({ description: '0 to the slot\'s markMax; or' })),
        rubric: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 64 }), { description: 'A level for each criterion of the question\'s rubric' })),
        comment: Type.Optional(Type.String({ maxLength: 10_000 })),
        role: Type.Optional(Type.Enum(['first', 'second', 'third'], { description: 'As whom it is marked; refused when that is not what is wanted any more' }))
      }, { additionalProperties: false, description: 'Exactly one of fraction, mark and rubric' }),
      response: { 200: Type.Object({ slot: Type.Integer(), fraction: Type.Number(), ...FinishedAttempt.properties }) }
    }
  }, async (request) => {
    const { slot, comment, role, ...given } = request.body
    return await markSlot(db, deps, signedIn(request), request.params.id, { slot, ...oneMark(given), ...comment !== undefined && { comment }, ...role !== undefined && { role } })
  })

  app.get('/api/v1/attempts/:id/key', {
    config: { access: STAFF },
    schema: { params: AttemptId, response: { 200: Type.Object({ answers: Type.Record(Type.String(), Type.Unknown()) }) } }
  }, async (request, reply) => {
    const answers = await answerKey(db, deps, signedIn(request), request.params.id)
    return await reply.header('cache-control', 'no-store').send({ answers })
  })

  app.get('/api/v1/attempts/:id/review', {
    config: { access: 'signed-in' },
    schema: { params: AttemptId, response: { 200: Type.Unknown({ description: 'Per slot answer, state, fraction, mark, feedback and right answer, as far as the review policy allows' }) } }
  }, async (request, reply) => {
    const seen = await seeAttempt(db, deps, signedIn(request), request.params.id)
    if (seen.row.state === 'open' && behaviours[seen.quiz.behaviour].check === null) throw new Refusal('review-not-offered')
    return await reply.header('cache-control', 'no-store').send(reviewJson(seen, request.language))
  })
}

/** @throws Refusal bad-input unless exactly one way of marking is given */
function oneMark ({ fraction, mark, rubric }: { fraction?: number, mark?: number, rubric?: Record<string, string> }): MarkInput {
  const given: MarkInput[] = [...fraction === undefined ? [] : [{ fraction }], ...mark === undefined ? [] : [{ mark }], ...rubric === undefined ? [] : [{ rubric }]]
  const [one, another] = given
  if (one === undefined || another !== undefined) throw new Refusal('bad-input', {}, [{ path: 'mark', message: 'give exactly one of fraction, mark and rubric' }])
  return one
}

/** The answers of the page a form shows; fields of other slots are not looked at. */
function answersOf (seen: SeenAttempt, fields: Fields): Array<{ slot: number, answer: unknown, base: number | null, decides: boolean }> {
  return slotsOf(fields).flatMap(({ slot, base }) => {
    const paperSlot = seen.row.paper.slots[slot - 1]
    if (paperSlot === undefined) return []
    const definition = seen.definitionOf(slot)
    const saved = seen.slots[slot - 1]?.answer ?? null
    const controls = kindOf(definition).controls(definition, paperSlot.order, isAnswer(definition, saved) ? saved : null)
    const given = answerOf(controls, slot, fields, saved)
    const answer = asksCertainty(seen) ? withCertainty(given, slot, fields) : given
    return answer === undefined ? [] : [{ slot, base, answer, decides: controls.control === 'scenario' && given !== saved }]
  })
}

/** Where the pressed button leads: the next page, the one before, a given one, or the summary. */
function pageAfter (go: string, page: string, pages: number): string {
  const here = page === 'end' ? pages + 1 : Number(page)
  if (/^([1-9][0-9]{0,3}|end)$/.test(go)) return go
  const there = go === 'back' ? Math.max(1, here - 1) : go === 'stay' ? here : here + 1
  return there > pages ? 'end' : String(there)
}

/** A file is only ever saved, never shown: whatever it holds runs nowhere. Its name is said twice (RFC 6266, appendix D). */
async function sendFile ({ name, type, bytes }: Upload & { readonly bytes: Buffer }, reply: FastifyReply): Promise<FastifyReply> {
  const plain = name.normalize('NFKD').replace(/[^\x20-\x7e]/g, '').replace(/["\\%]/g, '').trim()
  return await reply
    .header('content-disposition', `attachment; filename="${plain === '' || plain.startsWith('.') ? `file${plain}` : plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`)
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'private, no-store')
    .type(type)
    .send(bytes)
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
