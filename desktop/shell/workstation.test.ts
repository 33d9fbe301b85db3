import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readWorkstation, tillArguments } from './workstation.ts'

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'workstation-'))
  file = join(dir, 'workstation.json')
})
afterEach(() => rm(dir, { recursive: true }))

describe('the settings of a workstation', () => {
  it('are plain where nothing was laid down', async () => {
    const workstation = await readWorkstation(file, [])
    expect(workstation).toEqual({ kiosk: false, zoom: 1, customerDisplay: true })
    expect(tillArguments(workstation, '/data')).toEqual(['--data', '/data'])
  })

  it('come from the file, and the command line goes before it', async () => {
    await writeFile(
      file,
      JSON.stringify({ kiosk: true, zoom: 1.5, server: 'https://head.example', name: 'Till 1' }),
    )
    const workstation = await readWorkstation(file, [
      '.',
      '--zoom',
      '2',
      '--enrol=ABC',
      '--no-sandbox',
      '--type=x',
    ])
    expect(workstation).toMatchObject({ kiosk: true, zoom: 2 })
    expect(tillArguments(workstation, '/data')).toEqual([
      '--data',
      '/data',
      '--server',
      'https://head.example',
      '--name',
      'Till 1',
      '--enrol',
      'ABC',
    ])
  })

  it.each([
    ['{"zoom": 9}', 'zoom: must be at most 3'],
    ['{"zoom": "big"}', 'zoom: must be a number'],
    ['{"kiosk": "yes"}', 'kiosk: '],
    ['{"servr": "https://x"}', 'servr'],
    ['[1]', 'must hold one JSON object'],
    ['{', 'must hold one JSON object'],
  ])('%s is refused in a sentence that names it', async (text, sentence) => {
    await writeFile(file, text)
    await expect(readWorkstation(file, [])).rejects.toThrow(sentence)
    await expect(readWorkstation(file, [])).rejects.toThrow(file)
  })
})
