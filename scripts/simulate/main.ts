import { BadOption, HELP, readOptions, type SimulateOptions } from './options.ts'
import { AS_PROCESSES, hastenProcesses } from './processes.ts'
import { type Outcome, runSeed } from './run.ts'
import { openStage } from './stage.ts'
import { hasten } from './time.ts'
import { createWorld, IN_THIS_PROCESS, type World } from './world.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Lines, and characters of each: a stack that Postgres' end leaves in a server's log is long. */
const LOG_SHOWN = { lines: 30, width: 300 }

/** Seeds of a range that are played in one world, each from where the one before left it. */
const SEEDS_A_WORLD = 25

const beginsWorld = (seed: number) => seed % SEEDS_A_WORLD === 1

/** What was played in the present world. */
interface Present {
  world: World
  firstSeed: number
}

function tell(outcome: Outcome, took: string): void {
  const { seed, findings, log } = outcome
  if (findings.length === 0) {
    say(
      `seed ${seed}: held; ${outcome.steps} steps, ${outcome.sales} sales, at rest after ${seconds(outcome.restMs)}, ${took} in all`,
    )
    return
  }
  say('  last words of the parts:')
  for (const line of log.slice(-LOG_SHOWN.lines)) say(`    ${line.slice(0, LOG_SHOWN.width)}`)
  say(`seed ${seed}: DID NOT HOLD after step ${outcome.steps} (${took})`)
  for (const finding of findings) say(`  ${finding}`)
}

function tellAgain({ firstSeed }: Present, seed: number, steps: number): void {
  say(`  again: npm run simulate -- --seed ${seed} --steps ${steps}`)
  if (firstSeed === seed) return
  say(`  or in the world it was found in: npm run simulate -- --seeds ${firstSeed}-${seed} --steps ${steps}`)
}

/**
 * Whether this is the word of a server that was killed within this process: its job runner finds its way to Postgres cut
 * when it wants to hand a job back. As a process of its own it would be silent.
 */
const isOfTheDead = (error: unknown, { office }: World): boolean =>
  office.haunts() && error instanceof Error && /\bbatchFailJobs\b/.test(error.stack ?? '')

/** What a process of the product would have ended by is a finding of the present world. */
function listenForFalls(present: () => Present | null): void {
  const fallen = (error: unknown) => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const world = present()?.world
    if (!world) throw error
    if (isOfTheDead(error, world)) return
    world.findings.push(`a process would have fallen: ${words}`)
  }
  process.on('uncaughtException', fallen)
  process.on('unhandledRejection', fallen)
}

async function simulate({ first, last, steps, processes, stage: kept }: SimulateOptions): Promise<number> {
  hasten()
  if (processes) hastenProcesses()
  let present: Present | null = null
  listenForFalls(() => present)
  const stage = await openStage(kept)
  let failed = 0
  let longestRest = 0
  for (let seed = first; seed <= last; seed += 1) {
    const began = performance.now()
    const story: string[] = []
    if (present && beginsWorld(seed)) {
      await present.world.close()
      present = null
    }
    present ??= {
      world: await createWorld(stage, seed, processes ? AS_PROCESSES : IN_THIS_PROCESS),
      firstSeed: seed,
    }
    const tellStep = first === last ? say : (line: string) => story.push(line)
    const outcome = await runSeed(present.world, { seed, steps, say: tellStep })
    const held = outcome.findings.length === 0
    longestRest = Math.max(longestRest, outcome.restMs)
    if (!held) for (const line of story) say(line)
    tell(outcome, seconds(performance.now() - began))
    if (held) continue
    failed += 1
    tellAgain(present, seed, steps)
    await stage.cluster.start()
    await present.world.close()
    present = null
  }
  await present?.world.close()
  await stage.remove()
  const rest = `at rest after ${seconds(longestRest)} at most`
  if (first < last) say(`${last - first + 1} seeds, ${failed} did not hold; ${rest}`)
  return failed
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') say(HELP)
  else process.exitCode = (await simulate(options)) > 0 ? 1 : 0
} catch (error) {
  process.stderr.write(`${error instanceof BadOption ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}
process.exit()
