import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

// A checkpoint waits for the disk. Here it is a thread of its own that waits, and whoever sells meanwhile does not.
const db = new Database(workerData.path as string)
db.pragma('wal_autocheckpoint = 0')
db.pragma('synchronous = FULL')
db.pragma('cache_size = -256')
if (process.platform === 'darwin') db.pragma('checkpoint_fullfsync = ON')

parentPort?.on('message', () => {
  const [{ log }] = db.pragma('wal_checkpoint(PASSIVE)') as [{ log: number }]
  parentPort?.postMessage(log)
})
