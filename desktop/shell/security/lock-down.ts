import type { App, Session, WebContents } from 'electron'
import { isAppUrl } from '../app-protocol.ts'

/** A window stays on its own pages, opens no other, and hosts no guest. */
export function lockContents(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  const stay = (event: { preventDefault(): void; url: string }) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

const locked = new WeakSet<object>()

/**
 * No permission is ever granted, no device reached, nothing downloaded, and no request leaves for the network:
 * hardware and network belong to the till, not to the screen.
 */
export function lockSession(session: Session): void {
  if (locked.has(session)) return
  locked.add(session)
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, decide) => decide({}))
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, decide) => {
    const ownTools = details.url.startsWith('devtools://')
    decide({ cancel: !isAppUrl(details.url) && !details.url.startsWith('data:') && !ownTools })
  })
}

/** Locks every window and its session from the moment it exists. Call before any window is made. */
export function lockDown(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  app.on('session-created', lockSession)
}

/** Whether a message from a window was sent by our own page in its top frame. */
export function isTrustedSender(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}
