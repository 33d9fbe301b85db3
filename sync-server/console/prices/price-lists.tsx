import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Section } from '../views/section.tsx'
import { asTyped, type DraftList } from './draft.ts'
import { DoneLine, newTerms, type PricingProps, termsOf, useEditing, useStopping } from './editing.tsx'
import { LastingTable } from './lasting-table.tsx'
import { PriceListForm } from './price-list-form.tsx'
import { type ListView, readItems, readListed, useAsking, usePriceLists } from './pricing-data.ts'

/** A list as it is typed, its products named. @throws ApiError */
async function draftOf(asking: ReturnType<typeof useAsking>, row: ListView): Promise<DraftList> {
  const { items } = await readItems(asking, row.id)
  const ids = items.map(({ productId }) => productId)
  const named = new Map((await readListed(asking, ids)).map((each) => [each.id, each]))
  return {
    ...termsOf(row),
    items: items.flatMap(({ productId, price }) => {
      const product = named.get(productId)
      return product ? [{ ...product, typed: asTyped(price) }] : []
    }),
  }
}

/** Prices of several products between two days. */
export function PriceLists({ branches, first, today }: PricingProps) {
  const p = useWords(pricingWords)
  const asking = useAsking()
  const { value, reload } = usePriceLists()
  const { editing, open, close, done, setDone } = useEditing<DraftList>()
  const items = (row: ListView) => readItems(asking, row.id)
  const stop = useStopping('/v1/price-lists', items, { first, done: setDone, reload })
  const add = (
    <Button takesFocus onPress={() => void open(null, () => ({ ...newTerms(today), items: [] }))}>
      {p('lists.new')}
    </Button>
  )
  return (
    <Section title={p('lists')} aside={!editing && add}>
      <DoneLine done={done} />
      {editing && (
        <PriceListForm
          key={editing.existing?.id}
          existing={editing.existing}
          initial={editing.draft}
          branches={branches}
          today={today}
          onClose={() => {
            close()
            // Somebody else may have been sooner: what is opened next is as it is now.
            reload()
          }}
          onSaved={(name) => {
            close({ text: p('saved', { name }) })
            reload()
          }}
        />
      )}
      {value === 'unread' && <p className="border-t border-hairline py-2 text-second">{p('unread')}</p>}
      {value && value !== 'unread' && (
        <LastingTable
          caption={p('lists')}
          rows={value.priceLists}
          branches={branches}
          today={today}
          empty={p('lists.none')}
          what={(row) => p('lists.products', { count: row.items })}
          onEdit={(row) => void open(row, () => draftOf(asking, row))}
          onStop={(row) => void stop(row)}
        />
      )}
    </Section>
  )
}
