import { z } from 'zod'
import { checksumAnswerSchema, type TableSum } from '../../../../migrations/checksum.ts'
import { partsAnswerSchema, rowsAnswerSchema } from '../../../../migrations/checksum-parts.ts'
import type { ShapePosition, WireRow } from '../frontier.ts'
import { pause } from '../pause.ts'
import { columnsOf } from './look.ts'
import type { PartSums } from './narrow.ts'

/** The server does not answer what verify asks; the message is one sentence for whoever runs it. */
export class CannotAsk extends Error {
  override name = 'CannotAsk'
}

/** A table of a million rows takes the server a second or two; all of them together must be done by then, ms. */
const ANSWER_MS = 60_000

/** A busy server is asked again this often before it counts as out of reach. */
const ATTEMPTS = 10

const refusalSchema = z.object({
  error: z.object({
    text: z.string(),
    remedy: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

/** The server is of an older release, and only compares whole tables. */
export class ComparesWhole extends Error {
  override name = 'ComparesWhole'
}

/** The server's side of a comparison. */
export interface There {
  /** Sums of tables, all at one moment. @throws CannotAsk */
  sums(tables: readonly string[]): Promise<ReadonlyMap<string, TableSum>>
  /** Sums of parts of a table, see `checksum-parts.ts`. @throws CannotAsk, ComparesWhole */
  parts(table: string, within: readonly string[], digits: number): Promise<PartSums>
  /** Rows by their places; what the server does not have is not among them. @throws CannotAsk, ComparesWhole */
  rows(table: string, places: readonly string[]): Promise<WireRow[]>
  /** Whether a shape has nothing to tell beyond a position: the till has all of it. */
  silentAfter(table: string, position: ShapePosition): Promise<boolean>
}

function explain(status: number, body: unknown): string {
  const refusal = refusalSchema.safeParse(body)
  if (!refusal.success) return `The server answered HTTP ${status} without a reason.`
  return `The server refused: ${refusal.data.error.text} ${refusal.data.error.remedy}`
}

/** @param options.fetch signs requests as the till's device */
export function askServer(options: { serverUrl: string; fetch: typeof fetch }): There {
  const { serverUrl } = options
  const reach = async (url: URL, init: RequestInit): Promise<Response> => {
    try {
      return await options.fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) })
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      throw new CannotAsk(`The server at ${serverUrl} could not be reached (${cause}).`)
    }
  }

  const post = async <T>(route: string, question: object, answer: z.ZodType<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await reach(new URL(`/v1/replica/${route}`, serverUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question),
      })
      const body: unknown = await response.json().catch(() => null)
      const known = answer.safeParse(body)
      if (response.ok && known.success) return known.data
      if (response.status === 404) throw new ComparesWhole(explain(response.status, body))
      if (response.status !== 429 || attempt === ATTEMPTS) throw new CannotAsk(explain(response.status, body))
      await pause(1000 * Number(response.headers.get('retry-after') ?? 1), new AbortController().signal)
    }
  }

  return {
    sums: async (tables) => {
      const wanted = tables.map((table) => ({ table, columns: columnsOf(table) }))
      const known = await post('checksums', { tables: wanted }, checksumAnswerSchema)
      return new Map(Object.entries(known.tables))
    },
    parts: async (table, within, digits) => {
      const question = { table, columns: columnsOf(table), within, digits }
      const { parts } = await post('parts', question, partsAnswerSchema)
      return new Map(parts.map(([part, rows, sum]) => [part, { rows, sum }]))
    },
    rows: async (table, places) => (await post('rows', { table, places }, rowsAnswerSchema)).rows,
    silentAfter: async (table, { handle, offset }) => {
      const url = new URL('/v1/shape', serverUrl)
      for (const [name, value] of Object.entries({ table, handle, offset })) url.searchParams.set(name, value)
      const response = await reach(url, {})
      const messages: unknown = await response.json().catch(() => null)
      // Changes, a must-refetch or an error: something is still to come.
      const one = response.ok && Array.isArray(messages) && messages.length === 1 ? messages[0] : null
      return one?.headers?.control === 'up-to-date'
    },
  }
}
