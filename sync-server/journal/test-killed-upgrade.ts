import { v7 as uuidv7 } from 'uuid'
import { openPool } from '../database/pool.ts'
import { projectPassedOver } from './passed-over.ts'

// A server's start that is killed in its second transaction, when all effects of that are there, and before it is committed.
const pool = openPool(process.argv[2] ?? '', () => {})
let transactions = 0
pool.on('connect', (client) => {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((...args: unknown[]) => {
    if (String(args[0]).startsWith('delete from journal_passed_over')) transactions += 1
    if (transactions === 2) process.kill(process.pid, 'SIGKILL')
    return query(...args)
  }) as typeof client.query
})
await projectPassedOver({ pool, clock: Date.now, newId: uuidv7 })
