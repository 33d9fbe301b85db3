import { z } from 'zod'
import { cashSessionClosedSchema, cashSessionOpenedSchema } from '../../domain/cash-session/events.ts'
import { createFactProjector, FAMILIES, projectEvent, UPCASTS } from '../../domain/journal/families.ts'
import { refundTenderSchema, saleRefundedSchema } from '../../domain/refund/events.ts'
import type { Build } from './passed-over-record.ts'

/** A build with other families in place of this one's. */
export function buildWith(name: string, families: object): Build {
  const read = createFactProjector({ ...FAMILIES, ...families }, UPCASTS)
  return { name, project: (event) => projectEvent(event, read) }
}

/** Optional keys that an older build may lack. */
export const LATER_KEYS = [
  'opened.counts',
  'opened.ownerId',
  'closed.countedTenders',
  'closed.firstCounted',
  'closed.reason',
  'closed.witness',
  'refunded.rounding',
  'refunded.tenders.reference',
] as const
type LaterKey = (typeof LATER_KEYS)[number]

/** A build of before those keys. */
export function buildWithout(name: string, keys: ReadonlySet<LaterKey>): Build {
  const lacks = (family: string) =>
    Object.fromEntries(
      [...keys].flatMap((key) => (key.startsWith(family) ? [[key.slice(family.length), true]] : [])),
    )
  const { 'tenders.reference': noReference, ...refund } = lacks('refunded.')
  const tender = noReference ? refundTenderSchema.omit({ reference: true }) : refundTenderSchema
  const schemas: Record<string, z.ZodType> = {
    'cash-session.opened@1': cashSessionOpenedSchema.omit(lacks('opened.') as { ownerId: true }),
    'cash-session.closed@1': cashSessionClosedSchema.omit(lacks('closed.') as { witness: true }),
    'sale.refunded@1': saleRefundedSchema
      .omit(refund as { rounding: true })
      .extend({ tenders: z.array(tender).max(20) }),
  }
  const families = Object.entries(schemas).map(([of, schema]) => [
    of,
    { ...FAMILIES[of as keyof typeof FAMILIES], schema },
  ])
  return buildWith(name, Object.fromEntries(families))
}
