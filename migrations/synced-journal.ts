import { BRANCH, type SyncedTable } from './synced-table.ts'

/** What the server makes of the tills' journals: how far it has them, and what it found. */
export const SYNCED_JOURNAL: readonly SyncedTable[] = [
  {
    table: 'device_head',
    key: ['device_id'],
    columns: { device_id: 'uuid', branch_id: 'uuid', seq: 'int', hash: 'text' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'device_status',
    key: ['device_id'],
    columns: {
      device_id: 'uuid',
      branch_id: 'uuid',
      last_heard_at: 'instant',
      pending_events: 'int',
      pending_sales: 'int',
      pending_amount: 'int',
      version: 'text',
    },
    till: null,
    console: BRANCH,
  },
  {
    table: 'event_exception',
    key: ['id'],
    columns: {
      id: 'uuid',
      device_id: 'uuid',
      seq: 'int',
      branch_id: 'uuid',
      code: 'text',
      detail: 'text',
      raised_at: 'instant',
    },
    till: BRANCH,
    console: BRANCH,
    parts: { open: 'reviewed_at' },
  },
  {
    table: 'journal_carried',
    key: ['hash'],
    columns: { hash: 'text', branch_id: 'uuid', device_id: 'uuid', seq: 'int' },
    till: BRANCH,
    console: null,
  },
  {
    table: 'journal_waiting',
    key: ['device_id', 'seq'],
    columns: { device_id: 'uuid', seq: 'int', branch_id: 'uuid' },
    till: BRANCH,
    console: null,
  },
]
