import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launch, stopProcess } from '../scripts/stack/processes.ts'
import { findRunningPostgres } from '../sync-server/catalogue/locate-database.ts'
import { openDatabase, openPool } from '../sync-server/database/pool.ts'
import { NOTHING_PENDING, type TestJournal } from '../sync-server/journal/test-journal.ts'
import { SERVER_NODE_FLAGS } from '../sync-server/server-process.ts'
import { deviceToken, seed } from '../sync-server/test-server.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { addJournals, addProducts, saleOfThree } from './lib/ledger.ts'
import { startLiveTill } from './lib/live-till.ts'

const TILLS = 200
const TILLS_A_BRANCH = 4
/** A day's sales of one till; a quarter of it unless `--large` was given. */
const DAY = 200
/** Tills whose sales come one after the other, and sales that a live till has ready while the others are quiet, and not. */
const [ALONE, IDLE_SALES, LIVE_SALES] = [6, 60, 4000]

const root = fileURLToPath(new URL('../', import.meta.url))

interface Sender {
  journal: TestJournal
  token: string
  /** Sends a body as a till does, again and again until it is taken. @returns how often it was turned away */
  send(body: string): Promise<number>
}

const bodyOf = ({ device: { deviceId } }: TestJournal, events: readonly unknown[]) =>
  JSON.stringify({ deviceId, events, pending: NOTHING_PENDING })

async function senderOf(url: string, journal: TestJournal): Promise<Sender> {
  const token = await deviceToken(journal.device)
  const post = async (body: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(8000)
    try {
      const response = await fetch(new URL('/v1/journal', url), { method: 'POST', headers, body, signal })
      await response.arrayBuffer()
      return { status: response.status, afterMs: 1000 * Number(response.headers.get('retry-after')) }
    } catch {
      return { status: 0, afterMs: 0 }
    }
  }
  return {
    journal,
    token,
    send: async (body) => {
      for (let failures = 0; ; failures++) {
        const { status, afterMs } = await post(body)
        if (status === 200) return failures
        if (status >= 400 && status < 429) throw new Error(`a batch was refused: HTTP ${status}`)
        const backoff = Math.min(8000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
        await delay(afterMs > 0 ? afterMs * (1 + Math.random() / 2) : backoff)
      }
    },
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** Memory of a process, and the most it ever had, MB. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  return { now: read('VmRSS'), most: read('VmHWM') }
}

async function startServer(dir: string) {
  const server = launch({
    name: 'sync server',
    command: [process.execPath, ...SERVER_NODE_FLAGS, join(root, 'sync-server/main.ts')],
    env: { PORT: '0', DATA_DIR: dir, LOG_LEVEL: 'error' },
    logFile: join(dir, 'server.log'),
  })
  const url = await server.ready
  const db = openDatabase(openPool((await findRunningPostgres(dir)) ?? '', () => {}))
  return { server, url, db }
}

/** Two hundred tills come back at once with a day's sales each, while another goes on selling. */
export async function tillsReturn({ large }: { large: boolean }): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-return-'))
  const { server, url, db } = await startServer(dir)
  try {
    const organisation = await seed(db)
    const products = await addProducts(db, organisation, 1000)
    const journals = await addJournals(db, organisation, TILLS + ALONE + 1, TILLS_A_BRANCH)
    const sales = large ? DAY - 1 : DAY / 4 - 1
    const saleAt = (journal: TestJournal) => journal.append(saleOfThree(journal, products))
    const dayOf = (journal: TestJournal) =>
      bodyOf(journal, [
        journal.append(journal.opened()),
        ...Array.from({ length: sales }, () => saleAt(journal)),
      ])
    const senders = await Promise.all(journals.map((journal) => senderOf(url, journal)))
    const [live, ...others] = senders as [Sender, ...Sender[]]
    await live.send(bodyOf(live.journal, [live.journal.append(live.journal.opened())]))
    const ready = Array.from({ length: IDLE_SALES + LIVE_SALES }, () =>
      bodyOf(live.journal, [saleAt(live.journal)]),
    )
    const sell = (bodies: readonly string[]) => startLiveTill({ url, token: live.token, bodies })
    const days = others.map(({ journal }) => dayOf(journal))
    const [returning, alone] = [others.slice(ALONE), others.slice(0, ALONE)]

    const quiet = sell(ready.slice(0, IDLE_SALES))
    const one: number[] = []
    const idle = await quiet.whole()
    for (const [i, till] of alone.entries()) one.push(await timed(() => till.send(days[i] ?? '')))
    const before = memoryOf(server.child.pid ?? 0)
    const selling = sell(ready.slice(IDLE_SALES))
    const all = await timed(() => Promise.all(returning.map((till, i) => till.send(days[ALONE + i] ?? ''))))
    const meanwhile = await selling.stop()
    const { most } = memoryOf(server.child.pid ?? 0)

    const counted = await db.selectFrom('sale').select(db.fn.countAll<number>().as('n')).executeTakeFirst()
    const expected = (TILLS + ALONE) * sales + IDLE_SALES + meanwhile.length
    if (counted?.n !== expected) throw new Error(`${counted?.n} sales arrived of ${expected}`)
    const inTurn = (TILLS * percentile(one, 0.5)) / 1000
    const [p99, idleP99] = [percentile(meanwhile, 0.99), percentile(idle, 0.99)]
    const grown = most - before.now
    return [
      figure(
        'tills-return',
        all / 1000,
        inTurn,
        { text: 'all taken ≤ 1.2× one after the other', met: all / 1000 <= 1.2 * inTurn },
        's',
      ),
      figure('tills-return live p50', percentile(meanwhile, 0.5), percentile(idle, 0.5), {
        text: 'p50 ≤ 5×',
        met: percentile(meanwhile, 0.5) <= 5 * percentile(idle, 0.5),
      }),
      figure('tills-return live p99', p99, idleP99, {
        text: 'p99 ≤ 250 ms over it',
        met: p99 <= idleP99 + 250,
      }),
      figure('tills-return memory', most, before.now, { text: '≤ 200 MB over it', met: grown <= 200 }, 'MB'),
    ]
  } finally {
    await db.destroy()
    await stopProcess(server)
    await rm(dir, { recursive: true, force: true })
  }
}
