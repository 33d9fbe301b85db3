/** Packs of one product that left a basket unpaid (`removed`) or came back into it (`restored`). Amounts in minor units. */
export interface BasketActionRow {
  id: string
  /** Lines of one act, such as a whole basket voided, share it. */
  action_id: string
  session_id: string
  branch_id: string
  register_id: string
  kind: string
  how: string
  product_id: string
  cip13: string
  name: string
  quantity: number
  amount: number
  actor_id: string
  at: string
}
