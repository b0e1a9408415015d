import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { knownLocale } from '../../cohorts/enrolment-csv.ts'
import { PICTURE_BYTES } from '../../courses/picture.ts'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { Download } from '../../http/download.ts'
import { textOrNull } from '../../http/nullable.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal, type Problem } from '../../refusals.ts'
import { renderCertificate } from '../pdf.ts'
import { keepPicture } from './pictures.ts'
import { canonical, OWN_COLOUR, SIGNATORIES, TEXT_KEYS, templateProblems, type TemplateContent, type TemplateProblem } from './template.ts'
import { getTemplate, listTemplates, lookOf, saveTemplate, templateCourses, type Template } from './templates.ts'
import { sampleView, specimenView, templatesView, templateView, type TemplateForm } from './views.ts'

const PAGE = { hide: true } as const
const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const Form = Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 10_000 }))]))
const Hash = textOrNull({ maxLength: 64, description: 'SHA-256 of a picture that was sent to /certificate-templates/pictures' })
const FILES = { fileBytes: PICTURE_BYTES, totalBytes: 5 * PICTURE_BYTES, files: 2 + SIGNATORIES }

const Content = Type.Object({
  colour: Type.String({ maxLength: 20, description: '#rrggbb, dark enough to be read on white' }),
  logo: Hash,
  seal: Hash,
  signatories: Type.Array(Type.Object({ name: Type.String({ maxLength: 200 }), picture: Hash }), { maxItems: SIGNATORIES }),
  texts: Type.Record(Type.String({ maxLength: 35 }), Type.Object(Object.fromEntries(TEXT_KEYS.map((key) => [key, Type.Optional(Type.String({ maxLength: 1000 }))])) as Record<typeof TEXT_KEYS[number], ReturnType<typeof Type.Optional<ReturnType<typeof Type.String>>>>, { additionalProperties: false }), { description: 'By language (BCP 47); what is left out is the programme\'s own' })
})
const Body = Type.Object({
  name: Type.String({ maxLength: 200 }),
  courses: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 1000, description: 'Slugs of the courses that use it; \'\' for every course without a template of its own' }),
  content: Content
})
const Line = Type.Object({ id: Type.String(), name: Type.String(), number: Type.Integer({ description: 'Of the version that new certificates get' }), edits: Type.Integer(), courses: Type.Array(Type.String()) })
const Answer = Type.Object({
  ...Line.properties, content: Type.Unsafe<TemplateContent>(Content),
  versions: Type.Array(Type.Object({ id: Type.String(), number: Type.Integer(), byName: Type.String(), at: Type.String(), certificates: Type.Integer() }))
})

/** How certificates look: templates in versions, with a preview before they are saved. */
export function certificateTemplateRoutes (app: App, deps: Deps): void {
  const { db, world, messages, settings } = deps
  const config = { access: ADMINISTRATORS } as const
  const languages = messages.languages

  const said = (problems: readonly TemplateProblem[], { t }: FastifyRequest): Problem[] => problems.map(({ path, code, values }) => ({ path, message: t(`certificate-desk.template.problem.${code}`, values) }))
  const answer = ({ versions, content, courses, ...line }: Template) => ({ ...line, courses: [...courses], content, versions: versions.map(({ id, number, byName, at, certificates }) => ({ id, number, byName, at, certificates })) })

  /** A PDF of somebody made up, so that it can be looked at before anybody gets it. */
  const preview = async (request: FastifyRequest, reply: FastifyReply, content: TemplateContent, wanted: string): Promise<FastifyReply> => {
    const language = languages.includes(wanted) || content.texts[wanted] !== undefined ? wanted : request.language
    const look = await lookOf(db.read, null, content)
    const view = sampleView(look, messages.translate(language), settings, { ...request.place, language }, world.now())
    return await reply.type('application/pdf').header('cache-control', 'no-store').header('content-disposition', 'inline; filename="preview.pdf"').send(Buffer.from(await renderCertificate(view, look.pictures)))
  }

  app.get('/api/v1/certificate-templates', { config, schema: { tags: ['certificates'], response: { 200: Type.Object({ items: Type.Array(Line), next: Type.Null() }) } } }, async (request) =>
    ({ items: (await listTemplates(db, signedIn(request))).map(({ courses, ...line }) => ({ ...line, courses: [...courses] })), next: null }))

  app.get('/api/v1/certificate-templates/:id', { config, schema: { tags: ['certificates'], params: ById, response: { 200: Answer } } }, async (request) =>
    answer(await getTemplate(db, signedIn(request), request.params.id)))

  app.post('/api/v1/certificate-templates', { config, schema: { tags: ['certificates'], body: Body, response: { 201: Answer } } }, async (request, reply) => {
    const saved = await saveTemplate(db, world, signedIn(request), null, bodyOf(request.body), { edits: 0, languages })
    if ('problems' in saved) throw new Refusal('bad-input', {}, said(saved.problems, request))
    return await reply.status(201).send(answer(await getTemplate(db, signedIn(request), saved.id)))
  })

  app.put('/api/v1/certificate-templates/:id', {
    config,
    schema: { tags: ['certificates'], summary: 'Saves a new version; certificates keep the one they were issued with', params: ById, body: Type.Object({ ...Body.properties, edits: Type.Integer({ description: 'As it was read' }) }), response: { 200: Answer } }
  }, async (request) => {
    const { id } = request.params
    const saved = await saveTemplate(db, world, signedIn(request), id, bodyOf(request.body), { edits: request.body.edits, languages })
    if ('problems' in saved) throw new Refusal('bad-input', {}, said(saved.problems, request))
    return answer(await getTemplate(db, signedIn(request), id))
  })

  app.post('/api/v1/certificate-templates/preview', {
    config, schema: { tags: ['certificates'], summary: 'A PDF with made-up data; nothing is saved', body: Type.Object({ content: Content, language: Type.String({ maxLength: 35, default: 'en' }) }), response: { 200: Download } }
  }, async (request, reply) => {
    const content = canonical(contentOf(request.body.content))
    const problems = templateProblems('x', content, languages)
    if (problems.length > 0) throw new Refusal('bad-input', {}, said(problems, request))
    return await preview(request, reply, content, request.body.language)
  })

  app.post('/api/v1/certificate-templates/pictures', {
    config,
    schema: { tags: ['certificates'], summary: 'A logo, a seal or a signature: checked, and written anew as PNG', body: Type.Object({ name: Type.String({ maxLength: 200 }), base64: Type.String({ maxLength: Math.ceil(PICTURE_BYTES * 1.4) }) }), response: { 201: Type.Object({ hash: Type.String() }) } }
  }, async (request, reply) => await reply.status(201).send({ hash: await keepPicture(db, world, signedIn(request), { field: 'picture', name: request.body.name, bytes: Buffer.from(request.body.base64, 'base64') }) }))

  app.get('/desk/certificates/templates', { config, schema: { ...PAGE, querystring: Type.Object({ saved: Type.Optional(Type.Literal('yes')) }) } }, async (request, reply) =>
    reply.page('certificates/templates', templatesView(await listTemplates(db, signedIn(request)), await templateCourses(db), request.query.saved !== undefined, readerOf(request))))

  const page = async (request: FastifyRequest, reply: FastifyReply, template: Template | null, form: TemplateForm): Promise<FastifyReply> =>
    reply.page('certificates/template', templateView({ template, form, courses: await templateCourses(db), languages, settings, now: world.now(), translate: messages.translate }, readerOf(request)))

  app.get('/desk/certificates/templates/new', { config, schema: PAGE }, async (request, reply) =>
    await page(request, reply, null, { name: '', courses: [], content: EMPTY, edits: 0, problems: [], shown: request.language, stale: false }))

  app.get('/desk/certificates/templates/:id', { config, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const template = await getTemplate(db, signedIn(request), request.params.id)
    return await page(request, reply, template, { ...template, problems: [], shown: request.language, stale: false })
  })

  /** The picture beside the form, while it is filled in. */
  app.post('/desk/certificates/templates/specimen', { config, schema: { ...PAGE, body: Form } }, async (request, reply) => {
    const { content, shown } = readForm(request.body, request.language)
    return await reply.type('text/html').header('cache-control', 'no-store').send(reply.part('certificates/specimen', { specimen: specimenView(canonical(content), shown, messages.translate(shown), settings, { ...request.place, language: shown }, world.now(), app.url) }))
  })

  app.post('/desk/certificates/templates/preview.pdf', { config: { ...config, files: FILES }, schema: { ...PAGE, body: Form } }, async (request, reply) => {
    const { content, shown, name, courses, edits } = await withPictures(request)
    const clean = canonical(content)
    const problems = templateProblems(name === '' ? 'x' : name, clean, languages)
    if (problems.length > 0) return await page(request, reply.status(422), null, { name, courses, content, edits, problems: said(problems, request), shown, stale: false })
    return await preview(request, reply, clean, shown)
  })

  const save = async (request: FastifyRequest, reply: FastifyReply, id: string | null): Promise<FastifyReply> => {
    const person = signedIn(request)
    const template = id === null ? null : await getTemplate(db, person, id)
    let read: Read
    try {
      read = await withPictures(request)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      const typed = readForm(request.body as Record<string, string>, request.language)
      return await page(request, reply.status(422), template, { ...typed, problems: error.problems, stale: false })
    }
    const form = { ...read, problems: [], stale: false }
    if (read.step === 'add-language') {
      const language = knownLocale(read.addLanguage)
      if (language === null) return await page(request, reply.status(422), template, { ...form, problems: said([{ path: 'language', code: 'language', values: { language: read.addLanguage } }], request) })
      return await page(request, reply, template, { ...form, shown: language, content: { ...read.content, texts: { ...read.content.texts, [language]: read.content.texts[language] ?? {} } } })
    }
    if (read.step === 'preview') {
      const problems = templateProblems(read.name === '' ? 'x' : read.name, canonical(read.content), languages)
      return await page(request, reply.status(problems.length > 0 ? 422 : 200), template, { ...form, problems: said(problems, request) })
    }
    try {
      const saved = await saveTemplate(db, world, person, id, read, { edits: read.edits, languages })
      if ('problems' in saved) return await page(request, reply.status(422), template, { ...form, problems: said(saved.problems, request) })
      return await reply.redirect(app.url('/desk/certificates/templates', {}, { saved: 'yes' }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
      const now = await getTemplate(db, person, id ?? '')
      return await page(request, reply.status(409), now, { ...form, edits: now.edits, stale: true })
    }
  }

  app.post('/desk/certificates/templates/new', { config: { ...config, files: FILES }, schema: { ...PAGE, body: Form } }, async (request, reply) => await save(request, reply, null))

  app.post('/desk/certificates/templates/:id', { config: { ...config, files: FILES }, schema: { ...PAGE, params: ById, body: Form } }, async (request, reply) => await save(request, reply, request.params.id))

  /** What was typed, with the pictures that came with it kept: they are not chosen again after a preview. */
  async function withPictures (request: FastifyRequest): Promise<Read> {
    const read = readForm(request.body as Record<string, string | string[]>, request.language)
    const kept = new Map<string, string>()
    for (const { field, name, bytes, cut } of request.sentFiles ?? []) {
      if (cut) throw new Refusal('bad-input', {}, [{ path: field, message: request.t('certificate-desk.template.problem.too-large') }])
      kept.set(field, await keepPicture(db, world, signedIn(request), { field, name: name.slice(0, 200), bytes }))
    }
    const { content } = read
    return {
      ...read,
      content: {
        ...content, logo: kept.get('logo') ?? content.logo, seal: kept.get('seal') ?? content.seal,
        signatories: content.signatories.map((signatory, index) => ({ ...signatory, picture: kept.get(`signature${index + 1}`) ?? signatory.picture }))
      }
    }
  }
}

const EMPTY: TemplateContent = { colour: OWN_COLOUR, logo: null, seal: null, signatories: [], texts: {} }

interface Read {
  readonly name: string
  readonly courses: readonly string[]
  readonly content: TemplateContent
  readonly edits: number
  /** The language that the preview is in. */
  readonly shown: string
  readonly step: string
  readonly addLanguage: string
}

/** A form as it was filled in. */
function readForm (body: Readonly<Record<string, string | readonly string[]>>, language: string): Read {
  const one = (name: string): string => { const value = body[name]; return (typeof value === 'string' ? value : value?.[0] ?? '').trim() }
  const hash = (name: string): string | null => one(`${name}.remove`) === 'yes' || !/^[0-9a-f]{64}$/.test(one(`${name}.hash`)) ? null : one(`${name}.hash`)
  const texts: Record<string, Record<string, string>> = {}
  for (const name of Object.keys(body)) {
    const found = /^text\.([A-Za-z0-9-]{2,35})\.([a-zA-Z0-9]+)$/.exec(name)
    const [, language = '', key = ''] = found ?? []
    if (!TEXT_KEYS.some((known) => known === key)) continue
    const own = texts[language] ??= {}
    if (one(name) !== '') own[key] = one(name)
  }
  const signatories = Array.from({ length: SIGNATORIES }, (_, index) => ({ name: one(`signatory.${index + 1}`), picture: hash(`signature${index + 1}`) }))
  // Those before the last that is named stay, so that offices and signatures keep their places.
  const last = signatories.findLastIndex(({ name, picture }) => name !== '' || picture !== null)
  return {
    name: one('name'),
    courses: [body['courses'] ?? []].flat(),
    content: { colour: one('colour').toLowerCase() || OWN_COLOUR, logo: hash('logo'), seal: hash('seal'), signatories: signatories.slice(0, last + 1), texts },
    edits: Number(one('edits')) || 0,
    shown: one('shown') === '' ? language : one('shown'),
    step: one('step'),
    addLanguage: one('language')
  }
}

function bodyOf <T extends { readonly content: Parameters<typeof contentOf>[0] }> (body: T): T & { readonly content: TemplateContent } {
  return { ...body, content: contentOf(body.content) }
}

function contentOf (content: { readonly [Key in keyof TemplateContent]: Key extends 'texts' ? Readonly<Record<string, Readonly<Record<string, string | undefined>>>> : TemplateContent[Key] }): TemplateContent {
  return { ...content, texts: Object.fromEntries(Object.entries(content.texts).map(([language, texts]) => [language, Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))])) }
}

function readerOf (request: FastifyRequest) {
  return { ...request.place, t: request.t, url: request.server.url }
}
