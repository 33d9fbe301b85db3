import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import { z } from 'zod'
import { FAMILIES, projectEvent } from '../../domain/journal/families.ts'
import { type BulkColumn, bulkInsert } from '../database/bulk.ts'
import type { Judged } from './judge.ts'

/** A build, as one that reads events. */
export interface Build {
  /** Another one as soon as it knows other keys. */
  name: string
  project: typeof projectEvent
}

/** Of what the schemas know; takes a while. */
function nameOf(families: typeof FAMILIES): string {
  const known = Object.entries(families).map(([name, { schema }]) => [
    name,
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  ])
  return createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 16)
}

let name: string | undefined

/** The one that runs. */
export const THIS_BUILD: Build = {
  get name() {
    name ??= nameOf(FAMILIES)
    return name
  },
  project: projectEvent,
}

const COLUMNS: BulkColumn[] = [
  { name: 'device_id', kind: 'uuid' },
  { name: 'seq', kind: 'int' },
  { name: 'version', kind: 'int' },
  { name: 'paths', kind: 'text' },
  { name: 'build', kind: 'text' },
]

/** Notes which events of those that have their effect now hold keys that this build does not know. */
export async function storePassedOver(
  client: ClientBase,
  judged: readonly Judged[],
  build: Build,
): Promise<void> {
  const rows = judged.flatMap(({ event: { deviceId, seq }, passedOver }) =>
    passedOver
      ? [
          {
            device_id: deviceId,
            seq,
            version: passedOver.version,
            paths: JSON.stringify(passedOver.paths),
            build: build.name,
          },
        ]
      : [],
  )
  if (rows.length === 0) return
  const conflict = 'on conflict (device_id, seq) do nothing'
  await client.query(bulkInsert('journal_passed_over', COLUMNS, rows, conflict))
}
