import type { z } from 'zod'
import { basketActionSchema } from '../basket/events.ts'
import { basketActionFault, projectBasketReduced, projectBasketRestored } from '../basket/project.ts'
import {
  cashMovedSchema,
  cashSessionAddendumSchema,
  cashSessionClosedElsewhereSchema,
  cashSessionClosedSchema,
  cashSessionHandedOverSchema,
  cashSessionOpenedSchema,
  cashSessionReadSchema,
  drawerOpenedSchema,
} from '../cash-session/events.ts'
import {
  projectAddendum,
  projectCashMoved,
  projectCashSessionClosed,
  projectCashSessionHandedOver,
  projectCashSessionOpened,
  projectCashSessionRead,
  projectClosedElsewhere,
  projectDrawerOpened,
} from '../cash-session/project.ts'
import { closingFault, handoverFault, openingFault } from '../cash-session/rules.ts'
import { productMarkedSchema } from '../favourite/events.ts'
import { markPermission, projectProductMarked } from '../favourite/project.ts'
import { basketDiscardedSchema, basketParkedSchema, basketRecalledSchema } from '../parking/events.ts'
import { projectBasketDiscarded, projectBasketParked, projectBasketRecalled } from '../parking/project.ts'
import { parkedFault } from '../parking/rules.ts'
import { paymentReturnedSchema } from '../payment/events.ts'
import { projectPaymentReturned } from '../payment/project.ts'
import type { Permission } from '../permissions.ts'
import { saleRefundedSchema } from '../refund/events.ts'
import { projectSaleRefunded } from '../refund/project.ts'
import { refundFault, refundPermission } from '../refund/rules.ts'
import { saleCompletedSchema } from '../sale/events.ts'
import { projectSaleCompleted } from '../sale/project.ts'
import { saleFault } from '../sale/rules.ts'
import { saleFromVersion1 } from '../sale/upcast.ts'
import { isCarrier, readCarried } from './carried.ts'
import type { JournalEvent } from './event.ts'
import type { Mutation } from './mutation.ts'
import { type PassedOver, passedOverPaths, withoutPaths } from './passed-over.ts'

interface Family<P> {
  schema: z.ZodType<P>
  /** What the actor's role must grant. A fact by someone else is kept, with an exception. */
  permission(payload: P): Permission
  /** The first rule the payload breaks, as a code for an exception, or null. */
  fault(payload: P): string | null
  project(event: JournalEvent, payload: P): Mutation[]
}

const family = <P>(definition: Family<P>): Family<P> => definition

/** Every fact this build understands, by `type` and version. */
export const FAMILIES = {
  'sale.completed@2': family({
    schema: saleCompletedSchema,
    permission: () => 'sale.ring',
    fault: saleFault,
    project: projectSaleCompleted,
  }),
  'basket.reduced@1': family({
    schema: basketActionSchema,
    permission: () => 'sale.ring',
    fault: basketActionFault,
    project: projectBasketReduced,
  }),
  'basket.restored@1': family({
    schema: basketActionSchema,
    permission: () => 'sale.ring',
    fault: basketActionFault,
    project: projectBasketRestored,
  }),
  'payment.returned@1': family({
    schema: paymentReturnedSchema,
    permission: () => 'sale.ring',
    fault: () => null,
    project: projectPaymentReturned,
  }),
  'product.marked@1': family({
    schema: productMarkedSchema,
    permission: markPermission,
    fault: () => null,
    project: projectProductMarked,
  }),
  'basket.parked@1': family({
    schema: basketParkedSchema,
    permission: () => 'sale.ring',
    fault: parkedFault,
    project: projectBasketParked,
  }),
  'basket.recalled@1': family({
    schema: basketRecalledSchema,
    permission: () => 'sale.ring',
    fault: () => null,
    project: projectBasketRecalled,
  }),
  'basket.discarded@1': family({
    schema: basketDiscardedSchema,
    permission: () => 'sale.ring',
    fault: () => null,
    project: projectBasketDiscarded,
  }),
  'sale.refunded@1': family({
    schema: saleRefundedSchema,
    permission: refundPermission,
    fault: refundFault,
    project: projectSaleRefunded,
  }),
  'cash-session.opened@1': family({
    schema: cashSessionOpenedSchema,
    permission: () => 'cash-session.open',
    fault: openingFault,
    project: projectCashSessionOpened,
  }),
  'cash-session.closed@1': family({
    schema: cashSessionClosedSchema,
    permission: () => 'cash-session.close',
    fault: closingFault,
    project: projectCashSessionClosed,
  }),
  'cash-session.moved@1': family({
    schema: cashMovedSchema,
    permission: () => 'cash-session.move',
    fault: () => null,
    project: projectCashMoved,
  }),
  'cash-session.read@1': family({
    schema: cashSessionReadSchema,
    permission: () => 'cash-session.report',
    fault: () => null,
    project: projectCashSessionRead,
  }),
  'cash-session.handed-over@1': family({
    schema: cashSessionHandedOverSchema,
    permission: () => 'cash-session.move',
    fault: handoverFault,
    project: projectCashSessionHandedOver,
  }),
  'cash-session.closed-elsewhere@1': family({
    schema: cashSessionClosedElsewhereSchema,
    permission: () => 'cash-session.close',
    fault: closingFault,
    project: projectClosedElsewhere,
  }),
  'cash-session.addendum@1': family({
    schema: cashSessionAddendumSchema,
    permission: () => 'cash-session.open',
    fault: () => null,
    project: projectAddendum,
  }),
  'drawer.opened@1': family({
    schema: drawerOpenedSchema,
    permission: () => 'cash-session.move',
    fault: () => null,
    project: projectDrawerOpened,
  }),
}

/**
 * What a payload of an earlier version becomes in the next one, by `type@version`: a family is read in its newest version
 * alone, and every event that was ever signed can be brought to it. Additive optional fields need no new
 * version, when a build that does not know them still gets every figure right: schemas of facts pass keys over that they do
 * not know, and the signed body keeps them. A new value of a known field (a kind of tender, a reason) does, for an older
 * build can give it no meaning (docs/adr/0009).
 */
export const UPCASTS: Readonly<Record<string, Upcast>> = { 'sale.completed@1': saleFromVersion1 }

type Upcast = (payload: JournalEvent['payload']) => JournalEvent['payload']

export type ProjectionFault = 'unknown-type' | 'invalid-payload'

export type Projection =
  | {
      mutations: Mutation[]
      permission: Permission
      fault: string | null
      /** Only when the payload holds keys that this build does not know. */
      passedOver?: PassedOver
    }
  | { unprojected: ProjectionFault; detail: string }

const unreadable = (error: z.ZodError): Projection => {
  const issue = error.issues[0]
  return { unprojected: 'invalid-payload', detail: `${issue?.path.join('.')}: ${issue?.message}` }
}

const nameOf = (event: Pick<JournalEvent, 'type' | 'version'>): string => `${event.type}@${event.version}`

/** Brings an event to the newest version that its upcasts lead to, or to the one asked for. */
function upcast(event: JournalEvent, upcasts: Readonly<Record<string, Upcast>>, to = Infinity): JournalEvent {
  let newest = event
  for (let next = upcasts[nameOf(newest)]; next && newest.version < to; next = upcasts[nameOf(newest)]) {
    newest = { ...newest, version: newest.version + 1, payload: next(newest.payload) }
  }
  return newest
}

/** An event as the newest version of its type, which this build reads; hash and signature stay those of what was signed. */
export const newestVersion = (event: JournalEvent): JournalEvent => upcast(event, UPCASTS)

/** Reads facts with these families and upcasts. */
export function createFactProjector(
  families: object,
  upcasts: Readonly<Record<string, Upcast>>,
): (event: JournalEvent) => Projection {
  return (signed) => {
    const event = upcast(signed, upcasts)
    const name = nameOf(event)
    if (!Object.hasOwn(families, name)) return { unprojected: 'unknown-type', detail: nameOf(signed) }
    const known = families[name as keyof typeof families] as Family<unknown>
    const parsed = known.schema.safeParse(event.payload)
    if (!parsed.success) return unreadable(parsed.error)
    const paths = passedOverPaths(event.payload, parsed.data)
    return {
      mutations: known.project(event, parsed.data),
      permission: known.permission(parsed.data),
      fault: known.fault(parsed.data),
      ...(paths.length > 0 && { passedOver: { version: event.version, paths } }),
    }
  }
}

const projectFact = createFactProjector(FAMILIES, UPCASTS)

/**
 * What an event does to rows: a pure function of the event alone, the only place where a fact gets its meaning.
 * An event of an unknown type or version, or with a payload its family cannot read, has no effect and says why.
 * A carrier does what the carried event does, under its own device and `seq`: the hash stays the one on the receipt.
 * @param read how a build reads facts
 */
export function projectEvent(event: JournalEvent, read = projectFact): Projection {
  if (!isCarrier(event)) return read(event)
  const { data, error } = readCarried(event.payload)
  if (error) return unreadable(error)
  return read({ ...data.event, deviceId: event.deviceId, seq: event.seq })
}

/** An event, or the one that it carries, as a build saw it that passed keys over; hashes stay those of what was signed. */
export function asReadBefore(
  event: JournalEvent,
  { version, paths }: PassedOver,
  upcasts = UPCASTS,
): JournalEvent {
  const carried = isCarrier(event) ? readCarried(event.payload).data?.event : null
  if (carried) {
    const read = asReadBefore(carried, { version, paths }, upcasts)
    return { ...event, payload: { event: read as unknown as JournalEvent['payload'] } }
  }
  const read = upcast(event, upcasts, version)
  return { ...read, payload: withoutPaths(read.payload, paths) }
}
