import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { deskChoices } from '../certificates/choices.ts'
import { COLUMNS, MOST_ROWS } from '../cohorts/enrolment-csv.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { formatNumber } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { takeTables, TABLE_TYPES } from '../http/table-body.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { countryName } from '../people/countries.ts'
import { Refusal } from '../refusals.ts'
import { certifyInPerson, issueUncertified, listUncertified, type InPerson } from './issue.ts'

const PAGE = { hide: true } as const
const Id = Type.String({ minLength: 1, maxLength: 64 })
const LIST_BYTES = 8 * 1024 * 1024
/** Names that the page lists before it only counts. */
const SHOWN = 100
const Nullable = Type.Union([Type.String(), Type.Null()])
const InPersonOut = Type.Object({
  issued: Type.Integer({ description: 'Certificates' }), created: Type.Integer({ description: 'New persons' }), unchanged: Type.Integer({ description: 'Certified by this cohort before' }),
  problems: Type.Array(Type.Object({ line: Type.Optional(Type.Integer()), field: Type.Optional(Type.String()), path: Type.Optional(Type.String()), message: Type.String() })),
  alike: Type.Array(Type.Object({ line: Type.Integer(), name: Type.String(), knownAs: Type.String(), personId: Type.String() }), { description: 'Who may be known under another address' })
})

/** Issuing certificates by hand: to those who have passed and have none, and to lists of people who were trained in person. */
export function issueRoutes (app: App, deps: Deps): void {
  const { db } = deps
  const config = { access: ADMINISTRATORS } as const
  const answer = ({ problems, alike, ...rest }: InPerson) => ({ ...rest, problems: [...problems], alike: [...alike] })

  app.post('/api/v1/certificates/issue', {
    config,
    schema: {
      tags: ['certificates'], summary: 'Issues certificates to all who have passed and have none',
      body: Type.Object({ cohort: Type.Optional(Id), dryRun: Type.Boolean({ default: false, description: 'Only says whom' }) }),
      response: { 200: Type.Object({ issued: Type.Integer(), people: Type.Array(Type.Object({ enrolmentId: Type.String(), personId: Type.String(), name: Type.String(), country: Nullable, cohort: Type.String(), course: Type.String() })) }) }
    }
  }, async (request) => {
    const { cohort = null, dryRun } = request.body
    const people = (await listUncertified(db, signedIn(request), cohort)).map(({ id, personId, name, country, cohort, course }) => ({ enrolmentId: id, personId, name, country, cohort, course }))
    return { issued: dryRun ? 0 : await issueUncertified(db, deps, signedIn(request), cohort), people }
  })

  void app.register(async (scope: App) => {
    takeTables(scope)
    scope.post('/api/v1/cohorts/:id/certificates', {
      config,
      bodyLimit: LIST_BYTES,
      schema: {
        tags: ['certificates'], summary: 'Issues certificates to people who passed in person, as members of this cohort',
        params: Type.Object({ id: Id }), querystring: Type.Object({ dryRun: Type.Boolean({ default: false }), reason: Type.String({ maxLength: 500, default: '', description: 'Where and by whom they were trained' }) }),
        consumes: TABLE_TYPES, body: Type.String({ description: 'CSV or XLSX: name,email,country,agency,rank,locale, and if wished mark' }), response: { 200: InPersonOut }
      }
    }, async (request) => answer(await certifyInPerson(db, deps, signedIn(request), request.params.id, request.body, { ...request.query, language: request.language })))
  })

  interface Shown {
    readonly cohort?: string
    readonly csv?: string
    readonly reason?: string
    readonly result?: InPerson
    readonly problem?: string
    readonly notice?: string
  }

  const page = async (request: FastifyRequest, reply: FastifyReply, shown: Shown): Promise<FastifyReply> => {
    const { t, language } = request
    const people = await listUncertified(db, signedIn(request), null)
    const { cohorts } = await deskChoices(db, language)
    const { result } = shown
    return reply.page('certificates/issue', {
      title: t('certificate-desk.issue.title'), nav: '/desk/quotas', scripts: ['csv-file.js'],
      notice: shown.notice ?? null, problem: shown.problem ?? null,
      people: people.slice(0, SHOWN).map(({ name, country, cohort, course, cohortId }) => ({ name, cohort, course, country: country === null ? '' : countryName(country, language), href: app.url('/desk/cohorts/:id', { id: cohortId }) })),
      more: people.length > SHOWN ? t('certificate-desk.issue.more', { count: people.length - SHOWN }) : null,
      issueAll: t('certificate-desk.issue.all', { count: people.length }),
      cohorts: cohorts.map(({ value, label }) => ({ value, label, selected: value === shown.cohort })),
      csv: shown.csv ?? '', reason: shown.reason ?? '', columns: [...COLUMNS, 'mark'], most: formatNumber(MOST_ROWS, request.language),
      result: result === undefined ? null : {
        figures: (['issued', 'created', 'unchanged'] as const).map((name) => ({ value: String(result[name]), label: t(`certificate-desk.in-person.${name}`, { count: result[name] }) })),
        problems: result.problems.map(({ line, field = '', message }) => ({ where: line === undefined ? '' : t('problem.line', { line: String(line) }), field, message })),
        problemsTitle: t('cohorts.enrol.problems', { count: result.problems.length }),
        alike: result.alike.map(({ line, name, knownAs, personId }) => ({ where: t('problem.line', { line: String(line) }), name, knownAs, href: app.url('/desk/people/:id', { id: personId }) })),
        mayConfirm: result.problems.length === 0 && result.issued > 0, confirm: t('certificate-desk.issue.all', { count: result.issued })
      }
    })
  }

  app.get('/desk/certificates/issue', { config, schema: PAGE }, async (request, reply) => await page(request, reply, {}))

  app.post('/desk/certificates/issue', {
    config, bodyLimit: LIST_BYTES,
    schema: { ...PAGE, body: Type.Object({ step: Type.Enum(['missing', 'check', 'confirm']), cohort: Type.String({ maxLength: 64, default: '' }), csv: Type.String({ default: '' }), reason: Type.String({ maxLength: 5000, default: '' }) }) }
  }, async (request, reply) => {
    const { step, ...typed } = request.body
    const { t } = request
    if (step === 'missing') {
      const issued = await issueUncertified(db, deps, signedIn(request), null)
      return await page(request, reply, { notice: t('certificate-desk.issue.done', { count: issued }) })
    }
    if (typed.cohort === '') return await page(request, reply.status(422), { ...typed, problem: t('certificate-desk.in-person.no-cohort') })
    const { length } = typed.reason.trim()
    if (length < 3 || length > 500) return await page(request, reply.status(422), { ...typed, problem: t('certificate-desk.in-person.no-reason') })
    try {
      const options = { dryRun: step === 'check', reason: typed.reason, language: request.language }
      const result = await certifyInPerson(db, deps, signedIn(request), typed.cohort, typed.csv, options)
      if (step === 'confirm') return await page(request, reply, { notice: t('certificate-desk.issue.done', { count: result.issued }) })
      return await page(request, reply.status(result.problems.length > 0 ? 422 : 200), { ...typed, result })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'not-allowed') throw error
      // The list is checked again: what stood against it meanwhile is shown line by line.
      if (error.code === 'bad-input') return await page(request, reply.status(422), { ...typed, result: await certifyInPerson(db, deps, signedIn(request), typed.cohort, typed.csv, { dryRun: true, reason: typed.reason, language: request.language }) })
      return await page(request, reply.status(409), { ...typed, problem: t(`refusal.${error.code}`) })
    }
  })
}
