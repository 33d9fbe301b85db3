import type { TillState } from '../store/state.ts'
import type { Chosen, Draft } from './refund-draft.ts'

/** A draft as it lies on the disk. */
export type KeptDraft = Omit<Draft, 'chosen'> & { chosen: [string, Chosen][] }

export const keep = (draft: Draft): KeptDraft => ({ ...draft, chosen: [...draft.chosen] })

export const revive = (kept: KeptDraft): Draft => ({ ...kept, chosen: new Map(kept.chosen) }) as Draft

const KEY = 'refund'

/** The refund being put together, in SQLite as the basket is; a write joins the caller's transaction. */
export function createRefundStore(state: TillState) {
  return {
    now: (): Draft | null => {
      const kept = state.get<KeptDraft>(KEY)
      return kept && revive(kept)
    },
    set: (draft: Draft | null): void => state.set(KEY, draft && keep(draft)),
  }
}
