import { parentPort, workerData } from 'node:worker_threads'
import { readBankBytes, type BankOrder } from './bank-file.ts'

// Runs beside the server's own thread: seconds of reading must not make anybody's saved answer wait.
parentPort?.postMessage(readBankBytes(workerData as BankOrder))
