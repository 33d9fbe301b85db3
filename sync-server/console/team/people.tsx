import { useState } from 'react'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { StatusRow, StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { type Done, DoneLine } from '../prices/editing.tsx'
import { pricingWords } from '../pricing-words.ts'
import { useSession } from '../session/session.ts'
import { teamWords } from '../team-words.ts'
import { Section } from '../views/section.tsx'
import { consoleWords } from '../words.ts'
import { EndForm } from './end-form.tsx'
import { PersonForm } from './person-form.tsx'
import { usePutting } from './putting.ts'
import { ShowMore } from './show-more.tsx'
import { type Person, usePeople } from './team-data.ts'

type Open = { what: 'edit'; person: Person | null } | { what: 'end'; person: Person }

/** Whether tills let them in; those who belong to no branch have no PIN. */
function PinWord({ person }: { person: Person }) {
  const w = useWords(teamWords)
  if (!person.active || person.branchId === null) return <span className="text-second">–</span>
  return person.hasPin ? w('pin.set') : <StatusWord tone="warn">{w('pin.none')}</StatusWord>
}

function Deeds({ person, isOwn, onOpen }: { person: Person; isOwn: boolean; onOpen(open: Open): void }) {
  const w = useWords(teamWords)
  const { name, active } = person
  return (
    <span className="flex justify-end gap-1">
      <Button
        kind="quiet"
        takesFocus
        className="text-dense"
        aria-label={w(active ? 'edit.of' : 'back.of', { name })}
        onPress={() => onOpen({ what: 'edit', person })}
      >
        {w(active ? 'edit' : 'back')}
      </Button>
      {active && !isOwn && (
        <Button
          kind="quiet"
          takesFocus
          className="text-dense"
          aria-label={w('end.of', { name })}
          onPress={() => onOpen({ what: 'end', person })}
        >
          {w('end')}
        </Button>
      )}
    </span>
  )
}

function useColumns(options: {
  branches: readonly BranchRow[]
  own: string | null
  onOpen(open: Open): void
}): Column<Person>[] {
  const w = useWords(teamWords)
  const t = useWords(consoleWords)
  const { branches, own, onOpen } = options
  return [
    {
      id: 'name',
      header: w('name'),
      cell: ({ id, name, active }) => (
        <span className="flex items-center gap-3">
          <span className="font-semibold">{name}</span>
          {id === own && <span className="text-second">{w('you')}</span>}
          {!active && <StatusWord tone="quiet">{w('left')}</StatusWord>}
        </span>
      ),
    },
    { id: 'role', header: w('role'), cell: ({ role }) => t(`role.${role}`) },
    {
      id: 'branch',
      header: w('branch'),
      cell: ({ branchId }) =>
        branchId === null ? (
          <span className="text-second">–</span>
        ) : (
          branches.find(({ id }) => id === branchId)?.name
        ),
    },
    { id: 'pin', header: w('pin'), cell: (person) => <PinWord person={person} /> },
    {
      id: 'do',
      header: <span className="sr-only">{w('edit')}</span>,
      numeric: true,
      cell: (person) => <Deeds person={person} isOwn={person.id === own} onOpen={onOpen} />,
    },
  ]
}

/** Branches at which nobody can close a drawer. */
function Closers({ branches, ids }: { branches: readonly BranchRow[]; ids: readonly string[] }) {
  const w = useWords(teamWords)
  const named = branches.filter(({ id }) => ids.includes(id)).map(({ name }) => name)
  if (named.length === 0) return null
  return (
    <StatusRow
      tone="warn"
      live="polite"
      className="mb-3 rounded-control"
      text={w('closer.now', { branch: named.join(', ') })}
      remedy={w('closer.remedy')}
    />
  )
}

/** The people: their role, branch and whether a till lets them in; added, changed, ended. */
export function People({ branches, branchId }: { branches: readonly BranchRow[]; branchId: string | null }) {
  const w = useWords(teamWords)
  const p = useWords(pricingWords)
  const own = useSession(({ session }) => (session.state === 'signed-in' ? session.me.id : null))
  const { value, reload } = usePeople()
  const [open, setOpen] = useState<Open | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  const [all, setAll] = useState(false)
  const { undoOf } = usePutting()
  const show = (next: Open) => {
    setOpen(next)
    setDone(null)
  }
  const columns = useColumns({ branches, own, onOpen: show })
  const people = typeof value === 'object' ? value.people : []
  const here = people.filter((person) => branchId === null || person.branchId === branchId)
  const left = here.filter(({ active }) => !active)
  // An answer that comes late closes what it was for, not what was opened meanwhile.
  const close = () => setOpen((now) => (now === open ? null : now))
  const form = {
    onClose: close,
    onDone: (text: string, before: Person | null, version: number) => {
      close()
      reload()
      const undo = before && undoOf(before, version, (said) => setDone({ text: said }), reload)
      setDone(undo ? { text, undo } : { text })
    },
  }
  const add = !open && (
    <Button takesFocus onPress={() => show({ what: 'edit', person: null })}>
      {w('people.new')}
    </Button>
  )
  return (
    <Section title={w('people')} aside={add}>
      <DoneLine done={done} />
      {open?.what === 'edit' && (
        <PersonForm
          key={open.person?.id ?? 'new'}
          person={open.person}
          people={people}
          branches={branches}
          branchId={branchId}
          isOwn={open.person !== null && open.person.id === own}
          {...form}
        />
      )}
      {open?.what === 'end' && (
        <EndForm key={open.person.id} person={open.person} people={people} branches={branches} {...form} />
      )}
      {value === 'unread' && <p className="border-t border-hairline py-2 text-second">{p('unread')}</p>}
      {typeof value === 'object' && (
        <>
          <Closers branches={branches} ids={value.withoutCloser} />
          <DataTable
            className="text-dense"
            caption={w('people')}
            columns={columns}
            rows={all ? here : here.filter(({ active }) => active)}
            rowKey={({ id }) => id}
            empty={w('people.none')}
          />
        </>
      )}
      {!all && left.length > 0 && (
        <ShowMore label={w('people.left', { count: left.length })} onShow={() => setAll(true)} />
      )}
    </Section>
  )
}
