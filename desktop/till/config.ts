import { parseArgs } from 'node:util'
import { z } from 'zod'

/** How a device is reached: TCP for a network printer, a serial port, or not at all. */
export type DeviceAddress = { kind: 'tcp'; host: string; port: number } | { kind: 'serial'; path: string }

const readDevice = (text: string): DeviceAddress | null | undefined => {
  if (text === 'none') return null
  const serial = /^serial:(.+)$/.exec(text)
  if (serial?.[1]) return { kind: 'serial', path: serial[1] }
  const tcp = /^tcp:\/\/([^:/\s]+):(\d{1,5})$/.exec(text)
  const port = Number(tcp?.[2])
  return tcp?.[1] && port >= 1 && port <= 65_535 ? { kind: 'tcp', host: tcp[1], port } : undefined
}

const device = (expected: string, allowed: readonly DeviceAddress['kind'][]) =>
  z.string().transform((text, issues): DeviceAddress | null => {
    const address = readDevice(text)
    if (address === null || (address && allowed.includes(address.kind))) return address
    issues.addIssue({ code: 'custom', message: `is ${JSON.stringify(text)}, but must be ${expected}` })
    return z.NEVER
  })

const configSchema = z.strictObject({
  data: z.string({ error: 'is missing: name the folder this till keeps its data in' }).min(1, 'is empty'),
  server: z
    .url({
      protocol: /^https?$/,
      error: 'must be an http:// or https:// address, such as http://127.0.0.1:8787',
    })
    .optional(),
  port: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(0, 'must be from 0 to 65535')
    .max(65_535, 'must be from 0 to 65535')
    .default(0),
  printer: device('tcp://host:port, serial:/path or none', ['tcp', 'serial']).default(null),
  scanner: device('serial:/path or none', ['serial']).default(null),
  terminal: device('tcp://host:port or none', ['tcp']).default(null),
  enrol: z.string().min(1, 'is empty').optional(),
  name: z.string().min(1, 'is empty').max(80, 'is longer than 80 characters').default('Till'),
  ui: z.string().min(1, 'is empty').optional(),
  locale: z.enum(['fr', 'en', 'de'], { error: 'must be fr, en or de' }).default('fr'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    })
    .default('info'),
})

export type TillConfig = z.infer<typeof configSchema>

/** Where each setting comes from, for messages. */
const SOURCES: Record<keyof TillConfig, string> = {
  data: '--data',
  server: '--server',
  port: '--port',
  printer: '--printer',
  scanner: '--scanner',
  terminal: '--terminal',
  enrol: '--enrol',
  name: '--name',
  ui: '--ui',
  locale: 'PHARMASAAS_RECEIPT_LOCALE',
  logLevel: 'PHARMASAAS_LOG_LEVEL',
}

export const HELP = `Usage: node desktop/till/main.ts --data <dir> [options]

Runs one till: store, counter, drawer, printer, scanner and sync, and serves its user interface on this workstation.

  --data <dir>       folder of this till's data (made when missing)
  --server <url>     sync server; without it the till sells and keeps everything for later
  --enrol <code>     one-time code that binds this workstation to a register (first start only)
  --name <text>      name of this workstation, as head office sees it (default: Till)
  --port <n>         port of the user interface on 127.0.0.1 (default: a free one)
  --ui <dir>         folder of the built user interface (dist/till-ui)
  --printer <where>  tcp://host:port, serial:/path or none (default: none)
  --scanner <where>  serial:/path or none (default: none); keyboard scanners need no setting
  --terminal <where> card terminal, tcp://host:port or none (default: none: cards are recorded by hand)
  --help             this text

Environment:
  PHARMASAAS_RECEIPT_LOCALE   language of receipts: fr, en or de (default: fr)
  PHARMASAAS_LOG_LEVEL        debug, info, warn, error or silent (default: info)
`

/** A setting that cannot be used; each sentence names one and says what it must be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads flags and environment.
 * @returns null when help was asked for
 * @throws ConfigError with one sentence per bad value
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): TillConfig | null {
  let values: Record<string, string | boolean | undefined>
  try {
    const option = { type: 'string' } as const
    values = parseArgs({
      args: [...args],
      options: {
        data: option,
        server: option,
        port: option,
        printer: option,
        scanner: option,
        terminal: option,
        enrol: option,
        name: option,
        ui: option,
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new ConfigError(`${(error as Error).message} See --help.`)
  }
  const { help, ...flags } = values
  if (help) return null
  const parsed = configSchema.safeParse({
    ...flags,
    locale: env.PHARMASAAS_RECEIPT_LOCALE || undefined,
    logLevel: env.PHARMASAAS_LOG_LEVEL || undefined,
  })
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.map(
    (issue) => `${SOURCES[issue.path[0] as keyof TillConfig] ?? issue.path.join('.')} ${issue.message}.`,
  )
  throw new ConfigError(sentences.join('\n'))
}
