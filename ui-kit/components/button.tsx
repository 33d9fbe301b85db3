import type { MouseEvent, PointerEvent, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { KeyCap } from './key-cap.tsx'

export interface ButtonProps {
  children: ReactNode
  onPress(): void
  /** The key that does the same, as printed on keyboards: "F12", "Esc", "A". */
  keyCap?: string
  /** `next` is the accent, worn by the next action only, once a screen; `quiet` has no fill until hovered. */
  kind?: 'plain' | 'next' | 'quiet'
  size?: 'target' | 'large'
  /** Why it cannot be pressed now; shown as its title and read out. Absent when it can. */
  disabledReason?: string | undefined
  /** Something it started is under way: it stays where it is and cannot be pressed again. */
  busy?: boolean
  /** Whether a press may move the focus to it. Off at the till, where focus rests on the search line. */
  takesFocus?: boolean
  className?: string
  'aria-label'?: string
  'aria-pressed'?: boolean
}

const KINDS = {
  plain:
    'bg-control text-text shadow-[inset_0_0_0_1px_var(--role-hairline)] hover:bg-control-hover active:bg-control-pressed',
  next: 'bg-accent text-on-accent hover:bg-accent-hover active:bg-accent-pressed',
  quiet: 'text-text hover:bg-control-hover active:bg-control-pressed',
} as const

/** A button with its key printed on it. */
export function Button(props: ButtonProps) {
  const { kind = 'plain', size = 'target', takesFocus = false } = props
  const off = props.disabledReason !== undefined || props.busy === true
  const keepFocus = (event: PointerEvent | MouseEvent) => {
    if (!takesFocus) event.preventDefault()
  }
  return (
    <button
      type="button"
      // Not `disabled`: it must stay reachable for its reason to be read.
      aria-disabled={off || undefined}
      aria-busy={props.busy || undefined}
      aria-label={props['aria-label']}
      aria-pressed={props['aria-pressed']}
      aria-keyshortcuts={props.keyCap}
      title={props.disabledReason}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={() => {
        if (!off) props.onPress()
      }}
      className={classNames(
        'flex items-center gap-2 rounded-control px-4 text-body font-semibold',
        size === 'large' ? 'min-h-14' : 'min-h-12',
        off && !props.busy ? 'bg-control text-second' : KINDS[kind],
        props.className ?? 'justify-center',
      )}
    >
      {props.children}
      {props.keyCap !== undefined && <KeyCap name={props.keyCap} onAccent={kind === 'next' && !off} />}
    </button>
  )
}
