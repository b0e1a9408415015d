import type { FastifySchemaValidationError } from 'fastify'
import type { Problem } from '../refusals.ts'
import type { Translate } from './messages.ts'

/** What is wrong with one field of a form, for a person: its name as pages call it, and a sentence. */
export interface InputProblem {
  readonly field: string
  readonly message: string
}

/** Fields that pages have a name for: messages `input.field.<name>`. What only programs send is called as it is written. */
const NAMED = [
  'action', 'agency', 'amount', 'attempts', 'bank', 'birthDay', 'body', 'cohort', 'colour', 'comment', 'count', 'countries', 'country', 'course', 'courses', 'csv', 'days', 'difficulty', 'email', 'examDay',
  'extraAttempts', 'extraMinutes', 'extraPercent', 'file', 'files', 'first', 'from', 'fromId', 'holder', 'ids', 'kind', 'language', 'last', 'laterDays', 'latinName', 'limitMinutes', 'locale', 'mark', 'name',
  'nominationsUntil', 'note', 'notes', 'page', 'passPercent', 'password', 'people', 'period', 'purpose', 'quiz', 'rank', 'reason', 'role', 'search', 'seats', 'secondPercent', 'serials', 'state', 'subject',
  'summary', 'target', 'text', 'thresholdPercent', 'timeZone', 'title', 'to', 'toId', 'topic', 'until', 'validOn', 'version', 'why'
] as const
const KNOWN: ReadonlySet<string> = new Set(NAMED)

/** JSON Schema keywords whose limit is part of what is said, by the name of their parameter (ajv: every one is `limit`, but for these). */
const LIMITS: ReadonlySet<string> = new Set(['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'minProperties', 'maxProperties'])
/** Ways of holding several schemas: what each of them says of the same value would contradict the others. */
const CHOICES: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'not', 'if'])
const PLAIN: Readonly<Record<string, string>> = {
  required: 'missing', pattern: 'pattern', format: 'format', enum: 'choice', const: 'choice', additionalProperties: 'unknown', unevaluatedProperties: 'unknown', propertyNames: 'unknown', uniqueItems: 'twice'
}
const TYPES: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean', 'array', 'object'])

/** What a schema refused, said in the language of a page: one sentence a field and rule.
 * @param errors as ajv tells them, of the body, the path or the query */
export function inputProblems (errors: readonly FastifySchemaValidationError[], t: Translate): InputProblem[] {
  const choices = errors.filter(({ keyword }) => CHOICES.has(keyword)).map(({ instancePath }) => instancePath)
  const plain = errors.filter(({ keyword, instancePath }) => !CHOICES.has(keyword) && !choices.some((path) => instancePath === path || instancePath.startsWith(`${path}/`)))
  const outer = errors.filter(({ keyword, instancePath }) => CHOICES.has(keyword) && !choices.some((path) => path !== instancePath && instancePath.startsWith(`${path}/`)))
  // A union of words is a list to choose from.
  const isOfWords = ({ instancePath }: FastifySchemaValidationError): boolean => errors.some((inner) => inner.instancePath === instancePath && (inner.keyword === 'const' || inner.keyword === 'enum'))
  const said = [...plain, ...outer].map((error) => ({ field: fieldOf(pathOf(error), t), message: CHOICES.has(error.keyword) && isOfWords(error) ? t('input.choice') : sentenceOf(error, t) }))
  return said.filter(({ field, message }, index) => said.findIndex((other) => other.field === field && other.message === message) === index)
}

/** A problem of a refusal as a page says it. */
export function inWords ({ message, words }: Pick<Problem, 'message' | 'words'>, t: Translate): string {
  return words === undefined ? t.sentence(message) : t(words.key, words.values)
}

/** Where an error is: `people/3`; of a field that is missing or not known, with its name. */
export function pathOf ({ instancePath, keyword, params }: FastifySchemaValidationError): string {
  const named = keyword === 'required' ? params['missingProperty'] : undefined
  return `${instancePath}${typeof named === 'string' ? `/${named}` : ''}`.replace(/^\//, '')
}

/** What pages call a field by its path: `people/3` is the fourth of the people. */
export function fieldOf (path: string, t: Translate): string {
  const parts = path.split('/')
  const name = parts.findLast((part) => !/^\d+$/.test(part)) ?? ''
  const place = parts.at(-1) ?? ''
  const said = KNOWN.has(name) ? t(`input.field.${name}`) : name
  return /^\d+$/.test(place) ? t('input.place', { field: said, place: Number(place) + 1 }) : said
}

function sentenceOf ({ keyword, params }: FastifySchemaValidationError, t: Translate): string {
  if (LIMITS.has(keyword)) return t(`input.${keyword}`, { limit: Number(params['limit']) })
  if (keyword === 'multipleOf') return t('input.multipleOf', { limit: Number(params['multipleOf']) })
  if (keyword === 'type') {
    const [type = ''] = [params['type']].flat().map(String).filter((name) => TYPES.has(name))
    return t(type === '' ? 'input.other' : `input.type.${type}`)
  }
  const unknown = params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['propertyName']
  return t(`input.${PLAIN[keyword] ?? 'other'}`, { name: typeof unknown === 'string' ? unknown : '' })
}
