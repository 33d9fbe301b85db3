import { type Figure, figure } from './lib/figures.ts'
import { countOf, followShape, readShape, type ShapeServer, startShapeServer } from './lib/shape-server.ts'

const TRANSACTIONS = 100
const ROWS = 1000
const LARGE_ROWS = 200_000
const SHAPE = { table: 'fact' }
const ROW = 'repeat(md5(i::text), 3) FROM generate_series'

/** COPY of all rows out of Postgres, ms. */
async function copyTime({ sql }: ShapeServer): Promise<number> {
  const from = performance.now()
  // Server side only, so that it is the least that reading the rows can cost.
  await sql.query("COPY fact TO PROGRAM 'cat > /dev/null'")
  return performance.now() - from
}

/** Follows until so many rows have come; ms from the moment `write` was begun. */
async function timeUntilAll({ url }: ShapeServer, rows: number, write: () => Promise<void>): Promise<number> {
  let got = 0
  const followed = followShape(url, SHAPE, await readShape(url, SHAPE), (text) => {
    got += countOf(text, '"operation":"insert"')
    return got >= rows
  })
  const from = performance.now()
  await write()
  await followed
  return performance.now() - from
}

/** Many rows within a moment, at one live client: in a hundred transactions, and in one. */
export async function shapeBurst(): Promise<Figure[]> {
  const server = await startShapeServer()
  const { sql } = server
  try {
    await sql.query('CREATE TABLE fact (id serial PRIMARY KEY, v text)')
    const cpu = server.cpuMs()
    const burst = await timeUntilAll(server, TRANSACTIONS * ROWS, async () => {
      for (let i = 0; i < TRANSACTIONS; i++)
        await sql.query(`INSERT INTO fact (v) SELECT ${ROW}(1, ${ROWS}) i`)
    })
    const burstCpu = server.cpuMs() - cpu
    const limit = await copyTime(server)
    const large = await timeUntilAll(server, LARGE_ROWS, async () => {
      await sql.query(`INSERT INTO fact (v) SELECT ${ROW}(1, ${LARGE_ROWS}) i`)
    })
    const largeLimit = await copyTime(server)
    return [
      figure('shape-burst 100×1,000', burst, limit, {
        text: '≤ 12 s (Electric: 12 s at 30×1,000, then stalled)',
        met: burst <= 12_000,
      }),
      figure('shape-burst CPU', burstCpu, limit, {
        text: '≤ 12.2 s (Electric at 30×1,000)',
        met: burstCpu <= 12_200,
      }),
      figure('shape-burst 1×200,000', large, largeLimit, { text: '≤ 8.8 s (Electric)', met: large <= 8800 }),
    ]
  } finally {
    await server.stop()
  }
}
