import { tillFaults } from './checks.ts'
import { returnTogether } from './copies.ts'
import { carryOut, fetchAnew } from './deeds.ts'
import { once, salesIn } from './model.ts'
import { drawPlan, type Step } from './plan.ts'
import { rot } from './rot.ts'
import { settle } from './settle.ts'
import { PLACES, PRODUCTS } from './stage.ts'
import { wait } from './time.ts'
import { besideOf, historiesBeside, type World } from './world.ts'

/** What one run came to. */
export interface Outcome {
  seed: number
  /** Empty when everything held. */
  findings: string[]
  steps: number
  sales: number
  /** How long everything took to come to rest and be checked, ms. */
  restMs: number
  /** Warnings of the parts, for a run that found something. */
  log: string[]
}

/** What the tills show contradicts itself or what they told. Asked after every step. */
function look(world: World): string[] {
  return world.counters.flatMap((counter) => {
    const { name, till, told } = counter
    if (!till.running()) return []
    const beside = besideOf(world, counter)
    return till.read((db) => tillFaults(db, told, beside)).map((fault) => `${name}: ${fault}`)
  })
}

/** What goes wrong beside a step's deed, in words. */
async function beside(world: World, { rot: rotting, twins }: Pick<Step, 'rot' | 'twins'>): Promise<string[]> {
  const said: string[] = []
  const rotten = rotting && world.counters[rotting.till]
  if (rotten) said.push(`${rotten.name}: rots: ${rot(world, rotten, rotting)}`)
  const doubled = twins && world.counters[twins.till]
  const returned =
    doubled && returnTogether(world, doubled, twins).catch((error: Error) => `failed: ${error.message}`)
  if (returned) said.push(`${doubled.name}: twins: ${await returned}`)
  return said
}

async function play(world: World, seed: number, steps: number, say: (line: string) => void): Promise<number> {
  const plan = drawPlan({ seed, steps, tills: PLACES.length, products: PRODUCTS.length })
  for (const [index, step] of plan.entries()) {
    const { thenMs, anew, rot: rotting, twins, ...deed } = step
    if (anew) say(`      till ${anew.till + 1}: fetch anew: ${await fetchAnew(world, anew)}`)
    for (const line of await beside(world, { rot: rotting, twins })) say(`      ${line}`)
    const where = 'till' in deed ? `till ${deed.till + 1}: ` : ''
    const came = await carryOut(world, deed).catch((error: Error) => `failed: ${error.message}`)
    say(`${String(index + 1).padStart(4)}  ${where}${deed.do.replaceAll('-', ' ')}: ${came}`)
    if (thenMs > 0) await wait(thenMs)
    world.findings.push(...look(world))
    if (world.findings.length > 0) return index + 1
  }
  return plan.length
}

/** What a run is drawn from. */
export interface SeedOptions {
  seed: number
  steps: number
  /** Hears step by step what was done and what came of it. */
  say(line: string): void
}

/** Plays one seed in a world that is at rest: the steps drawn from it, then rest again, then every check. */
export async function runSeed(world: World, { seed, steps, say }: SeedOptions): Promise<Outcome> {
  const soldBefore = salesOf(world)
  for (const { till } of world.counters) till.setClock(0)
  const done = await play(world, seed, steps, say)
  const mended = performance.now()
  if (world.findings.length === 0) world.findings.push(...(await settle(world)))
  const restMs = performance.now() - mended
  const sales = salesOf(world) - soldBefore
  return { seed, findings: world.findings, steps: done, sales, restMs, log: world.log }
}

const salesOf = (world: World) => salesIn(once(historiesBeside(world, { told: { facts: [] } }).flat())).length
