import type { ReactNode } from 'react'

/** Names and values under each other, values aligned right. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="text-body">
      {rows.map(([name, value]) => (
        <div
          key={name}
          className="flex min-h-9 items-baseline justify-between gap-4 border-t border-hairline py-1.5 first:border-t-0"
        >
          <dt className="shrink-0 text-floor text-second">{name}</dt>
          <dd className="min-w-0 text-right font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
