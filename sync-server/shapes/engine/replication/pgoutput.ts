import { readLsn } from './lsn.ts'

/**
 * Messages of the pgoutput plugin, protocol version 1
 * (https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html).
 */
export interface Relation {
  readonly kind: 'relation'
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly replicaIdentity: string
  readonly columns: readonly { readonly name: string; readonly typeOid: number; readonly typmod: number }[]
}

export interface Change {
  readonly kind: 'change'
  readonly oid: number
  readonly operation: 'insert' | 'update' | 'delete'
  /** The row before; null for an insert, or where the table's replica identity does not send it. */
  readonly old: Row | null
  /** The row after, unchanged large values taken over from `old`; null for a delete. */
  readonly new: Row | null
}

export interface Truncate {
  readonly kind: 'truncate'
  readonly oids: readonly number[]
}

export type Row = readonly (string | null)[]
export type DataMessage = Relation | Change | Truncate
export type Message =
  | DataMessage
  | { readonly kind: 'begin'; readonly commitLsn: number; readonly xid: number }
  | { readonly kind: 'commit'; readonly commitLsn: number; readonly endLsn: number }
  | { readonly kind: 'other' }

const OTHER: Message = { kind: 'other' }

class Reader {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  uint8(): number {
    return this.bytes[this.at++] ?? 0
  }

  letter(): string {
    return String.fromCharCode(this.uint8())
  }

  int16(): number {
    this.at += 2
    return this.bytes.readInt16BE(this.at - 2)
  }

  int32(): number {
    this.at += 4
    return this.bytes.readInt32BE(this.at - 4)
  }

  uint32(): number {
    this.at += 4
    return this.bytes.readUInt32BE(this.at - 4)
  }

  string(): string {
    const end = this.bytes.indexOf(0, this.at)
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end + 1
    return text
  }

  /** A tuple; where Postgres left out an unchanged large value, that of `before`. */
  tuple(before: Row | null): Row {
    const count = this.int16()
    const row: (string | null)[] = new Array(count)
    for (let i = 0; i < count; i++) {
      const form = this.uint8()
      if (form === 0x74) {
        const length = this.int32()
        row[i] = this.bytes.toString('utf8', this.at, this.at + length)
        this.at += length
      } else {
        row[i] = form === 0x75 ? (before?.[i] ?? null) : null
      }
    }
    return row
  }
}

function readRelation(reader: Reader): Relation {
  const oid = reader.uint32()
  const schema = reader.string() || 'pg_catalog'
  const name = reader.string()
  const replicaIdentity = reader.letter()
  const columns = Array.from({ length: reader.int16() }, () => {
    reader.uint8()
    return { name: reader.string(), typeOid: reader.uint32(), typmod: reader.int32() }
  })
  return { kind: 'relation', oid, schema, name, replicaIdentity, columns }
}

function readUpdate(reader: Reader): Change {
  const oid = reader.uint32()
  let form = reader.letter()
  let old: Row | null = null
  if (form !== 'N') {
    const row = reader.tuple(null)
    if (form === 'O') old = row
    form = reader.letter()
  }
  return { kind: 'change', oid, operation: 'update', old, new: reader.tuple(old) }
}

function readDelete(reader: Reader): Change {
  const oid = reader.uint32()
  const form = reader.letter()
  const row = reader.tuple(null)
  return { kind: 'change', oid, operation: 'delete', old: form === 'O' ? row : null, new: null }
}

/** Decodes one message; nothing of the result refers to `bytes`. */
export function decodeMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes, 1)
  switch (bytes[0]) {
    case 0x42: // Begin
      return { kind: 'begin', commitLsn: readLsn(bytes, 1), xid: bytes.readUInt32BE(17) }
    case 0x43: // Commit
      return { kind: 'commit', commitLsn: readLsn(bytes, 2), endLsn: readLsn(bytes, 10) }
    case 0x52: // Relation
      return readRelation(reader)
    case 0x49: {
      // Insert
      const oid = reader.uint32()
      reader.uint8()
      return { kind: 'change', oid, operation: 'insert', old: null, new: reader.tuple(null) }
    }
    case 0x55: // Update
      return readUpdate(reader)
    case 0x44: // Delete
      return readDelete(reader)
    case 0x54: {
      // Truncate
      const count = reader.uint32()
      reader.uint8()
      return { kind: 'truncate', oids: Array.from({ length: count }, () => reader.uint32()) }
    }
    default:
      return OTHER
  }
}
