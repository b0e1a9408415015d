import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { checkQuestion, type QuestionDefinition } from '../../quiz/definition.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import type { CourseCache } from '../courses.ts'
import { bankOf } from './browse.ts'
import { combined } from './changes.ts'
import { fieldsOf, type KindName } from './fields.ts'
import { listBankPictures, srcOf } from './pictures.ts'
import { countBy } from './queries.ts'
import { addBankQuestion, alikeInBank, bankQuestion, saveBankQuestion, stimuliOf, type BankQuestionDetail, type BankVersion } from './questions.ts'
import { blankValues, changeRows, compact, definitionOf, languagesIn, postedValues, valuesOf, withKeys, type Posted, type RowAction, type Values } from './values.ts'
import type { EditorPicture, EditorState } from './editor-view.ts'

/** From this share on, saving asks whether a question is not there already. */
const TOO_ALIKE = 0.75

export interface EditorDeps {
  readonly db: Database
  readonly world: World
  readonly courses: CourseCache
}

/** The editor as it opens: an empty question of a kind, or a question as it stands.
 * @throws Refusal not-found */
export async function openEditor (deps: EditorDeps, bankId: string, which: { readonly kind: KindName } | { readonly key: string }, saved: boolean, topic = ''): Promise<EditorState> {
  const surroundings = await surroundingsOf(deps, bankId)
  const { bank } = surroundings
  const detail = 'key' in which ? await bankQuestion(deps.db, deps.courses, bankId, which.key) : null
  const kind = 'kind' in which ? which.kind : (detail as BankQuestionDetail).latest.definition.kind
  const values = detail === null ? { ...blankValues(kind, bank.language), topic } : withKeys(fieldsOf(kind), valuesOf(kind, detail.latest.definition, bank.language))
  const draft = detail?.latest.definition ?? null
  return {
    ...surroundings, kind, detail, values, draft, saved,
    version: detail?.latest.version ?? 0,
    name: detail?.latest.name ?? '',
    note: '',
    languages: [...new Set([bank.language, ...languagesIn(kind, values)])],
    problems: [],
    preview: { seed: deps.world.newSeed(), answered: null, before: null, language: bank.language },
    alike: [],
    meanwhile: null
  }
}

/** What became of a form: saved under a key, or shown again. */
export type Edited = { readonly saved: BankVersion } | { readonly shown: EditorState, readonly status: 200 | 409 | 422 }

/** Does what the pressed button says with the form as it was sent: changes its rows or languages, answers the preview, or saves.
 * @throws Refusal not-found */
export async function edit (deps: EditorDeps, person: Person, bankId: string, which: { readonly kind: KindName } | { readonly key: string }, posted: Posted): Promise<Edited> {
  const surroundings = await surroundingsOf(deps, bankId)
  const { bank, pictures } = surroundings
  const detail = 'key' in which ? await bankQuestion(deps.db, deps.courses, bankId, which.key) : null
  const kind = 'kind' in which ? which.kind : (detail as BankQuestionDetail).latest.definition.kind
  const key = detail?.latest.key ?? 'question'
  const { action, rest, values, languages, written, checked, preview } = readForm(deps.world, { kind, key, language: bank.language, pictures }, posted)
  const version = Number(one(posted, 'version')) || 0
  const name = one(posted, 'name')
  const note = one(posted, 'note')
  const state: EditorState = {
    ...surroundings, kind, detail, values, languages, version, name, note,
    problems: [],
    draft: 'question' in checked ? checked.question : null,
    preview,
    alike: [], meanwhile: null, saved: false
  }
  if (action === 'merge' && detail !== null) return { shown: merged(state, detail, written), status: 200 }
  if (action !== 'save') return { shown: state, status: 200 }
  if ('problems' in checked) return { shown: { ...state, problems: checked.problems }, status: 422 }
  const alike = rest === 'anyway' ? [] : await newlyAlike(deps, bankId, detail, checked.question)
  if (alike.length > 0) return { shown: { ...state, alike }, status: 200 }
  try {
    const input = { name, note, definition: checked.question }
    const definition = detail === null ? { ...checked.question, key: '' } : checked.question
    return { saved: detail === null ? await addBankQuestion(deps.db, deps.world, person, bankId, { ...input, definition }) : await saveBankQuestion(deps.db, deps.world, person, bankId, key, { ...input, version }) }
  } catch (error) {
    if (!(error instanceof Refusal) || detail === null) throw error
    if (error.code === 'bad-input') return { shown: { ...state, problems: error.problems }, status: 422 }
    if (error.code !== 'edited-meanwhile') throw error
    return { shown: await meanwhile(deps, bankId, state), status: 409 }
  }
}

/** What the form of a question says, and which of its buttons was pressed. */
export interface ReadForm {
  readonly action: string
  /** What the button is about: a row, or how. */
  readonly rest: string
  readonly values: Values
  readonly languages: readonly string[]
  /** As it is typed, whole or not. */
  readonly written: object
  readonly checked: ReturnType<typeof checkQuestion>
  readonly preview: EditorState['preview']
}

/** @param of.language what plain texts are written in */
export function readForm (world: World, of: { readonly kind: KindName, readonly key: string, readonly language: string, readonly pictures: readonly EditorPicture[] }, posted: Posted): ReadForm {
  const { kind, key, language, pictures } = of
  const pressed = one(posted, 'do')
  const [action = '', rest = ''] = split(pressed)
  const added = action === 'language' ? one(posted, 'language') : ''
  const languages = [...new Set([language, ...one(posted, 'languages').split(','), added])].filter((tag) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag))
  const sent = postedValues(kind, posted, languages)
  const isSaving = action === 'save' || action === 'merge'
  const values = isRowAction(action) ? changeRows(kind, sent, action, rest) : isSaving ? compact(fieldsOf(kind), sent) : sent
  const written = { key, ...withSizes(definitionOf(kind, values, language), pictures) }
  // A decision of a case is a step of its own, and has a button of its own.
  const answers = action === 'try' || (pressed === '' && one(posted, 'go') === 'stay')
  return {
    action, rest, values, languages, written,
    checked: checkQuestion(written),
    preview: {
      seed: action === 'redraw' || one(posted, 'seed') === '' ? world.newSeed() : one(posted, 'seed').slice(0, 100),
      answered: answers ? posted : null,
      before: answers ? parsed(one(posted, 'answer')) : null,
      language: one(posted, 'shown') || language
    }
  }
}

/** The form with what somebody else saved beside it. */
async function meanwhile (deps: EditorDeps, bankId: string, state: EditorState): Promise<EditorState> {
  const detail = await bankQuestion(deps.db, deps.courses, bankId, state.detail?.latest.key ?? '')
  const base = detail.versions.find(({ version }) => version === state.version)
  return base === undefined ? { ...state, detail } : { ...state, detail, meanwhile: { base, theirs: detail.latest } }
}

/** The form with another's changes taken over where one's own left things as they were. What neither can have is one's own. */
function merged (state: EditorState, detail: BankQuestionDetail, written: object): EditorState {
  const base = detail.versions.find(({ version }) => version === state.version)
  return base === undefined ? state : { ...state, ...mergedForm(state, { base, theirs: detail.latest }, written) }
}

/** @param written what the form says
 * @returns what of the form is another by that */
export function mergedForm (state: Omit<EditorState, 'detail'>, { base, theirs }: NonNullable<EditorState['meanwhile']>, written: object): Pick<EditorState, 'version' | 'problems' | 'name' | 'values' | 'draft' | 'languages'> {
  const { name, values, languages, draft: before } = state
  const draft = checkQuestion(combined(base.definition, written as QuestionDefinition, theirs.definition))
  if ('problems' in draft) return { version: theirs.version, problems: draft.problems, name, values, languages, draft: before }
  const now = withKeys(fieldsOf(state.kind), valuesOf(state.kind, draft.question, state.bank.language))
  return {
    version: theirs.version, problems: [], values: now, draft: draft.question,
    name: name.trim() === base.name ? theirs.name : name,
    languages: [...new Set([...languages, ...languagesIn(state.kind, now)])]
  }
}

async function newlyAlike ({ db }: EditorDeps, bankId: string, detail: BankQuestionDetail | null, question: QuestionDefinition): Promise<EditorState['alike']> {
  const alike = (await alikeInBank(db, bankId, question)).filter(({ share }) => share >= TOO_ALIKE)
  if (detail === null || alike.length === 0) return alike
  // Those that were as alike before are known.
  const before = new Set((await alikeInBank(db, bankId, detail.latest.definition)).map(({ key }) => key))
  return alike.filter(({ key }) => !before.has(key))
}

async function surroundingsOf ({ db }: EditorDeps, bankId: string): Promise<Pick<EditorState, 'bank' | 'pictures' | 'stimuli' | 'topics'>> {
  const bank = await bankOf(db, bankId)
  return {
    bank,
    pictures: (await listBankPictures(db, bankId)).map((picture) => ({ ...picture, src: srcOf(picture.hash) })),
    stimuli: await stimuliOf(db, bankId),
    topics: (await countBy(db.read, bankId, 'topic')).map(({ value }) => value)
  }
}

/** Points are in a picture's pixels: its size is that of the file, whatever was typed. */
function withSizes (definition: Readonly<Record<string, unknown>>, pictures: readonly EditorPicture[]): Record<string, unknown> {
  const sized = (image: unknown): unknown => {
    const found = pictures.find(({ src }) => (image as { src?: unknown } | undefined)?.src === src)
    return found === undefined ? image : { ...image as object, width: found.width, height: found.height }
  }
  const items = definition['items']
  return {
    ...definition,
    ...definition['image'] !== undefined && { image: sized(definition['image']) },
    ...definition['kind'] === 'drag-image' && Array.isArray(items) && { items: items.map((item: Record<string, unknown>) => item['image'] === undefined ? item : { ...item, image: sized(item['image']) }) }
  }
}

function isRowAction (action: string): action is RowAction {
  return action === 'add' || action === 'remove' || action === 'up' || action === 'down'
}

function split (pressed: string): [string, string] {
  const at = pressed.indexOf(':')
  return at === -1 ? [pressed, ''] : [pressed.slice(0, at), pressed.slice(at + 1)]
}

export function one (posted: Posted, name: string): string {
  const value = posted[name]
  return typeof value === 'string' ? value : value?.[0] ?? ''
}

function parsed (json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return null
  }
}

