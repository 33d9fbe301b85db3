import { createWriteStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { wordBadOption, wordFileTrouble } from '../../domain/command-line.ts'
import { openPool } from '../database/pool.ts'
import { databaseLedgers, exportLedgers, SourceError, tillLedger } from './sources.ts'
import { type DeviceLedger, type LedgerReport, verifyLedger } from './verify.ts'

const HELP = `Checks a ledger offline, or exports one.

  npm run audit -- verify <export file, till database file or postgres:// address>
  npm run audit -- export --database-url <postgres:// address> --out <file>

verify checks each device's journal from its first event: every event follows the one before it, hashes to its hash,
bears the device's signature, and the last is the head. It prints what holds per device, and exits with 1 if anything
does not. A damaged event is named, and those behind it are checked all the same. A till's key is taken from device.json beside its database; without it, signatures are not checked. A till also
keeps the server's signature under the last event that it acknowledged: an end that was cut off is told by it. The key
that made it is printed, to be compared with the server's.

export writes every device, with its public key and head, and every event, one JSON object a line.
`

const SQLITE_MAGIC = 'SQLite format 3\0'

const isDatabaseUrl = (source: string) => /^postgres(ql)?:\/\//.test(source)

async function readMagic(file: string): Promise<string> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(`${file} cannot be read: ${wordFileTrouble(error)}`)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0).catch((error) => {
      throw new SourceError(`${file} cannot be read: ${wordFileTrouble(error)}`)
    })
    return buffer.subarray(0, bytesRead).toString('latin1')
  } finally {
    await handle.close()
  }
}

const isUnreachable = (error: unknown) =>
  /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_)/.test((error as { code?: string }).code ?? '')

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = openPool(url, () => {})
  try {
    return await work(pool)
  } catch (error) {
    if (!isUnreachable(error)) throw error
    const { host, pathname } = new URL(url)
    const [first = error] = error instanceof AggregateError ? error.errors : []
    throw new SourceError(`the database ${host}${pathname} cannot be reached: ${(first as Error).message}`)
  } finally {
    await pool.end()
  }
}

/** As many are named of one ledger. */
const FAULTS_SHOWN = 10

const line = ({ deviceId, events, head, signatures, countersigned, faults }: LedgerReport): string => {
  if (faults.length > 0) {
    const more = faults.length > FAULTS_SHOWN ? `; ${faults.length - FAULTS_SHOWN} more` : ''
    return `${deviceId}  BROKEN: ${faults.slice(0, FAULTS_SHOWN).join('; ')}${more} (${events} events hold)`
  }
  const words =
    signatures === 'hold'
      ? 'chain, hashes and signatures hold'
      : 'chain and hashes hold, signatures not checked'
  const vouched = countersigned
    ? `, countersigned up to ${countersigned.seq} by ${countersigned.key}`
    : countersigned === null
      ? ', its end not countersigned'
      : ''
  return `${deviceId}  ${events} events, head ${head.seq} ${head.hash.slice(0, 8)}: ${words}${vouched}`
}

async function verifyAll(ledgers: AsyncIterable<DeviceLedger>): Promise<boolean> {
  const counts = { devices: 0, events: 0, broken: 0 }
  for await (const ledger of ledgers) {
    const report = await verifyLedger(ledger)
    counts.devices += 1
    counts.events += report.events
    if (report.faults.length > 0) counts.broken += 1
    process.stdout.write(`${line(report)}\n`)
  }
  const { devices, events, broken } = counts
  process.stdout.write(
    `${devices} devices, ${events} events: ${broken ? `${broken} BROKEN` : 'everything holds'}\n`,
  )
  return broken === 0
}

async function verify(source: string): Promise<boolean> {
  if (isDatabaseUrl(source)) return withPool(source, (pool) => verifyAll(databaseLedgers(pool)))
  const magic = await readMagic(source)
  if (magic === SQLITE_MAGIC) return verifyAll(tillLedger(source))
  // An export is lines of JSON objects; one of no device is empty.
  if (magic !== '' && !magic.startsWith('{')) {
    throw new SourceError(`${source} is neither an export nor a till's database, or its beginning is damaged`)
  }
  return verifyAll(exportLedgers(source))
}

async function* exportLines(ledgers: AsyncIterable<DeviceLedger>): AsyncGenerator<string> {
  for await (const { deviceId, publicKey, head, events } of ledgers) {
    yield `${JSON.stringify({ device: deviceId, publicKey, head })}\n`
    for await (const event of events) yield `${JSON.stringify(event)}\n`
  }
}

async function exportTo(url: string, file: string): Promise<void> {
  const part = `${file}.part`
  await withPool(url, (pool) =>
    pipeline(exportLines(databaseLedgers(pool)), createWriteStream(part, { flush: true })),
  )
  await rename(part, file)
  process.stdout.write(`exported to ${file}\n`)
}

async function main(argv: string[]): Promise<boolean> {
  const options = {
    help: { type: 'boolean' },
    'database-url': { type: 'string' },
    out: { type: 'string' },
  } as const
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true })
  const [command, source] = positionals
  if (values.help) {
    process.stdout.write(HELP)
    return true
  }
  if (command === 'verify' && source) return verify(source)
  const { 'database-url': url, out } = values
  if (command === 'export' && url && isDatabaseUrl(url) && out) {
    await exportTo(url, out)
    return true
  }
  throw new SourceError(
    'say verify <source>, or export --database-url <postgres://…> --out <file>; see --help',
  )
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
} catch (error) {
  const misused = wordBadOption(error, 'npm run audit')
  process.stderr.write(`${misused ?? (error as Error).message.split('\n')[0]}\n`)
  process.exitCode = 2
}
