import { useEffect } from 'react'
import { parseAmount } from '../../../domain/money.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import { REST_FOCUS, restFocus } from '../keys/focus.ts'
import { dueOf } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { customerWords } from '../words/customer-words.ts'
import { CloseButton } from './close-button.tsx'
import { useAccountWords } from './customer.tsx'
import { EnterButton } from './enter-button.tsx'

const FIELD =
  'flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]'

/** Vouchers, and the account of the basket's customer. */
export function TendersPanel() {
  const t = useWords(customerWords)
  const actions = useActions()
  const due = useTill(dueOf)
  const given = useTill((state) => state.given)
  const customer = useTill((state) => state.customer)
  const asksPin = useTill((state) => state.tenderPin !== null)
  const busy = useTill((state) => state.busy === 'pay')
  const read = parseAmount(given)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another field is asked for
  useEffect(restFocus, [asksPin])
  return (
    <Panel title={t('others.title')} aside={<CloseButton />}>
      <div className="flex flex-col gap-3">
        <p className="flex items-baseline justify-between text-sum font-semibold">
          <span>{t('others.take')}</span>
          <Money amount={'amount' in read ? read.amount : due} />
        </p>
        {asksPin ? <PinField /> : <CodeField />}
        <EnterButton busy={busy} onPress={() => void actions.takeOther()}>
          {t(asksPin ? 'others.approve' : 'others.voucher')}
        </EnterButton>
        {customer?.account ? (
          <AccountButton customer={customer} />
        ) : (
          <Button size="large" keyCap="F7" onPress={() => actions.openCustomer()} className="justify-between">
            {t('title')}
          </Button>
        )}
      </div>
    </Panel>
  )
}

function CodeField() {
  const t = useWords(customerWords)
  const actions = useActions()
  const code = useTill((state) => state.voucherCode)
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{t('others.code')}</span>
      <input
        {...REST_FOCUS}
        name="voucher"
        value={code}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => actions.setVoucherCode(event.target.value)}
        className="w-full min-w-0 bg-transparent text-sum font-semibold uppercase outline-none"
      />
    </label>
  )
}

function PinField() {
  const t = useWords(customerWords)
  const actions = useActions()
  const pin = useTill((state) => state.tenderPin ?? '')
  return (
    <label className={FIELD}>
      <span className="text-floor text-second">{t('others.pin')}</span>
      <input
        {...REST_FOCUS}
        type="password"
        name="tender-pin"
        inputMode="none"
        autoComplete="off"
        value={pin}
        onChange={(event) => actions.setTenderPin(event.target.value)}
        className="h-10 w-full min-w-0 bg-transparent text-center text-title tracking-[0.4em] outline-none"
      />
    </label>
  )
}

function AccountButton({ customer }: { customer: CustomerView }) {
  const t = useWords(customerWords)
  const actions = useActions()
  const said = useAccountWords(customer)
  return (
    <Button size="large" keyCap="F8" onPress={() => void actions.payAccount()} className="justify-between">
      <span className="min-w-0 text-left leading-tight">
        {t('others.account')}
        <span className="block truncate text-floor font-normal text-second">
          {customer.name}, {said}
        </span>
      </span>
    </Button>
  )
}
