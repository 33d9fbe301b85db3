import { z } from 'zod'

/** French prescription lists (CSP R5132-1 ff.): poisons on list I or II, and narcotics. */
export const prescriptionListSchema = z.enum(['I', 'II', 'stupefiant'])
export type PrescriptionList = z.infer<typeof prescriptionListSchema>

/** A presentation: one pack of a medicine as it is sold. Prices in minor units; null when none is published. */
export interface ProductRow {
  id: string
  cip13: string
  cip7: string
  cis: string
  /** Name of the speciality, "DOLIPRANE 1000 mg, comprimé". */
  name: string
  /** What is in the pack, "plaquette(s) PVC aluminium de 8 comprimé(s)". */
  pack: string
  form: string
  holder: string
  price: number | null
  currency: string
  /** Share that the health insurance reimburses in basis points, or null when not reimbursable. */
  reimbursement_bp: number | null
  prescription_list: string | null
  generic_group_id: string | null
  generic_group_name: string | null
  vat_rate_bp: number
  /** `active`, or `withdrawn` when it is no longer in the official list: kept, since old sales name it. */
  status: string
}

/**
 * VAT rate of a medicine in metropolitan France, in basis points: 2.1 % when reimbursable (CGI art. 281 octies),
 * 10 % when not (CGI art. 278 quater).
 */
export const medicineVatRateBp = (reimbursable: boolean): number => (reimbursable ? 210 : 1000)
