import { Hono } from 'hono'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from './env.ts'
import { healthRoute, type ShapesHealth } from './health.ts'

const WELL: ShapesHealth = {
  status: 'active',
  trouble: null,
  slotHeldBytes: 1024,
  slotStatus: 'reserved',
  slotAtRisk: false,
  logBytes: 2048,
  shapes: 3,
  waitingClients: 7,
}

async function ask(shapes: ShapesHealth | null, ping = async () => undefined) {
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.set('log', pino({ level: 'silent' }))
    await next()
  })
  app.route('/', healthRoute({ ping, shapes: shapes && (async () => shapes) }))
  const answer = await app.request('/')
  return { code: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('/v1/health', () => {
  it('is well when the database answers and the shapes follow it, and tells IT what the slot holds', async () => {
    expect(await ask(WELL)).toEqual({
      code: 200,
      body: {
        status: 'ok',
        warnings: [],
        shapes: {
          status: 'active',
          slotHeldBytes: 1024,
          slotStatus: 'reserved',
          logBytes: 2048,
          shapes: 3,
          waitingClients: 7,
        },
      },
    })
  })

  it('warns before Postgres gives the slot up', async () => {
    const { code, body } = await ask({ ...WELL, slotStatus: 'unreserved', slotAtRisk: true })
    expect([code, body.warnings]).toEqual([
      200,
      ['Postgres holds much WAL for the shapes, or may give their slot up'],
    ])
  })

  it('says why the shapes take nothing more', async () => {
    const trouble = 'The change log cannot be written: ENOSPC: no space left on device, write'
    const { code, body } = await ask({ ...WELL, status: 'starting', trouble })
    expect([code, body.status]).toEqual([503, trouble])
  })

  it.each([
    ['starting', 'shapes do not follow the database'],
    ['failed', 'shapes have failed: the server must be started again'],
  ] as const)('is not well while the shapes are %s', async (status, sentence) => {
    expect(await ask({ ...WELL, status })).toMatchObject({
      code: 503,
      body: { status: sentence, part: 'shapes' },
    })
  })

  it('is not well without its database', async () => {
    const gone = () => Promise.reject(new Error('ECONNREFUSED'))
    expect(await ask(WELL, gone)).toEqual({
      code: 503,
      body: { status: 'database out of reach', part: 'database' },
    })
  })

  it('leaves an Electric to its own health page', async () => {
    expect(await ask(null)).toEqual({ code: 200, body: { status: 'ok' } })
  })
})
