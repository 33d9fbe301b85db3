import { connect } from 'node:net'
import { connectionOver } from './stream-connection.ts'
import { type Transport, TransportError, type TransportFailure } from './transport.ts'

const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
}

/**
 * A device on the network that takes raw bytes, as receipt printers do on port 9100.
 * @param options.connectTimeoutMs how long a switched-off device may keep the caller waiting
 */
export function tcpTransport(options: { host: string; port: number; connectTimeoutMs?: number }): Transport {
  const { host, port, connectTimeoutMs = 3000 } = options
  const address = `${host}:${port}`
  return {
    address,
    open: () =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
        const fail = (kind: TransportFailure, cause?: Error) => {
          clearTimeout(timer)
          socket.destroy()
          reject(new TransportError(kind, address, cause))
        }
        const onError = (error: NodeJS.ErrnoException) =>
          fail(FAILURES[error.code ?? ''] ?? 'unreachable', error)
        const timer = setTimeout(() => fail('timeout'), connectTimeoutMs)
        socket.once('error', onError)
        socket.once('connect', () => {
          clearTimeout(timer)
          socket.off('error', onError)
          resolve(
            connectionOver(socket, {
              address,
              lostAs: () => 'disconnected',
              end: () => socket.end(),
              abort: () => socket.destroy(),
            }),
          )
        })
      }),
  }
}
