import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { quizStatistics, type Sitting } from '../server/quiz/quiz.ts'
import { randomFrom, type Random } from '../server/quiz/random.ts'
import type { QuestionDefinition } from '../server/quiz/definition.ts'
import { atMost, tableOf, type Scenario } from './bench.ts'

export const scenario: Scenario = {
  title: 'Statistics of 3,000 trainees',
  mostMinutes: 3,
  run: async () => {
    // In a process of its own, as the server has them reckoned in a thread of its own: what ran before changes how it is compiled.
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), '--json'], { timeout: 120_000 })
    const figures = JSON.parse(stdout) as ReturnType<typeof benchStatistics>
    const seconds = (value: number): string => `${Number(value.toFixed(2))} s`
    const row = (name: string, { seconds, processorSeconds }: Took): string[] => [name, seconds.toFixed(2), processorSeconds.toFixed(2)]
    return {
      figures,
      table: tableOf(['paper', 'seconds', 'of processor time'], [row('60 questions, the same for all', figures.samePaper), row('60 drawn of 200', figures.drawnFromBank)]),
      targets: [
        atMost('statistics of 3,000 trainees × 60 questions', 2, figures.samePaper.seconds, seconds),
        atMost('the same, 60 drawn of 200 for each', 2, figures.drawnFromBank.seconds, seconds)
      ]
    }
  }
}

export interface Took {
  readonly seconds: number
  /** of all threads, the collector's too: what others at work on the machine lengthen less */
  readonly processorSeconds: number
}

/** How long all the statistics of a quiz take: 3,000 trainees × 60 questions of four choices, in two languages; once with the same
 * questions for all, and once with 60 drawn for each from a bank of 200. */
export function benchStatistics (trainees = 3000, questions = 60): { readonly samePaper: Took, readonly drawnFromBank: Took } {
  return { samePaper: measure(trainees, questions, questions), drawnFromBank: measure(trainees, questions, 200) }
}

function measure (trainees: number, asked: number, bank: number): Took {
  const definitions = Array.from({ length: bank }, (_, index): QuestionDefinition => ({
    key: `q${index}`, kind: 'choice', topic: 't', difficulty: 'easy', prompt: 'Which?',
    choices: ['a', 'b', 'c', 'd'].map(key => ({ key, text: key, correct: key === 'a' }))
  }))
  const sittings = sittingsOf(definitions, trainees, asked)
  const byKey = new Map(definitions.map(definition => [definition.key, definition]))
  const start = performance.now()
  const used = process.cpuUsage()
  quizStatistics(sittings, question => byKey.get(question), 'en')
  const { user, system } = process.cpuUsage(used)
  return { seconds: (performance.now() - start) / 1000, processorSeconds: (user + system) / 1e6 }
}

function sittingsOf (definitions: readonly QuestionDefinition[], trainees: number, asked: number): Sitting[] {
  const random = randomFrom('bench')
  return Array.from({ length: trainees }, (_, trainee) => {
    const ability = spread(random)
    const from = random.below(definitions.length)
    const step = definitions.length === asked ? 1 : 3
    return {
      id: `t${trainee}`,
      group: trainee % 3 === 0 ? 'ar' : 'en',
      items: Array.from({ length: asked }, (_, slot) => {
        const index = (from + slot * step) % definitions.length
        const right = random.below(1000) / 1000 < 1 / (1 + Math.exp(index % 5 - 2.5 - ability))
        const choice = right ? 'a' : 'bcd'.charAt(random.below(3))
        return { slot: slot + 1, question: `q${index}`, markMax: 1, fraction: right ? 1 : 0, answer: { choices: [choice] }, seconds: 20 + random.below(60) }
      })
    }
  })
}

/** About normal: the sum of twelve even values, less six. */
function spread (random: Random): number {
  return Array.from({ length: 12 }, () => random.below(1000) / 1000).reduce((sum, value) => sum + value, -6)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const figures = benchStatistics()
  const { samePaper, drawnFromBank } = figures
  const said = ({ seconds, processorSeconds }: Took): string => `${seconds.toFixed(2)} s (${processorSeconds.toFixed(2)} s of processor time)`
  console.log(process.argv.includes('--json') ? JSON.stringify(figures) : `statistics of 3,000 trainees × 60 questions: ${said(samePaper)}; 60 drawn of 200: ${said(drawnFromBank)}`)
}
