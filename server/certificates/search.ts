import Type from 'typebox'

const word = Type.Optional(Type.String({ maxLength: 200 }))

/** What certificates may be looked for by, over the API and on the desk (CertificateSearch). */
export const Search = {
  holder: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the name' })),
  country: Type.Optional(Type.String({ maxLength: 2, description: 'ISO 3166-1 alpha-2' })),
  course: Type.Optional(Type.String({ maxLength: 100, description: 'Slug' })),
  cohort: Type.Optional(Type.String({ maxLength: 64, description: 'Id' })),
  from: Type.Optional(Type.String({ maxLength: 10, description: 'First day of issue, YYYY-MM-DD' })),
  to: Type.Optional(Type.String({ maxLength: 10, description: 'Last day of issue' })),
  state: word
}
