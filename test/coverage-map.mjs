import { globSync } from 'node:fs'

// The engine is held to 100 %: its own tests have to reach all of it. Elsewhere what counts is said in the tests themselves.
const engine = globSync('server/quiz/**/*.ts')

/** @param {string} test */
export default (test) => /^test\/(together\/)?quiz/.test(test.replaceAll('\\', '/')) ? engine : null
