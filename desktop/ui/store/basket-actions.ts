import { scopeOf, selectedLine, type Trouble } from './till-store.ts'
import { type Tools, troubleOf } from './tools.ts'

/** What changes the basket: scans, picks, quantities, removal and the way back. */
export function basketActions({ get, set, play, call, failed, settle, showToast, dismissToast }: Tools) {
  const withTimes = <T extends object>(input: T) => {
    const { times } = get()
    return times === null ? input : { ...input, quantity: times }
  }

  const scanFailed = (trouble: Trouble, raw: string) => {
    play('bad')
    const before = get().scanTrouble
    set({ scanTrouble: { trouble, raw, count: before?.raw === raw ? before.count + 1 : 1 } })
  }

  /** A code from the scanner, in any state: one line or one visible refusal. */
  async function scan(raw: string) {
    if (scopeOf(get()) === 'count') return scanFailed({ own: 'count.scan' }, raw)
    const answer = call('basket.scan', withTimes({ raw }))
    set({ times: null, trouble: null })
    const trouble = troubleOf(await answer)
    if (trouble) return scanFailed(trouble, raw)
    play('good')
    set({
      scanTrouble: null,
      ...(['refunded', 'parked'].includes(get().panel) ? { panel: 'rest' as const, refunded: null } : {}),
    })
    dismissToast()
  }

  /** A product picked from the results. */
  async function add(productId: string) {
    const asked = get()
    if (failed(await call('basket.add', withTimes({ productId })))) return play('bad')
    play('good')
    settle(asked, { entry: '', found: null, times: null, scanTrouble: null, panel: 'rest' })
    dismissToast()
  }

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
    if (!failed(await call('basket.void', {}))) showToast({ kind: 'voided' })
  }

  async function undo() {
    dismissToast()
    failed(await call('basket.undo', {}))
  }

  return { scan, add, setQuantity, remove, step, voidBasket, undo }
}
