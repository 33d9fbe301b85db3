import { defineConfig } from 'vite'
import { tillProgram } from './node-programs.ts'

export default defineConfig(tillProgram('desktop/till/main.ts'))
