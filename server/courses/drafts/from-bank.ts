import type { Database, Tx } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { checkQuiz, type QuestionDefinition } from '../../quiz/quiz.ts'
import { keyMaker } from '../../quiz/formats/format.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { bankOf, type Asked } from '../bank/browse.ts'
import { normalised } from '../bank/indexed.ts'
import { mapPictures, picturesShown } from '../bank/pictures.ts'
import { selectBankPictures, selectEntries, selectStanding, type BankVersion } from '../bank/queries.ts'
import { selectOptionalMedia, type Bank } from '../queries.ts'
import { withQuestion, withQuestions } from './bank-text.ts'
import { editCourse, freshKey } from './course-edits.ts'
import { draftQuestions, inCourse, type DraftQuestions } from './draft-questions.ts'
import { saveFiles, type FileEdit } from './drafts.ts'
import { upsertOrigin, type OriginRow } from './queries.ts'

/** Most questions that are taken at once. */
export const MOST_TAKEN = 1000

/** How a quiz asks questions that are taken: every one of them, or some of their topics at random. */
export type Asking = { readonly quiz: string, readonly how: 'these' } | { readonly quiz: string, readonly how: 'draw', readonly count: number }

export interface Taken {
  /** Keys in the draft, in the order asked for, without texts that others refer to. */
  readonly keys: readonly string[]
  /** How many of them are new there. */
  readonly added: number
  /** The file that they stand in. */
  readonly path: string
}

/** Puts questions of a bank, as they stand, into a draft: into the file that is named after the bank, with the texts they refer to and
 * their pictures. Those that are there already stay as they are. A quiz asks them, when that is wanted, in a section of its own.
 * What is saved meanwhile stays: questions and sections are added to whatever stands.
 * @param input.keys in the bank
 * @throws Refusal not-found, draft-closed; bad-input for keys that do not stand in the bank, or a quiz that has problems */
export async function takeFromBank (db: Database, world: World, person: Person, id: string, input: { readonly bankId: string, readonly keys: readonly string[], readonly ask: Asking | null }): Promise<Taken> {
  const bank = await bankOf(db, input.bankId)
  const chosen = await standingWithStimuli(db.read, bank, input.keys)
  for (let tries = 1; ; tries++) {
    const before = await draftQuestions(db, person, id)
    const { edits, origins, ...taken } = await planned(db.read, before, bank, chosen, input)
    try {
      if (edits.length > 0) await saveFiles(db, world, person, id, 'questions', edits, async (tx) => { for (const origin of origins) await upsertOrigin(tx, id, origin) })
      return taken
    } catch (refusal) {
      // Somebody saved between reading and writing: nothing of theirs is touched by adding to it.
      if (tries === 3 || !(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile') throw refusal
    }
  }
}

/** @throws Refusal bad-input for keys that do not stand */
async function standingWithStimuli (tx: Tx, bank: Bank, keys: readonly string[]): Promise<{ readonly questions: readonly BankVersion[], readonly stimuli: readonly BankVersion[] }> {
  const wanted = [...new Set(keys)].slice(0, MOST_TAKEN)
  if (wanted.length === 0) throw new Refusal('bad-input', {}, [{ path: 'questions', message: 'choose at least one question' }])
  const found = new Map((await selectStanding(tx, bank.id, wanted)).map((version) => [version.key, version]))
  const missing = wanted.filter((key) => !found.has(key))
  if (missing.length > 0) throw new Refusal('bad-input', {}, missing.map((key) => ({ path: 'questions', message: `'${key}' does not stand in the bank`, words: { key: 'refused.not-in-bank', values: { key } } })))
  const questions = wanted.flatMap((key) => found.get(key) ?? [])
  const stimuli = new Set(questions.flatMap(({ definition }) => definition.stimulus ?? []).filter((key) => !found.has(key)))
  return { questions, stimuli: await selectStanding(tx, bank.id, [...stimuli]) }
}

async function planned (
  tx: Tx, before: DraftQuestions, bank: Bank, { questions, stimuli }: { readonly questions: readonly BankVersion[], readonly stimuli: readonly BankVersion[] }, { ask }: { readonly ask: Asking | null }
): Promise<Taken & { readonly edits: readonly FileEdit[], readonly origins: readonly OriginRow[] }> {
  const path = `banks/${freshKey(bank.name, 'bank', new Set())}.yaml`
  const there = new Map(before.questions.flatMap(({ key, origin }) => origin?.bank.id === bank.id ? [[origin.key, key] as const] : []))
  const fresh = [...stimuli, ...questions].filter(({ key }) => !there.has(key))
  const keyFor = keyMaker(before.questions.map(({ key }) => key))
  const keys = new Map([...there, ...fresh.map(({ key }) => [key, keyFor(key)] as const)])
  const pictures = await picturesFor(tx, before, bank, fresh.map(({ definition }) => definition))
  const written = fresh.map(({ key, definition }) => asWritten(inCourse(definition, bank, before.language), keys.get(key) ?? key, definition.stimulus === undefined ? undefined : keys.get(definition.stimulus), pictures.names))
  const text = before.texts.get(path)
  const edits: FileEdit[] = [...pictures.edits]
  if (written.length > 0) edits.push({ path, version: versionOf(before, path), content: withQuestions(text, bank.name, written) })
  const asked = questions.filter(({ definition: { kind } }) => kind !== 'stimulus' && kind !== 'description')
  if (ask !== null) edits.push({ path: 'course.yaml', version: versionOf(before, 'course.yaml'), content: withSection(before, ask, asked.map(({ key, definition }) => ({ ...definition, key: keys.get(key) ?? key }))) })
  return {
    keys: questions.flatMap(({ key }) => keys.get(key) ?? []),
    added: fresh.length,
    path,
    edits,
    origins: fresh.map(({ key, version }) => ({ key: keys.get(key) ?? key, bankId: bank.id, bankKey: key, version }))
  }
}

/** Of a file of a draft; 0 for one that is not there. */
export function versionOf ({ files }: Pick<DraftQuestions, 'files'>, path: string): number {
  return files.find((file) => file.path === path)?.version ?? 0
}

/** Pictures of questions under names of the draft: those that it has under theirs, others under one that is free. */
async function picturesFor (tx: Tx, { files }: DraftQuestions, bank: Bank, definitions: readonly QuestionDefinition[]): Promise<{ readonly names: ReadonlyMap<string, string>, readonly edits: readonly FileEdit[] }> {
  const shown = new Map(definitions.flatMap((definition) => Object.entries(picturesShown(definition)).map(([src, { hash }]) => [src, hash] as const)))
  const names = new Map<string, string>()
  const edits: FileEdit[] = []
  if (shown.size === 0) return { names, edits }
  const called = new Map((await selectBankPictures(tx, bank.id)).map(({ hash, name }) => [hash, name]))
  const taken = new Set(files.filter(({ path }) => path.startsWith('images/')).map(({ path }) => path.slice('images/'.length).replace(/\.[^.]*$/, '')))
  for (const [src, hash] of shown) {
    const known = files.find((file) => file.hash === hash && file.path.startsWith('images/'))?.path
    const media = known === undefined ? await selectOptionalMedia(tx, hash) : undefined
    if (known === undefined && media === undefined) continue
    const stem = freshKey((called.get(hash) ?? '').replace(/\.[^.]*$/, ''), 'picture', taken)
    const path = known ?? `images/${stem}.${media?.type === 'image/jpeg' ? 'jpg' : media?.type.slice('image/'.length) ?? 'png'}`
    names.set(src, path)
    if (media === undefined) continue
    taken.add(stem)
    edits.push({ path, version: 0, content: media.bytes })
  }
  return { names, edits }
}

/** As it stands in a file: its key first, its pictures by their names there. */
function asWritten (definition: QuestionDefinition, key: string, stimulus: string | undefined, pictures: ReadonlyMap<string, string>): QuestionDefinition {
  const { key: _, ...rest } = mapPictures(definition, ({ src }) => pictures.get(src) ?? src)
  return { key, ...rest, ...stimulus !== undefined && { stimulus } } // the same but for its names
}

/** A quiz with one section more. The section that a new quiz begins with, which draws from nothing, makes room for it. */
function withSection ({ texts, sketch, questions }: DraftQuestions, ask: Asking, asked: readonly QuestionDefinition[]): string {
  const written = sketch?.quizzes.find(({ key }) => key === ask.quiz)
  if (written === undefined) throw new Refusal('bad-input', {}, [{ path: 'quiz', message: `there is no quiz '${ask.quiz}'` }])
  if (asked.length === 0) throw new Refusal('bad-input', {}, [{ path: 'questions', message: 'none of them asks anything', words: { key: 'refused.asks-nothing' } }])
  const topics = new Set(questions.map(({ definition }) => definition.topic))
  const sections = (Array.isArray(written['sections']) ? written['sections'] as unknown[] : []).filter((section) => !drawsNothing(section, topics))
  const named = new Set(sections.flatMap((section) => (section as { questions?: unknown }).questions ?? []))
  // No question is asked twice in one paper: what the quiz names already is neither named again nor there to be drawn.
  const free = asked.filter(({ key }) => !named.has(key))
  const full = free.length === 0 ? sections : [...sections, ask.how === 'these' ? { questions: free.map(({ key }) => key) } : { draw: drawRows(free, ask.count) }]
  const checked = checkQuiz({ ...written, sections: full })
  if ('problems' in checked) throw new Refusal('bad-input', {}, checked.problems.map(({ path, message }) => ({ path: `quiz/${path}`, message })))
  return editCourse(texts.get('course.yaml') ?? '', { do: 'quiz', quiz: checked.quiz })
}

function drawsNothing (section: unknown, topics: ReadonlySet<string>): boolean {
  const { draw } = section as { draw?: unknown }
  return Array.isArray(draw) && draw.length > 0 && draw.every((row: unknown) => !topics.has(String((row as { topic?: unknown } | null)?.topic)))
}

/** So many questions at random as rows of a draw: of each topic its share of those chosen, the greatest remainders first. Where all
 * are of one difficulty, that alone is drawn.
 * @param count how many; never more than were chosen */
export function drawRows (chosen: ReadonlyArray<Pick<QuestionDefinition, 'topic' | 'difficulty'>>, count: number): Array<{ topic: string, difficulty?: QuestionDefinition['difficulty'], count: number }> {
  const wanted = Math.max(1, Math.min(count, chosen.length))
  const [first] = chosen
  const difficulty = first !== undefined && chosen.every((question) => question.difficulty === first.difficulty) ? first.difficulty : undefined
  const shares = [...Map.groupBy(chosen, ({ topic }) => topic)].map(([topic, of]) => ({ topic, exact: wanted * of.length / chosen.length }))
  const rows = shares.map(({ topic, exact }) => ({ topic, ...difficulty !== undefined && { difficulty }, count: Math.floor(exact) }))
  const byRemainder = shares.map(({ exact }, index) => ({ index, left: exact - Math.floor(exact) })).sort((a, b) => b.left - a.left || a.index - b.index)
  let missing = wanted - rows.reduce((sum, { count }) => sum + count, 0)
  for (const { index } of byRemainder) {
    const row = rows[index]
    if (missing-- <= 0 || row === undefined) break
    row.count++
  }
  return rows.filter(({ count }) => count > 0)
}

/** Files of a draft whose questions say what their banks say now. */
export interface Update {
  readonly edits: readonly FileEdit[]
  /** The same change of an earlier state of a file. */
  readonly of: (path: string, base: string) => string
  /** What goes with the save. */
  readonly also: (tx: Tx) => Promise<void>
}

/** Works out how questions of a draft come to say what their banks say now. Keys stay, so that quizzes ask them as before.
 * @param input.keys in the draft; those that have no newer version are passed over
 * @param input.versions of the files that were seen, by path
 * @throws Refusal not-found */
export async function updateFromBank (db: Database, person: Person, id: string, { keys, versions }: { readonly keys: readonly string[], readonly versions: Readonly<Record<string, number>> }): Promise<Update> {
  const before = await draftQuestions(db, person, id)
  const due = before.questions.flatMap(({ key, path, origin }) => origin === null || origin.newer === null || origin.latest === null || !keys.includes(key) ? [] : [{ key, path, origin, newer: origin.newer, version: origin.latest }])
  const names = new Map<string, string>()
  const edits: FileEdit[] = []
  for (const of of Map.groupBy(due, ({ origin }) => origin.bank.id).values()) {
    const [{ origin: { bank } }] = of as [typeof of[number], ...typeof of]
    const files = [...before.files, ...edits.map(({ path }) => ({ path, version: 0, hash: '', size: 0, at: '', by: '' }))]
    const pictures = await picturesFor(db.read, { ...before, files }, bank, of.map(({ newer }) => newer))
    for (const [src, name] of pictures.names) names.set(src, name)
    edits.push(...pictures.edits)
  }
  const changed = (path: string, base: string): string => due.filter((one) => one.path === path).reduce((text, { key, newer }) => withQuestion(text, key, asWritten(newer, key, newer.stimulus, names)), base)
  for (const path of new Set(due.map(({ path }) => path))) edits.push({ path, version: versions[path] ?? 0, content: changed(path, before.texts.get(path) ?? '') })
  return {
    edits,
    of: changed,
    also: async (tx) => { for (const { key, origin, version } of due) await upsertOrigin(tx, id, { key, bankId: origin.bank.id, bankKey: origin.key, version }) }
  }
}

/** Keys of the questions of a bank that meet what is asked for, as it stands now; `MOST_TAKEN` at most.
 * @throws Refusal not-found */
export async function keysMeeting (db: Database, bankId: string, { topic = '', difficulty = '', language = '', kind = '', search = '' }: Omit<Asked, 'use' | 'after'>): Promise<string[]> {
  return (await selectEntries(db.read, await bankOf(db, bankId), { topic, difficulty, language, kind, words: normalised(search) }, 0, MOST_TAKEN)).map(({ key }) => key)
}
