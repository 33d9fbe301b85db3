/** Server only: what head office decided about a customer (by id) or a voucher (by code). Nothing is ever changed here. */
export interface CustomerDecisionRow {
  id: string
  subject: string
  subject_key: string
  decided_by: string
  decided_at: string
  content: string
}

/** Server only: what head office decided about a person or a device. Nothing is ever changed here. */
export interface OrganisationDecisionRow {
  id: string
  subject: string
  subject_id: string
  decided_by: string
  decided_at: string
  content: string
}
