import { CARRIED, carriedBy, isCarrier } from '../../../domain/journal/carried.ts'
import { sealEvent } from '../../../domain/journal/chain.ts'
import {
  EMPTY_HEAD,
  type EventBody,
  GENESIS_HASH,
  hashSchema,
  type JournalEvent,
  type JournalHead,
} from '../../../domain/journal/event.ts'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import type { Damaged, Entry } from '../../../domain/journal/stored.ts'
import type { DeviceIdentity, Handover, Unsent } from '../device/identity.ts'
import { noteNumbers } from '../register-numbers.ts'
import { tablesLoading } from '../replica/load.ts'
import { effectOf, isSum } from '../replica/overlay.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState, type TillState } from '../store/state.ts'
import { ACKNOWLEDGED, createContained } from './contained.ts'
import { createEntryReader } from './entries.ts'
import { addEarlier, forgetEarlier } from './own-history.ts'
import { createToldReader } from './told.ts'

/** Names in `till_state`. */
const DEVICE = 'device'
const CONTINUED = 'continued'

/** As many hashes as the server takes; what lies above them is brought without asking. */
const UNSENT_LIMIT = 50_000

/** How this till came to go on under another identity, for its screen. */
export interface Continued {
  reason: Handover['reason']
  at: string
  /** Sales that were brought over from the earlier journal. */
  sales: number
}

/** The device whose journal a till's file holds; null when it holds none. */
export function journalOwner(db: TillDatabase): string | null {
  const noted = createTillState(db).get<string>(DEVICE)
  if (noted) return noted
  const first = db
    .prepare(
      `select json_extract(body, '$.deviceId') from journal where json_valid(body) order by seq limit 1`,
    )
    .pluck()
    .get()
  return typeof first === 'string' ? first : null
}

/** What the server is not known to have, as its hashes. */
export function unsentOf(db: TillDatabase): Unsent {
  const above = createTillState(db).get<JournalHead>(ACKNOWLEDGED)?.seq ?? 0
  const rows = db
    .prepare('select seq, hash from journal where seq > ? order by seq limit ?')
    .all(above, UNSENT_LIMIT) as JournalHead[]
  const entries = createEntryReader(db, journalOwner(db) ?? '')
  const hashes = rows.map(({ seq, hash }) =>
    hashSchema.safeParse(hash).success ? hash : (entries(seq - 1, 1)[0]?.hash ?? GENESIS_HASH),
  )
  return { above, hashes }
}

/** Which of this workstation's journals is being written: 0 until it first had to go on under another identity. */
export function incarnationOf(db: TillDatabase): number {
  const last = db.prepare('select max(incarnation) from journal_past').pluck().get() as number | null
  return last === null ? 0 : last + 1
}

/** How this till came to its identity, when that was not by enrolment alone. */
export const readContinued = (state: TillState): Continued | null => state.get<Continued>(CONTINUED)

/** For so long it is told at the till, ms: until the next day's people have seen it. */
const NEWS_MS = 36 * 3600_000

/** What of it is still news. */
export const continuedView = (continued: Continued | null, now: number): Continued | null =>
  continued && now - Date.parse(continued.at) < NEWS_MS ? continued : null

/**
 * Makes a till's file that of its present identity. A journal of an earlier one is moved to `journal_past`; its events
 * that the server does not have come first in the new journal, each as it was signed, carried by an event of the new
 * identity. One transaction; repeated, or with nothing to take over, it changes nothing.
 * @returns how it went on, or null when nothing was to be done
 */
export function takeOverJournal(db: TillDatabase, identity: DeviceIdentity, at: string): Continued | null {
  const state = createTillState(db)
  const run = db.transaction((): Continued | null => {
    const owner = journalOwner(db)
    if (owner === identity.deviceId) return null
    if (owner === null && !identity.handover) {
      state.set(DEVICE, identity.deviceId)
      return null
    }
    const { handover } = identity
    const common = handover ? handover.common : unsentOf(db).above
    const entries = readAbove(db, owner, common)
    if (owner !== null) takeBackTwice(db, owner, common)
    const incarnation = moveToPast(db)
    if (owner !== null) addEarlier(state, { deviceId: owner, incarnation, common })
    if (owner !== null && isOfAnotherBranch(db, owner, identity)) forgetEarlier(state)
    state.set(DEVICE, identity.deviceId)
    state.set(ACKNOWLEDGED, EMPTY_HEAD)
    if (handover) noteNumbers(state, handover.register.id, handover.numbers)
    if (handover) insertRegister(db, identity, handover)
    const sales = carry(db, identity, { owner, entries, at })
    const continued: Continued = { reason: handover?.reason ?? 'device-enrolled-anew', at, sales }
    state.set(CONTINUED, continued)
    return continued
  })
  return run.immediate()
}

/** Every entry above; none when the file holds no journal. */
const readAbove = (db: TillDatabase, owner: string | null, seq: number): Entry[] =>
  owner === null ? [] : createEntryReader(db, owner)(seq, -1)

/** Enrolled elsewhere, a workstation gets the rows of its new branch alone; they never hold what it did for the old one. */
function isOfAnotherBranch(db: TillDatabase, deviceId: string, { branchId }: DeviceIdentity): boolean {
  const before = db.prepare('select branch_id from device where id = ?').pluck().get(deviceId)
  return before !== undefined && before !== branchId
}

const serverHead = (db: TillDatabase, deviceId: string): number =>
  (db.prepare('select seq from device_head where device_id = ?').pluck().get(deviceId) as
    | number
    | undefined) ?? 0

/**
 * Own events that the server's rows may already have contained, without a word of it, were laid over them. Now that the last
 * event that both hold is known, those at or below it are in the rows if the server's head was beyond it; but not in those of
 * a table that is being loaded, which join only beside the head that they belong to.
 */
function takeBackTwice(db: TillDatabase, owner: string, common: number): void {
  const contained = createContained(db, owner).now()
  if (serverHead(db, owner) < common || contained >= common) return
  const isLaidOver = createLaidOver(db, owner)
  const twice = readAbove(db, owner, contained).filter(
    ({ seq, event }) => seq <= common && event !== null && isLaidOver(event),
  )
  const loading = tablesLoading(db)
  const sums = twice.flatMap(({ event }) =>
    effectOf(event)
      .filter(isSum)
      .filter(({ table }) => !loading.has(table)),
  )
  createApplier(db).apply(
    sums.map(({ add, ...sum }) => ({
      ...sum,
      add: Object.fromEntries(Object.entries(add).map(([column, value]) => [column, -(value ?? 0)])),
    })) as Mutation[],
  )
}

/** Whether an event was laid over: not when it came under another name, and rightly when the server cannot read it yet. */
function createLaidOver(db: TillDatabase, owner: string): (event: JournalEvent) => boolean {
  const brought = db.prepare('select 1 from journal_carried where hash = ?')
  const waiting = db.prepare('select 1 from journal_waiting where device_id = ? and seq = ?')
  return (event) =>
    brought.get((carriedBy(event) ?? event).hash) === undefined && waiting.get(owner, event.seq) === undefined
}

/** @returns the moved journal's incarnation */
function moveToPast(db: TillDatabase): number {
  const incarnation = incarnationOf(db)
  db.prepare(
    'insert into journal_past (incarnation, seq, type, hash, body) select ?, seq, type, hash, body from journal',
  ).run(incarnation)
  db.prepare('delete from journal').run()
  return incarnation
}

/** A copy's register is new: it must be there before the next sale, not once the replica brings it. */
function insertRegister(db: TillDatabase, { branchId }: DeviceIdentity, { register }: Handover): void {
  db.prepare(
    'insert into register (id, branch_id, number, name) values (?, ?, ?, ?) on conflict do nothing',
  ).run(register.id, branchId, register.number, register.name)
}

/** Who is named where it can no longer be read who did it. */
const NOBODY = { staffId: '00000000-0000-4000-8000-000000000000', role: 'unknown' }

/** What has rotted is carried as it is: the server keeps it without effect, and tells head office. */
const asFound = ({ seq, hash, body }: Entry, told: Damaged['told']): EventBody['payload'] => ({
  damaged: { seq, hash, body: Buffer.from(body).toString('base64'), told },
})

/** What brings an entry: the event as it was signed, what an earlier carrier brought of it, or what is left of it. */
function payloadFor(entry: Entry, told: () => Damaged['told']): EventBody['payload'] {
  const { event } = entry
  if (!event) return asFound(entry, told())
  const carried = carriedBy(event)
  if (!carried && isCarrier(event)) return event.payload
  return JSON.parse(JSON.stringify({ event: carried ?? event }))
}

/** Seals each event into the new journal. Their effect is in the rows already, under the old name. @returns sales among them */
function carry(
  db: TillDatabase,
  { deviceId, privateKey }: DeviceIdentity,
  { owner, entries, at }: { owner: string | null; entries: readonly Entry[]; at: string },
): number {
  const applier = createApplier(db)
  const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
  const readTold = createToldReader(db)
  const rename = db.prepare('update sale set device_id = ?, seq = ? where id = ?')
  let head = EMPTY_HEAD
  let sales = 0
  let actor: EventBody['actor'] = NOBODY
  for (const entry of entries) {
    const event = entry.event && (carriedBy(entry.event) ?? entry.event)
    actor = event?.actor ?? actor
    const body: EventBody = {
      deviceId,
      seq: head.seq + 1,
      at,
      actor,
      ...CARRIED,
      payload: payloadFor(entry, () => readTold(owner, entry.seq)),
      prevHash: head.hash,
    }
    const carrier = sealEvent(body, privateKey)
    insert.run(carrier.seq, carrier.type, carrier.hash, JSON.stringify(carrier))
    const mutations = effectOf(carrier)
    applier.apply(mutations.filter((mutation) => !isSum(mutation)))
    for (const mutation of mutations) {
      if (mutation.op !== 'insert' || mutation.table !== 'sale') continue
      rename.run(deviceId, carrier.seq, mutation.row.id)
      sales += 1
    }
    head = { seq: carrier.seq, hash: carrier.hash }
  }
  return sales
}
