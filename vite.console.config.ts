import { defineConfig } from 'vite'
import { screen } from './scripts/build/ui.ts'

/** The head-office console, as the sync server serves it. */
export default defineConfig(screen('sync-server/console', 'dist/console'))
