import { parentPort, workerData } from 'node:worker_threads'
import type { Sheet } from './sheet.ts'
import { xlsxOf } from './write-xlsx.ts'

// Runs beside the server's own thread: a long table must not make anybody's saved answer wait.
// Node's small buffers share memory that cannot be handed over: a copy has memory of its own.
const bytes = new Uint8Array(xlsxOf(workerData as readonly Sheet[]))
parentPort?.postMessage(bytes, [bytes.buffer])
