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
