import { v5 } from 'uuid'
import { z } from 'zod'

/** French prescription lists (CSP R5132-1 ff.): poisons on list I or II, and narcotics. */
export const prescriptionListSchema = z.enum(['I', 'II', 'stupefiant'])
export type PrescriptionList = z.infer<typeof prescriptionListSchema>

/** No pack costs more than this, minor units: a slipped finger at head office is told, not sold by. */
export const MOST_A_PACK = 99_999_999

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
  /** What is active in it, "AMOXICILLINE ANHYDRE, ACIDE CLAVULANIQUE"; null when it is not known. */
  substances: string | null
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

/** Namespace of {@link productIdOf}. Never change it: every server's product ids follow from it. */
const PRODUCT_NAMESPACE = 'd8f2b9a4-6c1e-5b7d-9e35-0c4f7a81d263'

/**
 * The id under which a presentation is first stored: a name-based UUID (version 5) of its CIP13, so that two
 * servers which import the same catalogue, or one server twice, agree on it without asking each other.
 */
export const productIdOf = (cip13: string): string => v5(cip13, PRODUCT_NAMESPACE)

/** What is wrong with a CIP13, or null when it is one: 13 digits from 340, the last a GS1 mod-10 check digit. */
export function cip13Fault(text: string): string | null {
  if (!/^\d{13}$/.test(text)) return 'a CIP13 has 13 digits'
  if (!text.startsWith('340')) return 'a CIP13 begins with 340'
  const sum = [...text].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0 ? null : 'its check digit is wrong'
}
