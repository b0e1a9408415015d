import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { listMails, makeTransport, queueMail, queueMails, sendDueMails } from '../../server/people/outbox.ts'
import { realWorld } from '../../server/world.ts'
import { testDatabase } from '../database.ts'

/** A real SMTP server that keeps what it takes and refuses the recipients it is told to. */
async function mailServer (t: Test, refuse: (to: string) => boolean = () => false): Promise<{ url: string, taken: Array<{ to: string, text: string }> }> {
  const taken: Array<{ to: string, text: string }> = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo ({ address }, _, done) {
      done(refuse(address) ? Object.assign(new Error('mailbox busy'), { responseCode: 450 }) : null)
    },
    onData (stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        taken.push({ to: session.envelope.rcptTo[0]?.address ?? '', text: Buffer.concat(parts).toString() })
        done()
      })
    }
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  t.teardown(() => { server.close() })
  return { url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`, taken }
}

const FROM = 'Muster <no-reply@muster.example>'

async function outbox (t: Test) {
  const { db, again } = await testDatabase(t)
  let shift = 0
  const world = { ...realWorld, now: () => new Date(Date.now() + shift) }
  return { db, again, world, advance: (seconds: number) => { shift += seconds * 1000 } }
}

t.test('a mail goes out once, whole, in any script', async (t) => {
  const { db, world } = await outbox(t)
  const { url, taken } = await mailServer(t)
  const transport = await makeTransport(url)
  t.teardown(() => { transport.close() })
  const id = await db.write(async (tx) => await queueMail(tx, world, { to: 'amina@police.example', subject: 'مرحبا', body: 'نص الرسالة\nsecond line' }))
  t.same(await sendDueMails(db, world, transport, FROM), { sent: 1, failed: 0, givenUp: 0 })
  t.same(await sendDueMails(db, world, transport, FROM), { sent: 0, failed: 0, givenUp: 0 })
  t.equal(taken.length, 1)
  t.match(taken[0]?.text, `Message-ID: <${id}@muster.example>`)
  t.match(taken[0]?.text, '=D9=86=D8=B5 =D8=A7=D9=84=D8=B1=D8=B3=D8=A7=D9=84=D8=A9\r\nsecond line')
  t.match((await listMails(db, {})).items, [{ id, sentAt: String, lastError: null, tries: 1 }])
})

t.test('a mail is not sent when the change that caused it fails', async (t) => {
  const { db, world } = await outbox(t)
  await t.rejects(db.write(async (tx) => {
    await queueMail(tx, world, { to: 'a@b.example', subject: 's', body: 'b' })
    throw new Error('the change failed')
  }))
  t.same((await listMails(db, {})).items, [])
})

t.test('a failure is kept and tried again, later each time, ten times in all', async (t) => {
  const { db, world, advance } = await outbox(t)
  let busy = true
  const { url, taken } = await mailServer(t, (to) => busy && to.startsWith('busy'))
  const transport = await makeTransport(url)
  t.teardown(() => { transport.close() })
  const round = async () => await sendDueMails(db, world, transport, FROM)
  await db.write(async (tx) => {
    await queueMails(tx, world, [{ to: 'busy@b.example', subject: 's', body: 'b' }, { to: 'free@b.example', subject: 's', body: 'b' }])
  })
  t.same(await round(), { sent: 1, failed: 1, givenUp: 0 }, 'one that fails does not hold up the rest')
  const waiting = async () => (await listMails(db, {})).items.find((mail) => mail.to === 'busy@b.example')
  t.match((await waiting())?.lastError, 'mailbox busy')
  t.same(await round(), { sent: 0, failed: 0, givenUp: 0 }, 'not at once')
  for (let tries = 2; tries <= 5; tries++) {
    advance(60 * 2 ** (tries - 1) - 30)
    t.same(await round(), { sent: 0, failed: 0, givenUp: 0 }, `not before its time (${tries})`)
    advance(60)
    t.same(await round(), { sent: 0, failed: 1, givenUp: 0 })
  }
  busy = false
  advance(60 * 60)
  t.same(await round(), { sent: 1, failed: 0, givenUp: 0 })
  t.match(await waiting(), { sentAt: String, lastError: null, tries: 6 })
  t.equal(taken.length, 2)

  busy = true
  await db.write(async (tx) => { await queueMail(tx, world, { to: 'busy2@b.example', subject: 's', body: 'b' }) })
  const results = []
  for (let tries = 1; tries <= 12; tries++) {
    results.push(await round())
    advance(24 * 60 * 60)
  }
  t.same(results.map(({ failed }) => failed), [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
  t.same(results.map(({ givenUp }) => givenUp), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0])
})

t.test('a server that is not there is a failure like any other', async (t) => {
  const { db, world } = await outbox(t)
  const transport = await makeTransport('smtp://127.0.0.1:1')
  t.teardown(() => { transport.close() })
  await db.write(async (tx) => { await queueMail(tx, world, { to: 'a@b.example', subject: 's', body: 'b' }) })
  t.same(await sendDueMails(db, world, transport, FROM), { sent: 0, failed: 1, givenUp: 0 })
  t.match((await listMails(db, {})).items[0]?.lastError, 'ECONNREFUSED')
})

t.test('two workers on one database never send a mail twice', async (t) => {
  const { db, again, world } = await outbox(t)
  const other = again()
  const { url, taken } = await mailServer(t)
  const transports = [await makeTransport(url), await makeTransport(url)] as const
  t.teardown(() => { for (const transport of transports) transport.close() })
  await db.write(async (tx) => {
    await queueMails(tx, world, Array.from({ length: 150 }, (_, n) => ({ to: `officer${n}@b.example`, subject: 's', body: 'b' })))
  })
  let sent = 0
  for (let rounds = 0; rounds < 4; rounds++) {
    const results = await Promise.all([sendDueMails(db, world, transports[0], FROM), sendDueMails(other, world, transports[1], FROM)])
    sent += results.reduce((sum, result) => sum + result.sent, 0)
  }
  t.equal(sent, 150)
  t.equal(taken.length, 150)
  t.equal(new Set(taken.map(({ to }) => to)).size, 150)
})

t.test('a worker that dies leaves its mails to the others after a while', async (t) => {
  const { db, world, advance } = await outbox(t)
  const { url, taken } = await mailServer(t)
  const transport = await makeTransport(url)
  t.teardown(() => { transport.close() })
  await db.write(async (tx) => { await queueMail(tx, world, { to: 'a@b.example', subject: 's', body: 'b' }) })
  const { claimMail, selectDueMails } = await import('../../server/people/queries.ts')
  const [mail] = await selectDueMails(db.read, world.now().toISOString(), 1)
  if (mail === undefined) throw new Error('no mail is due')
  await db.write(async (tx) => { await claimMail(tx, mail, new Date(world.now().getTime() + 900_000).toISOString()) })
  t.same(await sendDueMails(db, world, transport, FROM), { sent: 0, failed: 0, givenUp: 0 })
  advance(901)
  t.same(await sendDueMails(db, world, transport, FROM), { sent: 1, failed: 0, givenUp: 0 })
  t.equal(taken.length, 1)
})
