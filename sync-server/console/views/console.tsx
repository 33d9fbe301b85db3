import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { may, type Role } from '../../../domain/permissions.ts'
import { StatusRow, StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { CustomersPage } from '../customers/customers-page.tsx'
import { countNumbers } from '../figures/receipt-numbers.ts'
import { type Live, LiveContext, useLive } from '../live/live-context.ts'
import { openLive } from '../live/live-store.ts'
import { PricesPage } from '../prices/prices-page.tsx'
import { type Session, useSession } from '../session/session.ts'
import { TeamPage } from '../team/team-page.tsx'
import { consoleWords } from '../words.ts'
import { type Area, useArea } from './areas.ts'
import { BranchCards } from './branch-cards.tsx'
import { BranchPricingSettings } from './branch-pricing.tsx'
import { BranchSettings } from './branch-settings.tsx'
import { CashSessions } from './cash-sessions.tsx'
import { Exceptions } from './exceptions.tsx'
import { Preferences } from './preferences.tsx'
import { SalesStream } from './sales-stream.tsx'
import { SECTION } from './section.tsx'
import { DevelopmentBanner } from './sign-in.tsx'
import { Tills } from './tills.tsx'

type SignedIn = Extract<Session, { state: 'signed-in' }>

function Header({ me, area, areas }: { me: SignedIn['me']; area: Area; areas: readonly Area[] }) {
  const t = useWords(consoleWords)
  const signOut = useSession((store) => store.signOut)
  const answering = useLive((state) => state.pulse.answering)
  return (
    <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-raised px-4">
      <h1 className="text-floor font-semibold">
        {t('product')} <span className="hidden font-normal text-second xl:inline">{t('headOffice')}</span>
      </h1>
      <Areas area={area} areas={areas} />
      <div className="flex flex-1 flex-wrap items-center gap-x-4 text-dense">
        {answering && <StatusWord tone="good">{t('pulse.answering')}</StatusWord>}
        <Concerns />
      </div>
      <Preferences />
      <p className="text-dense">
        <span className="font-semibold">{me.name}</span>{' '}
        <span className="hidden text-second xl:inline">{t(`role.${me.role}`)}</span>
      </p>
      <button
        type="button"
        onClick={() => void signOut()}
        className="h-8 rounded-control px-2 text-dense font-semibold text-accent-text hover:bg-control-hover active:bg-control-pressed"
      >
        {t('signOut')}
      </button>
    </header>
  )
}

/** What someone should look at, counted, with the way there. Nothing when there is nothing. */
function Concerns() {
  const t = useWords(consoleWords)
  const exceptions = useLive((state) => state.exceptions.length)
  const missing = useLive((state) => state.missing)
  const receipts = [...missing.values()].reduce((total, ranges) => total + countNumbers(ranges), 0)
  const link = 'flex rounded-control hover:underline'
  return (
    <>
      {receipts > 0 && (
        <a href={`#${SECTION.tills}`} className={link}>
          <StatusWord tone="bad">{t('concern.missing', { count: receipts })}</StatusWord>
        </a>
      )}
      {exceptions > 0 && (
        <a href={`#${SECTION.exceptions}`} className={link}>
          <StatusWord tone="warn">{t('concern.review', { count: exceptions })}</StatusWord>
        </a>
      )}
    </>
  )
}

function SilentServer() {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const { answering, sinceMs } = useLive((state) => state.pulse)
  if (answering || sinceMs === null) return null
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const time = formatInstant(new Date(sinceMs).toISOString(), locale, zone, 'clock')
  return <StatusRow tone="warn" live="polite" text={t('pulse.silent', { time })} />
}

function Overview({ role }: { role: Role }) {
  const [branchId, setBranchId] = useState<string | null>(null)
  return (
    <main className="grid w-full max-w-[120rem] flex-1 content-start gap-x-6 gap-y-6 p-4 lg:grid-cols-[minmax(0,1fr)_19rem] xl:gap-x-8 xl:px-6 xl:grid-cols-[minmax(0,1fr)_26rem]">
      <div className="flex min-w-0 flex-col gap-6">
        <BranchCards selected={branchId} onSelect={setBranchId} />
        <Tills branchId={branchId} />
        <CashSessions branchId={branchId} />
        <Exceptions branchId={branchId} mayReview={may(role, 'exception.review')} />
      </div>
      {/* Always in sight: it scrolls by itself beside the rest. */}
      <div className="min-w-0 lg:sticky lg:top-4 lg:max-h-[calc(100vh-2rem)] lg:overflow-y-auto">
        <SalesStream branchId={branchId} />
      </div>
    </main>
  )
}

/** What is set rather than watched: one column, wide enough for a table. */
function Sheet({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex w-full max-w-[80rem] flex-1 flex-col gap-8 p-4 xl:px-6">{children}</main>
  )
}

function AreaOf({ area, role }: { area: Area; role: Role }) {
  if (area === 'prices')
    return (
      <Sheet>
        <PricesPage />
      </Sheet>
    )
  if (area === 'customers')
    return (
      <Sheet>
        <CustomersPage role={role} />
      </Sheet>
    )
  if (area === 'branches')
    return (
      <Sheet>
        <BranchSettings />
        <BranchPricingSettings />
      </Sheet>
    )
  if (area === 'team')
    return (
      <Sheet>
        <TeamPage />
      </Sheet>
    )
  return <Overview role={role} />
}

/** The ways to the parts of the console that a role may use. */
function Areas({ area, areas }: { area: Area; areas: readonly Area[] }) {
  const t = useWords(consoleWords)
  if (areas.length < 2) return null
  return (
    <nav aria-label={t('areas')} className="flex gap-1">
      {areas.map((each) => (
        <a
          key={each}
          href={`#${each}`}
          aria-current={each === area ? 'page' : undefined}
          className="flex h-8 items-center rounded-control px-2 text-dense font-semibold text-second hover:bg-control-hover hover:text-text aria-[current=page]:bg-control aria-[current=page]:text-text"
        >
          {t(`area.${each}`)}
        </a>
      ))}
    </nav>
  )
}

/** The head-office screen of a signed-in person: every figure follows the server by itself. */
export function Console({ session }: { session: SignedIn }) {
  const { token, clockAheadMs } = session
  const signOut = useSession((store) => store.signOut)
  const [live, setLive] = useState<Live | null>(null)
  const { area, areas } = useArea(session.me.role)
  const now = useMemo(() => () => Date.now() + clockAheadMs, [clockAheadMs])
  useEffect(() => {
    const { store, close } = openLive({ token, now, onEnded: () => void signOut(true) })
    setLive({ store, token, now })
    return close
  }, [token, now, signOut])
  if (!live) return null
  return (
    <LiveContext value={live}>
      <div className="flex min-h-screen flex-col">
        {session.development && <DevelopmentBanner />}
        <Header me={session.me} area={area} areas={areas} />
        <SilentServer />
        <AreaOf area={area} role={session.me.role} />
      </div>
    </LiveContext>
  )
}
