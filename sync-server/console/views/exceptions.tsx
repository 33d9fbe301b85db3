import { useState } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusMark } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { exceptionKey, exceptionWords } from '../exception-words.ts'
import { useLive } from '../live/live-context.ts'
import { useReviewedCount, useReviewing } from '../live/reviews.ts'
import { settingsWords } from '../settings-words.ts'
import { consoleWords } from '../words.ts'
import { ofBranch, placeOf } from './places.ts'
import { SECTION, Section } from './section.tsx'

const SHOWN = 20

/** Ids in a detail as they are shortened elsewhere; nobody reads 36 characters. */
const withShortIds = (detail: string): string =>
  detail.replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{6}([0-9a-f]{6})/g, '…$1')

/** Says that someone has looked at it; what was found stays. */
function ReviewButton({ id, what }: { id: string; what: string }) {
  const s = useWords(settingsWords)
  const review = useReviewing()
  const [failed, setFailed] = useState(false)
  return (
    <Button
      kind="quiet"
      takesFocus
      aria-label={s('review.of', { what })}
      onPress={() => void review(id).catch(() => setFailed(true))}
      className="shrink-0 self-start text-dense"
    >
      {s(failed ? 'failed' : 'review')}
    </Button>
  )
}

/** Facts that were stored although something is wrong with them: what it is, where, and when it came in. */
export function Exceptions({ branchId, mayReview }: { branchId: string | null; mayReview: boolean }) {
  const t = useWords(consoleWords)
  const meaning = useWords(exceptionWords)
  const locale = useLocale()
  const directory = useLive((state) => state.directory)
  const exceptions = useLive((state) => state.exceptions)
  const loaded = useLive((state) => state.loaded.has('event_exception'))
  const s = useWords(settingsWords)
  const reviewed = useReviewedCount(branchId)
  const all = ofBranch(exceptions, branchId).sort((a, b) => (a.raised_at < b.raised_at ? 1 : -1))
  return (
    <Section anchor={SECTION.exceptions} title={t('exceptions.title')}>
      {all.length === 0 && (
        <p className="border-t border-hairline py-2 text-second">
          {loaded ? t('exceptions.none') : t('loading')}
        </p>
      )}
      <ul>
        {all.slice(0, SHOWN).map((row) => {
          const device = directory?.devices.find(({ id }) => id === row.device_id)
          const place = placeOf(directory, row.branch_id, device?.register_id ?? null)
          return (
            <li key={row.id} className="flex gap-2 border-t border-hairline py-2">
              <span className="pt-0.5">
                <StatusMark tone="warn" />
              </span>
              <div className="min-w-0 flex-1">
                <p>{meaning(exceptionKey(row.code), { code: row.code })}</p>
                <p className="text-dense text-second [overflow-wrap:anywhere]">
                  {formatInstant(row.raised_at, locale, place.timeZone, 'moment')} · {place.branchName}
                  {place.registerName && ` · ${place.registerName}`} ·{' '}
                  {t('exceptions.event', { seq: row.seq })}
                  {row.detail && ` · ${withShortIds(row.detail)}`}
                </p>
              </div>
              {mayReview && (
                <ReviewButton id={row.id} what={meaning(exceptionKey(row.code), { code: row.code })} />
              )}
            </li>
          )
        })}
      </ul>
      {reviewed > 0 && (
        <p className="border-t border-hairline py-2 text-dense text-second">
          {s('reviewed', { count: reviewed })}
        </p>
      )}
      {all.length > SHOWN && (
        <p className="border-t border-hairline py-2 text-dense text-second">
          {t('exceptions.more', { count: all.length - SHOWN })}
        </p>
      )}
    </Section>
  )
}
