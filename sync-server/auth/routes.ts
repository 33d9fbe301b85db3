import { Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { deviceOf, type Guard, staffOf } from '../http/guard.ts'
import { rateLimit } from '../http/rate-limit.ts'
import { granted } from '../http/refused.ts'
import type { DevelopmentSigner } from './development.ts'
import { createEnrolment, enrolDevice, enrolmentRequestSchema, enrolSchema } from './enrolment.ts'
import {
  type EnrolmentTools,
  INSTANCE_HEADER,
  instanceSchema,
  succeedDevice,
  successionSchema,
} from './succession.ts'

const ENROL_RATE = { capacity: 10, refillMs: 6_000 }
const SUCCESSION_RATE = { capacity: 60, refillMs: 2_000 }
/** Room for the hashes of days of unsent events, bytes. */
const UNSENT_BYTES = 4 * 1024 * 1024
const SIGN_IN_RATE = { capacity: 30, refillMs: 2_000 }

/** How the console signs people in. */
export type SignIn =
  | { mode: 'clerk'; publishableKey: string }
  | { mode: 'development'; signer: DevelopmentSigner }

/**
 * Enrolment of devices: `POST /v1/enrolments` by IT, `POST /v1/enrol` by the new device, `POST /v1/succession` by one
 * whose history is not the server’s any more.
 */
export function enrolmentRoutes(tools: EnrolmentTools, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.post('/enrolments', guard({ staff: 'device.enrol' }), async (c) => {
    const wanted = await readJson(c, enrolmentRequestSchema)
    const made = granted(await createEnrolment(tools, wanted, staffOf(c.get('caller')).staffId))
    return c.json(made, 201)
  })
  app.post('/enrol', rateLimit(ENROL_RATE, tools.clock), async (c) => {
    const enrolled = granted(await enrolDevice(tools, await readJson(c, enrolSchema, UNSENT_BYTES)))
    c.get('log').info({ deviceId: enrolled.deviceId }, 'device enrolled')
    return c.json(enrolled, 201)
  })
  app.post('/succession', guard({ device: true }), rateLimit(SUCCESSION_RATE, tools.clock), async (c) => {
    const predecessor = deviceOf(c.get('caller'))
    const offer = await readJson(c, successionSchema, UNSENT_BYTES)
    const instance = instanceSchema.parse(c.req.header(INSTANCE_HEADER)) ?? null
    const enrolled = granted(await succeedDevice(tools, predecessor, offer, instance))
    const { deviceId, handover } = enrolled
    c.get('log').warn(
      { deviceId, predecessor: predecessor.deviceId, reason: handover?.reason },
      'device succeeded',
    )
    return c.json(enrolled, 201)
  })
  return app
}

/** Who one is and how one signs in: `GET /v1/me`, `GET /v1/session/options`, in development `POST /v1/dev/sign-in`. */
export function sessionRoutes(signIn: SignIn, guard: Guard, clock: () => number): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/me', guard({ staff: 'any' }), (c) => {
    const { staffId: id, name, role, branchId } = staffOf(c.get('caller'))
    return c.json({ id, name, role, branchId })
  })
  app.get('/session/options', async (c) => {
    c.header('cache-control', 'no-store')
    if (signIn.mode === 'clerk') return c.json({ mode: 'clerk', publishableKey: signIn.publishableKey })
    return c.json({ mode: 'development', staff: await signIn.signer.people() })
  })
  if (signIn.mode === 'development') {
    const { signer } = signIn
    app.post('/dev/sign-in', rateLimit(SIGN_IN_RATE, clock), async (c) => {
      const { staffId } = await readJson(c, z.strictObject({ staffId: idSchema }))
      return c.json(granted(await signer.signIn(staffId)))
    })
  }
  return app
}
