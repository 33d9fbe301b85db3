import { Toast } from '../../../ui-kit/components/toast.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ParkingTold } from '../store/till-store.ts'
import { parkingWords } from '../words/parking-words.ts'
import { productWords } from './product-words.ts'

/** What was just parked, given up, or is not as it was when it was parked. */
export function ParkingToast({ told }: { told: ParkingTold }) {
  const t = useWords(parkingWords)
  const locale = useLocale()
  if (told.kind === 'discarded') return <Toast>{t('toast.discarded')}</Toast>
  if (told.kind === 'parked') return <Toast>{t('toast.parked', { count: told.count })}</Toast>
  if (told.kind === 'parked-all') return <Toast>{t('toast.parkedAll', { count: told.count })}</Toast>
  const { leftOut, before, total } = told
  const names = leftOut.map((name) => productWords(name, '').title).join(', ')
  return (
    <Toast>
      {leftOut.length > 0
        ? t('toast.leftOut', { names })
        : t('toast.repriced', { before: formatMoney(before, locale), total: formatMoney(total, locale) })}
    </Toast>
  )
}
