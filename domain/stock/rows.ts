/** Packs into (+) or out of (-) a branch's stock. */
export interface StockMovementRow {
  id: string
  branch_id: string
  product_id: string
  kind: string
  quantity: number
  sale_id: string | null
  business_date: string
  at: string
}

/** Sum of a product's stock movements at a branch. */
export interface StockOnHandRow {
  branch_id: string
  product_id: string
  quantity: number
}

/** Packs sold of a product on a business date. `origin` tells real sales (`journal`) from demo history (`synthetic`). */
export interface DemandDailyRow {
  branch_id: string
  product_id: string
  business_date: string
  origin: string
  quantity: number
}
