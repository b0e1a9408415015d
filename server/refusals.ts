/** Every way a rule can say no. `http/problem.ts` gives each a status; a code without one does not compile. */
export type RefusalCode =
  | 'not-signed-in'
  | 'not-allowed'
  | 'not-found'
  | 'edited-meanwhile'
  | 'draft-closed'
  | 'draft-has-problems'
  | 'course-taken'
  | 'published-meanwhile'
  | 'bad-input'
  | 'busy'
  | 'bad-csrf-token'
  | 'too-many-tries'
  | 'sign-in-failed'
  | 'link-not-valid'
  | 'already-set-up'
  | 'email-taken'
  | 'last-administrator'
  | 'account-deactivated'
  | 'attempt-not-open'
  | 'attempt-not-finished'
  | 'attempts-used-up'
  | 'time-is-up'
  | 'slot-unknown'
  | 'slot-locked'
  | 'decision-taken'
  | 'answer-out-of-date'
  | 'check-not-offered'
  | 'file-refused'
  | 'cohort-not-running'
  | 'cohort-full'
  | 'enrolment-withdrawn'
  | 'already-enrolled'
  | 'enrolment-elsewhere'
  | 'nothing-to-change'
  | 'attempt-running'
  | 'cohort-not-begun'
  | 'nominations-closed'
  | 'nomination-decided'
  | 'enrolment-completed'
  | 'review-not-offered'
  | 'certificate-already-revoked'
  | 'certificate-replaced'
  | 'certificate-erased'
  | 'zip-not-ready'
  | 'cohort-other-course'
  | 'already-merged'
  | 'not-merged'
  | 'person-erased'
  | 'quota-closed'
  | 'second-administrator-needed'
  | 'change-decided'
  | 'change-does-not-fit'
  | 'quota-not-ended'
  | 'quota-open'
  | 'second-marker-needed'

/** One thing wrong with an input: where (`path` in a body, `line` and `field` in a file) and what, as a sentence. */
export interface Problem {
  readonly path?: string
  readonly line?: number
  readonly field?: string
  /** In English: what programs read. Pages say it in their language by `templates/sentences`, where there are no `words`. */
  readonly message: string
  /** The same as a message of the catalogue, for the language of a page. */
  readonly words?: { readonly key: string, readonly values?: Readonly<Record<string, string | number>> }
}

/** A rule's "no": thrown once, where the rule is, and mapped to an answer once, in `http/problem.ts`.
 * `detail` goes into the answer, so it holds nothing that the asker may not know. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly detail: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]

  constructor (code: RefusalCode, detail: Readonly<Record<string, unknown>> = {}, problems: readonly Problem[] = []) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
    this.problems = problems
  }
}
