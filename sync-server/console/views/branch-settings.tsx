import { useState } from 'react'
import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive } from '../live/live-context.ts'
import { settingsWords } from '../settings-words.ts'
import { BranchForm } from './branch-form.tsx'
import { Field } from './field.tsx'
import { Section } from './section.tsx'
import { amountText, readMinor, useSettings } from './settings-form.ts'

function Limits({ branch }: { branch: BranchRow }) {
  const s = useWords(settingsWords)
  const [recount, setRecount] = useState(amountText(branch.recount_over))
  const [witness, setWitness] = useState(amountText(branch.witness_over))
  const [mail, setMail] = useState(branch.z_mail ?? '')
  const { told, setTold, save } = useSettings()
  const submit = async () => {
    const [recountOver, witnessOver] = [readMinor(recount), readMinor(witness)]
    if (recountOver === undefined || witnessOver === undefined) return setTold(s('amount'))
    await save(`/v1/branches/${branch.id}/limits`, { recountOver, witnessOver, zMail: mail.trim() || null })
  }
  const currency = branch.currency as Currency
  return (
    <BranchForm label={branch.name} branchName={branch.name} told={told} onSave={submit}>
      <Field label={s('recount', { currency })} value={recount} onChange={setRecount} narrow />
      <Field label={s('witness', { currency })} value={witness} onChange={setWitness} narrow />
      <Field label={s('zMail')} value={mail} onChange={setMail} />
    </BranchForm>
  )
}

/** How each branch closes its drawers. */
export function BranchSettings() {
  const s = useWords(settingsWords)
  const branches = useLive((state) => state.directory?.branches)
  return (
    <Section title={s('limits')}>
      <p className="pb-2 text-dense text-second">{s('limits.hint')}</p>
      {branches?.map((branch) => (
        <Limits key={branch.id} branch={branch} />
      ))}
    </Section>
  )
}
