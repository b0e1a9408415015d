import { readFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'

// What this stack can do at most, to hold the product against: Fastify that sends bytes it has, and Fastify that writes one
// row in a commit shared by all requests of one turn of the event loop. No session, no checks, no templates.
// Arguments: port, database file, a file with a page, its content-encoding ('' for none).
const [port = '', databaseFile = '', pageFile = '', encoding = ''] = process.argv.slice(2)

const app = Fastify({ logger: false })
const page = readFileSync(pageFile)
app.get('/page', (_, reply) => {
  if (encoding !== '') void reply.header('content-encoding', encoding)
  return reply.type('text/html; charset=utf-8').send(page)
})

const db = new Sqlite(databaseFile)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(`create table if not exists attempt_step (
  attempt_id text not null, slot integer not null, seq integer not null, action text not null, answer text, state text not null,
  fraction double precision, at text not null, primary key (attempt_id, slot, seq))`)
const insert = db.prepare('insert into attempt_step (attempt_id, slot, seq, action, answer, state, fraction, at) values (?, ?, ?, ?, ?, ?, ?, ?)')
const [begin, commit] = [db.prepare('begin immediate'), db.prepare('commit')]
let waiting: Array<() => void> = []

function commitAll (): void {
  const group = waiting
  waiting = []
  commit.run()
  for (const done of group) done()
}

app.put<{ Params: { id: string, slot: string }, Body: { answer: unknown, seq: number } }>('/answers/:id/:slot', (request, reply) => {
  if (waiting.length === 0) {
    begin.run()
    setImmediate(commitAll)
  }
  const { id, slot } = request.params
  const { answer, seq } = request.body
  const at = new Date().toISOString()
  insert.run(id, Number(slot), seq, 'answer', JSON.stringify(answer), 'answered', null, at)
  waiting.push(() => { void reply.send({ slot: Number(slot), seq, savedAt: at, state: 'answered' }) })
})

process.once('SIGTERM', () => { db.close(); process.exit(0) })
await app.listen({ port: Number(port), host: '127.0.0.1' })
console.log('listening')
