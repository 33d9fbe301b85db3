import Database from 'better-sqlite3'
import { journalOwner } from '../../desktop/till/journal/history.ts'
import { carriedBy } from '../../domain/journal/carried.ts'
import { journalEventSchema } from '../../domain/journal/event.ts'
import type { Rot } from './plan.ts'
import { PRODUCTS } from './stage.ts'
import type { Counter, World } from './world.ts'

/** Facts that stand for themselves. What rots of a drawer's opening would leave all that happens in it without a drawer. */
const TYPES = ['sale.completed', 'sale.refunded', 'cash-session.moved', 'drawer.opened']

/** How much likelier a new event is, which may not have been sent: the power of what is drawn. */
const MOSTLY_NEW = 3

interface Row {
  seq: number
  hash: string
  body: string
}

const other = (character: string): string => {
  const among = /[0-9]/.test(character) ? '123456789' : 'abcdefghijklmnopqrstuvwxyz'
  return among[(among.indexOf(character) + 1) % among.length] as string
}

/** One of the characters of a text from `start` on, within a length, is another. */
function strike(text: string, start: number, length: number, at: number): string {
  const places = Array.from({ length }, (_, i) => start + i).filter((i) => /[a-z0-9]/.test(text[i] ?? ''))
  const place = places[Math.floor(at * places.length)] ?? start
  return text.slice(0, place) + other(text[place] ?? '') + text.slice(place + 1)
}

/** The last of a signature's characters hold bits that mean nothing. */
const SIGNATURE_LENGTH = 80

/** What is left of a row whose event rots. */
function rotten(row: Row, payload: object, { of, at }: Rot): Row {
  const { hash, body } = row
  if (of === 'hash') return { ...row, hash: strike(hash, 0, hash.length, at).replace(/[g-z]/, 'a') }
  if (of === 'signature') {
    const start = body.lastIndexOf('"signature":"') + '"signature":"'.length
    return { ...row, body: strike(body, start, SIGNATURE_LENGTH, at) }
  }
  const text = JSON.stringify(payload)
  return { ...row, body: strike(body, body.lastIndexOf(text), text.length, at) }
}

/** A disk asks no trigger. */
function unseen(db: Database.Database, table: string, write: () => void): void {
  const guards = `select name, sql from sqlite_master where type = 'trigger' and tbl_name = ? and sql like '%update%'`
  db.transaction(() => {
    const kept = db.prepare(guards).all(table) as { name: string; sql: string }[]
    for (const { name } of kept) db.exec(`drop trigger "${name}"`)
    write()
    for (const { sql } of kept) db.exec(sql)
  }).immediate()
}

function rotEvent(db: Database.Database, world: World, counter: Counter, rot: Rot): string {
  const { told, rotten: before } = counter
  const known = new Map(told.facts.map((fact) => [fact.hash, fact]))
  const rows = db.prepare('select seq, hash, body from journal order by seq desc').all() as Row[]
  const entries = rows.flatMap((row) => {
    // Of two faults side by side neither may be provable.
    const near = before.events.some(({ hash, seq }) => hash === row.hash || Math.abs(seq - row.seq) < 2)
    if (near) return []
    const event = journalEventSchema.parse(JSON.parse(row.body))
    const signed = carriedBy(event) ?? event
    const fact = known.get(signed.hash)
    return fact && TYPES.includes(signed.type) ? [{ row, event, signed, fact }] : []
  })
  const entry = entries[Math.floor(rot.pick ** MOSTLY_NEW * entries.length)]
  if (!entry || rot.of === 'row') return 'nothing is there that could rot'
  const { row, event, signed, fact } = entry
  const left = rotten(row, signed.payload, rot)
  unseen(db, 'journal', () => {
    db.prepare('update journal set hash = ?, body = ? where seq = ?').run(left.hash, left.body, row.seq)
  })
  const { deviceId } = event
  const struck = { deviceId, seq: row.seq, fact, of: rot.of, hash: row.hash, column: left.hash }
  before.events.push(struck)
  world.struck.push(struck)
  return `the ${rot.of} of event ${row.seq}, ${signed.type}${fact.sale ? ` of receipt ${fact.sale.receiptNumber}` : ''}`
}

/** Rows that a till has from the server and that may rot. `sum` is one that then contradicts its movements. */
const ROWS: readonly { table: string; set: string; where: string; sum: boolean }[] = [
  { table: 'product', set: 'price = price + 1', where: 'id = @product', sum: false },
  { table: 'stock_on_hand', set: 'quantity = quantity + 1', where: 'product_id = @product', sum: true },
  { table: 'staff', set: `name = 'x' || name`, where: `role = 'cashier'`, sum: false },
  {
    table: 'device_head',
    set: `hash = case hash when '${'a'.repeat(64)}' then '${'b'.repeat(64)}' else '${'a'.repeat(64)}' end`,
    where: 'device_id = @device',
    sum: false,
  },
]

function rotRow(db: Database.Database, { rotten: before }: Counter, { pick, at }: Rot): string {
  const row = ROWS[Math.floor(at * ROWS.length)] as (typeof ROWS)[number]
  const product = PRODUCTS[Math.floor(pick * PRODUCTS.length)]?.id ?? ''
  const device = journalOwner(db) ?? ''
  let changed = 0
  unseen(db, row.table, () => {
    const update = db.prepare(
      `update "${row.table}" set ${row.set} where ${row.where} and '' not in (@product, @device)`,
    )
    changed = update.run({ product, device }).changes
  })
  if (changed === 0) return 'there is no such row yet'
  before.tables.add(row.table)
  if (row.sum) before.sums.add(product)
  return `${row.table}.${row.set.split(' ')[0]}`
}

/** Something on a till's disk is another from now on, and nobody is told. @returns what, in words */
export function rot(world: World, counter: Counter, drawn: Rot): string {
  const db = new Database(counter.till.file())
  try {
    return drawn.of === 'row' ? rotRow(db, counter, drawn) : rotEvent(db, world, counter, drawn)
  } finally {
    db.close()
  }
}
