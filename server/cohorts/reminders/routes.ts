import Type from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS, STAFF } from '../../people/access.ts'
import { Refusal, type Problem } from '../../refusals.ts'
import type { Reader } from '../views.ts'
import { cohortReminders, editText, KINDS, listTexts, previewOf, remind, resetText, type ShownText, type TextProblem } from './reminders.ts'
import { textProblems } from './texts.ts'
import { remindersView, textView } from './views.ts'

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const ByText = Type.Object({ kind: Type.Enum([...KINDS]), language: Type.String({ minLength: 1, maxLength: 20 }) })
const Ids = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 5000 })
const Preview = Type.Union([Type.Object({ subject: Type.String(), body: Type.String() }), Type.Null()])

const TextAnswer = Type.Object({
  kind: Type.Enum([...KINDS]), language: Type.String(), subject: Type.String(), body: Type.String(), version: Type.Integer(),
  written: Type.Boolean({ description: 'By an administrator; else it is the programme\'s own' }), preview: Preview
})
const TextBody = Type.Object({
  subject: Type.String({ maxLength: 10_000 }), body: Type.String({ maxLength: 50_000, description: 'ICU message; may name name, course, date, days, link, programme, and all but expiry cohort' }),
  version: Type.Integer({ minimum: 0, description: 'As it was read' })
})

/** Texts of reminders, what was sent, and reminding by hand. */
export function reminderRoutes (app: App, deps: Deps): void {
  const { db } = deps
  const desk = { ...deps, languages: deps.messages.languages }
  const config = { access: ADMINISTRATORS } as const
  const said = (problems: readonly TextProblem[], { t }: FastifyRequest): Problem[] => problems.map((problem) => ({
    path: problem.path, message: t(`reminders.problem.${problem.code}`, { name: problem.code === 'unknown' ? problem.name : '' })
  }))
  const textOf = async (request: FastifyRequest, kind: string, language: string): Promise<ShownText> => {
    const text = (await listTexts(db, desk, signedIn(request))).find((one) => one.kind === kind && one.language === language)
    if (text === undefined) throw new Refusal('not-found')
    return text
  }

  app.get('/api/v1/reminders', { config, schema: { response: { 200: Type.Object({ items: Type.Array(TextAnswer), next: Type.Null() }) } } }, async (request) =>
    ({ items: await listTexts(db, desk, signedIn(request)), next: null }))

  app.put('/api/v1/reminders/:kind/:language', {
    config,
    schema: { params: ByText, querystring: Type.Object({ dryRun: Type.Boolean({ default: false, description: 'Only the preview' }) }), body: TextBody, response: { 200: TextAnswer } }
  }, async (request) => {
    const { kind, language } = request.params
    const text = { kind, language, ...request.body }
    if (request.query.dryRun) {
      await textOf(request, kind, language)
      const problems = textProblems(text, language, kind)
      if (problems.length > 0) throw new Refusal('bad-input', {}, said(problems, request))
      return { ...text, written: true, preview: previewOf(deps, text) }
    }
    const problems = await editText(db, desk, signedIn(request), text)
    if (problems.length > 0) throw new Refusal('bad-input', {}, said(problems, request))
    return await textOf(request, kind, language)
  })

  app.delete('/api/v1/reminders/:kind/:language', {
    config,
    schema: { description: 'Puts the programme\'s own text back', params: ByText, querystring: Type.Object({ version: Type.Integer({ minimum: 0, description: 'As it was read' }) }), response: { 200: TextAnswer } }
  }, async (request) => {
    const { kind, language } = request.params
    await resetText(db, desk, signedIn(request), kind, language, request.query.version)
    return await textOf(request, kind, language)
  })

  app.get('/api/v1/cohorts/:id/reminders', {
    config: { access: STAFF },
    schema: {
      params: ById,
      response: {
        200: Type.Object({
          items: Type.Array(Type.Object({ what: Type.String({ description: 'Such as start-7: seven days before the start' }), count: Type.Integer(), at: Type.String({ description: 'When last' }) })),
          planned: Type.Array(Type.Object({ what: Type.String(), day: Type.String({ description: 'Local to the cohort' }) }), { description: 'All that go out of themselves, those that are sent too' }),
          next: Type.Null()
        })
      }
    }
  }, async (request) => {
    const { sent, planned } = await cohortReminders(db, deps, signedIn(request), request.params.id)
    return { items: [...sent], planned: planned.map(({ what, day }) => ({ what, day })), next: null }
  })

  app.post('/api/v1/cohorts/:id/remind', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ ids: Ids }), response: { 200: Type.Object({ reminded: Type.Integer({ description: 'Nobody is reminded twice a day' }) }) } }
  }, async (request) => ({ reminded: await remind(db, deps, signedIn(request), request.params.id, request.body.ids) }))

  app.post('/desk/cohorts/:id/remind', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ ids: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 5000, default: [] }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { ids } = request.body
    const reminded = ids.length === 0 ? null : await remind(db, deps, signedIn(request), id, ids)
    return await reply.redirect(reminded === null ? `${app.url('/desk/cohorts/:id', { id }, { chosen: 'none' })}#people` : app.url('/desk/cohorts/:id', { id }, { reminded }), 303)
  })

  app.get('/desk/reminders', { config, schema: { querystring: Type.Object({ saved: Type.Optional(Type.Literal('yes')) }) } }, async (request, reply) =>
    reply.page('reminders/reminders', remindersView(await listTexts(db, desk, signedIn(request)), request.query.saved !== undefined, readerOf(request))))

  app.get('/desk/reminders/:kind/:language', { config, schema: { params: ByText } }, async (request, reply) => {
    const { kind, language } = request.params
    const text = await textOf(request, kind, language)
    return reply.page('reminders/text', textView({ text, problems: [], preview: text.preview, stale: null }, readerOf(request)))
  })

  app.post('/desk/reminders/:kind/:language', {
    config,
    schema: { params: ByText, body: Type.Object({ subject: Type.String({ maxLength: 10_000, default: '' }), body: Type.String({ maxLength: 50_000, default: '' }), version: Type.Integer({ minimum: 0 }), step: Type.Enum(['preview', 'save', 'reset'], { default: 'preview' }) }) }
  }, async (request, reply) => {
    const { kind, language } = request.params
    const { step, ...typed } = request.body
    const now = await textOf(request, kind, language)
    const text = { kind, language, ...typed }
    const problems = step === 'reset' ? [] : textProblems(text, language, kind)
    let stale: ShownText | null = null
    if (step !== 'preview' && problems.length === 0) {
      try {
        if (step === 'reset') await resetText(db, desk, signedIn(request), kind, language, text.version)
        else await editText(db, desk, signedIn(request), text)
        return await reply.redirect(app.url('/desk/reminders', {}, { saved: 'yes' }), 303)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
        stale = now
      }
    }
    return await show(reply.status(stale !== null ? 409 : problems.length > 0 ? 422 : 200), { ...now, ...typed, version: stale === null ? typed.version : now.version }, said(problems, request), stale, request)
  })

  async function show (reply: FastifyReply, text: ShownText, problems: readonly Problem[], stale: ShownText | null, request: FastifyRequest): Promise<FastifyReply> {
    return reply.page('reminders/text', textView({ text, problems, preview: previewOf(deps, text), stale }, readerOf(request)))
  }
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
