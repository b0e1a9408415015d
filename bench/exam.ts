import type { Database } from '../server/db/database.ts'
import { kindOf, type Paper, type PaperSlot, type QuestionDefinition } from '../server/quiz/quiz.ts'
import { headerOf } from './connection.ts'
import type { Browser } from './browser.ts'
import { QUIZ, type Trainee } from './programme.ts'

/** What the load client knows besides the pages: fully right answers, read from the database, so that whoever sits the exam
 * passes it and the whole chain runs: grading, progress, certificate, ledger. */
export interface AnswerKey {
  readonly db: Database
  /** By the question's id. */
  readonly right: ReadonlyMap<string, Answered>
}

export interface Question {
  readonly slot: PaperSlot
  readonly answer: Answered
}

// The exam that is sat asks questions of the six kinds of the sample courses.
export interface Answered { readonly choices?: readonly string[], readonly pairs?: Readonly<Record<string, string>>, readonly order?: readonly string[], readonly text?: string }

/** Read once: what the client does for each exam is taken from the server on a shared machine. */
export async function answerKey (db: Database): Promise<AnswerKey> {
  const rows = await db.read.selectFrom('question').select(['id', 'definition']).execute()
  return {
    db,
    right: new Map(rows.map(({ id, definition: text }) => {
      const definition = JSON.parse(text) as QuestionDefinition
      return [id, kindOf(definition).rightAnswer(definition) as Answered]
    }))
  }
}

/** From the page of the exam to an open attempt. @returns its path */
export async function startExam (browser: Browser, { enrolmentId }: Trainee): Promise<string> {
  const started = await browser.post('start', `/enrolments/${enrolmentId}/quizzes/${QUIZ}/attempts`, '')
  const path = headerOf(started.head, 'location')?.split('?')[0]
  if (path === undefined) throw new Error('a start leads nowhere')
  return path
}

export async function questionsOf ({ db, right }: AnswerKey, path: string): Promise<Question[]> {
  const { paper } = await db.read.selectFrom('attempt').select('paper').where('id', '=', path.slice('/attempts/'.length)).executeTakeFirstOrThrow()
  return (JSON.parse(paper) as Paper).slots.map((slot) => {
    const answer = right.get(slot.questionId)
    if (answer === undefined) throw new Error(`no question ${slot.questionId}`)
    return { slot, answer }
  })
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
