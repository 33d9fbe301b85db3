import { defineConfig } from 'vite'
import { screen } from './ui.ts'

/** The same screen as vite.till-ui.config.ts, where Electron Forge wants it. */
export default defineConfig(screen('desktop/ui', '.vite/renderer/till', ['index.html', 'display.html']))
