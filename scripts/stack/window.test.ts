import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { electronPackageDir, findElectron, openWindow } from './window.ts'

describe('the window on a till', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'electron-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('needs a binary: a package without one, or with a pointer to nothing, gives none', () => {
    expect(findElectron(dir)).toBeNull()
    writeFileSync(join(dir, 'path.txt'), 'electron')
    expect(findElectron(dir)).toBeNull()
  })

  it('looks in the installed package', () => {
    expect(existsSync(join(electronPackageDir(), 'package.json'))).toBe(true)
  })

  it('is opened on the address and closed again', async () => {
    const opened = join(dir, 'opened')
    mkdirSync(join(dir, 'dist'))
    writeFileSync(join(dir, 'path.txt'), 'electron')
    // A program that notes what it was asked to open, and stays.
    writeFileSync(join(dir, 'dist', 'electron'), `#!/bin/sh\nprintf %s "$1" > ${opened}\nexec sleep 60\n`)
    chmodSync(join(dir, 'dist', 'electron'), 0o755)
    const close = openWindow(findElectron(dir) ?? '', 'http://127.0.0.1:4501/#token=x')
    await expect
      .poll(() => existsSync(opened) && readFileSync(opened, 'utf8'))
      .toBe('http://127.0.0.1:4501/#token=x')
    await close()
  })
})
