import { expect, test } from 'vitest'
import type { FramePort } from '../../bridge/contract.ts'
import { keepConnected, retryAfterMs } from './keep-connected.ts'

test('the pause between attempts doubles up to a bound', () => {
  expect([0, 1, 2, 50].map(retryAfterMs)).toEqual([100, 200, 400, 3000])
})

test('connects again after a refusal and after a loss, and says when it has one', async () => {
  const pauses: number[] = []
  const closers: (() => void)[] = []
  const bridges: boolean[] = []
  let tasks: (() => void)[] = []
  let attempts = 0
  const port: FramePort = {
    send: () => {},
    onFrame: () => {},
    onClose: (listener) => void closers.push(listener),
  }
  keepConnected({
    open: () => (++attempts === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(port)),
    connected: () => bridges.push(true),
    lost: () => bridges.push(false),
    setTimeout: (task, ms) => {
      pauses.push(ms)
      tasks.push(task)
    },
  })
  const runTasks = async () => {
    await Promise.resolve()
    await Promise.resolve()
    for (const task of tasks.splice(0)) task()
    await Promise.resolve()
    await Promise.resolve()
  }
  await runTasks()
  expect(bridges).toEqual([true])
  for (const close of closers.splice(0)) close()
  await runTasks()
  expect(bridges).toEqual([true, false, true])
  expect(pauses).toEqual([100, 100])
  tasks = []
})
