import { type Minor, minor, subtract } from '../money.ts'
import type { TenderKind } from '../sale/events.ts'
import type { CountedTender, RefundFigures } from './events.ts'

/** What a session took and gave back, by tender; both without a sign, minor units. */
interface TenderFigures {
  tenders: readonly { kind: TenderKind; amount: Minor }[]
  refunds?: Pick<RefundFigures, 'tenders'> | undefined
  /** Earlier slips are not in them: what is counted is told, and differs from nothing that is known. */
  partial?: true | undefined
}

/** The slips of one tender as they were counted, beside what they must come to. Minor units. */
export interface TenderDifference {
  kind: TenderKind
  counted: Minor
  /** Taken, less what was given back: that left a slip too, which takes away. */
  expected: Minor
  /** Over (+) or short (-). */
  difference: Minor
}

/** What the slips of a tender must come to: taken less given back, minor units. */
export function expectedOf({ tenders, refunds }: TenderFigures, kind: TenderKind): Minor {
  const amountIn = (all: TenderFigures['tenders'] = []) =>
    all.find((tender) => tender.kind === kind)?.amount ?? minor(0)
  return subtract(amountIn(tenders), amountIn(refunds?.tenders))
}

/** Each tender that was counted beside what it must come to. A tender that nobody counted differs by nothing. */
export const tenderDifferences = (
  figures: TenderFigures,
  counted: readonly CountedTender[],
): TenderDifference[] =>
  counted.map(({ kind, amount }) => {
    const expected = figures.partial ? amount : expectedOf(figures, kind)
    return { kind, counted: amount, expected, difference: subtract(amount, expected) }
  })
