import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { Toast } from '../../../ui-kit/components/toast.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { ScanTrouble, TillState } from '../store/till-store.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'
import { productWords } from './product-words.ts'

/** The refused scan to show: this window's own refusal first, then the till's notice, which survives a restart. */
function shownScanTrouble({ scanTrouble, notice }: TillState): ScanTrouble | null {
  if (scanTrouble && 'own' in scanTrouble.trouble) return scanTrouble
  return notice ? { trouble: { refusal: notice.refusal }, raw: notice.raw, count: notice.count } : scanTrouble
}

/** What has to be told stands above the search line: a refused scan, a refused action, or the way back. */
export function Notices({ className }: { className?: string }) {
  const t = useWords(tillWords)
  const say = useTroubleWords()
  const actions = useActions()
  const notice = useTill((state) => state.notice)
  const own = useTill((state) => state.scanTrouble)
  const trouble = useTill((state) => state.trouble)
  const scan = shownScanTrouble({ notice, scanTrouble: own } as TillState)
  const shown = scan?.trouble ?? trouble
  if (!shown) return <UndoToast />
  const { text, remedy } = say.trouble(shown)
  return (
    <StatusRow
      tone={'reason' in shown ? 'note' : 'bad'}
      live="assertive"
      {...(className !== undefined && { className })}
      text={
        <>
          {text}
          {scan && scan.count > 1 && (
            <span className="pl-2 font-normal whitespace-nowrap">
              ({t('notice.times', { count: scan.count })})
            </span>
          )}
        </>
      }
      remedy={remedy}
      action={
        <Button kind="quiet" keyCap="Esc" onPress={actions.dismissNotices} className="justify-center !px-2">
          <span className="sr-only">{t('notice.dismiss')}</span>
        </Button>
      }
    />
  )
}

function UndoToast() {
  const t = useWords(tillWords)
  const actions = useActions()
  const toast = useTill((state) => state.toast)
  const undo = useTill((state) => state.basket.undo)
  if (!toast) return null
  const name = productWords(toast.name, '').title
  return (
    <Toast onUndo={undo ? () => void actions.undo() : undefined} undoKey="Ctrl Z">
      {toast.kind === 'quantity'
        ? t('basket.quantitySet', { name, quantity: toast.quantity })
        : t(`basket.${toast.kind}`, { name })}
    </Toast>
  )
}
