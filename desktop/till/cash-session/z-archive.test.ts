import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { textOfPdf } from '../../../hardware/protocols/test-pdf.ts'
import { zReportsDir } from '../data-folder.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { startZArchive } from './z-archive.ts'

let till: TestTill
let told: object[]
beforeEach(async () => {
  till = await openTestTill()
  told = []
  await till.unlockAs('pharmacist')
})
afterEach(() => till.dispose())

const dir = () => zReportsDir(till.dataDir)
const start = () =>
  startZArchive({
    db: till.context.db,
    changes: till.context.changes,
    dir: dir(),
    now: till.context.now,
    log: (detail) => told.push(detail),
  })
const close = () => {
  accepted(till.openSession(cents(0)))
  return accepted(till.closeSession([]))
}
const papers = () => till.context.db.prepare('select file, sha256 from z_paper order by job_id').all()

test('each Z is stored as the PDF of its paper, once, with its hash', async () => {
  close()
  const archive = start()
  await archive.settled()
  close()
  await expect.poll(() => papers().length, { timeout: 10_000 }).toBe(2)
  await archive.stop()
  const again = start()
  await again.settled()
  await again.stop()
  const files = (await readdir(dir())).sort()
  expect(files).toHaveLength(2)
  for (const { file, sha256 } of papers() as { file: string; sha256: string }[]) {
    const bytes = await readFile(join(dir(), file))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect(textOfPdf(bytes).flat()).toContain(`CLÔTURE DE CAISSE Z ${/^z-(\d)/.exec(file)?.[1]}`)
  }
  expect(files[0]).toMatch(/^z-1-/)
  expect(files[1]).toMatch(/^z-2-/)
}, 60_000)

test('a folder that cannot be written stops no closing, and the next start makes up for it', async () => {
  await writeFile(dir(), 'in the way')
  const archive = start()
  expect(close().zNumber).toBe(1)
  await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(0)
  await archive.stop()
  expect(papers()).toEqual([])
  await rm(dir())
  await mkdir(dir())
  await chmod(dir(), 0o700)
  const again = start()
  await again.settled()
  await again.stop()
  expect(papers()).toHaveLength(1)
})
