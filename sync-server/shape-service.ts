import { join } from 'node:path'
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Authenticate } from './auth/caller.ts'
import type { Rights } from './auth/rights.ts'
import type { ServerConfig } from './config.ts'
import type { AppEnv } from './http/env.ts'
import type { ShapesHealth } from './http/health.ts'
import { createShapeEngine } from './shapes/engine/app.ts'
import { createGatekeeper } from './shapes/gatekeeper/gatekeeper.ts'
import { electricUpstream } from './shapes/gatekeeper/upstream.ts'

/** Shapes behind their gatekeeper. */
export interface ShapeService {
  /** Answers `/v1/shape`; it authenticates callers itself. */
  gatekeeper: Hono<AppEnv>
  /** How the embedded engine does; null for an Electric, which has a health page of its own. */
  health: (() => Promise<ShapesHealth>) | null
  /** Lets waiting clients go. */
  close(): Promise<void>
}

/** Opens what answers `/v1/shape`: the gatekeeper before a real Electric, or before the embedded engine. */
export async function openShapes(
  config: ServerConfig,
  tools: {
    databaseUrl: string
    authenticate: Authenticate
    rights: Rights
    log: Logger
    endProcess: () => void
  },
): Promise<ShapeService> {
  const { databaseUrl, authenticate, rights, log } = tools
  const closing = new AbortController()
  const guard = { authenticate, rights, closing: closing.signal }
  if (config.electric) {
    const { url, secret } = config.electric
    const upstream = electricUpstream(secret ? { url, secret } : { url })
    return {
      gatekeeper: createGatekeeper({ ...guard, upstream }),
      health: null,
      close: async () => closing.abort(),
    }
  }
  const engine = await createShapeEngine({
    databaseUrl,
    dataDir: join(config.dataDir, 'shapes'),
    onEvent: ({ level, message }) => log[level]({ part: 'shapes' }, message),
    onFatal: (message) => {
      log.fatal({ part: 'shapes' }, message)
      tools.endProcess()
    },
  })
  const gatekeeper = createGatekeeper({ ...guard, upstream: (request) => engine.fetch(request) })
  const close = () => {
    closing.abort()
    return engine.close()
  }
  return { gatekeeper, health: () => engine.health(), close }
}
