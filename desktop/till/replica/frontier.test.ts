import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrontier, type ShapeMessage, type WireRow } from './frontier.ts'

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
  const log: { lsn: number; write: Write }[] = []
  transactions.forEach((writes, index) => {
    for (const write of writes) log.push({ lsn: (index + 1) * 10, write })
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

const upToDate = (lsn: number): ShapeMessage => ({
  headers: { control: 'up-to-date', global_last_seen_lsn: String(lsn) },
})

/** A client's rows, as releases make them. */
function replica() {
  const rows = new Map<string, Map<string, string>>(SHAPES.map((shape) => [shape, new Map()]))
  return {
    rows,
    apply: (shape: string, reset: boolean, changes: { operation: string; row: WireRow }[]) => {
      const table = rows.get(shape) as Map<string, string>
      if (reset) table.clear()
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

/** Each step: which shape is asked, how far the server is by then, and whether it has lost its log. */
const step = fc.record({
  shape: fc.constantFrom(...SHAPES),
  advance: fc.integer({ min: 0, max: 3 }),
  lost: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
  pieces: fc.integer({ min: 1, max: 3 }),
  /** Whether it is only asked if anything happened, beside its waiting request. */
  probe: fc.boolean(),
})

describe('the frontier of a replica', () => {
  it('releases, at every LSN it names, exactly the rows Postgres had there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 }),
        fc.array(step, { minLength: 3, maxLength: 60 }),
        (transactions, steps) => {
          const server = serverOf(transactions)
          const frontier = createFrontier(new Map(SHAPES.map((shape) => [shape, { resumed: false }])))
          const client = replica()
          const at = new Map<Shape, number | null>(SHAPES.map((shape) => [shape, null]))
          let now = 0
          const check = () => {
            for (let release = frontier.release(); release; release = frontier.release()) {
              for (const part of release.shapes) client.apply(part.shape, part.reset, part.changes)
              for (const shape of SHAPES) {
                expect(client.rows.get(shape)).toEqual(server.rowsAt(Number(release.lsn), shape))
              }
            }
          }
          const answer = (shape: Shape, lost: boolean, pieces: number) => {
            const from = at.get(shape) as number | null
            const position = { handle: shape, offset: `${now}_0` }
            if (lost && from !== null) {
              frontier.receive(shape, [{ headers: { control: 'must-refetch' } }], position)
              at.set(shape, null)
              return
            }
            const messages: ShapeMessage[] =
              from === null
                ? [...server.rowsAt(now, shape)].map(([id, value]) => ({
                    headers: { operation: 'insert' },
                    value: { id, value },
                  }))
                : server.log
                    .filter(({ lsn, write: { shape: of } }) => of === shape && lsn > from && lsn <= now)
                    .map(({ lsn, write: { id, value, operation } }) => ({
                      headers: { operation, lsn: String(lsn) },
                      value: { id, value },
                    }))
            const size = Math.max(1, Math.ceil(messages.length / pieces))
            for (let i = 0; i < messages.length; i += size) {
              frontier.receive(shape, messages.slice(i, i + size), { ...position, offset: `${now}_${i}` })
              check()
            }
            frontier.receive(shape, [upToDate(now)], { ...position, offset: `${now}_inf` })
            at.set(shape, now)
          }
          const silentSince = (shape: Shape, from: number) =>
            !server.log.some(({ lsn, write: { shape: of } }) => of === shape && lsn > from && lsn <= now)
          for (const { shape, advance, lost, pieces, probe } of steps) {
            now = Math.min(server.end, now + advance * 10)
            const from = at.get(shape)
            if (probe && from !== null && from !== undefined && silentSince(shape, from)) {
              frontier.reached(shape, BigInt(now))
              check()
            } else answer(shape, lost, pieces)
            check()
          }
          // Liveness: asking exactly the laggards, and once whoever lost its log, brings everything.
          now = server.end
          for (const shape of SHAPES) answer(shape, false, 1)
          check()
          for (const shape of SHAPES) {
            expect(client.rows.get(shape)).toEqual(server.rowsAt(server.end, shape))
          }
          expect(frontier.lagging()).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds a sale back until its lines are there, and asks for them', () => {
    const frontier = createFrontier(
      new Map([
        ['sale', { resumed: true }],
        ['sale_line', { resumed: true }],
      ]),
    )
    const position = (offset: string) => ({ handle: 'h', offset })
    frontier.receive('sale', [upToDate(10)], position('10_0'))
    frontier.receive('sale_line', [upToDate(10)], position('10_0'))
    frontier.release()
    const sale: ShapeMessage = { headers: { operation: 'insert', lsn: '20' }, value: { id: 's' } }
    frontier.receive('sale', [sale, upToDate(20)], position('20_0'))
    expect(frontier.release()).toBeNull()
    expect(frontier.lagging()).toEqual(['sale_line'])
    const line: ShapeMessage = { headers: { operation: 'insert', lsn: '20' }, value: { id: 'l' } }
    frontier.receive('sale_line', [line, upToDate(21)], position('20_2'))
    expect(frontier.release()).toEqual({
      lsn: 20n,
      shapes: [
        {
          shape: 'sale',
          reset: false,
          changes: [{ operation: 'insert', row: { id: 's' } }],
          position: position('20_0'),
        },
        {
          shape: 'sale_line',
          reset: false,
          changes: [{ operation: 'insert', row: { id: 'l' } }],
          position: position('20_2'),
        },
      ],
    })
    expect(frontier.lagging()).toEqual([])
  })

  it('saves no position beyond what was released', () => {
    const frontier = createFrontier(
      new Map([
        ['a', { resumed: true }],
        ['b', { resumed: true }],
      ]),
    )
    const change = (lsn: number): ShapeMessage => ({
      headers: { operation: 'insert', lsn: String(lsn) },
      value: { id: String(lsn) },
    })
    frontier.receive('a', [change(10), change(20), upToDate(20)], { handle: 'h', offset: '20_0' })
    frontier.receive('b', [upToDate(15)], { handle: 'h', offset: '5_0' })
    const release = frontier.release()
    expect(release?.shapes.find((part) => part.shape === 'a')).toMatchObject({
      changes: [{ row: { id: '10' } }],
      position: null,
    })
  })
})
