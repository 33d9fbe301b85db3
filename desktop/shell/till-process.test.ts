import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { restartAfterMs, superviseTill } from './till-process.ts'

class Forked extends EventEmitter {
  sent: { message: unknown; ports: string[] }[] = []
  killed = false
  postMessage(message: unknown, ports: string[] = []) {
    this.sent.push({ message, ports })
  }
  kill() {
    this.killed = true
    return true
  }
}

function stage() {
  const forks: Forked[] = []
  const timers: { task: () => void; ms: number }[] = []
  const clock = { now: 0 }
  let refused = 0
  const till = superviseTill<string>({
    fork: () => {
      const forked = new Forked()
      forks.push(forked)
      return forked
    },
    deviceSecret: 'secret',
    now: () => clock.now,
    setTimeout: (task, ms) => timers.push({ task, ms }),
    onRefused: () => {
      refused += 1
    },
    log: () => {},
  })
  const last = () => forks.at(-1) as Forked
  return {
    till,
    forks,
    timers,
    clock,
    last,
    refused: () => refused,
    crash: (code = 1) => last().emit('exit', code),
    restart: () => timers.shift()?.task(),
  }
}

describe('the till as a process', () => {
  it('is greeted before any window is connected', () => {
    const { till, last } = stage()
    till.connect('port of the first window', 'window')
    expect(last().sent).toEqual([])
    last().emit('spawn')
    till.connect('port of the display', 'display')
    expect(last().sent).toEqual([
      { message: { kind: 'greeting', deviceSecret: 'secret' }, ports: [] },
      { message: { kind: 'window' }, ports: ['port of the first window'] },
      { message: { kind: 'display' }, ports: ['port of the display'] },
    ])
  })

  it('comes back after a crash, later each time, and takes the windows that asked meanwhile', () => {
    const { till, forks, timers, crash, restart, last } = stage()
    const pauses: number[] = []
    for (let crashes = 0; crashes < 10; crashes++) {
      crash()
      pauses.push(timers[0]?.ms ?? -1)
      restart()
    }
    expect(pauses.slice(0, 4)).toEqual([250, 500, 1000, 2000])
    expect(Math.max(...pauses)).toBe(30_000)
    expect(forks).toHaveLength(11)
    for (let port = 0; port < 20; port++) till.connect(`port ${port}`, 'window')
    last().emit('spawn')
    const ports = last().sent.flatMap((message) => message.ports)
    expect(ports).toHaveLength(8)
    expect(ports.at(-1)).toBe('port 19')
  })

  it('forgets earlier crashes once it has run well', () => {
    const { timers, clock, crash, restart } = stage()
    crash()
    restart()
    crash()
    restart()
    clock.now += 60_000
    crash()
    expect(timers[0]?.ms).toBe(restartAfterMs(0))
  })

  it('is not started again when it refused to start', () => {
    const { timers, crash, refused } = stage()
    crash(2)
    expect(refused()).toBe(1)
    expect(timers).toEqual([])
  })

  it('is gone for good when it was told to stop', async () => {
    const { till, last, timers, crash } = stage()
    const stopped = till.stop()
    expect(last().killed).toBe(true)
    crash(0)
    await stopped
    expect(timers).toEqual([])
  })

  it('is not started again by a timer that was under way when it was told to stop', async () => {
    const { till, forks, crash, restart } = stage()
    crash()
    await till.stop()
    restart()
    expect(forks).toHaveLength(1)
  })

  it('never pauses longer than half a minute', () => {
    expect(restartAfterMs(10_000)).toBe(30_000)
  })
})
