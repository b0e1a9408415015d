import Type, { type Static } from 'typebox'
import { STAGES } from './forecast.ts'

const Nullable = Type.Union([Type.String(), Type.Null()])
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }))
const text = Type.String({ maxLength: 1000 })
const field = Type.String({ maxLength: 1000, default: '' })

export const QuotaId = Type.Object({ id: Type.String({ maxLength: 100 }) })
export const CursorQuery = Type.Object({ cursor: Cursor })

const Period = Type.Object({
  from: Type.String({ maxLength: 20, description: 'first day, YYYY-MM-DD' }),
  to: Type.String({ maxLength: 20, description: 'last day, counted too' })
})
const Scope = Type.Object({
  country: Type.Optional(Type.String({ maxLength: 1000, description: 'ISO 3166-1 alpha-2' })),
  agency: Type.Optional(text),
  course: Type.Optional(Type.String({ maxLength: 1000, description: 'a slug' }))
})
const Counts = Type.Union([Type.Literal('persons'), Type.Literal('certificates')])

/** Lengths and shapes are bounded here; sense is checked by quota-input.ts. */
export const QuotaIn = Type.Object({
  name: text,
  period: Period,
  scope: Type.Optional(Scope),
  counts: Type.Optional(Counts),
  target: Type.Number(),
  timeZone: Type.Optional(Type.String({ maxLength: 100, description: 'IANA; the programme\'s own unless given' }))
})

const FORECAST = {
  low: Type.Integer(),
  likely: Type.Integer(),
  high: Type.Integer(),
  by: Type.Enum(['rate', 'pipeline', 'count'], { description: 'rate: of the last weeks and of the whole period; pipeline: the people on their way, times the share of those before them who were certified; count: the period is over' })
}

/** Where a period will end. */
export const ForecastOut = Type.Object(FORECAST, { description: 'count at the end of the period; low to high is meant to hold four times in five' })

/** Who is on the way, by how far they came. */
export const StagesOut = Type.Array(Type.Object({
  stage: Type.Enum([...STAGES]),
  people: Type.Integer({ description: 'on the way now, not counted yet, in cohorts that end inside the period' }),
  expected: Type.Union([Type.Number(), Type.Null()], { description: 'of them by the past share; null where too little is known' }),
  past: Type.Union([Type.Object({ people: Type.Integer(), certified: Type.Integer(), cohorts: Type.Integer(), share: Type.Number(), spread: Type.Number() }), Type.Null()])
}))

/** The forecast with what it goes by. */
export const ForecastInFull = Type.Object({ ...FORECAST, stages: StagesOut })

export const QuotaOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  period: Period,
  timeZone: Type.String(),
  scope: Scope,
  counts: Counts,
  target: Type.Integer(),
  counted: Type.Integer(),
  expectedToday: Type.Integer({ description: 'where the straight pace to the target stands today' }),
  forecast: Type.Union([
    ForecastOut,
    Type.Null()
  ], { description: 'null where nothing can honestly be said yet, and of a quota that is closed' }),
  closedAt: Nullable,
  closedCount: Type.Union([Type.Integer(), Type.Null()])
})
export type QuotaJson = Static<typeof QuotaOut>

export const QuotasOut = Type.Object({ items: Type.Array(QuotaOut), next: Nullable })

const Filter = {
  country: Type.Optional(Type.String({ maxLength: 10, description: 'as on the certificate; empty: those without a country' })),
  course: Type.Optional(text),
  agency: Type.Optional(Type.String({ maxLength: 200, description: 'as on the certificate; empty: those without one' })),
  rank: Type.Optional(Type.String({ maxLength: 200, description: 'as on the certificate; empty: those without one' })),
  month: Type.Optional(Type.String({ pattern: '^([0-9]{4}-[0-9]{2})?$', description: 'YYYY-MM of the day of issue' })),
  when: Type.Optional(Type.Enum(['', 'closing', 'since'], { description: 'of a closed quota: what it was closed with, or what was written since' }))
}
export const EntriesQuery = Type.Object({ cursor: Cursor, ...Filter })

export const EntriesOut = Type.Object({
  items: Type.Array(Type.Object({
    serial: Type.String(),
    personId: Type.String(),
    delta: Type.Integer({ description: '+1 when the certificate began to count, -1 when it ceased' }),
    at: Type.String(),
    day: Type.String({ description: 'local day of the certificate\'s issue' }),
    country: Nullable,
    course: Type.String(),
    restatement: Type.Boolean({ description: 'written after the quota was closed' })
  })),
  next: Nullable
})

export const QuotaForm = Type.Object({
  name: field, from: field, to: field, country: field, agency: field, course: field,
  counts: Type.Union([Type.Literal('persons'), Type.Literal('certificates')], { default: 'persons' }),
  target: field
})
export type QuotaFormFields = Static<typeof QuotaForm>
