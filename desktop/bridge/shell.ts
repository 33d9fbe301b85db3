/**
 * How a window under Electron comes by its port to the till. The preload cannot hand a MessagePort over the context
 * bridge (it is not cloneable), so it posts the port to its own window, as Electron's guide does; each request
 * gets a new one, since a till that crashed and came back has forgotten the old.
 */

/** What the preload lays out in the window, and nothing else. */
export interface ShellApi {
  /** Asks for a new port; it arrives as a message of this window with `TILL_PORT_MESSAGE` as its data. */
  requestTillPort(): void
}

/** The name under which the preload lays it out. */
export const SHELL_API = 'pharmasaas'

/** Data of the window message that carries a port; also the channel between preload and main. */
export const TILL_PORT_MESSAGE = 'pharmasaas:till-port'

/** The window's own side: what `openTillPort` needs of it. */
type ShellWindow = Pick<Window, 'addEventListener' | 'removeEventListener'> & { [SHELL_API]?: ShellApi }

/** Whether this window was opened by the Electron shell. */
export const isInShell = (window: ShellWindow): boolean => window[SHELL_API] !== undefined

/**
 * Asks the shell for a port to the till and waits for it.
 * @param window the UI's window
 * @param timeout rejects when the till did not come up in this many milliseconds
 * @throws Error when there is no shell or no answer
 */
export function openTillPort(window: ShellWindow, timeout = 10_000): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const shell = window[SHELL_API]
    if (!shell) {
      reject(new Error('this window was not opened by the shell'))
      return
    }
    const onMessage = (event: MessageEvent) => {
      const [port] = event.ports
      if (event.source !== window || event.data !== TILL_PORT_MESSAGE || !port) return
      finish(() => resolve(port))
    }
    const timer = setTimeout(() => finish(() => reject(new Error('the till did not answer'))), timeout)
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
      settle()
    }
    window.addEventListener('message', onMessage)
    shell.requestTillPort()
  })
}

/** The first message from the shell to the till it started: what unlocks the device's key, if this system can keep it. */
export interface ShellGreeting {
  kind: 'greeting'
  /** 32 random bytes in base64, kept by the system's own safe; null where there is none. */
  deviceSecret: string | null
}

/** Goes with each port that the shell hands over: whose it is. The shell decides it by the window, never the window itself. */
export interface ShellHandOver {
  kind: 'window' | 'display'
}
