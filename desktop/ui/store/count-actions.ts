import { movementReasonSchema } from '../../../domain/cash-session/events.ts'
import { countedTotal, DENOMINATIONS } from '../../../domain/cash-session/rules.ts'
import type { Minor } from '../../../domain/money.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'
import { words } from '../../../ui-kit/i18n/locale.ts'
import type { CountPendingView, OtherDrawerView } from '../../bridge/views.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { readAmount } from './money-actions.ts'
import type { CountPurpose, TillState } from './till-store.ts'
import { LOST, type Tools } from './tools.ts'

/** The tenders whose slips are counted beside the cash. */
export const SLIP_KINDS: readonly TenderKind[] = ['card', 'voucher']

const digits = (text: string, most: number) => text.replace(/\D/g, '').slice(0, most)

/** What was typed, as a count. */
export const countsOf = (pieces: TillState['pieces']) =>
  DENOMINATIONS.EUR.map((denomination) => ({
    denomination,
    quantity: Number(pieces[denomination] || 0),
  })).filter((count) => count.quantity > 0)

const BLANK = { pieces: {}, slips: {}, confirming: null, trouble: null } as const

/** The panel of a count that stands, with what it still needs. */
function standing({ reason, witness: pin, ...told }: Extract<CountPendingView, { pending: 'explain' }>) {
  const { pending: _, ...result } = told
  return { panel: 'confirm', confirming: { needs: { reason, pin }, reason: '', pin: '', result } } as const
}

/** What a count becomes at the till: a closing, or a handover. */
function commands(tools: Tools) {
  const { get, set, call, failed, once } = tools

  /** The slips of other tenders as amounts; null when one cannot be read, which is told. */
  function readSlips(): { kind: TenderKind; amount: Minor }[] | null {
    const read = SLIP_KINDS.flatMap((kind) => {
      const text = get().slips[kind] ?? ''
      return text === '' ? [] : [{ kind, amount: readAmount(tools, text) }]
    })
    return read.every((slip): slip is { kind: TenderKind; amount: Minor } => slip.amount !== null)
      ? read
      : null
  }

  /** Hands the count in; what it still needs is asked for, and only a count that stands is told its result. */
  const close = () =>
    once('close', async () => {
      const { counting, confirming, pieces } = get()
      const tenders = readSlips()
      if (!counting || !tenders) return
      const answer = await call('session.close', {
        counts: confirming ? [] : countsOf(pieces),
        tenders,
        ...(confirming && { stands: true }),
        ...(counting.other && { sessionId: counting.other.sessionId }),
        ...(confirming?.needs.reason && { reason: confirming.reason }),
        ...(confirming?.needs.pin && { pin: confirming.pin }),
      })
      if (failed(answer)) {
        if (confirming && answer !== LOST) set({ confirming: { ...confirming, pin: '' } })
      } else if (!('pending' in answer)) {
        set({ ...BLANK, panel: 'counted', report: answer, counting: null, scanTrouble: null })
      } else if (answer.pending === 'recount') {
        set({ ...BLANK, panel: 'count', counting: { ...counting, again: true } })
      } else set(standing(answer))
    })

  const handOver = () =>
    once('close', async () => {
      const { confirming, pieces } = get()
      if (!confirming) return
      const answer = await call('session.hand-over', { counts: countsOf(pieces), pin: confirming.pin })
      if (failed(answer)) return set({ confirming: { ...confirming, pin: '' } })
      set({ ...BLANK, panel: 'drawer', counting: null, handedOver: answer })
    })

  return { close, handOver }
}

/** What is typed to confirm a count. */
function confirmation({ get, set }: Tools) {
  /** What is missing before a count can be confirmed, or null. */
  function missing(): 'reason.moveReason' | 'reason.pin' | null {
    const { confirming } = get()
    if (confirming?.needs.reason && !movementReasonSchema.safeParse(confirming.reason).success) {
      return 'reason.moveReason'
    }
    return confirming?.needs.pin && confirming.pin.length < 4 ? 'reason.pin' : null
  }

  const setConfirming = (part: { reason?: string; pin?: string }) => {
    const { confirming } = get()
    if (!confirming) return
    const pin = digits(part.pin ?? confirming.pin, 8)
    set({ confirming: { ...confirming, ...part, pin }, trouble: null })
  }

  const chooseWhy = (index: number) => {
    if (!get().confirming?.needs.reason) return
    setConfirming({ reason: words.t(`reason.variance.${index}`, { ns: drawerWords.namespace }) })
  }

  return { missing, setConfirming, chooseWhy }
}

/** Where a count begins. */
function beginnings({ get, set, call, failed, settle }: Tools) {
  function beginCount(purpose: CountPurpose, other: OtherDrawerView | null = null) {
    set({
      ...BLANK,
      panel: 'count',
      counting: { purpose, other, again: false },
      moved: false,
      handedOver: null,
    })
  }

  /** A drawer that was counted before is not counted as if it had not been: what stands is confirmed. */
  async function beginClosing(purpose: 'close' | 'elsewhere', other: OtherDrawerView | null = null) {
    beginCount(purpose, other)
    const asked = get()
    const { counting } = asked
    const answer = await call('session.count-so-far', other ? { sessionId: other.sessionId } : {})
    if (failed(answer) || answer === null || !counting || get().counting !== counting) return
    if (answer.pending === 'explain') settle(asked, { ...standing(answer), pieces: {}, slips: {} })
    else settle(asked, { counting: { ...counting, again: true } })
  }

  return { beginCount, beginClosing }
}

/** Counting the drawer, for whatever it is counted, and opening it. */
export function countActions(tools: Tools) {
  const { get, set, call, failed, once } = tools
  const { close, handOver } = commands(tools)
  const { missing, setConfirming, chooseWhy } = confirmation(tools)

  const openDrawer = (counts?: ReturnType<typeof countsOf>) =>
    once('open', async () => {
      const { float: text, ownDrawer: own } = get()
      const float = counts ? countedTotal(counts) : readAmount(tools, text)
      if (float === null) return
      const answer = await call('session.open', { float, ...(counts && { counts }), ...(own && { own }) })
      if (!failed(answer)) set({ ...BLANK, float: '', ownDrawer: false, panel: 'rest', counting: null })
    })

  /** The last line of the count was left by Enter. */
  function finishCount(): Promise<void> | undefined {
    const { counting, pieces } = get()
    if (counting?.purpose === 'float') return openDrawer(countsOf(pieces))
    if (counting?.purpose !== 'hand-over') return close()
    const needs = { reason: false, pin: true }
    set({ panel: 'confirm', confirming: { needs, reason: '', pin: '', result: null }, trouble: null })
    return undefined
  }

  function confirm(): Promise<void> | undefined {
    const word = missing()
    if (word) {
      set({ trouble: { reason: { word } } })
      return undefined
    }
    return get().counting?.purpose === 'hand-over' ? handOver() : close()
  }

  const showOthers = () =>
    once('read', async () => {
      const answer = await call('session.others', {})
      if (!failed(answer)) set({ panel: 'others', others: answer, moved: false })
    })

  return {
    ...beginnings(tools),
    openDrawer: () => openDrawer(),
    finishCount,
    confirm,
    mayConfirm: () => missing() === null,
    setConfirming,
    chooseWhy,
    showOthers,
    setFloat: (float: string) => set({ float, trouble: null }),
    switchOwn: () => set({ ownDrawer: !get().ownDrawer }),
    setSlip: (kind: TenderKind, text: string) =>
      set({ slips: { ...get().slips, [kind]: text }, trouble: null }),
    setPieces: (denomination: number, text: string) =>
      set({ pieces: { ...get().pieces, [denomination]: digits(text, 5) }, trouble: null }),
  }
}
