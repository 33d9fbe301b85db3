import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Some thirty customers in a row without the quiet half second in which the log is emptied, bytes. */
const ROOM_BYTES = 4 * 1024 * 1024

const ZEROS = Buffer.alloc(256 * 1024)

/**
 * Writes the room ahead that the write-ahead log will take. A commit that makes the file longer waits for the file
 * system's own journal too, about half as long again; over room that is there it waits for its data alone. SQLite ends
 * its reading of a log at the first frame that is not valid, and zeros are none. SQLite locks the database file, never the
 * log, so that closing this handle drops no lock.
 * @param path the database's file, open in WAL mode by this process alone
 */
export function layOutLog(path: string): void {
  const log = openSync(`${path}-wal`, 'r+')
  try {
    for (let at = fstatSync(log).size; at < ROOM_BYTES; ) {
      at += writeSync(log, ZEROS, 0, Math.min(ZEROS.length, ROOM_BYTES - at), at)
    }
    fsyncSync(log)
  } finally {
    closeSync(log)
  }
}
