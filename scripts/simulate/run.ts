import { tillFaults } from './checks.ts'
import { carryOut } from './deeds.ts'
import { drawPlan } from './plan.ts'
import { settle } from './settle.ts'
import { PLACES, PRODUCTS, type Stage } from './stage.ts'
import { wait } from './time.ts'
import { createWorld, type World } from './world.ts'

/** What one run came to. */
export interface Outcome {
  seed: number
  /** Empty when everything held. */
  findings: string[]
  steps: number
  sales: number
  kills: number
  /** Warnings of the parts, for a run that found something. */
  log: string[]
}

/** What the tills show contradicts itself or what they told. Asked after every step. */
function look(world: World): string[] {
  return world.counters.flatMap(({ name, till, told, registerId }) => {
    if (!till.running()) return []
    const { db } = till.parts()
    return tillFaults(db, told, { registerId }).map((fault) => `${name}: ${fault}`)
  })
}

async function play(world: World, seed: number, steps: number, say: (line: string) => void): Promise<number> {
  const plan = drawPlan({ seed, steps, tills: PLACES.length, products: PRODUCTS.length })
  for (const [index, step] of plan.entries()) {
    const { thenMs, ...deed } = step
    const where = 'till' in deed ? `till ${deed.till + 1}: ` : ''
    const came = await carryOut(world, deed).catch((error: Error) => `failed: ${error.message}`)
    say(`${String(index + 1).padStart(4)}  ${where}${deed.do.replaceAll('-', ' ')}: ${came}`)
    if (thenMs > 0) await wait(thenMs)
    world.findings.push(...look(world))
    if (world.findings.length > 0) return index + 1
  }
  return plan.length
}

/**
 * Plays one seed on a copy of the stage: the steps drawn from it, then rest, then every check.
 * @param say hears step by step what was done and what came of it
 */
export async function runSeed(
  stage: Stage,
  options: { seed: number; steps: number; say(line: string): void; started?(world: World): void },
): Promise<Outcome> {
  const { seed, steps, say } = options
  const world = await createWorld(stage, seed)
  options.started?.(world)
  try {
    await world.office.start()
    world.connectLines()
    for (const { till } of world.counters) await till.start()
    const done = await play(world, seed, steps, say)
    if (world.findings.length === 0) world.findings.push(...(await settle(world)))
    const sales = world.counters.reduce((sum, { told }) => sum + told.sales.length, 0)
    return { seed, findings: world.findings, steps: done, sales, kills: 0, log: world.log }
  } finally {
    await world.stage.cluster.start()
    await world.close()
  }
}
