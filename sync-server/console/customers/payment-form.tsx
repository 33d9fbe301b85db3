import { useState } from 'react'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { Field, SelectField } from '../views/field.tsx'
import { amountText, readMinor } from '../views/settings-form.ts'
import { type Customer, useDeciding } from './customer-data.ts'

/** What a customer has paid of their account. Pressed twice, or sent again after no answer, it counts once. */
export function PaymentForm(props: {
  customer: Customer
  branches: readonly BranchRow[]
  currency: Currency
  onDone(said: string): void
  onClose(): void
}) {
  const w = useWords(customerWords)
  const locale = useLocale()
  const { customer, branches, currency } = props
  const [id] = useState(() => uuidv7())
  const [typed, setTyped] = useState(amountText(customer.owed))
  const [branchId, setBranchId] = useState(branches[0]?.id ?? '')
  const [wrong, setWrong] = useState(false)
  const [told, setTold] = useState('')
  const { busy, decide } = useDeciding()
  const submit = async () => {
    const amount = readMinor(typed)
    if (!amount || amount > customer.owed) return setWrong(true)
    const body = { id, branchId, amount }
    const decided = await decide(`/v1/customers/${customer.id}/payments`, z.object({}), { body })
    if ('answer' in decided) {
      const paid = { amount: formatMoney(amount, locale, currency), name: customer.name }
      return props.onDone(w('paid', paid))
    }
    if (decided.field === 'amount') setWrong(true)
    else setTold(decided.told)
  }
  return (
    <FormFrame
      label={w('pay.of', { name: customer.name })}
      deed={w('pay')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <p className="font-semibold">{w('pay.of', { name: customer.name })}</p>
      <div className="flex flex-wrap items-start gap-3">
        <Field
          label={w('amount', { currency })}
          narrow
          value={typed}
          onChange={(text) => {
            setTyped(text)
            setWrong(false)
          }}
          fault={wrong ? w('fault.amount') : undefined}
        />
        <SelectField
          label={w('branch')}
          value={branchId}
          options={branches.map((branch) => ({ value: branch.id, label: branch.name }))}
          onChange={setBranchId}
        />
      </div>
    </FormFrame>
  )
}
