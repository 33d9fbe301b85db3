import type { ReactNode, Ref } from 'react'
import { useId } from 'react'
import { classNames } from './class-names.ts'
import { StatusMark } from './status-word.tsx'

/** A labelled line to type in. What was typed is kept when it is refused; the fault stands under it. */
export function Field(props: {
  label: ReactNode
  value: string
  onChange(value: string): void
  /** Digits and amounts align right in large figures. */
  numeric?: boolean
  fault?: ReactNode
  hint?: ReactNode
  unit?: ReactNode
  inputRef?: Ref<HTMLInputElement>
  autoFocus?: boolean
  placeholder?: string
  name?: string
}) {
  const id = useId()
  const noteId = `${id}-note`
  const note = props.fault ?? props.hint
  return (
    <div>
      <label htmlFor={id} className="block pb-1 text-floor text-second">
        {props.label}
      </label>
      <div
        className={classNames(
          'flex min-h-14 items-center rounded-control bg-surface px-3 focus-within:outline-2 focus-within:outline-ring',
          props.fault === undefined
            ? 'shadow-[inset_0_0_0_1px_var(--role-border)]'
            : 'shadow-[inset_0_0_0_2px_var(--role-bad-mark)]',
        )}
      >
        <input
          id={id}
          ref={props.inputRef}
          name={props.name}
          value={props.value}
          // biome-ignore lint/a11y/noAutofocus: where focus goes is part of the screen's design (docs/design.md)
          autoFocus={props.autoFocus}
          autoComplete="off"
          spellCheck={false}
          inputMode={props.numeric ? 'none' : 'text'}
          placeholder={props.placeholder}
          aria-invalid={props.fault !== undefined || undefined}
          aria-describedby={note === undefined ? undefined : noteId}
          onChange={(event) => props.onChange(event.target.value)}
          className={classNames(
            'min-w-0 flex-1 bg-transparent outline-none',
            props.numeric ? 'text-right text-title font-semibold tabular-nums' : 'text-body',
          )}
        />
        {props.unit !== undefined && <span className="pl-2 text-sum text-second">{props.unit}</span>}
      </div>
      {note !== undefined && (
        <p
          id={noteId}
          role={props.fault === undefined ? undefined : 'alert'}
          className={classNames(
            'flex items-center gap-1.5 pt-1 text-floor',
            props.fault ? 'text-bad' : 'text-second',
          )}
        >
          {props.fault !== undefined && <StatusMark tone="bad" />}
          {note}
        </p>
      )}
    </div>
  )
}
