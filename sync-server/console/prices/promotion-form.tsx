import { type BusinessDate, laterOf } from '../../../domain/business-date.ts'
import type { Currency, Minor } from '../../../domain/money.ts'
import { type Previewed, previewPromotion, samplesOf } from '../../../domain/pricing/preview.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { formatDate } from '../../../ui-kit/formats/instant.ts'
import { formatDifference, formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { type DraftPromotion, readPromotion, readRule } from './draft.ts'
import { useForm } from './form.ts'
import { FormFrame } from './form-frame.tsx'
import { type ListedProduct, type PromotionView, useListed } from './pricing-data.ts'
import { RuleFields } from './rule-fields.tsx'
import type { Existing } from './saving.ts'
import { TermsFields } from './terms-fields.tsx'

/** Samples that are shown; a promotion over more products works alike on the rest. */
const SHOWN = 5

function Sample(props: {
  sample: Previewed
  name: string
  products: ReadonlyMap<string, ListedProduct>
  currency: Currency
}) {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const { sample, currency } = props
  const money = (amount: Minor) => formatMoney(amount, locale, currency)
  const saved = (sample.after - sample.before) as Minor
  const others = sample.applied.filter((name) => name !== props.name)
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-hairline py-1.5">
      <span className="min-w-0">
        {sample.packs
          .map(({ productId, quantity }) => `${quantity} × ${props.products.get(productId)?.name ?? '…'}`)
          .join(' + ')}
      </span>
      <span className="figure">
        {saved !== 0 && (
          <>
            <s className="text-second">{money(sample.before)}</s>{' '}
          </>
        )}
        <span className="font-semibold">{money(sample.after)}</span>{' '}
        <span className="text-dense text-second">
          {saved !== 0
            ? formatDifference(saved, locale, currency)
            : others[0] !== undefined
              ? p('charged.instead', { name: others[0] })
              : p('charged.nothing')}
        </span>
      </span>
    </li>
  )
}

/** What a branch's tills will charge for packs of the promotion, reckoned as they do. */
function Charged(props: {
  id: string | null
  draft: DraftPromotion
  branches: readonly BranchRow[]
  today: BusinessDate
  promotions: readonly PromotionView[]
}) {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const { draft, today } = props
  const rule = readRule(draft)
  const wanted =
    'input' in rule
      ? samplesOf(rule.input)
          .slice(0, SHOWN)
          .flat()
          .map(({ productId }) => productId)
      : []
  const products = useListed([...new Set(wanted)])
  const branch = props.branches.find(({ id }) => id === draft.branchId) ?? props.branches[0]
  const day = laterOf(draft.validFrom, today)
  const readable = 'input' in rule && draft.validFrom !== '' && branch !== undefined
  const plan = {
    id: props.id,
    name: draft.name.trim() || p('promotions.new'),
    branchId: draft.branchId || null,
    validFrom: draft.validFrom,
    validTo: draft.validTo || null,
  }
  const samples = readable
    ? previewPromotion(
        { ...plan, rule: rule.input },
        { branchId: branch.id, day },
        products,
        props.promotions,
      )
    : []
  return (
    <div>
      <p className="pb-1 text-dense text-second">{p('charged.on', { day: formatDate(day, locale) })}</p>
      <ul aria-label={p('charged')}>
        {samples.slice(0, SHOWN).map((sample) => (
          <Sample
            key={JSON.stringify(sample.packs)}
            sample={sample}
            name={plan.name}
            products={products}
            currency={(branch?.currency ?? 'EUR') as Currency}
          />
        ))}
      </ul>
      {samples.length === 0 && (
        <p className="border-t border-hairline py-1.5 text-second">
          {p(readable && products.size >= new Set(wanted).size ? 'charged.noPrice' : 'charged.wait')}
        </p>
      )}
    </div>
  )
}

/** A promotion as it is typed, with what a till will charge once it is saved. */
export function PromotionForm(props: {
  /** Null: a new one. */
  existing: Existing | null
  initial: DraftPromotion
  branches: readonly BranchRow[]
  today: BusinessDate
  promotions: readonly PromotionView[]
  onSaved(name: string): void
  onClose(): void
}) {
  const p = useWords(pricingWords)
  const { existing, branches } = props
  const form = useForm({
    path: '/v1/promotions',
    existing,
    initial: props.initial,
    read: readPromotion,
    products: ({ products }) => products,
    onSaved: props.onSaved,
  })
  const { draft, change, fault } = form
  return (
    <FormFrame
      label={draft.name || p('promotions.new')}
      busy={form.busy}
      told={form.told}
      onSave={form.submit}
      onClose={props.onClose}
    >
      <TermsFields draft={draft} branches={branches} fault={fault} onChange={change} />
      <RuleFields draft={draft} currency={branches[0]?.currency ?? 'EUR'} fault={fault} onChange={change} />
      <Charged
        id={existing?.id ?? null}
        draft={draft}
        branches={branches}
        today={props.today}
        promotions={props.promotions}
      />
    </FormFrame>
  )
}
