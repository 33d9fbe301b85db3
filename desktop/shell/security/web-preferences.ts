import type { WebPreferences } from 'electron'

/**
 * What the window may do, after Electron's security checklist. Most of it is the default; it is written down so
 * that a changed default, or a hasty change of ours, fails a test.
 */
export const SECURE_WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // Its dictionaries would be fetched from the network.
  spellcheck: false,
} as const satisfies WebPreferences
