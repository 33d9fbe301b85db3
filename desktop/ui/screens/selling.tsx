import { useWords } from '../../../ui-kit/i18n/words.ts'
import { ConfirmPanel } from '../panels/confirm.tsx'
import { CountPanel } from '../panels/count.tsx'
import { CountedPanel } from '../panels/counted.tsx'
import { CustomerPanel } from '../panels/customer.tsx'
import { DiscountPanel } from '../panels/discount.tsx'
import { DrawerPanel } from '../panels/drawer.tsx'
import { ForecastPanel } from '../panels/forecast.tsx'
import { KeysPanel } from '../panels/keys.tsx'
import { MovePanel } from '../panels/move.tsx'
import { NotePanel } from '../panels/note.tsx'
import { OpenDrawerPanel } from '../panels/open-drawer.tsx'
import { OthersPanel } from '../panels/others.tsx'
import { PapersPanel } from '../panels/papers.tsx'
import { ParkedPanel } from '../panels/parked.tsx'
import { PayPanel } from '../panels/pay.tsx'
import { PricePanel } from '../panels/price.tsx'
import { RefundPanel } from '../panels/refund.tsx'
import { RefundedPanel } from '../panels/refunded.tsx'
import { RestPanel } from '../panels/rest.tsx'
import { SalesPanel } from '../panels/sales.tsx'
import { SearchPanel } from '../panels/search.tsx'
import { TendersPanel } from '../panels/tenders.tsx'
import { XReportPanel } from '../panels/x-report.tsx'
import { useTill } from '../store/till-context.ts'
import { type Scope, scopeOf } from '../store/till-store.ts'
import { tillWords } from '../words/till-words.ts'
import { Basket, BasketSpeech, TotalBar } from './basket.tsx'
import { BasketTabs } from './basket-tabs.tsx'
import { EntryLine } from './entry-line.tsx'
import { ExplainedScreen } from './explained.tsx'
import { Notices } from './notices.tsx'
import { TillKeyBar } from './till-key-bar.tsx'

const PANELS: Partial<Record<Scope, () => React.ReactNode>> = {
  selling: RestPanel,
  searching: SearchPanel,
  opening: OpenDrawerPanel,
  pay: PayPanel,
  tenders: TendersPanel,
  customer: CustomerPanel,
  forecast: ForecastPanel,
  drawer: DrawerPanel,
  move: MovePanel,
  'x-report': XReportPanel,
  count: CountPanel,
  confirm: ConfirmPanel,
  others: OthersPanel,
  papers: PapersPanel,
  counted: CountedPanel,
  keys: KeysPanel,
  sales: SalesPanel,
  refund: RefundPanel,
  refunded: RefundedPanel,
  discount: DiscountPanel,
  price: PricePanel,
  parked: ParkedPanel,
  note: NotePanel,
}

/** The one selling screen: the basket and its total stay on the left, the panel on the right has the states. */
export function Selling() {
  const t = useWords(tillWords)
  const scope = useTill(scopeOf)
  const PanelOfScope = PANELS[scope] ?? RestPanel
  if (scope === 'explained') {
    return (
      <>
        <ExplainedScreen />
        <TillKeyBar />
      </>
    )
  }
  return (
    <>
      <main className="grid min-h-0 flex-1 grid-cols-(--columns)">
        <section
          aria-label={t('basket.title')}
          className="@container flex min-h-0 min-w-0 flex-col bg-surface"
        >
          <BasketTabs />
          <Basket />
          <Notices />
          <EntryLine />
          <TotalBar />
          <BasketSpeech />
        </section>
        <div className="flex min-h-0 min-w-0 flex-col border-l border-hairline bg-raised">
          <PanelOfScope />
        </div>
      </main>
      <TillKeyBar />
    </>
  )
}
