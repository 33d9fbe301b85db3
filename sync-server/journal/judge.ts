import { carriedBy, damageCarriedBy } from '../../domain/journal/carried.ts'
import type { Fill } from '../../domain/journal/difference.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { type Projection, projectEvent } from '../../domain/journal/families.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { PassedOver } from '../../domain/journal/passed-over.ts'
import { wordLost } from '../../domain/journal/stored.ts'
import { may, type Permission, roleSchema } from '../../domain/permissions.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import type { Row } from '../database/bulk.ts'
import type { ExceptionCode } from './exception-code.ts'
import { createProofs, isFault, type Origin, type Proofs } from './judge-carried.ts'
import { judgeGivenBack, type PaidSales, rememberPaid } from './judge-given-back.ts'
import { judgeParked, type ParkedBaskets, rememberParked } from './judge-parked.ts'
import { isPriceOfOrigin, judgeDiscounts, type Pricing, typedPrices } from './judge-prices.ts'
import { judgeRefund, rememberSales, type SoldLines } from './judge-refunds.ts'

/** Something wrong with a stored fact; head office reviews it. */
export interface Finding {
  seq: number
  code: ExceptionCode
  detail: string
}

/** What the server knows about the things that a batch names. */
export interface Known {
  staff: Map<string, { role: string; active: boolean }>
  /** Registers that the device may write for. */
  registers: Set<string>
  /** Each cash session's register, and whether it is closed; grows while a batch is judged. */
  sessions: Map<string, { register: string; branch: string; closed: boolean }>
  /** `table|id` of facts that exist; grows while a batch is judged. */
  facts: Set<string>
  /** Accepted unit prices per `product|business date`; absent when the product is unknown. */
  prices: Map<string, Set<number | null>>
  /** Highest receipt number per register; grows while a batch is judged. */
  lastReceipt: Map<string, number>
  /** `register|number` of receipts that exist; grows while a batch is judged. */
  receipts: Set<string>
  /** Devices of the branch whose events the batch carries. */
  origins: Map<string, Origin>
  /** Hashes of facts that were taken already under another device's name; grows while a batch is judged. */
  taken: Set<string>
  /** Hashes of facts that a device's successor said that it would bring. */
  offered: ReadonlySet<string>
  /** Lines of sales that refunds of the batch name; grows while a batch is judged. */
  sold: SoldLines
  /** How sales were paid that refunds of the batch name; grows while a batch is judged. */
  paid: PaidSales
  /** Parked baskets that a batch recalls; grows while it is judged. */
  parked: ParkedBaskets
  /** What lists say of products sold at another price than the catalogue's, and what each role may take off. */
  pricing: Pricing
}

export interface Judged {
  event: JournalEvent
  /** What the event does to rows; empty when its effect is withheld. */
  mutations: Mutation[]
  /** Columns of rows that are there, of an event that was not understood whole when it came. */
  fills?: Fill[]
  findings: Finding[]
  /** What of an event that has its effect this build does not know. */
  passedOver?: PassedOver | undefined
  /** Hash of a fact that this event brings for the first time, and that another device holds or was about to bring as well. */
  brings?: string
}

/** An event with what it means. */
export interface ProjectedEvent {
  event: JournalEvent
  projection: Projection
}

/** What a fact means; should a projector fail at one, that one is without effect, and no other waits for it. */
function projectSafely(event: JournalEvent, project: typeof projectEvent): Projection {
  try {
    return project(event)
  } catch (error) {
    return { unprojected: 'invalid-payload', detail: (error as Error).message }
  }
}

/** @param project how this build reads events */
export const projectAll = (
  events: readonly JournalEvent[],
  project: typeof projectEvent = projectEvent,
): ProjectedEvent[] => events.map((event) => ({ event, projection: projectSafely(event, project) }))

/** Whether this build cannot read it; one that knows more may. */
export const isUnread = (projection: Projection): boolean => 'unprojected' in projection

/** The columns by which a mutation names its row. */
export const namedBy = (mutation: Mutation): Row =>
  (mutation.op === 'insert' ? mutation.row : mutation.key) as Row

/** Every value under a column that an event's mutations name. */
export const claims = (mutations: readonly Mutation[], column: string): string[] => [
  ...new Set(
    mutations.map((mutation) => namedBy(mutation)[column]).filter((value) => typeof value === 'string'),
  ),
]

/** Cash sessions that an event's mutations name, whether by their own id or by reference. */
export const sessionClaims = (mutations: readonly Mutation[]): string[] => [
  ...new Set([
    ...claims(mutations, 'session_id'),
    ...claims(
      mutations.filter(({ table }) => table === 'cash_session'),
      'id',
    ),
  ]),
]

/** Tables whose rows have an id of their own: a second row of the same id is another fact under a taken name. */
export const FACT_TABLES = [
  'cash_session',
  'sale',
  'sale_line',
  'sale_tender',
  'drawer_action',
  'drawer_handover',
  'z_addendum',
  'basket_action',
  'payment_return',
  'refund',
  'refund_line',
  'refund_tender',
  'parked_basket',
  'parked_basket_end',
  'favourite_mark',
] as const

/** `table|id` of every fact that mutations insert, in order. */
export const factsOf = (mutations: readonly Mutation[]): string[] =>
  mutations.flatMap((m) =>
    m.op === 'insert' && (FACT_TABLES as readonly string[]).includes(m.table)
      ? [`${m.table}|${(namedBy(m) as { id: string }).id}`]
      : [],
  )

/** The first fact that exists already, or comes twice within one event. */
export const repeated = (facts: readonly string[], known: ReadonlySet<string>): string | undefined =>
  facts.find((fact, i) => known.has(fact) || facts.indexOf(fact) !== i)

export type Report = (code: ExceptionCode, detail: string) => void

function judgeActor({ event, projection }: ProjectedEvent, known: Known, report: Report): void {
  const { staffId, role } = event.actor
  const staff = known.staff.get(staffId)
  if (!staff) report('actor-unknown', staffId)
  else if (!staff.active) report('actor-inactive', staffId)
  else if (staff.role !== role) report('actor-role-differs', `${role} at the till, ${staff.role} here`)
  if ('permission' in projection) judgePermission(role, projection.permission, report)
}

/** Whether a role grants what a fact takes. */
export function judgePermission(role: string, permission: Permission, report: Report): void {
  const ranked = roleSchema.safeParse(role).data
  if (!(ranked && may(ranked, permission))) report('actor-not-permitted', `${role} may not ${permission}`)
}

/** A device writes only for its own branch, register and sessions. @returns whether the effect may happen */
function judgeOwner(
  mutations: readonly Mutation[],
  device: DeviceCaller,
  known: Known,
  report: Report,
  elsewhere: boolean,
): boolean {
  const branch = claims(mutations, 'branch_id').find((id) => id !== device.branchId)
  if (branch) report('foreign-branch', branch)
  const register = claims(mutations, 'register_id').find((id) => !known.registers.has(id))
  if (register) report('foreign-register', register)
  const again = repeated(factsOf(mutations), known.facts)
  if (again) report('duplicate-fact', again.split('|')[1] ?? '')
  const mayTouch = sessionClaims(mutations).map((session) => {
    const held = known.sessions.get(session)
    const own = !held || known.registers.has(held.register) || (elsewhere && held.branch === device.branchId)
    if (own) return judgeSession(session, mutations, known, report)
    report('foreign-session', session)
    return false
  })
  return !branch && !register && !again && mayTouch.every(Boolean)
}

/** A closed session keeps its figures. @returns whether the effect may happen */
function judgeSession(
  session: string,
  mutations: readonly Mutation[],
  known: Known,
  report: Report,
): boolean {
  const held = known.sessions.get(session)
  if (!held) {
    const opens = mutations.some(
      (m) => m.op === 'insert' && m.table === 'cash_session' && m.row.id === session,
    )
    if (!opens) report('unknown-session', session)
    return true
  }
  // An addendum is what belongs to a closed session.
  if (!held.closed || mutations.every(({ table }) => table === 'z_addendum')) return true
  report('session-closed', session)
  return !mutations.some((m) => m.op === 'set' && m.table === 'cash_session')
}

function judgePrices(mutations: readonly Mutation[], known: Known, report: Report): void {
  const date = mutations.flatMap((m) =>
    m.op === 'insert' && m.table === 'sale' ? [m.row.business_date] : [],
  )[0]
  const wrong = { unknown: [] as string[], price: [] as string[] }
  for (const mutation of mutations) {
    if (mutation.op !== 'insert' || mutation.table !== 'sale_line') continue
    const { product_id: product, unit_price: price, cip13 } = mutation.row
    const accepted = known.prices.get(`${product}|${date}`)
    if (!accepted) wrong.unknown.push(cip13)
    else if (!accepted.has(price) && !isPriceOfOrigin(mutation.row, known.pricing.listed))
      wrong.price.push(`${cip13}: ${price}, catalogue ${[...accepted].join(' or ')}`)
  }
  if (wrong.unknown.length > 0) report('unknown-product', wrong.unknown.join(', '))
  if (wrong.price.length > 0) report('price-differs', wrong.price.join('; '))
  const typed = typedPrices(
    mutations,
    known.pricing.listed,
    (product, day) => known.prices.get(`${product}|${day}`) ?? new Set(),
  )
  if (typed.length > 0) report('price-typed', typed.join('; '))
}

function judgeReceipts(mutations: readonly Mutation[], known: Known, report: Report): void {
  for (const mutation of mutations) {
    if (mutation.op !== 'insert' || mutation.table !== 'sale') continue
    const { register_id: register, receipt_number: number } = mutation.row
    const last = known.lastReceipt.get(register) ?? 0
    if (known.receipts.has(`${register}|${number}`)) report('receipt-duplicate', String(number))
    if (number > last + 1)
      report('receipt-gap', number === last + 2 ? `${last + 1}` : `${last + 1} to ${number - 1}`)
    known.receipts.add(`${register}|${number}`)
    known.lastReceipt.set(register, Math.max(last, number))
  }
}

function remember(mutations: readonly Mutation[], known: Known): void {
  for (const fact of factsOf(mutations)) known.facts.add(fact)
  rememberSales(mutations, known.sold)
  rememberPaid(mutations, known.paid)
  rememberParked(mutations, known.parked)
  for (const mutation of mutations) {
    if (mutation.table !== 'cash_session') continue
    if (mutation.op === 'insert')
      known.sessions.set(mutation.row.id, {
        register: mutation.row.register_id,
        branch: mutation.row.branch_id,
        closed: false,
      })
    const closes = mutation.op === 'set' && mutation.set.closed_at != null
    const held = closes ? known.sessions.get(mutation.key.id ?? '') : undefined
    if (held) held.closed = true
  }
}

const DETAIL_LIMIT = 500

/** Adds what is wrong with an event to findings. */
export const reportOn =
  ({ seq }: JournalEvent, findings: Finding[]): Report =>
  (code, detail) => {
    // A name inside an unreadable payload may hold what no text column takes.
    findings.push({ seq, code, detail: detail.slice(0, DETAIL_LIMIT).replaceAll('\0', '\ufffd') })
  }

const withoutEffect = (event: JournalEvent, fault: Omit<Finding, 'seq'>): Judged => ({
  event,
  mutations: [],
  findings: [{ seq: event.seq, ...fault }],
})

/** An event of this device, or one that it brings for another: a fact has its effect once, under whichever name. */
function judgeEvent(projected: ProjectedEvent, device: DeviceCaller, known: Known, proofs: Proofs): Judged {
  const { event } = projected
  const carried = carriedBy(event)
  if (!carried) {
    const damage = damageCarriedBy(event)
    if (damage) return withoutEffect(event, { code: 'event-damaged', detail: wordLost(damage) })
    if (known.taken.has(event.hash)) return { event, mutations: [], findings: [] }
    const isOffered = known.offered.has(event.hash) && !isUnread(projected.projection)
    return { ...judgeFact(projected, device, known), ...(isOffered && { brings: event.hash }) }
  }
  const proof = proofs(carried)
  if (proof === 'taken' || (!isFault(proof) && known.taken.has(carried.hash)))
    return { event, mutations: [], findings: [] }
  if (isFault(proof)) return withoutEffect(event, proof)
  const unread = isUnread(projected.projection)
  // What cannot be read yet has had no effect that another could repeat.
  if (!unread) known.taken.add(carried.hash)
  const registers = known.origins.get(carried.deviceId)?.registers ?? known.registers
  const fact = { ...projected, event: { ...event, actor: carried.actor } }
  const judged = judgeFact(fact, device, { ...known, registers })
  if (proof === 'named') judged.findings.push({ seq: event.seq, code: 'event-mended', detail: 'signature' })
  return { ...judged, event, ...(!unread && { brings: carried.hash }) }
}

function judgeFact(projected: ProjectedEvent, device: DeviceCaller, known: Known): Judged {
  const { event, projection } = projected
  const findings: Finding[] = []
  const report = reportOn(event, findings)
  judgeActor(projected, known, report)
  if ('unprojected' in projection) {
    report(projection.unprojected, projection.detail)
    return { event, mutations: [], findings }
  }
  const { mutations, fault } = projection
  if (fault) report('rule-broken', fault)
  // A drawer whose till is dead may be closed by any other of its branch.
  const elsewhere = event.type === 'cash-session.closed-elsewhere'
  if (!judgeOwner(mutations, device, known, report, elsewhere)) return { event, mutations: [], findings }
  judgePrices(mutations, known, report)
  const overLimit = judgeDiscounts(mutations, {
    ...known.pricing,
    role: event.actor.role,
    staff: known.staff,
  })
  if (overLimit.length > 0) report('discount-over-limit', overLimit.join('; '))
  judgeReceipts(mutations, known, report)
  for (const { code, detail } of judgeRefund(mutations, known.sold)) report(code, detail)
  for (const detail of judgeGivenBack(mutations, known.paid)) report('card-refunded-in-cash', detail)
  for (const detail of judgeParked(mutations, known.parked)) report('parked-recalled-twice', detail)
  remember(mutations, known)
  return { event, mutations, findings, passedOver: projection.passedOver }
}

/**
 * Judges a batch in order: what each event does, and what is wrong with it. No fact is refused here. The effect of
 * one that writes for another branch, register or session, or repeats a fact under a second `seq`, is withheld:
 * the event stays in the journal, and head office sees why.
 */
export const judgeEvents = (
  projected: readonly ProjectedEvent[],
  device: DeviceCaller,
  known: Known,
): Judged[] => {
  const proofs = createProofs(
    projected.map(({ event }) => event),
    known,
  )
  return projected.map((one) => judgeEvent(one, device, known, proofs))
}

/**
 * Findings for products whose stock fell below zero, on the event that took it there.
 * @param onHand packs per `branch|product` after the whole batch
 */
export function judgeStock(judged: readonly Judged[], onHand: ReadonlyMap<string, number>): Finding[] {
  const findings: Finding[] = []
  const level = new Map(onHand)
  for (const { event, mutations } of judged.toReversed()) {
    const moved = new Map<string, number>()
    for (const mutation of mutations) {
      if (mutation.op !== 'add' || mutation.table !== 'stock_on_hand') continue
      const key = `${mutation.key.branch_id}|${mutation.key.product_id}`
      moved.set(key, (moved.get(key) ?? 0) + (mutation.add.quantity ?? 0))
    }
    const below: string[] = []
    for (const [key, quantity] of moved) {
      const after = level.get(key) ?? 0
      level.set(key, after - quantity)
      if (after < 0 && after - quantity >= 0) below.push(`${key.split('|')[1]}: ${after}`)
    }
    if (below.length === 0) continue
    findings.push({
      seq: event.seq,
      code: 'stock-below-zero',
      detail: below.join(', ').slice(0, DETAIL_LIMIT),
    })
  }
  return findings.reverse()
}
