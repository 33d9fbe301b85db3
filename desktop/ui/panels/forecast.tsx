import { Quantity } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { Plot } from '../../../ui-kit/components/plot.tsx'
import { StatusRow, StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatDecimal } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ForecastView } from '../../bridge/views.ts'
import { productWords } from '../screens/product-words.ts'
import { useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'
import { CloseButton } from './close-button.tsx'
import { Facts } from './facts.tsx'

/** The days of history that fit beside the forecast and still show the week. */
const HISTORY_DAYS = 42

/** What a product sold, what it is expected to sell, and how much to order. */
export function ForecastPanel() {
  const t = useWords(tillWords)
  const say = useTroubleWords()
  const forecast = useTill((state) => state.forecast)
  if (!forecast) return null
  const { title } = productWords(
    forecast.state === 'shown' ? forecast.forecast.product.name : forecast.name,
    '',
  )
  return (
    <Panel title={t('forecast.title')} aside={<CloseButton />}>
      <p className="pb-3 text-sum font-semibold">{title}</p>
      {forecast.state === 'loading' && <p className="text-body text-second">{t('forecast.loading')}</p>}
      {forecast.state === 'refused' && (
        <div className="-mx-4">
          <StatusRow tone="note" {...say.trouble({ refusal: forecast.refusal })} />
        </div>
      )}
      {forecast.state === 'shown' && <Shown forecast={forecast.forecast} />}
    </Panel>
  )
}

function Shown({ forecast }: { forecast: ForecastView }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  const { suggestion, model } = forecast
  const horizon = suggestion.leadTimeDays + suggestion.reviewDays
  return (
    <>
      <p
        className="mb-3 rounded-control bg-accent-tint px-4 py-3 text-title font-semibold text-on-accent-tint"
        data-testid="suggestion"
      >
        {suggestion.quantity > 0 ? t('forecast.order', { count: suggestion.quantity }) : t('forecast.enough')}
      </p>
      <ForecastPlot forecast={forecast} />
      <Legend />
      <div className="pt-3">
        <Facts
          rows={[
            [t('forecast.onHand'), <Quantity key="hand" value={forecast.onHand} />],
            [t('forecast.demand', { days: horizon }), formatDecimal(suggestion.expectedDemand, locale)],
            [t('forecast.safety'), formatDecimal(suggestion.safetyStock, locale)],
          ]}
        />
        <p className="pt-1 text-floor text-second">
          {t('forecast.lead', { count: suggestion.leadTimeDays })}{' '}
          {t('forecast.review', { count: suggestion.reviewDays })}
        </p>
        <p className="pt-3 text-floor text-second" title={model.id}>
          {t('forecast.model', {
            day: formatInstant(model.trainedAt, locale, timeZone, 'day'),
          })}
        </p>
        {forecast.synthetic && (
          <p className="pt-1 text-floor text-second">
            <StatusWord tone="quiet">{t('forecast.synthetic')}</StatusWord>
          </p>
        )}
      </div>
    </>
  )
}

function ForecastPlot({ forecast }: { forecast: ForecastView }) {
  const t = useWords(tillWords)
  const history = forecast.history.slice(-HISTORY_DAYS)
  const days = forecast.forecast
  const gap = <T,>(values: readonly T[]) => values.map(() => null)
  return (
    <Plot
      label={t('forecast.title')}
      heightPx={200}
      dates={[...history, ...days].map((day) => day.date)}
      series={[
        {
          label: t('forecast.sold'),
          tone: 'second',
          values: [...history.map((day) => day.quantity), ...gap(days)],
        },
        {
          label: t('forecast.expected'),
          tone: 'accent',
          values: [...gap(history), ...days.map((day) => day.mean)],
        },
      ]}
      band={{
        label: t('forecast.range'),
        low: [...gap(history), ...days.map((day) => day.q10)],
        high: [...gap(history), ...days.map((day) => day.q90)],
      }}
    />
  )
}

function Legend() {
  const t = useWords(tillWords)
  return (
    <ul aria-hidden="true" className="flex flex-wrap gap-x-4 gap-y-1 text-floor text-second">
      <li className="flex items-center gap-2">
        <span className="h-0.5 w-4 bg-second" />
        {t('forecast.sold')}
      </li>
      <li className="flex items-center gap-2">
        <span className="h-0.5 w-4 bg-accent-text" />
        {t('forecast.expected')}
      </li>
      <li className="flex items-center gap-2">
        <span className="h-3 w-4 bg-band" />
        {t('forecast.range')}
      </li>
    </ul>
  )
}
