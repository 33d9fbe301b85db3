import { type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { instantSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { canonicalJson } from './canonical.ts'
import { publicKeyFromRaw, rawPublicKey } from './chain.ts'
import { hashSchema, signatureSchema } from './event.ts'

/**
 * The server's word that it holds a device's journal up to an event. The till keeps the newest: neither can then cut off
 * what was acknowledged without the other being able to prove it.
 */
export const checkpointSchema = z.object({
  deviceId: idSchema,
  seq: z.int().positive(),
  hash: hashSchema,
  /** When the server said so. */
  at: instantSchema,
  /** The server's Ed25519 public key, 32 raw bytes, base64url. */
  key: z.string().regex(/^[\w-]{43}$/),
  /** Over the canonical form of everything above but the key. */
  signature: signatureSchema,
})
export type Checkpoint = z.infer<typeof checkpointSchema>

const signedBytes = ({ deviceId, seq, hash, at }: Omit<Checkpoint, 'key' | 'signature'>): Buffer =>
  Buffer.from(canonicalJson({ checkpoint: 1, deviceId, seq, hash, at }))

/** Countersigns a head. @param key the server's Ed25519 private key */
export function sealCheckpoint(head: Omit<Checkpoint, 'key' | 'signature'>, key: KeyObject): Checkpoint {
  const signature = sign(null, signedBytes(head), key).toString('base64url')
  return { ...head, key: rawPublicKey(key), signature }
}

/** Whether a checkpoint was signed by the key that it names. Whose key that is, the caller must know. */
export function checkpointHolds(checkpoint: Checkpoint): boolean {
  try {
    const signature = Buffer.from(checkpoint.signature, 'base64url')
    return verify(null, signedBytes(checkpoint), publicKeyFromRaw(checkpoint.key), signature)
  } catch {
    return false
  }
}
