import { useEffect, useRef } from 'react'
import type { Minor } from '../../../domain/money.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { StatusMark, StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { PaymentPartView } from '../../bridge/payment-views.ts'
import { restFocus } from '../keys/focus.ts'
import { dueOf } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { payWords } from '../words/pay-words.ts'
import { tillWords } from '../words/till-words.ts'
import { GoneBack, InCash } from './card-back.tsx'
import { EnterButton } from './enter-button.tsx'
import { useNotAllowed } from './not-allowed.ts'

/** What was taken so far, and what is still due. */
export function PaymentParts() {
  const p = useWords(payWords)
  const parts = useTill((state) => state.payment.parts)
  const due = useTill(dueOf)
  const list = useRef<HTMLUListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further part is the one to see
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight
  }, [parts.length])
  const lastTaken = parts.findLast(({ kind, state }) => state === 'taken' && kind !== 'exchange')?.id
  return (
    <section aria-label={p('taken')} data-testid="taken">
      <ul
        ref={list}
        // Of many parts the newest are in sight: the keys under them stay where they are.
        className="overflow-y-auto border-t border-hairline [@media(max-height:53rem)]:max-h-[9.125rem]"
      >
        {parts.map((part) => (
          <TakenPart key={part.id} part={part} last={part.id === lastTaken} />
        ))}
      </ul>
      {parts.every(({ state }) => state === 'taken') && (
        <p className="flex items-baseline justify-between pt-2 text-sum font-semibold">
          <span>{p(due > 0 ? 'due' : 'full')}</span>
          {due > 0 && <Money amount={due} />}
        </p>
      )}
    </section>
  )
}

function TakenPart({ part, last }: { part: PaymentPartView; last: boolean }) {
  const t = useWords(tillWords)
  const p = useWords(payWords)
  const actions = useActions()
  const { kind, amount, detail, state } = part
  return (
    <li className="flex min-h-12 items-center gap-3 border-b border-hairline">
      <StatusMark tone={state === 'taken' ? 'good' : 'warn'} />
      <span className="min-w-0 flex-1 truncate text-body font-semibold">
        {t(`tender.${kind}`)}
        {detail && <span className="font-normal text-second"> {detail}</span>}
      </span>
      <span className="text-body font-semibold">
        <Money amount={amount} />
      </span>
      {state === 'taken' && kind !== 'exchange' && (
        <button
          type="button"
          aria-keyshortcuts={last ? 'Del' : undefined}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => void actions.giveBack(part.id)}
          className="flex min-h-11 items-center gap-2 rounded-control px-2 text-floor font-semibold text-text hover:bg-control-hover"
        >
          {p('giveBack')}
          {last && <KeyCap name="Del" />}
        </button>
      )}
    </li>
  )
}

/** A card of which nobody knows yet: the customer is at it, or its answer was lost. */
export function OpenPart({ part, onAsk }: { part: PaymentPartView; onAsk?(): void }) {
  const p = useWords(payWords)
  const actions = useActions()
  const busy = useTill((state) => state.busy === 'pay' || state.busy === 'refund')
  const { back } = part
  useEffect(restFocus, [])
  if (part.underWay) {
    return (
      <>
        <StatusRow tone="note" text={p(back ? 'card.back' : 'card.at')} className="rounded-control" />
        {part.state === 'asked' && (
          <Button
            size="large"
            keyCap="Esc"
            onPress={() => void actions.cancelCard()}
            className="justify-between"
          >
            {p('card.cancel')}
          </Button>
        )}
      </>
    )
  }
  return (
    <>
      <StatusRow tone="warn" text={p(back ? 'card.openBack' : 'card.open')} className="rounded-control" />
      <EnterButton busy={busy} onPress={onAsk ?? (() => void actions.payGiven())}>
        {p('card.ask')}
      </EnterButton>
      <ByHand back={back} />
    </>
  )
}

/** What the terminal's slip says, for who may decide it. */
function ByHand({ back }: { back: boolean }) {
  const p = useWords(payWords)
  const actions = useActions()
  const reason = useNotAllowed('payment.decide')
  return (
    <div className="pt-2">
      <p className="pb-2 text-floor text-second">{p('card.hand')}</p>
      <div className="grid grid-cols-2 gap-2">
        <Button
          keyCap="1"
          disabledReason={reason}
          onPress={() => void actions.payByHand(true)}
          className="justify-between !px-3 text-left !text-floor leading-tight"
        >
          {p(back ? 'card.yesBack' : 'card.yes')}
        </Button>
        <Button
          keyCap="2"
          disabledReason={reason}
          onPress={() => void actions.payByHand(false)}
          className="justify-between !px-3 text-left !text-floor leading-tight"
        >
          {p(back ? 'card.noBack' : 'card.no')}
        </Button>
      </div>
    </div>
  )
}

/** All was paid before the sale could be made: one key makes it. What an exchange leaves goes back with it. */
export function Finish() {
  const p = useWords(payWords)
  const actions = useActions()
  const busy = useTill((state) => state.busy === 'pay')
  const back = useTill((state) => state.exchange?.back ?? 0) as Minor
  return (
    <>
      {back > 0 && (
        <p className="flex items-baseline justify-between text-sum font-semibold">
          <span>{p('back')}</span>
          <Money amount={back} />
        </p>
      )}
      <GoneBack />
      <EnterButton busy={busy} onPress={() => void actions.payGiven()}>
        {p(back > 0 ? 'finishBack' : 'finish')}
      </EnterButton>
      <InCash />
    </>
  )
}
