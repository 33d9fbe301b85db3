import { describe, expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()

const { page, until } = stage
const lineCount = () => page().locator('[data-line]').count()
const total = () => page().getByTestId('total').innerText()

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'
const KARDEGIC = '3400934744198'

async function unlock(pin = '2222') {
  await page().waitForSelector('[name=pin]')
  await stage.window.type(pin)
  await stage.window.keys('Enter')
}

async function open() {
  await unlock()
  await page().waitForSelector('[name=float]')
  await stage.window.type('150')
  await stage.window.keys('Enter')
  await page().getByRole('combobox').waitFor()
  await page().getByText('Scan an item or type its name').waitFor()
  stage.window.pressed()
}

async function scanThree() {
  for (const [i, code] of [DOLIPRANE, VENTOLINE, KARDEGIC].entries()) {
    await stage.window.scan(code)
    await until(lineCount, i + 1)
  }
}

describe('keys', () => {
  test('three scans and exact cash take two', async () => {
    await open()
    await scanThree()
    // 1.16 + 3.41 + 1.62
    expect(await total()).toContain('€6.19')
    await stage.window.keys('F12')
    await page().waitForSelector('[name=given]')
    await stage.window.keys('Enter')
    await page().getByText('No change').waitFor()
    expect(stage.window.pressed()).toBe(2)
    expect(stage.till.till.lastSale.view()).toMatchObject({ total: 619, given: 619, change: 0, itemCount: 3 })
  })

  test('three scans and a note take two, digits at most five', async () => {
    await open()
    await scanThree()
    await stage.window.keys('F12')
    await page().waitForSelector('[name=given]')
    await stage.window.keys('b')
    // 10.00 is the second note above 6.19; change 3.81.
    await until(() => page().getByTestId('change').innerText(), 'Change\n\n€3.81')
    expect(stage.window.pressed()).toBe(2)

    await scanThree()
    await stage.window.keys('F12')
    await page().waitForSelector('[name=given]')
    await stage.window.keys('2', '0', 'Enter')
    await until(() => page().getByTestId('change').innerText(), 'Change\n\n€13.81')
    expect(stage.window.pressed()).toBeLessThanOrEqual(5)
  })

  test('card is one, six of one are two, a name with Enter is five', async () => {
    await open()
    await stage.window.keys('6', '*')
    expect(stage.window.pressed()).toBe(2)
    await stage.window.scan(DOLIPRANE)
    await until(total, expect.stringContaining('€6.96'))
    await stage.window.type('kard')
    await page().getByRole('option').first().waitFor()
    await stage.window.keys('Enter')
    await until(lineCount, 2)
    expect(stage.window.pressed()).toBe(5)
    await stage.window.keys('F9')
    await page().getByText('Paid by card').waitFor()
    expect(stage.window.pressed()).toBe(1)
  })

  test('change the selected line, remove it, take it back; Esc never empties the basket', async () => {
    await open()
    await scanThree()
    await stage.window.keys('ArrowUp', '+')
    await until(total, expect.stringContaining('€9.60'))
    await stage.window.keys('-', 'Delete')
    await until(lineCount, 2)
    await page().keyboard.press('Control+z')
    await until(lineCount, 3)
    await stage.window.keys('4', '*', 'Enter')
    await until(total, expect.stringContaining('€16.42'))
    await stage.window.keys('Escape', 'Escape', 'Escape')
    expect(await lineCount()).toBe(3)
  })
})

describe('the total', () => {
  test('is hidden by no action', async () => {
    await open()
    await scanThree()
    const box = await page().getByTestId('total').boundingBox()
    for (const key of ['F1', 'F2', 'F12', 'Escape', 'F10', 'ArrowRight', 'Escape', 'ArrowRight', 'Escape']) {
      await stage.window.keys(key)
      expect(await page().getByTestId('total').boundingBox()).toEqual(box)
      expect(await total()).toContain('€6.19')
      // Nothing lies over it.
      const top = await page().evaluate(
        ([x, y]) =>
          document.elementFromPoint(x as number, y as number)?.closest('[data-testid=total]') !== null,
        [(box?.x ?? 0) + 20, (box?.y ?? 0) + 20],
      )
      expect(top).toBe(true)
    }
  })
})

describe('a scan', () => {
  test.each([
    ['while searching', async () => void (await stage.window.type('doli'))],
    ['with the keys panel open', () => stage.window.keys('F1')],
    ['with the drawer panel open', () => stage.window.keys('F10')],
    ['with a button focused', async () => page().getByRole('button', { name: 'Lock' }).focus()],
    ['after a count was keyed and cleared', () => stage.window.keys('3', '*', 'Escape')],
  ])('%s adds exactly one line, and its Enter does nothing else', async (_where, prepare) => {
    await open()
    await prepare()
    await stage.window.scan(VENTOLINE)
    await until(lineCount, 1)
    expect(stage.till.till.basket.view()).toMatchObject({ itemCount: 1, total: 341 })
    expect(stage.till.till.operators.current()).not.toBeNull()
  })

  test('in the pay panel adds the line and never pays', async () => {
    await open()
    await scanThree()
    await stage.window.keys('F12')
    await page().waitForSelector('[name=given]')
    await stage.window.scan(DOLIPRANE)
    await until(total, expect.stringContaining('€7.35'))
    expect(await page().inputValue('[name=given]')).toBe('')
    expect(stage.till.till.lastSale.view()).toBeNull()
    // A slow scanner types: eight digits and more are no amount.
    await stage.window.type(DOLIPRANE)
    await stage.window.keys('Enter')
    await page().getByText('That is a code, not an amount.').waitFor()
    expect(stage.till.till.lastSale.view()).toBeNull()
  })

  test('during a count is refused with a word and reaches no field', async () => {
    await open()
    await stage.window.keys('F10', '7')
    await page().getByText('Count the drawer').waitFor()
    await stage.window.type('2')
    await stage.window.scan(DOLIPRANE)
    await page().getByText('A count is under way').waitFor()
    expect(stage.till.till.basket.view().itemCount).toBe(0)
    expect(await page().locator('[data-form-line]').first().inputValue()).toBe('2')
  })

  test('while locked is refused aloud, not queued, and is no PIN', async () => {
    await page().waitForSelector('[name=pin]')
    await stage.window.scan(DOLIPRANE)
    await page().getByText('The till is locked.').waitFor()
    expect(await page().inputValue('[name=pin]')).toBe('')
    await open()
    expect(stage.till.till.basket.view().itemCount).toBe(0)
  })

  test('of an unknown code stays until the next good one and counts repeats', async () => {
    await open()
    await stage.window.scan('3400999999991')
    await page().getByText('Unknown code 3400999999991').waitFor()
    await stage.window.scan('3400999999991')
    await page().getByText('(2 times)').waitFor()
    await stage.window.keys('Enter')
    expect(await page().getByText('Unknown code 3400999999991').count()).toBe(1)
    await stage.window.scan(DOLIPRANE)
    await until(lineCount, 1)
    await until(() => page().getByText('Unknown code').count(), 0)
  })

  test('is never lost while another is drawn', async () => {
    await open()
    const codes = stage.till.products.filter(({ price }) => price !== null).map(({ cip13 }) => cip13)
    await Promise.all(codes.map((code) => stage.window.scan(code)))
    await until(lineCount, codes.length)
  })
})

describe('the connection', () => {
  test('is told when it goes and comes back by itself, the basket unharmed', async () => {
    await open()
    await scanThree()
    await stage.till.hangUp()
    await page().getByText('The till is not answering.').waitFor()
    await stage.window.scan(DOLIPRANE)
    await page().getByText('this may not have been recorded').waitFor()
    expect(await lineCount()).toBe(3)
    await stage.till.answerAgain()
    await page().getByText('Online', { exact: true }).waitFor()
    await stage.window.scan(DOLIPRANE)
    await until(total, expect.stringContaining('€7.35'))
  })

  test('keeps the token out of the address bar and in the tab', async () => {
    await page().waitForSelector('[name=pin]')
    expect(new URL(page().url()).hash).toBe('')
    await page().reload()
    await page().waitForSelector('[name=pin]')
  })
})

describe('the drawer', () => {
  test('is counted blind and only then tells what was expected', async () => {
    await open()
    await scanThree()
    await stage.window.keys('F12', 'Enter')
    await page().getByText('No change').waitFor()
    await stage.window.keys('F10', '7')
    await page().getByText('Count the drawer').waitFor()
    expect(await page().locator('body').innerText()).not.toContain('156.19')
    // 500, 200, 100: none; 3 x 50; 20 and 10: none; 1 x 5.
    for (const digits of ['', '', '', '3', '', '', '1', '', '', '', '', '', '', '', '']) {
      if (digits) await stage.window.type(digits)
      await stage.window.keys('Enter')
    }
    // Card slips and vouchers: none.
    await stage.window.keys('Enter', 'Enter', 'Enter')
    // 150.00 + 6.19 expected, 155.00 counted.
    await until(() => page().getByTestId('variance').innerText(), 'Short €1.19')
    expect(await page().locator('body').innerText()).toContain('€156.19')
    await stage.window.keys('Enter')
    await page().waitForSelector('[name=float]')
  })

  test('is not closed by a cashier, who is told who may', async () => {
    await unlock('1111')
    await page().waitForSelector('[name=float]')
    await stage.window.type('100')
    await stage.window.keys('Enter')
    await page().getByText('Ready').waitFor()
    await stage.window.keys('F10', '7')
    await page().getByRole('alert').getByText('Only: pharmacist, branch manager').waitFor()
    expect(await page().getByText('Count the drawer').count()).toBe(0)
  })

  test('is what a key waits for that can do nothing now: it says why', async () => {
    await unlock()
    await page().waitForSelector('[name=float]')
    await stage.window.keys('F12')
    await page().getByRole('alert').getByText('The drawer is closed: open it first.').waitFor()
    await stage.window.type('100')
    await stage.window.keys('Enter')
    await page().getByText('Ready').waitFor()
    await stage.window.keys('F12')
    await page().getByRole('alert').getByText('The basket is empty').waitFor()
    await stage.window.keys('Escape')
    await until(() => page().getByRole('alert').count(), 0)
  })

  test('refuses letters and monsters as a float, and keeps what was typed', async () => {
    await unlock()
    await page().waitForSelector('[name=float]')
    await stage.window.type('1x2..5')
    await stage.window.keys('Enter')
    await page().getByText('This is not an amount.').waitFor()
    expect(await page().inputValue('[name=float]')).toBe('1x2..5')
    expect(stage.till.till.sessions.open()).toBeFalsy()
  })
})
