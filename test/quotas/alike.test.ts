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
  t.match(page, `href="/desk/people/${first}/same"`)
  t.match(page, 'محمد الأحمد')

  await call(test, admin, 'POST', `/people/${second}/merge`, { intoId: first, reason: 'The agency has confirmed it' })
  t.same(await groups(), [[old, alsoOld].sort()], 'decided is decided')
  t.equal((await call(test, admin, 'GET', '/people/alike?cursor=x')).status, 422)
  t.match((await test.app.inject({ url: `/desk/people/${first}`, headers: admin.bearer })).body, '31 May 1990')
})
