import { Button } from '../../../ui-kit/components/button.tsx'
import { Choice } from '../../../ui-kit/components/choice.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Field } from '../views/field.tsx'
import type { DraftPromotion } from './draft.ts'
import { ProductPicker } from './product-picker.tsx'

const KINDS = ['n-for-m', 'second', 'bundle'] as const

interface FieldsProps {
  draft: DraftPromotion
  currency: string
  fault(field: string): string | undefined
  onChange(change: Partial<DraftPromotion>): void
}

function Figures({ draft, currency, fault, onChange }: FieldsProps) {
  const p = useWords(pricingWords)
  const field = (key: 'take' | 'pay' | 'rate' | 'price', label: string) => (
    <Field
      label={label}
      narrow
      value={draft[key]}
      onChange={(typed) => onChange({ [key]: typed })}
      fault={fault(key)}
    />
  )
  if (draft.kind === 'second') return field('rate', p('rate'))
  if (draft.kind === 'bundle') return field('price', p('bundlePrice', { currency }))
  return (
    <>
      {field('take', p('take'))}
      {field('pay', p('pay'))}
    </>
  )
}

function Products({ draft, fault, onChange }: FieldsProps) {
  const p = useWords(pricingWords)
  const { products } = draft
  return (
    <ul>
      {products.map((product) => (
        <li
          key={product.id}
          className="flex flex-wrap items-start gap-x-4 gap-y-1 border-t border-hairline py-2"
        >
          <div className="min-w-0 flex-1 basis-64">
            <p className="font-semibold">{product.name}</p>
            <p className="text-dense text-second">
              {product.cip13} · {product.pack}
            </p>
          </div>
          {draft.kind === 'bundle' && (
            <Field
              label={p('quantity', { name: product.name })}
              hideLabel
              narrow
              value={product.quantity}
              fault={fault(`quantity:${product.id}`)}
              onChange={(quantity) =>
                onChange({
                  products: products.map((each) => (each.id === product.id ? { ...each, quantity } : each)),
                })
              }
            />
          )}
          <Button
            kind="quiet"
            takesFocus
            aria-label={p('remove.of', { name: product.name })}
            onPress={() => onChange({ products: products.filter(({ id }) => id !== product.id) })}
            className="text-dense"
          >
            {p('remove')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

/** What a promotion gives, and on which products. */
export function RuleFields(props: FieldsProps) {
  const p = useWords(pricingWords)
  const { draft, onChange } = props
  return (
    <>
      <div className="flex flex-wrap items-start gap-3">
        <div className="flex w-[30rem] max-w-full flex-col gap-1">
          <span className="text-dense text-second">{p('kind')}</span>
          <Choice
            label={p('kind')}
            value={draft.kind}
            options={KINDS.map((value) => ({ value, label: p(`kind.${value}`) }))}
            onChange={(kind) => onChange({ kind })}
          />
        </div>
        <Figures {...props} />
      </div>
      <Products {...props} />
      <ProductPicker
        chosen={draft.products}
        fault={props.fault('products')}
        onAdd={(product) => onChange({ products: [...draft.products, { ...product, quantity: '1' }] })}
      />
    </>
  )
}
