import { bytesToBase64 } from './base64.ts'
import { categoryPath, collect, keyMaker, type Collected, type ExportOptions, type FormatProblem, type Imported, type ImportedQuestion, type ImportOptions, type NamedQuestion, type QuestionFile } from './format.ts'
import type { PackageFiles } from './package-files.ts'
import { readingOf, readQti12 } from './qti12-read.ts'
import { assessmentXml, itemsOf } from './qti12-write.ts'
import { allIn, decodeXml, escapeXml, readXml, type XmlElement, type XmlError } from './xml.ts'

const MANIFEST = 'imsmanifest.xml'

/** Reads a content package of QTI 1.2: a quiz or course export of Canvas, of Respondus, a Common Cartridge. Files are those that
 * the manifest calls tests or banks, and Canvas' own copies of them, which say more, in their place. Pictures that texts show
 * go with the questions. A package whose manifest names files of questions that are not in it is refused whole. Never throws. */
export function importQti12Package (files: PackageFiles, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const reading = readingOf(collected)
  const broken: FormatProblem[] = []
  const tests = testsIn(files, collected.problems, broken)
  if (broken.length > 0) return { questions: [], problems: broken }
  for (const path of tests) {
    const text = textOf(files, path, collected.problems)
    if (text === undefined) continue
    const before = collected.questions.length
    readQti12(text, reading, path)
    for (let index = before; index < collected.questions.length; index++) collected.questions[index] = illustrated(collected.questions[index]!, files, path, collected)
  }
  reading.bind()
  return { questions: collected.questions, problems: collected.problems }
}

/** The files that hold questions, each once. */
function testsIn (files: PackageFiles, problems: FormatProblem[], broken: FormatProblem[]): string[] {
  const own = [...files.keys()].filter(path => path.endsWith('.xml.qti'))
  const manifest = files.has(MANIFEST) ? textOf(files, MANIFEST, problems) : undefined
  if (!files.has(MANIFEST)) problems.push({ path: MANIFEST, message: 'the package has no manifest; every file of QTI 1.2 in it is read', severity: 'left-out' })
  if (manifest === undefined) return own.length > 0 ? own : [...files].flatMap(([path, bytes]) => path.endsWith('.xml') && isQti12(bytes) ? [path] : [])
  let root: XmlElement
  try {
    root = readXml(manifest)
  } catch (error) {
    const { line, message } = error as XmlError // nothing else is thrown by what is in memory
    problems.push({ path: MANIFEST, line, message: `the manifest cannot be read: ${message}`, severity: 'refused' })
    return []
  }
  const idents = new Set(own.map(path => path.split('/').at(-1)!.replace('.xml.qti', '')))
  const listed: string[] = []
  for (const resource of allIn(root, 'resource')) {
    const type = resource.attributes.get('type') ?? ''
    if (!/^imsqti_(?:xmlv1p[12]|item_xmlv1p2)/.test(type)) {
      if (/^imsqti_/.test(type)) problems.push({ path: resource.attributes.get('href') ?? MANIFEST, message: `is of another version of QTI: ${type}`, severity: 'refused' })
      continue
    }
    const hrefs = [resource.attributes.get('href'), ...[...allIn(resource, 'file')].map(({ attributes }) => attributes.get('href'))].flatMap(href => href ?? [])
    const path = hrefs.map(unescaped).find(href => href.endsWith('.xml') || href.endsWith('.qti'))
    if (path === undefined || !files.has(path)) broken.push({ path: MANIFEST, line: resource.line, message: path === undefined ? 'a resource of questions names no file of them' : `the package does not hold '${path.slice(0, 200)}', which its manifest names`, severity: 'refused' })
    else if (!idents.has(path.split('/')[0]!) && !own.includes(path)) listed.push(path)
  }
  return [...new Set([...listed, ...own])]
}

function isQti12 (bytes: Uint8Array): boolean {
  return /<questestinterop[\s>]/.test(new TextDecoder().decode(bytes.subarray(0, 2000)))
}

function textOf (files: PackageFiles, path: string, problems: FormatProblem[]): string | undefined {
  const decoded = decodeXml(files.get(path)!)
  if ('text' in decoded) return decoded.text
  problems.push({ path, message: decoded.problem, severity: 'refused' })
  return undefined
}

function unescaped (href: string): string {
  try {
    return decodeURIComponent(href.replace(/[?#].*$/s, ''))
  } catch {
    return href
  }
}

const PICTURE = /<img\b[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')|!\[(?:\\.|[^\]\\]){0,1000}\]\(([^)\s]{1,2000})\)/gi
const BASE = /^(?:\$|%24)IMS[-_]CC[-_]FILE[-_]?BASE(?:\$|%24)\/?/i

/** A question with the files of the package that its texts show, under the names that the texts have for them. */
function illustrated (question: ImportedQuestion, files: PackageFiles, path: string, { problems }: Collected): ImportedQuestion {
  const sources = new Set([...JSON.stringify(question.definition).replaceAll('\\"', '"').replaceAll('\\\\', '\\').matchAll(PICTURE)].map(([, double, single, markdown]) => double ?? single ?? markdown!))
  const found: QuestionFile[] = []
  for (const source of sources) {
    if (/^(?:https?:|data:)/i.test(source)) continue
    const file = fileFor(files, source.replaceAll('&amp;', '&'), path)
    if (file === undefined) problems.push({ path, message: `'${question.name}': its picture ${source.slice(0, 100)} is not in the package`, severity: 'left-out' })
    else found.push({ name: source, bytes: bytesToBase64(file) })
  }
  return found.length === 0 ? question : { ...question, files: found }
}

/** A file by what a text calls it: from the root of the package, from beside the text, or, as Canvas has it, in its folder of files. */
function fileFor (files: PackageFiles, source: string, path: string): Uint8Array | undefined {
  const name = unescaped(source.replace(BASE, ''))
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : ''
  const places = [name, folder + name, `web_resources/${name}`, `Uploaded Media/${name}`]
  for (const place of places) {
    const file = files.get(place)
    if (file !== undefined) return file
  }
  // Respondus keeps files in a folder of its own, which its texts do not name.
  const ending = [...files.keys()].filter(key => key.endsWith(`/${name}`))
  return ending.length === 1 && name !== '' ? files.get(ending[0]!) : undefined
}

/** Writes a package as Canvas exports quizzes, and imports them ("QTI .zip file"): a quiz for each category, with its manifest.
 * What `importQti12Package` reads of it equals what was given, but for what the problems name. */
export function exportQti12Package (questions: readonly NamedQuestion[], options: ExportOptions = {}): { readonly files: PackageFiles, readonly problems: readonly FormatProblem[] } {
  const problems: FormatProblem[] = []
  const shown = new Map<string, Uint8Array>()
  const quizzes = new Map<string, { title: string, items: string[] }>()
  for (const { xml, category } of itemsOf(questions, options, problems, shown)) {
    const path = categoryPath(category)
    const quiz = quizzes.get(path) ?? { title: category.at(-1) ?? 'Questions', items: [] }
    quiz.items.push(xml)
    quizzes.set(path, quiz)
  }
  const fresh = keyMaker([])
  const encoder = new TextEncoder()
  const files = new Map<string, Uint8Array>()
  const resources: string[] = []
  for (const { title, items } of quizzes.values()) {
    const ident = fresh('quiz')
    const [test, meta] = [`${ident}/${ident}.xml`, `${ident}/assessment_meta.xml`]
    files.set(test, encoder.encode(assessmentXml(ident, title, items)))
    files.set(meta, encoder.encode(metaXml(ident, title)))
    resources.push(
      `<resource identifier="${ident}" type="imsqti_xmlv1p2"><file href="${test}"/><dependency identifierref="${ident}-meta"/></resource>`,
      `<resource identifier="${ident}-meta" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="${meta}"><file href="${meta}"/></resource>`
    )
  }
  for (const [path, bytes] of shown) {
    files.set(path, bytes)
    resources.push(`<resource identifier="${fresh('file')}" type="webcontent" href="${path}"><file href="${path}"/></resource>`)
  }
  files.set(MANIFEST, encoder.encode(manifestXml(resources)))
  return { files, problems }
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

function metaXml (ident: string, title: string): string {
  return `${HEAD}<quiz identifier="${ident}" xmlns="http://canvas.instructure.com/xsd/cccv1p0"><title>${escapeXml(title)}</title><shuffle_answers>true</shuffle_answers><quiz_type>practice_quiz</quiz_type></quiz>\n`
}

function manifestXml (resources: readonly string[]): string {
  return [
    `${HEAD}<manifest identifier="muster" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">`,
    '<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>',
    '<organizations/>',
    `<resources>\n${resources.join('\n')}\n</resources>`,
    '</manifest>\n'
  ].join('\n')
}
