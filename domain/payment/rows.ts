/** Money that was taken for a basket and given back before it was a sale. Amount in minor units, without a sign. */
export interface PaymentReturnRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  kind: string
  amount: number
  reference: string | null
  how: string
  actor_id: string
  at: string
}
