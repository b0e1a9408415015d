import type { Settings } from '../../deps.ts'
import type { PageView } from '../../http/app-type.ts'
import { directionOf, type Translate } from '../../http/messages.ts'
import { formatDateTime, formatNumber, type Place } from '../../http/pages.ts'
import type { Url } from '../../http/urls.ts'
import type { Problem } from '../../refusals.ts'
import type { PublicCertificate } from '../certificates.ts'
import type { CertificateView } from '../pdf.ts'
import { addMonths } from '../validity.ts'
import { pdfView } from '../views.ts'
import { NEEDED, SIGNATORIES, TEXT_KEYS, type TemplateContent, type TextKey } from './template.ts'
import type { Look, Template } from './templates.ts'

const NAV = '/desk/quotas'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

type Naming = Pick<Settings, 'programme' | 'publicUrl'>

/** A language by its own name. */
export function languageName (language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

/** Somebody made up, with a name and a course that are neither short nor simple. */
function sampleOf (now: Date, language: string, t: Translate): PublicCertificate {
  const issuedAt = now.toISOString()
  return {
    serial: 'M00-0000-0000-000', state: 'valid', holder: language === 'ar' ? 'أمينة يوسف المنصوري' : 'Amina Chanda Yusuf-Mwila', country: 'ZM', agency: t('certificate-desk.sample.agency'),
    course: { slug: 'sample', title: t('certificate-desk.sample.course'), version: 3 }, mark: 92, issuedAt, expiresAt: addMonths(issuedAt, 24), revokedAt: null, reason: null,
    replacedBy: null, replacedAt: null, reissuedAt: null
  }
}

/** What somebody would get, with made-up data. */
export function sampleView (look: Pick<Look, 'versionId' | 'content'>, t: Translate, settings: Naming, place: Place, now: Date): CertificateView {
  return pdfView(sampleOf(now, place.language, t), t, settings, place, look)
}

/** The same as a drawing for the page: of A4 across, in millimetres. */
export function specimenView (content: TemplateContent, language: string, t: Translate, settings: Naming, place: Place, now: Date, url: Url): object {
  const view = sampleView({ versionId: null, content }, t, settings, { ...place, language }, now)
  const rtl = directionOf(language) === 'rtl'
  const picture = (hash: string | null): string | null => hash === null ? null : url('/media/:hash', { hash })
  const signatories = (view.look?.signatories ?? []).map(({ name, office, picture: hash }, index, { length }) => {
    const middle = 148.5 + (index - (length - 1) / 2) * 76 * (rtl ? -1 : 1)
    return { name, office, picture: picture(hash), x: String(middle), left: String(middle - 23), from: String(middle - 28), to: String(middle + 28) }
  })
  // A colour that is none would be no colour of the drawing either.
  const colour = /^#[0-9a-f]{6}$/.test(content.colour) ? content.colour : '#1d3557'
  const size = (text: string, most: number, width: number): string => String(Math.min(most, width / Math.max(1, text.length) * 1.9))
  const facts = [[view.labels.mark, view.mark], [view.labels.issued, view.issued], [view.labels.validUntil, view.validUntil ?? ''], [view.labels.serial, view.serial]]
  return {
    language, direction: rtl ? 'rtl' : 'ltr', colour, label: t('certificate-desk.template.specimen'),
    logo: picture(content.logo), logoX: rtl ? '235' : '18', seal: picture(content.seal),
    programme: view.programme, title: view.labels.title, titleSize: size(view.labels.title, 11, 200), presentedTo: view.labels.presentedTo, completed: view.labels.completed,
    holder: view.holder, holderSize: size(view.holder, 12, 210), origin: [view.agency, view.country].join(' · '), course: view.course.title, courseSize: size(view.course.title, 8, 210), version: view.course.version,
    facts: facts.map(([label = '', value = ''], index) => ({ label, value, y: String(176 + index * 4.6) })),
    factX: rtl ? '271' : '26', valueX: rtl ? '247' : '50', verify: view.labels.verify, verifyX: rtl ? '54' : '243', codeX: rtl ? '26' : '246', note: view.look?.note ?? '', noteY: view.look?.seal === null ? '186' : '191',
    signatories, bottomAlign: rtl ? 'end' : 'start', verifyAlign: 'end'
  }
}

export function templatesView (templates: ReadonlyArray<{ readonly id: string, readonly name: string, readonly number: number, readonly courses: readonly string[] }>, courses: ReadonlyArray<{ readonly slug: string, readonly title: string }>, saved: boolean, { t, url, language }: Reader): PageView {
  const titles = new Map(courses.map(({ slug, title }) => [slug, title]))
  return {
    title: t('certificate-desk.templates.title'), nav: NAV, saved,
    templates: templates.map(({ id, name, number, courses }) => ({
      name, href: url('/desk/certificates/templates/:id', { id }), version: formatNumber(number, language),
      courses: courses.map((slug) => slug === '' ? t('certificate-desk.template.others') : titles.get(slug) ?? slug)
    }))
  }
}

export interface TemplateForm {
  readonly name: string
  readonly courses: readonly string[]
  readonly content: TemplateContent
  readonly edits: number
  readonly problems: readonly Problem[]
  /** The language of the preview. */
  readonly shown: string
  /** Somebody else has saved meanwhile. */
  readonly stale: boolean
}

interface TemplatePage {
  readonly template: Template | null
  readonly form: TemplateForm
  readonly courses: ReadonlyArray<{ readonly slug: string, readonly title: string }>
  /** With a catalogue. */
  readonly languages: readonly string[]
  readonly settings: Naming
  readonly now: Date
  readonly translate: (language: string) => Translate
}

/** Keys whose texts a language with a catalogue seldom changes. */
const SELDOM = new Set<TextKey>(['version', 'mark', 'issued', 'validUntil', 'serial', 'verify'])

export function templateView ({ template, form, courses, languages, settings, now, translate }: TemplatePage, reader: Reader): PageView {
  const { t, url } = reader
  const { content } = form
  const error = Object.fromEntries(form.problems.map(({ path = '', message }) => [path, message]))
  const all = [...new Set([...languages, ...Object.keys(content.texts)])]
  const shown = all.includes(form.shown) ? form.shown : reader.language
  const field = (language: string, key: TextKey): object => {
    const path = `text.${language}.${key}`
    const own = translate(language)
    return {
      path, id: path.replaceAll('.', '-'), label: key.startsWith('office') ? t('certificate-desk.template.office', { number: Number(key.slice(-1)) }) : t(`certificate-desk.template.text.${key}`), value: content.texts[language]?.[key] ?? '', error: error[path] ?? null,
      long: key === 'note', needed: NEEDED.includes(key) && !languages.includes(language),
      // What stands there when nothing is written.
      otherwise: languages.includes(language) ? ownText(key, own, settings) : ''
    }
  }
  return {
    title: template === null ? t('certificate-desk.template.new') : template.name,
    nav: NAV,
    styles: ['certificate-template.css'],
    scripts: ['certificate-template.js'],
    action: template === null ? url('/desk/certificates/templates/new') : url('/desk/certificates/templates/:id', { id: template.id }),
    previewPdf: url('/desk/certificates/templates/preview.pdf'),
    specimenAt: url('/desk/certificates/templates/specimen'),
    form: { name: form.name, colour: content.colour, edits: String(form.edits) },
    stale: form.stale,
    now: form.stale && template !== null ? differences(template, form, courses, t) : [],
    error,
    problems: form.problems.map(({ path = '', message }) => ({ field: path.replaceAll('.', '-'), message })),
    problemsTitle: t('certificates.problems'),
    courses: [{ slug: '', title: t('certificate-desk.template.others') }, ...courses].map((course) => ({ ...course, checked: form.courses.includes(course.slug) })),
    pictures: (['logo', 'seal'] as const).map((name) => pictureView(name, t(`certificate-desk.template.${name}`), content[name], error[name] ?? null, url)),
    signatories: Array.from({ length: SIGNATORIES }, (_, index) => ({
      number: String(index + 1), title: t('certificate-desk.template.signatory', { number: index + 1 }), name: content.signatories[index]?.name ?? '', error: error[`signatory.${index + 1}`] ?? null,
      picture: pictureView(`signature${index + 1}`, t('certificate-desk.template.signature'), content.signatories[index]?.picture ?? null, error[`signature${index + 1}`] ?? null, url)
    })),
    languages: all.map((language) => ({
      language, name: languageName(language), direction: directionOf(language), shown: language === shown, id: `language-${language}`,
      fields: TEXT_KEYS.filter((key) => !languages.includes(language) || !SELDOM.has(key)).map((key) => field(language, key)),
      seldom: languages.includes(language) ? [...SELDOM].map((key) => field(language, key)) : []
    })),
    specimen: specimenView(content, shown, translate(shown), settings, { ...reader, language: shown }, now, url),
    versions: (template?.versions ?? []).map(({ number, at, byName, certificates }) => ({
      number: formatNumber(number, reader.language), at, when: formatDateTime(at, reader), byName, certificates: t('certificate-desk.template.has', { count: certificates })
    }))
  }
}

/** What is stored otherwise than it was typed, for whoever saves after somebody else. */
function differences (now: Template, typed: TemplateForm, courses: TemplatePage['courses'], t: Translate): Array<{ readonly label: string, readonly value: string, readonly typed: string }> {
  const none = t('certificate-desk.template.nothing')
  const titles = new Map([['', t('certificate-desk.template.others')], ...courses.map(({ slug, title }) => [slug, title] as const)])
  const used = (slugs: readonly string[]): string => [...slugs].sort().map((slug) => titles.get(slug) ?? slug).join('\n')
  const picture = (label: string, stored: string | null | undefined, own: string | null | undefined): readonly [string, string, string] | null => (stored ?? null) === (own ?? null)
    ? null
    : [label, stored == null ? '' : t('certificate-desk.template.a-picture'), own == null ? '' : t(stored == null ? 'certificate-desk.template.a-picture' : 'certificate-desk.template.another-picture')]
  const [stored, own] = [now.content, typed.content]
  const languages = [...new Set([...Object.keys(stored.texts), ...Object.keys(own.texts)])]
  const textLabel = (key: TextKey): string => key.startsWith('office') ? t('certificate-desk.template.office', { number: Number(key.slice(-1)) }) : t(`certificate-desk.template.text.${key}`)
  const all: ReadonlyArray<readonly [label: string, value: string, typed: string] | null> = [
    [t('certificate-desk.template.name'), now.name, typed.name],
    [t('certificate-desk.template.colour'), stored.colour, own.colour],
    [t('certificate-desk.template.used-by'), used(now.courses), used(typed.courses)],
    picture(t('certificate-desk.template.logo'), stored.logo, own.logo),
    picture(t('certificate-desk.template.seal'), stored.seal, own.seal),
    ...Array.from({ length: SIGNATORIES }, (_, index) => [
      [t('certificate-desk.template.signatory', { number: index + 1 }), stored.signatories[index]?.name ?? '', own.signatories[index]?.name ?? ''] as const,
      picture(`${t('certificate-desk.template.signature')} ${index + 1}`, stored.signatories[index]?.picture, own.signatories[index]?.picture)
    ]).flat(),
    ...languages.flatMap((language) => TEXT_KEYS.map((key) => [`${textLabel(key)} (${languageName(language)})`, stored.texts[language]?.[key] ?? '', own.texts[language]?.[key] ?? ''] as const))
  ]
  return all.flatMap((one) => one === null || one[1] === one[2] ? [] : [{ label: one[0], value: one[1] || none, typed: one[2] || none }])
}

function pictureView (name: string, label: string, hash: string | null, error: string | null, url: Url): object {
  return { name, label, hash: hash ?? '', src: hash === null ? null : url('/media/:hash', { hash }), error }
}

function ownText (key: TextKey, t: Translate, settings: Naming): string {
  switch (key) {
    case 'title': return t('certificates.pdf.title')
    case 'presented': return t('certificates.pdf.presented')
    case 'completed': return t('certificates.pdf.completed')
    case 'issuer': return settings.programme
    case 'version': return t('certificates.version', { version: 3 })
    case 'mark': return t('certificates.mark')
    case 'issued': return t('certificates.issued')
    case 'validUntil': return t('certificates.valid-until')
    case 'serial': return t('certificates.serial')
    case 'verify': return t('certificates.pdf.verify')
    default: return ''
  }
}
