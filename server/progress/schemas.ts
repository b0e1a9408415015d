import Type from 'typebox'

export const EnrolmentAnswer = Type.Object({
  id: Type.String(),
  cohort: Type.Object({ id: Type.String(), name: Type.String(), startsAt: Type.String(), endsAt: Type.String() }),
  course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }),
  state: Type.String(),
  progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }),
  certificateSerial: Type.Union([Type.String(), Type.Null()])
})

export const EnrolmentDetailAnswer = Type.Object({
  ...EnrolmentAnswer.properties,
  allowance: Type.Union([
    Type.Object({ extraPercent: Type.Integer(), extraMinutes: Type.Integer(), extraAttempts: Type.Integer(), laterDays: Type.Integer() }), Type.Null()
  ], { description: 'What the trainee is allowed beyond the rules; null to a liaison, whom it does not concern' }),
  modules: Type.Array(Type.Object({
    key: Type.String(),
    title: Type.String(),
    activities: Type.Array(Type.Object({ key: Type.String(), kind: Type.String(), title: Type.String(), state: Type.String() }))
  }))
})
