import { generateKeyPairSync } from 'node:crypto'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { DeviceIdentity } from '../device/identity.ts'
import { createTill, type Till, type TrainingSwitch } from '../till.ts'
import { openTrainingStore, removeTrainingStore } from './store.ts'

/**
 * Training: the same till over a database of its own, with a device of its own that no server knows, no printer, no
 * drawer and no sync. What is rung up there is gone when it ends, and it ends with the process too.
 */
export interface Training extends TrainingSwitch {
  /** The till that answers now: the training one while training lasts. */
  till(): Till
}

interface Options {
  real: Till
  identity: DeviceIdentity
  /** The training database's file. */
  file: string
}

/** Nobody ever checks its signatures: it exists so that a fact is made in training as it is made in earnest. */
const unknownDevice = (identity: DeviceIdentity, deviceId: string): DeviceIdentity => ({
  ...identity,
  deviceId,
  privateKey: generateKeyPairSync('ed25519').privateKey,
})

export function createTraining({ real, identity, file }: Options): Training {
  const { context } = real
  let current: Till | null = null
  let switching: Promise<unknown> = Promise.resolve()

  /** Every view may say something else now. */
  const showAll = () =>
    context.changes.touch(
      'basket',
      'session',
      'sale',
      'catalogue',
      'stock',
      'staff',
      'print',
      'sync',
      'organisation',
      'parked',
    )

  const begin = async (): Promise<Refusal | null> => {
    if (current) return null
    const person = real.operators.require('sale.ring')
    if ('refused' in person) return person
    if (!real.baskets.isEmpty()) return refuse('basket-not-empty')
    const db = await openTrainingStore(context.db, file)
    // Meanwhile the counter went on: whoever scanned a line is not interrupted.
    if (!real.baskets.isEmpty()) {
      db.close()
      return refuse('basket-not-empty')
    }
    current = createTill({
      db,
      identity: unknownDevice(identity, context.newId()),
      locale: context.locale,
      hasPrinter: false,
      now: context.now,
    })
    current.context.changes.listen((topics) => context.changes.touch(...topics))
    real.operators.lock()
    showAll()
    return null
  }

  const finish = async (): Promise<null> => {
    const ended = current
    current = null
    ended?.context.db.close()
    await removeTrainingStore(file)
    showAll()
    return null
  }

  /** One after the other: two windows may ask at once. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const done = switching.then(task)
    switching = done.catch(() => {})
    return done
  }

  return {
    till: () => current ?? real,
    isOn: () => current !== null,
    start: () => inTurn(begin),
    end: () => inTurn(finish),
  }
}
