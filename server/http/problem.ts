import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { isBadText, isStorageUnavailable } from '../db/faults.ts'
import { inputProblems, inWords, pathOf } from './input-problems.ts'
import { Refusal, type Problem, type RefusalCode } from '../refusals.ts'

/** The one place where a refusal becomes a status (RFC 9110). */
const STATUS: Readonly<Record<RefusalCode, number>> = {
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  'edited-meanwhile': 409,
  'draft-closed': 409,
  'draft-has-problems': 422,
  'course-taken': 409,
  'published-meanwhile': 409,
  'bad-input': 422,
  'busy': 503,
  'bad-csrf-token': 403,
  'too-many-tries': 429,
  'sign-in-failed': 401,
  'link-not-valid': 410,
  'already-set-up': 409,
  'email-taken': 409,
  'last-administrator': 409,
  'account-deactivated': 409,
  'attempt-not-open': 409,
  'attempt-not-finished': 409,
  'attempts-used-up': 409,
  'time-is-up': 409,
  'slot-unknown': 404,
  'slot-locked': 409,
  'decision-taken': 409,
  'answer-out-of-date': 409,
  'check-not-offered': 409,
  'file-refused': 422,
  'cohort-not-running': 409,
  'cohort-full': 409,
  'enrolment-withdrawn': 409,
  'enrolment-completed': 409,
  'already-enrolled': 409,
  'enrolment-elsewhere': 409,
  'nothing-to-change': 409,
  'attempt-running': 409,
  'cohort-not-begun': 409,
  'nominations-closed': 409,
  'nomination-decided': 409,
  'review-not-offered': 403,
  'certificate-already-revoked': 409,
  'certificate-replaced': 409,
  'certificate-erased': 410,
  'zip-not-ready': 409,
  'cohort-other-course': 409,
  'already-merged': 409,
  'not-merged': 409,
  'person-erased': 410,
  'quota-closed': 409,
  'second-administrator-needed': 403,
  'change-decided': 409,
  'change-does-not-fit': 409,
  'quota-not-ended': 409,
  'quota-open': 409,
  'second-marker-needed': 409
}

export const REFUSAL_CODES = Object.keys(STATUS) as RefusalCode[]

/** Everything that can end a request without a result, in one shape. */
export interface Answer {
  readonly code: RefusalCode | 'server-error' | 'storage-unavailable' | 'bad-request' | 'too-large'
  readonly status: number
  readonly detail: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]
  /** What a schema refused, for a page to say in its own language. */
  readonly refused?: readonly FastifySchemaValidationError[]
}

export function answerTo (error: FastifyError | Refusal): Answer {
  if (error instanceof Refusal) {
    return { code: error.code, status: STATUS[error.code], detail: error.detail, problems: error.problems }
  }
  if (error.validation !== undefined) {
    return { code: 'bad-input', status: 422, detail: {}, problems: error.validation.map(problemOf), refused: error.validation }
  }
  if (error.code?.startsWith('FST_CSRF_')) return { code: 'bad-csrf-token', status: STATUS['bad-csrf-token'], detail: {}, problems: [] }
  // Nothing was written; the browser keeps what it sent, and sends it again.
  if (isStorageUnavailable(error)) return { code: 'storage-unavailable', status: 503, detail: { retryAfterSeconds: 5 }, problems: [] }
  if (isBadText(error)) return { code: 'bad-input', status: STATUS['bad-input'], detail: {}, problems: [{ message: 'holds a character that no text may hold' }] }
  const status = error.statusCode ?? 500
  if (status === 404) return { code: 'not-found', status, detail: {}, problems: [] }
  if (status === 413) return { code: 'too-large', status, detail: {}, problems: [] }
  if (status >= 400 && status < 500) return { code: 'bad-request', status, detail: {}, problems: [{ message: error.message }] }
  return { code: 'server-error', status: 500, detail: {}, problems: [] }
}

function problemOf (error: FastifySchemaValidationError): Problem {
  return { path: pathOf(error), message: error.keyword === 'required' ? 'is missing' : error.message ?? 'is not valid' }
}

/** RFC 9457 for the API, a page for people. */
export async function sendAnswer (answer: Answer, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.status(answer.status).header('cache-control', 'no-store')
  if (answer.status === 503 || answer.status === 429) void reply.header('retry-after', String(answer.detail['retryAfterSeconds'] ?? 60))
  if (wantsJson(request)) {
    const t = request.t
    return await reply.type('application/problem+json').send(JSON.stringify({
      type: request.server.url('/problems/:code', { code: answer.code }),
      title: t(`refusal.${answer.code}`),
      status: answer.status,
      ...answer.detail,
      ...(answer.problems.length > 0 ? { problems: answer.problems.map(({ words: _, ...problem }) => problem) } : {})
    }))
  }
  if (answer.code === 'not-signed-in' && request.method === 'GET') {
    return await reply.redirect(request.server.url('/sign-in', {}, { to: request.url }), 303)
  }
  return reply.page('http/error', {
    title: request.t(`refusal.${answer.code}`),
    hint: request.t(`refusal.${answer.code}.hint`),
    problems: answer.refused === undefined ? answer.problems.map((problem) => ({ ...problem, message: inWords(problem, request.t) })) : inputProblems(answer.refused, request.t),
    status: String(answer.status),
    askAgain: answer.code === 'link-not-valid',
    main: 'narrow'
  })
}

/** The API speaks JSON always; a page does when a script asks for it. */
function wantsJson (request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? ''
  return path.startsWith(request.server.url('/api/')) || (request.headers.accept ?? '').includes('json')
}
