import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { isOwnPath } from '../http/language.ts'
import { answerTo } from '../http/problem.ts'
import { clearSessionCookie, SESSION_SECONDS, setSessionCookie, signedIn, signToken } from '../http/session.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { ADMINISTRATORS } from './access.ts'
import { findFaults, findGrantFaults, findPasswordFaults, isEmail, isName, type Fault } from './faults.ts'
import { addPerson, assertSetUpLink, finishSetUp, readLink, requestReset, sendLinkTo, takeLink } from './links.ts'
import { getOptionalMail, listMails } from './outbox.ts'
import { chooseLocale, deactivateAccount, getPerson, giveRole, listPeople, reactivateAccount, revokeRole } from './people.ts'
import {
  Credentials, CursorQuery, Done, ForgotForm, Grant, GrantForm, Me, PasswordForm, PeopleFilters, PeopleOut, PeopleQuery,
  PersonForm, PersonId, PersonIn, PersonOut, RoleName, Secret, Session, SetUpForm, SignInForm, type PersonFormFields
} from './schemas.ts'
import { signIn, signOut, type SignedIn } from './sign-in.ts'
import {
  blank, faultsView, filtersView, grantOfForm, mailRow, mailView, meView, personFormView, personOfForm, personOut, personRow, personView
} from './views.ts'

const PAGE = { hide: true } as const
/** A single-use secret stands in these addresses: they are kept out of the request log. */
const SECRET_ADDRESS = { config: { access: 'public' }, logLevel: 'warn' } as const

/** Accounts, sign-in, roles, and the outbox of a demonstration. */
export function peopleRoutes (app: App, deps: Deps): void {
  signInPages(app, deps)
  linkPages(app, deps)
  deskPages(app, deps)
  if (deps.settings.demo) mailPages(app, deps)
  signInApi(app, deps)
  peopleApi(app, deps)
}

function signInPages (app: App, { db, world, settings, messages }: Deps): void {
  app.get('/sign-in', { config: { access: 'public' }, schema: { ...PAGE, querystring: Type.Object({ to: Type.Optional(Type.String({ maxLength: 2000 })) }) } }, async (request, reply) => {
    if (request.person !== null) return await reply.redirect(app.url('/'), 303)
    return signInPage(request, reply, { email: '', to: request.query.to ?? '' })
  })

  app.post('/sign-in', { config: { access: 'public' }, schema: { ...PAGE, body: SignInForm } }, async (request, reply) => {
    const { email, password, to = '' } = request.body
    try {
      const session = await signIn(db, world, { email, password, from: request.ip }, SESSION_SECONDS)
      if (request.sessionId !== null) await signOut(db, world, request.sessionId)
      return await enter(app, reply, settings, session, isOwnPath(to, settings.prefix) ? to : app.url('/'))
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      const { status, detail } = answerTo(refusal)
      if (detail['retryAfterSeconds'] !== undefined) void reply.header('retry-after', String(detail['retryAfterSeconds']))
      return signInPage(request, reply.status(status), { email, to, failed: refusal.code })
    }
  })

  app.post('/sign-out', { config: { access: 'public' }, schema: PAGE }, async (request, reply) => {
    if (request.sessionId !== null) await signOut(db, world, request.sessionId)
    clearSessionCookie(reply, settings)
    return await reply.redirect(app.url('/sign-in'), 303)
  })

  app.get('/forgot', { config: { access: 'public' }, schema: { ...PAGE, querystring: Type.Object({ sent: Type.Optional(Type.Literal('1')) }) } }, async (request, reply) =>
    forgotPage(request, reply, { sent: request.query.sent === '1', email: '', faults: [] }))

  app.post('/forgot', { config: { access: 'public' }, schema: { ...PAGE, body: ForgotForm } }, async (request, reply) => {
    const { email } = request.body
    if (!isEmail(email.trim())) {
      return forgotPage(request, reply.status(422), { sent: false, email, faults: [{ path: 'email', key: 'people.fault.email' }] })
    }
    await requestReset(db, world, settings, messages, { email, from: request.ip })
    return await reply.redirect(app.url('/forgot', {}, { sent: '1' }), 303)
  })
}

function signInPage (request: FastifyRequest, reply: FastifyReply, view: { email: string, to: string, failed?: string }): FastifyReply {
  const { t } = request
  const failed = view.failed === undefined ? null : { title: t(`refusal.${view.failed}`), hint: t(`refusal.${view.failed}.hint`) }
  return unkept(reply).page('people/sign-in', { title: t('people.sign-in.title'), main: 'narrow', email: view.email, to: view.to, failed })
}

function forgotPage (request: FastifyRequest, reply: FastifyReply, view: { sent: boolean, email: string, faults: Fault[] }): FastifyReply {
  return unkept(reply).page('people/forgot', {
    title: request.t('people.forgot.title'), main: 'narrow', sent: view.sent, email: view.email, ...faultsView(view.faults, request.t)
  })
}

function linkPages (app: App, { db, world, settings }: Deps): void {
  app.get('/links/:secret', { ...SECRET_ADDRESS, schema: { ...PAGE, params: Secret } }, async (request, reply) =>
    passwordPage(request, reply, await readLink(db, world, request.params.secret), []))

  app.post('/links/:secret', { ...SECRET_ADDRESS, schema: { ...PAGE, params: Secret, body: PasswordForm } }, async (request, reply) => {
    const { secret } = request.params
    const { password, again } = request.body
    const link = await readLink(db, world, secret)
    const faults = findPasswordFaults(password, again)
    if (faults.length > 0) return passwordPage(request, reply.status(422), link, faults)
    return await enter(app, reply, settings, await takeLink(db, world, secret, password, SESSION_SECONDS), app.url('/'))
  })

  app.get('/set-up/:secret', { ...SECRET_ADDRESS, schema: { ...PAGE, params: Secret } }, async (request, reply) => {
    await assertSetUpLink(db, world, request.params.secret)
    return setUpPage(request, reply, { name: '', email: '' }, [])
  })

  app.post('/set-up/:secret', { ...SECRET_ADDRESS, schema: { ...PAGE, params: Secret, body: SetUpForm } }, async (request, reply) => {
    const { secret } = request.params
    const { name, email, password, again } = request.body
    await assertSetUpLink(db, world, secret)
    const faults = [...setUpFaults(name, email), ...findPasswordFaults(password, again)]
    if (faults.length > 0) return setUpPage(request, reply.status(422), { name, email }, faults)
    const session = await finishSetUp(db, world, secret, { name, email, password, locale: request.language }, SESSION_SECONDS)
    return await enter(app, reply, settings, session, app.url('/'))
  })
}

function passwordPage (request: FastifyRequest, reply: FastifyReply, link: Awaited<ReturnType<typeof readLink>>, faults: readonly Fault[]): FastifyReply {
  return unkept(reply).page('people/choose-password', {
    title: request.t(`people.choose.${link.purpose}`), main: 'narrow', path: request.url, name: link.name, email: link.email, ...faultsView(faults, request.t)
  })
}

function setUpPage (request: FastifyRequest, reply: FastifyReply, typed: { name: string, email: string }, faults: readonly Fault[]): FastifyReply {
  return unkept(reply).page('people/set-up', { title: request.t('people.set-up.title'), main: 'narrow', path: request.url, ...typed, ...faultsView(faults, request.t) })
}

function setUpFaults (name: string, email: string): Fault[] {
  const faults: Fault[] = []
  if (!isName(name)) faults.push({ path: 'name', key: 'people.fault.name' })
  if (!isEmail(email.trim())) faults.push({ path: 'email', key: 'people.fault.email' })
  return faults
}

/** Pages with a form for somebody not signed in: a browser that kept them would send an old token. */
function unkept (reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store')
}

async function enter (app: App, reply: FastifyReply, settings: Deps['settings'], session: SignedIn, to: string): Promise<FastifyReply> {
  setSessionCookie(reply, signToken(app, session.sessionId, session.person.id), settings)
  return await reply.redirect(to, 303)
}

const EMPTY_FORM: PersonFormFields = { name: '', latinName: '', email: '', country: '', agency: '', rank: '', birthDay: '', locale: '', roles: [], liaisonCountry: '' }

function deskPages (app: App, { db, world, settings, messages }: Deps): void {
  const config = { access: ADMINISTRATORS } as const
  const nav = '/desk/people'

  app.get('/desk/people', { config, schema: { ...PAGE, querystring: PeopleFilters } }, async (request, reply) => {
    const { search = '', role = '', state = '', cursor } = request.query
    const people = await listPeople(db, signedIn(request), {
      search, ...(role !== '' ? { role } : {}), ...(state !== '' ? { state } : {}), ...(cursor !== undefined ? { cursor } : {})
    })
    const chosen = { search: blank(search), role: blank(role), state: blank(state) }
    return reply.page('people/people', {
      title: request.t('people.title'),
      nav,
      filters: filtersView({ search, role, state }, request.t),
      filtered: chosen.search !== null || chosen.role !== null || chosen.state !== null,
      nearly: people.nearly,
      people: people.items.map((entry) => personRow(entry, request.t, app.url, request.language)),
      first: cursor === undefined ? null : app.url('/desk/people', {}, chosen),
      next: people.next === null ? null : app.url('/desk/people', {}, { ...chosen, cursor: people.next })
    })
  })

  const newPage = (request: FastifyRequest, reply: FastifyReply, fields: PersonFormFields, faults: readonly Fault[]): FastifyReply =>
    reply.page('people/new-person', {
      title: request.t('people.new.title'),
      nav,
      main: 'reading',
      form: personFormView(fields, request.t, request.language, messages.languages),
      ...faultsView(faults, request.t)
    })

  app.get('/desk/people/new', { config, schema: PAGE }, async (request, reply) =>
    newPage(request, reply, { ...EMPTY_FORM, locale: request.language }, []))

  app.post('/desk/people/new', { config, schema: { ...PAGE, body: PersonForm } }, async (request, reply) => {
    const input = personOfForm(request.body)
    const faults = findFaults(input, messages.languages)
    if (faults.length > 0) return newPage(request, reply.status(422), request.body, faults)
    try {
      const { personId } = await addPerson(db, world, settings, messages, signedIn(request), input)
      return await reply.redirect(app.url('/desk/people/:id', { id: personId }, { done: 'added' }), 303)
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'email-taken') throw refusal
      return newPage(request, reply.status(422), request.body, [{ path: 'email', key: 'people.fault.email-taken' }])
    }
  })

  app.get('/desk/people/:id', { config, schema: { ...PAGE, params: PersonId, querystring: Type.Object({ done: Type.Optional(Done) }) } }, async (request, reply) => {
    const person = signedIn(request)
    const entry = await getPerson(db, person, request.params.id)
    const { done } = request.query
    return reply.page('people/person', {
      title: entry.name,
      nav,
      done: done === undefined ? null : request.t(`people.done.${done}`, { email: entry.email }),
      entry: personView(entry, entry.id === person.id, request.t, app.url, request.language)
    })
  })

  const back = async (reply: FastifyReply, id: string, done: string): Promise<FastifyReply> =>
    await reply.redirect(app.url('/desk/people/:id', { id }, { done }), 303)

  app.post('/desk/people/:id/roles', { config, schema: { ...PAGE, params: PersonId, body: GrantForm } }, async (request, reply) => {
    const grant = grantOfForm(request.body)
    refuseFaults(findGrantFaults(grant), request)
    await giveRole(db, world, signedIn(request), request.params.id, grant)
    return await back(reply, request.params.id, 'granted')
  })

  app.post('/desk/people/:id/roles/revoke', { config, schema: { ...PAGE, params: PersonId, body: GrantForm } }, async (request, reply) => {
    await revokeRole(db, world, signedIn(request), request.params.id, grantOfForm(request.body))
    return await back(reply, request.params.id, 'revoked')
  })

  app.post('/desk/people/:id/deactivate', { config, schema: { ...PAGE, params: PersonId } }, async (request, reply) => {
    await deactivateAccount(db, world, signedIn(request), request.params.id)
    return await back(reply, request.params.id, 'deactivated')
  })

  app.post('/desk/people/:id/reactivate', { config, schema: { ...PAGE, params: PersonId } }, async (request, reply) => {
    await reactivateAccount(db, world, signedIn(request), request.params.id)
    return await back(reply, request.params.id, 'reactivated')
  })

  app.post('/desk/people/:id/invite', { config, schema: { ...PAGE, params: PersonId } }, async (request, reply) =>
    await back(reply, request.params.id, await sendLinkTo(db, world, settings, messages, signedIn(request), request.params.id)))
}

function mailPages (app: App, { db, settings }: Deps): void {
  const config = { access: ADMINISTRATORS } as const
  const MailAnswer = Type.Object({ id: Type.String(), to: Type.String(), subject: Type.String(), at: Type.String() })

  app.get('/api/v1/mail', {
    config, schema: { tags: ['people'], description: 'What a demonstration would send', querystring: CursorQuery, response: { 200: Type.Object({ items: Type.Array(MailAnswer), next: Type.Union([Type.String(), Type.Null()]) }) } }
  }, async (request) => {
    const { items, next } = await listMails(db, request.query)
    return { items: items.map(({ id, to, subject, createdAt }) => ({ id, to, subject, at: createdAt })), next }
  })

  app.get('/api/v1/mail/:id', {
    config, schema: { tags: ['people'], params: PersonId, response: { 200: Type.Object({ ...MailAnswer.properties, body: Type.String() }) } }
  }, async (request) => {
    const mail = await getOptionalMail(db, request.params.id)
    if (mail === null) throw new Refusal('not-found')
    return { id: mail.id, to: mail.to, subject: mail.subject, at: mail.createdAt, body: mail.body }
  })

  app.get('/desk/mail', { config, schema: { ...PAGE, querystring: CursorQuery } }, async (request, reply) => {
    const { items, next } = await listMails(db, request.query)
    return reply.page('people/mails', {
      title: request.t('people.mails.title'),
      nav: '/desk/mail',
      main: 'reading',
      mails: items.map((mail) => mailRow(mail, request.place, app.url)),
      next: next === null ? null : app.url('/desk/mail', {}, { cursor: next })
    })
  })

  app.get('/desk/mail/:id', { config, schema: { ...PAGE, params: PersonId } }, async (request, reply) => {
    const mail = await getOptionalMail(db, request.params.id)
    if (mail === null) throw new Refusal('not-found')
    return reply.page('people/mail', { title: mail.subject, nav: '/desk/mail', main: 'reading', mail: mailView(mail, request.place, settings.publicUrl) })
  })
}

function signInApi (app: App, { db, world, settings, messages }: Deps): void {
  const opened = (session: SignedIn): { token: string, expiresAt: string, person: ReturnType<typeof meView> } =>
    ({ token: signToken(app, session.sessionId, session.person.id), expiresAt: session.expiresAt, person: meView(session.person) })

  app.post('/api/v1/sign-in', { config: { access: 'public' }, schema: { tags: ['people'], body: Credentials, response: { 200: Session } } }, async (request) =>
    opened(await signIn(db, world, { ...request.body, from: request.ip }, SESSION_SECONDS)))

  app.post('/api/v1/sign-out', { config: { access: 'signed-in' }, schema: { tags: ['people'], response: { 204: Type.Null() } } }, async (request, reply) => {
    if (request.sessionId !== null) await signOut(db, world, request.sessionId)
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/me', { config: { access: 'signed-in' }, schema: { tags: ['people'], response: { 200: Me } } }, async (request) => meView(signedIn(request)))

  app.patch('/api/v1/me', { config: { access: 'signed-in' }, schema: { tags: ['people'], body: Type.Object({ locale: Type.String({ maxLength: 20 }) }), response: { 200: Me } } }, async (request) => {
    const { locale } = request.body
    if (!messages.languages.includes(locale)) refuseFaults([{ path: 'locale', key: 'people.fault.locale' }], request)
    return meView(await chooseLocale(db, signedIn(request), locale))
  })

  app.post('/api/v1/forgot', { config: { access: 'public' }, schema: { tags: ['people'], body: ForgotForm, response: { 202: Type.Object({}) } } }, async (request, reply) => {
    await requestReset(db, world, settings, messages, { email: request.body.email, from: request.ip })
    return await reply.status(202).send({})
  })

  app.post('/api/v1/links/:secret', { ...SECRET_ADDRESS, schema: { tags: ['people'], params: Secret, body: Type.Object({ password: Type.String({ maxLength: 1000 }) }), response: { 200: Session } } }, async (request) => {
    refuseFaults(findPasswordFaults(request.body.password, undefined), request)
    return opened(await takeLink(db, world, request.params.secret, request.body.password, SESSION_SECONDS))
  })

  app.post('/api/v1/set-up/:secret', { ...SECRET_ADDRESS, schema: { tags: ['people'], params: Secret, body: Type.Omit(SetUpForm, ['again']), response: { 201: Session } } }, async (request, reply) => {
    const { name, email, password } = request.body
    refuseFaults([...setUpFaults(name, email), ...findPasswordFaults(password, undefined)], request)
    const session = await finishSetUp(db, world, request.params.secret, { name, email, password, locale: request.language }, SESSION_SECONDS)
    return await reply.status(201).send(opened(session))
  })
}

function peopleApi (app: App, { db, world, settings, messages }: Deps): void {
  const config = { access: ADMINISTRATORS } as const
  const tags = ['people']
  const onePerson = async (request: FastifyRequest, id: string): Promise<ReturnType<typeof personOut>> => personOut(await getPerson(db, signedIn(request), id))

  app.get('/api/v1/people', { config, schema: { tags, querystring: PeopleQuery, response: { 200: PeopleOut } } }, async (request) => {
    const { items, next } = await listPeople(db, signedIn(request), request.query)
    return { items: items.map(personOut), next }
  })

  app.post('/api/v1/people', { config, schema: { tags, body: PersonIn, response: { 201: PersonOut } } }, async (request, reply) => {
    const { name, email, country, agency, rank, birthDay, latinName, locale = request.language, roles } = request.body
    const input = { name: name.trim(), latinName: blank(latinName), email: email.trim(), country: blank(country), agency: blank(agency), rank: blank(rank), birthDay: blank(birthDay), locale, roles }
    refuseFaults(findFaults(input, messages.languages), request)
    const { personId } = await addPerson(db, world, settings, messages, signedIn(request), input)
    return await reply.status(201).send(await onePerson(request, personId))
  })

  app.get('/api/v1/people/:id', { config, schema: { tags, params: PersonId, response: { 200: PersonOut } } }, async (request) =>
    await onePerson(request, request.params.id))

  app.post('/api/v1/people/:id/deactivate', { config, schema: { tags, params: PersonId, response: { 200: PersonOut } } }, async (request) => {
    await deactivateAccount(db, world, signedIn(request), request.params.id)
    return await onePerson(request, request.params.id)
  })

  app.post('/api/v1/people/:id/reactivate', { config, schema: { tags, params: PersonId, response: { 200: PersonOut } } }, async (request) => {
    await reactivateAccount(db, world, signedIn(request), request.params.id)
    return await onePerson(request, request.params.id)
  })

  app.post('/api/v1/people/:id/invite', { config, schema: { tags, params: PersonId, response: { 202: Type.Object({ sent: Type.Union([Type.Literal('invitation'), Type.Literal('reset')]) }) } } }, async (request, reply) =>
    await reply.status(202).send({ sent: await sendLinkTo(db, world, settings, messages, signedIn(request), request.params.id) }))

  app.post('/api/v1/people/:id/roles', { config, schema: { tags, params: PersonId, body: Grant, response: { 200: PersonOut } } }, async (request) => {
    refuseFaults(findGrantFaults(request.body), request)
    await giveRole(db, world, signedIn(request), request.params.id, request.body)
    return await onePerson(request, request.params.id)
  })

  app.delete('/api/v1/people/:id/roles/:role', {
    config,
    schema: { tags, params: Type.Object({ id: Type.String(), role: RoleName }), querystring: Type.Object({ country: Type.Optional(Type.String({ maxLength: 10 })) }), response: { 200: PersonOut } }
  }, async (request) => {
    const { id, role } = request.params
    await revokeRole(db, world, signedIn(request), id, { role, ...request.query })
    return await onePerson(request, id)
  })
}

/** @throws Refusal bad-input, each fault said in the reader's language */
function refuseFaults (faults: readonly Fault[], request: FastifyRequest): void {
  if (faults.length === 0) return
  throw new Refusal('bad-input', {}, faults.map(({ path, key }): Problem => ({ path, message: request.t(key) })))
}
