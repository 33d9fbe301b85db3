/** A sale that a till has acknowledged. */
export interface ToldSale {
  saleId: string
  receiptNumber: number
  total: number
  packs: { productId: string; quantity: number }[]
}

/** What one till has said that it did: what no fault may take back. */
export interface Told {
  sales: ToldSale[]
  /** What must be in each session's drawer, minor units, by session. */
  drawers: Map<string, number>
  openSession: string | null
  /** Commands that each added one event to the journal. */
  events: number
  /** The highest seq that the till has ever held to be the server's. */
  acknowledged: number
}

export const nothingTold = (): Told => ({
  sales: [],
  drawers: new Map(),
  openSession: null,
  events: 0,
  acknowledged: 0,
})

/** Adds to the open session's drawer; a sale by card adds nothing. */
export function intoDrawer(told: Told, amount: number): void {
  if (told.openSession === null) return
  told.drawers.set(told.openSession, (told.drawers.get(told.openSession) ?? 0) + amount)
}
