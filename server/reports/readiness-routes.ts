import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { listLatestCourses } from '../courses/desk.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { Download } from '../http/download.ts'
import { directionOf } from '../http/messages.ts'
import { signedIn } from '../http/session.ts'
import { sendTable, XLSX_TYPE } from '../http/table-body.ts'
import type { Role } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { readyTable, teamTable } from './readiness-table.ts'
import { countriesFor, listReady, type ReadinessFilter } from './readiness.ts'
import { problemLines, readyJson, readyView, teamFormOf, teamJson, teamsView, teamView, type ReadyPage, type TeamForm } from './readiness-views.ts'
import { addMembers, createTeam, disbandTeam, editTeam, endOfTeam, getTeam, listTeams, MOST_MEMBERS, removeMember, type TeamChange, type TeamProblem } from './teams.ts'

const DISPATCHERS: readonly Role[] = ['administrator', 'liaison']
const PAGE = { hide: true } as const
const TAGS = { tags: ['readiness'] } as const
/** What one file of people holds at most. */
const MOST_ROWS = 10_000

const FORMATS = ['csv', 'xlsx'] as const
type Format = typeof FORMATS[number]
const FormatIn = { format: Type.Enum([...FORMATS], { default: 'csv' }) }

const Id = Type.String({ minLength: 1, maxLength: 64 })
const Slug = Type.String({ maxLength: 200 })
const Text = Type.Union([Type.String(), Type.Null()])
const ById = Type.Object({ id: Id })
const typed = Type.String({ maxLength: 5000, default: '' })
const short = Type.Optional(Type.String({ maxLength: 200 }))
const Courses = Type.Array(Slug, { maxItems: 50, default: [] })
const People = Type.Array(Id, { maxItems: MOST_MEMBERS, default: [] })

const Filter = Type.Object({
  course: Courses,
  country: Type.Optional(Type.String({ pattern: '^([A-Z]{2})?$' })),
  rank: short,
  language: short,
  validOn: short,
  cursor: Type.Optional(Type.String({ maxLength: 2000 })),
  into: Type.Optional(Type.String({ maxLength: 64 }))
})

const Person = {
  personId: Type.String(),
  name: Type.String(),
  country: Text,
  agency: Text,
  rank: Text,
  language: Type.String(),
  email: Type.String()
}
const ReadyOut = Type.Object({ ...Person, certificates: Type.Array(Type.Object({ serial: Type.String(), course: Type.String(), expiresAt: Text })) })
const TeamOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  purpose: Type.String(),
  courses: Type.Array(Type.String()),
  owner: Type.Object({ id: Type.String(), name: Type.String() }),
  createdAt: Type.String(),
  version: Type.Integer(),
  lapsing: Type.Integer({ description: 'members with a certificate that ends within 30 days' }),
  missing: Type.Integer({ description: 'members without a valid certificate of a course that all must hold' }),
  members: Type.Array(Type.Object({
    ...Person,
    needs: Type.Array(Type.Object({ course: Type.String(), state: Type.Enum(['valid', 'lapsing', 'missing']), serial: Text, expiresAt: Text }))
  }))
})
const TeamBody = {
  name: Type.String({ maxLength: 5000 }),
  purpose: Type.String({ maxLength: 5000, default: '' }),
  courses: Type.Array(Slug, { maxItems: 50 })
}

/** Who can be sent, and the lists of people picked from them. */
export function readinessRoutes (app: App, deps: Deps): void {
  peoplePages(app, deps)
  teamPages(app, deps)
  api(app, deps)
}

function filterOf ({ course, country, rank, language, validOn }: Static<typeof Filter>): ReadinessFilter {
  return { courses: course, country, rank, language, validOn }
}

function peoplePages (app: App, deps: Deps): void {
  const { db, world, settings, messages } = deps

  const peoplePage = async (request: FastifyRequest, reply: FastifyReply, query: Static<typeof Filter>, form: Pick<ReadyPage, 'problems' | 'picked' | 'into' | 'name'>): Promise<FastifyReply> => {
    const person = signedIn(request)
    const filter = filterOf(query)
    let found: Awaited<ReturnType<typeof listReady>> = { items: [], next: null }
    let dayProblem = ''
    try {
      found = await listReady(db, world, settings.timeZone, person, filter, { cursor: query.cursor })
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.problems[0]?.path !== 'validOn') throw refusal
      dayProblem = request.t('readiness.filter.day-problem')
      void reply.status(422)
    }
    return reply.page('reports/readiness', readyView({
      filter,
      people: found.items,
      next: found.next,
      isFirst: query.cursor === undefined,
      courses: await listLatestCourses(db),
      languages: messages.languages,
      countries: countriesFor(person),
      teams: await listTeams(db, world, person),
      dayProblem,
      ...form
    }, { t: request.t, url: app.url, ...request.place }))
  }

  app.get('/desk/readiness', { config: { access: DISPATCHERS }, schema: { ...PAGE, querystring: Filter } }, async (request, reply) =>
    await peoplePage(request, reply, request.query, { problems: [], picked: [], into: request.query.into ?? '', name: '' }))

  // The form sends the filter along, so that what was ticked is still there when something is refused.
  app.post('/desk/readiness', {
    config: { access: DISPATCHERS },
    schema: { ...PAGE, body: Type.Object({ ...Filter.properties, people: People, team: Type.String({ maxLength: 64, default: '' }), name: typed }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { people, team, name, course } = request.body
    const again = async (problems: readonly string[]): Promise<FastifyReply> =>
      await peoplePage(request, reply.status(422), request.body, { problems, picked: people, into: team, name })
    if (people.length === 0) return await again([request.t('readiness.save.nobody')])
    if (team !== '') {
      await addMembers(db, world, person, team, people)
      return await reply.redirect(app.url('/desk/readiness/teams/:id', { id: team }, { saved: 1 }), 303)
    }
    const made = await createTeam(db, world, person, { name, purpose: '', courses: course }, people)
    if ('problems' in made) return await again(problemLines(made.problems, request.t))
    return await reply.redirect(app.url('/desk/readiness/teams/:id', { id: made.id }, { saved: 1 }), 303)
  })

  for (const format of FORMATS) {
    app.get(`/desk/readiness.${format}`, { config: { access: DISPATCHERS }, schema: { ...PAGE, querystring: Filter } },
      async (request, reply) => await sendReady(deps, request, reply, request.query, format))
  }
}

function teamPages (app: App, deps: Deps): void {
  const { db, world } = deps

  app.get('/desk/readiness/teams', { config: { access: DISPATCHERS }, schema: PAGE }, async (request, reply) =>
    reply.page('reports/teams', teamsView(await listTeams(db, world, signedIn(request)), null, { t: request.t, url: app.url, ...request.place })))

  /** Does something to a list. Whoever comes to one that somebody ended meanwhile is told so beside those that stand. */
  const unlessEnded = async (request: FastifyRequest, reply: FastifyReply, id: string, act: () => Promise<FastifyReply>): Promise<FastifyReply> => {
    try {
      return await act()
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'not-found') throw refusal
      const end = await endOfTeam(db, signedIn(request), id)
      if (end === null) throw refusal
      return reply.status(410).page('reports/teams', teamsView(await listTeams(db, world, signedIn(request)), end, { t: request.t, url: app.url, ...request.place }))
    }
  }

  const teamPage = async (request: FastifyRequest, reply: FastifyReply, id: string, form: TeamForm | null, isSaved = false): Promise<FastifyReply> => await unlessEnded(request, reply, id, async () => {
    const standing = await getTeam(db, world, signedIn(request), id)
    return reply.page('reports/team', teamView(standing, form ?? teamFormOf(standing.team), await listLatestCourses(db), isSaved, { t: request.t, url: app.url, ...request.place }))
  })

  app.get('/desk/readiness/teams/:id', {
    config: { access: DISPATCHERS }, schema: { ...PAGE, params: ById, querystring: Type.Object({ saved: short }) }
  }, async (request, reply) => await teamPage(request, reply, request.params.id, null, request.query.saved !== undefined))

  app.post('/desk/readiness/teams/:id', {
    config: { access: DISPATCHERS },
    schema: { ...PAGE, params: ById, body: Type.Object({ name: typed, purpose: typed, courses: Courses, version: Type.Integer() }) }
  }, async (request, reply) => await unlessEnded(request, reply, request.params.id, async () => {
    const { id } = request.params
    const { version, ...input } = request.body
    try {
      const { problems } = await editTeam(db, world, signedIn(request), id, version, input)
      if (problems.length > 0) return await teamPage(request, reply.status(422), id, { ...input, version, problems, overtaken: null })
      return await reply.redirect(app.url('/desk/readiness/teams/:id', { id }, { saved: 1 }), 303)
    } catch (refusal) {
      const changes = changesIn(refusal)
      const { team } = await getTeam(db, world, signedIn(request), id)
      // What was typed stays in the form; what it would overwrite is shown beside it.
      return await teamPage(request, reply.status(409), id, { ...input, version: team.version, problems: [], overtaken: { what: 'edit', changes } })
    }
  }))

  app.post('/desk/readiness/teams/:id/members/:personId/remove', {
    config: { access: DISPATCHERS }, schema: { ...PAGE, params: Type.Object({ id: Id, personId: Id }) }
  }, async (request, reply) => {
    const { id, personId } = request.params
    return await unlessEnded(request, reply, id, async () => {
      await removeMember(db, world, signedIn(request), id, personId)
      return await reply.redirect(app.url('/desk/readiness/teams/:id', { id }), 303)
    })
  })

  app.post('/desk/readiness/teams/:id/end', {
    config: { access: DISPATCHERS }, schema: { ...PAGE, params: ById, body: Type.Object({ version: Type.Integer() }) }
  }, async (request, reply) => await unlessEnded(request, reply, request.params.id, async () => {
    const { id } = request.params
    try {
      await disbandTeam(db, world, signedIn(request), id, request.body.version)
      return await reply.redirect(app.url('/desk/readiness/teams'), 303)
    } catch (refusal) {
      const changes = changesIn(refusal)
      const { team } = await getTeam(db, world, signedIn(request), id)
      return await teamPage(request, reply.status(409), id, { ...teamFormOf(team), overtaken: { what: 'end', changes } })
    }
  }))

  for (const format of FORMATS) {
    app.get(`/desk/readiness/teams/:id/list.${format}`, { config: { access: DISPATCHERS }, schema: { ...PAGE, params: ById } },
      async (request, reply) => await sendTeam(deps, request, reply, request.params.id, format))
  }
}

/** What came before an edit; whatever else was refused is thrown again. */
function changesIn (refusal: unknown): readonly TeamChange[] {
  if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile') throw refusal
  return refusal.detail['changes'] as readonly TeamChange[]
}

async function sendReady ({ db, world, settings }: Deps, request: FastifyRequest, reply: FastifyReply, query: Static<typeof Filter>, format: Format): Promise<FastifyReply> {
  const { items } = await listReady(db, world, settings.timeZone, signedIn(request), filterOf(query), { limit: MOST_ROWS })
  return await sendTable(reply, format, 'readiness', readyTable(items, request.t), directionOf(request.language) === 'rtl')
}

async function sendTeam ({ db, world }: Deps, request: FastifyRequest, reply: FastifyReply, id: string, format: Format): Promise<FastifyReply> {
  return await sendTable(reply, format, 'list', teamTable(await getTeam(db, world, signedIn(request), id), request.t), directionOf(request.language) === 'rtl')
}

function api (app: App, deps: Deps): void {
  const { db, world, settings } = deps

  app.get('/api/v1/readiness/export', {
    config: { access: DISPATCHERS },
    schema: {
      ...TAGS,
      summary: 'People with valid certificates as a table, at most 10,000',
      querystring: Type.Object({ ...Filter.properties, ...FormatIn }),
      produces: ['text/csv', XLSX_TYPE],
      response: { 200: Download }
    }
  }, async (request, reply) => await sendReady(deps, request, reply, request.query, request.query.format))

  app.get('/api/v1/teams/:id/export', {
    config: { access: DISPATCHERS },
    schema: { ...TAGS, summary: 'One list as a table', params: ById, querystring: Type.Object(FormatIn), produces: ['text/csv', XLSX_TYPE], response: { 200: Download } }
  }, async (request, reply) => await sendTeam(deps, request, reply, request.params.id, request.query.format))

  app.get('/api/v1/readiness', {
    config: { access: DISPATCHERS },
    schema: {
      ...TAGS,
      summary: 'People with valid certificates, by name',
      querystring: Type.Object({ ...Filter.properties, limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }) }),
      response: { 200: Type.Object({ items: Type.Array(ReadyOut), next: Text }) }
    }
  }, async (request) => {
    const { cursor, limit } = request.query
    const { items, next } = await listReady(db, world, settings.timeZone, signedIn(request), filterOf(request.query), { cursor, limit })
    return { items: items.map(readyJson), next }
  })

  app.get('/api/v1/teams', {
    config: { access: DISPATCHERS },
    schema: { ...TAGS, summary: 'Saved lists of people', response: { 200: Type.Object({ items: Type.Array(TeamOut), next: Type.Null() }) } }
  }, async (request) => ({ items: (await listTeams(db, world, signedIn(request))).map(teamJson), next: null }))

  app.post('/api/v1/teams', {
    config: { access: DISPATCHERS },
    schema: { ...TAGS, summary: 'Saves a list of people', body: Type.Object({ ...TeamBody, people: People }), response: { 201: TeamOut } }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { people, ...input } = request.body
    const made = await createTeam(db, world, person, input, people)
    if ('problems' in made) throw refused(made.problems, request)
    return await reply.status(201).header('location', app.url('/api/v1/teams/:id', { id: made.id })).send(teamJson(await getTeam(db, world, person, made.id)))
  })

  app.get('/api/v1/teams/:id', { config: { access: DISPATCHERS }, schema: { ...TAGS, summary: 'One list and where its people stand', params: ById, response: { 200: TeamOut } } },
    async (request) => teamJson(await getTeam(db, world, signedIn(request), request.params.id)))

  app.put('/api/v1/teams/:id', {
    config: { access: DISPATCHERS },
    schema: {
      ...TAGS,
      summary: 'Changes name, purpose and courses of the version that was read',
      params: ById,
      body: Type.Object({ ...TeamBody, version: Type.Integer() }),
      response: { 200: TeamOut }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { version, ...input } = request.body
    const { problems } = await editTeam(db, world, person, request.params.id, version, input)
    if (problems.length > 0) throw refused(problems, request)
    return teamJson(await getTeam(db, world, person, request.params.id))
  })

  app.delete('/api/v1/teams/:id', {
    config: { access: DISPATCHERS },
    schema: {
      ...TAGS,
      summary: 'Ends a list',
      description: 'Of the version that was read: when it was changed or somebody was put on it or taken off it since, 409 with `now` and `changes`.',
      params: ById,
      querystring: Type.Object({ version: Type.Integer() }),
      response: { 204: Type.Null() }
    }
  }, async (request, reply) => {
    await disbandTeam(db, world, signedIn(request), request.params.id, request.query.version)
    return await reply.status(204).send(null)
  })

  const Member = Type.Object({ id: Id, personId: Id })
  app.put('/api/v1/teams/:id/members/:personId', { config: { access: DISPATCHERS }, schema: { ...TAGS, summary: 'Puts somebody on a list', params: Member, response: { 200: TeamOut } } }, async (request) => {
    const person = signedIn(request)
    await addMembers(db, world, person, request.params.id, [request.params.personId])
    return teamJson(await getTeam(db, world, person, request.params.id))
  })

  app.delete('/api/v1/teams/:id/members/:personId', { config: { access: DISPATCHERS }, schema: { ...TAGS, summary: 'Takes somebody off a list', params: Member, response: { 200: TeamOut } } }, async (request) => {
    const person = signedIn(request)
    await removeMember(db, world, person, request.params.id, request.params.personId)
    return teamJson(await getTeam(db, world, person, request.params.id))
  })
}

function refused (problems: readonly TeamProblem[], request: FastifyRequest): Refusal {
  return new Refusal('bad-input', {}, problems.map(({ field, code }) => ({ path: field, message: request.t(`readiness.problem.${code}`) })))
}
