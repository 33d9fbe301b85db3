import type { Context } from 'hono'
import type { z } from 'zod'
import { refuse } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'
import { Refused } from './refused.ts'

const unreadable = (field: string, reason: string) =>
  new Refused(refuse('field-not-readable', { field, reason }))

async function readText(c: Context<AppEnv>, limit: number): Promise<string> {
  const tooLarge = () => new Refused(refuse('body-too-large', { limit }))
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

/**
 * Reads a JSON body of at most `limit` bytes.
 * @throws Refused `body-too-large`, or `field-not-readable` naming the first field that is wrong and why
 */
export async function readJson<T>(c: Context<AppEnv>, schema: z.ZodType<T>, limit = 64 * 1024): Promise<T> {
  let parsed: ReturnType<typeof schema.safeParse>
  try {
    parsed = schema.safeParse(JSON.parse(await readText(c, limit)))
  } catch (error) {
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
