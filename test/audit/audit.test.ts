import { globSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { audit, verifyChain } from '../../server/audit/audit.ts'
import { addDays, localDay } from '../../server/cohorts/days.ts'
import { testApp, type TestApp } from '../app.ts'

async function write ({ db, world }: TestApp, actorId: string | null, count: number): Promise<void> {
  await db.write(async (tx) => {
    for (let n = 0; n < count; n++) {
      await audit(tx, world, { actorId, action: n % 2 === 0 ? 'cohort.created' : 'something.unheard-of', subjectType: 'cohort', subjectId: `c${n}`, detail: { name: `Cohort ${n} <b>` } })
    }
  })
}

t.test('the chain', async (t) => {
  const home = await testApp(t)
  const { app, db } = home
  const clerk = await home.somebody('Clara Clerk', [{ role: 'administrator' }])
  t.same(await verifyChain(db.read), { entries: 0, brokenAt: null })
  await write(home, clerk.personId, 12)

  await t.test('a unit of work that fails leaves no entry, and the next is chained as if it had not been', async (t) => {
    await t.rejects(db.write(async (tx) => {
      await audit(tx, home.world, { actorId: null, action: 'cohort.created', subjectType: 'cohort', subjectId: 'x' })
      throw new Error('failed')
    }))
    t.same(await verifyChain(db.read), { entries: 12, brokenAt: null })
  })

  await t.test('holds as long as nobody touched it, also when many write at once', async (t) => {
    await Promise.all(Array.from({ length: 20 }, async () => { await write(home, null, 1) }))
    t.same(await verifyChain(db.read), { entries: 32, brokenAt: null })
    const page = await app.inject({ url: '/desk/audit?verify=1', headers: clerk.bearer })
    t.match(page.body, 'The chain holds: all 32 entries read, unaltered.')
  })

  await t.test('shows each way of tampering at the entry where it was done', async (t) => {
    const original = await db.read.selectFrom('audit_entry').selectAll().where('seq', '=', 7).executeTakeFirstOrThrow()
    for (const change of [{ detail: '{}' }, { actor_id: null }, { at: '2020-01-01T00:00:00.000Z' }, { action: 'cohort.removed' }, { subject_id: 'c9' }, { hash: 'f'.repeat(64) }]) {
      await db.write(async (tx) => { await tx.updateTable('audit_entry').set(change).where('seq', '=', 7).execute() })
      t.same(await verifyChain(db.read), { entries: 6, brokenAt: 7 }, JSON.stringify(change))
      await db.write(async (tx) => { await tx.updateTable('audit_entry').set(original).where('seq', '=', 7).execute() })
    }
    t.same(await verifyChain(db.read), { entries: 32, brokenAt: null })
    await db.write(async (tx) => { await tx.deleteFrom('audit_entry').where('seq', '=', 7).execute() })
    t.same(await verifyChain(db.read), { entries: 6, brokenAt: 8 })
    t.match((await app.inject({ url: '/desk/audit?verify=1', headers: clerk.bearer })).body, 'The chain is broken at entry 8.')
    t.same((await app.inject({ url: '/api/v1/audit?verify=1', headers: clerk.bearer })).json().chain, { entries: 6, brokenAt: 8 })
  })
})

t.test('the log', async (t) => {
  const home = await testApp(t)
  const { app } = home
  const clerk = await home.somebody('Clara <Clerk>', [{ role: 'administrator' }])
  await write(home, clerk.personId, 60)
  await write(home, null, 1)

  await t.test('is read newest first, page by page, and misses nothing', async (t) => {
    const seen: number[] = []
    let next: string | null = ''
    while (next !== null) {
      const answer: { items: Array<{ seq: number }>, next: string | null } = (await app.inject({ url: `/api/v1/audit?limit=25${next === '' ? '' : `&cursor=${next}`}`, headers: clerk.bearer })).json()
      seen.push(...answer.items.map(({ seq }) => seq))
      next = answer.next
    }
    t.same(seen, Array.from({ length: 61 }, (_, n) => 61 - n))
    const { items: [, second] } = (await app.inject({ url: '/api/v1/audit?limit=2', headers: clerk.bearer })).json()
    t.match(second, { seq: 60, actor: { id: clerk.personId, name: 'Clara <Clerk>' }, action: 'something.unheard-of', subject: { type: 'cohort', id: 'c59', name: null }, detail: { name: 'Cohort 59 <b>' } })
    t.equal((await app.inject({ url: '/api/v1/audit?cursor=x', headers: clerk.bearer })).statusCode, 422)
  })

  await t.test('says what is known in words, the rest as it is, and escapes both', async (t) => {
    const { body } = await app.inject({ url: '/desk/audit', headers: clerk.bearer })
    t.match(body, '<b><bdi>The programme itself</bdi></b> · cohort created')
    t.match(body, '<b><bdi>Clara &lt;Clerk&gt;</bdi></b> · something.unheard-of')
    t.match(body, '<a href="/desk/cohorts/c59"><bdi>Cohort 59 &lt;b&gt;</bdi></a>')
    t.match(body, '<a rel="next" href="/desk/audit?cursor&#x3D;12">')
    t.match((await app.inject({ url: '/desk/audit?cursor=12', headers: clerk.bearer })).body, /href="\/desk\/audit">Newest/)
  })

  await t.test('is narrowed by who, what, whom and when', async (t) => {
    const officer = await home.somebody('Юлия Орлова', [{ role: 'trainee' }])
    await home.db.write(async (tx) => { await audit(tx, home.world, { actorId: clerk.personId, action: 'role.granted', subjectType: 'person', subjectId: officer.personId }) })
    const seqs = async (query: string): Promise<number[]> => {
      const answer = await app.inject({ url: `/api/v1/audit?limit=200&${query}`, headers: clerk.bearer })
      t.equal(answer.statusCode, 200)
      return answer.json().items.map(({ seq }: { seq: number }) => seq)
    }
    t.equal((await seqs('by=clara')).length, 61)
    t.same(await seqs(`by=${clerk.personId}&action=role.granted`), [62])
    t.same(await seqs(`about=${encodeURIComponent('орлова')}`), [62])
    t.same(await seqs('about=c59'), [60])
    t.equal((await seqs('action=cohort.created&by=')).length, 31)
    const today = localDay(home.world.now().toISOString(), 'Asia/Shanghai')
    t.equal((await seqs(`from=${today}&to=${today}`)).length, 62)
    t.same(await seqs(`to=${addDays(today, -1)}`), [])
    t.same(await seqs(`from=${addDays(today, 1)}`), [])
    const page = await app.inject({ url: '/desk/audit?by=clara&action=cohort.created&from=', headers: clerk.bearer })
    t.match(page.body, '<option value="cohort.created" selected>')
    t.match(page.body, 'value="clara"')
    t.notMatch(page.body, 'something.unheard-of')
    t.match((await app.inject({ url: '/desk/audit?by=nobody', headers: clerk.bearer })).body, 'No entry like this')
    t.match((await app.inject({ url: '/api/v1/audit?from=tomorrow', headers: clerk.bearer })).json(), { problems: [{ path: 'from' }] })
  })

  await t.test('takes parts of a name in any script, a serial, and all of one kind; a copy of it is noted', async (t) => {
    const { app, world } = home
    const officer = await home.somebody('José Núñez', [{ role: 'trainee' }])
    await home.db.write(async (tx) => {
      await audit(tx, world, { actorId: clerk.personId, action: 'certificate.revoked', subjectType: 'certificate', subjectId: 'M26-0000-0000-000', detail: { reason: 'Issued in error' } })
      await audit(tx, world, { actorId: clerk.personId, action: 'person.merged', subjectType: 'person', subjectId: officer.personId, detail: { into: clerk.personId, country: 'ZM' } })
    })
    const actions = async (query: string): Promise<string[]> => (await app.inject({ url: `/api/v1/audit?${query}`, headers: clerk.bearer })).json().items.map(({ action }: { action: string }) => action)
    t.same(await actions('about=nunez+jose'), ['person.merged'])
    t.same(await actions('about=m26-0000-0000-000'), ['certificate.revoked'])
    t.same(await actions('action=certificate.'), ['certificate.revoked'])
    const page = (await app.inject({ url: '/desk/audit?action=person.', headers: clerk.bearer })).body
    t.match(page, '<dt><bdi>Counted as</bdi></dt><dd><bdi>Clara &lt;Clerk&gt;</bdi></dd>', 'an id by its name')
    t.match(page, '<dd><bdi>Zambia</bdi></dd>')
    t.match(page, '<option value="person." selected>People: everything</option>')
    const csv = await app.inject({ url: '/desk/audit.csv?action=person.', headers: { ...clerk.bearer, 'accept-language': 'ar' } })
    t.match(csv.headers['content-type'], 'text/csv')
    t.match(csv.body, /José Núñez/)
    t.equal(csv.body.trim().split('\n').length, 2, 'a head and one entry')
    t.same((await actions('limit=1')), ['log.copied'])
    await write(home, null, 1100)
    const { body: whole } = await app.inject({ url: '/desk/audit.csv', headers: clerk.bearer })
    t.ok(whole.startsWith('\uFEFFEntry,When,') && whole.lastIndexOf('\uFEFF') === 0)
    const rows = whole.trim().split('\r\n').slice(1)
    t.same(rows.map((row) => Number(row.split(',')[0])), Array.from({ length: rows.length }, (_, at) => rows.length - at), 'whole, through every page of it')
    t.match((await app.inject({ url: '/api/v1/audit?limit=1', headers: clerk.bearer })).json().items, [{ seq: rows.length + 1, action: 'log.copied', detail: { through: rows.length } }])
    t.equal((await app.inject({ url: '/desk/audit.csv?from=tomorrow', headers: clerk.bearer })).statusCode, 422)
  })
})

t.test('whatever the programme notes is said in words', (t) => {
  const words = new Set(readdirSync('templates/locales/en').flatMap((file) => Object.keys(JSON.parse(readFileSync(`templates/locales/en/${file}`, 'utf8')) as object)))
  const sources = globSync('server/**/*.ts').map((file) => readFileSync(file, 'utf8')).join('\n')
  const noted = [...new Set([...sources.matchAll(/action: '([a-z-]+\.[a-z-]+)'/g)].map((found) => found[1] ?? ''))]
  const subjects = [...new Set([...sources.matchAll(/subjectType: '([a-z-]+)'/g)].map((found) => found[1] ?? ''))]
  t.ok(noted.length > 60 && subjects.length > 10)
  t.same(noted.filter((action) => !words.has(`audit.action.${action}`)), [])
  t.same(subjects.filter((subject) => !words.has(`audit.subject.${subject}`)), [])
  t.same([...words].filter((key) => key.startsWith('audit.action.') && key !== 'audit.action.other').map((key) => `audit.group.${key.split('.')[2]}`).filter((group) => !words.has(group)), [])
  t.end()
})
