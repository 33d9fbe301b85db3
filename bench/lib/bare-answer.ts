import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

// A process of its own: all that it does is answer requests that wait, as soon as Postgres notifies it.

const client = new pg.Client(process.argv[2])
await client.connect()
await client.query('LISTEN bench')

let waiting: ServerResponse[] = []
client.on('notification', () => {
  for (const response of waiting.splice(0)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('[{"value":{"id":"1","v":"x"}}]')
  }
})

const server = createServer((_, response) => {
  waiting.push(response)
  response.on('close', () => {
    waiting = waiting.filter((other) => other !== response)
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
