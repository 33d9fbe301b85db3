import { applyMessages, readToEnd, type TestEngine } from './testing.ts'

/** What a client asks for: a table, and of it some rows and columns. */
export interface AskedShape {
  readonly table: string
  readonly where?: string
  /** Texts for `$1`, `$2`, … of the `where`. */
  readonly params?: readonly string[]
  readonly columns?: readonly string[]
  readonly replica?: 'full'
}

export type Row = Record<string, string | null>

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** As the protocol has it in a query. */
function queryOf({ table, where, params = [], columns, replica }: AskedShape): Record<string, string> {
  return {
    table,
    ...(where && { where }),
    ...Object.fromEntries(params.map((value, i) => [`params[${i + 1}]`, value])),
    ...(columns && { columns: columns.map(quoted).join(',') }),
    ...(replica && { replica }),
  }
}

/** A client that keeps what it has read, begins anew when told to, and refuses anything it cannot apply. */
export class ShapeReplica {
  readonly asked: AskedShape
  readonly rows = new Map<string, Row>()
  refetches = 0
  #place: { handle: string; offset: string } | undefined

  constructor(asked: AskedShape) {
    this.asked = asked
  }

  /** Reads until up to date. A column or table that is not there for now is nothing to read. */
  async read(t: Pick<TestEngine, 'get'>): Promise<void> {
    try {
      const { messages, handle, offset } = await readToEnd(t, queryOf(this.asked), this.#place)
      applyMessages(messages, this.rows)
      this.#place = { handle, offset }
    } catch (error) {
      const [status] = String((error as Error).message).split(':')
      if (status !== '409' && status !== '400')
        throw new Error(`${JSON.stringify(this.asked)}: ${String(error)}`, { cause: error })
      this.rows.clear()
      this.#place = undefined
      this.refetches++
    }
  }
}

/** The text that a shape sends for a value: `format` keeps the blanks of `char(n)`, which a cast drops. */
const printed = (name: string) => `CASE WHEN ${name} IS DISTINCT FROM NULL THEN format('%s', ${name}) END`

/** What Postgres itself says the rows are, by a connection that prints values as the engine's do. */
export function expectedSql(
  { table, where, params = [], columns }: AskedShape,
  all: readonly string[],
): string {
  const sent = [...(columns ?? all)].sort()
  const texts = sent.map((name) => `${printed(quoted(name))} AS ${quoted(name)}`)
  const condition = (where ?? 'true').replaceAll(
    /\$(\d+)/g,
    (_, n) => `'${params[Number(n) - 1]?.replaceAll("'", "''")}'`,
  )
  return `SELECT ${texts.join(', ')} FROM ${table} WHERE ${condition}`
}

/** How the engine's connections print values. */
export const PRINTING =
  'SET datestyle = ISO; SET intervalstyle = iso_8601; SET timezone = UTC; SET bytea_output = hex; SET extra_float_digits = 1'
