import { type PrescriptionList, prescriptionListSchema } from '../../../domain/catalogue/product.ts'
import type { Minor } from '../../../domain/money.ts'
import type { ProductView } from '../../bridge/views.ts'

/** Columns of `product p` with `stock_on_hand s` beside it; {@link toProductView} reads them. */
export const PRODUCT_COLUMNS = `p.id as productId, p.cip13, p.name, p.pack, p.holder, p.price,
  p.prescription_list as prescriptionList, p.reimbursement_bp as reimbursementBp,
  p.generic_group_name as genericGroup, p.status, coalesce(s.quantity, 0) as onHand`

export interface ProductRowWithStock {
  productId: string
  cip13: string
  name: string
  pack: string
  holder: string
  price: Minor | null
  prescriptionList: string | null
  reimbursementBp: number | null
  genericGroup: string | null
  status: string
  onHand: number
}

export const asPrescriptionList = (value: string | null): PrescriptionList | null =>
  value === null ? null : prescriptionListSchema.parse(value)

/** A product as the UI shows it. */
export function toProductView({ status: _, ...row }: ProductRowWithStock): ProductView {
  return { ...row, prescriptionList: asPrescriptionList(row.prescriptionList) }
}
