import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCardTerminal } from '../../hardware/devices/card-terminal.ts'
import {
  type CardTerminalEmulator,
  startCardTerminalEmulator,
} from '../../hardware/emulators/card-terminal.ts'
import { tcpTransport } from '../../hardware/transports/tcp.ts'
import { setStage } from './stage.ts'

let its: CardTerminalEmulator

beforeEach(async () => {
  its = await startCardTerminalEmulator({ port: 0, answerAfterMs: 30 })
})
afterEach(() => its.close())

const stage = setStage({
  window: { width: 1024, height: 768 },
  devices: () => {
    const transport = tcpTransport({ host: '127.0.0.1', port: its.port })
    return { terminal: createCardTerminal({ transport, timeouts: { payMs: 20_000 } }) }
  },
})

const { page, until } = stage
const total = () => page().getByTestId('total').innerText()

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'

const open = (pin = '1111') => stage.open(pin, '100')

/** Two packs at 1.16 and one at 3.41, 5.73 in all. */
async function ring() {
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) await stage.window.scan(code)
  await until(total, expect.stringContaining('€5.73'))
  stage.window.pressed()
}

const tenders = () =>
  stage.till.till.context.db
    .prepare('select kind, amount, given, change_given, reference from sale_tender order by id')
    .raw()
    .all()
const drawer = () => stage.till.till.context.db.prepare('select amount from drawer_balance').pluck().get()

test('a sale is split: 2.00 in cash, 3.00 by card, the rest in cash with change', async () => {
  await open()
  await ring()
  await stage.window.keys('F12')
  await page().waitForSelector('[name=given]')
  await stage.window.type('2')
  await page().getByRole('button', { name: 'Take as a part' }).waitFor()
  await stage.window.keys('F12')
  // 5.73 - 2.00
  await until(total, expect.stringContaining('€3.73 still due'))
  await stage.window.type('3')
  await stage.window.keys('F9')
  // 3.73 - 3.00
  await until(total, expect.stringContaining('€0.73 still due'))
  // The last row of keys is in sight.
  const body = page()
    .locator('section', { has: page().locator('[name=given]') })
    .locator('> div')
    .first()
  expect(await body.evaluate((of) => of.scrollHeight - of.clientHeight)).toBe(0)
  // What was paid in part stands still.
  await stage.window.scan(DOLIPRANE)
  await page().getByText('Money was taken for this sale').waitFor()
  await stage.window.keys('1', 'Enter')
  await until(() => page().getByTestId('change').innerText(), 'Change\n\n€0.27')
  expect(tenders()).toEqual([
    ['cash', 200, 200, 0, null],
    ['card', 300, 300, 0, 'T000001'],
    ['cash', 73, 100, 27, null],
  ])
  // Float 100.00 + 2.00 + 0.73.
  expect([drawer(), its.charged()]).toEqual([10_273, 300])
})

test('a card is one key; declined it takes nothing, and what was taken is given back by Del', async () => {
  await open()
  await ring()
  its.script({ do: 'decline', reason: 'insufficient-funds' })
  await stage.window.keys('F9')
  await page().getByText('Declined: there is not enough money on the card.').waitFor()
  expect(its.charged()).toBe(0)
  await stage.window.type('4')
  await page().getByRole('button', { name: 'Card 4.00', exact: true }).waitFor()
  await stage.window.keys('F9')
  await until(total, expect.stringContaining('€1.73 still due'))
  await until(() => page().inputValue('[name=given]'), '')
  await stage.window.keys('Delete')
  await until(() => page().getByTestId('taken').count(), 0)
  expect(its.charged()).toBe(0)
  stage.window.pressed()
  await stage.window.keys('F9')
  await page().getByText('Paid by card').waitFor()
  expect([stage.window.pressed(), its.charged(), drawer()]).toEqual([1, 573, 10_000])
})

test('a customer who changes their mind at the terminal is let go by Esc', async () => {
  await open()
  await ring()
  its.script({ do: 'time-out' })
  await stage.window.keys('F9')
  await page().getByText('The customer is at the card terminal').waitFor()
  await stage.window.keys('Escape')
  await page().getByText('The card payment was cancelled').waitFor()
  await stage.window.keys('Enter')
  await page().getByText('No change').waitFor()
  expect([its.charged(), drawer()]).toEqual([0, 10_573])
})

test('an unknown outcome bars every tender until the terminal can be asked, and nobody is charged twice', async () => {
  await open()
  await ring()
  its.script({ do: 'approve-and-cut' }, { do: 'time-out' })
  await stage.window.keys('F9')
  // The answer was cut off behind the approval: found out by itself.
  await page().getByText('Paid by card').waitFor()
  expect(its.charged()).toBe(573)

  await ring()
  await stage.window.keys('F9')
  await page().getByText('The customer is at the card terminal').waitFor()
  await its.unplug()
  await page().getByText('It is not known whether the card was charged').waitFor()
  await stage.window.keys('F9')
  await page().getByText('A card payment has no known outcome yet.').waitFor()
  await stage.window.keys('1')
  await page().getByText('Only: pharmacist, branch manager').waitFor()
  // Left for the sale, or locked, it is not out of mind.
  await stage.window.keys('Escape')
  await until(total, expect.stringContaining('Card payment of €5.73 open: F12'))
  await page().keyboard.press('Control+l')
  await page().waitForSelector('[name=pin]')
  await page().getByText('Card payment of €5.73 open: F12').waitFor()
  await stage.window.type('1111')
  await stage.window.keys('Enter')
  await page().getByText('It is not known whether the card was charged').waitFor()
  await its.plugIn()
  await stage.window.keys('Enter')
  await page().getByText('The card payment was cancelled').waitFor()
  await stage.window.keys('F9')
  await page().getByText('Paid by card').waitFor()
  expect(its.charged()).toBe(2 * 573)
})

test('a customer is named by their card, pays by voucher and on account, past the limit with a second PIN', async () => {
  const { db } = stage.till.till.context
  const martin = '0190c000-0000-7000-8000-000000000001'
  db.exec(`insert into customer values ('${martin}', 17, 'Hélène Martin', '2990000000178', 5000, 1);
    insert into account_balance values ('${martin}', 4900);
    insert into voucher values ('V-7Q4K', null, 1); insert into voucher_balance values ('V-7Q4K', 400)`)
  await open()
  // A voucher before the first pack waits for the sale; left, it is scanned again; in Pay it comes up too.
  const field = page().locator('[name=voucher]')
  await stage.window.scan('V-7Q4K')
  await page().getByText('Voucher V-7Q4K is kept for this sale.').waitFor()
  await ring()
  await stage.window.keys('F8')
  await until(() => field.inputValue(), 'V-7Q4K')
  await stage.window.keys('Escape', 'Escape', 'F12')
  await page().waitForSelector('[name=given]')
  await stage.window.scan('V-7Q4K')
  await until(() => field.inputValue(), 'V-7Q4K')
  await stage.window.keys('Escape', 'Escape', 'F7')
  await page().getByRole('option').first().waitFor()
  await stage.window.type('mart')
  await stage.window.keys('Enter')
  await until(total, expect.stringContaining('Hélène Martin'))
  await stage.window.keys('F8')
  await page().waitForSelector('[name=voucher]')
  await stage.window.type('v-7q4k')
  await stage.window.keys('Enter')
  // 5.73 - 4.00
  await until(total, expect.stringContaining('€1.73 still due'))
  await stage.window.keys('F8')
  await page().waitForSelector('[name=voucher]')
  await stage.window.keys('F8')
  // 49.00 + 1.73 = 50.73 of 50.00.
  await page().getByText('The account would owe €50.73').waitFor()
  await page().waitForSelector('[name=tender-pin]')
  await stage.window.type('2222')
  await stage.window.keys('Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  expect(tenders()).toEqual([
    ['voucher', 400, 400, 0, 'V-7Q4K'],
    ['account', 173, 173, 0, martin],
  ])
  expect(db.prepare('select amount from account_balance').pluck().get()).toBe(5073)
  expect(drawer()).toBe(10_000)
})

test('a refund goes back by the terminal: refused, in cash or again, unknown, and made once it has', async () => {
  await open('2222')
  await ring()
  await stage.window.keys('F9')
  await page().getByText('Paid by card').waitFor()
  await stage.window.scan('R-1-000001')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.scan(VENTOLINE)
  await page().getByText('1 of 1').waitFor()
  its.script({ do: 'decline', reason: 'refund-not-possible' }, { do: 'time-out' })
  await stage.window.keys('1', 'Enter')
  await page().getByText('The bank takes no refund to this card').waitFor()
  // Nothing has gone back: what comes back may be chosen anew.
  await page()
    .getByRole('button', { name: /^Fewer/ })
    .waitFor()
  const give = page().getByRole('button', { name: /^Refund (in cash|to the card)/ })
  await stage.window.keys('c')
  await until(() => give.innerText(), expect.stringContaining('in cash'))
  await stage.window.keys('c')
  await until(() => give.innerText(), expect.stringContaining('to the card'))
  await stage.window.keys('Enter')
  await page().getByText('The terminal is giving the money back').waitFor()
  await its.unplug()
  await page().getByText('It is not known whether the money went back to the card').waitFor()
  // What is begun is not given up.
  await stage.window.keys('Escape', 'Escape')
  await page().getByText('Money is going back to the card for this refund').waitFor()
  await its.plugIn()
  await stage.window.keys('Enter')
  await page().getByText('Cancelled at the terminal').waitFor()
  await stage.window.keys('Enter')
  await until(() => page().getByTestId('refunded').innerText(), 'Back to the card\n\n€3.41')
  expect([its.charged(), drawer()]).toEqual([573 - 341, 10_000])

  // A Doliprane is exchanged for nothing dearer: the rest goes to the card in the same payment.
  await stage.window.keys('Enter')
  await stage.window.scan('R-1-000001')
  await page().getByRole('heading', { name: 'Refund' }).waitFor()
  await stage.window.scan(DOLIPRANE)
  await stage.window.scan(DOLIPRANE)
  await page().getByText('2 of 2').waitFor()
  await stage.window.keys('2', 'x')
  await stage.window.scan(DOLIPRANE)
  await until(total, expect.stringContaining('−€1.16'))
  its.script({ do: 'decline', reason: 'other' })
  await stage.window.keys('F12')
  await page().getByText('The terminal refused: nothing went back to the card.').waitFor()
  await stage.window.keys('Enter')
  await page().getByText('The next scan starts the next sale').waitFor()
  // 5.73 - 3.41 - 1.16
  expect([its.charged(), drawer()]).toEqual([116, 10_000])
})
