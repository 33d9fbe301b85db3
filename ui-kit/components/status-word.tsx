import { CircleCheck, CircleMinus, Info, OctagonX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

/** `bad` only for "cannot go on"; `quiet` for what needs no one (closed, not started). */
export type Tone = 'good' | 'warn' | 'bad' | 'note' | 'quiet'

const MARKS = {
  good: { icon: CircleCheck, mark: 'text-good-mark', plate: 'bg-good-tint text-good' },
  warn: { icon: TriangleAlert, mark: 'text-warn-mark', plate: 'bg-warn-tint text-warn' },
  bad: { icon: OctagonX, mark: 'text-bad-mark', plate: 'bg-bad-tint text-bad' },
  note: { icon: Info, mark: 'text-accent-text', plate: 'bg-accent-tint text-on-accent-tint' },
  quiet: { icon: CircleMinus, mark: 'text-second', plate: 'bg-control text-text' },
} as const

/** The shape that goes with a tone. */
export function StatusMark({ tone, size = '1.125em' }: { tone: Tone; size?: number | string }) {
  const { icon: Icon, mark } = MARKS[tone]
  return <Icon aria-hidden="true" size={size} strokeWidth={2.25} className={classNames('shrink-0', mark)} />
}

/**
 * A state as icon, shape and word, never colour alone.
 * @param props.plate whether it stands on its tone's tint (for what asks for attention)
 */
export function StatusWord(props: { tone: Tone; children: ReactNode; plate?: boolean; className?: string }) {
  return (
    <span
      className={classNames(
        'inline-flex min-w-0 items-center gap-1.5',
        props.plate && `rounded-control px-2 py-0.5 ${MARKS[props.tone].plate}`,
        props.className,
      )}
    >
      <StatusMark tone={props.tone} />
      <span className="truncate">{props.children}</span>
    </span>
  )
}

/** A row that says what happened and what to do, on its tone's tint. */
export function StatusRow(props: {
  tone: Tone
  text: ReactNode
  remedy?: ReactNode
  action?: ReactNode
  live?: 'polite' | 'assertive'
  className?: string
}) {
  return (
    <div
      role={props.live === 'assertive' ? 'alert' : 'status'}
      className={classNames(
        'flex min-h-12 items-center gap-3 px-4 py-2',
        MARKS[props.tone].plate,
        props.className,
      )}
    >
      <StatusMark tone={props.tone} size={22} />
      <p className="min-w-0 flex-1 text-floor">
        <span className="font-semibold">{props.text}</span>
        {props.remedy !== undefined && <> {props.remedy}</>}
      </p>
      {props.action}
    </div>
  )
}
