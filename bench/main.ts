import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { tableOf, type Bench, type Outcome, type Scenario, type Target } from './bench.ts'
import { endAll } from './endings.ts'

/** In the order in which they run. Another scenario is a file that exports `scenario`, and its line here. */
const SCENARIOS: Readonly<Record<string, () => Promise<{ readonly scenario: Scenario }>>> = {
  exams: async () => await import('./exams.ts'),
  limit: async () => await import('./limit.ts'),
  storm: async () => await import('./storm.ts'),
  growth: async () => await import('./growth.ts'),
  servers: async () => await import('./servers.ts'),
  grading: async () => await import('./grading.ts'),
  statistics: async () => await import('./statistics.ts'),
  analysis: async () => await import('./analysis.ts'),
  matrix: async () => await import('./matrix.ts'),
  quotas: async () => await import('./quotas.ts'),
  formats: async () => await import('./formats.ts'),
  certificates: async () => await import('./certificates.ts')
}

const USAGE = `npm run bench -- [${Object.keys(SCENARIOS).join(' | ')}]… [--quick] [--profile FOLDER] [--port FIRST-OF-TEN]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false }, profile: { type: 'string' }, port: { type: 'string', default: '3900' }, help: { type: 'boolean', default: false }
  }
})
const unknown = positionals.filter((name) => SCENARIOS[name] === undefined)
if (values.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no scenario '${unknown.join("', '")}'\n${USAGE}` : USAGE)
  process.exit(values.help ? 0 : 1)
}

const say = (line: string): void => { console.error(`${new Date().toTimeString().slice(0, 8)} ${line}`) }
const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'))
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => { void endAll(say).then(() => { process.exit(130) }) })

const bench: Bench = {
  quick: values.quick,
  port: Number(values.port),
  folder,
  databaseUrl: (name) => `sqlite:${join(folder, `${name}.db`)}`,
  ...(values.profile === undefined ? {} : { profileTo: values.profile }),
  say
}

// A short run must not stand in the place of a whole one.
const RESULTS = new URL(values.quick ? './results-quick.json' : './results.json', import.meta.url)
const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model ?? '', memoryGb: Math.round(totalmem() / 1e9), node: process.version }
console.log(`${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Node ${machine.node}, load ${load()}${values.quick ? ', quick' : ''}`)

const targets: Target[] = []
const failed: string[] = []
for (const [name, open] of Object.entries(SCENARIOS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const { scenario } = await open()
  const loadBefore = load()
  const started = performance.now()
  say(`${name}: begins, load ${loadBefore}`)
  try {
    const { figures, table, targets: held = [] } = await within(scenario)
    const seconds = Math.round((performance.now() - started) / 1000)
    keep(name, { at: new Date().toISOString(), machine, seconds, loadBefore, loadAfter: load(), ...figures, targets: held })
    targets.push(...held)
    console.log(`\n## ${scenario.title}\n\n${table}\n\nTook ${seconds} s; load before ${loadBefore}, after ${load()}.`)
  } catch (error) {
    failed.push(`${name}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
    say(`${name}: failed`)
  } finally {
    await endAll(say)
  }
}

if (targets.length > 0) {
  console.log(`\n## What is promised\n\n${tableOf(['', 'promised', 'measured', 'met'], targets.map(({ what, promised, figure, met }) => [what, promised, figure, met ? 'yes' : 'NO']))}`)
}
for (const problem of failed) console.error(`\nFAILED  ${problem}`)
process.exit(failed.length === 0 ? 0 : 1)

/** A scenario that hangs is given up; its servers are ended with everything else. */
async function within ({ run, mostMinutes }: Scenario): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new Error(`not done after ${mostMinutes} minutes`)) }, mostMinutes * 60_000)
  })
  const outcome = run(bench)
  // What it does after it was given up is of no interest.
  outcome.catch(() => undefined)
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}

function keep (name: string, result: object): void {
  let before: Record<string, unknown> = {}
  try { before = JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, unknown> } catch { /* the first run */ }
  writeFileSync(RESULTS, JSON.stringify({ ...before, [name]: result }, null, 2) + '\n')
}

function load (): number {
  return Number((loadavg()[0] ?? 0).toFixed(1))
}
