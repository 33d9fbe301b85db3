import { z } from 'zod'
import type { LikelyCause } from '../../../domain/cash-session/explain.ts'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import { minorSchema } from '../../../domain/money.ts'
import type { Place } from './places.ts'

/** What the server answers about one drawer. */
export const drawerSchema = z.object({
  moves: z.array(
    z.object({
      kind: z.string(),
      at: z.string(),
      actorName: z.string(),
      reason: z.string().nullable(),
      count: z.int(),
      amount: minorSchema,
      byCard: minorSchema.optional(),
    }),
  ),
  counts: z.array(z.object({ denomination: minorSchema, quantity: z.int() })),
  taxes: z.array(z.object({ rateBp: z.int(), tax: minorSchema })),
  /** Each tender whose slips were counted at closing. */
  slips: z.array(
    z.object({ kind: z.string(), counted: minorSchema, expected: minorSchema, difference: minorSchema }),
  ),
  /** Its till closed it while earlier sales were on their way to it: they are in what is told here, not in its Z. */
  completed: z.boolean(),
  /** What was sold, minor units; null while it is open. */
  grossTotal: minorSchema.nullable(),
  tenders: z.array(z.object({ kind: z.string(), count: z.int(), amount: minorSchema })),
  addenda: z.array(
    z.object({
      number: z.int(),
      saleCount: z.int(),
      /** Given back late; null when nothing was. */
      refunded: minorSchema.nullable(),
      cash: minorSchema,
      variance: minorSchema,
    }),
  ),
  removals: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      how: z.string(),
      name: z.string(),
      quantity: z.int(),
      amount: minorSchema,
      at: z.string(),
      actorName: z.string().nullable(),
    }),
  ),
  returns: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      how: z.string(),
      reference: z.string().nullable(),
      amount: minorSchema,
      at: z.string(),
      actorName: z.string().nullable(),
    }),
  ),
  refunds: z.array(
    z.object({
      id: z.string(),
      number: z.int(),
      reason: z.string(),
      total: minorSchema,
      at: z.string(),
      receipt: z.int().nullable(),
      actorName: z.string().nullable(),
    }),
  ),
  /** Its Z report by mail; null when nobody wants it. */
  mail: z
    .object({ address: z.string(), sentAt: z.string().nullable(), lastError: z.string().nullable() })
    .nullable(),
  causes: z.array(z.custom<LikelyCause>((value) => typeof value === 'object' && value !== null)),
})
export type Drawer = z.infer<typeof drawerSchema>

/** What each part of a drawer's details is drawn from. */
export interface DrawerParts {
  session: CashSessionRow
  drawer: Drawer
  place: Place
}
