import { extname } from 'node:path'
import { parentPort, Worker } from 'node:worker_threads'
import type { QuestionDefinition } from '../quiz/quiz.ts'
import { difficultiesIn, similaritiesIn, withComparisons } from '../quiz/statistics/comparisons.ts'
import { makeTable, type Table } from '../quiz/statistics/table.ts'
import type { ItemOrder, ItemReport } from './item-statistics-worker.ts'
import type { StoredAttempt } from './queries.ts'
import { makeSittingReader } from './sittings.ts'

/** What comes first. */
export interface WorkOrder {
  /** that ask something, by the ids that papers name */
  readonly questions: readonly { readonly id: string, readonly definition: QuestionDefinition }[]
  readonly language: string
}

/** Attempts as they come after it, then an empty list: that is all. */
export type Delivery = readonly { readonly stored: StoredAttempt, readonly group: string }[]

// Runs beside the server's own thread: seconds of arithmetic must not make anybody's saved answer wait. What answers mean is told by a
// second thread: it loads the whole engine, which takes as long as to read a thousand attempts, while they are read here, and works on
// items while people are compared here. If it fails, so does this one.
const beside = new Worker(new URL(`./item-statistics-worker${extname(import.meta.filename)}`, import.meta.url))

let work: ((delivery: Delivery) => void) | undefined

parentPort?.on('message', (message: WorkOrder | Delivery) => {
  if ('questions' in message) work = begin(message)
  else work?.(message)
})

function begin (order: WorkOrder): (delivery: Delivery) => void {
  const read = makeSittingReader(new Map(order.questions.map(({ id, definition }) => [id, definition.key])))
  const { add, table } = makeTable()
  return (delivery) => {
    for (const { stored, group } of delivery) add(read(stored, group))
    if (delivery.length === 0) reportOn(table(), order)
  }
}

function reportOn (table: Table, { questions, language }: WorkOrder): void {
  const order: ItemOrder = { definitions: questions.map(({ definition }) => definition), language, table }
  beside.postMessage(order)
  const difficulties = difficultiesIn(table)
  let similarities: ReturnType<typeof similaritiesIn> = []
  beside.on('message', (report: ItemReport) => {
    if ('wrong' in report) {
      similarities = similaritiesIn(table, report.wrong)
    } else {
      parentPort?.postMessage(withComparisons(report, { difficulties, similarities }))
      parentPort?.close()
    }
  })
}
