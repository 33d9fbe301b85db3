import type { Locale } from '../i18n/locale.ts'
import { useLocale } from '../i18n/words.ts'
import { classNames } from './class-names.ts'

/** As the keyboards of a language are printed, where that differs. */
const PRINTED: Partial<Record<Locale, Record<string, string>>> = {
  de: { Ctrl: 'Strg', Del: 'Entf' },
  fr: { Del: 'Suppr', Enter: 'Entrée' },
}

/** The name of a key as printed on what it presses. Spoken through the control's `aria-keyshortcuts` instead. */
export function KeyCap({ name, onAccent = false }: { name: string; onAccent?: boolean }) {
  const printed = PRINTED[useLocale()]
  return (
    <span
      aria-hidden="true"
      className={classNames(
        'inline-flex h-6 min-w-6 shrink-0 items-center justify-center rounded-[4px] px-1.5 text-floor leading-none font-semibold',
        onAccent ? 'bg-accent-pressed text-on-accent' : 'border border-border bg-surface text-text',
      )}
    >
      {name
        .split(' ')
        .map((word) => printed?.[word] ?? word)
        .join(' ')}
    </span>
  )
}
