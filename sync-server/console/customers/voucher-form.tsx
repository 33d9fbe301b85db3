import { useState } from 'react'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { Field, SelectField } from '../views/field.tsx'
import { readMinor } from '../views/settings-form.ts'
import { useDeciding } from './customer-data.ts'

/** A new voucher: what it is worth and how long. Pressed twice, or sent again after no answer, it issues one. */
export function VoucherForm(props: {
  branches: readonly BranchRow[]
  currency: Currency
  onIssued(code: string): void
  onClose(): void
}) {
  const w = useWords(customerWords)
  const { branches, currency } = props
  const [id] = useState(() => uuidv7())
  const [typed, setTyped] = useState('')
  const [expires, setExpires] = useState('')
  const [branchId, setBranchId] = useState(branches[0]?.id ?? '')
  const [wrong, setWrong] = useState<'amount' | 'expiresOn' | null>(null)
  const [told, setTold] = useState('')
  const { busy, decide } = useDeciding()
  const submit = async () => {
    const amount = readMinor(typed)
    if (!amount) return setWrong('amount')
    const body = { id, branchId, amount, expiresOn: expires || null }
    const decided = await decide('/v1/vouchers', z.object({ code: z.string() }), { body })
    if ('answer' in decided) return props.onIssued(decided.answer.code)
    if (decided.field === 'amount' || decided.field === 'expiresOn') setWrong(decided.field)
    else setTold(decided.told)
  }
  const typing = (set: (text: string) => void) => (text: string) => {
    set(text)
    setWrong(null)
    setTold('')
  }
  return (
    <FormFrame
      label={w('vouchers.new')}
      deed={w('issue')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <div className="flex flex-wrap items-start gap-3">
        <Field
          label={w('amount', { currency })}
          narrow
          value={typed}
          onChange={typing(setTyped)}
          fault={wrong === 'amount' ? w('fault.amount') : undefined}
        />
        <Field
          label={w('expires.hint')}
          type="date"
          value={expires}
          onChange={typing(setExpires)}
          fault={wrong === 'expiresOn' ? w('fault.expiresOn') : undefined}
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
