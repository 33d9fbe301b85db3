import { Hono } from 'hono'
import type { AppEnv } from './env.ts'

/** What an operator wants to know of the embedded shape engine. */
export interface ShapesHealth {
  readonly status: 'active' | 'starting' | 'failed'
  /** Why they take nothing more from the database, such as a full disk; null when they do. */
  readonly trouble: string | null
  /** WAL that Postgres keeps for its slot, in bytes, and Postgres' word for how safe the slot is. */
  readonly slotHeldBytes: number | null
  readonly slotStatus: string | null
  readonly slotAtRisk: boolean
  /** The engine's own change log, in bytes. */
  readonly logBytes: number
  readonly shapes: number
  readonly waitingClients: number
}

const SHAPES_DOWN: Readonly<Record<'starting' | 'failed', string>> = {
  starting: 'shapes do not follow the database',
  failed: 'shapes have failed: the server must be started again',
}

/**
 * Answers whether the server can do its work: 200, or 503 with the part that cannot. What needs an eye before it fails
 * stands under `warnings`.
 * @param parts.ping fails when the database is out of reach
 * @param parts.shapes of the embedded engine; null when Electric serves the shapes
 */
export function healthRoute(parts: {
  ping: () => Promise<unknown>
  shapes: (() => Promise<ShapesHealth>) | null
}): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/', async (c) => {
    c.header('cache-control', 'no-store')
    try {
      await parts.ping()
    } catch (error) {
      c.get('log').error({ err: error }, 'database out of reach')
      return c.json({ status: 'database out of reach', part: 'database' }, 503)
    }
    if (!parts.shapes) return c.json({ status: 'ok' })
    const { status, trouble, slotHeldBytes, slotStatus, slotAtRisk, logBytes, shapes, waitingClients } =
      await parts.shapes()
    const facts = { status, slotHeldBytes, slotStatus, logBytes, shapes, waitingClients }
    if (status !== 'active') {
      const sentence = status === 'starting' ? (trouble ?? SHAPES_DOWN.starting) : SHAPES_DOWN[status]
      return c.json({ status: sentence, part: 'shapes', shapes: facts }, 503)
    }
    const warnings = slotAtRisk ? ['Postgres holds much WAL for the shapes, or may give their slot up'] : []
    return c.json({ status: 'ok', warnings, shapes: facts })
  })
}
