import { useState } from 'react'
import { type Currency, type Minor, parseAmount } from '../../../domain/money.ts'
import { type BranchPricing, COUNTER_ROLES } from '../../../domain/pricing/branch-pricing.ts'
import { limitsOf } from '../../../domain/pricing/limits.ts'
import { cashRoundingSchema } from '../../../domain/pricing/rounding.ts'
import { taxRoundingSchema } from '../../../domain/sale/events.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { formatRate } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive } from '../live/live-context.ts'
import { useBranchPricing } from '../prices/pricing-data.ts'
import { settingsWords } from '../settings-words.ts'
import { consoleWords } from '../words.ts'
import { BranchForm } from './branch-form.tsx'
import { Field, SelectField } from './field.tsx'
import { Section } from './section.tsx'
import { amountText, useSettings } from './settings-form.ts'

type CounterRole = (typeof COUNTER_ROLES)[number]

const COINS = cashRoundingSchema.options.map(({ value }) => value)
const USUAL = limitsOf([])

/** A rate as it is typed, basis points; null when blank, undefined when it is none from 0 to 100 %. */
function readLimit(text: string): number | null | undefined {
  const typed = text.trim().replace(/\s*%$/, '')
  if (typed === '') return null
  const read = parseAmount(typed)
  return 'amount' in read && read.amount <= 10_000 ? read.amount : undefined
}

/** A limit as it is typed: basis points have the digits of an amount. */
const limitText = (rateBp: number | undefined) => amountText(rateBp).replace(/\.?0+$/, '')

/** What was typed for each role, and what can be read of it. */
function useLimitFields(set: BranchPricing['limits']) {
  const [texts, setTexts] = useState<Record<CounterRole, string>>({
    cashier: limitText(set.cashier),
    pharmacist: limitText(set.pharmacist),
    branch_manager: limitText(set.branch_manager),
  })
  const read = COUNTER_ROLES.map((role) => [role, readLimit(texts[role])] as const)
  const limits = Object.fromEntries(read.filter(([, rate]) => typeof rate === 'number'))
  return {
    texts,
    type: (role: CounterRole, text: string) => setTexts((before) => ({ ...before, [role]: text })),
    wrong: read.flatMap(([role, rate]) => (rate === undefined ? role : [])),
    limits: limits as BranchPricing['limits'],
  }
}

function PricingForm({ branch, set }: { branch: BranchRow; set: BranchPricing }) {
  const s = useWords(settingsWords)
  const t = useWords(consoleWords)
  const locale = useLocale()
  const fields = useLimitFields(set.limits)
  const [tax, setTax] = useState(set.taxRounding)
  const [coin, setCoin] = useState(String(set.cashRounding ?? ''))
  const [tried, setTried] = useState(false)
  const { told, setTold, save } = useSettings()
  const submit = async () => {
    setTried(true)
    if (fields.wrong.length > 0) return setTold('')
    const cashRounding = coin === '' ? null : Number(coin)
    const body = { taxRounding: tax, cashRounding, limits: fields.limits }
    await save(`/v1/branches/${branch.id}/pricing`, body)
  }
  const coins = COINS.map((each) => ({
    value: String(each),
    label: s('coin.of', { amount: formatMoney(each as Minor, locale, branch.currency as Currency) }),
  }))
  return (
    <BranchForm
      label={`${branch.name}: ${s('pricing')}`}
      branchName={branch.name}
      told={told}
      onSave={submit}
    >
      {COUNTER_ROLES.map((role) => (
        <Field
          key={role}
          narrow
          label={s('mostOff', { role: t(`role.${role}`), usual: formatRate(USUAL[role], locale) })}
          value={fields.texts[role]}
          onChange={(text) => fields.type(role, text)}
          fault={tried && fields.wrong.includes(role) ? s('rate') : undefined}
        />
      ))}
      <SelectField<BranchPricing['taxRounding']>
        label={s('taxRounding')}
        value={tax}
        options={taxRoundingSchema.options.map((value) => ({ value, label: s(`taxRounding.${value}`) }))}
        onChange={setTax}
      />
      <SelectField
        label={s('coin')}
        value={coin}
        options={[{ value: '', label: s('coin.every') }, ...coins]}
        onChange={setCoin}
      />
    </BranchForm>
  )
}

/** What each role at a branch may take off, and how the branch rounds. */
export function BranchPricingSettings() {
  const s = useWords(settingsWords)
  const t = useWords(consoleWords)
  const branches = useLive((state) => state.directory?.branches)
  const { value } = useBranchPricing()
  return (
    <Section title={s('pricing')}>
      <p className="pb-2 text-dense text-second">{s('pricing.hint')}</p>
      {(value === undefined || value === 'unread') && (
        <p className="border-t border-hairline py-2 text-second">
          {value === 'unread' ? s('unread') : t('loading')}
        </p>
      )}
      {typeof value === 'object' &&
        branches?.map((branch) => {
          const set = value.branches.find(({ id }) => id === branch.id)
          return set && <PricingForm key={branch.id} branch={branch} set={set} />
        })}
    </Section>
  )
}
