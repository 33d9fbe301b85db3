import { classNames } from './class-names.ts'

const WIDTH = 96
const HEIGHT = 24

/** Line segments of a series; a null is a gap and stays one. */
function segments(values: readonly (number | null)[], max: number): string[] {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0
  const points: string[][] = [[]]
  values.forEach((value, i) => {
    if (value === null) points.push([])
    else
      points
        .at(-1)
        ?.push(`${(i * step).toFixed(1)},${(HEIGHT - 1 - (value / max) * (HEIGHT - 2)).toFixed(1)}`)
  })
  return points.filter((segment) => segment.length > 0).map((segment) => segment.join(' '))
}

/**
 * A word-sized series without axes; its last value belongs beside it as a figure.
 * @param props.against the same hours of an earlier day, in grey
 * @param props.max the shared top of the scale, so that several can be compared; from zero
 */
export function Sparkline(props: {
  values: readonly (number | null)[]
  against?: readonly (number | null)[]
  max?: number
  label: string
  late?: boolean
}) {
  const all = [...props.values, ...(props.against ?? [])].filter((value) => value !== null)
  const max = Math.max(1, props.max ?? Math.max(0, ...all))
  const [lastX, lastY] = segments(props.values, max).at(-1)?.split(' ').at(-1)?.split(',') ?? []
  return (
    <svg
      role="img"
      aria-label={props.label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-6 w-24 shrink-0 overflow-visible"
    >
      {segments(props.against ?? [], max).map((points) => (
        <polyline key={points} points={points} fill="none" className="stroke-border" strokeWidth={1} />
      ))}
      <line
        x1={0}
        x2={WIDTH}
        y1={HEIGHT - 0.5}
        y2={HEIGHT - 0.5}
        className="stroke-hairline"
        strokeWidth={1}
      />
      {segments(props.values, max).map((points) => (
        <polyline
          key={points}
          points={points}
          fill="none"
          strokeWidth={1.75}
          strokeLinejoin="round"
          strokeLinecap="round"
          className={classNames(props.late ? 'stroke-second' : 'stroke-accent-text')}
        />
      ))}
      {/* Where the day has got to: seen even when it has one hour only. */}
      {lastX !== undefined && (
        <circle cx={lastX} cy={lastY} r={2.5} className={props.late ? 'fill-second' : 'fill-accent-text'} />
      )}
    </svg>
  )
}
