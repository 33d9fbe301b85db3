import { useRef, useState } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { settingsWords } from '../settings-words.ts'
import { FaultLine, Field } from '../views/field.tsx'
import type { Named } from './draft.ts'
import { findProducts, useAsking } from './pricing-data.ts'

/** Finds products and adds them, one press each. */
export function ProductPicker(props: {
  chosen: readonly Named[]
  onAdd(product: Named): void
  fault: string | undefined
}) {
  const p = useWords(pricingWords)
  const s = useWords(settingsWords)
  const asking = useAsking()
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Named[] | 'unread' | null>(null)
  const asked = useRef('')
  const search = async () => {
    const wanted = text.trim()
    if (wanted.length < 2) return
    asked.current = wanted
    const answer = await findProducts(asking, wanted).catch(() => 'unread' as const)
    // An answer to what is no longer asked says nothing.
    if (asked.current === wanted) setFound(answer)
  }
  const shown = Array.isArray(found)
    ? (found as Named[]).filter(({ id }) => !props.chosen.some((each) => each.id === id))
    : []
  return (
    <div>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          void search()
        }}
      >
        <Field label={p('product.find')} value={text} onChange={setText} />
        <Button
          takesFocus
          onPress={() => void search()}
          disabledReason={text.trim().length < 2 ? s('find') : undefined}
        >
          {s('search')}
        </Button>
      </form>
      {props.fault !== undefined && <FaultLine>{props.fault}</FaultLine>}
      {found === 'unread' && <p className="pt-1 text-dense text-second">{s('failed')}</p>}
      {Array.isArray(found) && found.length === 0 && (
        <p className="pt-1 text-dense text-second">{p('product.none')}</p>
      )}
      <ul className="max-h-64 overflow-y-auto">
        {shown.map((product) => (
          <li key={product.id}>
            <button
              type="button"
              aria-label={p('product.add', { name: `${product.name}, ${product.pack}` })}
              onClick={() => {
                props.onAdd(product)
                setText('')
                setFound(null)
              }}
              className="flex min-h-11 w-full flex-wrap items-center gap-x-3 border-t border-hairline text-left hover:bg-control-hover active:bg-control-pressed"
            >
              <span className="font-semibold">{product.name}</span>
              <span className="text-dense text-second">
                {product.cip13} · {product.pack}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
