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
  /** Pressed while it cannot be: the place to say the reason aloud. */
  onRefused?(): void
  /** Stands at the far end, under the panel: what ends a sale. */
  end?: boolean
  /** On what bar it is left out, so that no label is cut: the same can be pressed elsewhere on the screen. */
  spare?: 'narrow' | 'usual' | undefined
}

/** The bar at the screen's foot: the labels of the function keys, and the same things to touch. */
export function KeyBar({ items }: { items: readonly KeyBarItem[] }) {
  const t = useWords(kitWords)
  const [rest, ends] = [items.filter((item) => !item.end), items.filter((item) => item.end)]
  return (
    <nav
      aria-label={t('keys')}
      className="@container grid h-14 shrink-0 grid-cols-(--columns) border-t border-hairline bg-raised py-1"
    >
      <div className="flex min-w-0 items-stretch gap-1 px-1">
        {rest.map((item) => (
          <Key key={item.id} item={item} />
        ))}
      </div>
      <div className="flex min-w-0 items-stretch gap-2 px-4">
        {ends.map((item) => (
          <Key key={item.id} item={item} />
        ))}
      </div>
    </nav>
  )
}

function Key({ item }: { item: KeyBarItem }) {
  const off = item.disabledReason !== undefined
  return (
    <button
      type="button"
      aria-disabled={off || undefined}
      aria-keyshortcuts={item.keyCap}
      title={item.disabledReason}
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => (off ? item.onRefused?.() : item.onPress())}
      className={classNames(
        'min-w-0 items-center rounded-control text-floor font-semibold',
        item.end ? 'gap-2 px-3' : 'gap-1.5 px-2 @min-[75rem]:gap-2 @min-[75rem]:px-3',
        item.spare === undefined && 'flex',
        item.spare === 'narrow' && 'hidden @min-[110rem]:flex',
        item.spare === 'usual' && 'hidden @min-[140rem]:flex',
        item.end && 'flex-1 justify-center first:last:flex-initial',
        item.end && !item.next && 'shadow-[inset_0_0_0_1px_var(--role-hairline)]',
        item.next && !off && 'flex-[2]',
        off
          ? 'text-second'
          : item.next
            ? 'bg-accent text-on-accent hover:bg-accent-hover active:bg-accent-pressed'
            : 'text-text hover:bg-control-hover active:bg-control-pressed',
      )}
    >
      <KeyCap name={item.keyCap} onAccent={item.next === true && !off} />
      <span className="truncate">{item.label}</span>
    </button>
  )
}
