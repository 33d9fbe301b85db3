import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'

/** Closes the panel, as Esc does. */
export function CloseButton() {
  const t = useWords(tillWords)
  return (
    <Button kind="quiet" keyCap="Esc" onPress={useActions().stepBack} className="-mr-2 justify-center !px-2">
      {t('command.close')}
    </Button>
  )
}
