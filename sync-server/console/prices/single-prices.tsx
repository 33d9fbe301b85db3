import { useState } from 'react'
import { z } from 'zod'
import type { Minor } from '../../../domain/money.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLiveParts } from '../live/live-context.ts'
import { ask } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'
import { Field } from '../views/field.tsx'
import { Section } from '../views/section.tsx'
import { amountText, readMinor, useSettings } from '../views/settings-form.ts'

const productsSchema = z.object({
  products: z.array(
    z.object({
      id: z.string(),
      cip13: z.string(),
      name: z.string(),
      pack: z.string(),
      holder: z.string(),
      price: z.int().nullable(),
    }),
  ),
})
type Found = z.infer<typeof productsSchema>['products'][number]

function Price({ product, onSet }: { product: Found; onSet(price: number): void }) {
  const s = useWords(settingsWords)
  const locale = useLocale()
  const [typed, setTyped] = useState(amountText(product.price))
  const { told, setTold, save } = useSettings()
  const submit = async () => {
    const price = readMinor(typed)
    if (!price) return setTold(s('amount'))
    if (await save(`/v1/products/${product.id}/price`, { price })) onSet(price)
  }
  return (
    <li className="flex flex-wrap items-end gap-3 border-t border-hairline py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-semibold">{product.name}</p>
        <p className="text-dense text-second">
          {product.cip13} · {product.pack} ·{' '}
          <span className="figure">
            {product.price === null ? s('noPrice') : formatMoney(product.price as Minor, locale)}
          </span>
        </p>
      </div>
      <Field
        label={s('newPrice', { name: product.name })}
        hideLabel
        value={typed}
        onChange={setTyped}
        narrow
      />
      <Button takesFocus onPress={() => void submit()}>
        {s('setPrice')}
      </Button>
      <p role="status" className="basis-full text-dense text-second empty:hidden">
        {told}
      </p>
    </li>
  )
}

/** Prices of single products, for all branches. */
export function SinglePrices() {
  const s = useWords(settingsWords)
  const { token } = useLiveParts()
  const locale = useLocale()
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Found[] | null>(null)
  const search = async () => {
    const path = `/v1/products?text=${encodeURIComponent(text.trim())}`
    const answer = await ask(path, productsSchema, { token, locale }).catch(() => null)
    setFound(answer?.value.products ?? [])
  }
  const changed = (id: string, price: number) =>
    setFound((all) => all?.map((each) => (each.id === id ? { ...each, price } : each)) ?? null)
  return (
    <Section title={s('prices')}>
      <form
        className="flex flex-wrap items-end gap-3 pb-2"
        onSubmit={(event) => {
          event.preventDefault()
          void search()
        }}
      >
        <Field label={s('find')} value={text} onChange={setText} />
        <Button
          takesFocus
          onPress={() => void search()}
          disabledReason={text.trim().length < 2 ? s('find') : undefined}
        >
          {s('search')}
        </Button>
      </form>
      <p className="pb-2 text-dense text-second">{s('prices.hint')}</p>
      {found?.length === 0 && <p className="border-t border-hairline py-2 text-second">{s('none')}</p>}
      <ul>
        {found?.map((product) => (
          <Price
            key={`${product.id}-${product.price}`}
            product={product}
            onSet={(price) => changed(product.id, price)}
          />
        ))}
      </ul>
    </Section>
  )
}
