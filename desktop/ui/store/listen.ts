import type { LiveView, LiveViews } from '../../bridge/contract.ts'
import { receive, type TillStore } from './till-store.ts'
import type { Tools } from './tools.ts'

/**
 * Takes in the till's live values, and sounds what this window did not do itself: a scan by a scanner on a wire is
 * heard like one by a scanner that types.
 */
export function createListener(store: TillStore, { play, isOwn }: Pick<Tools, 'play' | 'isOwn'>) {
  const seen = new Set<LiveView>()
  return <V extends LiveView>(view: V, value: LiveViews[V]): void => {
    const { basket, notice } = store.getState()
    receive(store, view, value)
    // The first value says what is, not what happened.
    const happened = seen.has(view) && !isOwn()
    seen.add(view)
    if (!happened) return
    const now = store.getState()
    if (view === 'basket' && now.basket.itemCount > basket.itemCount) play('good')
    if (view === 'notice' && now.notice !== null && now.notice.at !== notice?.at) play('bad')
  }
}
