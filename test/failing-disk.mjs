// Loaded into a server before its own code: from the moment that the file FAILING_DISK is there, nothing is brought to the disk any
// more, as when a drive dies under a server that runs.
import fs, { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { fdatasync } = fs
const from = process.env.FAILING_DISK ?? ''

fs.fdatasync = (descriptor, done) => {
  if (existsSync(from)) setImmediate(done, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', errno: -5, syscall: 'fdatasync' }))
  else fdatasync(descriptor, done)
}
syncBuiltinESMExports()
