import type { ReactNode } from 'react'
import type { Currency, Minor } from '../../../domain/money.ts'
import type { DeviceStatusRow } from '../../../migrations/schema.ts'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Quantity } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { formerDevices, type Hearing, hearing } from '../figures/hearing.ts'
import { countNumbers, type NumberRange, nameNumbers } from '../figures/receipt-numbers.ts'
import { useLive, useNow } from '../live/live-context.ts'
import type { Device } from '../live/live-state.ts'
import { consoleWords } from '../words.ts'
import { HearingWord } from './hearing-word.tsx'
import { ofBranch, type Place, placeOf } from './places.ts'
import { SECTION, Section } from './section.tsx'

interface TillLine {
  device: Device
  place: Place
  status: DeviceStatusRow | undefined
  hearing: Hearing
  missing: readonly NumberRange[]
}

/** Ranges of missing numbers that are named; of the rest, how many. */
const RANGES_NAMED = 4

function Missing({ ranges }: { ranges: readonly NumberRange[] }) {
  const t = useWords(consoleWords)
  if (ranges.length === 0) return <span className="text-second">{t('tills.nothingMissing')}</span>
  const { text, more } = nameNumbers(ranges, RANGES_NAMED)
  return (
    <StatusWord tone="bad" plate className="align-middle">
      {more > 0 ? t('tills.andMore', { text, count: more }) : text}
    </StatusWord>
  )
}

/** What is still to come; nothing stands back, so that something stands out. */
const ToCome = ({ nothing, children }: { nothing: boolean; children: ReactNode }) => (
  <span className={nothing ? 'text-second' : 'font-semibold'}>{children}</span>
)

const trouble = (line: TillLine): number =>
  countNumbers(line.missing) * 1_000_000 +
  (line.hearing.state === 'silent' ? 1_000 : 0) +
  (line.status?.pending_sales ?? 0)

/** The tills that are in use, those with trouble first. */
function useTillLines(branchId: string | null): TillLine[] {
  const nowMs = useNow()
  const directory = useLive((state) => state.directory)
  const statuses = useLive((state) => state.statuses)
  const sessions = useLive((state) => state.sessions)
  const missing = useLive((state) => state.missing)
  const all = directory?.devices ?? []
  const former = formerDevices(all, (id) => statuses.get(id)?.last_heard_at)
  const devices = all.filter((device) => device.revoked_at === null && !former.has(device.id))
  return ofBranch(devices, branchId)
    .map((device) => {
      const place = placeOf(directory, device.branch_id, device.register_id)
      const status = statuses.get(device.id)
      const open = sessions.some((row) => row.device_id === device.id && row.closed_at === null)
      return {
        device,
        place,
        status,
        hearing: hearing(status?.last_heard_at ?? null, open, nowMs),
        missing: (device.register_id !== null && missing.get(device.register_id)) || [],
      }
    })
    .sort(
      (a, b) =>
        trouble(b) - trouble(a) ||
        a.place.branchName.localeCompare(b.place.branchName) ||
        a.place.registerName.localeCompare(b.place.registerName),
    )
}

/** Every till: when it was last heard, what it still has to send, and receipt numbers that are not there. */
export function Tills({ branchId }: { branchId: string | null }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const nowMs = useNow()
  const lines = useTillLines(branchId)
  const loaded = useLive((state) => state.directory !== null && state.loaded.has('device_status'))
  const currency = (lines[0]?.place.branch?.currency ?? 'EUR') as Currency
  // Where one register has several devices, the device's own name tells them apart.
  const registers = lines.map(({ device }) => device.register_id)
  const shared = new Set(registers.filter((id, index) => id === null || registers.indexOf(id) !== index))
  const columns: Column<TillLine>[] = [
    {
      id: 'till',
      header: t('tills.till'),
      cell: ({ place, device }) => (
        <>
          {place.branchName} · {place.registerName || t('tills.unbound')}
          {shared.has(device.register_id) && <span className="text-second"> {device.name}</span>}
        </>
      ),
    },
    {
      id: 'heard',
      header: t('tills.heard'),
      cell: (line) => <HearingWord hearing={line.hearing} timeZone={line.place.timeZone} nowMs={nowMs} />,
    },
    {
      id: 'sales',
      header: t('tills.salesToCome'),
      numeric: true,
      cell: ({ status }) => (
        <ToCome nothing={!status || status.pending_sales === 0}>
          {status ? <Quantity value={status.pending_sales} /> : '–'}
        </ToCome>
      ),
    },
    {
      id: 'money',
      header: t('tills.moneyToCome', { currency: currencySign(locale, currency) }),
      numeric: true,
      cell: ({ status }) => (
        <ToCome nothing={!status || status.pending_sales === 0}>
          {status ? <Amount amount={status.pending_amount as Minor} currency={currency} /> : '–'}
        </ToCome>
      ),
    },
    {
      id: 'missing',
      header: t('tills.missing'),
      numeric: true,
      cell: ({ missing }) => <Missing ranges={missing} />,
    },
  ]
  return (
    <Section anchor={SECTION.tills} title={t('tills.title')}>
      <DataTable
        className="text-dense"
        caption={t('tills.title')}
        columns={columns}
        rows={lines}
        rowKey={(line) => line.device.id}
        empty={loaded ? t('tills.none') : t('loading')}
      />
    </Section>
  )
}
