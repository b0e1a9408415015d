import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { Refusal } from '../refusals.ts'
import { ADMINISTRATORS } from './access.ts'
import { editPerson, type EditedMeanwhile } from './edit-person.ts'
import { editView, factsOf, factsOfForm, formOfFacts, together, type EditPage } from './edit-views.ts'
import { getPerson } from './people.ts'
import { FactsForm, FactsIn, PersonId, PersonOut } from './schemas.ts'
import { blank, personOut } from './views.ts'

/** What is said of a person, changed on the desk and by the API. */
export function personEditRoutes (app: App, { db, world, settings, messages }: Deps): void {
  const config = { access: ADMINISTRATORS } as const

  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, shown: (entry: EditPage['entry']) => Omit<EditPage, 'entry'>): Promise<FastifyReply> => {
    const entry = await getPerson(db, signedIn(request), id)
    return reply.page('people/edit-person', editView({ entry, ...shown(entry) }, { t: request.t, url: app.url, place: request.place, languages: messages.languages }))
  }

  app.get('/desk/people/:id/edit', { config, schema: { hide: true, params: PersonId } }, async (request, reply) =>
    await page(request, reply, request.params.id, (entry) => ({ form: formOfFacts(factsOf(entry)), faults: [], meanwhile: null })))

  app.post('/desk/people/:id/edit', { config, schema: { hide: true, params: PersonId, body: FactsForm } }, async (request, reply) => {
    const { id } = request.params
    const { version, seen, ...form } = request.body
    try {
      const faults = await editPerson(db, world, settings, messages, signedIn(request), id, { ...factsOfForm(form), version, reason: form.reason })
      if (faults.length > 0) return await page(request, reply.status(422), id, () => ({ form, faults, meanwhile: null }))
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile' || refusal.detail['now'] === undefined) throw refusal
      const { now, by, at } = refusal.detail as unknown as EditedMeanwhile
      const merged = together(form, seen, now)
      return await page(request, reply.status(409), id, () => ({ form: merged.form, faults: [], meanwhile: { by, at, theirs: merged.theirs } }))
    }
    return await reply.redirect(app.url('/desk/people/:id', { id }, { done: 'edited' }), 303)
  })

  app.put('/api/v1/people/:id', {
    config,
    schema: {
      tags: ['people'],
      summary: 'Changes what is said of a person',
      description: 'Certificates that stand keep what they say. When another edit came first: 409 with `now`, what stands there. The same edit twice changes nothing.',
      params: PersonId,
      body: FactsIn,
      response: { 200: PersonOut }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { id } = request.params
    const { name, latinName, country, agency, rank, birthDay, locale, email, version, reason } = request.body
    const faults = await editPerson(db, world, settings, messages, person, id, {
      name, latinName: blank(latinName), country: blank(country), agency: blank(agency), rank: blank(rank), birthDay: blank(birthDay), locale, email, version, reason
    })
    if (faults.length > 0) throw new Refusal('bad-input', {}, faults.map(({ path, key }) => ({ path, message: request.t(key) })))
    return personOut(await getPerson(db, person, id))
  })
}
