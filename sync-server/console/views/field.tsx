import { classNames } from '../../../ui-kit/components/class-names.ts'

/** One line to type in, its label above it. */
export function Field(props: {
  label: string
  value: string
  onChange(value: string): void
  /** The label is for screen readers alone: what stands beside says it. */
  hideLabel?: boolean
  narrow?: boolean
}) {
  return (
    <label className={classNames('flex min-w-0 flex-col gap-1', props.narrow ? 'w-36' : 'w-64')}>
      <span className={props.hideLabel ? 'sr-only' : 'text-dense text-second'}>{props.label}</span>
      <input
        value={props.value}
        autoComplete="off"
        onChange={(event) => props.onChange(event.target.value)}
        className={classNames(
          'h-11 rounded-control bg-surface px-3 shadow-[inset_0_0_0_1px_var(--role-border)] focus:shadow-[inset_0_0_0_2px_var(--role-ring)] focus:outline-none',
          props.narrow && 'figure text-right',
        )}
      />
    </label>
  )
}
