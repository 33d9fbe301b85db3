import { DENOMINATIONS } from '../../../domain/cash-session/rules.ts'
import { type Minor, parseAmount } from '../../../domain/money.ts'
import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import { type Bridge, BridgeLost } from '../../bridge/client.ts'
import type { Command, CommandInput, CommandOutput } from '../../bridge/contract.ts'
import type { Sound } from '../sound/sounds.ts'
import { type Panel, scopeOf, selectedLine, type TillStore, type Toast, type Trouble } from './till-store.ts'

/** As many digits as a product code has: never an amount, a slow scanner must not pay. */
const CODE_DIGITS = 8
const SEARCH_LIMIT = 12
const TOAST_MS = 8000

interface ActionParts {
  store: TillStore
  play(sound: Sound): void
  setTimeout(task: () => void, ms: number): number
  clearTimeout(timer: number): void
}

export type Actions = ReturnType<typeof createActions>

/** Everything a key or a touch can do. Each sends a command or changes what this window shows. */
export function createActions({ store, play, setTimeout, clearTimeout }: ActionParts) {
  let bridge: Bridge | null = null
  let toastTimer = 0
  const { getState: get, setState: set } = store

  /** Sends a command. A lost connection is told like a refusal and answers null. */
  async function call<C extends Command>(command: C, input: CommandInput<C>) {
    try {
      if (!bridge) throw new BridgeLost('the till is not connected')
      return (await bridge.call(command, input)) as CommandOutput[C] | Refusal
    } catch (error) {
      if (!(error instanceof BridgeLost)) throw error
      return LOST
    }
  }

  /** Shows what went wrong. @returns whether something did */
  function failed(answer: unknown): answer is Refusal | typeof LOST {
    const trouble = troubleOf(answer)
    set({ trouble })
    return trouble !== null
  }

  function showToast(toast: Toast) {
    clearTimeout(toastTimer)
    set({ toast })
    toastTimer = setTimeout(() => set({ toast: null }), TOAST_MS)
  }

  const dismissToast = () => {
    clearTimeout(toastTimer)
    set({ toast: null })
  }

  function scanFailed(trouble: Trouble, raw: string) {
    play('bad')
    const before = get().scanTrouble
    const count = before?.raw === raw ? before.count + 1 : 1
    set({ scanTrouble: { trouble, raw, count } })
  }

  /** A code from the scanner, in any state: one line or one visible refusal. */
  async function scan(raw: string) {
    if (scopeOf(get()) === 'count') return scanFailed({ own: 'count.scan' }, raw)
    const { times } = get()
    set({ times: null, trouble: null, report: null })
    const answer = await call('basket.scan', times === null ? { raw } : { raw, quantity: times })
    const trouble = troubleOf(answer)
    if (trouble) return scanFailed(trouble, raw)
    play('good')
    set({ scanTrouble: null })
    dismissToast()
  }

  async function add(productId: string) {
    const { times } = get()
    const answer = await call('basket.add', times === null ? { productId } : { productId, quantity: times })
    if (failed(answer)) return play('bad')
    play('good')
    set({ entry: '', found: null, times: null, scanTrouble: null, panel: 'rest' })
    dismissToast()
  }

  async function search(text: string) {
    if (text.trim() === '' || /^\d{1,4}$/.test(text)) return set({ found: null })
    const answer = await call('product.search', { text, limit: SEARCH_LIMIT })
    // A slower answer to an older text says nothing about what stands there now.
    if (get().entry !== text || failed(answer)) return
    set({ found: { text, products: answer, marked: 0 } })
  }

  function type(entry: string) {
    const { panel } = get()
    // Typing in the search line is searching, whatever the panel showed.
    set({
      entry,
      trouble: null,
      ...(panel === 'rest' || entry === '' ? {} : { panel: 'rest', forecast: null }),
    })
    return search(entry)
  }

  /** Enter on the search line: a typed code is scanned, a marked result added, `n *` sets the selected line. */
  async function enter() {
    const { entry, found, times, basket } = get()
    const line = selectedLine(get())
    const text = entry.trim()
    if (text === '') {
      if (times !== null && line) await setQuantity(line.lineId, times)
      return set({ times: null })
    }
    if (new RegExp(`^\\d{${CODE_DIGITS},}$`).test(text)) {
      set({ entry: '', found: null })
      return scan(text)
    }
    if (found?.text !== entry) await search(entry)
    const now = get().found
    const marked = now?.text === entry ? now.products[now.marked] : undefined
    // What arrived only now was not seen: it is added when there is nothing else it could be.
    if (marked && (found?.text === entry || now?.products.length === 1)) await add(marked.productId)
    else if (basket.lines.length === 0 && !marked) play('bad')
  }

  /** `n *`: the count waits for its item. @returns whether the sign was taken, else it is text */
  function multiply(): boolean {
    const { entry } = get()
    const times = Number(entry)
    if (entry === '') return true
    if (!/^\d{1,4}$/.test(entry) || times === 0) return false
    set({ times, entry: '', found: null })
    return true
  }

  async function setQuantity(lineId: string, quantity: number) {
    const name = get().basket.lines.find((line) => line.lineId === lineId)?.name
    const answer = await call('basket.set-quantity', { lineId, quantity })
    if (!failed(answer) && name !== undefined) showToast({ kind: 'quantity', name, quantity })
  }

  async function step(by: 1 | -1) {
    const line = selectedLine(get())
    if (!line) return
    if (line.quantity + by < 1) return remove()
    failed(await call('basket.set-quantity', { lineId: line.lineId, quantity: line.quantity + by }))
  }

  async function remove() {
    const line = selectedLine(get())
    if (!line) return
    const answer = await call('basket.remove', { lineId: line.lineId })
    if (!failed(answer)) showToast({ kind: 'removed', name: line.name })
  }

  async function undo() {
    dismissToast()
    failed(await call('basket.undo', {}))
  }

  /** Moves the mark among results, or the selection among lines. */
  function move(by: 1 | -1) {
    const { found, basket, entry } = get()
    if (entry !== '' && found) {
      const marked = Math.min(found.products.length - 1, Math.max(0, found.marked + by))
      return set({ found: { ...found, marked } })
    }
    const at = basket.lines.findIndex((line) => line.lineId === selectedLine(get())?.lineId)
    const next = basket.lines[Math.min(basket.lines.length - 1, Math.max(0, at + by))]
    if (next) set({ selectedLineId: next.lineId })
  }

  async function openForecast() {
    const { found, entry } = get()
    const marked = entry !== '' ? found?.products[found.marked] : selectedLine(get())
    if (!marked) return
    set({ panel: 'forecast', forecast: { state: 'loading', name: marked.name }, trouble: null })
    const answer = await call('product.forecast', { productId: marked.productId })
    const asked = get().forecast
    if (get().panel !== 'forecast' || asked?.state !== 'loading' || asked.name !== marked.name) return
    if (answer === LOST) {
      set({ panel: 'rest', forecast: null })
      failed(answer)
    } else if (isRefusal(answer)) {
      set({ forecast: { state: 'refused', name: marked.name, refusal: answer } })
    } else {
      set({ forecast: { state: 'shown', forecast: answer } })
    }
  }

  const openPanel = (panel: Panel) =>
    set({
      panel,
      trouble: null,
      given: '',
      toast: null,
      ...(panel === 'pay' ? { entry: '', found: null } : {}),
    })

  function openPay() {
    if (get().basket.lines.length > 0) openPanel('pay')
  }

  /** Esc: what was typed first, then the panel, then what is told. Never the basket. */
  function stepBack() {
    const state = get()
    if (state.panel === 'pay' && state.given !== '') return set({ given: '', trouble: null })
    if (state.panel === 'counted') return set({ panel: 'rest', report: null })
    if (state.panel !== 'rest') return set({ panel: 'rest', forecast: null, trouble: null, pieces: {} })
    if (state.operator === null) return set({ pin: '', trouble: null, scanTrouble: null })
    if (state.entry !== '' || state.times !== null) return set({ entry: '', times: null, found: null })
    set({ trouble: null, scanTrouble: null, float: state.session ? state.float : '' })
    if (state.toast) dismissToast()
    if (state.notice) void call('notice.dismiss', {})
  }

  async function once(busy: NonNullable<ReturnType<typeof get>['busy']>, task: () => Promise<void>) {
    if (get().busy) return
    set({ busy })
    try {
      await task()
    } finally {
      set({ busy: null })
    }
  }

  const paid = { panel: 'rest', given: '', entry: '', found: null, times: null, scanTrouble: null } as const

  const payCash = (given: Minor) =>
    once('pay', async () => {
      const { revision } = get().basket
      if (!failed(await call('sale.pay-cash', { given, revision }))) set(paid)
    })

  const payCard = () =>
    once('pay', async () => {
      const { basket } = get()
      if (basket.lines.length === 0) return
      if (!failed(await call('sale.pay-card', { revision: basket.revision }))) set(paid)
    })

  /** Enter in the pay panel: what was typed was given; nothing typed is the exact amount. */
  async function payGiven() {
    const { given, basket } = get()
    const exact = basket.suggestedCash[0]
    if (given.trim() === '') return exact === undefined ? undefined : payCash(exact)
    if (given.replace(/\D/g, '').length >= CODE_DIGITS) {
      play('bad')
      return set({ trouble: { own: 'pay.code' }, given: '' })
    }
    const read = parseAmount(given)
    if ('amount' in read) return payCash(read.amount)
    set({
      trouble: {
        refusal: { refused: read.fault === 'too-large' ? 'amount-too-large' : 'amount-not-readable' },
      },
    })
  }

  /** The nth suggested note; the first suggestion is the exact amount. */
  function payNote(index: number) {
    const note = get().basket.suggestedCash[index + 1]
    if (note !== undefined) return payCash(note)
  }

  const unlock = () =>
    once('unlock', async () => {
      const { pin } = get()
      const answer = await call('operator.unlock', { pin })
      if (failed(answer)) play('bad')
      set({ pin: '' })
    })

  const lock = async () => void failed(await call('operator.lock', {}))

  const openDrawer = () =>
    once('open', async () => {
      const read = parseAmount(get().float)
      if (!('amount' in read)) {
        set({
          trouble: {
            refusal: { refused: read.fault === 'too-large' ? 'amount-too-large' : 'amount-not-readable' },
          },
        })
        return
      }
      if (!failed(await call('session.open', { float: read.amount }))) set({ float: '', panel: 'rest' })
    })

  const closeDrawer = () =>
    once('close', async () => {
      const { pieces } = get()
      const counts = DENOMINATIONS.EUR.map((denomination) => ({
        denomination,
        quantity: Number(pieces[denomination] || 0),
      })).filter((count) => count.quantity > 0)
      const answer = await call('session.close', { counts })
      if (failed(answer)) return
      set({ panel: 'counted', report: answer, pieces: {}, scanTrouble: null })
    })

  return {
    setBridge: (next: Bridge | null) => {
      bridge = next
      if (next) set({ connection: 'connected', busy: null })
      else set({ connection: 'lost' })
    },
    scan,
    add,
    type,
    enter,
    multiply,
    setQuantity,
    step,
    remove,
    undo,
    move,
    openForecast,
    openPanel,
    openPay,
    stepBack,
    payCash,
    payCard,
    payGiven,
    payNote,
    unlock,
    lock,
    openDrawer,
    closeDrawer,
    select: (lineId: string) => set({ selectedLineId: lineId }),
    mark: (marked: number) => {
      const { found } = get()
      if (found) set({ found: { ...found, marked } })
    },
    setGiven: (given: string) => set({ given, trouble: null }),
    setPin: (pin: string) => set({ pin: pin.replace(/\D/g, '').slice(0, 8), trouble: null }),
    setFloat: (float: string) => set({ float, trouble: null }),
    setPieces: (denomination: number, text: string) =>
      set({
        pieces: { ...get().pieces, [denomination]: text.replace(/\D/g, '').slice(0, 5) },
        trouble: null,
      }),
  }
}

/** The connection went while a command was under way. */
const LOST = Symbol('lost')

function troubleOf(answer: unknown): Trouble | null {
  if (answer === LOST) return { own: 'connection.lostText' }
  return isRefusal(answer as Refusal) ? { refusal: answer as Refusal } : null
}
