import t from 'tap'
import { testApp } from '../app.ts'
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
