import { classNames } from '../../../ui-kit/components/class-names.ts'
import { splitStrength } from './product-words.ts'

/** A medicine's name on one line: cut where it is too long, but never its strength. */
export function ProductTitle({ title, className }: { title: string; className?: string }) {
  const { name, strength } = splitStrength(title)
  return (
    <p className={classNames('flex min-w-0', className)} title={title}>
      <span className="truncate">{name}</span>
      {strength !== '' && <span className="shrink-0 whitespace-pre">{strength}</span>}
    </p>
  )
}
