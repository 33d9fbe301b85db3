import { type Checkpoint, checkpointHolds, checkpointSchema } from '../../../domain/journal/checkpoint.ts'
import type { JournalHead } from '../../../domain/journal/event.ts'
import type { TillState } from '../store/state.ts'

/** Its name in `till_state`. */
const CHECKPOINT = 'checkpoint'

/** The server's signed word for what it holds of this journal, as this till keeps it. */
export interface Checkpoints {
  newest(): Checkpoint | null
  /** Keeps the word for a head that was acknowledged; passes over one that is about anything else, or older. */
  keep(offered: unknown, head: JournalHead): void
}

/** Writes join the caller's transaction when there is one. */
export function createCheckpoints(state: TillState, deviceId: string): Checkpoints {
  const newest = () => {
    const kept = state.get<Checkpoint>(CHECKPOINT)
    return kept?.deviceId === deviceId ? kept : null
  }
  return {
    newest,
    keep: (offered, { seq, hash }) => {
      const checkpoint = checkpointSchema.safeParse(offered).data
      if (!checkpoint || checkpoint.deviceId !== deviceId) return
      if (checkpoint.seq !== seq || checkpoint.hash !== hash || !checkpointHolds(checkpoint)) return
      if (seq > (newest()?.seq ?? 0)) state.set(CHECKPOINT, checkpoint)
    },
  }
}
