import type { ReactNode } from 'react'
import { ageOf } from '../formats/instant.ts'
import { kitWords } from '../i18n/kit-words.ts'
import { useWords } from '../i18n/words.ts'
import { classNames } from './class-names.ts'

/** How old a fact is, in words: "live" under 5 s, then "12 min ago". @param props.ageMs null when none was ever heard */
export function AgeWord({ ageMs }: { ageMs: number | null }) {
  const t = useWords(kitWords)
  if (ageMs === null) return <span>–</span>
  const age = ageOf(ageMs)
  return (
    <span className="figure">
      {age.unit === 'live' ? t('age.live') : t(`age.${age.unit}`, { count: age.count })}
    </span>
  )
}

/**
 * A figure with its name and the age of the fact behind it. A late figure is dimmed, never zero.
 * @param props.late the fact is older than its source's own window
 */
export function Figure(props: {
  label: ReactNode
  value: ReactNode
  ageMs?: number | null
  late?: boolean
  size?: 'main' | 'side'
  aside?: ReactNode
}) {
  return (
    <div className="min-w-0">
      <div className="flex items-baseline justify-between gap-2 text-floor text-second">
        <span className="truncate">{props.label}</span>
        {props.ageMs !== undefined && <AgeWord ageMs={props.ageMs} />}
      </div>
      <div className="flex items-end justify-between gap-3">
        <div
          className={classNames(
            'figure font-semibold tracking-tight',
            props.size === 'main' ? 'text-change' : 'text-title',
            props.late && 'text-second',
          )}
        >
          {props.value}
        </div>
        {props.aside}
      </div>
    </div>
  )
}
