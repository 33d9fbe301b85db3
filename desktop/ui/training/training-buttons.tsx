import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { trainingWords } from '../words/training-words.ts'

/** In the list of keys: into training and out of it, and the guide through a first sale. */
export function TrainingButtons() {
  const t = useWords(trainingWords)
  const actions = useActions()
  const on = useTill((state) => state.till?.training === true)
  const guide = useTill((state) => state.guide)
  const busy = useTill((state) => state.busy === 'training')
  const word = on ? 'training.end' : busy ? 'training.preparing' : 'training.start'
  return (
    <div className="flex flex-wrap gap-2 pt-3">
      <Button keyCap="T" busy={busy} onPress={() => void actions.switchTraining()}>
        {t(word)}
      </Button>
      {on && (
        <Button keyCap="G" onPress={actions.switchGuide}>
          {t(guide ? 'guide.skip' : 'guide.show')}
        </Button>
      )}
    </div>
  )
}
