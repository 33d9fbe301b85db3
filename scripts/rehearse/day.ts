import { setTimeout as sleep } from 'node:timers/promises'
import type { Line } from '../../e2e/support/line.ts'
import { until } from '../../e2e/support/until.ts'
import type { Clerk } from './clerk.ts'
import { createGates, type DayClock, type Gates } from './clock.ts'
import { at, CUTS, type Cut, PAPER_OUTS, TWICE, type Visit } from './plan.ts'
import type { Screens } from './screens.ts'

/** How long a customer may have to wait for another till's news, once every till has served its own. */
const LATE_MS = 60_000

interface Parts {
  clock: DayClock
  clerks: readonly Clerk[]
  line: Line
  screens: Screens
  say(line: string): void
}

/** One clerk's customers, in the order in which they come; who must wait for news lets the next one by. */
async function serveAll(
  clerk: Clerk,
  visits: readonly Visit[],
  { clock, gates, serving }: { clock: DayClock; gates: Gates; serving: Set<Clerk> },
): Promise<void> {
  const coming = [...visits]
  let waiting: Visit[] = []
  const attend = async (visit: Visit): Promise<boolean> => {
    if (visit.during) await gates.pass(visit.during)
    const served = await clerk.serve(visit)
    if (served && visit.during) gates.leave(visit.during)
    return served
  }
  const again = async () => {
    const before = waiting
    waiting = []
    for (const visit of before) if (!(await attend(visit))) waiting.push(visit)
  }
  for (const visit of coming) {
    await clock.until(visit.at)
    clerk.look()
    if (!(await attend(visit))) waiting.push(visit)
    else if (waiting.length > 0) await again()
  }
  serving.delete(clerk)
  for (let end = Number.POSITIVE_INFINITY; waiting.length > 0; await again()) {
    if (serving.size === 0 && end === Number.POSITIVE_INFINITY) end = performance.now() + LATE_MS
    if (performance.now() > end)
      throw new Error(`${clerk.till.name}: ${JSON.stringify(waiting[0])} was never served`)
    await sleep(50)
  }
}

async function cutLine(cut: Cut, gates: Gates, { clock, line, clerks, screens, say }: Parts): Promise<void> {
  await clock.until(CUTS[cut].from)
  // Two tills are to take the same sale up: both must have heard of it while they could.
  if (cut === 'first-cut') {
    await until('every till to see what is parked', () => clerks.every((clerk) => clerk.sees(TWICE)))
  }
  line.cut()
  say(`${timeOf(CUTS[cut].from)}  the line is cut`)
  gates.open(cut)
  await screens.till(`${cut}-till-1`, 0, /Offline since|not answering/)
  await clock.until(CUTS[cut].to)
  await gates.emptied(cut)
  for (const clerk of clerks) clerk.look()
  line.restore()
  say(`${timeOf(clock.now())}  the line is back`)
}

async function paperOut(
  out: (typeof PAPER_OUTS)[number],
  { clock, clerks, screens, say }: Parts,
): Promise<void> {
  await clock.until(out.from)
  const clerk = clerks[out.till] as Clerk
  clerk.till.printer.setCondition({ state: 'paper-out' })
  say(`${timeOf(out.from)}  ${clerk.till.name} has no paper`)
  await screens.till(`paper-out-till-${out.till + 1}`, out.till, /out of paper/)
  await clock.until(out.to)
  clerk.look()
  clerk.till.printer.setCondition({ state: 'ready' })
}

async function lookIn({ clock, screens }: Parts): Promise<void> {
  await clock.until(at(10, 15))
  await screens.till('morning-till-2', 1)
  await clock.until(at(12, 30))
  await screens.office('noon-console')
  await clock.until(at(17, 30))
  await screens.till('evening-till-3', 2)
}

/** The time of day of so many seconds after the opening. */
export function timeOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60) + 8 * 60 + 30
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** Plays the day: customers at each till, and what goes wrong meanwhile. */
export async function playDay(visits: readonly Visit[], parts: Parts): Promise<void> {
  const during = (cut: Cut) => visits.filter((visit) => visit.during === cut).length
  const gates = createGates({ 'first-cut': during('first-cut'), 'second-cut': during('second-cut') })
  const { clerks, clock } = parts
  const serving = new Set(clerks)
  await Promise.all([
    ...clerks.map((clerk) =>
      serveAll(
        clerk,
        visits.filter(({ till }) => till === clerk.index),
        { clock, gates, serving },
      ),
    ),
    (async () => {
      await cutLine('first-cut', gates, parts)
      await cutLine('second-cut', gates, parts)
    })(),
    ...PAPER_OUTS.map((out) => paperOut(out, parts)),
    lookIn(parts),
  ])
}
