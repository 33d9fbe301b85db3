import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { lockFolder } from './files.ts'

const dir = mkdtempSync(join(tmpdir(), 'engine-lock-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const HOLD = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'files.ts'))}
lockFolder(process.argv[1]); gc(); console.log('held'); setInterval(() => {}, 1000)`

it('keeps others out of a folder for as long as the process lives that took it, however that ends', async () => {
  // What an older build left, of a number that runs: a machine gives its processes' numbers out again.
  writeFileSync(join(dir, 'lock'), String(process.ppid))
  const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', HOLD, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  expect(() => lockFolder(dir)).toThrow(
    `The folder ${dir} is in use by another engine; give this one its own.`,
  )
  const ended = once(holder, 'exit')
  holder.kill('SIGKILL')
  await ended
  const release = lockFolder(dir)
  expect(() => lockFolder(dir)).toThrow('in use by another engine')
  release()
  lockFolder(dir)()
})
