import { existsSync, readFileSync, rmSync } from 'node:fs'
import { decodeIndex, type SegmentIndex } from './segment-index.ts'

export const SUFFIX = '.log'
const INDEX_SUFFIX = '.index'

/** Where the index of a segment file stands: beside it. */
export const indexPath = (segmentPath: string) => segmentPath.replace(SUFFIX, INDEX_SUFFIX)

/** A segment's index; null when there is none, or a damaged one. */
export function readIndex(segmentPath: string): SegmentIndex | null {
  const path = indexPath(segmentPath)
  return existsSync(path) ? decodeIndex(readFileSync(path)) : null
}

/** Removes a segment and its index. */
export function removeSegment(path: string): void {
  rmSync(path, { force: true })
  rmSync(indexPath(path), { force: true })
}
