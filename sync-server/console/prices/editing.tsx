import { useRef, useState } from 'react'
import type { BusinessDate } from '../../../domain/business-date.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { settingsWords } from '../settings-words.ts'
import { type Lasting, stoppedNow } from './lasting-table.tsx'
import { type Existing, type Saved, useSaving } from './saving.ts'

export interface PricingProps {
  branches: readonly BranchRow[]
  /** Today, where it is earliest and where it is latest. */
  first: BusinessDate
  today: BusinessDate
}

export const newTerms = (today: BusinessDate) => ({ name: '', branchId: '', validFrom: today, validTo: '' })

export const termsOf = (row: Lasting) => ({
  name: row.name,
  branchId: row.branchId ?? '',
  validFrom: row.validFrom,
  validTo: row.validTo ?? '',
})

/** What was just done, with the way back where there is one. */
export interface Done {
  text: string
  undo?: () => void
}

export function DoneLine({ done }: { done: Done | null }) {
  const p = useWords(pricingWords)
  return (
    <p role="status" className="flex flex-wrap items-center gap-3 pb-2 text-dense text-second empty:hidden">
      {done?.text}
      {done?.undo && (
        <Button kind="quiet" takesFocus className="text-dense" onPress={done.undo}>
          {p('undo')}
        </Button>
      )}
    </p>
  )
}

/** What is open to be typed into, and what was done last. What was opened last is what is open, whichever came sooner. */
export function useEditing<Draft>() {
  const s = useWords(settingsWords)
  const [editing, setEditing] = useState<{ existing: Existing | null; draft: Draft } | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  const opened = useRef(0)
  const open = async (existing: Existing | null, load: () => Draft | Promise<Draft>) => {
    opened.current += 1
    const mine = opened.current
    try {
      const draft = await load()
      if (mine !== opened.current) return
      setEditing({ existing, draft })
      setDone(null)
    } catch {
      if (mine === opened.current) setDone({ text: s('failed') })
    }
  }
  const close = (said: Done | null = null) => {
    opened.current += 1
    setEditing(null)
    setDone(said)
  }
  return { editing, open, close, done, setDone }
}

/** Stops something now and offers it back. @param bodyOf what the server is sent, but for name, branch and days */
export function useStopping<Row extends Lasting>(
  path: string,
  bodyOf: (row: Row) => Promise<object>,
  on: { first: BusinessDate; done(done: Done): void; reload(): void },
) {
  const p = useWords(pricingWords)
  const s = useWords(settingsWords)
  const { save } = useSaving(path)
  const put = async (row: Row, days: Pick<Lasting, 'validFrom' | 'validTo'>): Promise<Saved> => {
    const body = await bodyOf(row).catch(() => null)
    if (body === null) return { told: s('failed'), field: null }
    const saved = await save(row, { ...body, name: row.name, branchId: row.branchId, ...days })
    on.reload()
    return saved
  }
  return async (row: Row) => {
    const stopped = await put(row, stoppedNow(row, on.first))
    if (!('id' in stopped)) return on.done({ text: stopped.told })
    const { validFrom, validTo } = row
    const undo = async () => {
      const again = await put({ ...row, version: stopped.version }, { validFrom, validTo })
      on.done({ text: 'id' in again ? p('saved', { name: row.name }) : again.told })
    }
    on.done({ text: p('stopped', { name: row.name }), undo: () => void undo() })
  }
}
