import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

const quantities = () => till.basket.view().lines.map((line) => line.quantity)

describe('the basket', () => {
  test('counts the same product up on its own line, which stays where it is', () => {
    const first = accepted(till.basket.add(till.product(0).id))
    const second = accepted(till.basket.add(till.product(1).id, 2))
    expect(accepted(till.basket.add(till.product(0).id, 3))).toEqual(first)
    const { lines, lastLineId, itemCount } = till.basket.view()
    expect(lines.map((line) => [line.lineId, line.quantity])).toEqual([
      [first.lineId, 4],
      [second.lineId, 2],
    ])
    expect(lastLineId).toBe(first.lineId)
    expect(itemCount).toBe(6)
  })

  test('opens a new line when the price has changed since', () => {
    accepted(till.basket.add(till.product(0).id))
    till.context.db.prepare('update product set price = 120 where id = ?').run(till.product(0).id)
    accepted(till.basket.add(till.product(0).id))
    expect(till.basket.view().lines.map((line) => line.unitPrice)).toEqual([116, 120])
  })

  test('raises its revision with every change and with nothing else', () => {
    const { lineId } = accepted(till.basket.add(till.product(0).id))
    accepted(till.basket.setQuantity(lineId, 3))
    accepted(till.basket.setQuantity(lineId, 3))
    expect(till.basket.setQuantity('0190b000-0000-7000-8000-00000000ffff', 1)).toEqual({
      refused: 'line-not-found',
    })
    expect(till.basket.revision()).toBe(2)
  })

  test('takes changes back one by one, in the words of each', () => {
    const first = accepted(till.basket.add(till.product(0).id))
    accepted(till.basket.add(till.product(1).id))
    accepted(till.basket.setQuantity(first.lineId, 5))
    accepted(till.basket.remove(first.lineId))
    const seen = []
    for (let i = 0; i < 5; i++) {
      seen.push([till.basket.view().undo, quantities()])
      accepted(till.basket.undo())
    }
    expect(seen).toEqual([
      ['remove', [1]],
      ['quantity', [5, 1]],
      ['add', [1, 1]],
      ['add', [1]],
      [null, []],
    ])
  })

  test('is on the disk at once: another process finds it as it was', async () => {
    accepted(till.basket.add(till.product(0).id, 2))
    accepted(till.basket.add(till.product(1).id))
    const before = till.basket.view()
    const db = await openTillDatabase(databaseFile(till.dataDir))
    const other = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: false })
    expect(other.basket.view()).toEqual(before)
    db.close()
  })

  test('refuses what could not become a sale, and stays as it was', () => {
    accepted(till.basket.add(till.product(0).id, 9_999))
    expect(till.basket.add(till.product(0).id)).toEqual({ refused: 'quantity-out-of-range' })
    till.context.db.prepare('update product set price = 99999999999 where id = ?').run(till.product(1).id)
    expect(till.basket.add(till.product(1).id)).toEqual({ refused: 'amount-too-large' })
    till.context.db.prepare(`update product set status = 'withdrawn' where id = ?`).run(till.product(2).id)
    expect(till.basket.add(till.product(2).id)).toEqual({ refused: 'product-not-found' })
    expect(till.basket.add('0190b000-0000-7000-8000-00000000ffff')).toEqual({ refused: 'product-not-found' })
    expect(quantities()).toEqual([9_999])
  })

  test('holds 500 lines and not one more', () => {
    const clone = till.context.db.prepare(
      `insert into product (id, cip13, cip7, cis, name, pack, form, holder, price, currency, reimbursement_bp,
        prescription_list, generic_group_id, generic_group_name, vat_rate_bp, status)
        select @id, @code, cip7, cis, name, pack, form, holder, price, currency, reimbursement_bp,
        prescription_list, generic_group_id, generic_group_name, vat_rate_bp, status from product where id = @of`,
    )
    const ids = Array.from(
      { length: 501 },
      (_, i) => `0190b000-0000-7000-9000-${String(i).padStart(12, '0')}`,
    )
    ids.forEach((id, i) => {
      clone.run({ id, code: String(4_000_000_000_000 + i), of: till.product(0).id })
    })
    for (const id of ids.slice(0, 500)) accepted(till.basket.add(id))
    expect(till.basket.add(ids[500] ?? '')).toEqual({ refused: 'basket-full' })
    accepted(till.basket.add(ids[0] ?? ''))
    expect(till.basket.view().lines).toHaveLength(500)
  })

  test('is closed while the drawer is', async () => {
    await till.unlockAs('pharmacist')
    accepted(till.closeSession([]))
    expect(till.basket.add(till.product(0).id)).toEqual({ refused: 'no-open-session' })
  })
})
