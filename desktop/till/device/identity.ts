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
  /** What is still to be taken over of the journal that this workstation kept under an earlier identity. */
  handover?: Handover | undefined
}

const countSchema = z.int().nonnegative()

/** What a device takes over of the one whose place it takes, as the server answers. */
const handoverSchema = z.object({
  predecessorId: idSchema,
  reason: z.enum(['device-restored', 'device-copied', 'device-enrolled-anew']),
  /** Events of the earlier journal up to here are the server's; those above are to be brought. */
  common: countSchema,
  register: z.object({ id: idSchema, number: countSchema, name: z.string() }),
  /** The register's highest numbers; an older server does not tell of refunds. */
  numbers: z.object({ receipt: countSchema, z: countSchema, refund: countSchema.default(0) }),
})
export type Handover = z.infer<typeof handoverSchema>

/** What a till holds above the last event that it knows to be acknowledged. */
export interface Unsent {
  above: number
  hashes: string[]
}

const storedSchema = z.strictObject({
  deviceName: z.string().min(1),
  privateKeyPem: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
  /** Absent until the server has answered: the key is kept first, so that a lost answer costs no second device. */
  enrolled: z.strictObject({ deviceId: idSchema, branchId: idSchema, registerId: idSchema }).optional(),
  handover: handoverSchema.optional(),
  /** The key of the identity that is being asked for in this one's place; kept first, as above. */
  nextKeyPem: z.string().startsWith('-----BEGIN PRIVATE KEY-----').optional(),
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
        handover: stored.handover,
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

const enrolledSchema = z.object({
  deviceId: idSchema,
  branchId: idSchema,
  registerId: idSchema,
  handover: handoverSchema.optional(),
})
const refusedSchema = z.object({
  error: z.object({ code: z.string(), text: z.string(), remedy: z.string() }),
})

/** The server would not enrol this device; the message says why and what to do. */
export class EnrolmentRefused extends Error {
  override name = 'EnrolmentRefused'
  /** The refusal's code, or null when the answer was none of ours. */
  readonly code: string | null
  constructor(message: string, code: string | null) {
    super(message)
    this.code = code
  }
}

const newKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const publicKeyOf = (pem: string): string => rawPublicKey(privateKeyFromPem(pem))

/** Asks the server who this workstation is. @throws EnrolmentRefused; the network's own error */
async function ask(
  address: URL,
  body: object,
  tools: { fetch: typeof fetch; headers?: Record<string, string> },
): Promise<z.infer<typeof enrolledSchema>> {
  const response = await tools.fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...tools.headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  })
  const answer: unknown = await response.json()
  if (response.ok) return enrolledSchema.parse(answer)
  const refused = refusedSchema.safeParse(answer).data?.error
  throw new EnrolmentRefused(
    refused ? `${refused.text} ${refused.remedy}` : `HTTP ${response.status}`,
    refused?.code ?? null,
  )
}

/** Keeps who the server said this workstation is. */
async function settle(
  dataDir: string,
  stored: Stored,
  { handover, ...enrolled }: z.infer<typeof enrolledSchema>,
  secret: string | null,
): Promise<DeviceIdentity> {
  const { nextKeyPem: _, handover: __, ...rest } = stored
  const settled: Stored = { ...rest, enrolled, ...(handover && { handover }) }
  await writeStored(dataDir, settled, secret)
  return asIdentity(settled) as DeviceIdentity
}

/**
 * Enrols this workstation with a one-time code: makes its Ed25519 key, keeps it, and asks the server who it is.
 * Safe to repeat after a lost answer: the kept key is offered again.
 * @param request.succeeds the device whose journal this workstation still holds, with what of it is unsent
 * @throws EnrolmentRefused when the server refuses; the network's own error when it is not reached
 */
export async function enrol(
  dataDir: string,
  request: {
    serverUrl: string
    code: string
    deviceName: string
    secret?: string | null
    succeeds?: (Unsent & { deviceId: string }) | null
    fetch: typeof fetch
  },
): Promise<DeviceIdentity> {
  const { serverUrl, code, succeeds } = request
  const secret = request.secret ?? null
  const kept = await readStored(dataDir, secret)
  const known = kept && asIdentity(kept)
  if (known) return known
  const stored: Stored = kept ?? { deviceName: request.deviceName, privateKeyPem: newKeyPem() }
  await writeStored(dataDir, stored, secret)
  const offer = { code, name: stored.deviceName, publicKey: publicKeyOf(stored.privateKeyPem) }
  const body = succeeds ? { ...offer, succeeds } : offer
  return settle(dataDir, stored, await ask(new URL('/v1/enrol', serverUrl), body, request), secret)
}

/**
 * Takes a new identity in the place of the present one, whose history went on elsewhere. The new key is kept before it
 * is offered, and the answer before anything is done with it.
 * @param request.fetch signs with the present identity
 * @param request.instance which running till asks
 * @throws EnrolmentRefused; the network's own error
 */
export async function succeed(
  dataDir: string,
  request: {
    serverUrl: string
    unsent: Unsent
    instance: string
    secret?: string | null
    fetch: typeof fetch
  },
): Promise<DeviceIdentity> {
  const { serverUrl, unsent, instance, fetch } = request
  const secret = request.secret ?? null
  const kept = await readStored(dataDir, secret)
  if (!kept?.enrolled) throw new EnrolmentRefused('This workstation is not enrolled.', null)
  const nextKeyPem = kept.nextKeyPem ?? newKeyPem()
  await writeStored(dataDir, { ...kept, nextKeyPem }, secret)
  const answer = await ask(
    new URL('/v1/succession', serverUrl),
    { ...unsent, publicKey: publicKeyOf(nextKeyPem) },
    { fetch, headers: { 'x-till-instance': instance } },
  )
  return settle(dataDir, { ...kept, privateKeyPem: nextKeyPem }, answer, secret)
}

/** Lets go of what is to be taken over: it has been. */
export async function handedOver(dataDir: string, secret: string | null): Promise<void> {
  const stored = await readStored(dataDir, secret)
  if (!stored?.handover) return
  const { handover: _, ...rest } = stored
  await writeStored(dataDir, rest, secret)
}
