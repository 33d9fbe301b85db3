import { useLive, useNow } from '../live/live-context.ts'
import { PriceLists } from './price-lists.tsx'
import { todays } from './pricing-data.ts'
import { Promotions } from './promotions.tsx'
import { SinglePrices } from './single-prices.tsx'

/** What head office decides about prices. */
export function PricesPage() {
  const branches = useLive((state) => state.directory?.branches)
  const nowMs = useNow()
  if (!branches) return null
  const { first, last } = todays(nowMs, branches)
  return (
    <>
      <PriceLists branches={branches} first={first} today={last} />
      <Promotions branches={branches} first={first} today={last} />
      <SinglePrices />
    </>
  )
}
