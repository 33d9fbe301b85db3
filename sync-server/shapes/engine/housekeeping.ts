import { messageOf } from './errors.ts'
import type { ChangeLog } from './log/change-log.ts'
import type { Settings } from './options.ts'
import type { Registry } from './registry.ts'
import type { Feed } from './replication/feed.ts'
import type { HistoryMark } from './replication/history-mark.ts'
import type { SlotWatch } from './replication/slot-watch.ts'
import type { ShapeSource } from './source.ts'

export interface HousekeepingParts {
  readonly settings: Settings
  readonly registry: Registry
  readonly log: ChangeLog
  readonly mark: HistoryMark
  readonly feed: Feed
  readonly source: ShapeSource
  readonly slotWatch: SlotWatch
}

/** What is done from time to time: unseen changes of tables are noticed, and the log is kept within its bounds. */
export async function keepHouse(parts: HousekeepingParts): Promise<void> {
  try {
    await parts.source.checkCatalogue()
    await trimLog(parts)
    await parts.slotWatch.check(parts.feed)
    if (parts.feed.streaming) await parts.mark.renewIfDue()
  } catch (error) {
    parts.settings.onEvent({ level: 'warn', message: `Housekeeping failed: ${messageOf(error)}` })
  }
}

/**
 * Gives up the log beyond retention. A shape that loses entries goes on for those who have read them; who begins
 * gets a new one. What each shape has lost is on disk before the log is cut.
 */
async function trimLog({ settings, registry, log, source }: HousekeepingParts): Promise<void> {
  const { retentionMs, retentionBytes } = settings
  const unusedSince = Date.now() - retentionMs
  for (const shape of [...registry.shapes]) {
    if (shape.complete && shape.followers.size === 0 && shape.usedAt < unusedSince) source.end(shape)
  }
  const start = log.trimmable(unusedSince, retentionBytes)
  if (start <= log.start) return
  for (const shape of [...registry.shapes]) {
    if (!shape.trim(start)) continue
    registry.retire(shape)
    await registry.save(shape, { durable: true })
  }
  log.trim(start)
}
