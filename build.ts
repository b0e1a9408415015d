import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'

// What is published cannot be stripped of its types inside node_modules: so `dist/` holds JavaScript and declarations,
// laid out like the repository, with what the code reads (templates, courses) beside it. `npm run check` is what checks types.
rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
for (const folder of ['templates', 'courses', 'server/demo/courses']) cpSync(folder, `dist/${folder}`, { recursive: true })
chmodSync('dist/server/main.js', 0o755)
