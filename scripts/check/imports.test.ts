import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkImports, type Import, judgeDeclared, judgeImport } from './imports.ts'
import { roomOf } from './rooms.ts'

const file = (from: string, to: string, typeOnly = false): Import => ({ from, to, kind: 'file', typeOnly })
const npm = (from: string, to: string): Import => ({ from, to, kind: 'package', typeOnly: false })
const node = (from: string, to: string): Import => ({ from, to, kind: 'node', typeOnly: false })

describe('rooms', () => {
  it.each([
    ['domain/money.ts', 'domain'],
    ['sync-server/console/app.tsx', 'sync-server/console'],
    ['sync-server/consoles.ts', 'sync-server'],
    ['desktop/till/store/applier.test.ts', 'free'],
    ['vite.console.config.ts', 'free'],
    ['desktop/main.ts', null],
    ['misc/x.ts', null],
  ])('%s is in %s', (path, room) => {
    expect(roomOf(path)).toBe(room)
  })
})

describe('arrows between rooms', () => {
  it.each([
    ['domain', file('domain/sale/rules.ts', 'migrations/schema.ts')],
    ['hardware', file('hardware/devices/printer.ts', 'domain/money.ts')],
    ['a type is an arrow too', file('desktop/ui/app.tsx', 'desktop/till/main.ts', true)],
    ['ui-kit knows money only', file('ui-kit/price.tsx', 'domain/tax.ts')],
    ['the server is not the console', file('sync-server/main.ts', 'sync-server/console/app.tsx')],
    ['only the console may use ui-kit', file('sync-server/api/mail.ts', 'ui-kit/tokens.css')],
    ['console takes types only', file('sync-server/console/app.tsx', 'sync-server/api/sales.ts')],
    [
      'the gatekeeper does not know the engine',
      file('sync-server/shapes/gatekeeper/a.ts', 'sync-server/shapes/engine/wire/headers.ts', true),
    ],
    [
      'nor the engine the gatekeeper',
      file('sync-server/shapes/engine/a.ts', 'sync-server/shapes/gatekeeper/scopes.ts'),
    ],
    ['nor do they share a helper', file('sync-server/shapes/gatekeeper/a.ts', 'sync-server/shapes/until.ts')],
    ['the product does not need its tools', file('desktop/till/main.ts', 'scripts/stack/main.ts')],
  ])('refused: %s', (_why, found) => {
    expect(judgeImport(found)).toContain(found.from)
    expect(judgeImport(found)).toContain(found.to)
  })

  it.each([
    ['own room', file('domain/sale/rules.ts', 'domain/money.ts')],
    ['money in ui-kit', file('ui-kit/price.tsx', 'domain/money.ts')],
    ['console', file('sync-server/console/app.tsx', 'ui-kit/button.tsx')],
    ['a type of the server in the console', file('sync-server/console/a.tsx', 'sync-server/api/b.ts', true)],
    ['what puts both together', file('sync-server/shape-service.ts', 'sync-server/shapes/engine/app.ts')],
    ['the engine by itself', file('sync-server/shapes/main.ts', 'sync-server/shapes/engine/app.ts')],
    ['a test', file('domain/sale/rules.test.ts', 'desktop/till/store/applier.ts')],
  ])('allowed: %s', (_why, found) => {
    expect(judgeImport(found)).toBeNull()
  })
})

describe('packages and rooms', () => {
  it('names the file, the package and where to list it', () => {
    const fault = judgeImport(npm('desktop/ui/app.tsx', 'pg/lib/client'))
    expect(fault).toBe(
      'desktop/ui/app.tsx imports pg, which is not listed for desktop/ui/ in scripts/check/dependencies.ts',
    )
    expect(judgeImport(npm('sync-server/db.ts', 'pg'))).toBeNull()
  })

  it('refuses a package nobody has classified, also in tests and tools', () => {
    expect(judgeImport(npm('domain/x.ts', 'left-pad'))).toContain('nobody has classified')
    expect(judgeImport(npm('domain/x.test.ts', 'left-pad'))).toContain('left-pad')
    expect(judgeImport(npm('domain/x.test.ts', '@axe-core/playwright'))).toBeNull()
  })

  it.each(['desktop/till/main.ts', 'desktop/ui/app.tsx', 'sync-server/main.ts'])(
    'keeps electron out of %s',
    (from) => {
      expect(judgeImport(npm(from, 'electron'))).toContain('electron')
      expect(judgeImport(npm('desktop/shell/main.ts', 'electron'))).toBeNull()
    },
  )

  it('keeps Node out of what runs in a browser', () => {
    expect(judgeImport(node('desktop/ui/app.tsx', 'node:fs'))).toContain('browser')
    expect(judgeImport(node('domain/journal/chain.ts', 'node:crypto'))).toBeNull()
    expect(judgeImport(node('domain/journal/chain.ts', 'node:fs'))).toContain('node:fs')
  })

  it('compares the table with package.json both ways', () => {
    expect(judgeDeclared(['zod', 'left-pad', '@types/pg'], { zod: ['domain'], pg: [] })).toEqual([
      expect.stringContaining('package.json depends on left-pad'),
      expect.stringContaining('lists pg, which package.json does not depend on'),
    ])
  })
})

describe('reading imports from files', () => {
  const folders: string[] = []
  afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))))

  async function tree(files: Record<string, string>): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'arrows-'))
    folders.push(root)
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
    return root
  }

  it('sees type imports, dynamic imports, packages and missing files', async () => {
    const root = await tree({
      'domain/a.ts': "import type { B } from '../migrations/b.ts'\nexport type A = B\n",
      'migrations/b.ts': "export type B = 1\nexport const load = () => import('react')\n",
      'hardware/c.ts':
        "import { gone } from './gone.ts'\nimport { createRequire } from 'node:module'\ngone(createRequire)\n",
    })
    expect((await checkImports(root)).sort()).toEqual([
      expect.stringContaining('domain/a.ts imports migrations/b.ts'),
      expect.stringContaining('hardware/c.ts imports ./gone.ts, which does not exist'),
      expect.stringContaining('migrations/b.ts imports react'),
    ])
  })

  it('finds a cycle once, and nothing in a chain', async () => {
    const cyclic = await tree({
      'domain/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
      'domain/b.ts': "import { a } from './a.ts'\nexport const b = () => a\n",
    })
    expect(await checkImports(cyclic)).toEqual([expect.stringMatching(/a cycle of imports: .*a\.ts.*b\.ts/)])
    const chain = await tree({
      'domain/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
      'domain/b.ts': 'export const b = 1\n',
    })
    expect(await checkImports(chain)).toEqual([])
  })
})
