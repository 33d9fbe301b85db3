import { type Figure, figure } from './lib/figures.ts'
import { readShape, type ShapeServer, startShapeServer, toMib } from './lib/shape-server.ts'

const ROWS = 200_000
const LARGE_ROWS = 1_000_000
/** Electric's own figures are for a million rows. */
const ELECTRIC = { newMs: 9600, knownMs: 5600, cpuMs: 5500, rows: 1_000_000 }

/** Reading the table by a plain SELECT over the same kind of connection, ms. */
async function selectTime({ sql }: ShapeServer): Promise<number> {
  const from = performance.now()
  await sql.query('SELECT * FROM fact')
  return performance.now() - from
}

/** The first reading of a large table as a shape, and the second, when its snapshot is there. */
export async function snapshot({ large }: { large: boolean }): Promise<Figure[]> {
  const rows = large ? LARGE_ROWS : ROWS
  const share = rows / ELECTRIC.rows
  const server = await startShapeServer()
  try {
    await server.sql.query(`CREATE TABLE fact (id int PRIMARY KEY, name text, price int, at timestamptz, active bool);
      INSERT INTO fact SELECT i, 'item number ' || i, i % 1000, now(), i % 2 = 0 FROM generate_series(1, ${rows}) i`)
    const limit = await selectTime(server)
    const idle = server.residentBytes()
    let peak = idle
    const watch = setInterval(() => (peak = Math.max(peak, server.residentBytes())), 20)
    const timed = async () => {
      const [from, cpu] = [performance.now(), server.cpuMs()]
      await readShape(server.url, { table: 'fact' })
      return { ms: performance.now() - from, cpu: server.cpuMs() - cpu }
    }
    const first = await timed()
    const second = await timed()
    clearInterval(watch)
    const goal = (electric: number, value: number) => ({
      text: `≤ ${Math.round(electric * share)} (Electric)`,
      met: value <= electric * share,
    })
    return [
      figure(`snapshot ${rows} new`, first.ms, limit, goal(ELECTRIC.newMs, first.ms)),
      figure(`snapshot ${rows} known`, second.ms, limit, goal(ELECTRIC.knownMs, second.ms)),
      figure(`snapshot ${rows} CPU`, first.cpu, limit, goal(ELECTRIC.cpuMs, first.cpu)),
      figure(
        'snapshot memory',
        toMib(peak),
        toMib(idle),
        { text: '≤ 224 MiB (Electric)', met: toMib(peak) <= 224 },
        'MiB',
      ),
    ]
  } finally {
    await server.stop()
  }
}
