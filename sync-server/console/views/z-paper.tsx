import { useState } from 'react'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { drawerWords } from '../drawer-words.ts'
import { useLiveParts } from '../live/live-context.ts'
import { askFile } from '../session/api.ts'

/** Saves a file under a name, as a link that was pressed does. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 0)
}

/** A closed drawer's Z report: its number, and the paper as a PDF. */
export function ZPaper({ session }: { session: CashSessionRow }) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const { token } = useLiveParts()
  const [state, setState] = useState<'idle' | 'reading' | 'failed'>('idle')
  if (session.z_number === null) return null
  const read = () => {
    setState('reading')
    askFile(`/v1/cash-sessions/${session.id}/z.pdf`, token, locale).then(
      (file) => {
        save(file, `z-${session.z_number}.pdf`)
        setState('idle')
      },
      () => setState('failed'),
    )
  }
  return (
    <div className="pb-1">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-body font-semibold">{d('z', { number: session.z_number })}</h3>
        <Button kind="quiet" takesFocus busy={state === 'reading'} onPress={read}>
          {d('z.pdf')}
        </Button>
      </div>
      {state === 'failed' && <StatusWord tone="warn">{d('z.failed')}</StatusWord>}
    </div>
  )
}
