import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createStore } from 'zustand/vanilla'
import { applyLocale } from '../../../ui-kit/i18n/locale.ts'
import { DISPLAY_PATH, DISPLAY_PROTOCOL, type DisplayView } from '../../bridge/display.ts'
import { isInShell, openTillPort } from '../../bridge/shell.ts'
import { keepConnected } from '../connection/keep-connected.ts'
import { framesOfMessagePort, openSocket, takeToken } from '../connection/ports.ts'
import { CustomerDisplay } from './display.tsx'
import '../styles.css'

/** The language is the till's to choose; this page shares its storage and keeps nothing there. */
const KEEP_NOTHING = { setItem: () => {} }

const store = createStore<{ view: DisplayView | null }>(() => ({ view: null }))
const inShell = isInShell(window)
const token = inShell ? null : takeToken(window)

if (inShell || token !== null) {
  keepConnected({
    open: async () =>
      inShell
        ? framesOfMessagePort(await openTillPort(window))
        : openSocket(window.location, token ?? '', { path: DISPLAY_PATH, protocol: DISPLAY_PROTOCOL }),
    connected: (port) =>
      port.onFrame((frame) => {
        const view = JSON.parse(frame) as DisplayView
        if (view.locale !== document.documentElement.lang)
          applyLocale(document.documentElement, KEEP_NOTHING, view.locale)
        store.setState({ view })
      }),
    // A total that may be out of date is not left standing before a customer.
    lost: () => store.setState({ view: null }),
    setTimeout: (task, ms) => window.setTimeout(task, ms),
  })
}

createRoot(document.getElementById('display') as HTMLElement).render(
  <StrictMode>
    <CustomerDisplay store={store} />
  </StrictMode>,
)
