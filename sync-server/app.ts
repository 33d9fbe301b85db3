import { Hono } from 'hono'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { refuse } from '../domain/refusals.ts'
import { branchRoutes } from './api/branches.ts'
import { cashSessionRoutes } from './api/cash-sessions.ts'
import { customerRoutes } from './api/customers.ts'
import { deviceRoutes } from './api/devices.ts'
import { forecastRoutes } from './api/forecast.ts'
import { modelRoutes } from './api/models.ts'
import { peopleRoutes } from './api/people.ts'
import { priceRoutes } from './api/prices.ts'
import { pricingRoutes } from './api/pricing.ts'
import { pricingViewRoutes } from './api/pricing-views.ts'
import { reviewRoutes } from './api/reviews.ts'
import { salesRoutes } from './api/sales.ts'
import { salesHistoryRoutes } from './api/sales-history.ts'
import { voucherRoutes } from './api/vouchers.ts'
import type { Authenticate } from './auth/caller.ts'
import { enrolmentRoutes, type SignIn, sessionRoutes } from './auth/routes.ts'
import type { ServerDatabase } from './database/pool.ts'
import type { ObjectStore } from './files/object-store.ts'
import { consoleFiles } from './http/console-files.ts'
import type { AppEnv } from './http/env.ts'
import { createGuard } from './http/guard.ts'
import { healthRoute } from './http/health.ts'
import { answerRefusal, onError } from './http/refused.ts'
import { requestLog } from './http/request-log.ts'
import { securityHeaders } from './http/security.ts'
import type { Countersigner } from './journal/countersign.ts'
import type { IngestTools } from './journal/ingest.ts'
import { journalRoutes } from './journal/routes.ts'
import { replicaRoutes } from './replica/routes.ts'
import type { ShapeService } from './shape-service.ts'
import type { Jobs } from './workers/jobs.ts'

/** The running parts that the routes stand on. */
export interface AppParts extends IngestTools {
  db: ServerDatabase
  files: ObjectStore
  jobs: Jobs
  log: Logger
  authenticate: Authenticate
  /** The same, believed again for a few seconds: for devices, which ask often. */
  authenticateAgain: Authenticate
  countersigner: Countersigner
  /** Somebody's or something's rights have changed. */
  rightsChanged(): void
  signIn: SignIn
  /** Answers `/v1/shape`, for callers that it authenticates itself. */
  shapes: Pick<ShapeService, 'gatekeeper' | 'health'>
  consoleDir: string
}

/** Puts the server's routes together. Every failure leaves as a refusal in the caller's language. */
export function createApp(parts: AppParts): Hono<AppEnv> {
  const { signIn, clock } = parts
  const guard = createGuard(parts.authenticate)
  const app = new Hono<AppEnv>()
  app.use(requestLog(parts.log))
  app.use(securityHeaders(signIn.mode === 'clerk' ? signIn.publishableKey : null))
  app.onError(onError)
  app.notFound((c) => answerRefusal(c, refuse('not-found', { what: c.req.path.slice(0, 200) })))
  app.route(
    '/v1/health',
    healthRoute({ ping: () => sql`select 1`.execute(parts.db), shapes: parts.shapes.health }),
  )
  app.route('/v1/journal', journalRoutes(parts, createGuard(parts.authenticateAgain)))
  app.route('/v1/replica', replicaRoutes(parts.pool, guard))
  app.route('/v1/models', modelRoutes(parts.db, parts.files, guard))
  app.route('/v1/forecast', forecastRoutes(parts.jobs, guard))
  app.route('/', parts.shapes.gatekeeper)
  app.route('/v1', enrolmentRoutes(parts, guard))
  app.route('/v1', sessionRoutes(signIn, guard, clock))
  app.route('/v1', salesHistoryRoutes(parts.db, guard))
  app.route('/v1', salesRoutes(parts.db, guard))
  app.route('/v1', cashSessionRoutes(parts.db, guard))
  app.route('/v1', priceRoutes(parts, guard))
  app.route('/v1', pricingRoutes(parts, guard))
  app.route('/v1', pricingViewRoutes(parts.db, guard))
  app.route('/v1', customerRoutes(parts, guard))
  app.route('/v1', voucherRoutes(parts, guard))
  app.route('/v1', branchRoutes(parts.db, guard))
  app.route('/v1', peopleRoutes(parts, guard))
  app.route('/v1', deviceRoutes(parts, guard))
  app.route('/v1', reviewRoutes(parts, guard))
  app.route('/', consoleFiles(parts.consoleDir))
  return app
}
