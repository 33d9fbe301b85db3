import { useState } from 'react'
import type { BranchRow } from '../../../migrations/schema.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { teamWords } from '../team-words.ts'
import { CloserThen } from './closer-then.tsx'
import { usePutting } from './putting.ts'
import type { Person } from './team-data.ts'

/** Ends a person's access, once that is confirmed here. There is no undo: their PIN is gone, and is chosen anew. */
export function EndForm(props: {
  person: Person
  people: readonly Person[]
  branches: readonly BranchRow[]
  onDone(said: string, before: null, version: number): void
  onClose(): void
}) {
  const w = useWords(teamWords)
  const { person, people, branches } = props
  const { id, name, role, branchId } = person
  const [told, setTold] = useState('')
  const { busy, put } = usePutting()
  const submit = async () => {
    const decided = await put(person, { name, role, branchId, active: false, pin: null })
    if ('answer' in decided) props.onDone(w('end.done', { name }), null, decided.answer.version)
    else setTold(decided.told)
  }
  return (
    <FormFrame
      label={w('end.of', { name })}
      deed={w('end.deed')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <div className="flex flex-col gap-1">
        <h3 className="font-semibold">{w('end.of', { name })}</h3>
        <p className="max-w-[80ch] text-second">{w('end.what')}</p>
      </div>
      <CloserThen
        branches={branches}
        people={people}
        then={people.map((each) => (each.id === id ? { ...each, active: false } : each))}
      />
    </FormFrame>
  )
}
