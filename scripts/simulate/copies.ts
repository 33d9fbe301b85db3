import { mkdirSync, rmSync } from 'node:fs'
import { killTill, sellSome } from './counter.ts'
import { without } from './model.ts'
import type { Deed, Twins } from './plan.ts'
import { copyRotten } from './rotten.ts'
import type { Counter, World } from './world.ts'

/** Copies a till's folder away. What the till does from now on is not in it. */
export async function backUpTill(counter: Counter): Promise<string> {
  const folder = `${counter.folder}-backup`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  await counter.till.copyTo(folder)
  counter.backup = { folder, facts: [...counter.told.facts], rotten: copyRotten(counter.rotten) }
  return `with ${counter.told.facts.length} events`
}

/**
 * Two histories of a till may meet from now on: at the counter's register, at that which the till has by now, and at those of
 * what it has sold.
 */
function mayMeet(world: World, { told, registerId, till }: Counter): void {
  world.shared.add(registerId)
  if (till.running()) world.shared.add(till.registerId())
  for (const { sale } of told.facts) if (sale) world.shared.add(sale.registerId)
}

/** A till's disk is lost; the last copy of its folder is put in its place, and started. */
export async function restoreTill(world: World, counter: Counter): Promise<string> {
  const { till, told, backup } = counter
  if (!backup) return 'there is no copy'
  await killTill(counter)
  await till.putBack(backup.folder)
  const lost = without(told.facts, backup.facts)
  mayMeet(world, counter)
  if (lost.length > 0) world.lost.push(lost)
  told.facts = [...backup.facts]
  Object.assign(counter.rotten, copyRotten(backup.rotten))
  await till.start()
  return `as it was ${lost.length} events ago`
}

/** A till's disk is copied into a second workstation. Both sell from now on, and each takes itself for the one. */
export async function cloneTill(
  world: World,
  counter: Counter,
  { customers, offline }: Deed & { do: 'clone' },
): Promise<string> {
  if (!counter.till.running()) return 'it is down'
  mayMeet(world, counter)
  const clone = await world.copyCounter(counter)
  if (offline) clone.line.cut()
  await clone.till.start()
  mayMeet(world, clone)
  return `the copy sells${offline ? ' without a line' : ''}: ${await sellSome(clone, customers)}`
}

/** A till's disk is copied, both sell without a line, and both get it back in the same moment. */
export async function returnTogether(
  world: World,
  counter: Counter,
  { customers, copyCustomers }: Twins,
): Promise<string> {
  if (!counter.till.running()) return 'it is down'
  if (world.counters.some(({ isCopy }) => isCopy)) return 'there is a copy already'
  mayMeet(world, counter)
  counter.line.cut()
  const copy = await world.copyCounter(counter)
  copy.line.cut()
  await copy.till.start()
  mayMeet(world, copy)
  const common = counter.told.facts.length
  const came = [await sellSome(counter, customers), await sellSome(copy, copyCustomers)]
  if ([counter, copy].every(({ told }) => told.facts.length > common)) world.apart.push([counter, copy])
  for (const { line } of [counter, copy]) line.restore()
  return `both sold without a line, and get it back at once: ${came.join(' | ')}`
}
