import type { ReactNode } from 'react'
import { tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { type Translate, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ZReportView } from '../../bridge/views.ts'
import { differs } from '../keys/drawer-keys.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { Differences, slipFacts } from './differences.tsx'
import { DoneButton } from './done-button.tsx'
import { Facts } from './facts.tsx'
import { Sums } from './sums.tsx'

/** From here on a difference is too long to be set large, minor units. */
const LARGE = 100_000

/** The result of the count: only now what was expected, and only when it differs how that came about. */
export function CountedPanel() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const actions = useActions()
  const busy = useTill((state) => state.busy === 'read')
  const report = useTill((state) => state.report)
  if (!report) return null
  const tenders = tenderDifferences(report, report.countedTenders ?? [])
  return (
    <Panel
      title={t('counted.title')}
      readable
      aside={<span className="text-body text-second">{t('counted.z', { number: report.zNumber })}</span>}
      foot={
        <div className="flex flex-col gap-2">
          {differs(report) && (
            <Button
              keyCap="1"
              busy={busy}
              onPress={() => void actions.explain()}
              className="w-full justify-center"
            >
              {d('why.ask')}
            </Button>
          )}
          <DoneButton>{t('counted.done')}</DoneButton>
        </div>
      }
    >
      <div
        role="status"
        data-testid="variance"
        className={classNames(
          'mb-3 font-semibold tracking-tight',
          Math.abs(report.variance) < LARGE ? 'text-change' : 'text-title',
        )}
      >
        <Differences variance={report.variance} tenders={tenders} className="!px-4 !py-3" />
      </div>
      {report.partial && (
        <StatusRow
          tone="warn"
          text={d('partial.text')}
          remedy={d('partial.remedy')}
          className="mb-2 rounded-control"
        />
      )}
      <Facts
        rows={[
          [t('counted.counted'), <Money key="counted" amount={report.counted} />],
          [t('counted.expected'), <Money key="expected" amount={report.expected} />],
          ...slipFacts(tenders, t, d),
          ...said(report, d),
        ]}
      />
      <Tables report={report} />
    </Panel>
  )
}

/** What was said with the count, as the Z has it. */
function said(report: ZReportView, d: Translate<(typeof drawerWords)['dictionaries']['en']>) {
  const rows: [string, ReactNode][] = []
  if (report.firstCounted !== null) {
    rows.push([d('counted.first'), <Money key="first" amount={report.firstCounted} />])
  }
  if (report.reason !== null) rows.push([d('move.reason'), report.reason])
  if (report.witnessName !== null) rows.push([d('counted.witness'), report.witnessName])
  return rows
}

function Tables({ report }: { report: ZReportView }) {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  return (
    <div className="flex flex-col gap-4 pt-4">
      {report.variance !== 0 && (
        <Sums
          caption={t('counted.how')}
          rows={report.movements}
          word={(kind) => d(`kind.${kind}` as 'kind.float')}
          total={t('counted.expected')}
          amount={report.expected}
        />
      )}
      <Sums
        caption={t('counted.tenders')}
        rows={report.tenders}
        word={(kind) => t(`tender.${kind}` as 'tender.card')}
        total={t('counted.sales', { count: report.saleCount })}
        amount={report.grossTotal}
      />
    </div>
  )
}
