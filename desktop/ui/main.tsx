import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { applyLocale, chosenLocale } from '../../ui-kit/i18n/locale.ts'
import { applyTheme, keptScale, keptTheme, showScale } from '../../ui-kit/theme.ts'
import { connectBridge } from '../bridge/client.ts'
import { isInShell, openTillPort } from '../bridge/shell.ts'
import { App } from './app.tsx'
import { keepConnected } from './connection/keep-connected.ts'
import { framesOfMessagePort, openSocket, takeToken } from './connection/ports.ts'
import { deleteText, documentFocus, typeText } from './keys/focus.ts'
import { pressInOrder } from './keys/in-order.ts'
import { asksForLines, pressKey } from './keys/key-map.ts'
import { readKeys } from './scanner/key-reader.ts'
import { createPlayer } from './sound/sounds.ts'
import { createActions } from './store/actions.ts'
import { TillContext } from './store/till-context.ts'
import { createTillStore } from './store/till-store.ts'
import './styles.css'

const root = document.documentElement
applyTheme(root, localStorage, keptTheme(localStorage))
showScale(root, keptScale(localStorage, window.innerWidth))
applyLocale(root, localStorage, chosenLocale(localStorage, navigator.languages))

const store = createTillStore()
const actions = createActions({
  store,
  play: createPlayer(() => new AudioContext()),
  setTimeout: (task, ms) => window.setTimeout(task, ms),
  clearTimeout: (timer) => window.clearTimeout(timer),
})

// Before React, so that no field or button ever sees a scan.
readKeys(window, {
  onScan: (raw) => void actions.scan(raw),
  onKey: pressInOrder({
    press: (key) => pressKey(key, store.getState(), actions, documentFocus),
    mustWait: (key) => asksForLines(key, store.getState()) && actions.isSettling(),
    type: typeText,
    setTimeout: (task, ms) => window.setTimeout(task, ms),
  }),
  onText: typeText,
  onRetract: (count) => {
    for (let i = 0; i < count; i++) deleteText()
  },
})

// A press on anything but a line to type in leaves the focus where typing goes.
document.addEventListener('mousedown', (event) => {
  if (!(event.target as Element).closest('input')) event.preventDefault()
})

const inShell = isInShell(window)
const token = inShell ? null : takeToken(window)
if (!inShell && token === null) {
  store.setState({ connection: 'no-token' })
} else {
  keepConnected({
    open: async () =>
      inShell ? framesOfMessagePort(await openTillPort(window)) : openSocket(window.location, token ?? ''),
    connected: (port) => actions.setBridge(connectBridge(port, actions.hear)),
    lost: () => actions.setBridge(null),
    setTimeout: (task, ms) => window.setTimeout(task, ms),
  })
}

createRoot(document.getElementById('till') as HTMLElement).render(
  <StrictMode>
    <TillContext value={{ store, actions }}>
      <App />
    </TillContext>
  </StrictMode>,
)
