import { useState } from 'react'
import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Section } from '../views/section.tsx'
import { type Customer, useCustomers } from './customer-data.ts'
import { CustomerForm } from './customer-form.tsx'
import { FindLine } from './find-line.tsx'
import { PaymentForm } from './payment-form.tsx'

type Open = { what: 'edit'; customer: Customer | null } | { what: 'pay'; customer: Customer }

function useColumns(options: { currency: Currency; maySet: boolean; onOpen(open: Open): void }) {
  const w = useWords(customerWords)
  const { currency, maySet, onOpen } = options
  const columns: Column<Customer>[] = [
    { id: 'number', header: w('number'), cell: ({ number }) => number, width: '4rem' },
    {
      id: 'name',
      header: w('name'),
      cell: ({ name, active }) => (
        <span className="flex items-center gap-3">
          <span className="font-semibold">{name}</span>
          {!active && <StatusWord tone="quiet">{w('inactive')}</StatusWord>}
        </span>
      ),
    },
    { id: 'card', header: w('card'), cell: ({ loyaltyNumber }) => loyaltyNumber ?? '–' },
    {
      id: 'limit',
      header: w('limit', { currency }),
      numeric: true,
      cell: ({ accountLimit }) =>
        accountLimit === null ? (
          <span className="text-second">{w('noAccount')}</span>
        ) : (
          <Amount amount={accountLimit} currency={currency} />
        ),
    },
    {
      id: 'owed',
      header: w('owed', { currency }),
      numeric: true,
      cell: ({ owed }) => <Amount amount={owed} currency={currency} />,
    },
  ]
  const deeds: Column<Customer> = {
    id: 'do',
    header: <span className="sr-only">{w('edit')}</span>,
    numeric: true,
    cell: (customer) => (
      <span className="flex justify-end gap-1">
        {customer.owed > 0 && (
          <Button
            kind="quiet"
            takesFocus
            className="text-dense"
            aria-label={w('pay.of', { name: customer.name })}
            onPress={() => onOpen({ what: 'pay', customer })}
          >
            {w('pay')}
          </Button>
        )}
        <Button
          kind="quiet"
          takesFocus
          className="text-dense"
          aria-label={w('edit.of', { name: customer.name })}
          onPress={() => onOpen({ what: 'edit', customer })}
        >
          {w('edit')}
        </Button>
      </span>
    ),
  }
  return maySet ? [...columns, deeds] : columns
}

/** Who buys on account or with a card: found, made, changed, and what they have paid. */
export function Customers({ branches, maySet }: { branches: readonly BranchRow[]; maySet: boolean }) {
  const w = useWords(customerWords)
  const p = useWords(pricingWords)
  const { found, find } = useCustomers()
  const [open, setOpen] = useState<Open | null>(null)
  const [told, setTold] = useState('')
  const currency = (branches[0]?.currency ?? 'EUR') as Currency
  const columns = useColumns({
    currency,
    maySet,
    onOpen: (next) => {
      setOpen(next)
      setTold('')
    },
  })
  const form = {
    currency,
    branches,
    onClose: () => setOpen(null),
    onDone: (said: string) => {
      setOpen(null)
      setTold(said)
      find()
    },
  }
  const add = maySet && !open && (
    <Button takesFocus onPress={() => setOpen({ what: 'edit', customer: null })}>
      {w('customers.new')}
    </Button>
  )
  return (
    <Section title={w('customers')} aside={add}>
      <p role="status" className="pb-2 text-dense text-second empty:hidden">
        {told}
      </p>
      {open?.what === 'edit' && (
        <CustomerForm key={open.customer?.id ?? 'new'} customer={open.customer} {...form} />
      )}
      {open?.what === 'pay' && <PaymentForm key={open.customer.id} customer={open.customer} {...form} />}
      <FindLine label={w('customers.find')} button={w('search')} onFind={find} />
      {found === 'unread' && <p className="border-t border-hairline py-2 text-second">{p('unread')}</p>}
      {found && found !== 'unread' && (
        <DataTable
          className="text-dense"
          caption={w('customers')}
          columns={columns}
          rows={found.customers}
          rowKey={({ id }) => id}
          empty={w('customers.none')}
        />
      )}
    </Section>
  )
}
