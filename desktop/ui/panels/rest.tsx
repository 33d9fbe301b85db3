import { Button } from '../../../ui-kit/components/button.tsx'
import { Instant, Money, Quantity } from '../../../ui-kit/components/figures.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { formatRate } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { BasketLineView } from '../../bridge/basket-views.ts'
import type { LastSaleView } from '../../bridge/views.ts'
import { deleteText, typeText } from '../keys/focus.ts'
import { ListBadge } from '../screens/list-badge.tsx'
import { productWords } from '../screens/product-words.ts'
import { awaitsPrice } from '../store/missing-price.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { selectedLine } from '../store/till-store.ts'
import { parkingWords } from '../words/parking-words.ts'
import { pricingWords } from '../words/pricing-words.ts'
import { sellingWords } from '../words/selling-words.ts'
import { tillWords } from '../words/till-words.ts'
import { Facts } from './facts.tsx'
import { FavouriteButtons } from './favourites.tsx'
import { OvernightRow } from './overnight.tsx'

/** The panel while nothing is open: the selected line, the change of the last sale, or the open drawer. */
export function RestPanel() {
  const line = useTill(selectedLine)
  const lastSale = useTill((state) => state.lastSale)
  if (line) return <LineState line={line} />
  if (lastSale) return <ChangeState sale={lastSale} />
  return <ReadyState />
}

function LineState({ line }: { line: BasketLineView }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const actions = useActions()
  const d = useWords(pricingWords)
  const { title, detail } = productWords(line.name, line.pack)
  const after = line.onHand - line.quantity
  return (
    <Panel title={title} foot={<LineButtons />}>
      <p className="flex flex-wrap items-center gap-2 pb-3 text-floor text-second">
        <ListBadge list={line.prescriptionList} />
        {detail}
      </p>
      <Facts
        rows={[
          [
            t('line.unitPrice'),
            awaitsPrice(line) ? d('price.none') : <Money key="price" amount={line.unitPrice} />,
          ],
          [
            t('line.onHand'),
            <span key="stock" className={after < 0 ? 'font-semibold text-warn' : ''}>
              {t('line.after', { count: after })}
            </span>,
          ],
          [
            t('line.reimbursed'),
            line.reimbursementBp === null
              ? t('line.notReimbursed')
              : formatRate(line.reimbursementBp, locale),
          ],
          [t('line.vat'), formatRate(line.vatRateBp, locale)],
          [t('line.code'), line.cip13],
        ]}
      />
      <Numpad
        label={t('entry.pad')}
        extra="×"
        onKey={(key) => {
          if (key === '×') actions.multiply()
          else if (key === 'Backspace') deleteText()
          else typeText(key)
        }}
        className="hidden pt-4 [@media(min-height:62rem)]:grid [@media(pointer:coarse)]:grid"
      />
    </Panel>
  )
}

function LineButtons() {
  const t = useWords(tillWords)
  const p = useWords(parkingWords)
  const s = useWords(sellingWords)
  const actions = useActions()
  return (
    <div className="grid grid-cols-2 gap-2">
      <Button size="large" keyCap="−" onPress={() => void actions.step(-1)} className="justify-between">
        {t('line.one-fewer')}
      </Button>
      <Button size="large" keyCap="+" onPress={() => void actions.step(1)} className="justify-between">
        {t('line.one-more')}
      </Button>
      <Button size="large" keyCap="Del" onPress={() => void actions.remove()} className="justify-between">
        {t('line.remove')}
      </Button>
      <Button size="large" keyCap="→" onPress={() => void actions.openForecast()} className="justify-between">
        {t('command.forecast')}
      </Button>
      <Button size="large" keyCap="F4" onPress={actions.openDiscount} className="justify-between">
        {t('command.discount')}
      </Button>
      <Button size="large" keyCap="F5" onPress={actions.openPrice} className="justify-between">
        {t('command.price')}
      </Button>
      <Button kind="quiet" keyCap="Ctrl E" onPress={actions.openNote} className="justify-between !px-3">
        {p('note')}
      </Button>
      <Button
        kind="quiet"
        keyCap="Ctrl B"
        onPress={() => void actions.nextBasket()}
        className="justify-between !px-3 text-left leading-tight"
      >
        {p('tabs.empty')}
      </Button>
      <Button
        kind="quiet"
        keyCap="Ctrl Del"
        onPress={() => void actions.voidBasket()}
        className="col-span-2 justify-between !px-3"
      >
        {s('basket.void')}
      </Button>
    </div>
  )
}

/** What the sale came to, by what it was paid, and how many packs it was. */
function ChangeFacts({ sale }: { sale: NonNullable<LastSaleView> }) {
  const t = useWords(tillWords)
  const s = useWords(sellingWords)
  const card = sale.kind === 'card'
  return (
    <Facts
      rows={[
        ...(card
          ? []
          : ([
              [t('change.total'), <Money key="total" amount={sale.total} />],
              // Beside several tenders the sum that was handed over says only what made the change.
              ...(sale.tenders.length > 1 && sale.change === 0
                ? []
                : ([[t('change.given'), <Money key="given" amount={sale.given} />]] as const)),
            ] as const)),
        ...(sale.exchange
          ? ([
              [
                s('exchange.settled'),
                <Money
                  key="exchange"
                  amount={
                    sale.exchange.tenders.find(({ kind }) => kind === 'exchange')?.amount ??
                    sale.exchange.total
                  }
                />,
              ],
            ] as const)
          : []),
        ...(sale.tenders.length > 1
          ? sale.tenders
              .filter(({ kind }) => kind !== 'exchange')
              .map(({ kind, amount }) => [t(`tender.${kind}`), <Money key={kind} amount={amount} />] as const)
          : []),
        [t('change.items'), <Quantity key="items" value={sale.itemCount} />],
      ]}
    />
  )
}

function ChangeState({ sale }: { sale: NonNullable<LastSaleView> }) {
  const t = useWords(tillWords)
  const s = useWords(sellingWords)
  const actions = useActions()
  const card = sale.kind === 'card'
  const handedBack = sale.exchange?.tenders.find(({ kind }) => kind === 'cash')?.amount
  return (
    <Panel
      title={t('change.title')}
      aside={
        <span className="text-body text-second">{t('change.receipt', { number: sale.receiptNumber })}</span>
      }
      foot={
        <Button keyCap="Ctrl P" onPress={() => void actions.printCopy()} className="w-full justify-between">
          {t('keys.copy')}
        </Button>
      }
    >
      <div
        role="status"
        data-testid="change"
        className="mb-4 rounded-control bg-good-tint px-4 py-5 text-good"
      >
        <p className="text-body font-semibold">
          {handedBack !== undefined
            ? s('exchange.given')
            : card
              ? t('change.paidCard')
              : sale.change === 0
                ? t('change.noChange')
                : t('change.change')}
        </p>
        <p className="pt-1 text-total font-semibold tracking-tight min-[90rem]:text-[3.5rem]">
          <Money amount={handedBack ?? (card ? sale.total : sale.change)} />
        </p>
      </div>
      <OvernightRow />
      <ChangeFacts sale={sale} />
      <p className="pt-4 text-floor text-second">{t('change.next')}</p>
    </Panel>
  )
}

function ReadyState() {
  const t = useWords(tillWords)
  const session = useTill((state) => state.session)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!session) return null
  return (
    <Panel title={t('rest.title')}>
      <OvernightRow />
      <Facts
        rows={[
          [t('rest.since'), <Instant key="at" at={session.openedAt} timeZone={timeZone} style="moment" />],
          [t('rest.by'), session.openedByName],
          [t('rest.float'), <Money key="float" amount={session.float} />],
          [t('rest.sales'), <Quantity key="sales" value={session.saleCount} />],
        ]}
      />
      <FavouriteButtons />
    </Panel>
  )
}
