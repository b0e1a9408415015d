import t from 'tap'
import { testApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call } from '../trainee.ts'

t.test('records that may be one person are listed for somebody to judge; different birthdays tell namesakes apart', async (t) => {
  const test = await testApp(t)
  const admin = await test.somebody('Ada Administrator', [{ role: 'administrator' }])
  const add = async (name: string, country: string, birthDay?: string): Promise<string> => {
    const { status, json } = await call(test, admin, 'POST', '/people', { name, email: `${Math.random()}@test.example`, country, ...birthDay !== undefined && { birthDay }, roles: [{ role: 'trainee' }] })
    t.equal(status, 201)
    t.equal(json.birthDay, birthDay ?? null)
    return json.id as string
  }
  const first = await add('Mohammed AL-AHMAD', 'JO', '1990-05-31')
  const second = await add('محمد الأحمد', 'JO')
  await add('Ahmad Mohammed', 'EG')
  const [young, old, alsoOld] = [await add('José Núñez', 'NI', '1999-01-01'), await add('NUNEZ Jose', 'NI', '1970-01-01'), await add('Nunez, José', 'NI', '1970-01-01')]
  t.same((await call(test, admin, 'POST', '/people', { name: 'A B', email: 'ab@test.example', country: 'JO', birthDay: '1990-02-30', roles: [{ role: 'trainee' }] })).json.problems.map(({ path }: { path: string }) => path), ['birthDay'])

  const groups = async (): Promise<string[][]> => (await call(test, admin, 'GET', '/people/alike')).json.items.map((group: Array<{ id: string }>) => group.map(({ id }) => id).sort())
  t.same((await groups()).sort(), [[first, second].sort(), [old, alsoOld].sort()].sort())
  t.notOk((await call(test, admin, 'GET', `/people/${young}/same`)).json.alike.some(({ id }: { id: string }) => id === old), 'born on another day')
  const page = (await test.app.inject({ url: '/desk/people/alike', headers: admin.bearer })).body
  t.match(page, `href="/desk/people/${first}/same?into&#x3D;${second}"`)
  t.match(page, 'the same name in another script')
  t.match(page, 'محمد الأحمد')

  await call(test, admin, 'POST', `/people/${second}/merge`, { intoId: first, reason: 'The agency has confirmed it' })
  t.same(await groups(), [[old, alsoOld].sort()], 'decided is decided')
  t.equal((await call(test, admin, 'GET', '/people/alike?cursor=x')).status, 422)
  t.match((await test.app.inject({ url: `/desk/people/${first}`, headers: admin.bearer })).body, '31 May 1990')

  // A new passport: another family name, another country, day and month exchanged.
  const maria = await add('Maria Lopez Silva', 'NI', '1985-02-11')
  const married = await add('Maria Castro', 'NI', '1985-02-11')
  const [before, after] = [await add('Sofia Petrova', 'RS', '1991-07-20'), await add('София Петрова', 'BA', '1991-07-20')]
  const [right, wrong] = [await add('Thandi Moyo', 'ZM', '1990-03-05'), await add('Thandi Moyo', 'ZM', '1990-05-03')]
  await add('Pedro Castro', 'PE', '1985-02-11')
  t.same((await groups()).map((group) => group.join()).sort(), [[old, alsoOld], [maria, married], [before, after], [right, wrong]].map((group) => group.sort().join()).sort())
  const why = async (id: string, other: string): Promise<string[]> => (await call(test, admin, 'GET', `/people/${id}/same`)).json.alike.find((one: { id: string }) => one.id === other)?.why
  t.same(await why(maria, married), ['part', 'birthday'])
  t.same(await why(before, after), ['script', 'birthday', 'other-country'])
  t.same(await why(right, wrong), ['same-name', 'swapped-birthday'])

  // Whoever knows of one that nothing suggests looks for it.
  const found = async (q: string): Promise<string[]> => (await call(test, admin, 'GET', `/people/${maria}/same?q=${encodeURIComponent(q)}`)).json.found.map(({ id }: { id: string }) => id)
  t.same(await found('moyo thandi'), [right, wrong])
  const { json: { email } } = await call(test, admin, 'GET', `/people/${young}`)
  t.same(await found(email), [young])
  t.same(await found('maria lopez'), [], 'not the record itself')
  t.same(await found('Петрова'), [before, after])
  const outside = (await test.app.inject({ url: `/desk/people/${maria}/same?q=nunez`, headers: admin.bearer })).body
  t.match(outside, `href="/desk/people/${maria}/same?into&#x3D;${young}"`)
  t.equal((await call(test, admin, 'GET', `/people/${first}/same/${second}`)).status, 422, 'one person already')
  t.match((await test.app.inject({ url: `/desk/people/${first}/same?into=${second}`, headers: admin.bearer })).body, 'These are one person already')
  const compared = (await test.app.inject({ url: `/desk/people/${maria}/same?into=${young}`, headers: admin.bearer })).body
  t.match(compared, /Nothing in the records speaks for it[^]*No target counts either of them/)
})

t.test('records held not to be one person leave the list, until that is taken back or they are merged after all', async (t) => {
  const test = await testApp(t)
  const admin = await test.somebody('Ada Administrator', [{ role: 'administrator' }])
  const add = async (name: string, birthDay?: string): Promise<string> =>
    (await call(test, admin, 'POST', '/people', { name, email: `${Math.random()}@test.example`, country: 'ZM', ...birthDay !== undefined && { birthDay }, roles: [{ role: 'trainee' }] })).json.id as string
  const groups = async (): Promise<string[]> => (await call(test, admin, 'GET', '/people/alike')).json.items.map((group: Array<{ id: string }>) => group.map(({ id }) => id).sort().join()).sort()
  const alike = async (id: string): Promise<string[]> => (await call(test, admin, 'GET', `/people/${id}/same`)).json.alike.map((one: { id: string }) => one.id).sort()
  const pair = (...ids: string[]): string => ids.sort().join()
  const [one, other, third] = [await add('Grace Moyo'), await add('Moyo Grace'), await add('Grace Moio')]
  const [born, together] = [await add('Chipo Dube', '1990-01-01'), await add('Chipo Sibanda', '1990-01-01')]
  t.same(await groups(), [pair(one, other, third), pair(born, together)].sort())

  const browser = openBrowser(test.app)
  browser.cookies.set('muster', admin.token)
  t.match((await browser.get(`/desk/people/${one}/same?into=${other}`)).body, /value="merge"[^]*value="apart"/)
  const refused = await browser.post(`/desk/people/${one}/same`, { action: 'apart', intoId: other, reason: ' ' })
  t.equal(refused.status, 422)
  t.match(refused.body, 'Write how it is known')
  await browser.get(`/desk/people/${one}/same?into=${other}`)
  t.equal((await browser.post(`/desk/people/${one}/same`, { action: 'apart', intoId: other, reason: 'Two service numbers' })).status, 303)
  t.same(await groups(), [pair(one, other, third), pair(born, together)].sort(), 'the third is still like both')
  t.same(await alike(one), [third])
  t.equal((await call(test, admin, 'PUT', `/people/${third}/not-same/${one}`, { reason: 'The agency says so' })).status, 204)
  t.equal((await call(test, admin, 'PUT', `/people/${one}/not-same/${third}`, { reason: 'Said again' })).status, 204)
  t.same(await groups(), [pair(other, third), pair(born, together)].sort())
  t.same(await alike(one), [])
  await call(test, admin, 'PUT', `/people/${born}/not-same/${together}`, { reason: 'Twins' })
  t.same(await groups(), [pair(other, third)])

  const judged = (await call(test, admin, 'GET', '/people/not-same')).json
  t.match(judged.items.map(({ reason }: { reason: string }) => reason), ['Twins', 'The agency says so', 'Two service numbers'], 'once each, the newest first')
  t.match(judged.items[2], { judgedBy: { id: admin.personId, name: 'Ada Administrator' }, judgedAt: String, endedAt: null })
  t.match((await browser.get('/desk/people/alike?show=apart')).body, /Ada Administrator held Chipo Dube and Chipo Sibanda not to be the same person[^]*Twins/)
  t.equal((await call(test, admin, 'GET', '/people/not-same?cursor=x')).status, 422)

  // It is said of people: who is merged into one of them is held apart as well.
  const fourth = await add('MOYO, Grace')
  t.same(await groups(), [pair(one, other, third, fourth)], 'whoever is new is like all of them')
  await call(test, admin, 'POST', `/people/${other}/merge`, { intoId: fourth, reason: 'One service number' })
  await call(test, admin, 'PUT', `/people/${fourth}/not-same/${third}`, { reason: 'Another service number' })
  t.same(await groups(), [], 'the first is not the second, nor whatever stands for it')
  t.same(await alike(one), [])
  await call(test, admin, 'POST', `/people/${other}/unmerge`, { reason: 'Two after all' })
  t.same(await groups(), [pair(one, other, third, fourth)], 'apart again, each is judged by itself')
  t.same(await alike(one), [fourth])

  // Held apart, and one person after all.
  t.match((await browser.get(`/desk/people/${one}/same?into=${other}`)).body, /Two service numbers[^]*takes this judgement back[^]*value="merge"/)
  t.match((await call(test, admin, 'GET', `/people/${one}/same/${other}`)).json.notSame, [{ reason: 'Two service numbers' }])
  t.equal((await call(test, admin, 'POST', `/people/${one}/merge`, { intoId: other, reason: 'The numbers were mixed up' })).status, 204)
  t.equal((await call(test, admin, 'PUT', `/people/${one}/not-same/${other}`, { reason: 'Not now' })).status, 422, 'one person already')
  t.match((await browser.get(`/desk/people/${one}/same`)).body, /Two service numbers[^]*Taken back by Ada Administrator/)
  t.same((await call(test, admin, 'GET', '/people/not-same')).json.items.map(({ reason }: { reason: string }) => reason), ['Another service number', 'Twins', 'The agency says so'])

  await browser.get('/desk/people/alike?show=apart')
  t.equal((await browser.post(`/desk/people/${together}/same`, { action: 'again', intoId: born, reason: '' })).status, 303)
  t.ok((await groups()).includes(pair(born, together)), 'taken back, they may be one again')
  t.equal((await call(test, admin, 'DELETE', `/people/${born}/not-same/${together}`)).status, 204, 'and nothing happens twice')
  t.same((await call(test, admin, 'GET', '/audit?action=person.apart-ended')).json.items.length, 2)
  t.equal((await call(test, admin, 'PUT', `/people/${one}/not-same/x`, { reason: 'Nobody' })).status, 404)
})
