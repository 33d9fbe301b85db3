import { useState } from 'react'
import { type RevokeReason, revokeReasonSchema } from '../../../domain/people/person.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useDeciding } from '../customers/customer-data.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { teamWords } from '../team-words.ts'
import { EnterSaves, Field, SelectField } from '../views/field.tsx'
import { type DeviceLine, nameOfTill } from './device-lines.ts'
import { decidedSchema } from './team-data.ts'

/** What revoking a till comes to, and why it is done; nothing happens before it is confirmed here. */
export function RevokeForm(props: { line: DeviceLine; onRevoked(version: number): void; onClose(): void }) {
  const w = useWords(teamWords)
  const { line } = props
  const [reason, setReason] = useState<RevokeReason>('lost')
  const [note, setNote] = useState('')
  const [told, setTold] = useState('')
  const { busy, decide } = useDeciding()
  const submit = async () => {
    const path = `/v1/devices/${line.device.id}/revoke`
    const body = { reason, note: note.trim() || null }
    const decided = await decide(path, decidedSchema, { body, version: line.decided.version })
    if ('answer' in decided) props.onRevoked(decided.answer.version)
    else setTold(decided.told)
  }
  const till = nameOfTill(line)
  return (
    <FormFrame
      label={w('revoke.of', { till })}
      deed={w('revoke')}
      busy={busy}
      told={told}
      onSave={() => void submit()}
      onClose={props.onClose}
    >
      <div className="flex flex-col gap-1">
        <h3 className="font-semibold">{w('revoke.of', { till })}</h3>
        <p className="max-w-[80ch] text-second">
          {w('revoke.what')} {line.waiting > 0 && w('revoke.waiting', { count: line.waiting })}
        </p>
      </div>
      <form
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void submit()
        }}
      >
        <SelectField<RevokeReason>
          label={w('why')}
          value={reason}
          options={revokeReasonSchema.options.map((value) => ({ value, label: w(`reason.${value}`) }))}
          onChange={setReason}
        />
        <Field label={w('note')} value={note} onChange={setNote} />
        <EnterSaves />
      </form>
    </FormFrame>
  )
}
