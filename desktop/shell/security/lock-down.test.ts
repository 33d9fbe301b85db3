import { EventEmitter } from 'node:events'
import type { Session, WebContents } from 'electron'
import { describe, expect, it } from 'vitest'
import { windowOptions } from '../window.ts'
import { isTrustedSender, lockContents, lockSession } from './lock-down.ts'

class Contents extends EventEmitter {
  opens: (() => { action: string }) | null = null
  setWindowOpenHandler(handler: () => { action: string }) {
    this.opens = handler
  }
}

const lockedContents = () => {
  const contents = new Contents()
  lockContents(contents as unknown as Pick<WebContents, 'on' | 'setWindowOpenHandler'>)
  return contents
}

/** Raises an event as Electron does; whether it was prevented. */
function prevented(emitter: EventEmitter, event: string, url: string): boolean {
  let stopped = false
  const preventDefault = () => {
    stopped = true
  }
  emitter.emit(event, { url, preventDefault })
  return stopped
}

describe('a window', () => {
  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('stays at home: %s', (event) => {
    const contents = lockedContents()
    expect(prevented(contents, event, 'https://elsewhere.example/')).toBe(true)
    expect(prevented(contents, event, 'file:///etc/passwd')).toBe(true)
    expect(prevented(contents, event, 'app://till.evil/')).toBe(true)
    expect(prevented(contents, event, 'app://till/#basket')).toBe(false)
  })

  it('opens no other and hosts no guest', () => {
    const contents = lockedContents()
    expect(contents.opens?.()).toEqual({ action: 'deny' })
    expect(prevented(contents, 'will-attach-webview', '')).toBe(true)
  })

  it('is made as Electron’s security checklist asks', () => {
    const { webPreferences, kiosk } = windowOptions({ kiosk: true, zoom: 1.5 }, '/preload.cjs', false)
    expect(webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      devTools: false,
      zoomFactor: 1.5,
    })
    expect(webPreferences).not.toHaveProperty('enableBlinkFeatures')
    expect(kiosk).toBe(true)
  })
})

class FakeSession extends EventEmitter {
  answers: Record<string, unknown> = {}
  requests: ((details: { url: string }, decide: (answer: { cancel: boolean }) => void) => void) | null = null
  setPermissionRequestHandler(
    handler: (contents: null, name: string, decide: (yes: boolean) => void) => void,
  ) {
    handler(null, 'media', (yes) => {
      this.answers.request = yes
    })
  }
  setPermissionCheckHandler(handler: () => boolean) {
    this.answers.check = handler()
  }
  setDevicePermissionHandler(handler: () => boolean) {
    this.answers.device = handler()
  }
  setDisplayMediaRequestHandler(handler: (request: null, decide: (streams: object) => void) => void) {
    handler(null, (streams) => {
      this.answers.display = streams
    })
  }
  webRequest = {
    onBeforeRequest: (handler: FakeSession['requests']) => {
      this.requests = handler
    },
  }
}

describe('a session', () => {
  const session = new FakeSession()
  lockSession(session as unknown as Session)

  it('grants nothing', () => {
    expect(session.answers).toEqual({ request: false, check: false, device: false, display: {} })
    expect(prevented(session, 'will-download', '')).toBe(true)
  })

  it.each([
    ['app://till/assets/a.js', false],
    ['data:image/png;base64,AA', false],
    ['https://elsewhere.example/', true],
    ['http://127.0.0.1:4500/', true],
    ['ws://127.0.0.1:4500/', true],
    ['file:///etc/passwd', true],
  ])('lets a request for %s leave, or cancels it', (url, cancel) => {
    let decided: { cancel: boolean } | null = null
    session.requests?.({ url }, (answer) => {
      decided = answer
    })
    expect(decided).toEqual({ cancel })
  })

  it('is locked once, however often it is asked to', () => {
    lockSession(session as unknown as Session)
    expect(session.listenerCount('will-download')).toBe(1)
  })
})

describe('a message for a port', () => {
  it('is taken from our own page’s top frame only', () => {
    expect(isTrustedSender({ url: 'app://till/', parent: null })).toBe(true)
    expect(isTrustedSender({ url: 'https://elsewhere.example/', parent: null })).toBe(false)
    expect(isTrustedSender({ url: 'app://till/', parent: {} })).toBe(false)
    expect(isTrustedSender(null)).toBe(false)
  })
})
