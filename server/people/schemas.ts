import Type, { type Static } from 'typebox'

export const RoleName = Type.Union([Type.Literal('trainee'), Type.Literal('instructor'), Type.Literal('administrator'), Type.Literal('liaison')])

export const AccountState = Type.Union([Type.Literal('invited'), Type.Literal('active'), Type.Literal('deactivated')])

export const Grant = Type.Object({
  role: RoleName,
  country: Type.Optional(Type.String({ maxLength: 10, description: 'ISO 3166-1 alpha-2; on a liaison, and only there' }))
})

/** Somebody signed in, as they see themselves. */
export const Me = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  roles: Type.Array(Grant),
  locale: Type.String()
})

export const Session = Type.Object({
  token: Type.String({ description: 'for the Authorization header: Bearer <token>' }),
  expiresAt: Type.String(),
  person: Me
})

const Nullable = Type.Union([Type.String(), Type.Null()])

export const PersonOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  latinName: Nullable,
  email: Type.String(),
  country: Nullable,
  agency: Nullable,
  rank: Nullable,
  birthDay: Nullable,
  locale: Type.String(),
  state: AccountState,
  roles: Type.Array(Grant),
  version: Type.Integer({ description: 'to be sent back with an edit' })
})

export const PeopleOut = Type.Object({ items: Type.Array(PersonOut), next: Nullable })

/** Lengths are bounded here, sense is checked by faults.ts. */
const typed = Type.String({ maxLength: 1000 })

export const Credentials = Type.Object({ email: typed, password: typed })
export const SignInForm = Type.Object({ email: Type.String({ maxLength: 1000, default: '' }), password: Type.String({ maxLength: 1000, default: '' }), to: Type.Optional(Type.String({ maxLength: 2000 })) })
export const ForgotForm = Type.Object({ email: typed })
export const Secret = Type.Object({ secret: Type.String({ maxLength: 100 }) })
export const PasswordForm = Type.Object({ password: typed, again: typed })
export const SetUpForm = Type.Object({ name: typed, email: typed, password: typed, again: typed })
export const PersonId = Type.Object({ id: Type.String() })

export const PersonIn = Type.Object({
  name: typed,
  latinName: Type.Optional(Type.Union([typed, Type.Null()], { description: 'in Latin letters, where the name is in another script' })),
  email: typed,
  country: Type.Optional(Type.Union([typed, Type.Null()])),
  agency: Type.Optional(Type.Union([typed, Type.Null()])),
  rank: Type.Optional(Type.Union([typed, Type.Null()])),
  birthDay: Type.Optional(Type.Union([Type.String({ maxLength: 10, description: 'YYYY-MM-DD; tells namesakes apart' }), Type.Null()])),
  locale: Type.Optional(typed),
  roles: Type.Array(Grant, { maxItems: 20 })
})

/** What is said of a person, all of it: what is left out is taken away. */
export const FactsIn = Type.Object({
  name: typed,
  latinName: Type.Optional(Type.Union([typed, Type.Null()])),
  country: Type.Optional(Type.Union([typed, Type.Null()])),
  agency: Type.Optional(Type.Union([typed, Type.Null()])),
  rank: Type.Optional(Type.Union([typed, Type.Null()])),
  birthDay: Type.Optional(Type.Union([Type.String({ maxLength: 10 }), Type.Null()])),
  locale: typed,
  email: typed,
  version: Type.Integer({ description: 'as it was seen: an edit that overlooks another is refused with what stands there now' }),
  reason: Type.String({ maxLength: 2000, default: '', description: 'needed where the country or the agency changes' })
})

const formText = Type.String({ maxLength: 1000, default: '' })

export const FactsForm = Type.Object({
  name: formText, latinName: formText, country: Type.String({ maxLength: 10, default: '' }), agency: formText, rank: formText,
  birthDay: Type.String({ maxLength: 10, default: '' }), locale: Type.String({ maxLength: 20, default: '' }), email: formText, reason: Type.String({ maxLength: 2000, default: '' }),
  version: Type.Integer(),
  seen: Type.String({ maxLength: 10_000, default: '', description: 'JSON of what the form was opened with' })
})

export type FactsFormFields = Static<typeof FactsForm>

export const PersonForm = Type.Object({
  name: Type.String({ maxLength: 1000, default: '' }),
  latinName: Type.String({ maxLength: 1000, default: '' }),
  email: Type.String({ maxLength: 1000, default: '' }),
  country: Type.String({ maxLength: 10, default: '' }),
  agency: Type.String({ maxLength: 1000, default: '' }),
  rank: Type.String({ maxLength: 1000, default: '' }),
  birthDay: Type.String({ maxLength: 10, default: '' }),
  locale: Type.String({ maxLength: 20, default: '' }),
  roles: Type.Array(RoleName, { default: [], maxItems: 4 }),
  liaisonCountry: Type.String({ maxLength: 10, default: '' })
})

export type PersonFormFields = Static<typeof PersonForm>

export const GrantForm = Type.Object({ role: RoleName, liaisonCountry: Type.String({ maxLength: 10, default: '' }) })

const cursor = Type.Optional(Type.String({ maxLength: 2000 }))

export const PeopleQuery = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 200 })),
  role: Type.Optional(RoleName),
  state: Type.Optional(AccountState),
  cursor,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 }))
})

/** As a form sends it: a field left alone is there and empty. */
export const PeopleFilters = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 200 })),
  role: Type.Optional(Type.Union([RoleName, Type.Literal('')])),
  state: Type.Optional(Type.Union([AccountState, Type.Literal('')])),
  cursor
})

export const CursorQuery = Type.Object({ cursor })

/** What was just done on a person's page, said at its top. */
export const Done = Type.Union([
  Type.Literal('added'), Type.Literal('edited'), Type.Literal('granted'), Type.Literal('revoked'), Type.Literal('deactivated'),
  Type.Literal('reactivated'), Type.Literal('invitation'), Type.Literal('reset')
])
