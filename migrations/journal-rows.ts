/** A fact that came under another name than the one it was signed under, so that it is counted once. */
export interface JournalCarriedRow {
  /** Of the event as it was signed. */
  hash: string
  branch_id: string
  /** Whose journal brought its effect. */
  device_id: string
  seq: number
}

/** An event that the server holds and could not read: it has no effect yet. */
export interface JournalWaitingRow {
  device_id: string
  seq: number
  branch_id: string
}

/** At the server it is also kept what was not understood. */
export interface ServerWaitingRow extends JournalWaitingRow {
  kind: string
}

/** Server only: a fact that a successor said that it would bring. */
export interface SuccessionOfferRow {
  hash: string
  /** The successor. */
  device_id: string
}

/** Server only: an event that has its effect but for keys that no build so far knew. */
export interface JournalPassedOverRow {
  device_id: string
  seq: number
  /** In which the payload was read: the paths are of this one. */
  version: number
  /** Of the keys, as JSON. */
  paths: string
  /** The one that looked last. */
  build: string
}
