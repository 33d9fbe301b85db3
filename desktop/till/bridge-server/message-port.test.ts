import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Display } from './display.ts'
import type { Live } from './live.ts'
import { type ElectronPort, listenToParent } from './message-port.ts'

/** One end of a channel as Electron gives it to a utility process. */
class Port extends EventEmitter {
  sent: unknown[] = []
  started = false
  start() {
    this.started = true
  }
  close() {}
  postMessage(message: unknown) {
    this.sent.push(message)
  }
}

const attached: number[] = []
const shown: unknown[] = []
const served = {
  dispatch: async (frame: string) => ({ id: 1, value: frame }),
  live: { attach: () => attached.push(1) } as unknown as Live,
  display: { attach: (port) => void shown.push(port) } satisfies Display,
}

function stage() {
  const parent = new EventEmitter()
  const inbox = listenToParent(parent)
  const hand = (port: Port, kind = 'window') =>
    parent.emit('message', { data: { kind }, ports: [port as ElectronPort] })
  return { parent, inbox, hand }
}

describe('a till under Electron', () => {
  it('gets its secret from the shell’s greeting', async () => {
    const { parent, inbox } = stage()
    parent.emit('message', { data: { kind: 'greeting', deviceSecret: 'secret' }, ports: [] })
    expect(await inbox.deviceSecret).toBe('secret')
  })

  it('serves windows that came before it was ready, and those after, but not without bound', async () => {
    const { inbox, hand } = stage()
    const early = Array.from({ length: 10 }, () => new Port())
    for (const port of early) hand(port)
    inbox.serve(served)
    const late = new Port()
    hand(late)
    expect(early.filter((port) => port.started)).toHaveLength(8)
    expect(late.started).toBe(true)
    late.emit('message', { data: '{"id":1}' })
    await expect.poll(() => late.sent).toEqual(['{"id":1,"value":"{\\"id\\":1}"}'])
  })

  it('gives the customer’s window what customers see, and no command', () => {
    const { inbox, hand } = stage()
    attached.length = 0
    hand(new Port(), 'display')
    inbox.serve(served)
    hand(new Port(), 'something newer')
    expect(shown).toHaveLength(2)
    expect(attached).toEqual([])
  })
})
