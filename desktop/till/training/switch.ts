import type { DisplayView } from '../../bridge/display.ts'
import type { Handlers } from '../bridge-server/dispatch.ts'
import type { LiveSources } from '../bridge-server/live.ts'
import { displaySourceOf, liveSourcesOf } from '../live-sources.ts'
import { handlersOf, type Surroundings, type Till } from '../till.ts'
import type { Training } from './training.ts'

/** What is around a till in training: no paper, nobody to send to. */
const aroundTraining = (around: Surroundings): Surroundings => ({
  ...around,
  sync: () => ({ state: 'online' }),
  printer: () => ({ state: 'none', waiting: 0 }),
})

/** The bridge's two halves and the customer display, answered by whichever till is on. */
export interface Switched {
  handlers: Handlers
  sources: LiveSources
  display(): DisplayView
}

/** Puts the training till before the real one while training lasts. A customer is never shown what is only trained. */
export function switchTills(training: Training, around: Surroundings): Switched {
  const bridges = new WeakMap<Till, { handlers: Handlers; sources: LiveSources }>()
  const now = () => {
    const till = training.till()
    const known = bridges.get(till)
    if (known) return known
    const its = training.isOn() ? aroundTraining(around) : around
    const made = { handlers: handlersOf(till, its), sources: liveSourcesOf(till, its) }
    bridges.set(till, made)
    return made
  }
  const real = training.till()
  const realDisplay = displaySourceOf(real)
  return {
    handlers: byName(now().handlers, (command) => (input: never) => now().handlers[command](input)),
    sources: byName(now().sources, (view) => () => now().sources[view]()),
    display: () => {
      const view = realDisplay()
      return training.isOn() ? { ...view, lines: [], itemCount: 0, paid: null } : view
    },
  }
}

/** An object of the same names, each with another function. */
function byName<T extends object>(of: T, make: (name: keyof T & string) => unknown): T {
  return Object.fromEntries(Object.keys(of).map((name) => [name, make(name as keyof T & string)])) as T
}
