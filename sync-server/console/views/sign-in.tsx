import { useEffect, useRef, useState } from 'react'
import { may } from '../../../domain/permissions.ts'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { Person } from '../session/api.ts'
import type { ClerkSession } from '../session/clerk.ts'
import { type Session, useSession } from '../session/session.ts'
import { consoleWords } from '../words.ts'
import { Preferences } from './preferences.tsx'

/** Says on every screen that whoever is here may not be who they say. */
export function DevelopmentBanner() {
  const t = useWords(consoleWords)
  return <StatusRow tone="warn" text={t('development.title')} remedy={t('development.remedy')} />
}

const thoseWhoMayFirst = (a: Person, b: Person): number =>
  Number(may(b.role, 'console.view')) - Number(may(a.role, 'console.view'))

function People({ people }: { people: readonly Person[] }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const signInAs = useSession((store) => store.signInAs)
  const [chosen, setChosen] = useState<string | null>(null)
  if (people.length === 0) return <p className="text-second">{t('signIn.none')}</p>
  return (
    <ul className="flex flex-col border-y border-hairline">
      {[...people].sort(thoseWhoMayFirst).map((person) => (
        <li key={person.id} className="border-hairline not-first:border-t">
          <button
            type="button"
            aria-busy={chosen === person.id || undefined}
            onClick={() => {
              setChosen(person.id)
              void signInAs(person.id, locale).finally(() => setChosen(null))
            }}
            className="flex min-h-12 w-full items-center justify-between gap-4 px-3 text-left hover:bg-control-hover active:bg-control-pressed"
          >
            <span className="text-body font-semibold">{person.name}</span>
            <span className="text-second">{t(`role.${person.role}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function ClerkForm({ clerk }: { clerk: ClerkSession }) {
  const place = useRef<HTMLDivElement>(null)
  const locale = useLocale()
  const signedIn = useSession((store) => store.clerkSignedIn)
  useEffect(
    () => (place.current ? clerk.mountSignIn(place.current, () => void signedIn(locale)) : undefined),
    [clerk, signedIn, locale],
  )
  return <div ref={place} />
}

/** Signing in: Clerk's own form, or in development the list of people. */
export function SignIn({ session }: { session: Extract<Session, { state: 'signed-out' }> }) {
  const t = useWords(consoleWords)
  const { options, clerk, fault, ended } = session
  return (
    <>
      {options.mode === 'development' && <DevelopmentBanner />}
      <main className="mx-auto flex max-w-lg flex-col gap-5 px-6 py-10">
        <div className="flex items-center justify-between gap-4">
          <p className="text-second">
            {t('product')} · {t('headOffice')}
          </p>
          <Preferences />
        </div>
        <h1 className="text-change font-semibold tracking-tight">
          {options.mode === 'development' ? t('signIn.choose') : t('signIn.title')}
        </h1>
        {ended && <StatusRow tone="note" text={t('signIn.ended')} />}
        {fault && (
          <StatusRow
            tone="bad"
            live="assertive"
            text={fault.status === 0 ? t('signIn.noAnswer') : fault.message}
            remedy={fault.remedy}
          />
        )}
        {options.mode === 'development' && <People people={options.staff} />}
        {options.mode === 'clerk' && clerk && <ClerkForm clerk={clerk} />}
      </main>
    </>
  )
}
