import AjvCompiler from '@fastify/ajv-compiler'
import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import type { FastifyValidationResult } from 'fastify/types/schema.js'

// Fastify's own two compilers, asked when a schema is first used instead of for every route before the first request: that was
// most of the time until a server listens. Instances in one process share what is compiled: schemas are constants, and none
// refers to another by name.

// Its type says it takes a schema; Fastify gives it, and it reads, the whole route.
const compileValidator = AjvCompiler()({}, { customOptions: { allErrors: true } }) as unknown as FastifySchemaCompiler<unknown>
const compileSerializer = SerializerSelector()({}) as FastifySerializerCompiler<unknown>
const serializers = new WeakMap<object, (data: unknown) => string>()

/** @returns Fastify's validator of one part of a request, with its `errors` */
export const validatorCompiler: FastifySchemaCompiler<unknown> = (route) => {
  let compiled: FastifyValidationResult | undefined
  const validate: FastifyValidationResult = (data) => {
    compiled ??= compileValidator(route)
    const answer = compiled(data)
    // Fastify reads what is wrong off the function it called.
    validate.errors = compiled.errors ?? null
    return answer
  }
  return validate
}

/** @returns Fastify's writer of answers of one schema */
export const serializerCompiler: FastifySerializerCompiler<unknown> = (route) => (data) => {
  const schema = route.schema as object
  let serialize = serializers.get(schema)
  if (serialize === undefined) serializers.set(schema, serialize = compileSerializer(route))
  return serialize(data)
}
