import { audit } from '../../audit/audit.ts'
import type { Tx } from '../../db/database.ts'
import { saidDay } from '../../people/mails.ts'
import { queueMails } from '../../people/outbox.ts'
import type { DeskDeps } from '../changes.ts'
import { carryOut, planRows, seatsOf, type ProblemCode } from '../enrol.ts'
import type { EnrolmentRow, RowProblem } from '../enrolment-csv.ts'
import { selectOptionalCohort, type CohortRow } from '../queries.ts'
import { selectTaken } from '../seats/queries.ts'
import { freeFor } from '../seats.ts'
import { decideNomination, selectMailTo, selectNominations, type Nomination } from './queries.ts'

/** Where a seat is free, the first of those who wait for it gets it, and is told by mail with whoever nominated them. The order is
 * that in which they began to wait; somebody for whose country no seat is free keeps their place. Until the cohort ends.
 * @returns how many moved up */
export async function moveUp (tx: Tx, deps: DeskDeps, cohortId: string): Promise<number> {
  const cohort = await selectOptionalCohort(tx, cohortId)
  const at = deps.world.now().toISOString()
  if (cohort === undefined || cohort.endsAt <= at) return 0
  const waiting = await selectNominations(tx, cohortId, null, ['waiting'])
  if (waiting.length === 0) return 0
  const seats = await seatsOf(tx, cohort)
  const moved: Nomination[] = []
  for (const nomination of waiting) {
    if (freeFor(seats, await selectTaken(tx, cohortId), nomination.country) < 1) continue
    const enrolled = await enrolNominee(tx, deps, nomination.nominatedBy, cohort, nomination, 0)
    // An account that was deactivated meanwhile: the next one's turn, and a person has to look at this one.
    if ('problem' in enrolled) continue
    await decideNomination(tx, nomination.id, ['waiting'], { state: 'accepted', reason: '', by: null, at, enrolmentId: enrolled.enrolmentId })
    await audit(tx, deps.world, { actorId: null, action: 'nomination.moved-up', subjectType: 'nomination', subjectId: nomination.id, detail: { cohortId } })
    moved.push(nomination)
  }
  await tellNominees(tx, deps, cohort, moved, 'moved-up')
  await tellNominators(tx, deps, cohort, moved, 'moved-up', '', null)
  return moved.length
}

/** Enrols a nominated person: an account and an invitation for whoever has none.
 * @param replacing 1 when the seat of somebody else is taken over, which then is not looked for */
export async function enrolNominee (tx: Tx, { world, settings, messages }: DeskDeps, actor: { readonly id: string }, cohort: CohortRow, nominee: Omit<EnrolmentRow, 'line'>, replacing: number): Promise<{ readonly enrolmentId: string } | { readonly problem: RowProblem<ProblemCode> }> {
  const { name, email, country, agency, rank, locale, birthDay = null } = nominee
  const plan = await planRows(tx, cohort, [{ line: 1, name, email, country, agency, rank, locale, birthDay }], true, replacing)
  const [problem] = plan.problems
  if (problem !== undefined) return { problem }
  const made = await carryOut(tx, world, settings, messages, actor, plan)
  const enrolmentId = [...made.values()][0] ?? plan.enrolledAlready[0]
  if (enrolmentId === undefined) throw new Error('whoever has a seat has an enrolment')
  return { enrolmentId }
}

/** Tells people that they have a seat. */
export async function tellNominees (tx: Tx, { world, settings, messages }: DeskDeps, cohort: CohortRow, people: ReadonlyArray<Pick<Nomination, 'name' | 'email' | 'locale'>>, what: 'accepted' | 'moved-up'): Promise<void> {
  if (people.length === 0) return
  await queueMails(tx, world, people.map(({ name, email, locale }) => {
    const language = messages.choose(locale)
    const t = messages.translate(language)
    const values = {
      name, cohort: cohort.name, course: cohort.course.title, programme: settings.programme, link: settings.publicUrl,
      from: saidDay(cohort.startsAt, language, cohort.timeZone ?? settings.timeZone), to: saidDay(cohort.endsAt, language, cohort.timeZone ?? settings.timeZone)
    }
    return { to: email, subject: t(`nominations.mail.${what}.subject`, values), body: t(`nominations.mail.${what}.body`, values) }
  }))
}

/** Tells whoever nominated people what became of them, one mail for each nominator. Whoever decided it knows.
 * @param decidedBy null for the programme itself */
export async function tellNominators (tx: Tx, { world, settings, messages }: DeskDeps, cohort: CohortRow, decided: readonly Nomination[], what: 'accepted' | 'waiting' | 'declined' | 'moved-up', reason: string, decidedBy: string | null): Promise<void> {
  const by = Map.groupBy(decided.filter(({ nominatedBy }) => nominatedBy.id !== decidedBy), ({ nominatedBy }) => nominatedBy.id)
  const mails = (await selectMailTo(tx, [...by.keys()])).map(({ personId, name, email, locale }) => {
    const t = messages.translate(messages.choose(locale))
    const values = {
      name, cohort: cohort.name, programme: settings.programme, reason, link: `${settings.publicUrl}/desk/cohorts/${cohort.id}/nominations`,
      people: (by.get(personId) ?? []).map((one) => `- ${one.name}`).join('\n')
    }
    return { to: email, subject: t(`nominations.mail.told.${what}.subject`, values), body: `${t(`nominations.mail.told.${what}.body`, values)}${reason === '' ? '' : `\n\n${t('nominations.mail.told.reason', values)}`}` }
  })
  if (mails.length > 0) await queueMails(tx, world, mails)
}
