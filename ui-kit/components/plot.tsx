import { useEffect, useRef, useSyncExternalStore } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatDate } from '../formats/instant.ts'
import { formatDecimal } from '../formats/quantity.ts'
import { kitWords } from '../i18n/kit-words.ts'
import { useLocale, useWords } from '../i18n/words.ts'
import { colourScheme, onColourScheme } from '../theme.ts'

/** One line of a plot. Nulls are gaps and stay gaps. */
export interface PlotSeries {
  label: string
  values: readonly (number | null)[]
  tone: 'accent' | 'second'
  dashed?: boolean
}

interface PlotProps {
  /** Its name, for screen readers. */
  label: string
  /** Calendar days `YYYY-MM-DD`, ascending, one per value. */
  dates: readonly string[]
  series: readonly PlotSeries[]
  /** An area between two bounds, such as q10 to q90. */
  band?: { label: string; low: readonly (number | null)[]; high: readonly (number | null)[] }
  heightPx?: number
}

const seconds = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000

function options(
  props: PlotProps,
  locale: string,
  width: number,
  role: (name: string) => string,
  fontSize: number,
): uPlot.Options {
  const font = `${fontSize}px ${role('--family')}`
  const axis = { stroke: role('--role-text-second'), font, ticks: { show: false } }
  const none = { show: true, points: { show: false }, width: 0, stroke: 'transparent' }
  return {
    width,
    height: props.heightPx ?? 180,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [
      {
        ...axis,
        space: 64,
        size: 28,
        grid: { show: false },
        values: (_plot, splits) =>
          splits.map((split) => formatDate(new Date(split * 1000).toISOString().slice(0, 10), locale)),
      },
      { ...axis, size: 44, grid: { stroke: role('--role-hairline'), width: 1 } },
    ],
    series: [
      {},
      ...(props.band ? [none, none] : []),
      ...props.series.map((series) => ({
        label: series.label,
        stroke: role(series.tone === 'accent' ? '--role-accent-text' : '--role-text-second'),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...(series.dashed ? { dash: [6, 4] } : {}),
      })),
    ],
    bands: props.band ? [{ series: [2, 1], fill: role('--role-band') }] : [],
  }
}

/** A small plot over days (uPlot, on a canvas), with the same figures as a table for screen readers. */
export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const locale = useLocale()
  // A canvas keeps the colours it was drawn in.
  const scheme = useSyncExternalStore(onColourScheme, colourScheme)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme is what its colours are read from
  useEffect(() => {
    const element = box.current
    if (!element) return
    const style = getComputedStyle(element)
    // light-dark() is resolved by giving the role to a real property and reading it back.
    const role = (name: string) => {
      if (!name.startsWith('--role')) return style.getPropertyValue(name).trim()
      element.style.color = `var(${name})`
      return getComputedStyle(element).color
    }
    const fontSize = 0.875 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    const data = [
      props.dates.map(seconds),
      ...(props.band ? [props.band.low, props.band.high] : []),
      ...props.series.map((series) => series.values),
    ] as unknown as uPlot.AlignedData
    const plot = new uPlot(options(props, locale, element.clientWidth, role, fontSize), data, element)
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: plot.height })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [props, locale, scheme])

  return (
    <figure aria-label={props.label}>
      <div ref={box} aria-hidden="true" />
      <PlotTable {...props} />
    </figure>
  )
}

/** The plot's figures for those who cannot see it. */
function PlotTable(props: PlotProps) {
  const t = useWords(kitWords)
  const locale = useLocale()
  const shown = [
    ...props.series,
    ...(props.band
      ? [
          { label: `${props.band.label} ↓`, values: props.band.low },
          { label: `${props.band.label} ↑`, values: props.band.high },
        ]
      : []),
  ]
  return (
    <table className="sr-only">
      <caption>{t('plot.table')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('plot.date')}</th>
          {shown.map((series) => (
            <th key={series.label} scope="col">
              {series.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.dates.map((date, i) => (
          <tr key={date}>
            <th scope="row">{formatDate(date, locale)}</th>
            {shown.map((series) => {
              const value = series.values[i]
              return <td key={series.label}>{value == null ? '' : formatDecimal(value, locale)}</td>
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
