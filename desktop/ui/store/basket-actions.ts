import { askPrice } from './missing-price.ts'
import { scopeOf, selectedLine, type Trouble } from './till-store.ts'
import { type Tools, troubleOf } from './tools.ts'

/** What changes the basket: scans, picks, quantities, removal and the way back. */
export const basketActions = (tools: Tools) => ({ ...addActions(tools), ...lineActions(tools) })

/** What comes into the basket. */
function addActions({ get, set, play, call, failed, settle, dismissToast }: Tools) {
  const withTimes = <T extends object>(input: T) => {
    const { times } = get()
    return times === null ? input : { ...input, quantity: times }
  }

  const scanFailed = (trouble: Trouble, raw: string) => {
    play('bad')
    const before = get().scanTrouble
    set({ scanTrouble: { trouble, raw, count: before?.raw === raw ? before.count + 1 : 1 } })
  }

  /** A pack without a price: it is asked for where the next digits go. */
  function turnToPrice(added: unknown) {
    set(askPrice(get(), (added as { lineId?: string }).lineId) ?? {})
  }

  /** A code from the scanner, in any state: one line or one visible refusal. */
  async function scan(raw: string) {
    if (scopeOf(get()) === 'count') return scanFailed({ own: 'count.scan' }, raw)
    const answer = call('basket.scan', withTimes({ raw }))
    set({ times: null, trouble: null })
    const scanned = await answer
    const trouble = troubleOf(scanned)
    if (trouble) return scanFailed(trouble, raw)
    play('good')
    set({
      scanTrouble: null,
      ...(['refunded', 'parked'].includes(get().panel) ? { panel: 'rest' as const, refunded: null } : {}),
    })
    dismissToast()
    turnToPrice(scanned)
  }

  /** A product picked from the results. */
  async function add(productId: string) {
    const asked = get()
    const added = await call('basket.add', withTimes({ productId }))
    if (failed(added)) return play('bad')
    play('good')
    settle(asked, { entry: '', found: null, times: null, scanTrouble: null, panel: 'rest' })
    dismissToast()
    turnToPrice(added)
  }

  return { scan, add }
}

/** What is done with what lies there. */
function lineActions({ get, forgetScan, call, failed, showToast, dismissToast }: Tools) {
  async function setQuantity(lineId: string, quantity: number) {
    const name = get().basket.lines.find((line) => line.lineId === lineId)?.name
    const answer = await call('basket.set-quantity', { lineId, quantity })
    if (!failed(answer) && name !== undefined) showToast({ kind: 'quantity', name, quantity })
  }

  async function remove() {
    const line = selectedLine(get())
    if (!line) return
    const answer = await call('basket.remove', { lineId: line.lineId })
    if (!failed(answer)) showToast({ kind: 'removed', name: line.name })
  }

  /** One more or one fewer of the selected line; one fewer than one removes it. */
  async function step(by: 1 | -1) {
    const line = selectedLine(get())
    if (!line) return
    if (line.quantity + by < 1) return remove()
    failed(await call('basket.set-quantity', { lineId: line.lineId, quantity: line.quantity + by }))
  }

  /** Takes everything out unpaid: told, and taken back by undo. */
  async function voidBasket() {
    if (get().basket.lines.length === 0) return
    if (failed(await call('basket.void', {}))) return
    forgetScan()
    showToast({ kind: 'voided' })
  }

  async function undo() {
    dismissToast()
    failed(await call('basket.undo', {}))
  }

  return { setQuantity, remove, step, voidBasket, undo }
}
