import { describe, expect, it } from 'vitest'
import { isInShell, openTillPort, SHELL_API, TILL_PORT_MESSAGE } from './shell.ts'

/** A window whose messages this test posts; `shell` answers when it is asked for a port. */
function windowOf(
  shell?: (post: (data: unknown, source: 'self' | 'other', port?: MessagePort) => void) => void,
) {
  const target = new EventTarget()
  const window = Object.assign(target, {
    [SHELL_API]: shell && {
      requestTillPort: () =>
        shell((data, source, port) => {
          const event = Object.assign(new Event('message'), {
            data,
            source: source === 'self' ? target : {},
            ports: port ? [port] : [],
          })
          target.dispatchEvent(event)
        }),
    },
  })
  return window as unknown as Parameters<typeof openTillPort>[0]
}

describe('the way from a window to the till', () => {
  it('is the port that the shell posts', async () => {
    const { port1, port2 } = new MessageChannel()
    const window = windowOf((post) => post(TILL_PORT_MESSAGE, 'self', port1))
    expect(isInShell(window)).toBe(true)
    expect(await openTillPort(window)).toBe(port1)
    port2.close()
  })

  it('is not what another window posts, nor another message, nor one without a port', async () => {
    const { port1, port2 } = new MessageChannel()
    const window = windowOf((post) => {
      post(TILL_PORT_MESSAGE, 'other', port1)
      post('something else', 'self', port1)
      post(TILL_PORT_MESSAGE, 'self')
    })
    await expect(openTillPort(window, 20)).rejects.toThrow('did not answer')
    port2.close()
  })

  it('does not exist in a browser', async () => {
    expect(isInShell(windowOf())).toBe(false)
    await expect(openTillPort(windowOf())).rejects.toThrow('not opened by the shell')
  })
})
