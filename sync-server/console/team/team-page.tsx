import { useState } from 'react'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive } from '../live/live-context.ts'
import { teamWords } from '../team-words.ts'
import { SelectField } from '../views/field.tsx'
import { Devices } from './devices.tsx'
import { People } from './people.tsx'

/** Who works where, and which tills stand there. */
export function TeamPage() {
  const w = useWords(teamWords)
  const branches = useLive((state) => state.directory?.branches)
  const [branchId, setBranchId] = useState('')
  if (!branches) return null
  return (
    <>
      {branches.length > 1 && (
        <SelectField
          label={w('branch')}
          value={branchId}
          options={[
            { value: '', label: w('branch.all') },
            ...branches.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={setBranchId}
        />
      )}
      <Devices branches={branches} branchId={branchId || null} />
      <People branches={branches} branchId={branchId || null} />
    </>
  )
}
