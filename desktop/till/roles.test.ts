import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Permission, type Role, roleSchema } from '../../domain/permissions.ts'
import type { Command, CommandInput } from '../bridge/contract.ts'
import { createDispatch } from './bridge-server/dispatch.ts'
import { NO_TRAINING, openTestTill, type TestTill } from './test-fixtures.ts'
import { handlersOf } from './till.ts'

/** Who may do what at a till, written out by hand: the table in `domain/` must not be its own witness. */
const MAY: Record<Role, readonly Permission[]> = {
  cashier: ['sale.ring', 'refund.make', 'cash-session.open', 'cash-session.move', 'forecast.view'],
  pharmacist: [
    'sale.ring',
    'favourite.branch',
    'refund.make',
    'refund.without-receipt',
    'payment.decide',
    'cash-session.open',
    'cash-session.close',
    'cash-session.move',
    'cash-session.report',
    'forecast.view',
  ],
  branch_manager: [
    'sale.ring',
    'favourite.branch',
    'refund.make',
    'refund.without-receipt',
    'payment.decide',
    'cash-session.open',
    'cash-session.close',
    'cash-session.move',
    'cash-session.report',
    'forecast.view',
  ],
  head_office: ['forecast.view'],
  it_admin: [],
}

const someId = '0190b000-0000-7000-8000-000000000001'

type Guarded = { [C in Command]?: { needs: Permission; input: CommandInput<C> } }

const GUARDED: Guarded = {
  'session.open': { needs: 'cash-session.open', input: { float: 0 as never } },
  'session.close': { needs: 'cash-session.close', input: { counts: [] } },
  'drawer.move': {
    needs: 'cash-session.move',
    input: { kind: 'paid-out', amount: 100 as never, reason: 'stamps' },
  },
  'drawer.open': { needs: 'cash-session.move', input: { reason: 'change' } },
  'session.x-report': { needs: 'cash-session.report', input: {} },
  'session.hand-over': { needs: 'cash-session.move', input: { counts: [], pin: '9999' } },
  'session.count-so-far': { needs: 'cash-session.close', input: {} },
  'session.others': { needs: 'cash-session.close', input: {} },
  'papers.list': { needs: 'cash-session.report', input: {} },
  'papers.print': { needs: 'cash-session.report', input: { paperId: someId } },
  'session.explain': { needs: 'cash-session.close', input: { sessionId: someId } },
  'basket.scan': { needs: 'sale.ring', input: { raw: '3400935955838' } },
  'basket.add': { needs: 'sale.ring', input: { productId: someId } },
  'basket.set-quantity': { needs: 'sale.ring', input: { lineId: someId, quantity: 2 } },
  'basket.remove': { needs: 'sale.ring', input: { lineId: someId } },
  'basket.discount': { needs: 'sale.ring', input: { lineId: null, off: null } },
  'basket.key-price': { needs: 'sale.ring', input: { lineId: someId, price: null } },
  'basket.void': { needs: 'sale.ring', input: {} },
  'basket.undo': { needs: 'sale.ring', input: {} },
  'basket.note': { needs: 'sale.ring', input: { lineId: null, note: 'gift' } },
  'baskets.open': { needs: 'sale.ring', input: {} },
  'baskets.next': { needs: 'sale.ring', input: {} },
  'baskets.show': { needs: 'sale.ring', input: { number: 2 } },
  'parked.park': { needs: 'sale.ring', input: { label: null } },
  'parked.park-all': { needs: 'sale.ring', input: {} },
  'parked.recall': { needs: 'sale.ring', input: { parkedId: someId } },
  'parked.discard': { needs: 'sale.ring', input: { parkedId: someId } },
  'product.search': { needs: 'sale.ring', input: { text: 'doli' } },
  'product.generics': { needs: 'sale.ring', input: { productId: someId } },
  'favourite.pin': { needs: 'sale.ring', input: { productId: someId, where: 'till' } },
  'product.forecast': { needs: 'forecast.view', input: { productId: someId } },
  'sale.pay-cash': { needs: 'sale.ring', input: { given: 100 as never, revision: 0 } },
  'sale.pay-card': { needs: 'sale.ring', input: { revision: 0 } },
  'payment.cash': { needs: 'sale.ring', input: { amount: 100 as never, revision: 0 } },
  'payment.settle': { needs: 'sale.ring', input: {} },
  'payment.by-hand': { needs: 'payment.decide', input: { partId: someId, moved: true } },
  'payment.give-back': { needs: 'sale.ring', input: { partId: someId } },
  'payment.voucher': { needs: 'sale.ring', input: { code: 'V', revision: 0 } },
  'payment.account': { needs: 'sale.ring', input: { revision: 0 } },
  'customer.search': { needs: 'sale.ring', input: { text: '' } },
  'customer.attach': { needs: 'sale.ring', input: { customerId: null } },
  'payment.finish': { needs: 'sale.ring', input: { revision: 0 } },
  'sales.search': { needs: 'sale.ring', input: { text: '' } },
  'sales.copy': { needs: 'sale.ring', input: { saleId: someId } },
  'refund.begin': { needs: 'refund.make', input: { saleId: someId } },
  'refund.choose': {
    needs: 'refund.make',
    input: { lineId: someId, quantity: 1, disposition: 'stock' },
  },
  'refund.because': { needs: 'refund.make', input: { reason: 'faulty' } },
  'refund.in-cash': { needs: 'payment.decide', input: { on: true } },
  'exchange.begin': {
    needs: 'refund.make',
    input: { reason: 'faulty', revision: 0, total: 0 as never },
  },
  'refund.complete': {
    needs: 'refund.make',
    input: { reason: 'faulty', revision: 0, total: 0 as never },
  },
  'exception.dismiss': { needs: 'sale.ring', input: { id: someId } },
}

let till: TestTill
let send: (command: string, input: unknown) => Promise<{ refused?: string } | null>
beforeAll(async () => {
  till = await openTestTill()
  const dispatch = createDispatch(
    handlersOf(till, {
      sync: () => ({ state: 'online' }),
      loading: () => null,
      training: NO_TRAINING,
      printer: () => ({ state: 'none', waiting: 0 }),
      scanner: () => ({ state: 'none' }),
      forecast: async () => ({ refused: 'no-forecast' }),
    }),
    {
      log: pino({ level: 'silent' }),
      onFatal: (error) => {
        throw error
      },
    },
  )
  send = async (command, input) => {
    const frame = await dispatch(JSON.stringify({ id: 1, command, input }))
    return frame && 'refusal' in frame ? frame.refusal : null
  }
})
afterAll(() => till.dispose())

const cases = roleSchema.options.flatMap((role) =>
  Object.entries(GUARDED).map(([command, { needs, input }]) => ({ role, command, needs, input })),
)

test.each(cases)('$role: $command', async ({ role, command, needs, input }) => {
  await till.unlockAs(role)
  const answer = await send(command, input)
  const allowed = MAY[role].includes(needs)
  expect(answer?.refused === 'not-allowed').toBe(!allowed)
})

test.each(Object.entries(GUARDED))('locked: %s', async (command, { input }) => {
  till.operators.lock()
  expect(await send(command, input)).toMatchObject({ refused: 'locked' })
})

test('no command is left out of this table but those that anyone may give', () => {
  const free = [
    'operator.unlock',
    'operator.lock',
    'notice.dismiss',
    'refund.cancel',
    'exchange.cancel',
    'payment.cancel-card',
    'payment.put-away',
  ]
  // training.test.ts shows whom it refuses; whoever finds a till in training may end it.
  const training = ['training.start', 'training.end']
  const handled = Object.keys(handlersOf(till, null as never))
  expect([...Object.keys(GUARDED), ...free, ...training].sort()).toEqual(handled.sort())
})
