import type { BasketView } from '../../bridge/basket-views.ts'
import type { DisplayView } from '../../bridge/display.ts'
import type { LastSaleView } from '../../bridge/views.ts'
import type { Place } from '../place.ts'
import type { Changes, Topic } from '../store/changes.ts'
import type { ServedPort } from './serve-port.ts'

/** Commits that can change what a customer sees. */
const TOPICS: readonly Topic[] = ['basket', 'sale', 'catalogue', 'organisation']

/** The customer's side of the counter, pushed to each display that is connected. */
export interface Display {
  /** Sends the view at once and whenever it changes. Nothing is taken from a display: whoever speaks is let go. */
  attach(port: ServedPort): void
}

/** @param read the view as it is now */
export function createDisplay(
  read: () => DisplayView,
  changes: Changes,
  onError: (error: unknown) => void,
): Display {
  const shown = new Map<ServedPort, string>()

  const push = (ports: Iterable<ServedPort>) => {
    const targets = [...ports]
    if (targets.length === 0) return
    const frame = JSON.stringify(read())
    for (const port of targets) {
      if (shown.get(port) === frame) continue
      shown.set(port, frame)
      port.send(frame)
    }
  }

  changes.listen((topics) => {
    if (!TOPICS.some((topic) => topics.has(topic))) return
    try {
      push(shown.keys())
    } catch (error) {
      onError(error)
    }
  })

  return {
    attach: (port) => {
      shown.set(port, '')
      port.onClose(() => shown.delete(port))
      port.onFrame(() => port.close('a display only listens'))
      push([port])
    },
  }
}

/** What a customer sees of the basket being rung up and of the sale just paid. */
export function displayViewOf(
  { branchName, currency }: Pick<Place, 'branchName' | 'currency'>,
  locale: DisplayView['locale'],
  basket: BasketView,
  lastSale: LastSaleView,
): DisplayView {
  return {
    branchName,
    currency,
    locale,
    lines: basket.lines.map(({ lineId, name, pack, quantity, value, priceFrom, reductions, gross }) => ({
      lineId,
      name,
      pack,
      quantity,
      value,
      reasons: reductions.flatMap((each) => each.name ?? []),
      gross: priceFrom === 'none' ? null : gross,
    })),
    saved: basket.saved,
    itemCount: basket.itemCount,
    total: basket.total,
    paid: lastSale && {
      total: lastSale.total,
      given: lastSale.given,
      change: lastSale.change,
      kind: lastSale.kind,
    },
  }
}
