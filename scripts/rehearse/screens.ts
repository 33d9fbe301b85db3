import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Product, TestTill } from '../../e2e/support/product.ts'
import { launch, openWindow, type TillWindow } from '../../e2e/till-screen/window.ts'

/** What is looked at through the day: each till's window, and head office's. */
export interface Screens {
  /** A till's window as it is now, or once it says something. */
  till(name: string, index: number, saying?: RegExp): Promise<void>
  office(name: string): Promise<void>
  paper(name: string, till: TestTill): void
  /** Opens a till's window again: its address has changed. */
  reopen(index: number): Promise<void>
  readonly saved: readonly string[]
  close(): Promise<void>
}

/** Nobody looks. */
export const NO_SCREENS: Screens = {
  till: async () => {},
  office: async () => {},
  paper: () => {},
  reopen: async () => {},
  saved: [],
  close: async () => {},
}

/** A screen that is late with what it should say is taken as it is: the picture shows it. */
const PATIENCE_MS = 15_000

export async function openScreens(product: Product, out: string): Promise<Screens> {
  mkdirSync(out, { recursive: true })
  const browser = await launch()
  const windows: TillWindow[] = []
  for (const till of product.tills) windows.push(await openWindow(browser, till.url))
  const office = await openWindow(browser, `${product.serverUrl}/console/`)
  await office.page.getByRole('button', { name: /Sophie Girard/ }).click()
  const saved: string[] = []
  const save = async ({ page }: TillWindow, name: string) => {
    const path = join(out, `${name}.png`)
    // The day does not wait for its photographer: a machine that is too busy for a picture goes without it.
    const taken = await page
      .screenshot({ path, timeout: PATIENCE_MS, animations: 'disabled' })
      .catch(() => null)
    if (taken) saved.push(path)
  }
  return {
    saved,
    till: async (name, index, saying) => {
      const window = windows[index] as TillWindow
      const said = saying && window.page.getByText(saying).first().waitFor({ timeout: PATIENCE_MS })
      await said?.catch(() => {})
      await save(window, name)
    },
    office: (name) => save(office, name),
    paper: (name, till) => {
      const last = till.printer.receipts().at(-1)
      if (!last) return
      const path = join(out, `${name}.svg`)
      writeFileSync(path, last.svg)
      saved.push(path)
    },
    reopen: async (index) => {
      await windows[index]?.close()
      windows[index] = await openWindow(browser, product.tills[index]?.url ?? '')
    },
    close: () => browser.close(),
  }
}
