import { randomBytes } from 'node:crypto'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'

/** Every setting, as it comes from the environment. An empty value counts as not set. */
const Environment = Type.Object({
  NODE_ENV: Type.Optional(Type.String()),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.String({ default: '3000', pattern: '^[0-9]{1,5}$', description: 'a port number, 0 to 65535' }),
  DATABASE_URL: Type.String({ default: 'sqlite:data/muster.db', pattern: '^(sqlite:.+|postgres(ql)?://.+)', description: 'sqlite:<path> or postgres://user:password@host/database' }),
  DATABASE_CONNECTIONS: Type.String({ default: '20', pattern: '^([2-9]|[1-9][0-9]{1,2})$', description: 'a number from 2 to 999' }),
  MUSTER_SECRET: Type.Optional(Type.String({ minLength: 32, description: 'at least 32 characters' })),
  MUSTER_DEMO_PASSWORD: Type.Optional(Type.String({ minLength: 8, description: 'at least 8 characters' })),
  MUSTER_PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$', description: 'an http(s) address' })),
  MUSTER_PROGRAMME: Type.String({ default: 'Muster training programme' }),
  MUSTER_TIME_ZONE: Type.String({ default: 'UTC', description: 'an IANA time zone such as Asia/Shanghai' }),
  MUSTER_TRUST_PROXY: Type.String({ default: '0', pattern: '^[01]$', description: '0 or 1' }),
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://.+', description: 'smtp://user:password@host:port' })),
  MAIL_FROM: Type.String({ default: 'Muster <no-reply@localhost>' }),
  LOG_LEVEL: Type.Optional(Type.String({
    pattern: '^(silent|fatal|error|warn|info|debug|trace)$',
    description: 'silent, fatal, error, warn, info, debug or trace'
  }))
})

/** What is not repeated in a message: they hold passwords. */
const SECRET: ReadonlySet<string> = new Set(['MUSTER_SECRET', 'MUSTER_DEMO_PASSWORD', 'DATABASE_URL', 'SMTP_URL'])

/** Settings, typed. This file is the only reader of the environment. */
export interface Config {
  readonly production: boolean
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  /** To PostgreSQL, of this server. */
  readonly databaseConnections: number
  /** Signs session tokens. Random on each start when not set, which ends every session. */
  readonly secret: string
  readonly secretIsSet: boolean
  readonly demoPassword: string | null
  /** Where people reach the server, without a slash at the end: goes into mails and QR codes. */
  readonly publicUrl: string
  readonly programme: string
  readonly timeZone: string
  readonly trustProxy: boolean
  readonly smtpUrl: string | null
  readonly mailFrom: string
  /** null when not set: the command decides. */
  readonly logLevel: string | null
}

/** @returns the settings, or every problem with them as one sentence each, naming the variable */
export function readConfig (env: Readonly<Record<string, string | undefined>> = process.env): { config: Config } | { problems: string[] } {
  const given = Object.fromEntries(Object.keys(Environment.properties).flatMap((name) => env[name] ? [[name, env[name]]] : []))
  const filled = Value.Default(Environment, given) as Static<typeof Environment>
  const problems = Object.entries(Environment.properties).flatMap(([name, schema]) => {
    const value = (filled as Record<string, unknown>)[name]
    if (value === undefined || Value.Check(schema, value)) return []
    return [`${name}: must be ${(schema as { description?: string }).description ?? 'text'}${SECRET.has(name) ? '' : `, not '${String(value)}'`}`]
  })
  if (problems.length === 0 && Number(filled.PORT) > 65535) problems.push(`PORT: must be a port number, 0 to 65535, not '${filled.PORT}'`)
  if (!isTimeZone(filled.MUSTER_TIME_ZONE)) {
    problems.push(`MUSTER_TIME_ZONE: must be an IANA time zone such as Asia/Shanghai, not '${filled.MUSTER_TIME_ZONE}'`)
  }
  if (problems.length > 0) return { problems }
  const port = Number(filled.PORT)
  return {
    config: {
      production: filled.NODE_ENV === 'production',
      host: filled.HOST,
      port,
      databaseUrl: filled.DATABASE_URL,
      databaseConnections: Number(filled.DATABASE_CONNECTIONS),
      secret: filled.MUSTER_SECRET ?? randomBytes(32).toString('hex'),
      secretIsSet: filled.MUSTER_SECRET !== undefined,
      demoPassword: filled.MUSTER_DEMO_PASSWORD ?? null,
      publicUrl: (filled.MUSTER_PUBLIC_URL ?? `http://localhost:${port}`).replace(/\/+$/, ''),
      programme: filled.MUSTER_PROGRAMME,
      timeZone: filled.MUSTER_TIME_ZONE,
      trustProxy: filled.MUSTER_TRUST_PROXY === '1',
      smtpUrl: filled.SMTP_URL ?? null,
      mailFrom: filled.MAIL_FROM,
      logLevel: filled.LOG_LEVEL ?? null
    }
  }
}

function isTimeZone (name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
