import { useState } from 'react'
import { z } from 'zod'
import type { Currency } from '../../../domain/money.ts'
import { Choice } from '../../../ui-kit/components/choice.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { Field } from '../views/field.tsx'
import { amountText, readMinor } from '../views/settings-form.ts'
import { type Customer, useDeciding } from './customer-data.ts'

const FIELDS = ['name', 'loyaltyNumber', 'accountLimit'] as const
type FieldName = (typeof FIELDS)[number]

/** Whether tills still know them. */
function Standing({ active, onChange }: { active: boolean; onChange(active: boolean): void }) {
  const w = useWords(customerWords)
  return (
    <div className="flex w-64 flex-col gap-1">
      <span className="text-dense text-second">{w('active')}</span>
      <Choice
        label={w('active')}
        value={active ? 'yes' : 'no'}
        options={(['yes', 'no'] as const).map((value) => ({ value, label: w(`active.${value}`) }))}
        onChange={(value) => onChange(value === 'yes')}
      />
    </div>
  )
}

/** A customer as they are typed. */
export function CustomerForm(props: {
  /** Null: a new one. */
  customer: Customer | null
  currency: Currency
  onDone(said: string): void
  onClose(): void
}) {
  const w = useWords(customerWords)
  const { customer, currency } = props
  const [draft, setDraft] = useState({
    name: customer?.name ?? '',
    loyaltyNumber: customer?.loyaltyNumber ?? '',
    accountLimit: amountText(customer?.accountLimit),
    active: customer?.active ?? true,
  })
  const [wrong, setWrong] = useState<FieldName | null>(null)
  const [told, setTold] = useState('')
  const { busy, decide } = useDeciding()
  const change = (next: Partial<typeof draft>) => {
    setDraft((before) => ({ ...before, ...next }))
    setWrong(null)
    setTold('')
  }
  const submit = async () => {
    const accountLimit = readMinor(draft.accountLimit)
    if (draft.name.trim() === '') return setWrong('name')
    if (accountLimit === undefined) return setWrong('accountLimit')
    const body = { ...draft, loyaltyNumber: draft.loyaltyNumber.trim() || null, accountLimit }
    const decided = await (customer
      ? decide(`/v1/customers/${customer.id}`, z.object({}), { body, method: 'PUT' })
      : decide('/v1/customers', z.object({}), { body }))
    if ('answer' in decided) return props.onDone(w('saved', { name: draft.name.trim() }))
    const field = FIELDS.find((each) => each === decided.field)
    if (field) setWrong(field)
    else setTold(decided.told)
  }
  const field = (name: FieldName, label: string, narrow = false) => (
    <Field
      label={label}
      value={draft[name]}
      narrow={narrow}
      onChange={(typed) => change({ [name]: typed })}
      fault={wrong === name ? w(`fault.${name}`) : undefined}
    />
  )
  return (
    <FormFrame
      label={customer?.name ?? w('customers.new')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <div className="flex flex-wrap items-start gap-3">
        {field('name', w('name'))}
        {field('loyaltyNumber', w('card'))}
        {field('accountLimit', w('limit.hint', { currency }))}
        {customer && <Standing active={draft.active} onChange={(active) => change({ active })} />}
      </div>
    </FormFrame>
  )
}
