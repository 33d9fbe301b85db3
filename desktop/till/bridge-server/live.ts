import {
  type FramePort,
  LIVE_VIEWS,
  type LiveView,
  type LiveViews,
  type TillFrame,
} from '../../bridge/contract.ts'
import type { Changes, Topic } from '../store/changes.ts'

/** How each live view's value is read. */
export type LiveSources = { [V in LiveView]: () => LiveViews[V] }

/** Which commits can change which view. */
const TOUCHED_BY: { [V in LiveView]: readonly Topic[] } = {
  till: ['organisation', 'sync'],
  operator: ['staff', 'organisation'],
  session: ['session', 'sale', 'staff'],
  overnight: ['session', 'staff'],
  basket: ['basket', 'catalogue', 'stock'],
  baskets: ['basket'],
  parked: ['parked', 'staff', 'organisation'],
  payment: ['payment', 'basket'],
  customer: ['basket', 'sale', 'organisation'],
  notice: ['basket', 'staff'],
  'last-sale': ['sale', 'basket', 'session'],
  status: ['print', 'sync'],
  refund: ['refund', 'sale', 'staff'],
  exchange: ['refund', 'basket', 'sale', 'catalogue'],
  exceptions: ['exception', 'staff'],
  favourites: ['favourite', 'catalogue', 'stock', 'staff'],
}

/** Pushes live views to the UIs that are connected. */
export interface Live {
  /** Sends every view at once and then each that changes, until the port closes. */
  attach(port: FramePort): void
}

/**
 * A view is read once per batch of commits, and only when a topic it depends on was touched and someone listens; it is
 * sent to a port only when its text differs from what that port has.
 */
export function createLive(sources: LiveSources, changes: Changes, onError: (error: unknown) => void): Live {
  const sent = new Map<FramePort, Map<LiveView, string>>()

  const push = (views: readonly LiveView[], ports: Iterable<FramePort>) => {
    const targets = [...ports]
    for (const view of views) {
      const frame = JSON.stringify({ live: view, value: sources[view]() } satisfies TillFrame)
      for (const port of targets) {
        const has = sent.get(port)
        if (!has || has.get(view) === frame) continue
        has.set(view, frame)
        port.send(frame)
      }
    }
  }

  changes.listen((topics) => {
    if (sent.size === 0) return
    const views = LIVE_VIEWS.filter((view) => TOUCHED_BY[view].some((topic) => topics.has(topic)))
    try {
      push(views, sent.keys())
    } catch (error) {
      onError(error)
    }
  })

  return {
    attach: (port) => {
      sent.set(port, new Map())
      port.onClose(() => sent.delete(port))
      push(LIVE_VIEWS, [port])
    },
  }
}
