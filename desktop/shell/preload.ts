import { contextBridge, ipcRenderer } from 'electron'
import { SHELL_API, type ShellApi, TILL_PORT_MESSAGE } from '../bridge/shell.ts'

const api: ShellApi = {
  requestTillPort: () => ipcRenderer.send(TILL_PORT_MESSAGE),
}

contextBridge.exposeInMainWorld(SHELL_API, api)

ipcRenderer.on(TILL_PORT_MESSAGE, (event) => {
  window.postMessage(TILL_PORT_MESSAGE, window.location.origin, event.ports)
})
