import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { streamPart } from './snapshot-file.ts'

let dir: string
let path: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'snapshot-file-'))
  path = join(dir, 'snapshot.json')
  writeFileSync(path, 'x'.repeat(1_000_000))
})

afterEach(() => rmSync(dir, { recursive: true, force: true }))

const AROUND = { before: '[', after: ']' }

/** How often this process has the file open. */
function timesOpen(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(join('/proc/self/fd', fd))
    } catch {
      return ''
    }
  })
  return links.filter((link) => link === path).length
}

it('gives the part between its texts, and closes the file', async () => {
  let closed = 0
  const text = await new Response(
    streamPart(path, { start: 10, end: 900_000 }, AROUND, () => closed++),
  ).text()
  expect([text.length, text.slice(0, 3), text.slice(-3)]).toEqual([899_992, '[xx', 'xx]'])
  expect(await new Response(streamPart(path, { start: 5, end: 5 }, AROUND)).text()).toBe('[]')
  expect([timesOpen(), closed]).toEqual([0, 1])
})

it.runIf(process.platform === 'linux')('opens nothing for an answer that nobody reads', async () => {
  streamPart(path, { start: 0, end: 1000 }, AROUND)
  await new Promise((resolve) => setImmediate(resolve))
  expect(timesOpen()).toBe(0)
})

it.runIf(process.platform === 'linux')(
  'closes the file when its reader leaves, even while it is being read',
  async () => {
    const reader = streamPart(path, { start: 0, end: 1_000_000 }, AROUND).getReader()
    await reader.read()
    expect(timesOpen()).toBe(1)
    const reading = reader.read()
    await reader.cancel()
    await reading
    expect(timesOpen()).toBe(0)
    const early = streamPart(path, { start: 0, end: 1_000_000 }, AROUND).getReader()
    const first = early.read()
    await early.cancel()
    await first
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(timesOpen()).toBe(0)
  },
)

it('breaks off, rather than end well, when the file is shorter than it should be', async () => {
  await expect(new Response(streamPart(path, { start: 0, end: 2_000_000 }, AROUND)).text()).rejects.toThrow()
  expect(timesOpen()).toBe(0)
})
