import type { ShapeMessage } from './frontier.ts'
import { HEAD_TABLE } from './stages.ts'

/**
 * Tells this till's own facts that come back from the server from those of others. The till shows its own already, so
 * that nobody waits for their echo.
 */
export interface Echo {
  /** A table's changes have been received. */
  received(table: string, messages: readonly Pick<ShapeMessage, 'value'>[]): void
  /** What was received so far has been committed. */
  released(): void
  /** Whether what waits to be committed is known to be of this till alone. */
  isAlone(): boolean
}

export function createEcho(deviceId: string): Echo {
  let own = false
  let others = false
  return {
    received: (table, messages) => {
      if (table !== HEAD_TABLE) return
      for (const { value } of messages) {
        if (value?.device_id === deviceId) own = true
        else others = true
      }
    },
    released: () => {
      own = false
      others = false
    },
    isAlone: () => own && !others,
  }
}
