import { pipeline, Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import type { Context } from 'hono'
import type { z } from 'zod'
import { refuse } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'
import { Refused } from './refused.ts'

const unreadable = (field: string, reason: string) =>
  new Refused(refuse('field-not-readable', { field, reason }))

/** A body as it was before it was compressed for the way. */
function decoded(c: Context<AppEnv>): AsyncIterable<Uint8Array> {
  const { body } = c.req.raw
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (encoding === 'identity' || !body) return body ?? Readable.from([])
  if (encoding !== 'gzip') throw unreadable('content-encoding', 'it must be gzip or identity')
  const source = Readable.fromWeb(body as ReadableStream<Uint8Array>)
  // With a callback, an error of either end ends both; the reader below meets it.
  return pipeline(source, createGunzip(), () => {})
}

/** `limit` is of what is read, not of what was sent: little can grow into much. */
async function readText(c: Context<AppEnv>, limit: number): Promise<string> {
  const tooLarge = () => new Refused(refuse('body-too-large', { limit }))
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of decoded(c)) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

/** zlib's word for what is not compressed as it claims, or was cut off. */
const isZlibError = (error: unknown) =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')

/**
 * Reads a JSON body, plain or gzip, of at most `limit` bytes once it is plain.
 * @throws Refused `body-too-large`, or `field-not-readable` naming the first field that is wrong and why
 */
export async function readJson<T>(c: Context<AppEnv>, schema: z.ZodType<T>, limit = 64 * 1024): Promise<T> {
  let parsed: ReturnType<typeof schema.safeParse>
  try {
    parsed = schema.safeParse(JSON.parse(await readText(c, limit)))
  } catch (error) {
    if (isZlibError(error)) throw unreadable('body', 'it is not gzip')
    if (error instanceof SyntaxError) throw unreadable('body', 'it is not JSON')
    if (error instanceof RangeError) throw unreadable('body', 'it is nested too deeply')
    if (error instanceof TypeError) throw unreadable('body', 'it is not UTF-8')
    throw error
  }
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  throw unreadable([...(issue?.path ?? []), ...keys].join('.') || 'body', issue?.message ?? 'it is not valid')
}
