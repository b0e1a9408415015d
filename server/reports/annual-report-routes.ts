import { readFile } from 'node:fs/promises'
import Type from 'typebox'
import { furtherFamilies } from '../certificates/fonts.ts'
import { setDocument } from '../certificates/typst.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import type { Role } from '../person.ts'
import { ForecastInFull } from '../quotas/schemas.ts'
import { annualReport } from './annual-report.ts'
import { reportJson, reportSheet, reportView } from './annual-report-views.ts'

const READERS: readonly Role[] = ['administrator', 'liaison']
const PAGE = { hide: true } as const
const ById = Type.Object({ id: Type.String({ maxLength: 100 }) })
const Text = Type.Union([Type.String(), Type.Null()])
const Count = Type.Union([Type.Integer(), Type.Null()])
const Lines = Type.Array(Type.Object({
  key: Type.Union([Type.String(), Type.Null()], { description: 'a country, course, rank or month; null for people without one' }),
  closed: Type.Union([Type.Integer(), Type.Null()], { description: 'at the closing; null while the books are open' }),
  now: Type.Integer(),
  target: Type.Union([Type.Integer(), Type.Null()], { description: 'of the quota about this part alone, if there is one' }),
  targetCounted: Type.Union([Type.Integer(), Type.Null()], { description: 'what that quota counts: more than here where people are certified in several courses' }),
  quotaId: Text
}))
const SHEET = new URL('../../templates/reports/annual-report.typ', import.meta.url)

/** The annual report of a target: who was trained, by country, course, rank and month; on a page, as PDF and over the API. */
export function annualReportRoutes (app: App, { db, world, settings }: Deps): void {
  app.get('/desk/quotas/:id/report', { config: { access: READERS }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const report = await annualReport(db, world, signedIn(request), request.params.id)
    return reply.page('reports/annual-report', reportView(report, world.now().toISOString(), { t: request.t, url: app.url, place: request.place }))
  })

  app.get('/desk/quotas/:id/report.pdf', { config: { access: READERS }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const report = await annualReport(db, world, signedIn(request), request.params.id)
    const reader = { t: request.t, url: app.url, place: request.place }
    const sheet = reportSheet(reportView(report, world.now().toISOString(), reader), settings.programme, settings.publicUrl, reader)
    const fonts = furtherFamilies(JSON.stringify(sheet))
    const pdf = await setDocument({ source: await readFile(SHEET, 'utf8'), inputs: { view: JSON.stringify({ ...sheet, fonts }) }, further: fonts.length > 0 })
    return await reply.type('application/pdf').header('content-disposition', 'inline; filename="annual-report.pdf"').header('cache-control', 'no-store').send(Buffer.from(pdf))
  })

  app.get('/api/v1/quotas/:id/report', {
    config: { access: READERS },
    schema: {
      tags: ['quotas'],
      summary: 'What a period came to by country, course, rank and month, at its closing and now, and where it will end',
      params: ById,
      response: {
        200: Type.Object({
          quotaId: Type.String(),
          name: Type.String(),
          period: Type.Object({ from: Type.String(), to: Type.String() }),
          target: Type.Integer(),
          counted: Type.Integer(),
          closedAt: Text,
          closedCount: Count,
          forecast: Type.Union([ForecastInFull, Type.Null()], { description: 'null where nothing can honestly be said yet, and of a year that is closed' }),
          by: Type.Object({ country: Lines, course: Lines, rank: Lines, month: Lines }),
          snapshot: Type.Union([Type.Object({
            content: Type.String({ description: 'JSON, in the very bytes that were signed' }),
            publicKey: Type.String({ description: 'Ed25519, SPKI in base64url' }),
            signature: Type.String({ description: 'base64url' }),
            isSigned: Type.Boolean()
          }), Type.Null()])
        })
      }
    }
  }, async (request) => reportJson(await annualReport(db, world, signedIn(request), request.params.id)))
}
