import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { launch } from './processes.ts'

it('keeps what a till prints, its token among it, for this user alone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'processes-'))
  const logs = [join(dir, 'new.log'), join(dir, 'old.log')]
  writeFileSync(join(dir, 'old.log'), '', { mode: 0o644 })
  for (const logFile of logs) {
    const command = [process.execPath, '-e', 'console.log("Till ready: http://127.0.0.1:1/#token=t")']
    const { ready, ended } = launch({ name: 'a till', command, logFile })
    expect(await ready).toContain('token')
    await ended
    expect(statSync(logFile).mode & 0o777).toBe(0o600)
  }
  rmSync(dir, { recursive: true })
})
