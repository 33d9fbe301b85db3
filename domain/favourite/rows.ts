/** A product pinned (1) or unpinned (0) at one register, or at all of the branch; the newest mark of a place counts. */
export interface FavouriteMarkRow {
  id: string
  branch_id: string
  register_id: string | null
  product_id: string
  pinned: number
  actor_id: string
  at: string
}
