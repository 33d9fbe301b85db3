import { type Figure, figure } from './lib/figures.ts'
import { followShape, readShape, type ShapeServer, startShapeServer } from './lib/shape-server.ts'

const SHAPES = [1, 100, 1000]
const LARGE = [1, 100, 10_000]
const TRANSACTIONS = 2000
const MAKERS = 20
const RUNS = 3

const shapeOf = (shop: number) => ({ table: 'fact', where: `shop = ${shop}` })

/** Makes the shapes of the shops from `from` to `to`, some at a time. */
async function makeShapes({ url }: ShapeServer, from: number, to: number): Promise<void> {
  let next = from
  const make = async () => {
    while (next <= to) await readShape(url, shapeOf(next++))
  }
  await Promise.all(Array.from({ length: MAKERS }, make))
}

/** One row a transaction, each of one shop, while one client follows shop 1. @returns the engine's CPU, ms each */
async function cpuPerChange(server: ShapeServer, shops: number): Promise<number> {
  const { sql, url } = server
  const place = await readShape(url, shapeOf(1))
  const followed = followShape(url, shapeOf(1), place, (text) => text.includes('"v":"the last"'))
  const before = server.cpuMs()
  for (let i = 0; i < TRANSACTIONS; i++) {
    await sql.query('INSERT INTO fact (shop, v) VALUES ($1, $2)', [
      1 + (i % shops),
      'a fact of usual length, so to say',
    ])
  }
  await sql.query("INSERT INTO fact (shop, v) VALUES (1, 'the last')")
  await followed
  return (server.cpuMs() - before) / TRANSACTIONS
}

/** What a committed change costs the engine as shapes become many, of which each change concerns one. */
export async function writeThroughput({ large }: { large: boolean }): Promise<Figure[]> {
  const server = await startShapeServer()
  try {
    // What is measured is the engine, not the writer's disk.
    await server.sql.query(
      'SET synchronous_commit = off; CREATE TABLE fact (id serial PRIMARY KEY, shop int, v text)',
    )
    await readShape(server.url, shapeOf(1))
    await cpuPerChange(server, 1)
    const figures: Figure[] = []
    let made = 1
    let limit = Number.NaN
    for (const shapes of large ? LARGE : SHAPES) {
      await makeShapes(server, made + 1, shapes)
      made = shapes
      const runs: number[] = []
      for (let run = 0; run < RUNS; run++) runs.push(await cpuPerChange(server, shapes))
      const cpu = Math.min(...runs)
      if (shapes === 1) limit = cpu
      const goal = { text: 'flat: ≤ 1.5×', met: cpu / limit <= 1.5 }
      figures.push(figure(`write-throughput ${shapes}`, cpu, limit, goal, 'ms CPU'))
    }
    return figures
  } finally {
    await server.stop()
  }
}
