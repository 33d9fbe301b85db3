import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadDeviceSecret, SecretUnreadable } from './device-secret.ts'

/** Turns each byte over, as far from plain text as this test needs. */
const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff))

const safe = (backend = 'gnome_libsecret', available = true) => ({
  isEncryptionAvailable: () => available,
  getSelectedStorageBackend: () => backend as 'gnome_libsecret',
  encryptString: (text: string) => turned(Buffer.from(text)),
  decryptString: (bytes: Buffer) => turned(bytes).toString(),
})

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'secret-'))
  file = join(dir, 'profile', 'device-secret')
})
afterEach(() => rm(dir, { recursive: true }))

describe('the secret of a workstation', () => {
  it('is made once, kept encrypted, and read back', async () => {
    const secret = await loadDeviceSecret(safe(), file)
    expect(Buffer.from(secret ?? '', 'base64')).toHaveLength(32)
    expect((await readFile(file)).includes(secret ?? '')).toBe(false)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await loadDeviceSecret(safe(), file)).toBe(secret)
  })

  it.each([
    ['none is available', safe('gnome_libsecret', false)],
    ['it is the fixed password that Electron falls back to', safe('basic_text')],
  ])('is not made where there is no safe: %s', async (_why, none) => {
    expect(await loadDeviceSecret(none, file)).toBeNull()
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })

  it('is never replaced when the safe no longer opens it', async () => {
    await loadDeviceSecret(safe(), file)
    const before = await readFile(file)
    const locked = {
      ...safe(),
      decryptString: () => {
        throw new Error('Error while decrypting the ciphertext')
      },
    }
    await expect(loadDeviceSecret(locked, file)).rejects.toThrow(SecretUnreadable)
    expect(await readFile(file)).toEqual(before)
  })
})
