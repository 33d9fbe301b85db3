import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { Hearing } from '../figures/hearing.ts'
import { consoleWords } from '../words.ts'

const DAY_MS = 86_400_000

/** What is known of a till or a branch, in words: "live", "as of 10:42", "no word for 12 min", "closed". */
export function HearingWord(props: { hearing: Hearing; timeZone: string; nowMs: number }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const { hearing, timeZone, nowMs } = props
  if (hearing.state === 'live')
    return (
      <StatusWord tone="good" className="align-middle">
        {t('hearing.live')}
      </StatusWord>
    )
  if (hearing.state === 'never')
    return (
      <StatusWord tone="quiet" className="align-middle">
        {t('hearing.never')}
      </StatusWord>
    )
  const style = nowMs - Date.parse(hearing.at) < DAY_MS ? 'time' : 'moment'
  const time = formatInstant(hearing.at, locale, timeZone, style)
  if (hearing.state === 'as-of')
    return (
      <StatusWord tone="good" className="align-middle">
        {t('hearing.asOf', { time })}
      </StatusWord>
    )
  if (hearing.state === 'closed')
    return (
      <StatusWord tone="quiet" className="align-middle">
        {t('hearing.closed', { time })}
      </StatusWord>
    )
  return (
    <StatusWord tone="warn" plate className="align-middle">
      {t('hearing.silent', { count: hearing.minutes })}
    </StatusWord>
  )
}
