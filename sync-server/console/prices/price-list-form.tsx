import { type BusinessDate, laterOf } from '../../../domain/business-date.ts'
import type { Currency } from '../../../domain/money.ts'
import { chargedPrice, type Planned, withPlannedPrice } from '../../../domain/pricing/preview.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Field } from '../views/field.tsx'
import { type DraftList, readList } from './draft.ts'
import { useForm } from './form.ts'
import { FormFrame } from './form-frame.tsx'
import { type ListedProduct, useListed } from './pricing-data.ts'
import { ProductPicker } from './product-picker.tsx'
import type { Existing } from './saving.ts'
import { TermsFields } from './terms-fields.tsx'

/** What tills ask for a pack, at each branch that it matters to: one figure where they agree. */
function useCharged(branches: readonly BranchRow[]) {
  const p = useWords(pricingWords)
  const locale = useLocale()
  return (product: ListedProduct, day: BusinessDate, branchId: string): string => {
    const asked = branches
      .filter(({ id }) => branchId === '' || id === branchId)
      .map(({ id, name, currency }) => {
        const price = chargedPrice(product, id, day)
        return {
          name,
          text: price === null ? p('price.none') : formatMoney(price, locale, currency as Currency),
        }
      })
    const texts = [...new Set(asked.map(({ text }) => text))]
    return texts.length < 2 ? (texts[0] ?? '') : asked.map(({ name, text }) => `${name} ${text}`).join(' · ')
  }
}

type Item = DraftList['items'][number]

/** One product of the list: what it costs, what is typed, what a till will charge. */
function ItemRow(props: {
  item: Item
  product: ListedProduct | undefined
  now(product: ListedProduct): string
  then: string | null
  fault: string | undefined
  onType(typed: string): void
  onRemove(): void
}) {
  const p = useWords(pricingWords)
  const { item, product } = props
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 border-t border-hairline py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-semibold">{item.name}</p>
        <p className="text-dense text-second">
          {item.cip13} · {item.pack}
        </p>
      </div>
      <p className="w-32 pt-2.5 text-right text-dense text-second">
        {p('price.now')} <span className="figure">{product ? props.now(product) : '…'}</span>
      </p>
      <Field
        label={p('price.of', { name: item.name })}
        hideLabel
        narrow
        value={item.typed}
        onChange={props.onType}
        fault={props.fault}
      />
      <p className="w-44 pt-2.5 text-right">
        <span className="block text-dense text-second">{p('charged')}</span>
        <span className="figure font-semibold">{props.then ?? '–'}</span>
      </p>
      <Button
        kind="quiet"
        takesFocus
        aria-label={p('remove.of', { name: item.name })}
        onPress={props.onRemove}
        className="text-dense"
      >
        {p('remove')}
      </Button>
    </li>
  )
}

/** A price list as it is typed, with what each till will charge once it is saved. */
export function PriceListForm(props: {
  /** Null: a new one. */
  existing: Existing | null
  initial: DraftList
  branches: readonly BranchRow[]
  today: BusinessDate
  onSaved(name: string): void
  onClose(): void
}) {
  const p = useWords(pricingWords)
  const { existing, branches, today } = props
  const id = existing?.id ?? null
  const form = useForm({
    path: '/v1/price-lists',
    existing,
    initial: props.initial,
    read: readList,
    products: ({ items }) => items,
    onSaved: props.onSaved,
  })
  const { draft, change, fault } = form
  const listed = useListed(draft.items.map((item) => item.id))
  const charged = useCharged(branches)
  const day = laterOf(draft.validFrom, today)
  const plan: Planned = {
    id,
    branchId: draft.branchId || null,
    validFrom: draft.validFrom,
    validTo: draft.validTo || null,
  }
  const then = (item: Item): string | null => {
    const product = listed.get(item.id)
    const read = readList({ ...draft, name: '-', items: [item] })
    if (!product || !('input' in read)) return null
    const price = read.input.items[0]?.price ?? null
    return charged(withPlannedPrice(product, plan, price) as ListedProduct, day, draft.branchId)
  }
  return (
    <FormFrame
      label={draft.name || p('lists.new')}
      busy={form.busy}
      told={form.told}
      onSave={form.submit}
      onClose={props.onClose}
    >
      <TermsFields draft={draft} branches={branches} fault={fault} onChange={change} />
      <ul>
        {draft.items.map((item) => (
          <ItemRow
            key={item.id}
            item={item}
            product={listed.get(item.id)}
            now={(product) => charged(product, day, draft.branchId)}
            then={then(item)}
            fault={fault(`price:${item.id}`)}
            onType={(typed) =>
              change({ items: draft.items.map((each) => (each.id === item.id ? { ...each, typed } : each)) })
            }
            onRemove={() => change({ items: draft.items.filter((each) => each.id !== item.id) })}
          />
        ))}
      </ul>
      <ProductPicker
        chosen={draft.items}
        fault={fault('items')}
        onAdd={(product) => change({ items: [...draft.items, { ...product, typed: '' }] })}
      />
    </FormFrame>
  )
}
