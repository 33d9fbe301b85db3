import type { ReactNode } from 'react'
import { kitWords } from '../i18n/kit-words.ts'
import { useWords } from '../i18n/words.ts'
import { classNames } from './class-names.ts'
import { KeyCap } from './key-cap.tsx'

/** One place of the key bar. */
export interface KeyBarItem {
  id: string
  keyCap: string
  label: ReactNode
  onPress(): void
  /** The next action wears the accent; one at most. */
  next?: boolean
  disabledReason?: string | undefined
  /** Stands at the far end, under the panel. */
  end?: boolean
  /** Left out where the bar is narrow: the same can be pressed elsewhere on the screen. */
  spare?: boolean
}

/** The bar at the screen's foot: the labels of the function keys, and the same things to touch. */
export function KeyBar({ items }: { items: readonly KeyBarItem[] }) {
  const t = useWords(kitWords)
  return (
    <nav
      aria-label={t('keys')}
      className="@container flex h-14 shrink-0 items-stretch gap-2 border-t border-hairline bg-raised px-2 py-1"
    >
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          aria-disabled={item.disabledReason !== undefined || undefined}
          aria-keyshortcuts={item.keyCap}
          title={item.disabledReason}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            if (item.disabledReason === undefined) item.onPress()
          }}
          className={classNames(
            'min-w-0 items-center gap-2 rounded-control px-3 text-floor font-semibold',
            !item.spare && 'flex',
            item.end && 'ml-auto min-w-36 justify-center',
            item.spare && 'hidden @min-[75rem]:flex',
            item.disabledReason !== undefined
              ? 'text-second'
              : item.next
                ? 'bg-accent text-on-accent hover:bg-accent-hover active:bg-accent-pressed'
                : 'text-text hover:bg-control-hover active:bg-control-pressed',
          )}
        >
          <KeyCap name={item.keyCap} onAccent={item.next === true && item.disabledReason === undefined} />
          <span className="truncate">{item.label}</span>
        </button>
      ))}
    </nav>
  )
}
