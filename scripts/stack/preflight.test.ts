import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../sync-server/database/embedded-postgres.ts'
import { BadOption, readOptions, type StackOptions } from './options.ts'
import { CannotStart, preflight } from './preflight.ts'

let dir: string
let options: StackOptions
let blocker: Server | null

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'stack-'))
  blocker = null
  const names = [
    'server',
    'till1',
    'till2',
    'paper1',
    'paper2',
    'printer1',
    'printer2',
    'terminal1',
    'terminal2',
  ] as const
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])))
  options = { fresh: false, open: false, dataDir: join(dir, 'data'), ports }
})

afterEach(() => {
  blocker?.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('the command line of npm start', () => {
  it('takes nine ports in a row and a folder', () => {
    expect(readOptions(['--port', '5000', '--data', 'demo', '--fresh'], '/home')).toMatchObject({
      fresh: true,
      dataDir: '/home/demo',
      ports: { server: 5000, till1: 5001, printer2: 5006, terminal2: 5008 },
    })
    expect(readOptions(['--help'], '/')).toBe('help')
  })

  it.each([[['--port', 'abc']], [['--port', '80']], [['--port', '65530']], [['--fersh']], [['extra']]])(
    'refuses %j in one sentence',
    (argv) => {
      expect(() => readOptions(argv, '/')).toThrow(BadOption)
    },
  )
})

describe('before anything starts', () => {
  it('names the port that is taken, what it is for, and the way out', async () => {
    blocker = createServer()
    await new Promise<void>((resolve) => blocker?.listen(options.ports.till2, '127.0.0.1', () => resolve()))
    await expect(preflight(options)).rejects.toThrow(
      `port ${options.ports.till2}, for the second till, is in use: stop what uses it, or choose others with npm start -- --port <n>`,
    )
  })

  it('tells a second start that the first one runs, not which port it has', async () => {
    mkdirSync(options.dataDir)
    writeFileSync(join(options.dataDir, 'stack.pid'), String(process.ppid))
    blocker = createServer()
    await new Promise<void>((resolve) => blocker?.listen(options.ports.server, '127.0.0.1', () => resolve()))
    await expect(preflight(options)).rejects.toThrow('the product already runs')
  })

  it('deletes with --fresh only a folder of its own', async () => {
    mkdirSync(options.dataDir)
    writeFileSync(join(options.dataDir, 'thesis.txt'), 'years of work')
    await expect(preflight({ ...options, fresh: true })).rejects.toThrow(CannotStart)
    expect(existsSync(join(options.dataDir, 'thesis.txt'))).toBe(true)
  })

  it('begins anew in its own folder', async () => {
    await preflight(options)
    writeFileSync(join(options.dataDir, 'demo-loaded'), '')
    await preflight({ ...options, fresh: true })
    expect(existsSync(join(options.dataDir, 'demo-loaded'))).toBe(false)
  })

  it('stays away from a folder that another start uses', async () => {
    await preflight(options)
    // Process 1 always lives, and is not us.
    writeFileSync(join(options.dataDir, 'stack.pid'), '1')
    await expect(preflight({ ...options, fresh: true })).rejects.toThrow('already runs')
  })

  it('says when the folder cannot be made', async () => {
    writeFileSync(join(dir, 'file'), '')
    await expect(preflight({ ...options, dataDir: join(dir, 'file', 'data') })).rejects.toThrow(
      'cannot be written (ENOTDIR)',
    )
  })
})
