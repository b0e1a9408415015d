import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import t from 'tap'

/** Which test files share a process, as glob patterns: most begin with the whole server, two thousand modules, and to load it
 * takes longer than many of them take. One file alone is run as ever: `node test/people/links.test.ts`. Files in `test` itself,
 * and those of `test/postgres`, have a process each. All run in the order of their names: the longest, those of the browser, are
 * not among the last, which are short, so that at the end no core waits for another. */
export const TOGETHER = {
  attempts: ['test/attempts/*.test.ts'],
  browser: ['test/pages/!(*-desk).test.ts'],
  'browser-at-the-desk': ['test/pages/*-desk.test.ts'],
  certificates: ['test/certificates/*.test.ts'],
  counting: ['test/quotas/*.test.ts', 'test/reports/*.test.ts'],
  courses: ['test/courses/*.test.ts', 'test/sheets/*.test.ts', 'test/zip/*.test.ts'],
  database: ['test/db/*.test.ts', 'test/demo/*.test.ts'],
  desk: ['test/people/*.test.ts', 'test/cohorts/*.test.ts', 'test/privacy/*.test.ts', 'test/audit/*.test.ts', 'test/http/*.test.ts'],
  quiz: ['test/quiz/*.test.ts', 'test/quiz/statistics/*.test.ts'],
  'quiz-formats': ['test/quiz/formats/*.test.ts']
} as const satisfies Readonly<Record<string, readonly string[]>>

const ROOT = resolve(import.meta.dirname, '../..')

/** @returns the test files of patterns, in order */
export function filesOf (patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/')).sort())
}

/** What a server is told by its environment: a test that changes it would change the next one. */
function settings (): object {
  return { folder: process.cwd(), ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(MUSTER|DATABASE|PORT|HOST|TZ$|LOG_|NODE_|TEST_)/.test(name))) }
}

/** What properties draw in a whole run, so that it comes out the same wherever it is run, with the same branches covered. A file that is run
 * alone draws anew each time. */
const SEED = 20261124

/** Runs the tests of files in this process, one file after the other: what they begin with is loaded once. */
export async function runTogether (files: readonly string[]): Promise<void> {
  fc.configureGlobal({ seed: SEED })
  const before = settings()
  for (const file of files) {
    // A file's tests are queued when it is loaded; each file has its time.
    t.setTimeout(300_000)
    t.comment(file)
    const loaded = import(pathToFileURL(resolve(ROOT, file)).href).catch((error: unknown) => { t.fail(`${file} is loaded`, { error }) })
    // Without anything to wait for, all would be over once a file has said what is to be done in the end.
    t.waitOn(loaded)
    await loaded
    await t.test(`${file} leaves the process as it was`, async (t) => { t.same(settings(), before) })
  }
}
