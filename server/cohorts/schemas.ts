import Type from 'typebox'
import { SHOWS } from './progress.ts'
import { STUCK_REASONS } from './stuck.ts'

export const Id = Type.String({ minLength: 1, maxLength: 64 })
export const Cursor = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))
export const ById = Type.Object({ id: Id })
export const ByInstructor = Type.Object({ id: Id, personId: Id })
export const Text = Type.Union([Type.Null(), Type.String()])
export const State = Type.Enum(['running', 'coming', 'past'])
export const Show = Type.Enum([...SHOWS])
export const Country = Type.String({ pattern: '^[A-Z]{2}$' })
export const Named = Type.Object({ id: Type.String(), name: Type.String() })

export const CohortAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: State,
  startsAt: Type.String(),
  endsAt: Type.String(),
  seats: Type.Union([Type.Null(), Type.Integer()]),
  course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }),
  instructors: Type.Array(Named),
  counts: Type.Object({
    enrolled: Type.Integer(),
    notStarted: Type.Integer(),
    completed: Type.Integer(),
    withdrawn: Type.Integer(),
    done: Type.Integer(),
    total: Type.Integer(),
    percent: Type.Integer({ description: 'Activities done of all there are, 0 to 100' })
  }, { description: 'Of the people the asker may see' })
})

export const EnrolmentAnswer = Type.Object({
  id: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  country: Text,
  agency: Text,
  state: Type.Enum(['active', 'completed', 'withdrawn']),
  enrolledAt: Type.String(),
  activeAt: Text,
  certificateSerial: Text
})

export const ProgressAnswer = Type.Object({
  enrolmentId: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  country: Text,
  agency: Text,
  state: Type.Enum(['active', 'completed', 'withdrawn']),
  done: Type.Integer(),
  total: Type.Integer(),
  percent: Type.Integer(),
  activeAt: Text,
  stuck: Type.Union([Type.Enum([...STUCK_REASONS]), Type.Null()]),
  certificateSerial: Text,
  noShow: Type.Boolean({ description: 'Marked as not come; the seat stays taken' })
})

export const SummaryAnswer = Type.Object({
  byCountry: Type.Array(Type.Object({ country: Text, ...CohortAnswer.properties.counts.properties, stuck: Type.Integer() })),
  noShows: Type.Integer(),
  needHelp: Type.Array(Type.Object({
    ...ProgressAnswer.properties,
    idleSince: Type.Union([Type.Null(), Type.String()], { description: 'Since when nothing was done that could have been' }),
    usedUp: Type.Array(Type.String(), { description: 'Quizzes whose attempts are used up without a pass, by their keys' })
  }), { description: 'Who is stuck, the most urgent first' }),
  quizzes: Type.Array(Type.Object({ key: Type.String(), title: Type.String() }))
})

export const EnrolledAnswer = Type.Object({
  created: Type.Integer({ description: 'New persons' }),
  enrolled: Type.Integer({ description: 'New enrolments, those of new persons among them' }),
  unchanged: Type.Integer(),
  problems: Type.Array(Type.Object({ line: Type.Integer(), field: Type.String(), message: Type.String() }))
})

export const ProgressQuery = Type.Object({
  show: Type.Optional(Show),
  country: Type.Optional(Country),
  after: Cursor,
  limit: Type.Integer({ minimum: 1, maximum: 5000, default: 1000 })
})
