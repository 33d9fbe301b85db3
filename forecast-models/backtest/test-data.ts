import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { dateOf, periodOf } from '../calendar.ts'
import { createRandom, drawPoisson } from '../random.ts'

const folders: string[] = []
/** Removes every folder made by `folderOf`. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}

export const META = { name: 'tiny', frequency: 'D', season: 7, horizon: 28, origins: 2 }
export const HEADER = 'series_id,store_id,item_id,group_id,date,quantity'

/** A data folder with this meta.json and this CSV, packed or plain. */
export function folderOf(meta: object | string, csv: string, packed = true) {
  const folder = mkdtempSync(join(tmpdir(), 'demand-'))
  folders.push(folder)
  writeFileSync(join(folder, 'meta.json'), typeof meta === 'string' ? meta : JSON.stringify(meta))
  if (packed) writeFileSync(join(folder, 'sales.csv.gz'), gzipSync(csv))
  else writeFileSync(join(folder, 'sales.csv'), csv)
  return folder
}

/** 300 days of `series` series that sell three times as much on one weekday. */
export function year(series: number) {
  const random = createRandom(5)
  const start = periodOf('D', '2025-01-01')
  const lines = [HEADER]
  for (let i = 0; i < series; i++) {
    for (let day = 0; day < 300; day++) {
      const quantity = drawPoisson(random, (i + 1) * (day % 7 === 3 ? 3 : 1))
      lines.push(`s|${i},s,${i},g,${dateOf('D', start + day)},${quantity}`)
    }
  }
  return lines.join('\n')
}
