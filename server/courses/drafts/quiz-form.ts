import { policyAt, type Moment, type QuestionDefinition, type QuizDefinition, type ReviewPolicy, type ReviewSetting } from '../../quiz/quiz.ts'
import { DIFFICULTIES } from '../../quiz/question.ts'
import type { Text } from '../../quiz/text.ts'
import { asText, type Texts } from './course-edits.ts'

/** A quiz to begin with: answers marked at the end, as often as wished, ten questions of a topic that its author has yet to name. */
export function emptyQuiz (key: string, title: string): QuizDefinition {
  return { key, title, behaviour: 'deferred', passPercent: 70, sections: [{ draw: [{ topic: key, count: 10 }] }] }
}

export const MOMENTS: readonly Moment[] = ['during', 'rightAfter', 'later', 'afterClose']
export const SHOWN = ['answer', 'correctness', 'mark', 'feedback', 'rightAnswer'] as const
/** Empty rows and sections that the form offers to fill. */
const SPARE_ROWS = 2

/** A section as its form shows it; numbers as typed. */
export interface SectionForm {
  readonly title: Texts
  readonly weight: string
  readonly minPercent: string
  readonly rows: ReadonlyArray<{ readonly topic: string, readonly difficulty: string, readonly language: string, readonly count: string }>
  /** Keys of questions, a line each; when there are any, they are asked and nothing is drawn. */
  readonly questions: string
}

type Written = Readonly<Record<string, unknown>>

/** The sections of a quiz as it is written, whole or not, with room for more. */
export function sectionsOf (quiz: Written, texts: (value: unknown) => Texts): SectionForm[] {
  const sections = (Array.isArray(quiz['sections']) ? quiz['sections'] : []).map((value: unknown): SectionForm => {
    const section = mapOf(value)
    const draw = Array.isArray(section['draw']) ? section['draw'] : []
    const rows = draw.map((value: unknown) => {
      const row = mapOf(value)
      return { topic: said(row['topic']), difficulty: said(row['difficulty']), language: said(row['language']), count: said(row['count']) }
    })
    return {
      title: texts(section['title']),
      weight: said(section['weight']),
      minPercent: said(section['minPercent']),
      rows: [...rows, ...spareRows()],
      questions: Array.isArray(section['questions']) ? section['questions'].map(said).join('\n') : ''
    }
  })
  const spare: SectionForm = { title: {}, weight: '', minPercent: '', rows: spareRows(), questions: '' }
  return [...sections, spare]
}

function spareRows (): SectionForm['rows'] {
  return Array.from({ length: SPARE_ROWS }, () => ({ topic: '', difficulty: '', language: '', count: '' }))
}

function mapOf (value: unknown): Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Written : {}
}

function said (value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** A quiz as its form says it. What the form does not speak of, and what says the same as before, stays as it is.
 * @param before as written
 * @param first the course's first language
 * @returns what `checkQuiz` judges */
export function quizOfForm (fields: Readonly<Record<string, string>>, before: Written & { readonly key: string }, first: string): Record<string, unknown> & { key: string } {
  const value = (name: string): string => (fields[name] ?? '').trim()
  const number = (name: string): number | string | undefined => numberOf(value(name))
  const texts = (name: string): Text => asText(Object.fromEntries(Object.entries(fields).flatMap(([field, words]) => field.startsWith(`${name}.`) ? [[field.slice(name.length + 1), words]] : [])), first)
  const optional = <T>(is: boolean, name: string, of: T): Record<string, T> => is ? { [name]: of } : {}
  // A default that stands written stays written.
  const defaulted = <T>(name: string, of: T, otherwise: T): Record<string, T> => optional(of !== otherwise || before[name] === of, name, of)
  const { title: _t, intro: _i, behaviour: _b, passPercent: _p, attempts: _a, gradeOf: _g, limitMinutes: _l, overdue: _o, graceSeconds: _s, certainty, floor: _f, questionsPerPage: _q, shuffleQuestions: _u, sections: _c, review: _r, ...rest } = before
  const intro = texts('intro')
  const behaviour = value('behaviour')
  const isTimed = value('timed') === 'yes'
  const overdue = value('overdue')
  const review = reviewOf(fields, mapOf(before['review']))
  const perPage = number('questionsPerPage')
  const attempts = number('attempts')
  return {
    ...rest,
    title: texts('title'),
    ...optional(intro !== '', 'intro', intro),
    behaviour,
    passPercent: number('passPercent') ?? '',
    ...optional(attempts !== undefined, 'attempts', attempts),
    ...attempts === 1 ? {} : defaulted('gradeOf', value('gradeOf') === '' ? 'highest' : value('gradeOf'), 'highest'),
    ...optional(isTimed, 'limitMinutes', number('limitMinutes') ?? ''),
    ...isTimed ? defaulted('overdue', overdue === '' ? 'submit' : overdue, 'submit') : {},
    ...optional(isTimed && overdue === 'grace', 'graceSeconds', number('graceSeconds') ?? ''),
    ...optional(behaviour.endsWith('-certainty') && certainty !== undefined, 'certainty', certainty),
    ...defaulted('floor', value('floor') === 'yes', true),
    ...optional(perPage !== undefined, 'questionsPerPage', perPage),
    ...defaulted('shuffleQuestions', value('shuffleQuestions') === 'yes', true),
    sections: sectionsOfForm(fields, first),
    ...optional(review !== undefined, 'review', review)
  }
}

/** A number where it is one, else what was typed, for the check to refuse; undefined for nothing. A comma counts as a point. */
function numberOf (typed: string): number | string | undefined {
  if (typed === '') return undefined
  const number = Number(typed.replace(',', '.'))
  return Number.isFinite(number) ? number : typed
}

function sectionsOfForm (fields: Readonly<Record<string, string>>, first: string): unknown[] {
  const value = (name: string): string => (fields[name] ?? '').trim()
  const indexes = [...new Set(Object.keys(fields).flatMap((name) => /^section\.(\d+)\./.exec(name)?.[1] ?? []))].map(Number).sort((a, b) => a - b)
  return indexes.flatMap((index) => {
    const at = `section.${index}`
    const keys = value(`${at}.questions`).split(/[\s,]+/).filter((key) => key !== '')
    const rows = [...new Set(Object.keys(fields).flatMap((name) => name.startsWith(`${at}.row.`) ? name.slice(at.length + 5).split('.')[0] ?? [] : []))].map(Number).sort((a, b) => a - b).flatMap((row) => {
      const [topic, difficulty, language, count] = ['topic', 'difficulty', 'language', 'count'].map((name) => value(`${at}.row.${row}.${name}`)) as [string, string, string, string]
      // A line without a number asks for nothing; one with a number and no topic is for the check to refuse.
      if (count === '') return []
      return [{ topic, ...difficulty !== '' && { difficulty }, ...language !== '' && { language }, count: numberOf(count) }]
    })
    if (keys.length === 0 && rows.length === 0) return []
    const title = asText(Object.fromEntries(Object.entries(fields).flatMap(([field, words]) => field.startsWith(`${at}.title.`) ? [[field.slice(at.length + '.title.'.length), words]] : [])), first)
    const weight = numberOf(value(`${at}.weight`))
    const minPercent = numberOf(value(`${at}.minPercent`))
    return [{
      ...title !== '' && { title }, ...weight !== undefined && { weight }, ...minPercent !== undefined && { minPercent },
      ...keys.length > 0 ? { questions: keys } : { draw: rows }
    }]
  })
}

/** What is shown at each moment, by `review.<moment>.<what>` of the form: what most moments say once, the others beside it. As it was
 * written when it says the same. */
function reviewOf (fields: Readonly<Record<string, string>>, before: Written): ReviewSetting | undefined {
  const wanted = Object.fromEntries(MOMENTS.map((moment) => [moment, Object.fromEntries(SHOWN.map((what) => [what, fields[`review.${moment}.${what}`] === 'yes']))])) as Record<Moment, Record<typeof SHOWN[number], boolean>>
  const written = before as ReviewSetting // the check says so where it is none
  if (MOMENTS.every((moment) => SHOWN.every((what) => shows(written, moment, what) === wanted[moment][what]))) return Object.keys(before).length === 0 ? undefined : written
  const review: Record<string, boolean | Record<string, boolean>> = {}
  const differing = new Map<Moment, Record<string, boolean>>()
  for (const what of SHOWN) {
    const base = MOMENTS.filter((moment) => wanted[moment][what]).length >= 2
    if (!base) review[what] = false
    for (const moment of MOMENTS) if (wanted[moment][what] !== base) differing.set(moment, { ...differing.get(moment), [what]: wanted[moment][what] })
  }
  for (const moment of MOMENTS) {
    const said = differing.get(moment)
    if (said !== undefined) review[moment] = said
  }
  return Object.keys(review).length === 0 ? undefined : review
}

export function shows (review: ReviewSetting | undefined, moment: Moment, what: keyof ReviewPolicy): boolean {
  return policyAt(review, moment)[what] !== false
}

/** What the banks hold to draw from: of each topic, how many of each difficulty. */
export interface Stock {
  readonly topic: string
  readonly counts: Readonly<Record<typeof DIFFICULTIES[number], number>>
  readonly total: number
}

export function stockOf (questions: readonly QuestionDefinition[]): Stock[] {
  const asked = questions.filter(({ kind }) => kind !== 'stimulus' && kind !== 'description')
  return [...Map.groupBy(asked, ({ topic }) => topic)].sort(([a], [b]) => a < b ? -1 : 1).map(([topic, of]) => ({
    topic,
    counts: Object.fromEntries(DIFFICULTIES.map((difficulty) => [difficulty, of.filter((question) => question.difficulty === difficulty).length])) as Stock['counts'],
    total: of.length
  }))
}

/** A sentence about a quiz: a message of the catalogue with its values. */
export interface Part {
  readonly message: string
  readonly values: Readonly<Record<string, string | number>>
}

/** What a quiz will do, in sentences for its author: what is asked, how long and how often, what passes, and what is shown when.
 * Pure: the page says them in its reader's language. */
export function partsOf (quiz: QuizDefinition, asked: number): Part[] {
  const perPage = quiz.questionsPerPage ?? 5
  const minimum = quiz.sections.filter(({ minPercent }) => minPercent !== undefined).length
  const always = (what: typeof SHOWN[number]): boolean => MOMENTS.slice(1).every((moment) => shows(quiz.review, moment, what))
  const never = (what: typeof SHOWN[number]): boolean => MOMENTS.slice(1).every((moment) => !shows(quiz.review, moment, what))
  return [
    { message: 'drafts.quiz.says.asks', values: { questions: asked, pages: Math.max(1, Math.ceil(asked / perPage)), shuffled: quiz.shuffleQuestions === false ? 'no' : 'yes', drawn: quiz.sections.some((section) => 'draw' in section) ? 'yes' : 'no' } },
    { message: 'drafts.quiz.says.time', values: { minutes: quiz.limitMinutes ?? 0, overdue: quiz.overdue ?? 'submit', seconds: quiz.graceSeconds ?? 0 } },
    { message: 'drafts.quiz.says.attempts', values: { attempts: quiz.attempts ?? 0, grade: quiz.gradeOf ?? 'highest' } },
    { message: 'drafts.quiz.says.pass', values: { percent: quiz.passPercent, sections: minimum } },
    { message: `drafts.quiz.says.behaviour.${quiz.behaviour}`, values: {} },
    {
      message: 'drafts.quiz.says.review',
      values: {
        mark: always('mark') ? 'always' : never('mark') ? 'never' : 'sometimes',
        feedback: always('feedback') ? 'always' : never('feedback') ? 'never' : 'sometimes',
        answer: always('rightAnswer') ? 'always' : never('rightAnswer') ? 'never' : 'sometimes'
      }
    }
  ]
}
