import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money, Quantity } from '../../../ui-kit/components/figures.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { DisplayLineView, DisplayView } from '../../bridge/display.ts'
import { productWords } from '../screens/product-words.ts'
import { displayWords } from '../words/display-words.ts'

/** The customer's side: their lines and total while they are rung up, what they paid after, else a welcome. */
export function CustomerDisplay({ store }: { store: StoreApi<{ view: DisplayView | null }> }) {
  const view = useStore(store, (state) => state.view)
  const t = useWords(displayWords)
  return (
    <main className="display flex h-dvh flex-col overflow-hidden bg-surface select-none">
      {view === null ? (
        <Greeting>{t('display.wait')}</Greeting>
      ) : view.lines.length > 0 ? (
        <Ringing view={view} />
      ) : view.paid ? (
        <Paid paid={view.paid} currency={view.currency} />
      ) : (
        <Greeting name={view.branchName}>{t('display.welcome')}</Greeting>
      )}
    </main>
  )
}

function Greeting({ name, children }: { name?: string; children: string }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-[1em] text-center">
      <h1 className="display-large font-semibold tracking-tight">{children}</h1>
      {name && <p className="display-text text-second">{name}</p>}
    </div>
  )
}

function Ringing({ view }: { view: DisplayView }) {
  const t = useWords(displayWords)
  const list = useRef<HTMLOListElement>(null)
  const { lines, total, saved, itemCount, currency } = view
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the basket shows its newest line
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [view])
  return (
    <>
      <ol
        ref={list}
        aria-label={t('display.basket')}
        className="flex min-h-0 flex-1 flex-col overflow-hidden px-[1.2em]"
      >
        {lines.map((line, index) => (
          <Line key={line.lineId} line={line} newest={index === lines.length - 1} currency={currency} />
        ))}
      </ol>
      <section
        aria-live="polite"
        className="flex shrink-0 items-baseline justify-between gap-[1em] border-t border-hairline bg-raised px-[1.2em] py-[0.8em]"
      >
        <h1 className="display-text">
          <span className="font-semibold">{t('display.total')}</span>
          <span className="ml-[0.8em] text-second">{t('display.items', { count: itemCount })}</span>
          {saved > 0 && (
            <span className="ml-[0.8em] text-good">
              {t('display.saved')} <Money amount={saved} currency={currency} />
            </span>
          )}
        </h1>
        <p className="display-large font-semibold tracking-tight">
          <Money amount={total} currency={currency} />
        </p>
      </section>
    </>
  )
}

interface LineProps {
  line: DisplayLineView
  newest: boolean
  currency: DisplayView['currency']
}

function Line({ line, newest, currency }: LineProps) {
  const { title, detail } = productWords(line.name, line.pack)
  return (
    <li
      className={classNames(
        'display-text flex shrink-0 items-baseline gap-[1em] border-b border-hairline py-[0.45em] first:mt-auto',
        !newest && 'text-second',
      )}
    >
      <span className="min-w-[2.2em] text-right">
        {line.quantity > 1 && (
          <>
            <Quantity value={line.quantity} /> ×
          </>
        )}
      </span>
      <span className="min-w-0 flex-1 truncate">
        <span className={newest ? 'font-semibold' : undefined}>{title}</span>
        {line.reasons.length > 0 && <span className="ml-[0.6em] text-good">{line.reasons.join(' · ')}</span>}
        <span className="ml-[0.6em] text-second">{detail}</span>
      </span>
      {line.gross !== null && line.gross < line.value && (
        <s className="text-second">
          <Money amount={line.value} currency={currency} />
        </s>
      )}
      <span className={newest ? 'font-semibold' : undefined}>
        {line.gross === null ? '–' : <Money amount={line.gross} currency={currency} />}
      </span>
    </li>
  )
}

function Paid({
  paid,
  currency,
}: {
  paid: NonNullable<DisplayView['paid']>
  currency: DisplayView['currency']
}) {
  const t = useWords(displayWords)
  const hasChange = paid.change > 0
  return (
    <div role="status" className="flex flex-1 flex-col items-center justify-center gap-[0.8em] text-center">
      <p className="display-text text-second">
        {t('display.paid')} <Money amount={paid.total} currency={currency} />
        {hasChange && (
          <>
            {' · '}
            {t('display.given')} <Money amount={paid.given} currency={currency} />
          </>
        )}
      </p>
      {hasChange ? (
        <>
          <p className="display-text font-semibold">{t('display.change')}</p>
          <p className="display-huge font-semibold tracking-tight">
            <Money amount={paid.change} currency={currency} />
          </p>
          <h1 className="display-text">{t('display.thanks')}</h1>
        </>
      ) : (
        <h1 className="display-large font-semibold tracking-tight">{t('display.thanks')}</h1>
      )}
    </div>
  )
}
