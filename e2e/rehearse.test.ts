import { execFile } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const MAIN = new URL('../scripts/rehearse/main.ts', import.meta.url).pathname

/** Runs the command; its output also when it ends with a fault. */
const rehearse = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 24 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
  })

describe('npm run rehearse', () => {
  it('plays a short Saturday, and its drawers reconcile', async () => {
    const { code, out, err } = await rehearse('--seed', '1', '--sales', '60', '--no-screens')
    expect(err).toBe('')
    expect(out).not.toContain('DOES NOT RECONCILE')
    expect(out).toContain('tills, Postgres, Z reports and ledger agree to the cent')
    const sales = [...out.matchAll(/^Comptoir \d: (\d+) sales/gm)].map(([, count]) => Number(count))
    expect(sales).toHaveLength(3)
    expect(sales.reduce((sum, count) => sum + count, 0)).toBe(60)
    expect(out.match(/the line is cut/g)).toHaveLength(2)
    expect(out).toContain('1 parked-recalled-twice')
    expect(out).toMatch(/was killed in mid-sale, and is back/)
    expect(out).toMatch(/\(-1\.00 €\)/)
    // Each has been met, whatever the day: the first ten sales hold one of each.
    expect(out).toMatch(/vouchers 5\.00 €/)
    expect(out).toMatch(/exchanged [1-9]/)
    expect(code).toBe(0)
  })
})
