import { classNames } from './class-names.ts'

/** The name of a key as printed on what it presses. Spoken through the control's `aria-keyshortcuts` instead. */
export function KeyCap({ name, onAccent = false }: { name: string; onAccent?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={classNames(
        'inline-flex h-6 min-w-6 shrink-0 items-center justify-center rounded-[4px] px-1.5 text-floor leading-none font-semibold',
        onAccent ? 'bg-accent-pressed text-on-accent' : 'border border-border bg-surface text-text',
      )}
    >
      {name}
    </span>
  )
}
