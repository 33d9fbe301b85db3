import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { idSchema } from '../../../domain/ids.ts'
import { privateKeyFromPem, rawPublicKey } from '../../../domain/journal/chain.ts'
import { seal, unseal } from './seal.ts'

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

/** Where the system has a safe (under Electron), the file holds the above only sealed. */
const sealedSchema = z.strictObject({ sealed: z.base64() })

/** The kept identity is sealed, and the secret given does not open it. */
export class IdentitySealed extends Error {
  override name = 'IdentitySealed'
}

function open(sealed: string, secret: string | null): unknown {
  if (!secret)
    throw new IdentitySealed('This workstation’s identity is sealed: start the till from its desktop app.')
  try {
    return JSON.parse(unseal(sealed, secret))
  } catch (cause) {
    throw new IdentitySealed('This workstation’s identity does not open here: enrol the workstation again.', {
      cause,
    })
  }
}

const identityFile = (dataDir: string) => join(dataDir, 'device.json')

async function readStored(dataDir: string, secret: string | null): Promise<Stored | null> {
  let text: string
  try {
    text = await readFile(identityFile(dataDir), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const content: unknown = JSON.parse(text)
  const closed = sealedSchema.safeParse(content)
  const stored = storedSchema.parse(closed.success ? open(closed.data.sealed, secret) : content)
  // Enrolled without a safe, started with one: sealed from now on.
  if (secret && !closed.success) await writeStored(dataDir, stored, secret)
  return stored
}

async function writeStored(dataDir: string, stored: Stored, secret: string | null): Promise<void> {
  const file = identityFile(dataDir)
  const content = secret ? { sealed: seal(JSON.stringify(stored), secret) } : stored
  await writeFile(`${file}.new`, JSON.stringify(content, null, 2), { mode: 0o600, flush: true })
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

/**
 * The identity kept in a data folder, or null when this workstation was never enrolled.
 * @param secret 32 bytes in base64 from the system's own safe, which seal the identity; null where there is none
 * @throws IdentitySealed when it is sealed and the secret does not open it
 */
export async function readIdentity(
  dataDir: string,
  secret: string | null = null,
): Promise<DeviceIdentity | null> {
  const stored = await readStored(dataDir, secret)
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
  request: {
    serverUrl: string
    code: string
    deviceName: string
    secret?: string | null
    fetch: typeof fetch
  },
): Promise<DeviceIdentity> {
  const secret = request.secret ?? null
  const kept = await readStored(dataDir, secret)
  const known = kept && asIdentity(kept)
  if (known) return known
  const stored: Stored = kept ?? {
    deviceName: request.deviceName,
    privateKeyPem: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  }
  await writeStored(dataDir, stored, secret)
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
  await writeStored(dataDir, { ...stored, enrolled }, secret)
  return asIdentity({ ...stored, enrolled }) as DeviceIdentity
}
