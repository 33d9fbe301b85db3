import type { Logger } from 'pino'
import type { Authenticate } from './auth/caller.ts'
import type { ServerConfig } from './config.ts'

/** Shapes behind their gatekeeper. */
export interface ShapeService {
  fetch(request: Request): Promise<Response>
  /** Lets waiting clients go. */
  close(): Promise<void>
}

/** Opens what answers `/v1/shape`: the gatekeeper before a real Electric, or before the embedded engine. */
export async function openShapes(
  _config: ServerConfig,
  _tools: { databaseUrl: string; authenticate: Authenticate; log: Logger },
): Promise<ShapeService> {
  return {
    fetch: async () => new Response('shapes are not served yet', { status: 503 }),
    close: async () => {},
  }
}
