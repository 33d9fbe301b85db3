import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('../', import.meta.url))

const url = (protocols: string[], example: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), {
    error: `must be an address such as ${example}`,
  })

const port = z.coerce.number().int().min(0).max(65_535)

/** PEM arrives from most secret stores with its line ends written out. */
const pem = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine((text) => text.includes('-----BEGIN PUBLIC KEY-----'), {
    error: "must be the PEM public key from Clerk's dashboard, beginning -----BEGIN PUBLIC KEY-----",
  })

const privatePem = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine((text) => text.includes('-----BEGIN PRIVATE KEY-----'), {
    error: 'must be a PEM private key, as `openssl genpkey -algorithm ed25519` makes it',
  })

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4500),
  DATA_DIR: z.string().default('.data/server'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user@host/database').optional(),
  ELECTRIC_URL: url(['http:', 'https:'], 'http://electric:3000').optional(),
  ELECTRIC_SECRET: z.string().optional(),
  CLERK_JWT_KEY: pem.optional(),
  CLERK_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_/, 'must begin with pk_test_ or pk_live_')
    .optional(),
  CLERK_AUTHORIZED_PARTIES: list.optional(),
  COUNTERSIGN_KEY: privatePem.optional(),
  CONSOLE_DIR: z.string().default(resolve(root, 'dist/console')),
  RESEND_API_KEY: z.string().startsWith('re_', 'must begin with re_').optional(),
  MAIL_FROM: z.string().default('PharmaSaaS <z-reports@localhost>'),
  MAIL_LANGUAGE: z.enum(['en', 'fr', 'de']).default('fr'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** How people sign in. */
export type SignInConfig =
  | { mode: 'development' }
  | { mode: 'clerk'; jwtKey: string; publishableKey: string; authorizedParties: string[] }

export interface ServerConfig {
  host: string
  /** 0 lets the system choose. */
  port: number
  /** Folder of everything the server keeps itself: the embedded Postgres, files, the shape engine's log. */
  dataDir: string
  /** Null: the embedded Postgres in `dataDir`. */
  databaseUrl: string | null
  /** Null: the embedded shape engine. */
  electric: { url: string; secret: string | null } | null
  signIn: SignInConfig
  /** Ed25519 key in PEM that countersigns journals, shared by several servers; null: one is kept in `dataDir`. */
  countersignKey: string | null
  consoleDir: string
  /** Where mail goes: to Resend with a key, else as `.eml` files into `dataDir`. `from` is a mailbox. */
  mail: { from: string; locale: 'en' | 'fr' | 'de'; resendKey: string | null }
  logLevel: string
}

/** The environment cannot be used; the message says which variable and what to do, in one sentence. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

type Environment = z.infer<typeof environmentSchema>

function signInOf(env: Environment): SignInConfig {
  const { CLERK_JWT_KEY: jwtKey, CLERK_PUBLISHABLE_KEY: publishableKey } = env
  const authorizedParties = env.CLERK_AUTHORIZED_PARTIES ?? []
  if (!jwtKey && !publishableKey) {
    if (env.NODE_ENV !== 'production') return { mode: 'development' }
    throw new ConfigError(
      'CLERK_JWT_KEY is missing: in production people sign in with Clerk, never with the development signer.',
    )
  }
  if (!jwtKey) throw new ConfigError('CLERK_JWT_KEY is missing: CLERK_PUBLISHABLE_KEY needs it too.')
  if (!publishableKey) throw new ConfigError('CLERK_PUBLISHABLE_KEY is missing: CLERK_JWT_KEY needs it too.')
  if (authorizedParties.length === 0) {
    throw new ConfigError(
      "CLERK_AUTHORIZED_PARTIES is missing: set it to the console's origin, such as https://pos.example.com.",
    )
  }
  return { mode: 'clerk', jwtKey, publishableKey, authorizedParties }
}

/**
 * Reads the server's configuration from environment variables; an empty one counts as not set.
 * @throws ConfigError naming the variable and the remedy
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ServerConfig {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const parsed = environmentSchema.safeParse(set)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ConfigError(`${issue?.path.join('.')} cannot be used: ${issue?.message}.`)
  }
  const env = parsed.data
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    electric: env.ELECTRIC_URL ? { url: env.ELECTRIC_URL, secret: env.ELECTRIC_SECRET ?? null } : null,
    signIn: signInOf(env),
    countersignKey: env.COUNTERSIGN_KEY ?? null,
    consoleDir: resolve(env.CONSOLE_DIR),
    mail: { from: env.MAIL_FROM, locale: env.MAIL_LANGUAGE, resendKey: env.RESEND_API_KEY ?? null },
    logLevel: env.LOG_LEVEL,
  }
}
