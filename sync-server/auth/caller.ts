import type { KeyObject } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import type { Role } from '../../domain/permissions.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'

/** An enrolled workstation or tablet, proven by its own key. */
export interface DeviceCaller {
  kind: 'device'
  deviceId: string
  branchId: string
  /** Null when the device is not bound to one register of its branch. */
  registerId: string | null
  publicKey: KeyObject
}

/** A person, proven by a session token. */
export interface StaffCaller {
  kind: 'staff'
  staffId: string
  name: string
  role: Role
  /** Null for people of head office and IT, who belong to no branch. */
  branchId: string | null
}

export type Caller = DeviceCaller | StaffCaller

/** Proves a bearer token, or says why not. */
export type TokenCheck<C extends Caller> = (token: string) => Promise<C | Refusal>

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i

/**
 * Finds out who sends a request, from its `authorization` header. A device signs its token with Ed25519, a person's is
 * signed with RSA: the algorithm decides whose check is asked, and each check accepts only its own algorithm.
 */
export function createAuthenticator(checks: {
  device: TokenCheck<DeviceCaller>
  staff: TokenCheck<StaffCaller>
}) {
  return async (authorization: string | undefined): Promise<Caller | Refusal> => {
    const token = authorization?.match(BEARER)?.[1]
    if (!token) return refuse('unauthenticated')
    try {
      const { alg } = decodeProtectedHeader(token)
      return alg === 'EdDSA' ? await checks.device(token) : await checks.staff(token)
    } catch (error) {
      if (error instanceof TypeError) return refuse('unauthenticated')
      throw error
    }
  }
}

export type Authenticate = ReturnType<typeof createAuthenticator>
