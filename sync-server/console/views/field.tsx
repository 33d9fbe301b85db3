import { type ReactNode, useId } from 'react'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { StatusMark } from '../../../ui-kit/components/status-word.tsx'

const BOX = 'h-11 rounded-control bg-surface px-3 focus:outline-none'
const EDGE = 'shadow-[inset_0_0_0_1px_var(--role-border)] focus:shadow-[inset_0_0_0_2px_var(--role-ring)]'
const WRONG = 'shadow-[inset_0_0_0_2px_var(--role-bad-mark)] focus:shadow-[inset_0_0_0_2px_var(--role-ring)]'

export const fieldClass = (fault?: string): string => classNames(BOX, fault ? WRONG : EDGE)

const WIDTHS = { narrow: 'w-36', date: 'w-44', pin: 'w-44', wide: 'w-64' } as const

/** What is wrong with what stands above it. */
export function FaultLine({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <span id={id} role="alert" className="flex items-start gap-1.5 text-dense text-bad">
      <span className="pt-0.5">
        <StatusMark tone="bad" />
      </span>
      {children}
    </span>
  )
}

const INPUTS = {
  text: { type: 'text', autoComplete: 'off' },
  date: { type: 'date', autoComplete: 'off' },
  // No browser is to put a kept password there, nor to keep this one.
  pin: { type: 'password', autoComplete: 'new-password', inputMode: 'numeric', maxLength: 8 },
} as const

/** One line to type in, its label above it, what is wrong with it below. */
export function Field(props: {
  label: string
  value: string
  onChange(value: string): void
  /** The label is for screen readers alone: what stands beside says it. */
  hideLabel?: boolean
  narrow?: boolean
  /** A calendar day, `YYYY-MM-DD`; or a PIN: digits that nobody is to see. */
  type?: 'date' | 'pin' | undefined
  fault?: string | undefined
}) {
  const id = useId()
  return (
    <div
      className={classNames(
        'flex min-w-0 flex-col gap-1',
        WIDTHS[props.type ?? (props.narrow ? 'narrow' : 'wide')],
      )}
    >
      <label className="flex min-w-0 flex-col gap-1">
        <span className={props.hideLabel ? 'sr-only' : 'text-dense text-second'}>{props.label}</span>
        <input
          value={props.value}
          {...INPUTS[props.type ?? 'text']}
          aria-invalid={props.fault !== undefined || undefined}
          aria-describedby={props.fault === undefined ? undefined : id}
          onChange={(event) => props.onChange(event.target.value)}
          className={classNames(
            fieldClass(props.fault),
            props.narrow && props.type === undefined && 'figure text-right',
          )}
        />
      </label>
      {props.fault !== undefined && <FaultLine id={id}>{props.fault}</FaultLine>}
    </div>
  )
}

/** Lets Enter in any field of a form send it: browsers do so only where it has a button for it. */
export const EnterSaves = () => <input type="submit" hidden />

/** One of several, by its label. */
export function SelectField<Value extends string>(props: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange(value: Value): void
  fault?: string | undefined
  /** Room for a branch and what stands there. */
  wide?: boolean
}) {
  const id = useId()
  return (
    <div className={classNames('flex min-w-0 flex-col gap-1', props.wide ? 'w-80' : 'w-56')}>
      <label className="flex min-w-0 flex-col gap-1">
        <span className="text-dense text-second">{props.label}</span>
        <select
          value={props.value}
          aria-invalid={props.fault !== undefined || undefined}
          aria-describedby={props.fault === undefined ? undefined : id}
          onChange={(event) => props.onChange(event.target.value as Value)}
          className={fieldClass(props.fault)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </label>
      {props.fault !== undefined && <FaultLine id={id}>{props.fault}</FaultLine>}
    </div>
  )
}
