import Type from 'typebox'

const Fraction = Type.Union([Type.Number(), Type.Null()])
const SlotResult = Type.Object({ state: Type.String(), fraction: Fraction, mark: Fraction })
const Result = Type.Object({ mark: Type.Number(), percent: Type.Number(), passed: Type.Boolean() })
const Turned = Type.Object({ enrolmentId: Type.String(), trainee: Type.String(), certificateSerial: Type.Union([Type.String(), Type.Null()]) })

/** What a regrade changes, or would change. */
export const Report = Type.Object({
  applied: Type.Boolean(),
  fingerprint: Type.String({ description: 'Sent back as `seen` with the regrade itself: refused when something else would change by now' }),
  attempts: Type.Integer({ description: 'Finished attempts looked at' }),
  open: Type.Integer({ description: 'Open attempts, left alone' }),
  changes: Type.Array(Type.Object({
    attemptId: Type.String(), number: Type.Integer(), enrolmentId: Type.String(), trainee: Type.String(),
    slots: Type.Array(Type.Object({ slot: Type.Integer(), question: Type.String(), old: SlotResult, new: SlotResult })),
    old: Result, new: Result
  })),
  newlyPassed: Type.Array(Turned),
  newlyFailed: Type.Array(Turned, { description: 'For a person to decide on: nothing is taken back' })
})

/** Which attempts of a quiz are looked at. */
export const Version = Type.Optional(Type.Integer({ minimum: 1, description: 'Of the course: attempts that were sat on it; the cohort’s own when left out' }))
