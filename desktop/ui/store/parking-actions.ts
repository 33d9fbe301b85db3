import { remarkSchema } from '../../../domain/parking/events.ts'
import type { ParkedBasketView } from '../../bridge/basket-views.ts'
import { isCode, selectedLine, type TillState } from './till-store.ts'
import { LOST, type Tools } from './tools.ts'

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The parked sales that the list shows: every word that was typed begins one of theirs. */
export function shownParked({ parked, parkedList }: Pick<TillState, 'parked' | 'parkedList'>) {
  const wanted = folded(parkedList.text).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return parked
  return parked.filter(({ label, names, parkedByName }) => {
    const words = folded([label, parkedByName, ...names].join(' ')).split(/[^\p{L}\p{N}]+/u)
    return wanted.every((start) => words.some((word) => word.startsWith(start)))
  })
}

export const markedParked = (state: TillState): ParkedBasketView | undefined => {
  const shown = shownParked(state)
  return shown[Math.min(state.parkedList.marked, shown.length - 1)]
}

/** Putting a sale away for any till of the branch, and taking it up again. */
export function parkingActions(tools: Tools) {
  const { get, set, play, call, failed, settle, once, showToast, dismissToast } = tools
  const list = (text: string) => set({ parkedList: { text, marked: 0, sure: false }, trouble: null })

  /** F3: parks what lies in the basket; what was typed before is its name. With nothing in it: the parked sales. */
  async function park() {
    const asked = get()
    const { basket, entry, panel } = asked
    if (basket.lines.length === 0) {
      if (panel === 'parked') return set({ panel: 'rest', trouble: null })
      dismissToast()
      list('')
      return set({ panel: 'parked', entry: '', found: null, given: '' })
    }
    const label = isCode(entry) ? undefined : remarkSchema.safeParse(entry).data
    const { itemCount: count } = basket
    if (failed(await call('parked.park', { label: label ?? null }))) return play('bad')
    settle(asked, { entry: '', found: null, times: null, given: '', panel: 'rest', forecast: null })
    showToast({ kind: 'parked', count })
  }

  const parkAll = () =>
    once('read', async () => {
      const answer = await call('parked.park-all', {})
      if (!failed(answer)) showToast({ kind: 'parked-all', count: answer.count })
    })

  const markParked = (marked: number) => set({ parkedList: { ...get().parkedList, marked, sure: false } })

  function moveParked(by: 1 | -1) {
    const last = shownParked(get()).length - 1
    markParked(Math.max(0, Math.min(last, get().parkedList.marked + by)))
  }

  /** The list goes at once: a second press is no second recall, and nothing pressed meanwhile is passed over. */
  async function recall() {
    const parked = markedParked(get())
    if (get().panel !== 'parked' || !parked) return play('bad')
    set({ panel: 'rest', scanTrouble: null })
    const asked = get()
    const answer = await call('parked.recall', { parkedId: parked.parkedId })
    if (failed(answer)) {
      settle(asked, { panel: 'parked' })
      return play('bad')
    }
    play('good')
    const { leftOut, before, total } = answer
    if (leftOut.length > 0 || before !== total) showToast({ kind: 'recalled', leftOut, before, total })
  }

  /** Gives the marked sale up; it cannot be brought back, so it takes a second press. */
  async function discardParked() {
    const { parkedList } = get()
    const parked = markedParked(get())
    if (!parked) return play('bad')
    if (!parkedList.sure) return set({ parkedList: { ...parkedList, sure: true } })
    set({ parkedList: { ...parkedList, sure: false } })
    if (failed(await call('parked.discard', { parkedId: parked.parkedId }))) return play('bad')
    showToast({ kind: 'discarded' })
  }

  return { park, parkAll, listParked: list, markParked, moveParked, recall, discardParked }
}

/** Open baskets one beside the other, and notes on what is in them. */
export function openBasketActions({ get, set, call, failed, dismissToast }: Tools) {
  const shows = async (answer: Promise<unknown>) => {
    dismissToast()
    set({ panel: 'rest', entry: '', found: null, times: null, given: '', selectedLineId: null })
    failed(await answer)
  }

  const onSale = () => ({ lineId: null, text: get().basket.note ?? '' })

  /** Ctrl E: a note on the selected line; pressed again, on the whole sale. */
  function openNote() {
    const line = selectedLine(get())
    const { panel, noting } = get()
    const other = panel === 'note' && noting?.lineId !== null
    set({
      noting: other || !line ? onSale() : { lineId: line.lineId, text: line.note ?? '' },
      panel: 'note',
      entry: '',
      found: null,
      trouble: null,
    })
  }

  async function saveNote() {
    const { noting } = get()
    if (!noting) return
    const note = remarkSchema.safeParse(noting.text).data ?? null
    const answer = await call('basket.note', { lineId: noting.lineId, note })
    if (failed(answer) || answer === LOST) return
    if (get().noting === noting) set({ panel: 'rest', noting: null })
  }

  return {
    nextBasket: () => shows(call('baskets.next', {})),
    newBasket: () => shows(call('baskets.open', {})),
    showBasket: (number: number) => shows(call('baskets.show', { number })),
    openNote,
    saveNote,
    typeNote: (text: string) => {
      const { noting } = get()
      if (noting) set({ noting: { ...noting, text: text.slice(0, 200) }, trouble: null })
    },
  }
}
