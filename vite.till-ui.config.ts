import { defineConfig } from 'vite'
import { screen } from './scripts/build/ui.ts'

/** The till's screen, as the till serves it to a browser on the same workstation or tablet. */
export default defineConfig(screen('desktop/ui', 'dist/till-ui', ['index.html', 'display.html']))
