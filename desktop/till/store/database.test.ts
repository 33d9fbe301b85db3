import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTillDatabase } from './database.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'till-store-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('the till’s database', () => {
  test('keeps every commit on the disk before it is believed', async () => {
    const db = await openTillDatabase(join(dir, 'till.sqlite'))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    db.close()
  })

  test('lays its log out ahead, so that a commit does not make the file longer', async () => {
    const file = join(dir, 'till.sqlite')
    const db = await openTillDatabase(file)
    const { size } = statSync(`${file}-wal`)
    db.exec(`insert into till_state (key, value) values ('x', '1')`)
    expect(statSync(`${file}-wal`).size).toBe(size)
    expect(size).toBeGreaterThan(1_000_000)
    db.close()
  })

  test('a power cut leaves what was committed, and nothing else, in a log that was laid out', async () => {
    const file = join(dir, 'till.sqlite')
    const db = await openTillDatabase(file)
    db.exec(`insert into till_state (key, value) values ('committed', '1')`)
    const cut = join(dir, 'cut.sqlite')
    copyFileSync(file, cut)
    copyFileSync(`${file}-wal`, `${cut}-wal`)
    const after = await openTillDatabase(cut)
    expect(after.prepare('select key from till_state').pluck().all()).toEqual(['committed'])
    expect(after.pragma('integrity_check', { simple: true })).toBe('ok')
    after.exec(`insert into till_state (key, value) values ('later', '1')`)
    after.close()
    db.close()
    const again = await openTillDatabase(cut)
    expect(again.prepare('select key from till_state order by key').pluck().all()).toEqual([
      'committed',
      'later',
    ])
    again.close()
  })
})
