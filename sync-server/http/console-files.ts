import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { AppEnv } from './env.ts'

const PREFIX = '/console'

/** Vite names assets by their content: they may be kept for ever. */
const isHashed = (path: string) => path.includes('/assets/')

/** The head-office console: its built files, and its page for every address that is none of them. */
export function consoleFiles(folder: string): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/', (c) => c.redirect(`${PREFIX}/`))
  app.get(PREFIX, (c) => c.redirect(`${PREFIX}/`))
  if (existsSync(folder)) {
    app.use(
      `${PREFIX}/*`,
      serveStatic({
        root: folder,
        rewriteRequestPath: (path) => path.slice(PREFIX.length),
        onFound: (path, c) => {
          c.header('cache-control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
        },
      }),
    )
  }
  app.get(`${PREFIX}/*`, async (c) => {
    const page = join(folder, 'index.html')
    c.header('cache-control', 'no-cache')
    if (!existsSync(page)) return c.text('The console is not built. Run: npm run build:console', 404)
    return c.html(await readFile(page, 'utf8'))
  })
  return app
}
