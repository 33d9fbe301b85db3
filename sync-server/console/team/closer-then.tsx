import { type Standing, withoutCloser } from '../../../domain/people/person.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { teamWords } from '../team-words.ts'

/** Warns, before it is saved, of a branch that would be left with nobody to close a drawer. */
export function CloserThen(props: {
  branches: readonly BranchRow[]
  people: readonly Standing[]
  /** The people as they would be. */
  then: readonly Standing[]
}) {
  const w = useWords(teamWords)
  const already = withoutCloser(props.branches, props.people)
  const left = withoutCloser(props.branches, props.then).filter((branch) => !already.includes(branch))
  if (left.length === 0) return null
  const branch = left.map(({ name }) => name).join(', ')
  return (
    <StatusRow
      tone="warn"
      live="polite"
      className="rounded-control"
      text={w('closer.then', { branch })}
      remedy={w('closer.remedy')}
    />
  )
}
