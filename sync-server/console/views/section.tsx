import { type ReactNode, useId } from 'react'

/** Where the parts of the screen can be jumped to. */
export const SECTION = { tills: 'tills', exceptions: 'to-review' } as const

/** A titled part of the screen. */
export function Section(props: {
  anchor?: string
  title: ReactNode
  aside?: ReactNode
  children: ReactNode
}) {
  const id = useId()
  return (
    <section id={props.anchor} aria-labelledby={id} className="min-w-0">
      <div className="flex items-baseline justify-between gap-4 pb-1.5">
        <h2 id={id} className="text-body font-semibold tracking-tight">
          {props.title}
        </h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  )
}
