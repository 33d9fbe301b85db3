import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Checkpoint, checkpointHolds } from '../../domain/journal/checkpoint.ts'
import { deviceToken, send, startTestServer, type TestDevice, type TestServer } from '../test-server.ts'
import { openCountersign } from './countersign.ts'
import { NOTHING_PENDING } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer
let dir: string
beforeAll(async () => {
  server = await startTestServer()
  dir = await mkdtemp(join(tmpdir(), 'countersign-'))
})
afterAll(async () => {
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

const { newJournal, post, codes } = ledgerOf(() => server)

const signedFor = (answer: object) => (answer as { checkpoint: Checkpoint | null }).checkpoint

const losses = async (device: TestDevice) =>
  (await codes(device)).filter((code) => code.endsWith('ledger-lost'))

async function returning(device: TestDevice, checkpoint: unknown) {
  const body = { deviceId: device.deviceId, events: [], pending: NOTHING_PENDING }
  const headers = { 'x-till-checkpoint': JSON.stringify(checkpoint) }
  const response = await send(server, '/v1/journal', { token: await deviceToken(device), body, headers })
  return response.status
}

it('signs for what it holds, and for nothing while it holds nothing', async () => {
  const journal = await newJournal()
  expect(signedFor((await post(journal.device, [])).answer)).toBeNull()
  const { answer } = await post(journal.device, appendAll(journal, [journal.opened(), journal.sale()]))
  const checkpoint = signedFor(answer)
  expect(checkpoint).toMatchObject({ deviceId: journal.device.deviceId, ...journal.head })
  expect(checkpoint && checkpointHolds(checkpoint)).toBe(true)
})

it('keeps its key from one start to the next, and takes one that is given', async () => {
  const open = (pem: string | null) => openCountersign({ pem, dataDir: dir, clock: Date.now })
  const [first, second] = [await open(null), await open(null)]
  expect(second.key).toBe(first.key)
  const { privateKey } = generateKeyPairSync('ed25519')
  const given = await open(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  expect(given.key).not.toBe(first.key)
})

it('tells head office when a till proves that it held more', async () => {
  const journal = await newJournal()
  const events = appendAll(journal, [journal.opened(), journal.sale()])
  const checkpoint = signedFor((await post(journal.device, events)).answer)
  const { deviceId } = journal.device
  expect(await returning(journal.device, checkpoint)).toBe(200)
  expect(await losses(journal.device)).toEqual([])
  // What a backup of the database from before the second event would hold.
  const [opened] = events
  await server.db
    .updateTable('device_head')
    .set({ seq: 1, hash: opened?.hash ?? '' })
    .where('device_id', '=', deviceId)
    .execute()
  const others = signedFor((await post((await newJournal(1)).device, [])).answer)
  for (const forged of [
    { ...checkpoint, seq: 9 },
    { ...checkpoint, hash: 'ab'.repeat(32) },
    others,
    'x',
    null,
  ]) {
    expect(await returning(journal.device, forged)).toBe(200)
  }
  expect(await losses(journal.device)).toEqual([])
  for (let i = 0; i < 2; i += 1) expect(await returning(journal.device, checkpoint)).toBe(200)
  expect(await losses(journal.device)).toEqual(['2 ledger-lost'])
})
