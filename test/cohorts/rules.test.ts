import t from 'tap'
import { canManageCohort, canSeeCohort, reachesEnrolment } from '../../server/cohorts/access.ts'
import { instantsOfDays } from '../../server/cohorts/days.ts'
import { readEnrolmentCsv } from '../../server/cohorts/enrolment-csv.ts'
import { stuckReason, stuckSince, type StuckFacts } from '../../server/cohorts/stuck.ts'
import type { Person, RoleGrant } from '../../server/person.ts'

const person = (id: string, ...roles: RoleGrant[]): Person => ({ id, accountId: `account of ${id}`, name: id, email: `${id}@test.example`, locale: 'en', roles })

t.test('who reaches a cohort and an enrolment', async (t) => {
  const enrolment = { personId: 'amina', country: 'ZM', instructorIds: ['okafor'] }
  const cases: Array<[string, Person, { sees: boolean, manages: boolean, reaches: string | null }]> = [
    ['the trainee themselves', person('amina', { role: 'trainee' }), { sees: false, manages: false, reaches: 'own' }],
    ['another trainee', person('other', { role: 'trainee' }), { sees: false, manages: false, reaches: null }],
    ['an administrator', person('admin', { role: 'administrator' }), { sees: true, manages: true, reaches: 'staff' }],
    ['the instructor of the cohort', person('okafor', { role: 'instructor' }), { sees: true, manages: true, reaches: 'staff' }],
    ['somebody who was its instructor and lost the role', person('okafor', { role: 'trainee' }), { sees: false, manages: false, reaches: null }],
    ['another instructor', person('lim', { role: 'instructor' }), { sees: false, manages: false, reaches: null }],
    ['the liaison of the country', person('liaison', { role: 'liaison', country: 'ZM' }), { sees: true, manages: false, reaches: 'liaison' }],
    ['the liaison of a country with others in the cohort', person('liaison', { role: 'liaison', country: 'MY' }), { sees: true, manages: false, reaches: null }],
    ['the liaison of a country with nobody in the cohort', person('liaison', { role: 'liaison', country: 'NI' }), { sees: false, manages: false, reaches: null }],
    ['an administrator who is enrolled', person('amina', { role: 'administrator' }), { sees: true, manages: true, reaches: 'own' }]
  ]
  for (const [who, somebody, { sees, manages, reaches }] of cases) {
    t.equal(canSeeCohort(somebody, { instructorIds: ['okafor'], countries: ['MY', 'ZM'] }), sees, `${who} ${sees ? 'sees' : 'does not see'} the cohort`)
    t.equal(canManageCohort(somebody, enrolment), manages, `${who} ${manages ? 'manages' : 'does not manage'} it`)
    t.equal(reachesEnrolment(somebody, enrolment), reaches, `${who} reaches the enrolment: ${String(reaches)}`)
  }
  t.equal(reachesEnrolment(person('liaison', { role: 'liaison', country: 'ZM' }), { ...enrolment, country: null }), null, 'nobody is liaison of no country')
})

t.test('who is stuck', async (t) => {
  const cohort = { startsAt: '2026-03-01T00:00:00.000Z', endsAt: '2026-05-01T00:00:00.000Z' }
  const facts: StuckFacts = { state: 'active', enrolledAt: '2026-02-01T00:00:00.000Z', activeAt: null, attemptsUsedUp: false }
  const reason = (at: string, more: Partial<StuckFacts> = {}) => stuckReason({ ...facts, ...more }, stuckSince(cohort, new Date(at)))
  t.equal(reason('2026-03-03T23:59:59.999Z'), null, 'not before the third day is over')
  t.equal(reason('2026-03-04T00:00:00.000Z'), 'not-started')
  t.equal(reason('2026-03-10T00:00:00.000Z', { enrolledAt: '2026-03-09T00:00:00.000Z' }), null, 'somebody enrolled late has three days too')
  t.equal(reason('2026-03-12T00:00:00.000Z', { enrolledAt: '2026-03-09T00:00:00.000Z' }), 'not-started')
  t.equal(reason('2026-03-10T00:00:00.000Z', { activeAt: '2026-03-03T00:00:00.001Z' }), null)
  t.equal(reason('2026-03-10T00:00:00.000Z', { activeAt: '2026-03-03T00:00:00.000Z' }), 'silent')
  t.equal(reason('2026-03-10T00:00:00.000Z', { activeAt: '2026-03-09T00:00:00.000Z', attemptsUsedUp: true }), 'attempts-used-up')
  t.equal(reason('2026-03-20T00:00:00.000Z', { activeAt: '2026-03-02T00:00:00.000Z', attemptsUsedUp: true }), 'attempts-used-up', 'what only somebody else can mend comes first')
  for (const state of ['completed', 'withdrawn'] as const) t.equal(reason('2026-04-01T00:00:00.000Z', { state, attemptsUsedUp: true }), null, `nobody ${state} is stuck`)
  t.equal(reason('2026-02-20T00:00:00.000Z'), null, 'nobody is stuck before the start')
  t.equal(reason('2026-05-01T00:00:00.000Z', { attemptsUsedUp: true }), null, 'nobody is stuck after the end')
})

t.test('the days of a cohort are days on the wall', async (t) => {
  t.same(instantsOfDays({ first: '2026-03-01', last: '2026-03-01' }, 'Asia/Shanghai'), { startsAt: '2026-02-28T16:00:00.000Z', endsAt: '2026-03-01T15:59:59.000Z' })
  t.same(instantsOfDays({ first: '2026-03-28', last: '2026-03-29' }, 'Europe/Berlin'), { startsAt: '2026-03-27T23:00:00.000Z', endsAt: '2026-03-29T21:59:59.000Z' }, 'a day of 23 hours')
  t.same(instantsOfDays({ first: '2026-09-06', last: '2026-09-06' }, 'America/Santiago'), { startsAt: '2026-09-06T04:00:00.000Z', endsAt: '2026-09-07T02:59:59.000Z' }, 'midnight is skipped')
  t.same(instantsOfDays({ first: '2026-12-31', last: '2027-01-01' }, 'Pacific/Kiritimati'), { startsAt: '2026-12-30T10:00:00.000Z', endsAt: '2027-01-01T09:59:59.000Z' })
  for (const wrong of ['', '2026-02-30', '2026-13-01', '01.03.2026', '2026-3-1']) {
    t.equal(instantsOfDays({ first: wrong, last: '2026-03-01' }, 'UTC'), null, `'${wrong}' is no day`)
    t.equal(instantsOfDays({ first: '2026-03-01', last: wrong }, 'UTC'), null)
  }
})

const HEADER = 'name,email,country,agency,rank,locale'
const problemsOf = (text: string) => readEnrolmentCsv(text).problems.map(({ line, field, code }) => [line, field, code])

t.test('a list is read as spreadsheets save it', async (t) => {
  const amina = { line: 2, name: 'Amina Yusuf', email: 'amina@police.example', country: 'ZM', agency: 'Zambia Police', rank: 'Inspector', locale: 'en', birthDay: null }
  t.same(readEnrolmentCsv('name,email,country,agency,rank,locale,Birthday\nAmina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en,1990-05-31\n').rows, [{ ...amina, birthDay: '1990-05-31' }], 'and with a birthday, where it is known')
  t.same(problemsOf(`${HEADER},birthday\nAmina Yusuf,amina@police.example,ZM,,,en,31.05.1990\n`), [[2, 'birthday', 'birthday']])
  t.same(readEnrolmentCsv(`${HEADER}\nAmina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en\n`), { rows: [amina], problems: [] })
  for (const [what, text] of [
    ['a byte order mark and CRLF', `\uFEFF${HEADER}\r\nAmina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en\r\n`],
    ['semicolons', 'name;email;country;agency;rank;locale\nAmina Yusuf;amina@police.example;ZM;Zambia Police;Inspector;en'],
    ['tabs', 'name\temail\tcountry\tagency\trank\tlocale\nAmina Yusuf\tamina@police.example\tZM\tZambia Police\tInspector\ten\n'],
    ['any order and case', 'Locale,RANK,Agency,country, E-mail ,Name\n'.replace(' E-mail ', ' Email ') + 'en,Inspector,Zambia Police,zm,AMINA@police.example, Amina  Yusuf \n'],
    ['quotes', '"name","email","country","agency","rank","locale"\n"Amina Yusuf","amina@police.example","ZM","Zambia Police","Inspector","en"\n'],
    ['empty lines at the end', `${HEADER}\nAmina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en\n\n,,,,,\n`],
    ['lone carriage returns', `${HEADER}\rAmina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en\r`]
  ] as const) t.same(readEnrolmentCsv(text), { rows: [amina], problems: [] }, what)
  t.match(readEnrolmentCsv(`${HEADER}\n"Yusuf, Amina ""Mimi""",a@b.example,ZM,,,\nمحمد العلي,m@b.example,sa,,,ar-eg\n李雷,l@b.example,CN,,,zh_Hans\n`), {
    rows: [
      { name: 'Yusuf, Amina "Mimi"', agency: null, rank: null, locale: 'en' },
      { name: 'محمد العلي', country: 'SA', locale: 'ar-EG' },
      { name: '李雷', locale: 'zh-Hans' }
    ],
    problems: []
  })
})

t.test('every problem of a list has its line and its column', async (t) => {
  const good = 'Amina,a@b.example,ZM,,,en'
  t.same(problemsOf(`${HEADER}\n,no-address,XX,,,klingonish-x\nA,,,,,\n${good}`), [
    [2, 'name', 'missing'], [2, 'email', 'email'], [2, 'country', 'country'], [2, 'locale', 'locale'],
    [3, 'email', 'missing'], [3, 'country', 'missing']
  ])
  t.same(problemsOf(`${HEADER}\n"Amina","a@b.example",ZM,"Two\r\nlines,\nor three",,\n\n"B",b@b.example,QQ,,,\nC,A@B.example,ZM,,,\n`), [
    [2, 'agency', 'characters'], [6, 'country', 'country'], [7, 'email', 'email-twice']
  ], 'lines are those of the file, quoted line breaks and empty lines counted')
  t.same(problemsOf(`${HEADER}\n${good},one too many\n${good.replace(',en', '')}\n`), [[2, '', 'cells'], [3, '', 'cells']])
  t.same(problemsOf(`${HEADER}\n${'x'.repeat(201)},a@b.example,ZM,${'x'.repeat(201)},,\n`), [[2, 'name', 'too-long'], [2, 'agency', 'too-long']])
  t.same(problemsOf('\n\nname,email,land,agency,rank,rank\nA,a@b.example,ZM,,,\n'), [
    [3, 'land', 'column-unknown'], [3, 'rank', 'column-twice'], [3, 'country', 'column-missing'], [3, 'locale', 'column-missing']
  ])
  t.same(problemsOf('Amina,a@b.example,ZM,,,en').map(([, , code]) => code).includes('column-missing'), true, 'a list without a first line of names')
  t.same(problemsOf(''), [[1, '', 'empty-file']])
  t.same(problemsOf(`${HEADER}\n\n`), [[1, '', 'empty-file']])
  t.same(problemsOf(`${HEADER}\n${good}\n"B,b@b.example,ZM\nC,c@b.example,ZM,,,\n`), [[3, '', 'not-csv']], 'an open quote is told where it opens')
  t.same(problemsOf(`${HEADER}\nB "the" C,b@b.example,XX,,,\n`), [[2, '', 'not-csv']])
  t.same(problemsOf(`${HEADER}\n${good}\nJos\uFFFD,j@b.example,ES,,,\n`), [[3, '', 'not-utf8']])
  t.same(problemsOf('x'.repeat(5_000_000)), [[1, '', 'too-large']])
  const many = Array.from({ length: 5001 }, (_, index) => `P,p${index}@b.example,ZM,,,`)
  t.equal(readEnrolmentCsv([HEADER, ...many.slice(1)].join('\n')).rows.length, 5000)
  t.same(problemsOf([HEADER, ...many].join('\n')), [[5002, '', 'too-many-rows']])
  t.equal(problemsOf([HEADER, ...many.slice(1).map((row) => row.replace('ZM', '??'))].join('\n')).length, 200, 'no more than anybody would mend by hand')
})
