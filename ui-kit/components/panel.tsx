import type { ReactNode } from 'react'
import { useId } from 'react'
import { classNames } from './class-names.ts'

/** A titled region. Its body scrolls, its foot (the next action) never leaves the screen. */
export function Panel(props: {
  title: ReactNode
  /** Right of the title: a count, an age, a close button. */
  aside?: ReactNode
  foot?: ReactNode
  children: ReactNode
  className?: string
  /** Holds nothing but text and may be longer than the screen: the keyboard scrolls it. */
  readable?: boolean
}) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={classNames('flex min-h-0 flex-1 flex-col', props.className)}>
      <header className="flex min-h-14 shrink-0 items-center gap-3 px-4 py-1">
        <h2
          id={id}
          className="min-w-0 flex-1 text-title leading-8 font-semibold tracking-tight text-balance wrap-break-word"
        >
          {props.title}
        </h2>
        {props.aside}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4" {...(props.readable ? { tabIndex: 0 } : {})}>
        {props.children}
      </div>
      {props.foot !== undefined && (
        <footer className="shrink-0 border-t border-hairline px-4 py-3">{props.foot}</footer>
      )}
    </section>
  )
}

/** What an empty place says: one line, and the key that fills it. */
export function EmptyState(props: { children: ReactNode; icon?: ReactNode; hint?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-second">
      {props.icon}
      <p className="text-sum text-text">{props.children}</p>
      {props.hint !== undefined && <div className="text-floor">{props.hint}</div>}
    </div>
  )
}
