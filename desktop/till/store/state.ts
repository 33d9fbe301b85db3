import type { TillDatabase } from './database.ts'

/** Small facts of this workstation, as JSON under a name. */
export interface TillState {
  get<T>(key: string): T | null
  set(key: string, value: unknown): void
}

/** Reads and writes `till_state`; a write joins the caller's transaction when there is one. */
export function createTillState(db: TillDatabase): TillState {
  const read = db.prepare('select value from till_state where key = ?').pluck()
  const write = db.prepare(
    'insert into till_state (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  )
  return {
    get: (key) => {
      const text = read.get(key) as string | undefined
      return text === undefined ? null : JSON.parse(text)
    },
    set: (key, value) => {
      write.run(key, JSON.stringify(value))
    },
  }
}
