import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'

/** 32 random bytes, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/**
 * The token a local browser must show. It is kept between starts, so that an open page finds its way back.
 * @param file readable by this user alone; made when missing or not a token
 */
export async function loadToken(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (TOKEN.test(kept)) {
    await chmod(file, 0o600)
    return kept
  }
  const token = randomBytes(32).toString('base64url')
  await writeFile(file, token, { mode: 0o600 })
  await chmod(file, 0o600)
  return token
}

/** Compares in constant time. */
export function sameToken(offered: string | null, token: string): boolean {
  const a = Buffer.from(offered ?? '')
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}
