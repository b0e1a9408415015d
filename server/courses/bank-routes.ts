import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { Download } from '../http/download.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { FORMAT_NAMES, type WrittenFile } from './bank-formats.ts'
import { createBank, exportBank, importIntoBank, listBanks, type BankImport } from './banks.ts'

/** Largest file that is taken, in bytes. */
const FILE_BYTES = 32 * 1024 * 1024

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
const BankAnswer = Type.Object({ id: Type.String(), name: Type.String(), language: Type.String(), createdAt: Type.String() })
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
    schema: { body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 200 }),
      language: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35, description: 'What its plain texts are written in; en when left out' }))
    }), response: { 201: BankAnswer } }
  }, async (request, reply) => await reply.status(201).send(await createBank(db, world, signedIn(request), request.body)))

  // A file is taken as bytes, whatever it says that it is: no other route takes such a body.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
    scope.post('/api/v1/banks/:id/import', {
      config: { access: STAFF },
      bodyLimit: FILE_BYTES,
      schema: {
        params: ById,
        querystring: Type.Object({
          format: formatName,
          dryRun: Type.Boolean({ default: false }),
          only: Type.Optional(Type.String({ pattern: '^[0-9]+(,[0-9]+)*$', maxLength: 200_000, description: 'Places in the file of the questions wanted, from 0, with commas between; all when left out' }))
        }),
        response: { 200: ImportAnswer }
      }
    }, async (request): Promise<BankImportAnswer> => {
      const { format, dryRun, only } = request.query
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const { imported, questions, problems } = await importIntoBank(db, world, signedIn(request), request.params.id, format, bytes, { dryRun, ...only !== undefined && { only: only.split(',').map(Number) } })
      return { imported, questions: [...questions], problems: [...problems] }
    })
  })

  app.get('/api/v1/banks/:id/export', {
    config: { access: STAFF },
    schema: {
      params: ById,
      querystring: Type.Object({ format: formatName, key: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000 })], { description: 'Of the questions wanted; all when left out' })) }),
      response: { 200: Download }
    }
  }, async (request, reply) => {
    const { body, type, fileName, problems } = await exportBank(db, request.params.id, request.query.format, request.language, request.query.key === undefined ? undefined : [request.query.key].flat())
    return await reply.type(type)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      // How much of the bank the file could not say.
      .header('x-problems', String(problems.length))
      .send(bodyOf(body))
  })
}

/** A written file as it is sent. */
export function bodyOf (body: WrittenFile['body']): string | Buffer {
  return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

interface BankImportAnswer {
  imported: BankImport['imported']
  questions: Array<BankImport['questions'][number]>
  problems: Array<BankImport['problems'][number]>
}
