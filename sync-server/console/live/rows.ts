import { isChangeMessage, isControlMessage, type Message } from '@electric-sql/client'

/** How Postgres' text becomes the values that rows hold everywhere else: numbers, and instants in ISO 8601 UTC. */
export const ROW_PARSER = {
  int8: (text: string) => Number(text),
  timestamptz: (text: string) =>
    new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString(),
}

export type ShapeMessage = Message<Record<string, unknown>>

/** Rows of one shape, folded from its log. An update brings only the columns that changed. */
export class ShapeRows<Row> {
  readonly byKey = new Map<string, Row>()

  /** Applies messages in order. @returns the rows inserted, and whether everything before was dropped */
  apply(messages: readonly ShapeMessage[]): { inserted: Row[]; reset: boolean } {
    const inserted: Row[] = []
    let reset = false
    for (const message of messages) {
      if (isControlMessage(message)) {
        if (message.headers.control !== 'must-refetch') continue
        this.byKey.clear()
        inserted.length = 0
        reset = true
      } else if (isChangeMessage(message)) {
        const before = this.byKey.get(message.key)
        if (message.headers.operation === 'delete') this.byKey.delete(message.key)
        // An update of a row that was let go says too little to make one of it.
        else if (before || message.headers.operation === 'insert') {
          const row = { ...before, ...message.value } as Row
          this.byKey.set(message.key, row)
          if (!before) inserted.push(row)
        }
      }
    }
    return { inserted, reset }
  }
}
