import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson } from './canonical.ts'
import type { EventBody, JournalEvent, JournalHead } from './event.ts'

/** SHA-256 over the canonical form of an event's body, lower-case hex. */
export function hashEvent(body: EventBody): string {
  const { deviceId, seq, at, actor, type, version, payload, prevHash } = body
  return createHash('sha256')
    .update(canonicalJson({ deviceId, seq, at, actor, type, version, payload, prevHash }))
    .digest('hex')
}

/** Completes a body with its hash and the device's Ed25519 signature over the 32 bytes of that hash. */
export function sealEvent(body: EventBody, privateKey: KeyObject): JournalEvent {
  const hash = hashEvent(body)
  const signature = sign(null, Buffer.from(hash, 'hex'), privateKey).toString('base64url')
  return { ...body, hash, signature }
}

export type ChainFault =
  /** The event belongs to another device than the journal it was offered to. */
  | 'wrong-device'
  /** `seq` is not the one that follows the head. */
  | 'gap'
  /** `prevHash` is not the head's hash: one of the two histories was rewritten. */
  | 'broken-chain'
  /** `hash` is not the hash of the body: the body was changed after it was sealed. */
  | 'wrong-hash'
  /** The signature is not the device's. */
  | 'wrong-signature'

/** Checks all of one event but its signature against the head it must follow. Null when it holds. */
export function checkUnsignedLink(
  event: JournalEvent,
  head: JournalHead,
  device: { deviceId: string },
): ChainFault | null {
  if (event.deviceId !== device.deviceId) return 'wrong-device'
  if (event.seq !== head.seq + 1) return 'gap'
  if (event.prevHash !== head.hash) return 'broken-chain'
  return event.hash === hashEvent(event) ? null : 'wrong-hash'
}

const signedParts = ({ hash, signature }: JournalEvent) =>
  [Buffer.from(hash, 'hex'), Buffer.from(signature, 'base64url')] as const

/** Whether an event's signature is the device's, found out beside this thread: what an event costs most. */
export function isSignedBy(event: JournalEvent, publicKey: KeyObject): Promise<boolean> {
  const [hash, signature] = signedParts(event)
  return new Promise((resolve, reject) => {
    verify(null, hash, publicKey, signature, (error, holds) => (error ? reject(error) : resolve(holds)))
  })
}

/** Whether an event's signature over its hash is the device's. */
export function isSigned(event: JournalEvent, publicKey: KeyObject): boolean {
  const [hash, signature] = signedParts(event)
  return verify(null, hash, publicKey, signature)
}

/** Checks one event against the head it must follow. Null when it does. */
export function checkLink(
  event: JournalEvent,
  head: JournalHead,
  device: { deviceId: string; publicKey: KeyObject },
): ChainFault | null {
  const fault = checkUnsignedLink(event, head, device)
  if (fault) return fault
  return isSigned(event, device.publicKey) ? null : 'wrong-signature'
}

/** Reads a device's public key from base64url of its 32 raw bytes (RFC 8037). @throws on any other form. */
export function publicKeyFromRaw(raw: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
}

/** Reads a device's private key from PKCS #8 PEM. */
export const privateKeyFromPem = (pem: string): KeyObject => createPrivateKey(pem)

/** The 32 raw bytes of an Ed25519 public key, base64url: the form enrolment sends and the server stores. */
export function rawPublicKey(key: KeyObject): string {
  const jwk = createPublicKey(
    key.type === 'private' ? key : key.export({ format: 'pem', type: 'spki' }),
  ).export({
    format: 'jwk',
  })
  if (jwk.crv !== 'Ed25519' || !jwk.x) throw new TypeError('not an Ed25519 key')
  return jwk.x
}
