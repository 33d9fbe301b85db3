import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrontier, type LogChange, type WireRow } from './frontier.ts'

const SHAPES = ['sale', 'sale_line', 'stock_on_hand'] as const
type Shape = (typeof SHAPES)[number]

interface Write {
  shape: Shape
  id: string
  operation: 'insert' | 'update' | 'delete'
  value: string
}

/** A Postgres stand-in: transactions at rising LSNs over several tables, and the rows as of any LSN. */
function serverOf(transactions: Write[][]) {
  const log: { lsn: number; op: number; write: Write }[] = []
  transactions.forEach((writes, index) => {
    writes.forEach((write, op) => {
      log.push({ lsn: (index + 1) * 10, op, write })
    })
  })
  const rowsAt = (lsn: number, shape: Shape) => {
    const rows = new Map<string, string>()
    for (const { lsn: at, write } of log) {
      if (at > lsn || write.shape !== shape) continue
      if (write.operation === 'delete') rows.delete(write.id)
      else if (write.operation === 'insert' || rows.has(write.id)) rows.set(write.id, write.value)
    }
    return rows
  }
  return { log, rowsAt, end: transactions.length * 10 }
}

/** A client's rows, as releases make them. */
function replica() {
  const rows = new Map<string, Map<string, string>>(SHAPES.map((shape) => [shape, new Map()]))
  return {
    rows,
    apply: (shape: string, changes: { operation: string; row: WireRow }[]) => {
      const table = rows.get(shape) as Map<string, string>
      for (const { operation, row } of changes) {
        const id = String(row.id)
        if (operation === 'delete') table.delete(id)
        else if (operation === 'insert' || table.has(id)) table.set(id, String(row.value))
      }
    },
  }
}

const write = fc.record({
  shape: fc.constantFrom(...SHAPES),
  id: fc.constantFrom('a', 'b', 'c'),
  operation: fc.constantFrom('insert' as const, 'update' as const, 'delete' as const),
  value: fc.constantFrom('1', '2', '3', '4'),
})

/** Each step: which shape is asked, how far the server is by then, and whether its log was begun anew. */
const step = fc.record({
  shape: fc.constantFrom(...SHAPES),
  advance: fc.integer({ min: 0, max: 3 }),
  lost: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  pieces: fc.integer({ min: 1, max: 3 }),
  /** Whether it is only asked if anything happened, beside its waiting request. */
  probe: fc.boolean(),
})

const change = (lsn: number, op = 0): LogChange => ({
  operation: 'insert',
  row: { id: String(lsn) },
  lsn: BigInt(lsn),
  op,
})

/** A frontier over shapes that all have everything up to 10. */
function frontierOf(...shapes: string[]) {
  const frontier = createFrontier(10n)
  for (const shape of shapes) frontier.follow(shape, 10n)
  return frontier
}

const at = (offset: string) => ({ handle: 'h', offset })

describe('the frontier of a replica', () => {
  it('releases, at every LSN it names, exactly the rows Postgres had there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 }),
        fc.array(step, { minLength: 3, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (transactions, steps, limit) => {
          const server = serverOf(transactions)
          const frontier = createFrontier(0n)
          const client = replica()
          const reached = new Map<Shape, number>(SHAPES.map((shape) => [shape, 0]))
          for (const shape of SHAPES) frontier.follow(shape, 0n)
          let now = 0
          const check = () => {
            for (let release = frontier.release(limit); release; release = frontier.release(limit)) {
              for (const part of release.shapes) client.apply(part.shape, part.changes)
              for (const shape of SHAPES) {
                expect(client.rows.get(shape)).toEqual(server.rowsAt(Number(release.lsn), shape))
              }
            }
          }
          const answer = (shape: Shape, again: boolean, pieces: number) => {
            // A request that is repeated brings what came before once more.
            const from = again ? 0 : (reached.get(shape) ?? 0)
            const changes = server.log
              .filter(({ lsn, write: { shape: of } }) => of === shape && lsn > from && lsn <= now)
              .map(
                ({ lsn, op, write: { id, value, operation } }): LogChange => ({
                  operation,
                  row: { id, value },
                  lsn: BigInt(lsn),
                  op,
                }),
              )
            const size = Math.max(1, Math.ceil(changes.length / pieces))
            for (let i = 0; i < changes.length; i += size) {
              frontier.receive(shape, changes.slice(i, i + size))
              check()
            }
            frontier.placed(shape, at(`${now}_inf`))
            frontier.reached(shape, BigInt(now))
            reached.set(shape, now)
          }
          const isSilentSince = (shape: Shape, from: number) =>
            !server.log.some(({ lsn, write: { shape: of } }) => of === shape && lsn > from && lsn <= now)
          for (const { shape, advance, lost, pieces, probe } of steps) {
            now = Math.min(server.end, now + advance * 10)
            if (probe && isSilentSince(shape, reached.get(shape) ?? 0)) {
              frontier.reached(shape, BigInt(now))
            } else answer(shape, lost, pieces)
            check()
          }
          // Liveness: asking exactly the laggards brings everything.
          now = server.end
          for (const shape of SHAPES) answer(shape, false, 1)
          check()
          for (const shape of SHAPES) {
            expect(client.rows.get(shape)).toEqual(server.rowsAt(server.end, shape))
          }
          expect(frontier.lagging()).toEqual([])
          expect(frontier.settled(BigInt(server.end))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds a sale back until its lines are there, and asks for them', () => {
    const frontier = frontierOf('sale', 'sale_line')
    frontier.receive('sale', [change(20)])
    frontier.placed('sale', at('20_0'))
    frontier.reached('sale', 20n)
    expect(frontier.release(100)).toBeNull()
    expect(frontier.lagging()).toEqual(['sale_line'])
    frontier.receive('sale_line', [change(20, 1)])
    frontier.placed('sale_line', at('20_1'))
    frontier.reached('sale_line', 21n)
    const { operation, row } = change(20)
    expect(frontier.release(100)).toEqual({
      lsn: 20n,
      shapes: [
        { shape: 'sale', changes: [{ operation, row }], position: at('20_0') },
        { shape: 'sale_line', changes: [{ operation, row }], position: at('20_1') },
      ],
    })
    expect(frontier.lagging()).toEqual([])
  })

  it('saves no position beyond what was released', () => {
    const frontier = frontierOf('a', 'b')
    frontier.receive('a', [change(15), change(20)])
    frontier.placed('a', at('20_0'))
    frontier.reached('a', 20n)
    frontier.reached('b', 17n)
    expect(frontier.release(100)?.shapes).toMatchObject([
      { shape: 'a', changes: [{ row: { id: '15' } }], position: null },
    ])
  })

  it('releases a long log while it is read, in whole transactions, and keeps a stream waiting that is far ahead', () => {
    const frontier = frontierOf('a', 'b')
    const long = Array.from({ length: 10_000 }, (_, i) => change(20 + Math.floor(i / 3), i % 3))
    frontier.receive('a', long)
    expect(frontier.full('a')).toBe(true)
    expect(frontier.full('b')).toBe(false)
    frontier.reached('b', 100_000n)
    const release = frontier.release(100)
    expect(release?.shapes[0]?.changes).toHaveLength(99)
    while (frontier.release(100)) {}
    expect(frontier.full('a')).toBe(false)
    expect(frontier.lsn()).toBe(20n + 3332n)
  })

  it('lets nothing above its hold through, and asks for nothing beyond it', () => {
    const frontier = frontierOf('a', 'b')
    frontier.hold(10n)
    frontier.receive('a', [change(20)])
    frontier.reached('a', 20n)
    frontier.reached('b', 20n)
    expect(frontier.release(100)).toBeNull()
    expect(frontier.lagging()).toEqual([])
    frontier.hold(25n)
    expect(frontier.release(100)?.lsn).toBe(20n)
    expect(frontier.lagging()).toEqual(['a', 'b'])
    expect(frontier.settled(25n)).toBe(false)
  })
})
