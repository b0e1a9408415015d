import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import t from 'tap'
import { verify } from '../../server/keep.ts'
import { testApp, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { addCohort, call, enrol, sendFile, start, startWalk, walkToTheEnd } from '../trainee.ts'

async function columnsOf ({ db }: TestApp): Promise<Array<{ table: string, column: string }>> {
  const found = db.dialect === 'postgres'
    ? sql<{ table: string, column: string }>`select table_name as "table", column_name as "column" from information_schema.columns where table_schema = current_schema()`
    : sql<{ table: string, column: string }>`select m.name as "table", c.name as "column" from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table'`
  return (await found.execute(db.read)).rows
}

/** Every table, whole, as text. */
async function everything (test: TestApp): Promise<Map<string, string>> {
  const tables = [...new Set((await columnsOf(test)).map(({ table }) => table))].filter((table) => !table.startsWith('sqlite_'))
  const texts = new Map<string, string>()
  for (const table of tables) texts.set(table, JSON.stringify((await sql`select * from ${sql.table(table)}`.execute(test.db.read)).rows))
  return texts
}

t.test('one person: a copy of everything, and its end', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const walk = await startWalk(test)
  const { trainee, admin } = walk
  const year = String(test.world.now().getUTCFullYear())
  const quota = await call(test, admin, 'POST', '/quotas', { name: 'Officers', period: { from: `${year}-01-01`, to: `${year}-12-31` }, scope: {}, counts: 'persons', target: 10 })
  await call(test, admin, 'POST', '/quotas', { name: 'Of the bureau', period: { from: `${year}-01-01`, to: `${year}-12-31` }, scope: { agency: 'Bureau of Lanterns' }, counts: 'persons', target: 10 })
  const exam = await walkToTheEnd(test, walk)
  await test.db.write(async (tx) => { await tx.updateTable('person').set({ agency: 'Bureau of Lanterns', rank: 'Inspector of Lamps', birth_day: '1990-02-03' }).where('id', '=', trainee.personId).execute() })
  t.equal((await call(test, trainee, 'POST', `/attempts/${exam.id}/finish`)).status, 200)
  const mine = (await call(test, admin, 'GET', '/certificates')).json.items[0].serial as string
  await call(test, admin, 'POST', `/certificates/${mine}/reissue`, { reason: 'Paper lost by the lamps' })
  await call(test, admin, 'POST', '/certificate-zips', {})
  const team = await call(test, admin, 'POST', '/teams', { name: 'Patrol', courses: ['first-steps'] })
  await call(test, admin, 'PUT', `/teams/${team.json.id as string}/members/${trainee.personId}`)
  await call(test, trainee, 'POST', '/forgot', { email: trainee.email })
  await test.app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email: trainee.email, password: 'wrong' } })

  await call(test, admin, 'POST', `/people/${trainee.personId}/accommodations`, { extraPercent: 25, reason: 'Lamps hurt the eyes' })
  await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${await addCohort(test, admin, 'first-steps')}/nominations`, headers: { ...admin.bearer, 'content-type': 'text/csv' }, payload: `name,email,country,agency,rank,locale\n${trainee.name},${trainee.email},ZM,Bureau of Lanterns,,en\n` })
  const handedIn = await start(test, walk, 'files', trainee, await enrol(test, admin, await addCohort(test, admin, 'all-kinds', [walk.instructor]), trainee))
  await sendFile(test, trainee, handedIn.id, 1, 'lamps.txt', 'Seen under the lamps.')
  const other = await test.somebody('Olga Other', [{ role: 'trainee' }])
  const hers = await start(test, walk, 'files', other, await enrol(test, admin, await addCohort(test, admin, 'all-kinds', [walk.instructor]), other))
  for (const [who, attempt] of [[trainee, handedIn], [other, hers]] as const) await sendFile(test, who, attempt.id, 1, 'both.txt', 'What both saw.')

  const of = `/people/${trainee.personId}`
  await call(test, admin, 'PUT', `${of}/not-same/${other.personId}`, { reason: 'One wears lamps, the other does not' })
  let serial = ''

  await t.test('the copy holds what every table has of them, for them and for an administrator', async (t) => {
    const mine = await call(test, trainee, 'GET', '/me/data')
    const theirs = await call(test, admin, 'GET', `${of}/data`)
    const { data } = theirs.json as { data: Record<string, Array<Record<string, unknown>>> }
    t.match(data, {
      person: [{ name: trainee.name, agency: 'Bureau of Lanterns', birthDay: '1990-02-03' }],
      account: [{ email: trainee.email }],
      roles: [{ role: 'trainee' }],
      enrolments: [{ state: 'completed' }, { state: 'active' }],
      files: [{ id: String, name: 'lamps.txt' }, { name: 'both.txt' }],
      accommodations: [{ reason: 'Lamps hurt the eyes' }],
      nominations: [{ name: trainee.name }],
      certificates: [{ holder: trainee.name }],
      replacedDocuments: [{ holder: trainee.name, reason: 'Paper lost by the lamps' }],
      counted: [{ delta: 1 }, { delta: 1 }],
      heldNotToBeOnePerson: [{ reason: 'One wears lamps, the other does not' }]
    })
    serial = data['certificates']?.[0]?.['serial'] as string
    t.ok((data['answers'] ?? []).length > 3 && (data['activities'] ?? []).length > 0 && (data['attempts'] ?? []).length > 0)
    t.ok(data['log']?.some(({ action }) => action === 'enrolment.completed' || action === 'person.data-copied'))
    const { log: _, ...kept } = data
    const { log: __, ...own } = (mine.json as { data: Record<string, unknown> }).data
    t.same(own, kept)
    t.notMatch(JSON.stringify(data), /password_?hash|\$argon/i)
    const file = await test.app.inject({ url: '/me/data.json', headers: trainee.bearer })
    t.match(file.headers['content-disposition'], 'attachment')
    t.same(file.json().data.person, data['person'])
    const named = JSON.parse(readFileSync('templates/locales/en/my-data.json', 'utf8')) as Record<string, string>
    t.same(Object.keys(data).filter((name) => !['person', 'account'].includes(name) && named[`my-data.kept.${name}`] === undefined), [], 'whatever is kept has a name on their page')
    const page = (await test.app.inject({ url: '/me/data', headers: trainee.bearer })).body
    t.match(page, /Bureau of Lanterns[^]*3 Feb 1990[^]*Certificates<\/th><td class="n">1<[^]*href="\/me\/data.json"/, 'their own page says it in words')
    t.match(page, 'What the log says of you')
    t.match((await test.app.inject({ url: '/', headers: trainee.bearer })).body, 'href="/me/data"', 'and is in the menu')
    t.equal((await call(test, walk.instructor, 'GET', `${of}/data`)).status, 403)
  })

  await t.test('a table that points to a person is in the copy, or known not to be about them', async (t) => {
    const inCopy = new Set(['person', 'account', 'former_address', 'role_grant', 'session', 'enrolment', 'activity_done', 'attempt', 'attempt_step', 'mark_given', 'certificate', 'quota_entry', 'team_member', 'person_merge', 'person_apart', 'reminder_sent', 'upload', 'accommodation', 'nomination', 'no_show'])
    const otherwise = new Map([
      ['cohort_instructor', 'what somebody works on; erased with the roles'],
      ['draft_author', 'what somebody works on; erased with the roles'],
      ['link', 'secrets; erased'],
      ['quota_person', 'follows from the ledger'],
      ['team_warning', 'what the owner of a list was told; erased']
    ])
    const pointing = (await columnsOf(test)).filter(({ column }) => ['person_id', 'account_id', 'enrolment_id', 'attempt_id'].includes(column)).map(({ table }) => table)
    t.same([...new Set(pointing)].filter((table) => !inCopy.has(table) && !otherwise.has(table)), [])
  })

  await t.test('erasing is asked for twice over', async (t) => {
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', admin.token)
    await browser.get(`/desk${of}/data`)
    const { status, body } = await browser.post(`/desk${of}/erase`, { email: 'another@test.example', reason: '' })
    t.equal(status, 422)
    t.match(body, 'This is not the address of this person.')
    t.match(body, 'Say why, in 3 to 500 characters.')
    t.match(body, 'value="another@test.example"', 'what was typed stays')
    t.match((await call(test, admin, 'GET', `${of}/data`)).json, { data: { person: [{ name: trainee.name }] } })
    const itself = await call(test, admin, 'POST', `/people/${admin.personId}/erase`, { email: admin.email, reason: 'Asked for' })
    t.match(itself, { status: 409, json: { type: '/problems/last-administrator' } })
  })

  await t.test('afterwards nothing says who it was, and every count is proved as before', async (t) => {
    const before = await call(test, admin, 'GET', `/quotas/${quota.json.id as string}`)
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', admin.token)
    await browser.get(`/desk${of}/data`)
    t.equal((await browser.post(`/desk${of}/erase`, { email: ` ${trainee.email.toUpperCase()}`, reason: 'Asked for in writing' })).status, 303)
    t.equal((await call(test, admin, 'POST', `${of}/erase`, { email: 'x', reason: 'Again' })).status, 204, 'erasing twice changes nothing')
    // Agency and rank are counted by certificate, and tell of nobody without the name.
    const counting = new Set(['certificate', 'quota', 'quota_part', 'audit_entry'])
    for (const [table, text] of await everything(test)) {
      for (const trace of [trainee.name, trainee.email, '1990-02-03', 'Lamps hurt', 'lamps.txt']) if (text.includes(trace)) t.fail(`${table} still holds ${trace}`)
      for (const trace of ['Bureau of Lanterns', 'Inspector of Lamps']) if (text.includes(trace) && !counting.has(table)) t.fail(`${table} still holds ${trace}`)
    }
    t.same((await call(test, admin, 'GET', `/quotas/${quota.json.id as string}`)).json, before.json)
    t.equal(before.json['counted'], 1)
    t.match(await verify(test.url), { agrees: true })
    const answers = await test.db.read.selectFrom('attempt_step').select('answer').where('answer', 'like', '%"text"%').execute()
    t.same(answers, [], 'texts are gone')
    const files = await test.db.read.selectFrom('upload').innerJoin('upload_content', 'upload_content.hash', 'upload.hash').select(['name', 'size']).execute()
    t.same(files, [{ name: 'both.txt', size: 14 }], 'and files, but for those that somebody else has handed in too')
    t.equal((await test.db.read.selectFrom('upload_content').select('hash').execute()).length, 1)
    t.same(await test.db.read.selectFrom('person_apart').selectAll().execute(), [], 'nor what they were held not to be')
  })

  await t.test('the certificate stands without a name; the account is closed for good', async (t) => {
    t.match((await test.app.inject({ url: `/certificates/${serial}` })).body, 'The name was erased at the holder&#x27;s request.')
    t.equal((await test.app.inject({ url: `/certificates/${serial}.pdf` })).statusCode, 200)
    t.equal((await call(test, trainee, 'GET', '/me')).status, 401)
    t.match(await call(test, admin, 'POST', `${of}/reactivate`), { status: 410, json: { type: '/problems/person-erased' } })
    t.match(await call(test, admin, 'POST', `${of}/roles`, { role: 'trainee' }), { status: 410 })
    const page = (await test.app.inject({ url: `/desk${of}/data`, headers: admin.bearer })).body
    t.match(page, 'The data of this person was erased on')
    t.notMatch(page, '/erase"')
  })
})
