import { parentPort } from 'node:worker_threads'
import type { QuestionDefinition } from '../quiz/quiz.ts'
import { givenIn } from '../quiz/statistics/responses.ts'
import { itemStatistics, wrongAnswersIn, type ItemStatistics } from '../quiz/statistics/statistics.ts'
import type { Table } from '../quiz/statistics/table.ts'

/** What is asked of the thread, once. */
export interface ItemOrder {
  readonly definitions: readonly QuestionDefinition[]
  readonly language: string
  readonly table: Table
}

/** What it tells: first what was answered wrong, for comparing people, then the statistics of items. */
export type ItemReport = { readonly wrong: readonly Int32Array[] } | ItemStatistics

parentPort?.once('message', ({ definitions, language, table }: ItemOrder) => {
  const tell = (report: ItemReport): void => { parentPort?.postMessage(report) }
  const byKey = new Map(definitions.map((definition) => [definition.key, definition]))
  const definitionOf = (question: string): QuestionDefinition | undefined => byKey.get(question)
  const given = givenIn(table, definitionOf)
  tell({ wrong: wrongAnswersIn(table, given) })
  tell(itemStatistics(table, given, definitionOf, language))
})
