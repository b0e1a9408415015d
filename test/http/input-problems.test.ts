import type { FastifySchemaValidationError } from 'fastify'
import t from 'tap'
import Type, { type TSchema } from 'typebox'
import { validatorCompiler } from '../../server/http/compilers.ts'
import { inputProblems } from '../../server/http/input-problems.ts'
import { loadMessages } from '../../server/http/messages.ts'

const messages = loadMessages('templates/locales')
const said = (errors: readonly FastifySchemaValidationError[], language: string): string[] => inputProblems(errors, messages.translate(language)).map(({ field, message }) => `${field}: ${message}`)

/** What the product's own validator says of a value. */
function refused (schema: TSchema, value: unknown): FastifySchemaValidationError[] {
  const validate = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' })
  validate(value)
  return [...(validate as { errors?: FastifySchemaValidationError[] | null }).errors ?? []]
}

const some = (name: string, schema: TSchema) => Type.Object({ [name]: schema })
const CASES: ReadonlyArray<readonly [schema: TSchema, value: unknown, english: readonly string[]]> = [
  [some('name', Type.String()), {}, ['Name: is missing']],
  [some('name', Type.String({ minLength: 1 })), { name: '' }, ['Name: must not be empty']],
  [some('password', Type.String({ minLength: 12 })), { password: 'short' }, ['Password: must have at least 12 characters']],
  [some('reason', Type.String({ maxLength: 3 })), { reason: 'four' }, ['Reason: must have at most 3 characters']],
  [some('country', Type.String({ pattern: '^[A-Z]{2}$' })), { country: 'zambia' }, ['Country: is not written as it has to be']],
  [some('email', Type.String({ format: 'email' })), { email: 'nobody' }, ['E-mail: is not written as it has to be']],
  [some('seats', Type.Integer()), { seats: 'many' }, ['Seats: must be a whole number']],
  [some('seats', Type.Integer({ minimum: 1 })), { seats: '0' }, ['Seats: must be 1 or more']],
  [some('mark', Type.Number({ maximum: 5000 })), { mark: 5001 }, ['Mark: must be 5,000 or less']],
  [some('mark', Type.Number({ exclusiveMinimum: 0, multipleOf: 0.5 })), { mark: -0.3 }, ['Mark: must be more than 0', 'Mark: must be a multiple of 0.5']],
  [some('mark', Type.Number({ exclusiveMaximum: 1 })), { mark: 'x' }, ['Mark: must be a number']],
  [some('mark', Type.Number({ exclusiveMaximum: 1 })), { mark: 1 }, ['Mark: must be less than 1']],
  [some('state', Type.Enum(['open', 'closed'])), { state: 'ajar' }, ['State: is none of the choices']],
  [some('role', Type.Union([Type.Literal('trainee'), Type.Literal('liaison')])), { role: 'king' }, ['Role: is none of the choices']],
  [some('body', Type.Union([Type.Integer(), Type.Array(Type.Integer())])), { body: { a: 'x' } }, ['Text: cannot be taken as it is']],
  [some('done', Type.Literal('1')), { done: '2' }, ['done: is none of the choices']],
  [some('sure', Type.Boolean()), { sure: 'perhaps' }, ['sure: must be yes or no']],
  [some('text', Type.String()), { text: { a: 1 } }, ['Text: must be text']],
  [some('edit', Type.Object({})), { edit: 'x' }, ['edit: must be a group of fields']],
  [some('people', Type.Array(Type.String({ maxLength: 2 }), { minItems: 1, maxItems: 2, uniqueItems: true })), { people: ['a', 'a', 'long'] }, ['People, number 3: must have at most 2 characters', 'People: choose at most 2', 'People: holds the same twice']],
  [some('people', Type.Array(Type.String(), { minItems: 1 })), { people: [] }, ['People: choose at least one']],
  [some('people', Type.Array(Type.Object({}))), { people: 'x' }, ['People, number 1: must be a group of fields']],
  [some('title', Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.String(), { minProperties: 2, maxProperties: 2 })), { title: {} }, ['Title: says too little']],
  [some('title', Type.Object({}, { propertyNames: { maxLength: 2 }, maxProperties: 0 })), { title: { long: '1' } }, ['Title: says too much', 'Title: must have at most 2 characters', 'Title: holds a field that is not known: long']]
]

t.test('what a schema refuses is said of the field, by its name on the page, in the language of the page', async (t) => {
  for (const [schema, value, english] of CASES) {
    const errors = refused(schema, value)
    t.same(said(errors, 'en').sort(), [...english].sort(), JSON.stringify(value))
    const arabic = said(errors, 'ar')
    t.equal(arabic.length, english.length)
    t.notMatch(arabic.map((line) => line.replace(/^[a-z]+|⁨[^⁩]*⁩/, '')).join(' '), /[a-z]/i, 'and nothing of it in English')
  }
  // Production's validator takes out what is not known; another schema's may refuse it.
  t.same(said([{ keyword: 'additionalProperties', instancePath: '', schemaPath: '', params: { additionalProperty: 'extra' } }], 'en'), [': holds a field that is not known: extra'])
  t.same(said([{ keyword: 'contains', instancePath: '/name', schemaPath: '', params: {} }], 'ar'), ['الاسم: لا يمكن قبوله كما هو'], 'a keyword that nobody has thought of')
})
