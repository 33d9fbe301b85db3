import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { StackOptions, StackPorts } from './options.ts'

/** Something on this machine stands in the way; the message says what, and what to do. */
export class CannotStart extends Error {
  override name = 'CannotStart'
}

/** What the first start needs for its data, bytes. */
const SPACE_NEEDED = 700 * 1024 * 1024

/** Names a folder as ours, so that `--fresh` never deletes anything else. */
const MARKER = 'pharmasaas-pos-demo'

/** Others may pass through the folder but not look into it: as root, Postgres runs as another user and lives below. */
const PASSABLE = 0o711

const USES: Record<keyof StackPorts, string> = {
  server: 'the sync server',
  till1: 'the first till',
  till2: 'the second till',
  paper1: "the first printer's paper",
  paper2: "the second printer's paper",
  printer1: 'the first printer',
  printer2: 'the second printer',
  terminal1: "the first till's card terminal",
  terminal2: "the second till's card terminal",
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

async function checkPorts(ports: StackPorts): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (!(await isFree(port))) {
      throw new CannotStart(
        `port ${port}, for ${USES[name as keyof StackPorts]}, is in use: stop what uses it, or choose others with npm start -- --port <n>`,
      )
    }
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const ownerFile = (dataDir: string) => join(dataDir, 'stack.pid')

async function refuseSecond(dataDir: string): Promise<void> {
  const file = ownerFile(dataDir)
  const owner = Number(await readFile(file, 'utf8').catch(() => ''))
  if (owner && owner !== process.pid && isAlive(owner)) {
    throw new CannotStart(
      `the product already runs with the data in ${dataDir} (process ${owner}): stop it first`,
    )
  }
}

async function claim(dataDir: string): Promise<void> {
  await refuseSecond(dataDir)
  await writeFile(ownerFile(dataDir), String(process.pid))
}

async function prepareFolder(options: StackOptions): Promise<void> {
  const { dataDir } = options
  const marker = join(dataDir, MARKER)
  if (options.fresh && existsSync(dataDir)) {
    if (!existsSync(marker)) {
      throw new CannotStart(`${dataDir} is not a folder of this product: --fresh deletes nothing there`)
    }
    await claim(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await mkdir(dataDir, { recursive: true, mode: PASSABLE })
    await (await open(marker, 'a')).close()
  } catch (error) {
    throw new CannotStart(
      `the data folder ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}): give rights to it, or choose another with --data <folder>`,
    )
  }
}

async function checkSpace(dataDir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  if (free < SPACE_NEEDED && !existsSync(join(dataDir, 'demo-loaded'))) {
    throw new CannotStart(
      `the disk of ${dataDir} has ${Math.floor(free / 1024 / 1024)} MB free and the first start needs ${SPACE_NEEDED / 1024 / 1024}: free some, or choose another folder with --data <folder>`,
    )
  }
}

/** Makes sure that the stack can run here: its folder, its ports, room on the disk. @throws CannotStart */
export async function preflight(options: StackOptions): Promise<void> {
  // Whoever starts it twice is told that, rather than which port the first one has.
  await refuseSecond(options.dataDir)
  await checkPorts(options.ports)
  await prepareFolder(options)
  await claim(options.dataDir)
  await checkSpace(options.dataDir)
}

/** Gives the data folder back. */
export const release = (dataDir: string): Promise<void> => rm(ownerFile(dataDir), { force: true })
