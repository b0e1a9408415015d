import Type from 'typebox'

/** What a route answers with that sends a file: bytes, whose type its header says. */
export const Download = Type.Unsafe<unknown>({ type: 'string', format: 'binary' })
