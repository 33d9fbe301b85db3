import { type PrescriptionList, prescriptionListSchema } from '../../../domain/catalogue/product.ts'
import type { Minor } from '../../../domain/money.ts'
import type { ProductView } from '../../bridge/views.ts'

/** Columns of `product p`. */
export const PRODUCT_COLUMNS = `p.id as productId, p.cip13, p.name, p.pack, p.holder, p.substances, p.price,
  p.prescription_list as prescriptionList, p.reimbursement_bp as reimbursementBp,
  p.generic_group_name as genericGroup`

export interface ProductRow {
  productId: string
  cip13: string
  name: string
  pack: string
  holder: string
  substances: string | null
  price: Minor | null
  prescriptionList: string | null
  reimbursementBp: number | null
  genericGroup: string | null
}

export const asPrescriptionList = (value: string | null): PrescriptionList | null =>
  value === null ? null : prescriptionListSchema.parse(value)

/** A product as the UI shows it. */
export function toProductView(row: ProductRow & { onHand: number }): ProductView {
  return { ...row, prescriptionList: asPrescriptionList(row.prescriptionList) }
}
