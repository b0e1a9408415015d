import Type from 'typebox'

/** What followed on tries of a question that may be tried again. */
export const Tried = {
  tries: Type.Optional(Type.Integer({ description: 'How often the answer was tried, where it may be tried again' })),
  triesLeft: Type.Optional(Type.Integer({ description: 'Absent where tries have no end' })),
  hint: Type.Optional(Type.String({ description: 'Markdown, for the next try' }))
}

export const AttemptAnswer = Type.Object({
  id: Type.String(), number: Type.Integer(), enrolmentId: Type.String(), quizKey: Type.String(), title: Type.String(),
  state: Type.String(), behaviour: Type.String(), startedAt: Type.String(), dueAt: Type.Union([Type.String(), Type.Null()]),
  endsAt: Type.Union([Type.String(), Type.Null()], { description: 'When it is over at the latest: dueAt, or the end of a grace' }),
  asksCertainty: Type.Boolean({ description: 'Whether answers carry `certainty`: 1, 2 or 3' }),
  finishedAt: Type.Union([Type.String(), Type.Null()]), serverNow: Type.String(), pages: Type.Integer(),
  questions: Type.Array(Type.Object({
    slot: Type.Integer(),
    number: Type.Union([Type.Integer(), Type.Null()], { description: 'As a trainee counts questions; null for a text that asks nothing' }),
    stimulus: Type.Optional(Type.Integer({ description: 'Slot of the text that the question refers to' })),
    page: Type.Integer(), kind: Type.String(), markMax: Type.Number(), prompt: Type.String(),
    controls: Type.Unknown(), answer: Type.Unknown(), seq: Type.Integer(), state: Type.String(), locked: Type.Boolean(), ...Tried
  }))
})

export const QuizAnswer = Type.Object({
  key: Type.String(), title: Type.String(), done: Type.Boolean(), questions: Type.Integer(), passPercent: Type.Number(),
  limitSeconds: Type.Union([Type.Number(), Type.Null()], { description: 'With what the trainee is allowed' }),
  attemptsAllowed: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: as many as wished' }),
  behaviour: Type.String(),
  attempts: Type.Array(Type.Object({
    id: Type.String(), number: Type.Integer(), state: Type.String(), startedAt: Type.String(),
    percent: Type.Union([Type.Number(), Type.Null()]), passed: Type.Union([Type.Boolean(), Type.Null()])
  }))
})
