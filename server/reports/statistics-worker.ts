import { parentPort } from 'node:worker_threads'
import { quizStatistics, type QuestionDefinition, type Sitting } from '../quiz/quiz.ts'
import type { StoredAttempt } from './queries.ts'
import { makeSittingReader } from './sittings.ts'

/** What comes first. */
export interface WorkOrder {
  /** by the ids that papers name */
  readonly definitions: readonly (readonly [string, QuestionDefinition])[]
  readonly language: string
}

/** Attempts as they come after it, then an empty list: that is all. */
export type Delivery = readonly { readonly stored: StoredAttempt, readonly group: string }[]

// Runs beside the server's own thread: seconds of arithmetic must not make anybody's saved answer wait.
let work: ((delivery: Delivery) => void) | undefined

parentPort?.on('message', (message: WorkOrder | Delivery) => {
  if ('definitions' in message) work = begin(message)
  else work?.(message)
})

function begin ({ definitions, language }: WorkOrder): (delivery: Delivery) => void {
  const read = makeSittingReader(new Map(definitions))
  const byKey = new Map(definitions.map(([, definition]) => [definition.key, definition]))
  const sittings: Sitting[] = []
  return (delivery) => {
    for (const { stored, group } of delivery) sittings.push(read(stored, group))
    if (delivery.length > 0) return
    parentPort?.postMessage(quizStatistics(sittings, (question) => byKey.get(question), language))
    parentPort?.close()
  }
}
