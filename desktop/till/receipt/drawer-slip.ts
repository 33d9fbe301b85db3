import type { MovementKind } from '../../../domain/cash-session/events.ts'
import { shortHash } from '../../../domain/journal/event.ts'
import type { Minor } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'
import { leftRight, type PrintDocument, rule, text } from '../../../hardware/protocols/print-document.ts'
import type { Place } from '../place.ts'
import { formatInstant, formatMoney } from './format.ts'
import { paperHead } from './sale-document.ts'
import { WORDS } from './wording.ts'

/** Everything that a slip says about cash moved outside of a sale, or about a drawer only opened. */
export interface DrawerSlip {
  kind: MovementKind | 'no-sale'
  /** Minor units, without a sign; null when no cash moved. */
  amount: Minor | null
  reason: string
  at: string
  byName: string
  /** The event's whole hash. */
  hash: string
}

/** The slip that goes with the cash, with a line to sign. The drawer opens before it is printed. */
export function drawerSlipDocument(slip: DrawerSlip, place: Place, locale: Locale): PrintDocument {
  const words = WORDS[locale]
  const title = words.slip[slip.kind]
  return {
    title,
    elements: [
      { kind: 'drawer-pulse' },
      ...paperHead(place, locale),
      text(title, { align: 'center', bold: true, size: 'tall' }),
      leftRight(`${words.register} ${place.registerNumber}`, formatInstant(slip.at, place.timeZone, locale)),
      leftRight(words.by, slip.byName),
      rule(),
      ...(slip.amount === null
        ? []
        : [leftRight(words.amount, formatMoney(slip.amount, locale), { bold: true, size: 'double' })]),
      text(`${words.reason}: ${slip.reason}`),
      rule(),
      ...(slip.amount === null
        ? []
        : [{ kind: 'feed', lines: 2 } as const, text(`${words.signature} ........................`)]),
      text(`${words.fingerprint} ${shortHash(slip.hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}
