import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { FormatProblem, Imported } from '../../../server/quiz/formats/format.ts'
import { importQtiPackage } from '../../../server/quiz/formats/qti-package.ts'
import { scoreQtiItem, type QtiResponses } from '../../../server/quiz/formats/qti-processing.ts'
import { importQti } from '../../../server/quiz/formats/qti-read.ts'
import type { PlainValue } from '../../../server/quiz/formats/qti-values.ts'
import { attribute, nameOf, partOf, partsOf } from '../../../server/quiz/formats/qti-vocabulary.ts'
import { exportQti } from '../../../server/quiz/formats/qti-write.ts'
import { decodeXml, readXml, textIn, XmlError, type XmlElement } from '../../../server/quiz/formats/xml.ts'

// Items, packages and results that other projects wrote. They are not part of this repository: where they are missing, so is this test.

const ROOT = '../shared/corpora'
const skip = existsSync(`${ROOT}/qti3`) ? false : `${ROOT} is not there`
const files = (pattern: string): string[] => globSync(`${ROOT}/${pattern}`).map(file => file.replaceAll('\\', '/')).sort()
const shortOf = (file: string): string => relative(ROOT, file)

function textOf (file: string): string {
  const read = decodeXml(readFileSync(file))
  return 'text' in read ? read.text : ''
}

/** The root of a file, undefined where it is no XML that is read here. */
function rootOf (file: string): XmlElement | undefined {
  try {
    return readXml(textOf(file))
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return undefined
  }
}

type Tap = { comment (text: string): void, ok (value: unknown, name: string): boolean }

/** Prints what came of a folder. */
function told (t: Tap, folder: string, count: number, all: readonly Imported[], problems: readonly (FormatProblem & { readonly file: string })[]): void {
  const questions = all.reduce((sum, { questions }) => sum + questions.length, 0)
  const exact = problems.filter(({ message }) => message.includes('it is scored otherwise')).length
  t.comment(`${folder}: ${count} files, ${questions} questions imported, ${problems.length} problems; ${questions - exact} of ${questions} are scored as by their own rules`)
  for (const { file, line, path, message, severity } of problems) t.comment(`    ${file}:${line ?? path ?? ''} ${severity}: ${message}`)
  t.ok(count > 0 && questions > 0, folder)
}

t.test('every QTI item is read, or said why not', { skip }, async t => {
  for (const folder of ['qti2x/citolab-scoring', 'qti2x/instructure-qti', 'qti2x/learnosity-qti', 'qti3/pie-qti']) {
    const found = files(`${folder}/**/*.xml`).filter(file => /<(?:\w+:)?(?:qti-assessment-item|assessmentItem)\b(?!-)/.test(textOf(file)))
    const read = found.map(file => ({ file: shortOf(file), ...importQti(textOf(file)) }))
    told(t, folder, found.length, read, read.flatMap(({ file, problems }) => problems.map(problem => ({ file, ...problem }))))
    for (const { file, questions, problems } of read) t.ok(questions.length === 1 || problems.some(({ severity }) => severity === 'refused'), file)
    // What is exported and read again is read alike a second time.
    const again = exportQti(read.flatMap(({ questions }) => questions))
    t.ok(importQtiPackage(again.files).questions.length > 0, `${folder} is written`)
  }
})

t.test('every QTI package is read', { skip }, async t => {
  const found = [...files('qti2x/**/imsmanifest.xml'), ...files('qti3/**/imsmanifest.xml')]
  const read = found.map(manifest => {
    const inside = globSync(`${dirname(manifest)}/**/*`, { withFileTypes: true }).filter(entry => entry.isFile()).map(entry => `${entry.parentPath}/${entry.name}`)
    return { file: shortOf(manifest), ...importQtiPackage(new Map(inside.map(file => [relative(dirname(manifest), file).replaceAll('\\', '/'), readFileSync(file)]))) }
  })
  told(t, 'packages', found.length, read, read.flatMap(({ file, problems }) => problems.map(problem => ({ file, ...problem }))))
})

interface Case { readonly name: string, readonly responses: QtiResponses, readonly seed?: number, readonly xfail?: boolean, readonly expect: { readonly score?: number, readonly outcomes?: Readonly<Record<string, PlainValue>> } }
interface Fixture { readonly id: string, readonly seed?: number, readonly cases: readonly Case[] }

/** Cases that ours answers otherwise, and why ours is kept. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'mapResponse_bounds_default_duplicates/duplicate responses are counted (and then clamped)': 'a value that a container holds twice is counted once (QTI 2.1, mapResponse)',
  'responseProcessing_inside_duration_statsOperator/inside_duration_statsOperator_happy_paths_and_nulls': '`multiple` passes over what is NULL (QTI 2.1, multiple), so that the mean is that of the others',
  'outcomeProcessing_outcomeMaximum/outcomeMaximum_is_rejected_item_only': 'it is marked there as one that is not met'
}

t.test('scores are those in the cases beside the items', { skip }, async t => {
  let [agreed, all] = [0, 0]
  for (const file of files('qti3/pie-qti/**/cases.json')) {
    const { id, seed = 1, cases } = JSON.parse(readFileSync(file, 'utf8')) as Fixture
    const xml = textOf(file.replace(/cases\.json$/, 'item.xml'))
    for (const one of cases) {
      const { outcomes } = scoreQtiItem(xml, one.responses, { seed: one.seed ?? seed })
      const wanted = { ...one.expect.outcomes, ...one.expect.score !== undefined && Object.hasOwn(outcomes, 'SCORE') && { SCORE: one.expect.score } }
      const isSame = Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(outcomes[name], value) || (typeof value === 'number' && Math.abs(Number(outcomes[name] ?? NaN) - value) < 1e-9))
      const why = OTHERWISE[`${id}/${one.name}`]
      all++
      if (isSame) agreed++
      else t.comment(`    ${id}, ${one.name}: ${JSON.stringify(wanted)} there, ${JSON.stringify(outcomes)} here: ${why ?? 'not known why'}`)
      t.equal(isSame, why === undefined, `${id}: ${one.name}`)
    }
  }
  t.comment(`qti3/pie-qti: ${agreed} of ${all} cases agree`)
})

/** Results that were not made by the item's own rules. */
const BY_HAND: readonly (readonly [RegExp, string])[] = [
  [/sum_result_2/, 'the item gives 0 for 2 of 4 by its own table; 2 is the sum before it'],
  [/assessment_result_(?:human|external_machine)/, 'it is given by a person, or another machine'],
  [/OutcomeProcessing\//, 'scores in it are put there to be added up by tests']
]

t.test("Citolab's results are those of the items' own rules", { skip }, async t => {
  const roots = files('qti2x/citolab-scoring/**/*.xml').map(file => ({ file, root: rootOf(file) })).filter((one): one is { file: string, root: XmlElement } => one.root !== undefined)
  const items = new Map(roots.filter(({ root }) => nameOf(root) === 'assessmentItem').map(({ file, root }) => [attribute(root, 'identifier') ?? '', textOf(file)]))
  let [agreed, all] = [0, 0]
  for (const { file, root } of roots.filter(({ root }) => nameOf(root) === 'assessmentResult')) {
    for (const result of partsOf(root, 'itemResult')) {
      const xml = items.get(attribute(result, 'identifier') ?? '')
      if (xml === undefined) continue
      const responses = Object.fromEntries(partsOf(result, 'responseVariable').filter(one => attribute(one, 'identifier') !== 'num_attempts').map(one => {
        const values = partsOf(partOf(one, 'candidateResponse'), 'value').map(textIn)
        return [attribute(one, 'identifier') ?? '', values.length > 1 ? values : values[0] ?? null]
      }))
      const { outcomes } = scoreQtiItem(xml, responses)
      const recorded = partsOf(result, 'outcomeVariable').map(one => [attribute(one, 'identifier') ?? '', textIn(one).trim()] as const).filter(([name]) => Object.hasOwn(outcomes, name))
      if (recorded.length === 0) continue
      all++
      const isSame = recorded.every(([name, value]) => String(outcomes[name]) === value)
      const why = BY_HAND.find(([pattern]) => pattern.test(file))?.[1]
      if (isSame) agreed++
      else t.comment(`    ${shortOf(file)}, ${attribute(result, 'identifier') ?? ''}: ${JSON.stringify(Object.fromEntries(recorded))} there, ${JSON.stringify(outcomes)} here: ${why ?? 'not known why'}`)
      t.ok(isSame || why !== undefined, shortOf(file))
    }
  }
  t.comment(`qti2x/citolab-scoring: ${agreed} of ${all} recorded results agree`)
})
