import { defineConfig } from 'vite'
import { electronProgram } from './node-programs.ts'

export default defineConfig(electronProgram('preload', 'desktop/shell/preload.ts'))
