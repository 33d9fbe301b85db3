import { reconnecting, TROUBLES } from '../e2e/support/reconnecting.ts'
import { type Figure, figure } from './lib/figures.ts'

/** Long enough for every wait between two tries to be at its longest, ms. */
const HOLD = 45_000

const WITHIN = 10_000

/**
 * Five tills, to whose lines five things happen for a while (`e2e/reconnect.test.ts`): how soon each says so, and, once all is
 * well, how soon its first waiting sale is in Postgres and a price of head office's at the till. The limit is the promise itself.
 */
export async function reconnect(): Promise<Figure[]> {
  const noticed = await reconnecting({ least: HOLD, most: HOLD }, 20)
  const of = (name: string, value: number) =>
    figure(`reconnect ${name}`, value, WITHIN, { text: '≤ 10 s', met: value <= WITHIN })
  return TROUBLES.flatMap((trouble) => {
    const { fault, sale, online, price } = noticed[trouble]
    const figures = [
      of(`${trouble} sale`, sale),
      of(`${trouble} price`, price),
      of(`${trouble} online`, online),
    ]
    // A slow line is not to be taken for a dead one: there is nothing to be said of it.
    if (trouble === 'slow') return fault === null ? figures.slice(1, 2) : [of('slow called dead', Infinity)]
    return [of(`${trouble} said`, fault ?? Infinity), ...figures]
  })
}
