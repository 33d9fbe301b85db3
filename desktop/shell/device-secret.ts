import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SafeStorage } from 'electron'

/** The secret is there, but this system's safe no longer opens it. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable'
}

type Safe = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> & {
  getSelectedStorageBackend?: SafeStorage['getSelectedStorageBackend']
}

/** Without a keyring, Electron on Linux encrypts with a fixed password: that is no safe. */
function isSafe(safe: Safe): boolean {
  if (!safe.isEncryptionAvailable()) return false
  const backend = safe.getSelectedStorageBackend?.()
  return backend !== 'basic_text' && backend !== 'unknown'
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * The secret that protects the device's key on this workstation, made at the first start and kept by the system's
 * own safe (Keychain, DPAPI, the desktop's keyring).
 * @param file where the encrypted secret is kept
 * @returns 32 bytes in base64, or null when this system has no safe
 * @throws SecretUnreadable rather than making a new one: the device's key would be lost with the old
 */
export async function loadDeviceSecret(safe: Safe, file: string): Promise<string | null> {
  const kept = await readIfThere(file)
  if (!kept && !isSafe(safe)) return null
  if (kept) {
    try {
      return safe.decryptString(kept)
    } catch (cause) {
      throw new SecretUnreadable(
        'The secret of this workstation cannot be opened by this user account: start the till from the account that enrolled it, or enrol the workstation again.',
        { cause },
      )
    }
  }
  const secret = randomBytes(32).toString('base64')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, safe.encryptString(secret), { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return secret
}
