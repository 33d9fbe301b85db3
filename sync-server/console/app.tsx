import { useEffect } from 'react'
import { Button } from '../../ui-kit/components/button.tsx'
import { StatusRow } from '../../ui-kit/components/status-word.tsx'
import { useLocale, useWords } from '../../ui-kit/i18n/words.ts'
import type { Person } from './session/api.ts'
import { useSession } from './session/session.ts'
import { Console } from './views/console.tsx'
import { Preferences } from './views/preferences.tsx'
import { SignIn } from './views/sign-in.tsx'
import { consoleWords } from './words.ts'

function Refused({ me }: { me: Person }) {
  const t = useWords(consoleWords)
  const signOut = useSession((store) => store.signOut)
  return (
    <main className="mx-auto flex max-w-2xl flex-col gap-4 p-6">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-title font-semibold tracking-tight">{t('headOffice')}</h1>
        <Preferences />
      </div>
      <StatusRow
        tone="bad"
        live="assertive"
        text={t('refused.title', { name: me.name, role: t(`role.${me.role}`) })}
        remedy={t('refused.remedy')}
      />
      <Button onPress={() => void signOut()} takesFocus className="justify-center self-start">
        {t('signOut')}
      </Button>
    </main>
  )
}

function Unreachable({ onAgain }: { onAgain(): void }) {
  const t = useWords(consoleWords)
  return (
    <main className="mx-auto flex max-w-2xl flex-col gap-4 p-6">
      <h1 className="text-title font-semibold tracking-tight">{t('headOffice')}</h1>
      <StatusRow tone="warn" live="assertive" text={t('start.unreachable')} remedy={t('start.remedy')} />
      <Button kind="next" onPress={onAgain} takesFocus className="justify-center self-start">
        {t('again')}
      </Button>
    </main>
  )
}

/** The console: whoever is there, and what they may see. */
export function App() {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const session = useSession((store) => store.session)
  const start = useSession((store) => store.start)

  // biome-ignore lint/correctness/useExhaustiveDependencies: changing the language must not begin the session anew
  useEffect(() => {
    const stopping = new AbortController()
    void start(locale, stopping.signal)
    return () => stopping.abort()
  }, [start])

  if (session.state === 'starting') return <p className="p-6 text-second">{t('loading')}</p>
  if (session.state === 'unreachable') {
    return <Unreachable onAgain={() => void start(locale, new AbortController().signal)} />
  }
  if (session.state === 'refused') return <Refused me={session.me} />
  if (session.state === 'signed-out') return <SignIn session={session} />
  return <Console key={session.me.id} session={session} />
}
