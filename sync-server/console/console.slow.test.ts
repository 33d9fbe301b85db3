import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { businessDateAt } from '../../domain/business-date.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { launch } from '../../e2e/till-screen/window.ts'
import { TestJournal } from '../journal/test-journal.ts'
import { addDevice, deviceToken, send, signIn, startTestServer, type TestServer } from '../test-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** What a person means by "at once", ms. */
const AT_ONCE_MS = 1_000

let consoleDir: string
let server: TestServer
let browser: Browser

beforeAll(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), 'pharmasaas-console-'))
  await build({
    configFile: join(ROOT, 'vite.console.config.ts'),
    logLevel: 'error',
    build: { outDir: consoleDir },
  })
  server = await startTestServer({ CONSOLE_DIR: consoleDir })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await rm(consoleDir, { recursive: true, force: true })
})

const today = () => businessDateAt(Date.now(), 'Europe/Paris')
const nowText = () => new Date().toISOString()

async function post(
  journal: TestJournal,
  events: JournalEvent[],
  pending = { events: 0, sales: 0, amount: 0 },
) {
  const { deviceId } = journal.device
  const token = await deviceToken(journal.device)
  const answer = await send(server, '/v1/journal', { token, body: { deviceId, events, pending } })
  expect(answer.status).toBe(200)
}

/** A cash sale of today. */
const sell = (journal: TestJournal, quantity: number, changes: object = {}) =>
  journal.append({ ...journal.sale(quantity, { businessDate: today(), ...changes }), at: nowText() })

const open = (journal: TestJournal) => {
  const fact = journal.opened(10_000)
  return journal.append({ ...fact, payload: { ...fact.payload, businessDate: today() }, at: nowText() })
}

async function openConsole(person: string, locale = 'en'): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/console/`)
  await page.getByRole('button', { name: person }).click()
  return page
}

describe('head office’s console', () => {
  let journal: TestJournal
  let page: Page

  it('says loudly that the development sign-in is not Clerk, and shows both branches', async () => {
    journal = new TestJournal(await addDevice(server), server.organisation)
    await post(journal, [open(journal), sell(journal, 2)])
    page = await openConsole('head_office')
    await page.getByText('Development sign-in, not Clerk.').waitFor()
    await page.getByRole('article').filter({ hasText: 'Branch 1' }).getByText('€5.00').first().waitFor()
    await page
      .getByRole('article')
      .filter({ hasText: 'Branch 2' })
      .getByText('€0.00', { exact: true })
      .waitFor()
  })

  it('shows a sale within a second, without reload, with its VAT and tender', async () => {
    const card = page.getByRole('article').filter({ hasText: 'Branch 1' })
    // Beside a busy build machine's other work one of them may be late: the quickest of three tells what we take.
    const tookMs: number[] = []
    for (const [quantity, total] of [
      [3, '€12.50'],
      [1, '€15.00'],
      [2, '€20.00'],
    ] as const) {
      await post(journal, [sell(journal, quantity)])
      const started = Date.now()
      await card.getByText(total, { exact: true }).waitFor({ timeout: 5_000 })
      tookMs.push(Date.now() - started)
    }
    expect(Math.min(...tookMs)).toBeLessThan(AT_ONCE_MS)
    await card.getByText('4 sales').waitFor()
    // 2.1 % inside, rounded per receipt: 5.00 holds 0.10, 7.50 holds 0.15, 2.50 holds 0.05, 5.00 holds 0.10.
    await card.getByText('VAT €0.40').waitFor()
    await card.getByText('Cash €20.00').waitFor()
  })

  it('opens a receipt to its lines', async () => {
    await page.getByRole('button', { name: 'Receipt 2' }).click()
    const lines = page.getByRole('table', { name: 'Lines of receipt 2' })
    await lines.getByText('Aspirine').waitFor()
    const cells = await lines.getByRole('row').nth(1).getByRole('cell').allTextContents()
    expect(cells.slice(1)).toEqual(['3', '2.50', '7.50'])
    await page.getByText('Cash, given €8.50, change €1.00').waitFor()
  })

  it('names a receipt number that is missing, and says what a fact to review means', async () => {
    const changes = { receiptNumber: 7, saleId: uuidv7() }
    await post(journal, [sell(journal, 1, changes)], { events: 4, sales: 3, amount: 4_250 })
    const tills = page.getByRole('table', { name: 'Tills' })
    await tills.getByText('5–6').waitFor()
    await tills.getByRole('cell', { name: '42.50' }).waitFor()
    await page.getByText('Receipt numbers were passed over.').waitFor()
    await page.getByRole('link', { name: '2 receipts are missing' }).waitFor()
  })

  it('shows a drawer closed short, with word and sign, and who', async () => {
    const sessions = page.getByRole('table', { name: 'Cash sessions' })
    await sessions.getByText('Open since').waitFor()
    const fact = journal.closed(11_550, 12_250)
    await post(journal, [
      journal.append({ ...fact, payload: { ...fact.payload, businessDate: today() }, at: nowText() }),
    ])
    await sessions.getByText('Short').waitFor()
    const row = sessions.getByRole('row').nth(1)
    const cells = await row.getByRole('cell').allTextContents()
    expect(cells.slice(1)).toEqual(['100.00', '122.50', '115.50', 'Short −7.00'])
    await row.getByText('opened: cashier, closed: pharmacist').waitFor()
  })

  it('shows what moved in a drawer with its reasons, and what may have made its difference', async () => {
    // 7.00 was paid out after the count was made up: the drawer is short by what the slip says.
    const { sessionId, branchId, registerId } = journal.place()
    const moved = { movementId: uuidv7(), sessionId, branchId, registerId, kind: 'paid-out', amount: 350 }
    await post(journal, [
      journal.append({
        type: 'cash-session.moved',
        payload: { ...moved, reason: 'timbres' },
        at: nowText(),
      }),
    ])
    await page
      .getByRole('table', { name: 'Cash sessions' })
      .getByRole('button', { name: /Branch 1/ })
      .click()
    const moves = page.getByRole('table', { name: /What moved in Branch 1/ })
    await moves.getByText('timbres').waitFor()
    const rows = await moves.locator('tbody tr').allTextContents()
    expect(rows.map((row) => row.replace(/^.*?\d\d:\d\d/, ''))).toEqual([
      'Floatcashier+100.00',
      'Cash sales × 5cashier+22.50',
      'Paid outtimbrescashier−3.50',
    ])
    await page.getByText('Z report 1').waitFor()
  })

  it('waits over one connection, whatever it follows', async () => {
    const waits = new Set<string>()
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname === '/v1/shapes' || url.searchParams.has('live')) waits.add(url.pathname)
    })
    await post(journal, [], { events: 0, sales: 0, amount: 0 })
    await expect.poll(() => waits.size, { timeout: 30_000 }).toBeGreaterThan(0)
    expect([...waits]).toEqual(['/v1/shapes'])
  })

  it('is live in three windows of one browser at once, which has six connections for them all', async () => {
    const more = [await page.context().newPage(), await page.context().newPage()]
    const sales = (window: Page) => window.getByRole('article').filter({ hasText: 'Branch 1' })
    const count = Number(/(\d+) sales/.exec(await sales(page).innerText())?.[1])
    for (const window of more) {
      await window.goto(`${server.url}/console/`)
      await window.getByRole('button', { name: 'head_office' }).click()
      await sales(window).getByText(`${count} sales`).waitFor()
    }
    await post(journal, [sell(journal, 1)])
    for (const window of [page, ...more]) {
      await sales(window)
        .getByText(`${count + 1} sales`)
        .waitFor({ timeout: 5_000 })
    }
    for (const window of more) await window.close()
  })

  it('shows what is open however old it is', async () => {
    const { branchId, registerIds, staff } = server.organisation
    const place = { branch_id: branchId, register_id: registerIds[1], device_id: uuidv7() }
    const at = '2024-02-01T09:00:00.000Z'
    const drawer = { ...place, opened_at: at, opened_by: staff.pharmacist, opening_float: 4_321 }
    await server.db
      .insertInto('cash_session')
      .values({ ...drawer, id: uuidv7(), business_date: '2024-02-01', currency: 'EUR' } as never)
      .execute()
    await page.getByRole('table', { name: 'Cash sessions' }).getByText('43.21').waitFor()
    const id = uuidv7()
    const exception = { id, device_id: place.device_id, seq: 1, branch_id: branchId, code: 'price-differs' }
    await server.db
      .insertInto('event_exception')
      .values({ ...exception, detail: 'of long ago', raised_at: at })
      .execute()
    await page.getByText('of long ago').waitFor()
  })

  it.each(['light', 'dark'] as const)('has no accessibility fault in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  })
})

describe('what head office sets', () => {
  it('is saved where it stands: a price, a branch’s limits, a review', async () => {
    const page = await openConsole('head_office')
    await page.getByRole('link', { name: 'Prices' }).click()
    await page.getByLabel('Name or code, two letters or more').fill('aspirine')
    await page.getByRole('button', { name: 'Search' }).click()
    await page
      .getByLabel(/New price of/)
      .first()
      .fill('3.99')
    await page.getByRole('button', { name: 'Set price' }).first().click()
    await page.getByText('€3.99').waitFor()
    await page.getByRole('link', { name: 'Branches' }).click()
    const form = page.getByRole('form', { name: 'Branch 1', exact: true })
    await form.getByLabel('Count again above (EUR)').fill('5')
    await form.getByLabel('Mail Z reports to').fill('nowhere')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('status').getByText(/zMail/).waitFor()
    await form.getByLabel('Mail Z reports to').fill('z@pharmacie.example')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('Saved.').waitFor()
    const branch = await server.db
      .selectFrom('branch')
      .where('name', '=', 'Branch 1')
      .select(['recount_over', 'z_mail'])
      .executeTakeFirst()
    expect(branch).toEqual({ recount_over: 500, z_mail: 'z@pharmacie.example' })
    await page.getByRole('link', { name: 'Today' }).click()
    const toReview = page.getByRole('button', { name: /Mark as reviewed/ })
    await toReview.first().waitFor()
    const before = await toReview.count()
    await toReview.first().click()
    await expect.poll(() => toReview.count()).toBe(before - 1)
    await page.getByText('1 reviewed before').waitFor()
  })
})

describe('who may see what', () => {
  it('shows a branch manager their own branch, in French too', async () => {
    const page = await openConsole('branch_manager', 'fr-FR')
    await page.getByRole('heading', { name: 'Aujourd’hui par officine' }).waitFor()
    await page.getByRole('article').filter({ hasText: 'Branch 1' }).waitFor()
    expect(await page.getByRole('article').count()).toBe(1)
  })

  it.each(['cashier', 'pharmacist', 'it_admin'] as const)('refuses a %s with words', async (role) => {
    const page = await openConsole(role)
    await page.getByText('the console is not for your role').waitFor()
    const token = await signIn(server, role)
    for (const path of [
      `/v1/sales/${uuidv7()}`,
      `/v1/takings?from=${today()}`,
      '/v1/shape?table=sale&offset=-1',
    ]) {
      expect((await send(server, path, { token })).status).toBe(403)
    }
  })

  it('does not tell a branch manager of another branch’s sale', async () => {
    const sale = await server.db.selectFrom('sale').select(['id']).executeTakeFirstOrThrow()
    const token = await signIn(server, 'branch_manager')
    expect((await send(server, `/v1/sales/${sale.id}`, { token })).status).toBe(200)
    await server.db
      .updateTable('staff')
      .set({ branch_id: server.organisation.otherBranchId })
      .where('role', '=', 'branch_manager')
      .execute()
    expect((await send(server, `/v1/sales/${sale.id}`, { token })).status).toBe(404)
    const takings = await send(server, `/v1/takings?from=${today()}`, { token })
    expect(await takings.json()).toEqual({ taxes: [], tenders: [], refunds: [] })
    expect((await send(server, '/v1/takings?from=soon', { token })).status).toBe(400)
    expect((await send(server, `/v1/sales/${sale.id}`)).status).toBe(401)
  })

  it('says so when a session has ended', async () => {
    const page = await openConsole('head_office')
    await page.getByRole('article').first().waitFor()
    await server.db.updateTable('staff').set({ active: false }).where('role', '=', 'head_office').execute()
    await page.getByText('Your session has ended.').waitFor({ timeout: 15_000 })
    await server.db.updateTable('staff').set({ active: true }).where('role', '=', 'head_office').execute()
  })
})

it('says when the server stops answering, and keeps the figures', async () => {
  const page = await openConsole('head_office')
  const card = page.getByRole('article').filter({ hasText: 'Branch 1' })
  await card.getByText('€25.00', { exact: true }).waitFor()
  await page.context().setOffline(true)
  await page.getByText('The server is not answering since').waitFor({ timeout: 15_000 })
  await card.getByText('€25.00', { exact: true }).waitFor()
  await page.context().setOffline(false)
  await page.getByText('The server is not answering since').waitFor({ state: 'detached', timeout: 15_000 })
})
