import { Button } from '../../../ui-kit/components/button.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { REST_FOCUS } from '../keys/focus.ts'
import { productWords } from '../screens/product-words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { parkingWords } from '../words/parking-words.ts'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'

/** A note on the selected line, or on the whole sale: one line of text that the receipt says. */
export function NotePanel() {
  const t = useWords(parkingWords)
  const actions = useActions()
  const noting = useTill((state) => state.noting)
  const name = useTill((state) => state.basket.lines.find(({ lineId }) => lineId === noting?.lineId)?.name)
  if (!noting) return null
  return (
    <Panel title={t('note.title')} aside={<CloseButton />} foot={<Foot />}>
      <p className="pb-2 text-body">
        {name === undefined ? t('note.sale') : t('note.line', { name: productWords(name, '').title })}
      </p>
      <label className="flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
        <span className="text-floor text-second">{t('note.field')}</span>
        <input
          {...REST_FOCUS}
          name="note"
          autoComplete="off"
          maxLength={200}
          value={noting.text}
          onChange={(event) => actions.typeNote(event.target.value)}
          className="w-full min-w-0 bg-transparent text-sum font-semibold outline-none"
        />
      </label>
      <p className="pt-2 text-floor text-second">{t('note.hint')}</p>
    </Panel>
  )
}

function Foot() {
  const t = useWords(parkingWords)
  const actions = useActions()
  return (
    <div className="grid grid-cols-2 gap-2">
      <EnterButton onPress={() => void actions.saveNote()}>{t('note.save')}</EnterButton>
      <Button size="large" keyCap="Ctrl E" onPress={actions.openNote} className="justify-between">
        {t('note.other')}
      </Button>
    </div>
  )
}
