import { useState } from 'react'
import { z } from 'zod'
import { type Currency, type Minor, parseAmount } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive, useLiveParts } from '../live/live-context.ts'
import { ApiError, ask } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'
import { Field } from './field.tsx'
import { Section } from './section.tsx'

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

const asText = (amount: number | null | undefined) => (amount == null ? '' : (amount / 100).toFixed(2))

/** An amount as typed, minor units; null when blank, undefined when it cannot be read. */
function readMinor(text: string): Minor | null | undefined {
  if (text.trim() === '') return null
  const read = parseAmount(text)
  return 'amount' in read ? read.amount : undefined
}

/** Saves by PUT and tells how it went in one line. */
function useSaving() {
  const s = useWords(settingsWords)
  const { token } = useLiveParts()
  const locale = useLocale()
  const [told, setTold] = useState('')
  const save = async (path: string, body: unknown): Promise<boolean> => {
    try {
      await ask(path, z.object({}), { token, locale, body, method: 'PUT' })
      setTold(s('saved'))
      return true
    } catch (error) {
      const words = error instanceof ApiError ? `${error.message} ${error.remedy}`.trim() : ''
      setTold(words || s('failed'))
      return false
    }
  }
  return { told, setTold, save }
}

function Price({ product, onSet }: { product: Found; onSet(price: number): void }) {
  const s = useWords(settingsWords)
  const locale = useLocale()
  const [typed, setTyped] = useState(asText(product.price))
  const { told, setTold, save } = useSaving()
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
function Prices() {
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

function Limits({ branch }: { branch: BranchRow }) {
  const s = useWords(settingsWords)
  const [recount, setRecount] = useState(asText(branch.recount_over))
  const [witness, setWitness] = useState(asText(branch.witness_over))
  const [mail, setMail] = useState(branch.z_mail ?? '')
  const { told, setTold, save } = useSaving()
  const submit = async () => {
    const [recountOver, witnessOver] = [readMinor(recount), readMinor(witness)]
    if (recountOver === undefined || witnessOver === undefined) return setTold(s('amount'))
    await save(`/v1/branches/${branch.id}/limits`, { recountOver, witnessOver, zMail: mail.trim() || null })
  }
  const currency = branch.currency as Currency
  return (
    <form
      aria-label={branch.name}
      className="flex flex-wrap items-end gap-3 border-t border-hairline py-2"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <p className="basis-full font-semibold">{branch.name}</p>
      <Field label={s('recount', { currency })} value={recount} onChange={setRecount} narrow />
      <Field label={s('witness', { currency })} value={witness} onChange={setWitness} narrow />
      <Field label={s('zMail')} value={mail} onChange={setMail} />
      <Button takesFocus onPress={() => void submit()}>
        {s('save')}
      </Button>
      <p role="status" className="basis-full text-dense text-second empty:hidden">
        {told}
      </p>
    </form>
  )
}

/** What head office sets: prices, and how each branch closes its drawers. */
export function Settings() {
  const s = useWords(settingsWords)
  const branches = useLive((state) => state.directory?.branches)
  return (
    <>
      <Prices />
      <Section title={s('limits')}>
        <p className="pb-2 text-dense text-second">{s('limits.hint')}</p>
        {branches?.map((branch) => (
          <Limits key={branch.id} branch={branch} />
        ))}
      </Section>
    </>
  )
}
