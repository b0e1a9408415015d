import { parentPort, workerData } from 'node:worker_threads'
import type { Sheet } from './sheet.ts'
import { xlsxOf } from './write-xlsx.ts'

// Runs beside the server's own thread: a long table must not make anybody's saved answer wait.
const bytes = xlsxOf(workerData as readonly Sheet[])
parentPort?.postMessage(bytes, [bytes.buffer as ArrayBuffer])
