import { productsOf } from '../../../domain/pricing/promotion.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Section } from '../views/section.tsx'
import { asTyped, type DraftPromotion } from './draft.ts'
import { DoneLine, newTerms, type PricingProps, termsOf, useEditing, useStopping } from './editing.tsx'
import { LastingTable } from './lasting-table.tsx'
import { type PromotionView, readListed, useAsking, usePromotions } from './pricing-data.ts'
import { PromotionForm } from './promotion-form.tsx'

const NEW_RULE = { kind: 'n-for-m', products: [], take: '3', pay: '2', rate: '50', price: '' } as const

/** A promotion as it is typed, its products named. @throws ApiError */
async function draftOf(asking: ReturnType<typeof useAsking>, row: PromotionView): Promise<DraftPromotion> {
  const { rule } = row
  const named = await readListed(asking, productsOf(rule))
  const parts = new Map(
    rule.kind === 'bundle' ? rule.parts.map((part) => [part.productId, part.quantity]) : [],
  )
  return {
    ...termsOf(row),
    ...NEW_RULE,
    kind: rule.kind,
    products: named.map((each) => ({ ...each, quantity: String(parts.get(each.id) ?? 1) })),
    ...(rule.kind === 'n-for-m' && { take: String(rule.take), pay: String(rule.pay) }),
    ...(rule.kind === 'second' && { rate: String(rule.rateBp / 100) }),
    ...(rule.kind === 'bundle' && { price: asTyped(rule.price) }),
  }
}

/** A rule in a few words. */
function useRuleWords() {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  return ({ rule }: PromotionView): string => {
    const gives =
      rule.kind === 'n-for-m'
        ? p('rule.n-for-m', { take: rule.take, pay: rule.pay })
        : rule.kind === 'second'
          ? p('rule.second', { rate: percent.format(rule.rateBp / 10_000) })
          : p('rule.bundle', { price: formatMoney(rule.price, locale) })
    return `${gives} · ${p('lists.products', { count: productsOf(rule).length })}`
  }
}

/** What tills take off by themselves. */
export function Promotions({ branches, first, today }: PricingProps) {
  const p = useWords(pricingWords)
  const asking = useAsking()
  const { value, reload } = usePromotions()
  const { editing, open, close, done, setDone } = useEditing<DraftPromotion>()
  const words = useRuleWords()
  const stop = useStopping('/v1/promotions', async ({ rule }: PromotionView) => ({ rule }), {
    first,
    done: setDone,
    reload,
  })
  const promotions = value && value !== 'unread' ? value.promotions : null
  const add = (
    <Button takesFocus onPress={() => void open(null, () => ({ ...newTerms(today), ...NEW_RULE }))}>
      {p('promotions.new')}
    </Button>
  )
  return (
    <Section title={p('promotions')} aside={!editing && add}>
      <DoneLine done={done} />
      {editing && (
        <PromotionForm
          key={editing.existing?.id}
          existing={editing.existing}
          initial={editing.draft}
          branches={branches}
          today={today}
          promotions={promotions ?? []}
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
      {promotions && (
        <LastingTable
          caption={p('promotions')}
          rows={promotions}
          branches={branches}
          today={today}
          empty={p('promotions.none')}
          what={words}
          onEdit={(row) => void open(row, () => draftOf(asking, row))}
          onStop={(row) => void stop(row)}
        />
      )}
    </Section>
  )
}
