import type { QuestionDefinition } from '../kinds/index.ts'
import type { ExportOptions, FormatProblem, NamedQuestion } from './format.ts'
import { leaveOut, notesOn } from './export-notes.ts'
import { base64ToBytes } from './base64.ts'
import type { PackageFiles } from './package-files.ts'
import { elementIn, idOf, num, outcomeDeclaration, richIn, rulesIn, type Pen, type QtiVersion } from './qti-pen.ts'
import { namedFiles, showsPicture } from './picture-texts.ts'
import { printingPen } from './qti-write-calculated.ts'
import { partsFor } from './qti-write-kinds.ts'
import type { Parts } from './qti-write-parts.ts'
import { escapeXml } from './xml.ts'

/** A package as it is to be zipped, and what it could not say. */
export interface ExportedPackage {
  readonly files: PackageFiles
  readonly problems: readonly FormatProblem[]
}

interface Version { readonly item: string, readonly manifest: string, readonly schema: string, readonly types: string }

const VERSIONS: Readonly<Record<QtiVersion, Version>> = {
  '2.1': { item: 'http://www.imsglobal.org/xsd/imsqti_v2p1', manifest: 'http://www.imsglobal.org/xsd/imscp_v1p1', schema: 'QTIv2.1 Package', types: 'xmlv2p1' },
  '2.2': { item: 'http://www.imsglobal.org/xsd/imsqti_v2p2', manifest: 'http://www.imsglobal.org/xsd/imscp_v1p1', schema: 'QTIv2.2 Package', types: 'xmlv2p2' },
  '3.0': { item: 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0', manifest: 'http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1', schema: 'QTI Package', types: 'xmlv3p0' }
}

interface Resource { readonly identifier: string, readonly type: string, readonly href: string, readonly files: readonly string[], readonly difficulty: string | undefined }

/** Writes questions as a package of QTI 2.1, 2.2 or 3.0: an item for each, with its scoring written out as rules, a test that has
 * them by their categories, and a manifest. What `importQtiPackage` reads of it equals what was given, but for what the
 * problems name.
 * @param options.version 3.0 when left out */
export function exportQti (questions: readonly NamedQuestion[], options: ExportOptions & { readonly version?: QtiVersion } = {}): ExportedPackage {
  const { version = '3.0' } = options
  const files = new Map<string, Uint8Array>()
  const problems: FormatProblem[] = []
  const resources: Resource[] = []
  const shown: string[] = []
  const stimuli = new Map(questions.filter(({ definition }) => definition.kind === 'stimulus').map(question => [question.definition.key, question]))
  const sections: Section[] = []
  for (const question of questions) {
    const { definition } = question
    const notes = notesOn(question, options)
    const media = new Map<string, Uint8Array>()
    const isShared = definition.kind === 'stimulus'
    const named = namedFiles(question.files ?? [], 'media', files, name => { notes.leftOut(`the file '${name.slice(0, 100)}' that it shows is not among its files`) })
    // The test is at the root, items and stimuli are in folders.
    const up = isShared && version !== '3.0' ? '' : '../'
    const pen: Pen = { version, notes, definition, el: elementIn(version), rich: richIn(definition, notes, html => named.placed(html, path => `${up}${path}`)), picture: picturesOf(definition.key, media) }
    const stimulus = definition.stimulus === undefined ? undefined : stimuli.get(definition.stimulus)
    if (definition.stimulus !== undefined && stimulus === undefined) notes.leftOut('the text that several questions share is not among them, and is left out')
    const written = isShared && version !== '3.0' ? sharedXml(question, pen) : isShared ? stimulusXml(question, pen) : itemXml(question, pen, stimulus)
    if (written !== undefined) leaveOut(definition, notes, { hints: 'what is said as a hint', penalty: 'the penalty', source: 'the source', ...isShared && { feedback: 'the feedback of a text' } })
    problems.push(...notes.problems)
    if (written === undefined) continue
    const path = `${isShared ? 'stimuli' : 'items'}/${definition.key}.xml`
    for (const [name, bytes] of media) files.set(`items/${name}`, bytes)
    if (isShared && version !== '3.0') shown.push(...named.used.keys())
    else {
      files.set(path, encoded(written))
      resources.push({ identifier: idOf(definition.key), type: `imsqti_${isShared ? 'stimulus' : 'item'}_${VERSIONS[version].types}`, href: path, files: [...[...media.keys()].map(name => `items/${name}`), ...named.used.keys()], difficulty: definition.difficulty === 'medium' ? undefined : definition.difficulty })
    }
    placeIn(sections, question, isShared && version === '3.0' ? undefined : isShared ? { shared: written } : { item: path })
  }
  files.set('test.xml', encoded(testXml(sections, version)))
  files.set('imsmanifest.xml', encoded(manifestXml(resources, shown, version)))
  return { files, problems }
}

function encoded (xml: string): Uint8Array {
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`)
}

const DATA = /^data:(image\/([a-z]+));base64,([A-Za-z0-9+/=]+)$/
const TYPES: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml' }

/** Pictures that stand in a question itself become files beside its item. */
function picturesOf (key: string, media: Map<string, Uint8Array>): Pen['picture'] {
  return src => {
    const [, type, ending, base64] = DATA.exec(src) ?? []
    if (type === undefined || base64 === undefined) return { href: src, type: TYPES[/\.([a-z]+)$/i.exec(src)?.[1]?.toLowerCase() ?? ''] ?? 'image/png' }
    const href = `${key}-${media.size + 1}.${ending!}`
    media.set(href, base64ToBytes(base64))
    return { href, type }
  }
}

function itemXml ({ name, definition }: NamedQuestion, plain: Pen, stimulus: NamedQuestion | undefined): string | undefined {
  const pen = definition.kind === 'calculated' ? printingPen(definition, plain) : plain
  const parts = partsFor(definition, pen)
  if (parts === undefined) return undefined
  const { el } = pen
  const isAsked = definition.kind !== 'description'
  const mark = num(definition.mark ?? 1)
  const feedback: NonNullable<Parts['feedback']> = [...parts.feedback ?? [], ...definition.feedback === undefined ? [] : [{ identifier: 'GENERAL', text: definition.feedback }]]
  const reference = stimulus !== undefined && pen.version === '3.0' ? [el('assessmentStimulusRef', { identifier: `S-${stimulus.definition.key}`, href: `../stimuli/${stimulus.definition.key}.xml`, title: stimulus.name })] : []
  return root(pen, 'assessmentItem', { identifier: idOf(definition.key), title: name, adaptive: false, timeDependent: false },
    ...parts.declarations,
    ...isAsked ? [outcomeDeclaration(el, 'SCORE', 'single', 'float', 0), outcomeDeclaration(el, 'MAXSCORE', 'single', 'float', Number(mark))] : [],
    ...feedback.length === 0 ? [] : [outcomeDeclaration(el, 'FEEDBACK', 'multiple', 'identifier')],
    ...parts.templates ?? [],
    ...reference,
    el('itemBody', { class: classOf(definition) }, `<div class="prompt">${pen.rich(definition.prompt)}</div>`, parts.body),
    ...processing(pen, parts, definition.feedback !== undefined),
    ...feedback.map(({ identifier, text, isPlain }) => {
      const said = isPlain === true ? escapeXml(pen.notes.text(text)) : pen.rich(text)
      return el('modalFeedback', { outcomeIdentifier: 'FEEDBACK', identifier, showHide: 'show' }, pen.version === '3.0' ? el('contentBody', {}, said) : said)
    }))
}

/** What the texts are to be read as again, where that is not to be seen by them. */
function classOf (definition: QuestionDefinition): string | undefined {
  if (definition.markup === 'html') return 'html'
  return showsPicture(JSON.stringify(definition).replaceAll('\\"', '"')) ? 'markdown' : undefined
}

function processing ({ el }: Pen, { rules }: Parts, hasGeneral: boolean): string[] {
  const { variable, base, set } = rulesIn(el)
  const general = hasGeneral ? [set('FEEDBACK', el('multiple', {}, variable('FEEDBACK'), base('identifier', 'GENERAL')))] : []
  const all = [...rules, ...general]
  return all.length === 0 ? [] : [el('responseProcessing', {}, ...all)]
}

function root (pen: Pen, name: string, attributes: Parameters<Pen['el']>[1], ...content: readonly string[]): string {
  const written = pen.el(name, attributes, ...content)
  return written.replace(/^<([a-zA-Z-]+)/, `<$1 xmlns="${VERSIONS[pen.version].item}"`)
}

function stimulusXml ({ name, definition }: NamedQuestion, pen: Pen): string {
  return root(pen, 'assessmentStimulus', { identifier: idOf(definition.key), title: name },
    pen.el('stimulusBody', { class: classOf(definition) }, `<div class="prompt">${pen.rich(definition.prompt)}</div>`))
}

/** What QTI 2 says above the items of a section. */
function sharedXml ({ definition }: NamedQuestion, pen: Pen): string {
  return pen.el('rubricBlock', { view: 'candidate', id: idOf(definition.key), class: classOf(definition) }, `<div class="text">${pen.rich(definition.prompt)}</div>`)
}

interface Section { readonly category: readonly string[], readonly entries: (Placed & { readonly question: NamedQuestion })[] }
type Placed = { readonly item: string } | { readonly shared: string }

/** Questions that follow each other in a category are in one section. */
function placeIn (sections: Section[], question: NamedQuestion, placed: Placed | undefined): void {
  if (placed === undefined) return
  const category = question.category ?? [question.definition.topic]
  const last = sections.at(-1)
  const section = last !== undefined && JSON.stringify(last.category) === JSON.stringify(category) ? last : { category, entries: [] }
  if (section !== last) sections.push(section)
  section.entries.push({ ...placed, question })
}

function testXml (sections: readonly Section[], version: QtiVersion): string {
  const el = elementIn(version)
  let count = 0
  const section = (title: string, visible: boolean, ...content: readonly string[]): string => el('assessmentSection', { identifier: `SECTION_${++count}`, title, visible }, ...content)
  const shared = new Map(sections.flatMap(({ entries }) => entries.flatMap(entry => 'shared' in entry ? [[entry.question.definition.key, entry] as const] : [])))
  const reference = ({ question: { definition }, ...placed }: Section['entries'][number]): string => 'item' in placed ? el('assessmentItemRef', { identifier: idOf(definition.key), href: placed.item }) : ''
  // Of QTI 2, items stand in a section with what they share; a text that nothing shares stands alone.
  const entriesXml = (entries: Section['entries']): string => entries.map((entry, index) => {
    const of = 'shared' in entry ? undefined : shared.get(entry.question.definition.stimulus ?? '')
    if ('shared' in entry) return entries.some(({ question }) => question.definition.stimulus === entry.question.definition.key) ? '' : section(entry.question.name, false, entry.shared)
    if (of === undefined || !('shared' in of)) return reference(entry)
    const same = (other: Section['entries'][number] | undefined): boolean => other?.question.definition.stimulus === of.question.definition.key
    if (same(entries[index - 1])) return ''
    const run = entries.slice(index)
    const end = run.findIndex(other => !same(other))
    return section(of.question.name, false, of.shared, ...run.slice(0, end === -1 ? undefined : end).map(reference))
  }).join('\n')
  const nested = ([outer, ...inner]: readonly string[], content: string): string => outer === undefined ? content : section(outer, true, nested(inner, content))
  const body = sections.map(({ category, entries }) => nested(category.length === 0 ? [''] : category, entriesXml(entries))).join('\n')
  return el('assessmentTest', { identifier: 'TEST', title: 'Test' }, el('testPart', { identifier: 'PART', navigationMode: 'nonlinear', submissionMode: 'simultaneous' }, body === '' ? section('', true) : body))
    .replace(/^<([a-zA-Z-]+)/, `<$1 xmlns="${VERSIONS[version].item}"`)
}

const LEVELS: Readonly<Record<string, string>> = { easy: 'easy', hard: 'difficult' }

/** @param shown files that texts of the test show */
function manifestXml (resources: readonly Resource[], shown: readonly string[], version: QtiVersion): string {
  const { manifest, schema, types } = VERSIONS[version]
  const lom = (difficulty: string): string => `<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><educational><difficulty><source>LOMv1.0</source><value>${LEVELS[difficulty]!}</value></difficulty></educational></lom></metadata>`
  const written = resources.map(({ identifier, type, href, files, difficulty }) =>
    `<resource identifier="${escapeXml(identifier)}" type="${type}" href="${escapeXml(href)}">${difficulty === undefined ? '' : lom(difficulty)}${[href, ...files].map(file => `<file href="${escapeXml(file)}"/>`).join('')}</resource>`)
  return [
    `<manifest xmlns="${manifest}" identifier="MANIFEST">`,
    `<metadata><schema>${schema}</schema><schemaversion>${version === '3.0' ? '3.0.0' : '1.0.0'}</schemaversion></metadata>`,
    '<organizations/>',
    `<resources>\n<resource identifier="TEST" type="imsqti_test_${types}" href="test.xml"><file href="test.xml"/>${resources.map(({ identifier }) => `<dependency identifierref="${escapeXml(identifier)}"/>`).join('')}</resource>\n${written.join('\n')}\n</resources>`,
    '</manifest>'
  ].join('\n')
}
