import { PackageOpen } from 'lucide-react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Instant, Money } from '../../../ui-kit/components/figures.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { RefundLineView } from '../../bridge/views.ts'
import { REFUND_REASONS } from '../keys/selling-keys.ts'
import { productWords } from '../screens/product-words.ts'
import { offersCash, openBackOf } from '../store/payment.ts'
import { refundLine } from '../store/refund-actions.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { sellingWords } from '../words/selling-words.ts'
import { GoneBack, InCash } from './card-back.tsx'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'
import { OpenPart } from './payment-parts.tsx'

/** A refund being put together: scan what comes back, or choose lines; say why; Enter gives the money back. */
export function RefundPanel() {
  const t = useWords(sellingWords)
  const refund = useTill((state) => state.refund)
  const selected = useTill((state) => refundLine(state)?.lineId)
  if (!refund) return null
  return (
    <Panel title={t('refund.title')} aside={<CloseButton />} foot={<Foot />}>
      <Head />
      {refund.lines.length === 0 ? (
        <EmptyState icon={<PackageOpen aria-hidden="true" size={44} strokeWidth={1.5} />}>
          {t('refund.scan')}
        </EmptyState>
      ) : (
        <ul aria-label={t('refund.lines')} className="-mx-4 border-t border-hairline">
          {refund.lines.map((line) => (
            <Line key={line.lineId} line={line} selected={line.lineId === selected} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** Which receipt it is, or that there is none. */
function Head() {
  const t = useWords(sellingWords)
  const sale = useTill((state) => state.refund?.sale ?? null)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!sale) return <p className="pb-3 text-floor text-second">{t('refund.without')}</p>
  return (
    <p className="pb-3 text-floor text-second">
      <span className="font-semibold text-text">{t('sales.receipt', { number: sale.receiptNumber })}</span>{' '}
      {sale.registerName} · <Instant at={sale.completedAt} timeZone={timeZone} style="moment" /> ·{' '}
      <Money amount={sale.total} />
    </p>
  )
}

function Line({ line, selected }: { line: RefundLineView; selected: boolean }) {
  const t = useWords(sellingWords)
  const actions = useActions()
  const { title } = productWords(line.name, line.pack)
  const before = line.sold === null || line.left === null ? 0 : line.sold - line.left
  const told =
    line.left === 0
      ? t('refund.gone')
      : line.sold === null
        ? t('refund.back', { count: line.quantity })
        : t('refund.of', { quantity: line.quantity, sold: line.sold })
  return (
    <li
      aria-current={selected ? 'true' : undefined}
      data-refund-line={line.cip13}
      onPointerDown={() => actions.selectRefund(line.lineId)}
      className={classNames(
        'grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-hairline px-4 py-1.5',
        selected && 'bg-control shadow-[inset_3px_0_0_var(--role-accent)]',
      )}
    >
      <p
        className={classNames('truncate text-body leading-[1.375rem]', line.quantity > 0 && 'font-semibold')}
      >
        {title}
      </p>
      <p className={classNames('text-right text-body', line.quantity > 0 ? 'font-semibold' : 'text-second')}>
        {line.quantity > 0 && <Money amount={line.gross} />}
      </p>
      <p className="truncate text-floor leading-5 text-second">
        <span className={line.quantity > 0 ? 'font-semibold text-text' : ''}>{told}</span>
        {before > 0 && line.left !== 0 && ` · ${t('refund.some', { count: before })}`}
      </p>
      <p className="text-right text-floor leading-5 text-second">
        {line.quantity > 0 && t(`refund.${line.disposition}`)}
      </p>
    </li>
  )
}

/** What is done with the selected line, why, and the money; while the terminal is at it, what became of that. */
function Foot() {
  const actions = useActions()
  const open = useTill(openBackOf)
  const begun = useTill((state) => state.refund?.begun ?? false)
  return (
    <div className="flex flex-col gap-2">
      <GoneBack />
      {open ? (
        <OpenPart part={open} onAsk={() => void actions.makeRefund()} />
      ) : (
        <>
          {!begun && <Choosing />}
          <Give />
        </>
      )}
    </div>
  )
}

function Choosing() {
  const t = useWords(sellingWords)
  const actions = useActions()
  const line = useTill(refundLine)
  const cash = useTill(offersCash)
  return (
    <>
      <div className="grid grid-cols-3 gap-2">
        <Button keyCap="−" onPress={() => void actions.stepRefund(-1)} className="justify-between !px-3">
          {t('refund.fewer')}
        </Button>
        <Button keyCap="+" onPress={() => void actions.stepRefund(1)} className="justify-between !px-3">
          {t('refund.more')}
        </Button>
        <Button keyCap="A" onPress={() => void actions.refundAll()} className="justify-between !px-3">
          {t('refund.all')}
        </Button>
      </div>
      {line && (
        <Button keyCap="S" onPress={() => void actions.toggleDisposition()} className="justify-between !px-3">
          {t(line.disposition === 'stock' ? 'refund.quarantine' : 'refund.stock')}
        </Button>
      )}
      <Reasons />
      {!cash && (
        <Button keyCap="X" onPress={() => void actions.beginExchange()} className="justify-between !px-3">
          {t('exchange.begin')}
        </Button>
      )}
    </>
  )
}

function Give() {
  const t = useWords(sellingWords)
  const locale = useLocale()
  const actions = useActions()
  const refund = useTill((state) => state.refund)
  const busy = useTill((state) => state.busy === 'refund')
  if (!refund) return null
  const to = refund.tenders.map(({ kind }) => t(`to.${kind}`)).join(', ')
  return (
    <>
      <InCash />
      <EnterButton busy={busy} onPress={() => void actions.makeRefund()}>
        <span>
          {t('refund.give')} <span className="font-normal">{to}</span>
        </span>
        <span className="figure flex-1 text-right text-sum">{formatMoney(refund.total, locale)}</span>
      </EnterButton>
    </>
  )
}

/** Why, each on its digit. */
function Reasons() {
  const t = useWords(sellingWords)
  const actions = useActions()
  const chosen = useTill((state) => state.refundReason)
  return (
    <fieldset aria-label={t('refund.reason')} className="grid grid-cols-3 gap-2">
      {REFUND_REASONS.map((reason, i) => (
        <button
          key={reason}
          type="button"
          aria-pressed={reason === chosen}
          aria-keyshortcuts={String(i + 1)}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => actions.setReason(reason)}
          className={classNames(
            'flex min-h-11 min-w-0 items-center justify-between gap-2 rounded-control px-2 text-floor leading-4 font-semibold',
            reason === chosen
              ? 'bg-accent-tint text-on-accent-tint shadow-[inset_0_0_0_2px_var(--role-accent)]'
              : 'bg-control text-text shadow-[inset_0_0_0_1px_var(--role-hairline)] hover:bg-control-hover',
          )}
        >
          <span className="min-w-0 text-left">{t(`reason.${reason}`)}</span>
          <KeyCap name={String(i + 1)} />
        </button>
      ))}
    </fieldset>
  )
}
