import { useState } from 'react'
import { type DraftTerms, type Faults, fieldOfServer, type Named, type Reading } from './draft.ts'
import { type Existing, useSaving } from './saving.ts'
import { useFaultWords } from './terms-fields.tsx'

interface FormOptions<Draft, Input> {
  path: string
  /** Null: a new one. */
  existing: Existing | null
  initial: Draft
  read(draft: Draft): Reading<Input>
  products(draft: Draft): readonly Named[]
  onSaved(name: string): void
}

/** What is typed, what is wrong with it once it was to be saved, and the saving. */
export function useForm<Draft extends DraftTerms, Input extends { name: string }>(
  options: FormOptions<Draft, Input>,
) {
  const [draft, setDraft] = useState(options.initial)
  const [tried, setTried] = useState(false)
  const [told, setTold] = useState<{ text: string; field: string | null } | null>(null)
  const { busy, save } = useSaving(options.path)
  const reading = options.read(draft)
  const none: Faults = new Map()
  const faultOf = useFaultWords(tried && 'faults' in reading ? reading.faults : none)
  const fault = (field: string) => faultOf(field) ?? (told?.field === field ? told.text : undefined)
  const change = (next: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...next }))
    setTold(null)
  }
  const submit = async () => {
    if ('faults' in reading) return setTried(true)
    const saved = await save(options.existing, reading.input)
    if ('id' in saved) return options.onSaved(reading.input.name)
    setTold({ text: saved.told, field: saved.field && fieldOfServer(saved.field, options.products(draft)) })
  }
  return { draft, change, fault, told: told?.text ?? '', busy, submit: () => void submit() }
}
