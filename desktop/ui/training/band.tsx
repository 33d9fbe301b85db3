import { GraduationCap } from 'lucide-react'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useTill } from '../store/till-context.ts'
import { trainingWords } from '../words/training-words.ts'
import { guideStep } from './guide.ts'

/** Says on every screen of a training till that it is one, and what to do next; frames the whole window. */
export function TrainingBand() {
  const t = useWords(trainingWords)
  const on = useTill((state) => state.till?.training === true)
  const step = useTill((state) => (state.guide ? guideStep(state) : null))
  if (!on) return null
  return (
    <>
      <section
        aria-label={t('training.on')}
        className="flex min-h-12 shrink-0 items-center gap-3 bg-warn-tint px-4 py-1 text-floor text-warn"
      >
        <GraduationCap aria-hidden="true" size={24} className="shrink-0 text-warn-mark" />
        <p className="min-w-0 shrink">
          <span className="text-body font-semibold">{t('training.on')}.</span> {t('training.notReal')}
        </p>
        {step && (
          <p role="status" className="ml-auto max-w-[55%] border-l border-warn-mark pl-3 font-semibold">
            {t(step)}
          </p>
        )}
      </section>
      <div aria-hidden="true" className="pointer-events-none fixed inset-0 z-50 border-4 border-warn-mark" />
    </>
  )
}
