import { movedAmountSchema, movementReasonSchema } from '../../../domain/cash-session/events.ts'
import { parseAmount } from '../../../domain/money.ts'
import { words } from '../../../ui-kit/i18n/locale.ts'
import type { PaperView } from '../../bridge/views.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import type { Moving } from './till-store.ts'
import type { Tools } from './tools.ts'

/** The amount as a fact may carry it, or null. */
function amountOf({ amount }: Moving) {
  const read = parseAmount(amount)
  return 'amount' in read ? (movedAmountSchema.safeParse(read.amount).data ?? null) : null
}

const reasonOf = ({ reason }: Moving) => movementReasonSchema.safeParse(reason).data ?? null

/** What is done with an open drawer beside selling and counting: moving cash, reading it, explaining it. */
export function drawerPanelActions({ get, set, call, failed, settle, once, dismissToast }: Tools) {
  function beginMove(kind: Moving['kind']) {
    dismissToast()
    set({ panel: 'move', moving: { kind, amount: '', reason: '' }, moved: false, trouble: null })
  }

  const setMoving = (part: Partial<Moving>) => {
    const { moving } = get()
    if (moving) set({ moving: { ...moving, ...part }, trouble: null })
  }

  /** A usual reason, in the words of the screen: it is stored and printed as it was read. */
  function chooseReason(index: number) {
    const { moving } = get()
    if (moving) {
      setMoving({ reason: words.t(`reason.${moving.kind}.${index}`, { ns: drawerWords.namespace }) })
    }
  }

  /** Whether all that is asked has been typed. */
  function mayMove(): boolean {
    const { moving } = get()
    return (
      moving !== null && reasonOf(moving) !== null && (moving.kind === 'no-sale' || amountOf(moving) !== null)
    )
  }

  const moveCash = () =>
    once('move', async () => {
      const asked = get()
      const { moving } = asked
      if (!moving) return
      const amount = amountOf(moving)
      const reason = reasonOf(moving)
      if (moving.kind !== 'no-sale' && amount === null) {
        return set({ trouble: { reason: { word: 'reason.moveAmount' } } })
      }
      if (reason === null) return set({ trouble: { reason: { word: 'reason.moveReason' } } })
      const answer =
        moving.kind === 'no-sale' || amount === null
          ? await call('drawer.open', { reason })
          : await call('drawer.move', { kind: moving.kind, amount, reason })
      if (!failed(answer)) settle(asked, { panel: 'drawer', moving: null, moved: true })
    })

  const readX = () =>
    once('read', async () => {
      const asked = get()
      const answer = await call('session.x-report', {})
      if (!failed(answer)) settle(asked, { panel: 'x-report', xReport: answer, moved: false })
    })

  /** Why the drawer that was just closed may differ. */
  const explain = () =>
    once('read', async () => {
      const { report } = get()
      if (!report) return
      const answer = await call('session.explain', { sessionId: report.sessionId })
      if (!failed(answer)) set({ panel: 'explained', explanation: answer })
    })

  return { beginMove, setMoving, chooseReason, mayMove, moveCash, readX, explain }
}

/** The drawer's papers, and printing one of them again. */
export function paperActions({ get, set, call, failed, settle, once, showToast }: Tools) {
  const showPapers = () =>
    once('read', async () => {
      const asked = get()
      const answer = await call('papers.list', {})
      if (!failed(answer)) settle(asked, { panel: 'papers', papers: answer, moved: false })
    })

  const printAgain = (paper: PaperView) =>
    once('read', async () => {
      if (failed(await call('papers.print', { paperId: paper.paperId }))) return
      const papers = get().papers?.map((each) =>
        each.paperId === paper.paperId ? { ...each, kept: false } : each,
      )
      set({ papers: papers ?? null, trouble: null })
      showToast({ kind: 'printing', title: paper.title })
    })

  return { showPapers, printAgain }
}
