import { Coins, Inbox, ScanBarcode } from 'lucide-react'
import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Amount, Quantity } from '../../../ui-kit/components/figures.tsx'
import { EmptyState } from '../../../ui-kit/components/panel.tsx'
import { currencySign, formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { BasketLineView } from '../../bridge/basket-views.ts'
import { awaitsPrice } from '../store/missing-price.ts'
import { dueOf, openPartOf } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { inCash, selectedLine } from '../store/till-store.ts'
import { payWords } from '../words/pay-words.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { sellingWords } from '../words/selling-words.ts'
import { tillWords } from '../words/till-words.ts'
import { ListBadge } from './list-badge.tsx'
import { OpenCard } from './open-card.tsx'
import { ProductTitle } from './product-title.tsx'
import { productWords } from './product-words.ts'

/** Name, quantity, price, sum: the same columns for the header and every line. */
const COLUMNS =
  'grid grid-cols-[minmax(0,1fr)_3rem_5rem_6rem] @min-[50rem]:grid-cols-[minmax(0,1fr)_5rem_7rem_8rem] items-center gap-x-2 px-4'

function showSelected(list: HTMLElement | null): void {
  list?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
}

/** The lines of the sale, newest at the bottom and in view. */
export function Basket() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const lines = useTill((state) => state.basket.lines)
  const revision = useTill((state) => state.basket.revision)
  const lastLineId = useTill((state) => state.basket.lastLineId)
  const selectedId = useTill((state) => selectedLine(state)?.lineId)
  const list = useRef<HTMLOListElement>(null)

  const empty = lines.length === 0

  // Before the frame is painted: the line is seen in the same frame that brings it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the basket brings its line into view
  useLayoutEffect(() => showSelected(list.current), [selectedId, revision])

  // What has to be told takes height from the list.
  useEffect(() => {
    const element = list.current
    if (empty || !element) return
    const resized = new ResizeObserver(() => showSelected(element))
    resized.observe(element)
    return () => resized.disconnect()
  }, [empty])

  if (empty) return <NoLines />
  return (
    <>
      <div
        aria-hidden="true"
        className={classNames(COLUMNS, 'h-8 shrink-0 border-b border-hairline text-floor text-second')}
      >
        <span>{t('basket.item')}</span>
        <span className="text-right">{t('basket.quantity')}</span>
        <span className="text-right">
          {t('basket.price')} {currencySign(locale)}
        </span>
        <span className="text-right">
          {t('basket.sum')} {currencySign(locale)}
        </span>
      </div>
      <ol ref={list} aria-label={t('basket.title')} className="min-h-0 flex-1 overflow-y-auto">
        {lines.map((line) => (
          <Line
            key={line.lineId}
            line={line}
            selected={line.lineId === selectedId}
            // Alternates, so that the same line touched twice is marked twice.
            fresh={line.lineId === lastLineId ? revision % 2 : null}
          />
        ))}
      </ol>
    </>
  )
}

/** What an empty basket waits for. */
function NoLines() {
  const t = useWords(tillWords)
  const state = useTill((each) =>
    each.panel === 'count' || each.panel === 'confirm'
      ? 'counting'
      : each.session === null
        ? 'closed'
        : 'ready',
  )
  const { icon: Icon, word } = NOTHING[state]
  return (
    <div className="min-h-0 flex-1">
      <EmptyState icon={<Icon aria-hidden="true" size={44} strokeWidth={1.5} />}>{t(word)}</EmptyState>
    </div>
  )
}

const NOTHING = {
  ready: { icon: ScanBarcode, word: 'basket.empty' },
  closed: { icon: Inbox, word: 'open.closed' },
  counting: { icon: Coins, word: 'count.underWay' },
} as const

interface LineProps {
  line: BasketLineView
  selected: boolean
  fresh: number | null
}

/** What a line was reduced by, by name. */
const reducedBy = ({ reductions }: BasketLineView): string =>
  reductions.map(({ name }) => name ?? '').join('\n')

/** Whether a line would look the same: every live value brings new objects, few bring new lines. */
function sameLine(before: LineProps, after: LineProps): boolean {
  return (
    before.selected === after.selected &&
    before.fresh === after.fresh &&
    before.line.lineId === after.line.lineId &&
    before.line.quantity === after.line.quantity &&
    before.line.unitPrice === after.line.unitPrice &&
    before.line.gross === after.line.gross &&
    before.line.value === after.line.value &&
    before.line.priceFrom === after.line.priceFrom &&
    reducedBy(before.line) === reducedBy(after.line) &&
    before.line.note === after.line.note &&
    before.line.name === after.line.name
  )
}

const Line = memo(function Line({ line, selected, fresh }: LineProps) {
  const actions = useActions()
  const { title, detail } = productWords(line.name, line.pack)
  const unpriced = awaitsPrice(line)
  return (
    <li
      aria-current={selected ? 'true' : undefined}
      data-fresh={fresh ?? undefined}
      data-line={line.cip13}
      onPointerDown={() => actions.select(line.lineId)}
      className={classNames(
        COLUMNS,
        'line h-12 border-b border-hairline',
        selected && 'bg-control shadow-[inset_3px_0_0_var(--role-accent)]',
      )}
    >
      <div className="min-w-0">
        <ProductTitle title={title} className="text-body leading-[1.375rem] font-semibold" />
        <p className="flex min-w-0 items-center gap-2 text-floor leading-[1.125rem] text-second">
          <ListBadge list={line.prescriptionList} />
          {line.note !== null && (
            <span className="max-w-full shrink-0 truncate font-semibold text-text">{line.note}</span>
          )}
          <Priced line={line} />
          <span className="truncate">{detail}</span>
        </p>
      </div>
      <span
        className={classNames('text-right text-sum', line.quantity > 1 ? 'font-semibold' : 'text-second')}
      >
        <Quantity value={line.quantity} />
      </span>
      <span className="text-right text-body text-second">
        {unpriced ? '–' : <Amount amount={line.unitPrice} />}
      </span>
      <span className="flex flex-col items-end text-sum leading-[1.375rem] font-semibold">
        {unpriced ? '–' : <Amount amount={line.gross} />}
        {line.gross < line.value && (
          <s className="text-floor leading-[1.125rem] font-normal text-second">
            <Amount amount={line.value} />
          </s>
        )}
      </span>
    </li>
  )
}, sameLine)

/** Why a line costs what it does, where that is not its usual price. */
function Priced({ line }: { line: BasketLineView }) {
  const p = useWords(pricingWords)
  if (awaitsPrice(line)) return <span className="shrink-0 font-semibold text-warn">{p('price.none')}</span>
  const said = [
    ...(line.priceFrom === 'keyed' ? [p('price.keyed')] : []),
    ...(line.priceFrom === 'price-list' ? [p('price.listed')] : []),
    ...line.reductions.map(({ name }) => name ?? p('basket.discount')),
  ]
  if (said.length === 0) return null
  return <span className="max-w-[70%] shrink-0 truncate font-semibold text-good">{said.join(' · ')}</span>
}

/** The total, which never leaves and never moves. */
export function TotalBar() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const p = useWords(pricingWords)
  const basket = useTill((state) => state.basket)
  const s = useWords(sellingWords)
  const exchange = useTill((state) => state.exchange)
  const shown = exchange ? ((exchange.due - exchange.back) as typeof basket.total) : basket.total
  const w = useWords(payWords)
  const due = useTill(dueOf)
  const isPart = useTill(({ payment }) => payment.parts.some(({ kind }) => kind !== 'exchange'))
  const isOpen = useTill((state) => openPartOf(state) !== undefined)
  const unpriced = basket.lines.filter(awaitsPrice).length
  const vat = basket.taxes.reduce((sum, share) => sum + share.tax, 0)
  return (
    <section
      aria-label={t('basket.total')}
      data-testid="total"
      className="flex h-24 shrink-0 items-center justify-between gap-4 border-t border-hairline bg-raised px-4"
    >
      <div className="min-w-0 text-floor text-second">
        <p className="text-body font-semibold text-text">{t('basket.items', { count: basket.itemCount })}</p>
        <OpenCard />
        {isPart && due > 0 && (
          <p className="font-semibold text-text">{w('due.total', { amount: formatMoney(due, locale) })}</p>
        )}
        {!isPart && basket.saved > 0 && (
          <p className="font-semibold text-good">
            {p('basket.saved', { amount: formatMoney(basket.saved, locale) })}
          </p>
        )}
        {unpriced > 0 ? (
          <p className="font-semibold text-warn">{p('basket.unpriced', { count: unpriced })}</p>
        ) : isOpen ? null : (
          <p>{t('basket.vat', { amount: formatMoney(vat as typeof basket.total, locale) })}</p>
        )}
        {exchange && (
          <p data-testid="exchange" className="font-semibold text-text">
            {s(exchange.back > 0 ? 'exchange.back' : 'exchange.due', {
              total: formatMoney(basket.total, locale),
              credit: formatMoney(exchange.credit, locale),
            })}
          </p>
        )}
        {basket.note !== null && <p className="truncate font-semibold text-text">{basket.note}</p>}
      </div>
      <CustomerButton />
      <div className="ml-auto text-right">
        <p className="text-total leading-none font-semibold tracking-tight min-[90rem]:text-[3.5rem]">
          <span className="figure">{formatMoney(shown, locale)}</span>
        </p>
        {basket.rounding !== 0 && !exchange && (
          <p className="pt-1 text-floor text-second">
            {p('basket.inCash', { amount: formatMoney(inCash(basket), locale) })}
          </p>
        )}
      </div>
    </section>
  )
}

/** Whose sale it is, or the way to say so. */
function CustomerButton() {
  const t = useWords(tillWords)
  const actions = useActions()
  const customer = useTill((state) => state.customer)
  const selling = useTill((state) => state.session !== null && state.counting === null)
  if (!selling) return null
  return (
    <Button kind="quiet" keyCap="F7" onPress={actions.openCustomer} className="min-w-0 shrink !px-2">
      <span className="truncate">{customer?.name ?? t('command.customer')}</span>
    </Button>
  )
}

/** Says each change of the basket to a screen reader. */
export function BasketSpeech() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const basket = useTill((state) => state.basket)
  const line = basket.lines.find((each) => each.lineId === basket.lastLineId)
  return (
    <p role="status" className="sr-only">
      {line &&
        t('basket.spoken', {
          name: line.name,
          quantity: line.quantity,
          total: formatMoney(basket.total, locale),
        })}
    </p>
  )
}
