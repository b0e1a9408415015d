import fc from 'fast-check'
import t from 'tap'
import { addDays, dayStart, daysBetween, localDay } from '../../server/cohorts/days.ts'
import { contains, daysIn } from '../../server/quotas/period.ts'

const ZONES = ['UTC', 'Asia/Shanghai', 'Pacific/Kiritimati', 'America/Managua', 'Europe/Berlin', 'America/St_Johns', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Pago_Pago', 'Australia/Lord_Howe']

t.test('an instant falls on the day of the wall calendar in its zone', async (t) => {
  for (const [instant, zone, day] of [
    ['2026-09-08T16:00:00Z', 'Asia/Shanghai', '2026-09-09'],
    ['2026-09-08T15:59:59.999Z', 'Asia/Shanghai', '2026-09-08'],
    ['2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01'],
    ['2026-12-31T09:59:59Z', 'Pacific/Kiritimati', '2026-12-31'],
    ['2026-09-09T05:59:59Z', 'America/Managua', '2026-09-08'],
    ['2026-09-09T06:00:00Z', 'America/Managua', '2026-09-09'],
    ['2026-09-09T00:30:00+08:00', 'UTC', '2026-09-08'],
    ['2026-03-29T22:30:00Z', 'Europe/Berlin', '2026-03-30']
  ] as const) t.equal(localDay(instant, zone), day, `${instant} in ${zone}`)
})

t.test('a day begins where the zone says, not always at midnight', async (t) => {
  for (const [day, zone, instant] of [
    ['2026-09-09', 'Asia/Shanghai', '2026-09-08T16:00:00.000Z'],
    ['2027-01-01', 'Pacific/Kiritimati', '2026-12-31T10:00:00.000Z'],
    ['2026-09-09', 'America/Managua', '2026-09-09T06:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    // The clock goes from 00:00 to 01:00: the day begins at one.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
    // Apia left this date out on its way across the date line.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z']
  ] as const) t.equal(dayStart(day, zone), instant, `${day} in ${zone}`)
})

t.test('in any zone the first instant is of the day, and the millisecond before is not', async () => {
  const days = fc.integer({ min: 0, max: 20000 }).map((count) => addDays('1990-01-01', count))
  fc.assert(fc.property(days, fc.constantFrom(...ZONES), (day, zone) => {
    const start = dayStart(day, zone)
    return localDay(start, zone) === day && localDay(new Date(Date.parse(start) - 1).toISOString(), zone) < day
  }), { numRuns: 300 })
})

t.test('days are counted and added across leap days and changes of the clock', async (t) => {
  t.equal(daysBetween('2026-09-09', '2027-09-08'), 364)
  t.equal(daysBetween('2027-09-09', '2028-09-08'), 365)
  t.equal(daysBetween('2026-03-30', '2026-03-28'), -2)
  t.equal(daysIn({ from: '2026-09-09', to: '2027-09-08' }), 365)
  t.equal(addDays('2028-02-28', 1), '2028-02-29')
  t.equal(addDays('2027-01-01', -1), '2026-12-31')
})

t.test('a period holds both its days to their last instant in the zone', async (t) => {
  const year = { from: '2026-09-09', to: '2027-09-08' }
  t.equal(contains(year, '2026-09-08T16:00:00Z', 'Asia/Shanghai'), true)
  t.equal(contains(year, '2026-09-08T15:59:59Z', 'Asia/Shanghai'), false)
  t.equal(contains(year, '2027-09-08T15:59:59.999Z', 'Asia/Shanghai'), true)
  t.equal(contains(year, '2027-09-08T16:00:00Z', 'Asia/Shanghai'), false)
  t.equal(contains(year, '2027-09-09T05:00:00Z', 'America/Managua'), true)
})

t.test('what is no day, no instant or no zone throws', async (t) => {
  for (const day of ['2026-13-01', '2026-9-9', '', '2026-02-30']) t.throws(() => addDays(day, 0), RangeError, day)
  t.throws(() => localDay('yesterday', 'UTC'), RangeError)
  t.throws(() => localDay('2026-09-09T00:00:00Z', 'Mars/Olympus'), RangeError)
})
