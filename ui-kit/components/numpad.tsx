import { Delete } from 'lucide-react'
import { kitWords } from '../i18n/kit-words.ts'
import { useWords } from '../i18n/words.ts'
import { classNames } from './class-names.ts'

/** What a numpad key gives: a character, or what Backspace and Escape do. */
export type NumpadKey = string | 'Backspace' | 'Clear'

/**
 * Digits to touch, laid out as on a keyboard's number block, large rows; never takes the focus.
 * @param props.extra the key left of 0: a decimal sign, "00", or none (then Clear)
 */
export function Numpad(props: {
  onKey(key: NumpadKey): void
  extra?: string
  label: string
  className?: string
}) {
  const t = useWords(kitWords)
  const keys: NumpadKey[] = [
    '7',
    '8',
    '9',
    '4',
    '5',
    '6',
    '1',
    '2',
    '3',
    props.extra ?? 'Clear',
    '0',
    'Backspace',
  ]
  return (
    <fieldset
      aria-label={props.label}
      className={classNames(
        props.className?.includes('hidden') ? 'grid-cols-3 gap-2' : 'grid grid-cols-3 gap-2',
        props.className,
      )}
    >
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          aria-label={key === 'Backspace' ? t('backspace') : key === 'Clear' ? t('clear') : key}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => props.onKey(key)}
          className="flex min-h-14 items-center justify-center rounded-control bg-control text-title font-semibold shadow-[inset_0_0_0_1px_var(--role-hairline)] hover:bg-control-hover active:bg-control-pressed"
        >
          {key === 'Backspace' ? (
            <Delete aria-hidden="true" size={24} />
          ) : key === 'Clear' ? (
            <span aria-hidden="true">C</span>
          ) : (
            key
          )}
        </button>
      ))}
    </fieldset>
  )
}
