import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { idSchema } from '../../../domain/ids.ts'
import { privateKeyFromPem, rawPublicKey } from '../../../domain/journal/chain.ts'

/** Who this workstation is to the server: made once, at enrolment. */
export interface DeviceIdentity {
  deviceId: string
  branchId: string
  registerId: string
  deviceName: string
  privateKey: KeyObject
}

const storedSchema = z.strictObject({
  deviceName: z.string().min(1),
  privateKeyPem: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
  /** Absent until the server has answered: the key is kept first, so that a lost answer costs no second device. */
  enrolled: z.strictObject({ deviceId: idSchema, branchId: idSchema, registerId: idSchema }).optional(),
})
type Stored = z.infer<typeof storedSchema>

const identityFile = (dataDir: string) => join(dataDir, 'device.json')

async function readStored(dataDir: string): Promise<Stored | null> {
  let text: string
  try {
    text = await readFile(identityFile(dataDir), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return storedSchema.parse(JSON.parse(text))
}

async function writeStored(dataDir: string, stored: Stored): Promise<void> {
  const file = identityFile(dataDir)
  await writeFile(`${file}.new`, JSON.stringify(stored, null, 2), { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

const asIdentity = (stored: Stored): DeviceIdentity | null =>
  stored.enrolled
    ? {
        ...stored.enrolled,
        deviceName: stored.deviceName,
        privateKey: privateKeyFromPem(stored.privateKeyPem),
      }
    : null

/** The identity kept in a data folder, or null when this workstation was never enrolled. */
export async function readIdentity(dataDir: string): Promise<DeviceIdentity | null> {
  const stored = await readStored(dataDir)
  return stored && asIdentity(stored)
}

const enrolledSchema = z.object({ deviceId: idSchema, branchId: idSchema, registerId: idSchema })
const refusedSchema = z.object({ error: z.object({ text: z.string(), remedy: z.string() }) })

/** The server would not enrol this device; the message says why and what to do. */
export class EnrolmentRefused extends Error {
  override name = 'EnrolmentRefused'
}

/**
 * Enrols this workstation with a one-time code: makes its Ed25519 key, keeps it, and asks the server who it is.
 * Safe to repeat after a lost answer: the kept key is offered again.
 * @throws EnrolmentRefused when the server refuses; the network's own error when it is not reached
 */
export async function enrol(
  dataDir: string,
  request: { serverUrl: string; code: string; deviceName: string; fetch: typeof fetch },
): Promise<DeviceIdentity> {
  const kept = await readStored(dataDir)
  const known = kept && asIdentity(kept)
  if (known) return known
  const stored: Stored = kept ?? {
    deviceName: request.deviceName,
    privateKeyPem: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  }
  await writeStored(dataDir, stored)
  const response = await request.fetch(new URL('/v1/enrol', request.serverUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      code: request.code,
      name: stored.deviceName,
      publicKey: rawPublicKey(privateKeyFromPem(stored.privateKeyPem)),
    }),
    signal: AbortSignal.timeout(15_000),
  })
  const body: unknown = await response.json()
  if (!response.ok) {
    const refused = refusedSchema.safeParse(body)
    throw new EnrolmentRefused(
      refused.success ? `${refused.data.error.text} ${refused.data.error.remedy}` : `HTTP ${response.status}`,
    )
  }
  const enrolled = enrolledSchema.parse(body)
  await writeStored(dataDir, { ...stored, enrolled })
  return asIdentity({ ...stored, enrolled }) as DeviceIdentity
}
