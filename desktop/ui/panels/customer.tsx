import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import { REST_FOCUS } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { customerWords } from '../words/customer-words.ts'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'

/** Whose basket it is: found by name or number, or scanned from the loyalty card. */
export function CustomerPanel() {
  const t = useWords(customerWords)
  const actions = useActions()
  const { text, found, marked } = useTill((state) => state.customers)
  const attached = useTill((state) => state.customer)
  const markedId = found?.[marked]?.customerId
  return (
    <Panel
      title={t('title')}
      aside={<CloseButton />}
      foot={
        <div className="grid grid-cols-2 gap-2">
          <EnterButton onPress={() => void actions.chooseCustomer()}>{t('choose')}</EnterButton>
          {attached && (
            <Button
              size="large"
              keyCap="Del"
              onPress={() => void actions.attachCustomer(null)}
              className="justify-between text-left leading-tight"
            >
              {t('leave')}
            </Button>
          )}
        </div>
      }
    >
      <label className="my-2 flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
        <span className="text-floor text-second">{t('field')}</span>
        <input
          {...REST_FOCUS}
          role="combobox"
          name="customer"
          aria-expanded="true"
          aria-controls="customers-found"
          aria-activedescendant={markedId ? `customer-${markedId}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => void actions.findCustomers(event.target.value)}
          className="w-full min-w-0 bg-transparent text-sum font-semibold outline-none"
        />
      </label>
      {found?.length === 0 && (
        <EmptyState hint={t('noneHint')}>{t(text.trim() === '' ? 'nobody' : 'none')}</EmptyState>
      )}
      <div id="customers-found" role="listbox" aria-label={t('results')} className="-mx-4">
        {found?.map((customer, i) => (
          <Customer key={customer.customerId} customer={customer} at={i} marked={i === marked} />
        ))}
      </div>
    </Panel>
  )
}

function Customer({ customer, at, marked }: { customer: CustomerView; at: number; marked: boolean }) {
  const t = useWords(customerWords)
  const actions = useActions()
  const said = useAccountWords(customer)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's, by aria-activedescendant
    <div
      id={`customer-${customer.customerId}`}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      onPointerDown={() => actions.markCustomer(at)}
      onClick={() => void actions.attachCustomer(customer.customerId)}
      className={classNames(
        'min-h-14 border-b border-hairline px-4 py-1.5',
        marked ? 'bg-accent-tint shadow-[inset_3px_0_0_var(--role-accent)]' : 'hover:bg-control-hover',
      )}
    >
      <p className="truncate text-body leading-[1.375rem] font-semibold">{customer.name}</p>
      <p className="truncate text-floor leading-5 text-second">
        {[t('number', { number: customer.number }), customer.loyaltyNumber, said].filter(Boolean).join(' · ')}
      </p>
    </div>
  )
}

/** What a customer owes of how much, or null without an account. */
export function useAccountWords({ account }: Pick<CustomerView, 'account'>): string | null {
  const t = useWords(customerWords)
  const locale = useLocale()
  if (!account) return null
  return t('owes', { owed: formatMoney(account.owed, locale), limit: formatMoney(account.limit, locale) })
}
