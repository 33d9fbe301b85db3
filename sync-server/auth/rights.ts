/** Tells whoever holds on to a proof that somebody's or something's rights have changed. */
export interface Rights {
  changed(): void
  onChange(listener: () => void): void
}

/**
 * Within this process only: another server of the same database asks again by itself, within the 30 s that a revocation
 * may take.
 */
export function createRights(): Rights {
  const listeners: (() => void)[] = []
  return {
    changed: () => {
      for (const listener of listeners) listener()
    },
    onChange: (listener) => {
      listeners.push(listener)
    },
  }
}
