import type { LastSaleView } from '../../bridge/views.ts'
import type { TillState } from '../store/state.ts'

const KEY = 'last-sale'

/**
 * The sale just completed, shown until the next one begins. Kept on disk in the sale's own transaction: after a
 * power cut between payment and change the till still says what the change was.
 */
export interface LastSale {
  view(): LastSaleView
  remember(sale: NonNullable<LastSaleView>): void
  forget(): void
}

/** Writes join the caller's transaction. */
export function createLastSale(state: TillState): LastSale {
  const view = (): LastSaleView => {
    const sale = state.get<NonNullable<LastSaleView>>(KEY)
    // A sale of before the till was upgraded lists no tenders.
    return sale && { ...sale, tenders: sale.tenders ?? [] }
  }
  return {
    view,
    remember: (sale) => state.set(KEY, sale),
    forget: () => {
      if (view()) state.set(KEY, null)
    },
  }
}
