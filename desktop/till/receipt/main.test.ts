import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { accepted, cents, openTestTill } from '../test-fixtures.ts'

const dir = mkdtempSync(join(tmpdir(), 'receipt-'))
afterAll(() => rmSync(dir, { recursive: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
    encoding: 'utf8',
  })

/** What is legible in the bytes: the rest commands the printer. */
const legible = (file: string) => readFileSync(file, 'latin1').replace(/[^\x20-\x7e\n]/g, '')

test('writes the bytes of the demo sale', () => {
  const out = join(dir, 'demo.bin')
  expect(run('--sale', 'demo', '--out', out, '--locale', 'en').status).toBe(0)
  expect(readFileSync(out).subarray(0, 2)).toEqual(Buffer.from([0x1b, 0x40]))
  expect(legible(out)).toMatch(/DOLIPRANE 1000 mg/)
  expect(legible(out)).toContain('Thank you for your visit')
})

test('writes the bytes of a sale a till made', async () => {
  const till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(0)))
  accepted(till.scan('3400937412117'))
  const { saleId } = accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
  const out = join(dir, 'sale.bin')
  expect(run('--sale', saleId, '--data', till.dataDir, '--out', out)).toMatchObject({ status: 0, stderr: '' })
  expect(legible(out)).toContain('STREPSILS FRAISE')
  expect(run('--sale', dir, '--data', till.dataDir, '--out', out)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('This till made no sale'),
  })
  till.dispose()
})

test('says in one sentence what is missing', () => {
  expect(run('--help').stdout).toContain('--sale <id|demo>')
  expect(run('--sale', 'demo')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--out is missing'),
  })
  expect(run('--sale', 'x', '--out', 'y')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--data is missing'),
  })
  expect(run('--sale', 'demo', '--out', join(dir, 'no', 'such'))).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/such cannot be written: there is no such file or folder\.\n$/),
  })
})
