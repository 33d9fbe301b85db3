import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rawPublicKey } from '../../domain/journal/chain.ts'
import {
  type Checkpoint,
  checkpointHolds,
  checkpointSchema,
  sealCheckpoint,
} from '../../domain/journal/checkpoint.ts'
import type { JournalHead } from '../../domain/journal/event.ts'
import type { DeviceCaller } from '../auth/caller.ts'
import { inTransaction } from '../database/pool.ts'
import type { IngestTools } from './ingest.ts'
import { readHead, storeExceptions } from './ledger.ts'

/** The server's word for what it holds. */
export interface Countersigner {
  /** Its public key, 32 raw bytes, base64url. */
  key: string
  /** Signs for a device's head; null while nothing is held. */
  sign(deviceId: string, head: JournalHead): Checkpoint | null
}

/** With which a till sends the server's own word back to it, when the server holds less than it once signed for. */
export const CHECKPOINT_HEADER = 'x-till-checkpoint'

async function readOrMakeKey(dataDir: string): Promise<KeyObject> {
  const file = join(dataDir, 'countersign-key.pem')
  await mkdir(dataDir, { recursive: true })
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    // Never over one that is there: what it has signed would be nobody's word any more.
    await writeFile(file, pem, { mode: 0o600, flush: true, flag: 'wx' })
    return privateKey
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return createPrivateKey(await readFile(file, 'utf8'))
  }
}

/**
 * Opens the key with which heads are countersigned, making it the first time.
 * @param options.pem the key itself, where several servers share it; else it is kept in `dataDir`
 * @param options.clock milliseconds since the Unix epoch
 */
export async function openCountersign(options: {
  pem: string | null
  dataDir: string
  clock: () => number
}): Promise<Countersigner> {
  const { pem, dataDir, clock } = options
  const privateKey = pem ? createPrivateKey(pem) : await readOrMakeKey(dataDir)
  return {
    key: rawPublicKey(privateKey),
    sign: (deviceId, { seq, hash }) =>
      seq === 0
        ? null
        : sealCheckpoint({ deviceId, seq, hash, at: new Date(clock()).toISOString() }, privateKey),
  }
}

/** Reads the word that a till sends back: null unless this server signed it, for this device. */
function readReturned(header: string, key: string, device: DeviceCaller): Checkpoint | null {
  try {
    const checkpoint = checkpointSchema.parse(JSON.parse(header))
    const isOurs = checkpoint.key === key && checkpoint.deviceId === device.deviceId
    return isOurs && checkpointHolds(checkpoint) ? checkpoint : null
  } catch {
    return null
  }
}

/**
 * Tells head office when a till proves that this server held more of its journal than it does now: its database came
 * from an older backup, or was cut. The till sends what is missing again.
 * @param header what the till sent under {@link CHECKPOINT_HEADER}
 */
export async function noteLoss(
  tools: IngestTools,
  device: DeviceCaller,
  key: string,
  header: string | undefined,
): Promise<void> {
  const proof = header && readReturned(header, key, device)
  if (!proof) return
  await inTransaction(tools.pool, async (client) => {
    const { seq } = await readHead(client, device.deviceId)
    if (seq >= proof.seq) return
    const detail = `signed for event ${proof.seq} at ${proof.at}, held up to ${seq}`
    const made = { at: new Date(tools.clock()).toISOString(), newId: tools.newId }
    await storeExceptions(client, device, [{ seq: proof.seq, code: 'ledger-lost', detail }], made)
  })
}
