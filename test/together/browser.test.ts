import { filesOf, runTogether, TOGETHER } from './together.ts'

await runTogether(filesOf(TOGETHER.browser))
