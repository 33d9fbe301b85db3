import { useState } from 'react'
import type { BranchRow } from '../../../migrations/schema.ts'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useDeciding } from '../customers/customer-data.ts'
import { useLive } from '../live/live-context.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { teamWords } from '../team-words.ts'
import { SelectField } from '../views/field.tsx'
import { placeOf } from '../views/places.ts'
import { enrolmentSchema } from './team-data.ts'

interface Code {
  code: string
  expiresAt: string
  till: string
  timeZone: string
}

/** The code, to be read off or over the telephone. It is shown here and nowhere again. */
function MadeCode({ made }: { made: Code }) {
  const w = useWords(teamWords)
  const locale = useLocale()
  const at = formatInstant(made.expiresAt, locale, made.timeZone, 'moment')
  return (
    <div role="status" className="flex flex-col gap-1">
      <p className="text-dense text-second">{w('enrol.code', { till: made.till })}</p>
      <p className="figure font-mono text-title font-semibold tracking-wide select-all">{made.code}</p>
      <p className="max-w-[70ch] text-dense text-second">
        {w('enrol.until', { at })} {w('enrol.how')}
      </p>
    </div>
  )
}

/** Makes the code by which a workstation becomes the till of a register. */
export function EnrolForm(props: {
  branches: readonly BranchRow[]
  /** The branch that the screen is held to. */
  branchId: string | null
  /** The register of a till that is to be replaced. */
  registerId: string | null
  onClose(): void
}) {
  const w = useWords(teamWords)
  const directory = useLive((state) => state.directory)
  const registers = [...(directory?.registers.values() ?? [])]
    .filter((row) => props.branchId === null || row.branch_id === props.branchId)
    .map((row) => ({ ...row, place: placeOf(directory, row.branch_id, row.id) }))
    .sort((a, b) => a.place.branchName.localeCompare(b.place.branchName) || a.number - b.number)
  const [registerId, setRegisterId] = useState(props.registerId ?? registers[0]?.id ?? '')
  const [made, setMade] = useState<Code | null>(null)
  const [told, setTold] = useState('')
  const { busy, decide } = useDeciding()
  const nameOf = ({ place }: (typeof registers)[number]) => `${place.branchName} · ${place.registerName}`
  const submit = async () => {
    const register = registers.find(({ id }) => id === registerId)
    if (!register) return
    const body = { branchId: register.branch_id, registerId }
    const decided = await decide('/v1/enrolments', enrolmentSchema, { body })
    if ('told' in decided) return setTold(decided.told)
    setTold('')
    setMade({ ...decided.answer, till: nameOf(register), timeZone: register.place.timeZone })
  }
  return (
    <FormFrame
      label={w('enrol')}
      deed={w('enrol.deed')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <div className="flex flex-col gap-1">
        <h3 className="font-semibold">{w('enrol')}</h3>
        <p className="max-w-[80ch] text-second">{w('enrol.what')}</p>
      </div>
      <SelectField
        wide
        label={w('register')}
        value={registerId}
        options={registers.map((register) => ({ value: register.id, label: nameOf(register) }))}
        onChange={(id) => {
          setRegisterId(id)
          setMade(null)
        }}
      />
      {made && <MadeCode made={made} />}
    </FormFrame>
  )
}
