import { useState } from 'react'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useDeciding } from '../customers/customer-data.ts'
import { useNow } from '../live/live-context.ts'
import { type Done, DoneLine } from '../prices/editing.tsx'
import { pricingWords } from '../pricing-words.ts'
import { teamWords } from '../team-words.ts'
import { HearingWord } from '../views/hearing-word.tsx'
import { Section } from '../views/section.tsx'
import { type DeviceLine, isRevoked, nameOfTill, useDeviceLines } from './device-lines.ts'
import { EnrolForm } from './enrol-form.tsx'
import { RevokeForm } from './revoke-form.tsx'
import { ShowMore } from './show-more.tsx'
import { decidedSchema, useDevices } from './team-data.ts'

/** Why and by whom it was revoked, or that it is in use. */
function StateOf({ line }: { line: DeviceLine }) {
  const w = useWords(teamWords)
  const locale = useLocale()
  if (line.device.revoked_at === null)
    return (
      <StatusWord tone="good" className="align-middle">
        {w('state.used')}
      </StatusWord>
    )
  const at = formatInstant(line.device.revoked_at, locale, line.place.timeZone, 'moment')
  const { last } = line.decided
  const why = last?.content.deed === 'revoke' ? last.content : null
  const told = why && last ? [w(`reason.${why.reason}`), why.note, last.by].filter(Boolean).join(' · ') : ''
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2">
      <StatusWord tone="quiet">{w('state.revoked', { at })}</StatusWord>
      <span className="text-second">{told}</span>
    </span>
  )
}

type Open = { what: 'revoke'; line: DeviceLine } | { what: 'enrol'; registerId: string | null }

interface Deeds {
  onOpen(open: Open): void
  onReinstate(line: DeviceLine): void
}

/** A till in use can be revoked; one that was can be used again until another has its place, and be replaced. */
function DeedsOf({ line, onOpen, onReinstate }: Deeds & { line: DeviceLine }) {
  const w = useWords(teamWords)
  const till = nameOfTill(line)
  const deed = (word: 'revoke' | 'reinstate' | 'replace', onPress: () => void) => (
    <Button
      kind="quiet"
      takesFocus
      className="text-dense"
      aria-label={w(`${word}.of`, { till })}
      onPress={onPress}
    >
      {w(word)}
    </Button>
  )
  const { register_id: registerId } = line.device
  const isFree = isRevoked(line) && !line.isReplaced
  return (
    <span className="flex justify-end gap-1">
      {!isRevoked(line) && deed('revoke', () => onOpen({ what: 'revoke', line }))}
      {isFree && deed('reinstate', () => onReinstate(line))}
      {isFree && registerId !== null && deed('replace', () => onOpen({ what: 'enrol', registerId }))}
    </span>
  )
}

function useColumns(deeds: Deeds): Column<DeviceLine>[] {
  const w = useWords(teamWords)
  const locale = useLocale()
  const nowMs = useNow()
  return [
    {
      id: 'till',
      header: w('till'),
      cell: (line) => (
        <>
          <span className="font-semibold">{nameOfTill(line)}</span>{' '}
          <span className="text-second">{line.device.name}</span>
        </>
      ),
    },
    {
      id: 'heard',
      header: w('heard'),
      cell: (line) =>
        isRevoked(line) ? (
          <span className="whitespace-nowrap text-second">
            {line.heardAt ? formatInstant(line.heardAt, locale, line.place.timeZone, 'moment') : '–'}
          </span>
        ) : (
          <HearingWord hearing={line.hearing} timeZone={line.place.timeZone} nowMs={nowMs} />
        ),
    },
    {
      id: 'version',
      header: w('version'),
      cell: ({ version }) => <span className={version ? '' : 'text-second'}>{version ?? '–'}</span>,
    },
    { id: 'state', header: w('state'), cell: (line) => <StateOf line={line} /> },
    {
      id: 'do',
      header: <span className="sr-only">{w('revoke')}</span>,
      numeric: true,
      cell: (line) => <DeedsOf line={line} {...deeds} />,
    },
  ]
}

/** Takes a revocation back at the version it has brought. */
function useReinstating(on: { done(done: Done): void; reload(): void }) {
  const w = useWords(teamWords)
  const { decide } = useDeciding()
  return async (line: DeviceLine, version: number) => {
    const path = `/v1/devices/${line.device.id}/reinstate`
    const decided = await decide(path, decidedSchema, { body: {}, version })
    on.done({ text: 'answer' in decided ? w('reinstate.done', { till: nameOfTill(line) }) : decided.told })
    on.reload()
  }
}

/** The tills: when each was last heard, which version it runs, and the way to revoke or replace it. */
export function Devices({ branches, branchId }: { branches: readonly BranchRow[]; branchId: string | null }) {
  const w = useWords(teamWords)
  const p = useWords(pricingWords)
  const { value, reload } = useDevices()
  const [open, setOpen] = useState<Open | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  const [all, setAll] = useState(false)
  const lines = useDeviceLines(branchId, typeof value === 'object' ? value.devices : [])
  const reinstate = useReinstating({ done: setDone, reload })
  const show = (next: Open) => {
    setOpen(next)
    setDone(null)
  }
  const columns = useColumns({
    onOpen: show,
    onReinstate: (line) => void reinstate(line, line.decided.version),
  })
  const revoked = lines.filter(isRevoked)
  // An answer that comes late closes what it was for, not what was opened meanwhile.
  const close = () => setOpen((now) => (now === open ? null : now))
  const add = !open && (
    <Button takesFocus onPress={() => show({ what: 'enrol', registerId: null })}>
      {w('enrol')}
    </Button>
  )
  return (
    <Section title={w('tills')} aside={add}>
      <DoneLine done={done} />
      {open?.what === 'revoke' && (
        <RevokeForm
          key={open.line.device.id}
          line={open.line}
          onClose={close}
          onRevoked={(version) => {
            close()
            setAll(true)
            reload()
            const undo = () => void reinstate(open.line, version)
            setDone({ text: w('revoke.done', { till: nameOfTill(open.line) }), undo })
          }}
        />
      )}
      {open?.what === 'enrol' && (
        <EnrolForm
          key={open.registerId}
          branches={branches}
          branchId={branchId}
          registerId={open.registerId}
          onClose={close}
        />
      )}
      {value === 'unread' && <p className="border-t border-hairline py-2 text-second">{p('unread')}</p>}
      {typeof value === 'object' && (
        <DataTable
          className="text-dense"
          caption={w('tills')}
          columns={columns}
          rows={all ? lines : lines.filter((line) => !isRevoked(line))}
          rowKey={({ device }) => device.id}
          empty={w('tills.none')}
        />
      )}
      {!all && revoked.length > 0 && (
        <ShowMore label={w('tills.revoked', { count: revoked.length })} onShow={() => setAll(true)} />
      )}
    </Section>
  )
}
