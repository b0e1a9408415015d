import { collect, type Collected, type FormatProblem, type Imported, type ImportOptions } from './format.ts'
import { fileIn, mediaIn, pathIn } from './qti-item.ts'
import type { PackageFiles } from './package-files.ts'
import { categoryOf, readItem } from './qti-read.ts'
import { markupOf, wordingOf } from './qti-texts.ts'
import { newSession } from './qti-session.ts'
import { attribute, insideOf, isTrue, nameOf, numberIn, partOf, partsOf, qti2Name, wordIn } from './qti-vocabulary.ts'
import { settle } from './markup.ts'
import { decodeXml, readXmlOr, rootNameOr, textIn, type XmlElement } from './xml.ts'

/** Sections that refer to each other are followed so deep. */
const MAX_SECTIONS = 32
const SCHEMAS = /^(?:imsqti|imsqtiasi)_?(item|test|section|stimulus|assessment|rptemplate|outcomes|testpart)?_?xmlv(2p[012]|3p0)/i

interface Package {
  readonly files: PackageFiles
  readonly collected: Collected
  /** why the whole of it is not taken */
  readonly broken: FormatProblem[]
  /** of items and stimuli that were read, the keys of what became of them, by their paths */
  readonly read: Map<string, string | undefined>
  readonly roots: Map<string, XmlElement | undefined>
  readonly difficulty: ReadonlyMap<string, 'easy' | 'medium' | 'hard'>
}

/** Reads an unpacked package of QTI 2.1, 2.2 or 3.0: the items of its tests, in their order and by their sections, then those of no
 * test. What several items share becomes a stimulus. As `importQti` in all else. Never throws.
 *
 * A package that is not what its manifest and tests say of it is refused whole: without a manifest, with one that cannot be read or
 * names no item, or where a file of QTI that is named is not in it. An item that cannot be taken is refused by itself.
 * @param files with `imsmanifest.xml` among them, at the root or one folder down */
export function importQtiPackage (files: PackageFiles, options: ImportOptions = {}): Imported {
  const collected = collect(options)
  const manifest = [...files.keys()].filter(path => /(?:^|\/)imsmanifest\.xml$/i.test(path)).sort((a, b) => a.length - b.length)[0]
  if (manifest === undefined) return { questions: [], problems: [{ path: 'imsmanifest.xml', message: 'the package has no manifest', severity: 'refused' }] }
  const broken: FormatProblem[] = []
  const listed = resourcesIn(manifest, files, broken)
  if (broken.length > 0) return { questions: [], problems: broken }
  const known: Package = { files, collected, broken, read: new Map(), roots: new Map(), difficulty: new Map(listed.flatMap(({ path, difficulty }) => difficulty === undefined ? [] : [[path, difficulty] as const])) }
  const names = new Map(listed.map(({ path }) => [path, nameAt(path, known)]))
  const named = (name: string): string[] => [...names].flatMap(([path, own]) => own === name ? [path] : [])
  for (const path of named('assessmentTest')) readTest(path, known)
  for (const path of named('assessmentItem')) itemAt(path, { category: [] }, known)
  for (const path of named('assessmentStimulus')) itemAt(path, { category: [] }, known)
  if (broken.length > 0) return { questions: [], problems: broken }
  return { questions: collected.questions, problems: collected.problems }
}

interface Resource { readonly path: string, readonly difficulty: 'easy' | 'medium' | 'hard' | undefined }

/** The resources of a manifest that are of QTI. */
function resourcesIn (manifest: string, files: PackageFiles, problems: FormatProblem[]): Resource[] {
  const root = xmlAt(manifest, files, problems)
  if (root === undefined) return []
  const found = insideOf(root, new Set(['resource'])).flatMap((resource): Resource[] => {
    const type = wordIn(resource, 'type')
    const href = attribute(resource, 'href') ?? wordIn(partsOf(resource, 'file')[0] ?? resource, 'href')
    if (!SCHEMAS.test(type)) return []
    const path = pathIn(manifest, href)
    if (path === undefined || !files.has(path)) {
      const why = path === undefined ? `'${href.slice(0, 200)}', which the manifest names, is no place in the package` : `the package does not hold '${path.slice(0, 200)}', which its manifest names`
      problems.push({ path: manifest, line: resource.line, message: why, severity: 'refused' })
      return []
    }
    return [{ path, difficulty: difficultyOf(resource) }]
  })
  if (found.length === 0) problems.push({ path: manifest, message: 'the manifest names no item of QTI 2 or 3', severity: 'refused' })
  return found
}

const DIFFICULTIES: Readonly<Record<string, 'easy' | 'medium' | 'hard'>> = { 'very easy': 'easy', easy: 'easy', medium: 'medium', difficult: 'hard', 'very difficult': 'hard' }

const DIFFICULTY = new Set(['difficulty'])

function difficultyOf (resource: XmlElement): Resource['difficulty'] {
  const [element] = insideOf(resource, DIFFICULTY)
  const words = textIn(element).toLowerCase().replace(/lomv\d\.\d/g, '').replace(/\s+/g, ' ').trim()
  return DIFFICULTIES[words]
}

/** A file of the package as XML; undefined, and a problem, when it is none. */
function xmlAt (path: string, files: PackageFiles, problems: FormatProblem[]): XmlElement | undefined {
  const decoded = decodeXml(files.get(path)!)
  if ('problem' in decoded) {
    problems.push({ path, message: decoded.problem, severity: 'refused' })
    return undefined
  }
  return readXmlOr(decoded.text, ({ line, message }) => {
    problems.push({ path, line, message, severity: 'refused' })
    return undefined
  })
}

function rootAt (path: string, { roots, files, collected }: Package): XmlElement | undefined {
  if (!roots.has(path)) roots.set(path, xmlAt(path, files, collected.problems))
  return roots.get(path)
}

/** The name of a file's root, in QTI 2; undefined, and a problem, where there is none. */
function nameAt (path: string, { files, collected }: Package): string | undefined {
  const decoded = decodeXml(files.get(path)!)
  const found = 'problem' in decoded ? { line: 1, ...decoded } : rootNameOr(decoded.text)
  if (typeof found === 'string') return qti2Name(found)
  collected.problems.push({ path, line: found.line, message: found.problem, severity: 'refused' })
  return undefined
}

interface Within { readonly category: readonly string[], readonly stimulus?: string }

const UNSAID: Readonly<Record<string, string>> = {
  selection: 'how its sections draw', ordering: 'how its sections order', timeLimits: 'its time limits', preCondition: 'its conditions', branchRule: 'its branches', outcomeProcessing: 'how its outcomes are worked out', testFeedback: 'its feedback'
}

function readTest (path: string, known: Package): void {
  const root = rootAt(path, known)
  if (root === undefined) {
    known.broken.push(...known.collected.problems.splice(-1))
    return
  }
  const unsaid = [...new Set(insideOf(root, new Set(Object.keys(UNSAID))).map(element => UNSAID[nameOf(element)]!))]
  if (unsaid.length > 0) known.collected.problems.push({ path, message: `of the test are left out: ${unsaid.join(', ')}`, severity: 'left-out' })
  readSections(root, path, { category: [] }, known, 0)
}

function readSections (element: XmlElement, path: string, within: Within, known: Package, depth: number): void {
  for (const child of partsOf(element)) {
    const href = wordIn(child, 'href')
    switch (nameOf(child)) {
      case 'testPart':
        readSections(child, path, within, known, depth)
        break
      case 'assessmentSection': {
        const title = wordIn(child, 'title')
        const category = isTrue(child, 'visible', true) ? categoryOf([...within.category, title]) : within.category
        const shared = partsOf(child, 'rubricBlock').filter(block => /candidate|^\s*$/.test(wordIn(block, 'view')))
        const stimulus = shared.length === 0 ? undefined : sharedText(shared, path, category, categoryOf([title])[0] ?? 'Section', known)
        readSections(child, path, { category, ...stimulus === undefined ? within.stimulus !== undefined && { stimulus: within.stimulus } : { stimulus } }, known, depth)
        break
      }
      case 'assessmentSectionRef': {
        const target = pathIn(path, href)
        const section = target === undefined || depth >= MAX_SECTIONS || !known.files.has(target) ? undefined : rootAt(target, known)
        if (target === undefined || section === undefined) missing(path, child, href, 'section', known)
        else readSections({ ...child, children: [section] }, target, within, known, depth + 1)
        break
      }
      case 'assessmentItemRef': {
        const target = pathIn(path, href)
        if (target === undefined || !known.files.has(target)) missing(path, child, href, 'item', known)
        else itemAt(target, within, known)
        if (partsOf(child, 'weight').some(weight => numberIn(weight, 'value') !== 1)) {
          known.collected.problems.push({ path, message: `the weight that the test gives to '${wordIn(child, 'identifier').slice(0, 100)}' is left out`, severity: 'left-out' })
        }
      }
    }
  }
}

/** What a file names, and is not there: then the package is not what it says. */
function missing (path: string, { line }: XmlElement, href: string, what: string, { broken }: Package): void {
  broken.push({ path, line, message: `the ${what} '${href.slice(0, 200)}' cannot be read, or is not in the package`, severity: 'refused' })
}

/** What is said above the items of a section, as a stimulus. @returns its key */
function sharedText (blocks: readonly XmlElement[], path: string, category: readonly string[], name: string, { collected, files }: Package): string | undefined {
  const writer = { session: newSession({}), markup: markupOf(blocks[0]!), inPlace: () => undefined, leftOut: (what: string) => { collected.problems.push({ path, message: `'${name}': ${what}`, severity: 'left-out' }) } }
  const said = wordingOf(blocks.length === 1 ? blocks[0]!.children : blocks, writer)
  if (said.text === '') return undefined
  const { markup, write } = settle([said])
  const taken = collected.add({ kind: 'stimulus', prompt: write(said), ...markup === 'html' && { markup } }, { name, ...category.length > 0 && { category }, files: blocks.flatMap(block => mediaIn(block, href => fileIn(files, path, href))), key: wordIn(blocks[0]!, 'id').replace(/^_(?=\d)/, '') })
  return taken ? collected.questions.at(-1)!.definition.key : undefined
}

/** Reads an item or a stimulus once. @returns its key */
function itemAt (path: string, { category, stimulus }: Within, known: Package): string | undefined {
  if (known.read.has(path)) return known.read.get(path)
  const root = rootAt(path, known)
  // A package is held in memory as its files, not as all of its elements.
  known.roots.delete(path)
  known.read.set(path, undefined)
  if (root === undefined) return undefined
  const reference = partOf(root, 'assessmentStimulusRef')
  const own = reference === undefined ? undefined : pathIn(path, wordIn(reference, 'href'))
  const target = own === undefined || !known.files.has(own) ? undefined : rootAt(own, known)
  if (reference !== undefined && target === undefined) missing(path, reference, wordIn(reference, 'href'), 'stimulus', known)
  const key = own === undefined || target === undefined || nameOf(target) !== 'assessmentStimulus' ? stimulus : itemAt(own, { category }, known)
  const difficulty = known.difficulty.get(path)
  const made = readItem(root, known.collected, {
    path, file: href => fileIn(known.files, path, href), ...category.length > 0 && { category }, ...key !== undefined && { stimulus: key }, ...difficulty !== undefined && { difficulty }
  })
  known.read.set(path, made)
  return made
}
