import { defineConfig } from 'vite'
import { electronProgram } from './node-programs.ts'

export default defineConfig(electronProgram('main', 'desktop/shell/main.ts'))
