import { isDeepStrictEqual } from 'node:util'
import type { Database, Tx } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { checkQuestion, checkQuiz, type QuestionDefinition, type QuizDefinition } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { signatureOf } from '../bank/indexed.ts'
import { mapPictures } from '../bank/pictures.ts'
import { selectVersionsLike, selectVersionsOf } from '../bank/queries.ts'
import { mayAsk } from '../bank/uses.ts'
import { definitionOf, valuesOf } from '../bank/values.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { selectBanks, type Bank } from '../queries.ts'
import { readSource } from '../source-files.ts'
import { sketchOf, type Sketch } from './course-edits.ts'
import { allFiles, getDraft, type Draft, type DraftFile } from './drafts.ts'
import { selectOrigins } from './queries.ts'

/** The question of a bank that a draft's question was taken from. */
export interface Origin {
  readonly bank: Bank
  /** In the bank. */
  readonly key: string
  /** The one that was taken. */
  readonly version: number
  /** The one that stands in the bank; null when the question was taken out of it. */
  readonly latest: number | null
  /** It does not say what that version says. */
  readonly isChangedHere: boolean
  /** What the version that stands says, as it would stand in the draft; null where there is no newer one. */
  readonly newer: QuestionDefinition | null
}

/** A question of a draft, whole. */
export interface DraftQuestion {
  readonly key: string
  /** Of its file, and the line that it begins on. */
  readonly path: string
  readonly line: number
  readonly definition: QuestionDefinition
  /** Quizzes that name it, or may draw it. */
  readonly quizzes: ReadonlyArray<Pick<QuizDefinition, 'key' | 'title'>>
  readonly origin: Origin | null
}

export interface DraftQuestions {
  readonly draft: Draft
  readonly files: readonly DraftFile[]
  /** Paths of its banks, those without a question too. */
  readonly paths: readonly string[]
  /** Texts by path: course.yaml and the banks. */
  readonly texts: ReadonlyMap<string, string>
  readonly sketch: Sketch | undefined
  /** The course's first language. */
  readonly language: string
  readonly questions: readonly DraftQuestion[]
}

/** What a draft's banks hold, as far as it is whole, and where each question was taken from. A question that was not taken from a
 * bank on this desk, and says what one of a bank says, counts as that one: so it is for courses whose questions were copied into one.
 * @throws Refusal not-found */
export async function draftQuestions (db: Database, person: Person, id: string): Promise<DraftQuestions> {
  const { draft, files } = await getDraft(db, person, id)
  const { texts } = readSource(await allFiles(db.read, files.filter(({ path }) => path === 'course.yaml' || path.startsWith('banks/'))))
  const sketch = sketchOf(texts.get('course.yaml') ?? '')
  const language = sketch?.language ?? 'en'
  const quizzes = (sketch?.quizzes ?? []).flatMap((written) => {
    const checked = checkQuiz(written)
    return 'quiz' in checked ? [checked.quiz] : []
  })
  const paths = [...texts.keys()].filter((path) => path.startsWith('banks/')).sort()
  const found = new Map<string, Pick<DraftQuestion, 'key' | 'path' | 'line' | 'definition'>>()
  for (const path of paths) {
    const yaml = parseLocatedYaml(texts.get(path) ?? '')
    if ('problems' in yaml) continue
    listIn(yaml.value).forEach((value, index) => {
      const checked = checkQuestion(value)
      if ('question' in checked && !found.has(checked.question.key)) found.set(checked.question.key, { key: checked.question.key, path, line: yaml.lineOf(`questions/${index}`), definition: checked.question })
    })
  }
  const origins = await originsOf(db.read, id, language, [...found.values()].map(({ definition }) => definition))
  const questions = [...found.values()].map((question): DraftQuestion => ({
    ...question,
    quizzes: quizzes.filter((quiz) => mayAsk(quiz, question.definition, language)).map(({ key, title }) => ({ key, title })),
    origin: origins.get(question.key) ?? null
  }))
  return { draft, files, paths, texts, sketch, language, questions }
}

/** The list of questions of a bank's file, whatever it is. */
export function listIn (value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && 'questions' in value && Array.isArray(value.questions) ? value.questions as unknown[] : []
}

async function originsOf (tx: Tx, draftId: string, language: string, definitions: readonly QuestionDefinition[]): Promise<Map<string, Origin>> {
  const banks = new Map((await selectBanks(tx)).map((bank) => [bank.id, bank]))
  const taken = new Map((await selectOrigins(tx, draftId)).map((row) => [row.key, row]))
  const strangers = definitions.filter(({ key }) => !taken.has(key))
  const like = Map.groupBy(await selectVersionsLike(tx, strangers.map((definition) => signatureOf(definition))), ({ signature }) => signature)
  const candidates = [...taken.values(), ...[...like.values()].flat().map(({ bankId, key }) => ({ bankId, bankKey: key }))]
  const versions = Map.groupBy(await selectVersionsOf(tx, [...new Map(candidates.map((one) => [`${one.bankId}/${one.bankKey}`, one])).values()]), ({ bankId, key }) => `${bankId}/${key}`)
  return new Map(definitions.flatMap((definition): Array<[string, Origin]> => {
    const says = (version: { readonly bankId: string, readonly definition: QuestionDefinition }): boolean => {
      const bank = banks.get(version.bankId)
      return bank !== undefined && isSaid(definition, inCourse(version.definition, bank, language))
    }
    const row = taken.get(definition.key)
    // Alike in its words alone is not enough for one that nobody took.
    const all = row !== undefined
      ? versions.get(`${row.bankId}/${row.bankKey}`) ?? []
      : (like.get(signatureOf(definition)) ?? []).toSorted((a, b) => Number(b.key === definition.key) - Number(a.key === definition.key)).map(({ bankId, key }) => versions.get(`${bankId}/${key}`) ?? []).find((own) => own.some(says)) ?? []
    const own = row !== undefined ? all.find(({ version }) => version === row.version) : all.toSorted((a, b) => b.version - a.version).find(says)
    const bank = banks.get(own?.bankId ?? '')
    if (own === undefined || bank === undefined) return []
    const standing = all.find(({ standing }) => standing)
    const newer = standing === undefined || standing.version <= own.version || says(standing) ? null : inCourse(standing.definition, bank, language)
    return [[definition.key, {
      bank, key: own.key, version: own.version, latest: standing?.version ?? null, isChangedHere: !says(own),
      newer: newer === null ? null : { ...newer, key: definition.key, ...definition.stimulus !== undefined && { stimulus: definition.stimulus } }
    }]]
  }))
}

/** A bank's question as a course of another first language says it: plain texts are the bank's language's. */
export function inCourse (definition: QuestionDefinition, { language }: Pick<Bank, 'language'>, first: string): QuestionDefinition {
  if (language === first) return definition
  const { key, topic, difficulty } = definition
  const checked = checkQuestion({ key, topic, difficulty, ...definitionOf(definition.kind, valuesOf(definition.kind, definition, language), first) })
  if ('problems' in checked) throw new Refusal('bad-input', {}, checked.problems.map(({ path, message }) => ({ path: `${key}/${path}`, message })))
  return checked.question
}

/** Whether two say the same, whatever they and their pictures are called. */
function isSaid (one: QuestionDefinition, other: QuestionDefinition): boolean {
  const bare = ({ stimulus: _, ...definition }: QuestionDefinition): unknown => mapPictures({ ...definition, key: '' }, () => '')
  return isDeepStrictEqual(bare(one), bare(other))
}
