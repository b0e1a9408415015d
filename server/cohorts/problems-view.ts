import type { FastifyRequest } from 'fastify'
import type { CohortProblem } from './cohorts.ts'
import type { Reader } from './views.ts'

/** Whoever asks, as views need them. */
export function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}

/** Problems with a cohort as its form and the API say them. */
export function said (problems: readonly CohortProblem[], { t }: FastifyRequest): Array<{ path: CohortProblem['path'], message: string }> {
  return problems.map(({ path, code }) => ({ path, message: t(`cohorts.problem.${code}`) }))
}
