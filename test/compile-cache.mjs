import { enableCompileCache } from 'node:module'
import { relative, resolve } from 'node:path'

// The server is two thousand modules, and most test files begin with all of them: what was compiled once is kept. Not for the tests
// of the engine, whose coverage has to be exact.
const folder = resolve(import.meta.dirname, '../.tap/compiled')
if (!relative(import.meta.dirname, process.argv[1] ?? '').replaceAll('\\', '/').replace(/^together\//, '').startsWith('quiz')) {
  enableCompileCache(folder)
  // Servers that a test starts have it too.
  process.env['NODE_COMPILE_CACHE'] = folder
}
