import { isRefusal } from '../../../domain/refusals.ts'
import type { basketActions } from './basket-actions.ts'
import { markedProduct, nextPin } from './found.ts'
import { isCode, selectedLine } from './till-store.ts'
import { LOST, type Tools } from './tools.ts'

const SEARCH_LIMIT = 12
const COUNT = /^\d{1,4}$/

/** What is done on the search line: typing, counts, picking, and looking closer. */
export function entryActions(tools: Tools, basket: ReturnType<typeof basketActions>) {
  const { get, set, play, call, failed } = tools

  async function search(text: string) {
    if (text.trim() === '' || COUNT.test(text)) return set({ found: null })
    const answer = await call('product.search', { text, limit: SEARCH_LIMIT })
    // A slower answer to an older text says nothing about what stands there now.
    if (get().entry !== text || failed(answer)) return
    set({ found: { list: 'typed', text, products: answer, marked: 0 } })
  }

  function type(entry: string) {
    // Typing in the search line is searching, whatever the panel showed.
    const leave = get().panel !== 'rest' && entry !== ''
    set({ entry, trouble: null, ...(leave ? { panel: 'rest', forecast: null } : {}) })
    return search(entry)
  }

  /** Enter: a typed code is scanned, the marked result added, `n *` sets the selected line. */
  async function enter() {
    const { entry, found, times } = get()
    const line = selectedLine(get())
    const listed = found && found.list !== 'typed' ? markedProduct(get()) : undefined
    if (listed) return basket.add(listed.productId)
    if (entry.trim() === '') {
      if (times !== null && line) await basket.setQuantity(line.lineId, times)
      return set({ times: null })
    }
    // A code that is nowhere, and the pack that was found for it: what was seen is added, no slip of the hand scanned.
    const meant = found?.list === 'typed' && found.text === entry ? found.products[found.marked] : undefined
    if (isCode(entry) && !meant?.spelling) {
      set({ entry: '', found: null })
      return basket.scan(entry.trim())
    }
    const seen = found?.text === entry
    if (!seen) await search(entry)
    const now = get().found
    const marked = now?.text === entry ? now.products[now.marked] : undefined
    // What arrived only now was not seen: it is added when there is nothing else it could be.
    if (marked && (seen || now?.products.length === 1)) await basket.add(marked.productId)
    else if (!marked) play('bad')
  }

  /** `n *`: the count waits for its item. @returns whether the sign was taken, else it is text */
  function multiply(): boolean {
    const { entry } = get()
    if (entry === '') return true
    if (!COUNT.test(entry) || Number(entry) === 0) return false
    set({ times: Number(entry), entry: '', found: null })
    return true
  }

  return { type, enter, multiply }
}

/** Lists that come without typing: favourites, and what may take a product's place. */
export function listActions({ get, set, play, call, failed, settle, showToast }: Tools) {
  /** The product that is meant: the marked one, else the selected line's. */
  const meant = () => (get().found ? markedProduct(get()) : selectedLine(get()))

  /** What is kept at hand, in place of an empty search. */
  function showFavourites() {
    set({ found: { list: 'favourites', text: '', products: get().favourites, marked: 0 } })
  }

  async function showGenerics() {
    const product = meant()
    if (!product) return play('bad')
    const asked = get()
    const answer = await call('product.generics', { productId: product.productId })
    if (failed(answer)) return play('bad')
    const { entry } = asked
    settle(asked, {
      found: { list: 'generics', text: entry, products: answer.products, marked: 0, generics: answer },
      panel: 'rest',
      forecast: null,
    })
  }

  /** Keeps the product at hand: here, then at all tills, then no longer. */
  async function pin() {
    const product = meant()
    if (!product) return play('bad')
    const where = nextPin(get(), product.productId)
    if (failed(await call('favourite.pin', { productId: product.productId, where }))) return play('bad')
    showToast({ kind: 'pinned', name: product.name, where })
  }

  return { showFavourites, showGenerics, pin }
}

/** What is looked at: the mark among results, the selected line, its forecast. */
export function lookActions({ get, set, call, failed }: Tools) {
  const mark = (marked: number) => {
    const { found } = get()
    if (found) set({ found: { ...found, marked } })
  }

  /** Moves the mark among results, or the selection among lines. */
  function move(by: 1 | -1) {
    const { found, basket } = get()
    if (found) {
      return mark(Math.min(found.products.length - 1, Math.max(0, found.marked + by)))
    }
    const at = basket.lines.findIndex((line) => line.lineId === selectedLine(get())?.lineId)
    const next = basket.lines[Math.min(basket.lines.length - 1, Math.max(0, at + by))]
    if (next) set({ selectedLineId: next.lineId })
  }

  async function openForecast() {
    const marked = get().found ? markedProduct(get()) : selectedLine(get())
    if (!marked) return
    const asked = { state: 'loading', name: marked.name } as const
    set({ panel: 'forecast', forecast: asked, trouble: null })
    const answer = await call('product.forecast', { productId: marked.productId })
    if (get().forecast !== asked) return
    if (answer === LOST) {
      set({ panel: 'rest', forecast: null })
      failed(answer)
    } else if (isRefusal(answer)) {
      set({ forecast: { state: 'refused', name: marked.name, refusal: answer } })
    } else {
      set({ forecast: { state: 'shown', forecast: answer } })
    }
  }

  const select = (lineId: string) => set({ selectedLineId: lineId })

  return { mark, move, openForecast, select }
}
