import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { exams, examsTable } from './exams.ts'
import { benchGrading } from './grading.ts'
import { limit, limitTable } from './limit.ts'
import { benchMatrix, matrixTableOf } from './matrix.ts'
import { benchStatistics, type Took } from './statistics.ts'

interface Scenario { readonly title: string, readonly run: (bench: Bench) => Promise<{ readonly result: object, readonly table: string }> }

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  exams: { title: 'Whole exams, after sign-in', run: async (bench) => { const result = await exams(bench); return { result, table: examsTable(result) } } },
  limit: { title: 'Against the bare stack', run: async (bench) => { const result = await limit(bench); return { result, table: limitTable(result) } } },
  grading: { title: 'Answers graded a second', run: async () => { const result = benchGrading(); return { result, table: gradingTable(result) } } },
  matrix: { title: 'Progress of 3,000 trainees in 130 activities', run: async (bench) => { const result = await benchMatrix(bench); return { result, table: matrixTableOf(result) } } },
  statistics: { title: 'Statistics of 3,000 trainees', run: async () => { const result = benchStatistics(); return { result, table: statisticsTable(result) } } }
}

const USAGE = `npm run bench -- [${Object.keys(SCENARIOS).join(' | ')}]… [--quick] [--profile FOLDER]`
const RESULTS = new URL('./results.json', import.meta.url)

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false }, profile: { type: 'string' }, help: { type: 'boolean', default: false } } })
const unknown = positionals.filter((name) => SCENARIOS[name] === undefined)
if (values.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no scenario '${unknown.join("', '")}'\n${USAGE}` : USAGE)
  process.exit(values.help ? 0 : 1)
}

const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'))
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { process.exit(130) })

const bench: Bench = {
  scale: values.quick ? 0.2 : 1,
  port: 3900,
  folder,
  databaseUrl: (name) => `sqlite:${join(folder, `${name}.db`)}`,
  ...(values.profile === undefined ? {} : { profileTo: values.profile }),
  say: (line) => { console.error(line) }
}

const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model ?? '', node: process.version, loadBefore: loadavg()[0] }
console.log(`${machine.cores} cores (${machine.cpu}), Node ${machine.node}, load before ${machine.loadBefore}${values.quick ? ', quick' : ''}`)
for (const [name, { title, run }] of Object.entries(SCENARIOS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const { result, table } = await run(bench)
  console.log(`\n## ${title}\n\n${table}`)
  // A short run is for looking; only whole ones are kept.
  if (!values.quick) keep(name, { at: new Date().toISOString(), machine, ...result })
}

function keep (name: string, result: object): void {
  let before: Record<string, unknown> = {}
  try { before = JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, unknown> } catch { /* the first run */ }
  writeFileSync(RESULTS, JSON.stringify({ ...before, [name]: result }, null, 2) + '\n')
}

function gradingTable (perSecond: Readonly<Record<string, number>>): string {
  return ['| kind | answers a second |', '|---|---:|', ...Object.entries(perSecond).map(([kind, count]) => `| ${kind} | ${count.toLocaleString('en-GB')} |`)].join('\n')
}

function statisticsTable (result: Readonly<Record<'samePaper' | 'drawnFromBank', Took>>): string {
  const row = (name: string, { seconds, processorSeconds }: Took): string => `| ${name} | ${seconds.toFixed(2)} | ${processorSeconds.toFixed(2)} |`
  return ['| paper | seconds | of processor time |', '|---|---:|---:|', row('60 questions, the same for all', result.samePaper), row('60 drawn of 200', result.drawnFromBank)].join('\n')
}
