import { isDeepStrictEqual } from 'node:util'
import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { keyMaker } from '../../quiz/formats/format.ts'
import { checkQuestion, textIn, type QuestionDefinition } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { mergedForm, one, readForm } from '../bank/editor.ts'
import type { EditorPicture, EditorState, SavedVersion } from '../bank/editor-view.ts'
import { fieldsOf, type KindName } from '../bank/fields.ts'
import { blankValues, languagesIn, valuesOf, withKeys, type Posted } from '../bank/values.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { readSource } from '../source-files.ts'
import { withoutQuestion, withQuestion, withQuestions } from './bank-text.ts'
import { draftQuestions, listIn, type DraftQuestion, type DraftQuestions } from './draft-questions.ts'
import { allFiles, historyOf, saveFiles, textAt } from './drafts.ts'
import { versionOf } from './from-bank.ts'

export interface DraftEditorDeps {
  readonly db: Database
  readonly world: World
}

/** A question of a draft, or a new one for a file of it. */
export type Which = { readonly key: string } | { readonly kind: KindName, readonly path: string }

/** A question of a draft in the form that its kind has in banks. */
export interface DraftEditor {
  readonly path: string
  /** Null for a new question. */
  readonly question: DraftQuestion | null
  readonly state: Omit<EditorState, 'detail'>
}

/** What became of a form: saved under a key, or shown again. */
export type DraftEdited = { readonly key: string } | { readonly shown: DraftEditor, readonly status: 200 | 409 | 422 }

/** @throws Refusal not-found */
export async function openDraftQuestion (deps: DraftEditorDeps, person: Person, id: string, which: Which, saved: boolean): Promise<DraftEditor> {
  const { questions, question, path, kind, around } = await findQuestion(deps, person, id, which)
  const { language } = questions
  const values = question === null ? blankValues(kind, language) : withKeys(fieldsOf(kind), valuesOf(kind, question.definition, language))
  return {
    path, question,
    state: {
      ...around, kind, values, saved, name: '', note: '',
      version: versionOf(questions, path),
      draft: question?.definition ?? null,
      languages: [...new Set([language, ...languagesIn(kind, values)])],
      problems: [], alike: [], meanwhile: null,
      preview: { seed: deps.world.newSeed(), answered: null, before: null, language }
    }
  }
}

/** Does what the pressed button says with the form as it was sent: changes its rows or languages, answers the preview, or saves. Only the lines of the file that
 * the question stands on are written anew. A save on top of another of the same question is not made; others in the file are none of its business.
 * @throws Refusal not-found, draft-closed */
export async function editDraftQuestion (deps: DraftEditorDeps, person: Person, id: string, which: Which, posted: Posted): Promise<DraftEdited> {
  const { questions, question, path, kind, around } = await findQuestion(deps, person, id, which)
  const { language } = questions
  const { action, values, languages, written, checked, preview } = readForm(deps.world, { kind, key: question?.key ?? 'question', language, pictures: around.pictures }, posted)
  const state: DraftEditor['state'] = {
    ...around, kind, values, languages, preview, name: '', note: '', saved: false,
    version: Number(one(posted, 'version')) || 0,
    draft: 'question' in checked ? checked.question : null,
    problems: [], alike: [], meanwhile: null
  }
  const shown = (more: Partial<DraftEditor['state']>, status: 200 | 409 | 422): DraftEdited => ({ shown: { path, question, state: { ...state, ...more } }, status })
  const meanwhile = question === null ? null : await changedMeanwhile(deps, person, id, question, state.version, questions)
  if (action === 'merge' && meanwhile !== null) return shown(mergedForm(state, meanwhile, written), 200)
  if (action !== 'save') return shown({}, 200)
  if ('problems' in checked) return shown({ problems: checked.problems }, 422)
  if (meanwhile !== null) return shown({ meanwhile }, 409)
  const saving = question === null
    ? { ...checked.question, key: keyMaker(questions.questions.map(({ key }) => key))(checked.question.topic) }
    : checked.question
  try {
    const text = questions.texts.get(path)
    const content = question === null || text === undefined ? withQuestions(text, around.bank.name, [saving]) : withQuestion(text, question.key, asWritten(question.definition, saving) as QuestionDefinition)
    await saveFiles(deps.db, deps.world, person, id, 'questions', [{ path, version: versionOf(questions, path), content }])
    return { key: saving.key }
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile') throw refusal
    // The file was saved while this was: once more on top of it, unless it was this question.
    return await editDraftQuestion(deps, person, id, which, posted)
  }
}

/** Takes a question out of its file.
 * @param version of the file that was seen
 * @returns what somebody saved of the question since, where nothing was taken out; null when it was
 * @throws Refusal not-found, draft-closed, edited-meanwhile */
export async function removeDraftQuestion (deps: DraftEditorDeps, person: Person, id: string, key: string, version: number): Promise<EditorState['meanwhile']> {
  const { questions, question, path } = await findQuestion(deps, person, id, { key })
  if (question === null) throw new Refusal('not-found')
  const meanwhile = await changedMeanwhile(deps, person, id, question, version, questions)
  if (meanwhile !== null) return meanwhile
  await saveFiles(deps.db, deps.world, person, id, 'questions', [{ path, version: versionOf(questions, path), content: withoutQuestion(questions.texts.get(path) ?? '', key) }])
  return null
}

/** Puts a question into a file of a draft, in place of the one of its key, for other programs.
 * @param input.question as files say it
 * @param input.version of the file that was seen
 * @throws Refusal not-found, draft-closed, edited-meanwhile; bad-input for what is no question, or stands in another file */
export async function putDraftQuestion (deps: DraftEditorDeps, person: Person, id: string, { path, version, question: written }: { readonly path: string, readonly version: number, readonly question: object }): Promise<Readonly<Record<string, number>>> {
  const questions = await draftQuestions(deps.db, person, id)
  const checked = checkQuestion(written)
  if ('problems' in checked) throw new Refusal('bad-input', {}, checked.problems.map(({ path, message }) => ({ path: `question/${path}`, message })))
  const { question } = checked
  const known = questions.questions.find(({ key }) => key === question.key)
  if (known !== undefined && known.path !== path) throw new Refusal('bad-input', {}, [{ path: 'path', message: `'${question.key}' stands in ${known.path}` }])
  const text = questions.texts.get(path)
  const content = known === undefined || text === undefined ? withQuestions(text, path, [question]) : withQuestion(text, question.key, question)
  return await saveFiles(deps.db, deps.world, person, id, 'questions', [{ path, version, content }])
}

/** What a form does not say, and cannot have changed: the line break at a text's end, and whether a picture's size is written beside its name. */
function asWritten (before: unknown, after: unknown): unknown {
  if (typeof before === 'string' && typeof after === 'string') return before.trim() === after.trim() ? before : after
  if (Array.isArray(before) && Array.isArray(after)) return after.map((part, index) => asWritten(before[index], part))
  if (!isPlain(before) || !isPlain(after)) return after
  const unsized = typeof after['src'] === 'string' && before['src'] === after['src'] && before['width'] === undefined
  return Object.fromEntries(Object.entries(after).flatMap(([name, part]) => unsized && (name === 'width' || name === 'height') ? [] : [[name, asWritten(before[name], part)]]))
}

function isPlain (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Found {
  readonly questions: DraftQuestions
  readonly question: DraftQuestion | null
  readonly path: string
  readonly kind: KindName
  readonly around: Pick<EditorState, 'bank' | 'pictures' | 'stimuli' | 'topics'>
}

async function findQuestion ({ db }: DraftEditorDeps, person: Person, id: string, which: Which): Promise<Found> {
  const questions = await draftQuestions(db, person, id)
  const question = 'key' in which ? questions.questions.find(({ key }) => key === which.key) ?? null : null
  const path = 'key' in which ? question?.path : which.path
  const kind = 'key' in which ? question?.definition.kind : which.kind
  if (path === undefined || kind === undefined) throw new Refusal('not-found')
  const { files, language, draft } = questions
  const { pictures } = readSource(await allFiles(db.read, files.filter(({ path }) => path.startsWith('images/'))))
  return {
    questions, question, path, kind,
    around: {
      bank: { id: draft.id, name: draft.title, language, createdAt: '' },
      pictures: pictures.map(({ path: src, hash, width, height }): EditorPicture => ({ src, hash, width, height, name: src.slice(src.lastIndexOf('/') + 1) })),
      stimuli: questions.questions.filter((other) => other.path === path && other.definition.kind === 'stimulus').map(({ key, definition }) => ({ key, name: `${key}: ${textIn(definition.prompt, language).slice(0, 60)}` })),
      topics: [...new Set(questions.questions.map(({ definition }) => definition.topic))].sort()
    }
  }
}

/** What somebody else saved of a question since a version of its file; null for nothing. */
async function changedMeanwhile ({ db }: DraftEditorDeps, person: Person, id: string, { key, path, definition }: DraftQuestion, version: number, questions: DraftQuestions): Promise<EditorState['meanwhile']> {
  const latest = versionOf(questions, path)
  if (version === latest) return null
  // Of a version that lacks the question, or that never was, nothing is known: what stands is shown.
  const before = definitionIn(await textAt(db.read, id, path, version) ?? '', key) ?? null
  if (before !== null && isDeepStrictEqual(before, definition)) return null
  const { changes } = await historyOf(db, person, id, path)
  const saved = (version: number, definition: QuestionDefinition, by = version): SavedVersion => {
    const change = changes.find((change) => change.version === by)
    return { definition, version, name: '', byName: change?.by ?? '', at: change?.at ?? '' }
  }
  // Whoever saved the file last need not have been at this question.
  let by = latest
  while (by - 1 > version && isDeepStrictEqual(definitionIn(await textAt(db.read, id, path, by - 1) ?? '', key), definition)) by--
  return { base: saved(version, before ?? definition), theirs: saved(latest, definition, by) }
}

function definitionIn (text: string, key: string): QuestionDefinition | undefined {
  const yaml = parseLocatedYaml(text)
  if ('problems' in yaml) return undefined
  for (const value of listIn(yaml.value)) {
    const checked = checkQuestion(value)
    if ('question' in checked && checked.question.key === key) return checked.question
  }
  return undefined
}
