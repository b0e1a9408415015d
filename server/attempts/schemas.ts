import Type from 'typebox'

export const AttemptAnswer = Type.Object({
  id: Type.String(), number: Type.Integer(), enrolmentId: Type.String(), quizKey: Type.String(), title: Type.String(),
  state: Type.String(), behaviour: Type.String(), startedAt: Type.String(), dueAt: Type.Union([Type.String(), Type.Null()]),
  finishedAt: Type.Union([Type.String(), Type.Null()]), serverNow: Type.String(), pages: Type.Integer(),
  questions: Type.Array(Type.Object({
    slot: Type.Integer(), page: Type.Integer(), kind: Type.String(), markMax: Type.Number(), prompt: Type.String(),
    controls: Type.Unknown(), answer: Type.Unknown(), seq: Type.Integer(), state: Type.String(), locked: Type.Boolean()
  }))
})
