import { selectOptionalAttempt } from '../server/attempts/queries.ts'
import { makeCourseCache, type CourseCache } from '../server/courses/courses.ts'
import type { Database } from '../server/db/database.ts'
import { kindOf, type PaperSlot } from '../server/quiz/quiz.ts'
import { headerOf } from './connection.ts'
import type { Browser } from './browser.ts'
import { QUIZ, type Trainee } from './programme.ts'

/** What the load client knows besides the pages: fully right answers, read from the database, so that whoever sits the exam
 * passes it and the whole chain runs: grading, progress, certificate, ledger. */
export interface AnswerKey {
  readonly db: Database
  readonly courses: CourseCache
}

export interface Question {
  readonly slot: PaperSlot
  readonly answer: Answered
}

// The exam that is sat asks questions of the six kinds of the sample courses.
interface Answered { readonly choices?: readonly string[], readonly pairs?: Readonly<Record<string, string>>, readonly order?: readonly string[], readonly text?: string }

export function answerKey (db: Database): AnswerKey {
  return { db, courses: makeCourseCache() }
}

/** From the page of the exam to an open attempt. @returns its path */
export async function startExam (browser: Browser, { enrolmentId }: Trainee): Promise<string> {
  const started = await browser.post('start', `/enrolments/${enrolmentId}/quizzes/${QUIZ}/attempts`, '')
  const path = headerOf(started.head, 'location')?.split('?')[0]
  if (path === undefined) throw new Error('a start leads nowhere')
  return path
}

export async function questionsOf ({ db, courses }: AnswerKey, path: string): Promise<Question[]> {
  const row = await selectOptionalAttempt(db.read, path.slice('/attempts/'.length))
  if (row === undefined) throw new Error(`no attempt at ${path}`)
  const questions: Question[] = []
  for (const slot of row.paper.slots) {
    const definition = await courses.question(db.read, slot.questionId)
    questions.push({ slot, answer: kindOf(definition).rightAnswer(definition) as Answered })
  }
  return questions
}

/** One whole exam after the sign-in, as a browser does it: 19 requests, 21 with the two of the sign-in. Of each page the
 * last answer is saved by the page's own script, the others with the page. */
export async function sitExam (browser: Browser, trainee: Trainee, key: AnswerKey): Promise<void> {
  browser.readToken(await browser.get('home', '/'))
  await browser.get('course', `/enrolments/${trainee.enrolmentId}`)
  await browser.get('quiz', `/enrolments/${trainee.enrolmentId}/quizzes/${QUIZ}`)
  const path = await startExam(browser, trainee)
  const questions = await questionsOf(key, path)
  const pages = questions.at(-1)?.slot.page ?? 0
  for (let page = 1; page <= pages; page++) {
    await browser.get('view', `${path}?page=${page}`)
    const shown = questions.filter(({ slot }) => slot.page === page)
    await autosave(browser, path, shown.at(-1) as Question, 1)
    await browser.post('save', `${path}?page=${page}`, `${formOf(shown)}&go=next`)
  }
  await browser.get('summary', `${path}?page=end`)
  await browser.post('finish', `${path}/finish`, '')
  await browser.get('review', `${path}/review`)
}

export async function autosave (browser: Browser, path: string, { slot, answer }: Question, seq: number): Promise<void> {
  await browser.put('autosave', `/api/v1${path}/answers/${slot.slot}`, JSON.stringify({ answer, seq }))
}

/** The fields of a page, the last question saved once before. */
function formOf (questions: readonly Question[]): string {
  const form = new URLSearchParams({ slots: questions.map(({ slot }) => slot.slot).join(',') })
  for (const [index, { slot: { slot }, answer }] of questions.entries()) {
    form.append(`seq${slot}`, index === questions.length - 1 ? '1' : '0')
    for (const choice of answer.choices ?? []) form.append(`q${slot}`, choice)
    for (const [stem, choice] of Object.entries(answer.pairs ?? {})) form.append(`q${slot}.${stem}`, choice)
    for (const [at, item] of (answer.order ?? []).entries()) form.append(`q${slot}.${item}`, String(at + 1))
    if (answer.text !== undefined) form.append(`q${slot}`, answer.text)
  }
  return form.toString()
}
