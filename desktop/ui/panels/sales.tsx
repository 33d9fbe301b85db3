import { useEffect, useRef } from 'react'
import { readDamage } from '../../../domain/journal/stored.ts'
import { minor } from '../../../domain/money.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Instant, Money } from '../../../ui-kit/components/figures.tsx'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusMark } from '../../../ui-kit/components/status-word.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { BranchExceptionView, SaleSummaryView } from '../../bridge/views.ts'
import { REST_FOCUS } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { parkingWords } from '../words/parking-words.ts'
import { sellingWords } from '../words/selling-words.ts'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'
import { useNotAllowed } from './not-allowed.ts'

/** Sales of the branch, newest first: to print again, or to refund. What the server found wrong stands above. */
export function SalesPanel() {
  const t = useWords(sellingWords)
  const actions = useActions()
  const { text, found, marked } = useTill((state) => state.sales)
  const exceptions = useTill((state) => state.exceptions)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[marked]?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  const markedId = found?.[marked]?.saleId
  return (
    <Panel title={t('sales.title')} aside={<CloseButton />} foot={<Foot any={markedId !== undefined} />}>
      <div className="-mx-4 flex flex-col gap-px empty:hidden">
        {exceptions.map((exception, i) => (
          <Found key={exception.id} exception={exception} first={i === 0} />
        ))}
      </div>
      <label className="my-2 flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
        <span className="text-floor text-second">{t('sales.field')}</span>
        <input
          {...REST_FOCUS}
          role="combobox"
          name="sale"
          aria-expanded="true"
          aria-controls="sales-found"
          aria-activedescendant={markedId ? `sale-${markedId}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => void actions.findSales(event.target.value)}
          className="w-full min-w-0 bg-transparent text-sum font-semibold outline-none"
        />
      </label>
      {found?.length === 0 && <EmptyState hint={t('sales.noneHint')}>{t('sales.none')}</EmptyState>}
      <div ref={list} id="sales-found" role="listbox" aria-label={t('sales.results')} className="-mx-4">
        {found?.map((sale, i) => (
          <Sale key={sale.saleId} sale={sale} at={i} marked={i === marked} />
        ))}
      </div>
    </Panel>
  )
}

function Sale({ sale, at, marked }: { sale: SaleSummaryView; at: number; marked: boolean }) {
  const t = useWords(sellingWords)
  const locale = useLocale()
  const actions = useActions()
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's, by aria-activedescendant
    <div
      id={`sale-${sale.saleId}`}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      data-sale={sale.receiptNumber}
      onPointerDown={() => actions.markSale(at)}
      onClick={() => void actions.beginRefund(sale.saleId)}
      className={classNames(
        'grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-hairline px-4 py-1.5',
        marked ? 'bg-accent-tint shadow-[inset_3px_0_0_var(--role-accent)]' : 'hover:bg-control-hover',
      )}
    >
      <p className="truncate text-body leading-[1.375rem] font-semibold">
        {t('sales.receipt', { number: sale.receiptNumber })}{' '}
        <span className="font-normal text-second">{sale.registerName}</span>
      </p>
      <p className="text-right text-body font-semibold">
        <Money amount={sale.total} />
      </p>
      <p className="truncate text-floor leading-5 text-second">
        <Instant at={sale.completedAt} timeZone={timeZone} style="moment" /> · {sale.cashierName}
      </p>
      <p className="figure text-right text-floor leading-5 text-second">
        {sale.refunded > 0 && t('sales.refunded', { amount: formatMoney(sale.refunded, locale) })}
      </p>
    </div>
  )
}

/** What can be done with the marked sale, or without one. */
function Foot({ any }: { any: boolean }) {
  const t = useWords(sellingWords)
  const actions = useActions()
  const reason = useNotAllowed('refund.without-receipt')
  return (
    <div className="grid grid-cols-2 gap-2">
      {any && (
        <>
          <EnterButton onPress={() => void actions.openSale()}>{t('sales.open')}</EnterButton>
          <Button
            size="large"
            keyCap="Ctrl P"
            onPress={() => void actions.printCopy()}
            className="justify-between"
          >
            {t('sales.copy')}
          </Button>
        </>
      )}
      <Button
        keyCap="F6"
        disabledReason={reason}
        onPress={() => void actions.beginRefund(null)}
        className="col-span-2 justify-between"
      >
        {t('sales.without')}
      </Button>
    </div>
  )
}

/** What was found, in words, and what to do about it. */
function useFound({ code, detail, deviceName: device }: BranchExceptionView): [what: string, remedy: string] {
  const t = useWords(sellingWords)
  const p = useWords(parkingWords)
  const locale = useLocale()
  if (code === 'event-damaged') {
    const sale = readDamage(detail)
    const what = sale
      ? t('exception.sale-damaged', {
          device,
          receipt: sale.receiptNumber,
          amount: formatMoney(minor(sale.total), locale),
        })
      : t('exception.entry-damaged', { device })
    return [what, t('exception.damaged-remedy')]
  }
  const remedy = t('exception.remedy', { device })
  if (code === 'parked-recalled-twice') return [p('exception.parked-recalled-twice', { detail }), remedy]
  const word = code === 'refund-exceeds-sale' ? 'exception.refund-exceeds-sale' : 'exception.other'
  return [t(word, { detail }), remedy]
}

/** What the server found at this branch: two tills did the same apart, or one's journal is damaged. */
function Found({ exception, first }: { exception: BranchExceptionView; first: boolean }) {
  const t = useWords(sellingWords)
  const actions = useActions()
  const [what, remedy] = useFound(exception)
  return (
    <div role="alert" className="flex flex-col items-end bg-warn-tint px-4 pt-2 text-warn">
      <p className="flex gap-3 self-stretch text-floor">
        <StatusMark tone="warn" size={22} />
        <span className="min-w-0">
          <span className="font-semibold">{what}</span> {remedy}
        </span>
      </p>
      <Button
        kind="quiet"
        {...(first ? { keyCap: 'Del' } : {})}
        onPress={() => void actions.dismissException(exception.id)}
        className="-mr-2 justify-center !px-2"
      >
        {t('exception.dismiss')}
      </Button>
    </div>
  )
}
