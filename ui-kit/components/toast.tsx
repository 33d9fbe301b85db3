import { Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { kitWords } from '../i18n/kit-words.ts'
import { useWords } from '../i18n/words.ts'
import { KeyCap } from './key-cap.tsx'

/** What was just done, with the way back. It takes no focus and asks for nothing. */
export function Toast(props: { children: ReactNode; onUndo?: (() => void) | undefined; undoKey?: string }) {
  const t = useWords(kitWords)
  return (
    <div role="status" className="flex min-h-12 items-center gap-3 bg-control px-4 py-1 text-floor">
      <span className="min-w-0 flex-1 truncate">{props.children}</span>
      {props.onUndo && (
        <button
          type="button"
          aria-keyshortcuts={props.undoKey}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={props.onUndo}
          className="flex min-h-11 items-center gap-2 rounded-control px-3 font-semibold text-accent-text hover:bg-control-hover active:bg-control-pressed"
        >
          <Undo2 aria-hidden="true" size={18} />
          {t('undo')}
          {props.undoKey !== undefined && <KeyCap name={props.undoKey} />}
        </button>
      )}
    </div>
  )
}
