import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { SECURITY_HEADERS } from './security/content-security-policy.ts'

/**
 * The screen's files come over a protocol of our own instead of file://, so that they have an origin, a content
 * security policy, and no way to any other file.
 */
export const APP_SCHEME = 'app'
export const APP_ORIGIN = `${APP_SCHEME}://till`

/** Told to Electron before it is ready. */
export const APP_SCHEME_PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  codeCache: true,
} as const

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.wasm': 'application/wasm',
}

/** Whether an address is one of our own pages or files. */
export function isAppUrl(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`)
}

/** The file that an address names inside `dir`, or null when it names none or would leave the folder. */
function fileFor(dir: string, url: string): string | null {
  if (!isAppUrl(url)) return null
  let path: string
  try {
    path = decodeURIComponent(new URL(url).pathname)
  } catch {
    return null
  }
  if (path.includes('\0') || path.includes('\\')) return null
  const file = normalize(join(dir, path.endsWith('/') ? `${path}index.html` : path))
  return file.startsWith(normalize(dir) + sep) ? file : null
}

const nothing = (status: number) => new Response(null, { status, headers: SECURITY_HEADERS })

/**
 * Answers requests for the screen's files.
 * @param dir folder of the built screen
 */
export function serveApp(dir: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET') return nothing(405)
    const file = fileFor(dir, request.url)
    const type = file && TYPES[extname(file)]
    if (!file || !type) return nothing(404)
    try {
      return new Response(await readFile(file), { headers: { ...SECURITY_HEADERS, 'content-type': type } })
    } catch {
      return nothing(404)
    }
  }
}
