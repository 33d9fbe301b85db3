const WORD = 0x1_0000_0000

/**
 * Log sequence numbers are plain numbers here: exact up to 2^53, which is nine petabytes of WAL.
 * Reads Postgres' `X/Y` form.
 */
export function parseLsn(text: string): number {
  const [high = '', low = ''] = text.split('/')
  return Number.parseInt(high, 16) * WORD + Number.parseInt(low, 16)
}

export function formatLsn(lsn: number): string {
  return `${Math.floor(lsn / WORD)
    .toString(16)
    .toUpperCase()}/${(lsn % WORD).toString(16).toUpperCase()}`
}

export function readLsn(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * WORD + bytes.readUInt32BE(at + 4)
}

export function writeLsn(bytes: Buffer, lsn: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(lsn / WORD), at)
  bytes.writeUInt32BE(lsn % WORD, at + 4)
}
