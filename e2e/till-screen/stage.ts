import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startTestTill, type TestTill } from './test-till.ts'
import { buildTillUi, launch, openWindow, type TillWindow, type WindowOptions } from './window.ts'

export interface StageOptions {
  window?: WindowOptions
  /** What stands beside the till. */
  devices?(): Parameters<typeof startTestTill>[1]
  /** Sets what is around the till before its window opens. */
  around?(till: TestTill): void
}

/** A till with a window onto it, fresh for each test of the file that calls this. */
export interface Stage {
  till: TestTill
  window: TillWindow
  page(): Page
  /** Unlocks, and opens the drawer with a float. */
  open(pin: string, float?: string): Promise<void>
  /** Until something that is asked again and again has this value. */
  until(what: () => unknown, value: unknown): Promise<void>
}

/** Builds the screen and starts the browser once for the file, a till and its window for each of its tests. */
export function setStage({ window: size = {}, devices, around }: StageOptions = {}): Stage {
  let ui: string
  let browser: Browser
  const stage = {
    page: () => stage.window.page,
    until: (what, value) => expect.poll(what, { timeout: 10_000 }).toEqual(value),
    open: async (pin, float = '150') => {
      const { page } = stage.window
      await page.waitForSelector('[name=pin]')
      await stage.window.type(pin)
      await stage.window.keys('Enter')
      await page.waitForSelector('[name=float]')
      await stage.window.type(float)
      await stage.window.keys('Enter')
      await page.getByText('Ready').waitFor()
      stage.window.pressed()
    },
  } as Stage

  beforeAll(async () => {
    ui = await buildTillUi()
    browser = await launch()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    stage.till = await startTestTill(ui, devices?.())
    around?.(stage.till)
    stage.window = await openWindow(browser, stage.till.address, size)
  })
  afterEach(async () => {
    await stage.window.close()
    await stage.till.stop()
  })
  return stage
}
