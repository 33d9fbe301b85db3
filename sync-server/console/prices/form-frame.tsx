import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'

/** Where somebody goes on typing or choosing. */
const FIRST = 'input:not([hidden]), select, [role=radio][tabindex="0"]'

/** Whoever opens a form goes on in its first field, or at its head where it has none; once it is closed, where they came from. */
function useFocusWithin() {
  const frame = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const first = frame.current?.querySelector<HTMLElement>(FIRST)
    ;(first ?? frame.current)?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return frame
}

/** What is made or changed in place, with its two ways out. Esc closes it. */
export function FormFrame(props: {
  label: string
  busy: boolean
  /** What its first button says, where that is not "Save". */
  deed?: string
  /** What the server said against it. */
  told: string
  onSave(): void
  onClose(): void
  children: ReactNode
}) {
  const p = useWords(pricingWords)
  const frame = useFocusWithin()
  return (
    <section
      ref={frame}
      tabIndex={-1}
      aria-label={props.label}
      onKeyDown={(event) => event.key === 'Escape' && props.onClose()}
      className="mb-3 flex flex-col gap-3 rounded-control bg-raised p-4 focus:outline-none"
    >
      {props.children}
      {props.told !== '' && <StatusRow tone="bad" live="assertive" text={props.told} />}
      <div className="flex flex-wrap gap-3">
        <Button kind="next" takesFocus busy={props.busy} onPress={props.onSave}>
          {props.deed ?? p('save')}
        </Button>
        <Button takesFocus keyCap="Esc" onPress={props.onClose}>
          {p('cancel')}
        </Button>
      </div>
    </section>
  )
}
