import { useState } from 'react'
import {
  isGuessable,
  loginSchema,
  type PersonInput,
  pinSchema,
  worksAtBranch,
} from '../../../domain/people/person.ts'
import { may, type Role, roleSchema } from '../../../domain/permissions.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { FormFrame } from '../prices/form-frame.tsx'
import { teamWords } from '../team-words.ts'
import { EnterSaves, Field, SelectField } from '../views/field.tsx'
import { consoleWords } from '../words.ts'
import { CloserThen } from './closer-then.tsx'
import { History } from './history.tsx'
import { usePutting } from './putting.ts'
import type { Person } from './team-data.ts'

interface Draft {
  name: string
  role: Role
  branchId: string
  login: string
  pin: string
  again: string
}

type Fault = 'name' | 'branchId' | 'login' | 'pin' | 'guessable' | 'again'

/**
 * What is typed as the server takes it, or what is wrong with it first.
 * @param kept the sign-in they have: unchanged, it is not spoken of
 */
function readDraft(draft: Draft, kept: string | null): { wanted: PersonInput } | { fault: Fault } {
  const name = draft.name.trim()
  const atBranch = worksAtBranch(draft.role)
  if (name === '' || name.length > 80) return { fault: 'name' }
  if (atBranch && draft.branchId === '') return { fault: 'branchId' }
  const login = draft.login.trim()
  const isNew = login !== (kept ?? '')
  if (isNew && login !== '' && !loginSchema.safeParse(login).success) return { fault: 'login' }
  const pin = atBranch && draft.pin !== '' ? draft.pin : null
  if (pin !== null && !pinSchema.safeParse(pin).success) return { fault: 'pin' }
  if (pin !== null && isGuessable(pin)) return { fault: 'guessable' }
  if (atBranch && draft.again !== draft.pin) return { fault: 'again' }
  const branchId = atBranch ? draft.branchId : null
  const wanted = { name, role: draft.role, branchId, active: true, pin }
  return { wanted: isNew ? { ...wanted, login: login || null } : wanted }
}

/** A new PIN, typed twice and never shown, with what becomes of the one there is. */
function PinFields(props: {
  draft: Draft
  kept: 'keep' | 'lost' | 'later'
  fault: (...of: Fault[]) => string | undefined
  onChange(next: Partial<Draft>): void
}) {
  const w = useWords(teamWords)
  const { draft, fault, onChange } = props
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-start gap-3">
        <Field
          type="pin"
          label={w('pin.new')}
          value={draft.pin}
          onChange={(pin) => onChange({ pin })}
          fault={fault('pin', 'guessable')}
        />
        <Field
          type="pin"
          label={w('pin.again')}
          value={draft.again}
          onChange={(again) => onChange({ again })}
          fault={fault('again')}
        />
      </div>
      <p className="text-dense text-second">
        {w('pin.hint')} {w(`pin.${props.kept}`)}
      </p>
    </div>
  )
}

/** Role, branch and sign-in; one's own are for somebody else to change. */
function PlaceFields(props: {
  draft: Draft
  branches: readonly BranchRow[]
  fault: (...of: Fault[]) => string | undefined
  isOwn: boolean
  onChange(next: Partial<Draft>): void
}) {
  const w = useWords(teamWords)
  const t = useWords(consoleWords)
  const { draft, branches, onChange } = props
  if (props.isOwn) return <p className="self-end pb-2.5 text-dense text-second">{w('you.hint')}</p>
  const choose = { value: '', label: '–' }
  return (
    <>
      <SelectField
        label={w('role')}
        value={draft.role}
        options={roleSchema.options.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        onChange={(role) => onChange({ role })}
      />
      {worksAtBranch(draft.role) && (
        <SelectField
          label={w('branch')}
          value={draft.branchId}
          options={[
            ...(draft.branchId === '' ? [choose] : []),
            ...branches.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          fault={props.fault('branchId')}
          onChange={(branchId) => onChange({ branchId })}
        />
      )}
      {(may(draft.role, 'console.view') || draft.login !== '') && (
        <Field
          label={w('login')}
          value={draft.login}
          onChange={(login) => onChange({ login })}
          fault={props.fault('login')}
        />
      )}
    </>
  )
}

interface PersonFormProps {
  /** Null: somebody new. */
  person: Person | null
  people: readonly Person[]
  branches: readonly BranchRow[]
  /** The branch that the screen is held to. */
  branchId: string | null
  isOwn: boolean
  /** @param before who they were, where nothing is lost by going back to it */
  onDone(said: string, before: Person | null, version: number): void
  onClose(): void
}

/** What is typed of a person, what is wrong with it, and the saving. */
function usePersonForm({ person, branches, branchId, onDone }: PersonFormProps) {
  const w = useWords(teamWords)
  const only = branches.length === 1 ? branches[0]?.id : undefined
  const [draft, setDraft] = useState<Draft>({
    name: person?.name ?? '',
    role: person?.role ?? 'cashier',
    branchId: person?.branchId ?? branchId ?? only ?? '',
    login: person?.login ?? '',
    pin: '',
    again: '',
  })
  const [tried, setTried] = useState(false)
  const [told, setTold] = useState('')
  const { busy, put } = usePutting()
  const read = readDraft(draft, person?.login ?? null)
  const submit = async () => {
    setTried(true)
    if ('fault' in read || busy) return
    const decided = await put(person, read.wanted)
    if ('told' in decided) return setTold(decided.told)
    // A PIN that was chosen, or lost by a move, does not come back by itself.
    const { pin, branchId: at, login } = read.wanted
    const safe = person?.active && pin === null && at === person.branchId && login === undefined
    onDone(w('saved', { name: read.wanted.name }), safe ? person : null, decided.answer.version)
  }
  const change = (next: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...next }))
    setTold('')
  }
  const fault = (...of: Fault[]) =>
    tried && 'fault' in read && of.includes(read.fault) ? w(`fault.${read.fault}`) : undefined
  return { draft, change, fault, read, busy, told, submit }
}

/** A person as they are typed: who, what they may, where, and a new PIN. */
export function PersonForm(props: PersonFormProps) {
  const w = useWords(teamWords)
  const { person, people, branches, isOwn } = props
  const { draft, change, fault, read, busy, told, submit } = usePersonForm(props)
  const title = person ? w(person.active ? 'edit.of' : 'back.of', { name: person.name }) : w('people.new')
  const stays = person?.active && draft.branchId === person.branchId
  const kept = stays && person.hasPin ? 'keep' : person?.hasPin ? 'lost' : 'later'
  const id = person?.id ?? 'new'
  const hasPin = kept === 'keep' || draft.pin !== ''
  const self = 'wanted' in read ? [{ ...read.wanted, id, hasPin }] : people.filter((each) => each.id === id)
  return (
    <FormFrame label={title} busy={busy} told={told} onSave={() => void submit()} onClose={props.onClose}>
      <h3 className="font-semibold">{title}</h3>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
          <Field
            label={w('name')}
            value={draft.name}
            onChange={(name) => change({ name })}
            fault={fault('name')}
          />
          <PlaceFields draft={draft} branches={branches} fault={fault} isOwn={isOwn} onChange={change} />
        </div>
        {worksAtBranch(draft.role) && <PinFields draft={draft} kept={kept} fault={fault} onChange={change} />}
        <EnterSaves />
      </form>
      <CloserThen
        branches={branches}
        people={people}
        then={[...people.filter((each) => each.id !== id), ...self]}
      />
      {person && <History person={person} branches={branches} />}
    </FormFrame>
  )
}
