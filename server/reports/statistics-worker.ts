import { parentPort, workerData } from 'node:worker_threads'
import { quizStatistics, type QuestionDefinition, type Sitting } from '../quiz/quiz.ts'
import type { StoredAttempt } from './queries.ts'
import { makeSittingReader } from './sittings.ts'

/** What the thread is started with. */
export interface WorkOrder {
  /** by the ids that papers name */
  readonly definitions: readonly (readonly [string, QuestionDefinition])[]
  readonly language: string
}

/** Attempts as they come, then an empty list: that is all. */
export type Delivery = readonly { readonly stored: StoredAttempt, readonly group: string }[]

// Runs beside the server's own thread: seconds of arithmetic must not make anybody's saved answer wait.
const { definitions, language } = workerData as WorkOrder
const read = makeSittingReader(new Map(definitions))
const byKey = new Map(definitions.map(([, definition]) => [definition.key, definition]))
const sittings: Sitting[] = []

parentPort?.on('message', (delivery: Delivery) => {
  for (const { stored, group } of delivery) sittings.push(read(stored, group))
  if (delivery.length > 0) return
  parentPort?.postMessage(quizStatistics(sittings, (question) => byKey.get(question), language))
  parentPort?.close()
})
