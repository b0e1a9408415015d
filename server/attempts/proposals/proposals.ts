import { audit } from '../../audit/audit.ts'
import { cursorOf, readCursor } from '../../cursor.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { Catalogues } from '../../people/mails.ts'
import { queueMail } from '../../people/outbox.ts'
import { selectActiveAddressee } from '../../people/queries.ts'
import { assertAdministrator, hasRole, type Person } from '../../person.ts'
import type { ProgressDeps } from '../../progress/progress.ts'
import { isSameAnswer, textIn, type QuestionDefinition, type QuizDefinition } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { regradeDesk, regradeQuiz, type RegradeReport } from '../regrading.ts'
import {
  countOpenProposals, insertProposal, selectAnswered, selectOptionalProposal, selectProposals, updateDecided, updateOutcome, withdrawEarlier,
  type CorrectionFigures, type ProposalRow, type ProposalState
} from './queries.ts'

export type { CorrectionFigures, ProposalRow, ProposalState } from './queries.ts'

/** What mails about proposals need beside: the catalogues. */
export interface ProposalDeps extends ProgressDeps {
  readonly messages: Catalogues
}

const REASON = { least: 3, most: 1000 } as const
const PAGE = 50

/** A correction as it would be carried out, kept for an administrator to accept or decline: it reaches every cohort of the version, and
 * certificates follow from it. Another by the same person for the same question takes the place of one that is undecided.
 * @param input.version of the course, by number: attempts that were sat on it. The cohort's own when left out
 * @throws Refusal not-found, not-allowed for whoever does not run the cohort; bad-input for a correction that is none, or changes nothing */
export async function proposeCorrection (db: Database, deps: ProposalDeps, person: Person, input: {
  readonly cohortId: string, readonly quizKey: string, readonly version?: number, readonly question: string, readonly definition: unknown, readonly reason: string
}): Promise<{ readonly id: string }> {
  const { cohortId, quizKey, question, definition } = input
  const reason = textOf('reason', input.reason)
  const of = { cohortId, quizKey, ...input.version !== undefined && { version: input.version } }
  const report = await regradeQuiz(db, deps, person, { ...of, reason, corrections: [{ question, definition }], dryRun: true })
  const desk = await regradeDesk(db, deps, person, of)
  const found = (await deps.courses.questions(db.read, desk.versionId)).find((one) => one.definition.key === question)
  if (found === undefined) throw new Refusal('not-found')
  const standing = await standingOf(db.read, deps, { versionId: desk.versionId, questionId: found.id })
  if (isSameAnswer(standing, definition)) throw new Refusal('bad-input', {}, [{ path: 'definition', message: 'says what the question says already' }])
  const id = deps.world.newId()
  const at = deps.world.now().toISOString()
  await db.write(async (tx) => {
    const proposal = { id, cohortId, versionId: desk.versionId, quizKey, questionId: found.id, definition: definition as QuestionDefinition, reason, figures: figuresOf(report), proposedBy: person.id, proposedAt: at }
    await withdrawEarlier(tx, proposal, at)
    await insertProposal(tx, proposal)
    await audit(tx, deps.world, { actorId: person.id, action: 'correction.proposed', subjectType: 'cohort', subjectId: cohortId, detail: { quiz: quizKey, question, reason } })
  })
  return { id }
}

/** A proposal, with what it is about. */
export interface Proposal extends ProposalRow {
  readonly quiz: QuizDefinition
  /** The first language of the course. */
  readonly language: string
}

/** Proposals that one may see, the newest first: an administrator all, others their own and those for cohorts they instruct.
 * @throws Refusal bad-input for a cursor that is none */
export async function listProposals (db: Database, deps: ProgressDeps, person: Person, filter: { readonly state?: ProposalState | undefined, readonly cursor?: string | undefined }): Promise<{ readonly items: readonly Proposal[], readonly next: string | null }> {
  const [before = null] = (readCursor(filter.cursor ?? null, ['string']) ?? []) as readonly string[]
  const rows = await selectProposals(db.read, hasRole(person, 'administrator') ? null : person.id, { state: filter.state ?? null, before, limit: PAGE + 1 })
  const items: Proposal[] = []
  for (const row of rows.slice(0, PAGE)) items.push(await withQuiz(db.read, deps, row))
  return { items, next: rows.length > PAGE ? cursorOf([items.at(-1)?.id ?? '']) : null }
}

/** How many wait for an administrator. */
export async function countWaiting (db: Database): Promise<number> {
  return await countOpenProposals(db.read)
}

const ANSWERED_DAYS = 7
const DAY_MS = 86_400_000

/** Of one's own, those that were accepted or declined within the week, the latest first. */
export async function answeredLately (db: Database, now: Date, person: Person): Promise<ReadonlyArray<{ readonly id: string }>> {
  return await selectAnswered(db.read, person.id, new Date(now.getTime() - ANSWERED_DAYS * DAY_MS).toISOString())
}

export interface SeenProposal {
  readonly proposal: Proposal
  /** The question as it stands today, corrected or not. */
  readonly standing: QuestionDefinition
  /** What carrying it out would change by now: for an administrator, until it is decided. */
  readonly report: RegradeReport | null
}

/** @throws Refusal not-found, also for those one may not see */
export async function getProposal (db: Database, deps: ProgressDeps, person: Person, id: string): Promise<SeenProposal> {
  const row = await seen(db.read, person, id)
  return {
    proposal: await withQuiz(db.read, deps, row),
    standing: await standingOf(db.read, deps, row),
    report: row.state === 'proposed' && hasRole(person, 'administrator') ? await regradeQuiz(db, deps, person, { ...regradeOf(row), dryRun: true }) : null
  }
}

/** Carries a proposed correction out, and tells whoever proposed it. One that was accepted and cut short is carried on with.
 * @param input.seen the fingerprint of the report that was looked at: where something else would change by now, nothing is done
 * @throws Refusal not-allowed for anybody but an administrator, not-found, change-decided, edited-meanwhile */
export async function acceptProposal (db: Database, deps: ProposalDeps, person: Person, id: string, input: { readonly answer?: string | undefined, readonly seen?: string | undefined }): Promise<RegradeReport> {
  assertAdministrator(person)
  const row = await seen(db.read, person, id)
  const answer = (input.answer ?? '').trim().slice(0, REASON.most)
  const isCutShort = row.state === 'accepted' && row.outcome === null
  if (row.state !== 'proposed' && !isCutShort) throw new Refusal('change-decided', { state: row.state })
  const work = regradeOf(row)
  if (!isCutShort) {
    if (input.seen !== undefined && (await regradeQuiz(db, deps, person, { ...work, dryRun: true })).fingerprint !== input.seen) throw new Refusal('edited-meanwhile', { by: '' })
    await decide(db, deps, person, row, 'accepted', answer)
  }
  const report = await regradeQuiz(db, deps, person, { ...work, dryRun: false })
  await db.write(async (tx) => { await updateOutcome(tx, id, figuresOf(report)) })
  return report
}

/** Declines a proposed correction, and tells whoever proposed it why.
 * @throws Refusal not-allowed for anybody but an administrator, not-found, bad-input for a reason that is none, change-decided */
export async function declineProposal (db: Database, deps: ProposalDeps, person: Person, id: string, input: { readonly answer: string }): Promise<void> {
  assertAdministrator(person)
  await decide(db, deps, person, await seen(db.read, person, id), 'declined', textOf('answer', input.answer))
}

/** Takes back what oneself proposed. @throws Refusal not-found, not-allowed for another's, change-decided */
export async function withdrawProposal (db: Database, deps: ProposalDeps, person: Person, id: string): Promise<void> {
  const row = await seen(db.read, person, id)
  if (row.proposedBy !== person.id) throw new Refusal('not-allowed')
  await decide(db, deps, person, row, 'withdrawn', '')
}

async function decide (db: Database, deps: ProposalDeps, person: Person, row: ProposalRow, state: Exclude<ProposalState, 'proposed'>, answer: string): Promise<void> {
  const { quiz, language: first } = await withQuiz(db.read, deps, row)
  await db.write(async (tx) => {
    if (!await updateDecided(tx, row.id, state, person.id, deps.world.now().toISOString(), answer)) throw new Refusal('change-decided')
    await audit(tx, deps.world, { actorId: person.id, action: `correction.${state}`, subjectType: 'cohort', subjectId: row.cohortId, detail: { quiz: row.quizKey, question: row.question, ...answer !== '' && { reason: answer } } })
    if (row.proposedBy === person.id) return
    const to = await selectActiveAddressee(tx, row.proposedBy)
    if (to === undefined) return
    const { messages, settings } = deps
    const language = messages.choose(to.locale)
    const t = messages.translate(language)
    const values = {
      name: to.name, programme: settings.programme, quiz: textIn(quiz.title, language, first), question: row.question, cohort: row.cohort,
      answer: answer === '' ? '' : `${t('proposals.mail.answer', { answer })}\n\n`, link: `${settings.publicUrl}/desk/corrections/${row.id}`
    }
    await queueMail(tx, deps.world, { to: to.email, subject: t(`proposals.mail.${state}.subject`, values), body: t(`proposals.mail.${state}.body`, values) })
  })
}

async function seen (tx: Tx, person: Person, id: string): Promise<ProposalRow> {
  const row = await selectOptionalProposal(tx, id)
  if (row === undefined) throw new Refusal('not-found')
  if (hasRole(person, 'administrator') || row.proposedBy === person.id) return row
  const [mine] = await selectProposals(tx, person.id, { state: null, before: null, limit: 1, id })
  if (mine === undefined) throw new Refusal('not-found')
  return row
}

async function withQuiz (tx: Tx, deps: ProgressDeps, row: ProposalRow): Promise<Proposal> {
  const quiz = await deps.courses.quiz(tx, row.versionId, row.quizKey)
  if (quiz === undefined) throw new Error(`proposal ${row.id} is about no quiz of its version`)
  return { ...row, quiz, language: (await deps.courses.outline(tx, row.versionId)).language }
}

async function standingOf (tx: Tx, deps: ProgressDeps, { versionId, questionId }: Pick<ProposalRow, 'versionId' | 'questionId'>): Promise<QuestionDefinition> {
  return (await deps.courses.corrections(tx, versionId, deps.world.now().toISOString())).get(questionId) ?? await deps.courses.question(tx, questionId)
}

function regradeOf ({ cohortId, quizKey, version, reason, question, definition }: ProposalRow) {
  return { cohortId, quizKey, version, reason, corrections: [{ question, definition }] }
}

function figuresOf ({ attempts, changes, newlyPassed, newlyFailed }: RegradeReport): CorrectionFigures {
  return {
    attempts,
    changed: changes.length,
    gain: changes.filter((change) => change.new.percent > change.old.percent).length,
    lose: changes.filter((change) => change.new.percent < change.old.percent).length,
    newlyPassed: newlyPassed.length,
    newlyFailed: newlyFailed.length,
    holding: newlyFailed.filter(({ certificateSerial }) => certificateSerial !== null).length
  }
}

function textOf (path: string, typed: string): string {
  const text = typed.trim()
  if (text.length < REASON.least || text.length > REASON.most) throw new Refusal('bad-input', {}, [{ path, message: `must have ${REASON.least} to ${REASON.most} characters` }])
  return text
}
