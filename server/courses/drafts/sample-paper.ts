import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { checkDraw, checkQuestion, checkQuiz, definitionFor, drawPaper, type Paper, type Problem, type QuestionDefinition, type QuizDefinition } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { pictureRefs } from '../outline.ts'
import type { PictureRef } from '../picture.ts'
import { readSource } from '../source-files.ts'
import { sketchOf } from './course-edits.ts'
import { allFiles, getDraft } from './drafts.ts'

/** A paper of a draft's quiz. Nothing of it is stored. */
export interface SamplePaper {
  readonly quiz: QuizDefinition | null
  /** Null when the quiz or its draws have a problem. */
  readonly paper: Paper | null
  readonly problems: readonly Problem[]
  readonly definitionOf: (slot: number) => QuestionDefinition
  /** The course's first language. */
  readonly language: string
  readonly pictures: Readonly<Record<string, PictureRef>>
}

/** Draws a paper as the engine would, from what the draft's banks hold of questions that are whole.
 * @throws Refusal not-found */
export async function samplePaper (db: Database, person: Person, id: string, key: string, seed: string): Promise<SamplePaper> {
  const { files } = await getDraft(db, person, id)
  const { texts, pictures } = readSource(await allFiles(db.read, files.filter(({ path }) => path === 'course.yaml' || path.startsWith('banks/') || path.startsWith('images/'))))
  const sketch = sketchOf(texts.get('course.yaml') ?? '')
  const written = sketch?.quizzes.find((quiz) => quiz.key === key)
  if (sketch === undefined || written === undefined) throw new Refusal('not-found')
  const { language } = sketch
  const questions = questionsOf(texts)
  const checked = checkQuiz(written)
  const quiz = 'quiz' in checked ? checked.quiz : null
  const problems = 'problems' in checked ? checked.problems : checkDraw(checked.quiz, questions, language)
  const paper = quiz === null || problems.length > 0 ? null : drawPaper(quiz, questions.map((definition) => ({ id: definition.key, definition })), seed, { firstLanguage: language })
  return {
    quiz,
    paper,
    problems,
    language,
    pictures: pictureRefs(pictures),
    definitionOf: (slot) => {
      const found = paper?.slots[slot - 1]
      const definition = questions.find((question) => question.key === found?.questionId)
      if (found === undefined || definition === undefined) throw new Error(`there is no slot ${slot}`)
      return definitionFor(definition, found)
    }
  }
}

/** A quiz as a draft's course.yaml has it, with the questions of its banks.
 * @returns `first`: the course's first language
 * @throws Refusal not-found */
export async function quizOfDraft (db: Database, person: Person, id: string, key: string): Promise<{ readonly written: unknown, readonly questions: readonly QuestionDefinition[], readonly first: string }> {
  const { files } = await getDraft(db, person, id)
  const { texts } = readSource(await allFiles(db.read, files.filter(({ path }) => path === 'course.yaml' || path.startsWith('banks/'))))
  const sketch = sketchOf(texts.get('course.yaml') ?? '')
  const written = sketch?.quizzes.find((quiz) => quiz.key === key)
  if (sketch === undefined || written === undefined) throw new Refusal('not-found')
  return { written, questions: questionsOf(texts), first: sketch.language }
}

/** The questions of banks that are whole, each key once. */
export function questionsOf (texts: ReadonlyMap<string, string>): QuestionDefinition[] {
  const questions = new Map<string, QuestionDefinition>()
  for (const [path, text] of texts) {
    if (!path.startsWith('banks/')) continue
    const yaml = parseLocatedYaml(text)
    const list = 'value' in yaml && typeof yaml.value === 'object' && yaml.value !== null && 'questions' in yaml.value && Array.isArray(yaml.value.questions) ? yaml.value.questions as unknown[] : []
    for (const value of list) {
      const checked = checkQuestion(value)
      if ('question' in checked && !questions.has(checked.question.key)) questions.set(checked.question.key, checked.question)
    }
  }
  return [...questions.values()]
}
