import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { createBank, exportBank, FORMAT_NAMES, importIntoBank, listBanks, type BankImport } from './banks.ts'

/** Largest file that is taken, in bytes. */
const FILE_BYTES = 32 * 1024 * 1024

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
const BankAnswer = Type.Object({ id: Type.String(), name: Type.String(), createdAt: Type.String() })
const formatName = Type.Enum(FORMAT_NAMES)

const ImportAnswer = Type.Object({
  imported: Type.Integer(),
  questions: Type.Array(Type.Object({ name: Type.String(), kind: Type.String(), key: Type.String() })),
  problems: Type.Array(Type.Object({
    line: Type.Optional(Type.Integer()), path: Type.Optional(Type.String()), message: Type.String(), severity: Type.Enum(['refused', 'changed', 'left-out'])
  }))
})

/** Banks of questions outside of courses, and files of other systems. */
export function bankRoutes (app: App, { db, world }: Deps): void {
  app.get('/api/v1/banks', {
    config: { access: STAFF },
    schema: { response: { 200: Type.Object({ items: Type.Array(BankAnswer), next: Type.Null() }) } }
  }, async () => ({ items: await listBanks(db), next: null }))

  app.post('/api/v1/banks', {
    config: { access: STAFF },
    schema: { body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }), response: { 201: BankAnswer } }
  }, async (request, reply) => await reply.status(201).send(await createBank(db, world, signedIn(request), request.body.name)))

  // A file is taken as bytes, whatever it says that it is: no other route takes such a body.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
    scope.post('/api/v1/banks/:id/import', {
      config: { access: STAFF },
      bodyLimit: FILE_BYTES,
      schema: {
        params: ById,
        querystring: Type.Object({ format: formatName, dryRun: Type.Boolean({ default: false }) }),
        response: { 200: ImportAnswer }
      }
    }, async (request): Promise<BankImportAnswer> => {
      const { format, dryRun } = request.query
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const { imported, questions, problems } = await importIntoBank(db, world, signedIn(request), request.params.id, format, bytes, { dryRun })
      return { imported, questions: [...questions], problems: [...problems] }
    })
  })

  app.get('/api/v1/banks/:id/export', {
    config: { access: STAFF },
    schema: { params: ById, querystring: Type.Object({ format: formatName }) }
  }, async (request, reply) => {
    const { text, type, fileName, problems } = await exportBank(db, request.params.id, request.query.format, request.language)
    return await reply.type(type)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      // How much of the bank the file could not say.
      .header('x-problems', String(problems.length))
      .send(text)
  })
}

interface BankImportAnswer {
  imported: BankImport['imported']
  questions: Array<BankImport['questions'][number]>
  problems: Array<BankImport['problems'][number]>
}
