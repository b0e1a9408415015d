import type { Scenario } from './bench.ts'
export const scenario: Scenario = { title: '', mostMinutes: 1, run: async () => { throw new Error('x') } }
