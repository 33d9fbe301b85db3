import type { Refusal } from '../../../domain/refusals.ts'
import type { ScanNoticeView } from '../../bridge/views.ts'
import { instantAt } from '../till-context.ts'

/** What a notice shows of a code at most. */
const SHOWN_LENGTH = 64

/** The refused code that staff have not dealt with yet. It goes with the next good scan, or when dismissed. */
export interface Notice {
  view(): ScanNoticeView
  raise(refusal: Refusal, raw: string): void
  dismiss(): void
}

/** A code as it can be shown: control characters, which a wedge may send, become a visible dot. */
export const printable = (raw: string): string =>
  [...raw]
    .map((sign) => (/\p{C}/u.test(sign) ? '·' : sign))
    .slice(0, SHOWN_LENGTH)
    .join('')

/** Repeats of the same refused code are counted in one notice. */
export function createNotice(now: () => number): Notice {
  let current: ScanNoticeView = null
  return {
    view: () => current,
    raise: (refusal, raw) => {
      const code = printable(raw)
      const repeated = current?.raw === code && current.refusal.refused === refusal.refused
      current = {
        refusal,
        raw: code,
        count: repeated && current ? current.count + 1 : 1,
        at: instantAt(now()),
      }
    },
    dismiss: () => {
      current = null
    },
  }
}
