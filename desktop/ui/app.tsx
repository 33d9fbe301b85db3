import { useEffect } from 'react'
import { EmptyState } from '../../ui-kit/components/panel.tsx'
import { useWords } from '../../ui-kit/i18n/words.ts'
import { restFocus } from './keys/focus.ts'
import { LockScreen } from './screens/lock.tsx'
import { Selling } from './screens/selling.tsx'
import { StatusStrip } from './screens/status-strip.tsx'
import { useTill } from './store/till-context.ts'
import { scopeOf } from './store/till-store.ts'
import { TrainingBand } from './training/band.tsx'
import { tillWords } from './words/till-words.ts'

/** The till's window: the strip, and under it who is asked for or the one selling screen. */
export function App() {
  const t = useWords(tillWords)
  const scope = useTill(scopeOf)
  const connection = useTill((state) => state.connection)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new state of the screen has its own place for typing
  useEffect(restFocus, [scope])
  return (
    <div className="flex h-dvh flex-col overflow-hidden select-none">
      <StatusStrip />
      <TrainingBand />
      {scope === 'connecting' ? (
        <main className="min-h-0 flex-1">
          <EmptyState>
            {t(connection === 'no-token' ? 'connection.noToken' : 'connection.connecting')}
          </EmptyState>
        </main>
      ) : scope === 'locked' ? (
        <LockScreen />
      ) : (
        <Selling />
      )}
    </div>
  )
}
