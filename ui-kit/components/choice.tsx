import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { ReactNode } from 'react'

/** One of a few values, all in sight, side by side. */
export function Choice<Value extends string>(props: {
  label: string
  value: Value
  options: readonly { value: Value; label: ReactNode }[]
  onChange(value: Value): void
}) {
  return (
    <RadioGroup
      aria-label={props.label}
      value={props.value}
      onValueChange={(value) => props.onChange(value as Value)}
      className="flex rounded-control bg-control p-0.5"
    >
      {props.options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          aria-label={typeof option.label === 'string' ? option.label : option.value}
          className="flex min-h-11 flex-1 items-center justify-center rounded-[5px] px-1 text-floor font-semibold text-second hover:text-text data-[checked]:bg-surface data-[checked]:text-text data-[checked]:shadow-[inset_0_0_0_1px_var(--role-border)]"
        >
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
