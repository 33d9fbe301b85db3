import { BadOption, HELP, readOptions, type SimulateOptions } from './options.ts'
import { startCluster } from './postgres.ts'
import { type Outcome, runSeed } from './run.ts'
import { buildStage } from './stage.ts'
import { hasten } from './time.ts'
import type { World } from './world.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

const LOG_SHOWN = 30

function tell(outcome: Outcome, steps: number, took: string): void {
  const { seed, findings, log } = outcome
  if (findings.length === 0) {
    say(`seed ${seed}: held; ${outcome.steps} steps, ${outcome.sales} sales, ${took}`)
    return
  }
  say(`seed ${seed}: DID NOT HOLD after step ${outcome.steps} (${took})`)
  for (const finding of findings) say(`  ${finding}`)
  say(`  last words of the parts:`)
  for (const line of log.slice(-LOG_SHOWN)) say(`    ${line}`)
  say(`  again: npm run simulate -- --seed ${seed} --steps ${steps}`)
}

async function simulate({ first, last, steps }: SimulateOptions): Promise<number> {
  hasten()
  let current: World | null = null
  const fallen = (error: unknown) => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (!current) throw error
    current.findings.push(`a process would have fallen: ${words}`)
  }
  process.on('uncaughtException', fallen)
  process.on('unhandledRejection', fallen)
  const cluster = await startCluster()
  const stage = await buildStage(cluster)
  let failed = 0
  try {
    for (let seed = first; seed <= last; seed += 1) {
      const began = performance.now()
      const used = process.cpuUsage()
      const outcome = await runSeed(stage, {
        seed,
        steps,
        say: first === last ? say : () => {},
        started: (world) => {
          current = world
        },
      })
      const { user, system } = process.cpuUsage(used)
      const seconds = [(performance.now() - began) / 1000, (user + system) / 1e6].map((each) =>
        each.toFixed(1),
      )
      tell(outcome, steps, `${seconds[0]} s, ${seconds[1]} of them here`)
      if (outcome.findings.length > 0) failed += 1
    }
  } finally {
    await stage.remove()
    await cluster.stop()
  }
  if (first < last) say(`${last - first + 1} seeds, ${failed} did not hold`)
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
