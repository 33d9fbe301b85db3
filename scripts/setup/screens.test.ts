import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashOfSources } from './screens.mjs'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'screens-'))
  await mkdir(join(root, 'ui/panels'), { recursive: true })
  await writeFile(join(root, 'ui/app.tsx'), 'app')
  await writeFile(join(root, 'ui/panels/basket.tsx'), 'basket')
})
afterEach(() => rm(root, { recursive: true }))

const hash = () => hashOfSources(root, ['ui', 'absent.config.ts'])

it('stays when only dates or tests change', async () => {
  const before = hash()
  await utimes(join(root, 'ui/app.tsx'), 0, 0)
  await writeFile(join(root, 'ui/app.test.tsx'), 'test')
  expect(hash()).toBe(before)
})

it('changes with content, with names and with what is new', async () => {
  const seen = new Set([hash()])
  await writeFile(join(root, 'ui/panels/basket.tsx'), 'other')
  seen.add(hash())
  await writeFile(join(root, 'ui/panels/total.tsx'), '')
  seen.add(hash())
  await rm(join(root, 'ui/panels/total.tsx'))
  await writeFile(join(root, 'ui/panels/sum.tsx'), '')
  seen.add(hash())
  expect(seen.size).toBe(4)
})
