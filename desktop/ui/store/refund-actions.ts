import type { Disposition, RefundReason } from '../../../domain/refund/events.ts'
import { isRefusal } from '../../../domain/refusals.ts'
import type { RefundLineView } from '../../bridge/views.ts'
import type { TillState } from './till-store.ts'
import type { Tools } from './tools.ts'

const SALES_LIMIT = 20

/** The refund's selected line: the one chosen, else the one last touched, else the first that can come back. */
export function refundLine(state: Pick<TillState, 'refund' | 'refundLineId'>): RefundLineView | undefined {
  const lines = state.refund?.lines ?? []
  return (
    lines.find((line) => line.lineId === state.refundLineId) ??
    lines.find((line) => line.lineId === state.refund?.lastLineId) ??
    lines.find((line) => line.left !== 0) ??
    lines[0]
  )
}

/** Finding a sale again: its copy, its refund. */
export function salesActions(tools: Tools) {
  const { get, set, play, call, failed, showToast } = tools

  async function findSales(text: string) {
    set({ sales: { ...get().sales, text }, trouble: null })
    const answer = await call('sales.search', { text, limit: SALES_LIMIT })
    if (get().sales.text !== text || failed(answer)) return
    set({ sales: { text, found: answer, marked: 0 } })
  }

  /** The list of sales; a second time, from the list, a refund without a receipt. */
  function openSales() {
    if (get().exchange) return void call('exchange.cancel', {}).then(failed)
    if (get().panel === 'sales') return void beginRefund(null)
    set({ panel: get().refund ? 'refund' : 'sales', trouble: null, entry: '', found: null, given: '' })
    if (!get().refund) void findSales('')
  }

  const markSale = (marked: number) => set({ sales: { ...get().sales, marked } })

  function moveSale(by: 1 | -1) {
    const { found, marked } = get().sales
    if (found) markSale(Math.min(found.length - 1, Math.max(0, marked + by)))
  }

  const markedSale = () => get().sales.found?.[get().sales.marked]

  /** Begins the refund of a sale, or of none; the till's own view of it opens the panel. */
  async function beginRefund(saleId: string | null) {
    if (failed(await call('refund.begin', { saleId }))) play('bad')
  }

  async function openSale() {
    const sale = markedSale()
    if (sale) await beginRefund(sale.saleId)
    else play('bad')
  }

  /** The receipt on the screen once more: of the refund, of the marked sale, or of the sale just made. */
  async function printCopy() {
    const { panel, refund, lastSale } = get()
    const shown =
      panel === 'refund' && refund?.sale ? refund.sale : panel === 'sales' ? markedSale() : lastSale
    if (!shown) return play('bad')
    if (!failed(await call('sales.copy', { saleId: shown.saleId }))) {
      showToast({ kind: 'copied', receiptNumber: shown.receiptNumber })
    }
  }

  const dismissException = async (id: string) => void failed(await call('exception.dismiss', { id }))

  return { findSales, openSales, markSale, moveSale, openSale, beginRefund, printCopy, dismissException }
}

/** Choosing what comes back. */
function choosing({ get, set, play, call, failed }: Tools) {
  async function choose(line: RefundLineView, quantity: number, disposition: Disposition) {
    set({ refundLineId: line.lineId })
    const answer = await call('refund.choose', { lineId: line.lineId, quantity, disposition })
    if (failed(answer)) play('bad')
  }

  async function stepRefund(by: 1 | -1) {
    const line = refundLine(get())
    if (line && line.quantity + by >= 0) await choose(line, line.quantity + by, line.disposition)
  }

  /** All that can still come back of every line. */
  async function refundAll() {
    for (const line of get().refund?.lines ?? []) {
      if (line.left !== null && line.left !== line.quantity) await choose(line, line.left, line.disposition)
    }
  }

  async function toggleDisposition() {
    const line = refundLine(get())
    if (line) await choose(line, line.quantity, line.disposition === 'stock' ? 'quarantine' : 'stock')
  }

  function moveRefund(by: 1 | -1) {
    const lines = get().refund?.lines ?? []
    const at = lines.findIndex((line) => line.lineId === refundLine(get())?.lineId)
    const next = lines[Math.min(lines.length - 1, Math.max(0, at + by))]
    if (next) set({ refundLineId: next.lineId })
  }

  const selectRefund = (refundLineId: string) => set({ refundLineId })

  return { stepRefund, refundAll, toggleDisposition, moveRefund, selectRefund }
}

/** Putting a refund together and making it. */
export function refundActions(tools: Tools) {
  const { get, set, play, call, failed, forgetScan, once, settle } = tools
  const setReason = (refundReason: RefundReason) => {
    set({ refundReason, trouble: null })
    void call('refund.because', { reason: refundReason })
  }

  const makeRefund = () =>
    once('refund', async () => {
      const { refund, refundReason } = get()
      if (!refund) return
      if (refundReason === null) {
        play('bad')
        return set({ trouble: { own: 'refund.reason' } })
      }
      const { revision, total } = refund
      set({ trouble: null })
      const answer = await call('refund.complete', { reason: refundReason, revision, total })
      if (failed(answer) || isRefusal(answer)) return play('bad')
      play('good')
      forgetScan()
      // A customer takes a while at a terminal: a panel opened meanwhile is left as it is.
      const there = ['refund', 'rest'].includes(get().panel)
      set({ ...(there && { panel: 'refunded' }), refunded: answer, refundReason: null, refundLineId: null })
    })

  /** What a card does not take goes back in cash, or not after all. */
  async function toggleInCash() {
    const { refund, exchange } = get()
    const now = exchange ? exchange.inCash : refund?.inCash
    if (now === undefined) return
    play(failed(await call('refund.in-cash', { on: !now })) ? 'bad' : 'good')
  }

  /** What comes back is set against new items: the counter sells again, and their payment makes both. */
  const beginExchange = () =>
    once('refund', async () => {
      const asked = get()
      const { refund, refundReason } = asked
      if (!refund) return
      if (refundReason === null) {
        play('bad')
        return set({ trouble: { own: 'refund.reason' } })
      }
      const { revision, total } = refund
      if (failed(await call('exchange.begin', { reason: refundReason, revision, total }))) return play('bad')
      play('good')
      settle(asked, { panel: 'rest', refundReason: null, refundLineId: null })
    })

  const cancelRefund = async () => {
    if (get().refund?.begun) {
      play('bad')
      return set({ trouble: { refusal: { refused: 'refund-begun' } } })
    }
    set({ panel: 'rest', refund: null, refundReason: null, refundLineId: null, trouble: null })
    await call('refund.cancel', {})
  }

  return { ...choosing(tools), setReason, makeRefund, toggleInCash, beginExchange, cancelRefund }
}
