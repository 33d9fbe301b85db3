import { Button } from '../../../ui-kit/components/button.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { CloseButton } from './close-button.tsx'

/** The drawer's papers, each printed again by its digit; what was never printed says so. */
export function PapersPanel() {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const actions = useActions()
  const papers = useTill((state) => state.papers)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!papers) return null
  return (
    <Panel title={d('papers.title')} aside={<CloseButton />}>
      <p className="pb-3 text-floor text-second">{d(papers.length === 0 ? 'papers.none' : 'papers.hint')}</p>
      <div className="flex flex-col gap-2">
        {papers.map((paper, i) => (
          <Button
            key={paper.paperId}
            keyCap={String(i + 1)}
            onPress={() => void actions.printAgain(paper)}
            className="justify-between text-left leading-tight"
          >
            <span className="min-w-0">
              <span className="block truncate">{paper.title || d('papers.unreadable')}</span>
              <span className="block text-floor font-normal text-second">
                {formatInstant(paper.at, locale, timeZone, 'moment')}
                {paper.kept && <span className="font-semibold text-text"> · {d('papers.kept')}</span>}
              </span>
            </span>
          </Button>
        ))}
      </div>
    </Panel>
  )
}
