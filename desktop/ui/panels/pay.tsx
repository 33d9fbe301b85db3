import { useEffect } from 'react'
import type { Minor } from '../../../domain/money.ts'
import { parseAmount, subtract } from '../../../domain/money.ts'
import { changeDue } from '../../../domain/sale/rules.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { deleteText, REST_FOCUS, restFocus, typeText } from '../keys/focus.ts'
import { dueOf, openPartOf, suggestionsOf } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { payWords } from '../words/pay-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'
import { Finish, OpenPart, PaymentParts } from './payment-parts.tsx'

/** Taking payment: what became of a card first, then what is due. */
export function PayPanel() {
  const t = useWords(tillWords)
  const open = useTill(openPartOf)
  const parts = useTill((state) => state.payment.parts.length)
  const due = useTill(dueOf)
  return (
    <Panel title={t('pay.title')} aside={<CloseButton />}>
      <div className={classNames('flex flex-col gap-3', parts > 0 && '[@media(max-height:53rem)]:gap-2')}>
        {parts > 0 && <PaymentParts />}
        {open ? <OpenPart part={open} /> : due > 0 || parts === 0 ? <TakeCash due={due} /> : <Finish />}
      </div>
    </Panel>
  )
}

/** Enter is exact, A to D a suggested note, digits and Enter what was given. */
function TakeCash({ due }: { due: Minor }) {
  const t = useWords(tillWords)
  const p = useWords(payWords)
  const locale = useLocale()
  const actions = useActions()
  const given = useTill((state) => state.given)
  const busy = useTill((state) => state.busy === 'pay')
  const parts = useTill((state) => state.payment.parts.length)
  useEffect(restFocus, [])
  // As text, so that it is drawn only when an amount changes.
  const notes = JSON.parse(useTill((state) => JSON.stringify(suggestionsOf(state)))) as Minor[]
  // Cash is due in coins that are in use.
  const owed = notes[0] ?? due
  const read = parseAmount(given)
  const amount = given === '' ? owed : 'amount' in read ? read.amount : null
  const isPart = given !== '' && amount !== null && amount > 0 && amount < owed
  return (
    <>
      <GivenField given={given} total={owed} />
      <Button
        kind="next"
        size="large"
        keyCap={isPart ? 'F12' : 'Enter'}
        busy={busy}
        onPress={() => void (isPart ? actions.payPart() : actions.payGiven())}
        className="justify-between"
      >
        <span>
          {isPart ? p('part') : t(busy ? 'pay.under-way' : given === '' ? 'pay.exact' : 'pay.given')}
        </span>
        <span className="figure flex-1 text-right text-sum">
          {amount === null ? '–' : formatMoney(amount, locale)}
        </span>
      </Button>
      <fieldset
        aria-label={t('pay.notes')}
        // Where there is room for either, the digits stay: what is left of a split is seldom a note.
        className={classNames('grid grid-cols-2 gap-2', parts > 0 && '[@media(max-height:53rem)]:hidden')}
      >
        {notes.slice(1).map((note, i) => (
          <Note key={note} note={note} total={owed} at={i} />
        ))}
      </fieldset>
      <Button keyCap="F8" onPress={() => actions.openOthers()} className="justify-between">
        {t('command.tenders')}
      </Button>
      <Numpad
        label={t('pay.pad')}
        extra={locale === 'en' ? '.' : ','}
        onKey={(key) => (key === 'Backspace' ? deleteText() : typeText(key))}
        className="[@media(max-height:53rem)]:[&_button]:min-h-11"
      />
    </>
  )
}

/** What was given, and what it comes to while it is typed. */
function GivenField({ given, total }: { given: string; total: Minor }) {
  const t = useWords(tillWords)
  const actions = useActions()
  const read = parseAmount(given)
  const change = 'amount' in read ? changeDue(total, read.amount) : null
  const missing = 'amount' in read && change === null ? subtract(total, read.amount) : null
  return (
    <div className="flex items-stretch gap-3">
      <label className="flex min-w-0 flex-1 flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
        <span className="text-floor text-second">{t('pay.given')}</span>
        <input
          {...REST_FOCUS}
          name="given"
          value={given}
          inputMode="none"
          autoComplete="off"
          onChange={(event) => actions.setGiven(event.target.value)}
          className="w-full min-w-0 bg-transparent text-right text-title font-semibold outline-none"
        />
      </label>
      <div role="status" className="flex min-w-0 flex-1 flex-col py-1.5 text-right">
        <span className="text-floor text-second">{t(missing === null ? 'pay.change' : 'pay.missing')}</span>
        <span className="text-title font-semibold">
          {change !== null && <Money amount={change} />}
          {missing !== null && (
            <span className="text-bad">
              <Money amount={missing} />
            </span>
          )}
          {change === null && missing === null && <span className="text-second">–</span>}
        </span>
      </div>
    </div>
  )
}

function Note({ note, total, at }: { note: Minor; total: Minor; at: number }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const actions = useActions()
  return (
    <Button
      size="large"
      keyCap={'ABCD'[at] as string}
      onPress={() => void actions.payNote(at)}
      // The cap stands beside the note, so that the change has the whole width under it.
      className="relative !px-3 [&>:last-child]:absolute [&>:last-child]:top-1.5 [&>:last-child]:right-1.5"
    >
      <span className="flex flex-1 flex-col items-start leading-tight">
        <span className="figure text-sum">{formatMoney(note, locale)}</span>
        <span className="figure text-floor font-normal text-second">
          {t('pay.change')} {formatMoney(subtract(note, total), locale)}
        </span>
      </span>
    </Button>
  )
}
