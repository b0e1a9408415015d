import type { Tx } from '../db/database.ts'
import type { QuestionDefinition, QuizDefinition } from '../quiz/definition.ts'
import { Refusal } from '../refusals.ts'
import type { CourseOutline } from './outline.ts'
import {
  selectCorrections, selectOptionalLesson, selectOptionalQuiz, selectOptionalVersion, selectQuestions, selectQuestionsByIds,
  type CourseVersion, type Lesson, type Question
} from './queries.ts'
import { makeRecent } from '../recent.ts'

export type { CourseVersion, Lesson, Question } from './queries.ts'

/** Published content, kept in memory: it never changes, so that what was read once is right for ever.
 * What comes back is shared; nobody may change it. */
export interface CourseCache {
  /** @throws Refusal not-found */
  readonly version: (tx: Tx, versionId: string) => Promise<CourseVersion>
  /** @throws Refusal not-found */
  readonly outline: (tx: Tx, versionId: string) => Promise<CourseOutline>
  readonly quiz: (tx: Tx, versionId: string, key: string) => Promise<QuizDefinition | undefined>
  /** Every question of a version, by key. */
  readonly questions: (tx: Tx, versionId: string) => Promise<readonly Question[]>
  /** @throws Refusal not-found */
  readonly question: (tx: Tx, id: string) => Promise<QuestionDefinition>
  /** The corrected questions of a version as they stood at a moment, by id. Asked of a moment that is past: what was corrected
   * up to it never changes. */
  readonly corrections: (tx: Tx, versionId: string, asOf: string) => Promise<ReadonlyMap<string, QuestionDefinition>>
  /** A lesson in the first of the languages that it exists in; with none of them there, in its course's first language.
   * @param languages as wished for; each is tried as given, then by its base (`ar` for `ar-EG`) */
  readonly lesson: (tx: Tx, versionId: string, key: string, languages: readonly string[]) => Promise<Lesson | undefined>
}

/** One for each app: two in one process share nothing. Bounded: what was not asked for longest is forgotten first. */
export function makeCourseCache (): CourseCache {
  const versions = makeRecent<CourseVersion>(200)
  const quizzes = makeRecent<QuizDefinition>(1000)
  const lists = makeRecent<readonly Question[]>(50)
  const definitions = makeRecent<QuestionDefinition>(20_000)
  const lessons = makeRecent<Lesson>(500)
  const corrections = makeRecent<ReadonlyMap<string, QuestionDefinition>>(500)

  async function version (tx: Tx, versionId: string): Promise<CourseVersion> {
    return versions.get(versionId) ?? versions.keep(versionId, found(await selectOptionalVersion(tx, versionId)))
  }

  return {
    version,

    async outline (tx, versionId) {
      return (await version(tx, versionId)).outline
    },

    async quiz (tx, versionId, key) {
      const name = `${versionId}/${key}`
      return quizzes.get(name) ?? kept(quizzes, name, await selectOptionalQuiz(tx, versionId, key))
    },

    async questions (tx, versionId) {
      const known = lists.get(versionId)
      if (known !== undefined) return known
      const list = await selectQuestions(tx, versionId)
      for (const { id, definition } of list) definitions.keep(id, definition)
      // None may mean that the version is not there yet.
      return list.length === 0 ? list : lists.keep(versionId, list)
    },

    async question (tx, id) {
      return definitions.get(id) ?? definitions.keep(id, found((await selectQuestionsByIds(tx, [id]))[0]).definition)
    },

    async corrections (tx, versionId, asOf) {
      const name = `${versionId}/${asOf}`
      const known = corrections.get(name)
      if (known !== undefined) return known
      const found = new Map((await selectCorrections(tx, versionId, asOf)).map(({ questionId, definition }) => [questionId, definition]))
      // Mostly there are none, and each new attempt asks of a moment of its own.
      return found.size === 0 ? found : corrections.keep(name, found)
    },

    async lesson (tx, versionId, key, languages) {
      const name = JSON.stringify([versionId, key, ...languages])
      const known = lessons.get(name)
      if (known !== undefined) return known
      const { language } = (await version(tx, versionId)).outline
      return kept(lessons, name, await selectOptionalLesson(tx, versionId, key, [...languages, language]))
    }
  }
}

function kept<V> (recent: { readonly keep: (key: string, value: V) => V }, key: string, value: V | undefined): V | undefined {
  return value === undefined ? undefined : recent.keep(key, value)
}

function found<T> (value: T | undefined): T {
  if (value === undefined) throw new Refusal('not-found')
  return value
}
