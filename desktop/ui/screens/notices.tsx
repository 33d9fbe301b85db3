import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { Toast } from '../../../ui-kit/components/toast.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { isParkingTold, type ScanTrouble, type TillState, type Trouble } from '../store/till-store.ts'
import { customerWords } from '../words/customer-words.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { searchWords } from '../words/search-words.ts'
import { sellingWords } from '../words/selling-words.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'
import { ParkingToast } from './parking-toast.tsx'
import { productWords } from './product-words.ts'

/** The refused scan to show: this window's own refusal first, then the till's notice, which survives a restart. */
function shownScanTrouble({
  scanTrouble,
  notice,
}: Pick<TillState, 'scanTrouble' | 'notice'>): ScanTrouble | null {
  if (scanTrouble && 'own' in scanTrouble.trouble) return scanTrouble
  return notice ? { trouble: { refusal: notice.refusal }, raw: notice.raw, count: notice.count } : scanTrouble
}

/**
 * What has to be told stands above the search line: a refused action, a refused scan, or the way back. A scan that was
 * not added stays in sight beside what is wrong now: neither may hide the other.
 */
export function Notices({ className }: { className?: string }) {
  const notice = useTill((state) => state.notice)
  const own = useTill((state) => state.scanTrouble)
  const trouble = useTill((state) => state.trouble)
  const scan = shownScanTrouble({ notice, scanTrouble: own })
  if (!trouble && !scan) return <UndoToast />
  return (
    <>
      {trouble && <Told trouble={trouble} className={className} />}
      {scan && <Told trouble={scan.trouble} count={scan.count} className={className} />}
    </>
  )
}

interface ToldProps {
  trouble: Trouble
  /** How often a scan was refused in a row. */
  count?: number
  className: string | undefined
}

function Told({ trouble, count = 1, className }: ToldProps) {
  const t = useWords(tillWords)
  const say = useTroubleWords()
  const actions = useActions()
  const { text, remedy } = say.trouble(trouble)
  return (
    <StatusRow
      tone={'reason' in trouble ? 'note' : 'bad'}
      live="assertive"
      {...(className !== undefined && { className })}
      text={
        <>
          {text}
          {count > 1 && (
            <span className="pl-2 font-normal whitespace-nowrap">({t('notice.times', { count })})</span>
          )}
        </>
      }
      remedy={remedy}
      action={
        <Button kind="quiet" keyCap="Esc" onPress={actions.dismissNotices} className="justify-center !px-2">
          <span className="sr-only">{t('notice.dismiss')}</span>
        </Button>
      }
    />
  )
}

/** A voucher that was scanned before it could be taken is not forgotten. */
function VoucherWaits() {
  const c = useWords(customerWords)
  const code = useTill(({ payment, panel }) => (panel === 'tenders' ? null : payment.offered))
  const empty = useTill((state) => state.basket.lines.length === 0)
  if (code === null) return null
  return (
    <StatusRow
      tone="note"
      text={c('others.waits', { code })}
      remedy={c(empty ? 'others.waitsItems' : 'others.waitsKey')}
    />
  )
}

const PRICED = {
  discounted: 'discount.given',
  undiscounted: 'discount.removed',
  repriced: 'price.changed',
} as const

function UndoToast() {
  const t = useWords(tillWords)
  const actions = useActions()
  const toast = useTill((state) => state.toast)
  const undo = useTill((state) => state.basket.undo)
  const s = useWords(sellingWords)
  const p = useWords(pricingWords)
  const f = useWords(searchWords)
  const d = useWords(drawerWords)
  if (!toast) return <VoucherWaits />
  if (isParkingTold(toast)) return <ParkingToast told={toast} />
  if (toast.kind === 'printing') return <Toast>{d('papers.printing', { title: toast.title })}</Toast>
  if (toast.kind === 'copied') return <Toast>{s('sales.copied', { number: toast.receiptNumber })}</Toast>
  if (toast.kind === 'voided') {
    return (
      <Toast onUndo={() => void actions.undo()} undoKey="Ctrl Z">
        {s('basket.voided')}
      </Toast>
    )
  }
  if (!('name' in toast)) {
    return (
      <Toast onUndo={undo ? () => void actions.undo() : undefined} undoKey="Ctrl Z">
        {p(PRICED[toast.kind])}
      </Toast>
    )
  }
  const name = productWords(toast.name, '').title
  if (toast.kind === 'pinned') return <Toast>{f(`pinned.${toast.where ?? 'none'}`, { name })}</Toast>
  return (
    <Toast onUndo={undo ? () => void actions.undo() : undefined} undoKey="Ctrl Z">
      {toast.kind === 'quantity'
        ? t('basket.quantitySet', { name, quantity: toast.quantity })
        : t(`basket.${toast.kind}`, { name })}
    </Toast>
  )
}
